"""Write the report: what was asked and found, and the norms to browse, on one page."""

from mores.report.report import write_report
from mores.runner import run

if __name__ == "__main__":
    run(write_report)
