"""Tell of every result whether it is what today's files would make, and if not why."""

import argparse
import json
from pathlib import Path

from mores.audit import audit, report
from mores.cli import run
from mores.config import Config
from mores.files import write_text
from mores.prompts import load_countries
from mores.results import every_result
from mores.settings import Settings
from mores.specs import Specs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=json.loads, required=True, help="configuration (JSON)")
    parser.add_argument("--pool", nargs="+", required=True, help="countries that may lend norms")
    parser.add_argument("--stale", type=Path, required=True, help="list of what is not fresh")
    args = parser.parse_args()
    config = Config.model_validate(args.config)
    settings = Settings(config, tuple(args.pool), load_countries(config.country_names))
    findings = audit(every_result(settings, Specs(settings)))
    there = [one.path for one in findings if one.state in ("stale", "unknown")]
    write_text(args.stale, "".join(f"{path}\n" for path in there))
    print(report(findings))


if __name__ == "__main__":
    run(main)
