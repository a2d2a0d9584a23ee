"""Tell of every result whether it is what today's files would make, and if not why."""

import argparse
from pathlib import Path

from mores.files import write_text
from mores.process import run
from mores.provenance.audit import audit, report
from mores.study.plan import Study, every_result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    parser.add_argument("--stale", type=Path, required=True, help="list of what is not fresh")
    args = parser.parse_args()
    findings = audit(every_result(args.study))
    to_make = [one.path for one in findings if one.state != "fresh"]
    write_text(args.stale, "".join(f"{path}\n" for path in to_make))
    print(report(findings))


if __name__ == "__main__":
    run(main)
