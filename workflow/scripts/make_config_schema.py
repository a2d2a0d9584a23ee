"""Write the JSON schema of the configuration, with which editors complete and check it."""

import argparse

from mores.files import write_json
from mores.process import run
from mores.study.config import Config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--output", required=True, help="schema to write (workflow/schemas/config.schema.json)"
    )
    write_json(parser.parse_args().output, Config.model_json_schema())


if __name__ == "__main__":
    run(main)
