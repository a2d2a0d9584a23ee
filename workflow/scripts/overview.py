"""Print how much of each part of the grid is done, stale or missing, and the hours it took."""

import argparse

from mores.process import run
from mores.provenance.audit import audit
from mores.study.overview import measured, overview
from mores.study.plan import Study, every_result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    results = every_result(parser.parse_args().study)
    print(overview(results, audit(results), measured(results)))


if __name__ == "__main__":
    run(main)
