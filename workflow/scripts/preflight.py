"""Look for what would stop a run hours from now; a line for each thing, status 1 for a fault."""

import argparse
import sys

from mores.process import run
from mores.study.checks import check
from mores.study.plan import Study
from mores.study.preflight import lines_of, preflight
from mores.study.runtime import adapters
from mores.study.specs import Specs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    settings = parser.parse_args().study.settings()
    check(settings)
    models = settings.config.models
    trained = models if adapters(settings) else ()
    found = list(preflight(settings, Specs(settings), models, trained, ask=True))
    print(*lines_of(found), sep="\n")
    sys.exit(any(finding.state == "fault" for _, finding in found))


if __name__ == "__main__":
    run(main)
