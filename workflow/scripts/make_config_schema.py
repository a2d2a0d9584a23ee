"""Write the JSON schema of the configuration, with which editors complete and check it."""

import argparse

from mores.files import write_json
from mores.process import run
from mores.spec import Section

# To find what stands below fields takes a quarter of a second, which no run is to pay.
Section.model_config["use_attribute_docstrings"] = True

from mores.study.config import Config  # noqa: E402, a section takes this when it is made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--output", required=True, help="schema to write (workflow/schemas/config.schema.json)"
    )
    write_json(parser.parse_args().output, Config.model_json_schema())


if __name__ == "__main__":
    run(main)
