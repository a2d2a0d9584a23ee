"""Export the results that are there: tables, data set, tasks, adapters, archive."""

import argparse

from mores.process import run
from mores.provenance.audit import audit
from mores.study.exports import export
from mores.study.plan import Study, every_result
from mores.study.specs import Specs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    study = parser.parse_args().study
    results = every_result(study)
    print(export(study, Specs(study.settings()), results, audit(results)), end="")


if __name__ == "__main__":
    run(main)
