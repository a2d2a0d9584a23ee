"""Keep one sample of each item's thinking for the report."""

from mores.report.thinking import show_thinking
from mores.runner import run

if __name__ == "__main__":
    run(show_thinking)
