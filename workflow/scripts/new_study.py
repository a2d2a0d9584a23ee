"""Make a study: a folder with a commented configuration, to be run from anywhere.

python workflow/scripts/new_study.py FOLDER
"""

import argparse
import os
import shlex
from pathlib import Path

from mores.errors import InputError
from mores.files import write_text
from mores.process import run
from mores.shipped import ROOT

SCHEMA = "../workflow/schemas/config.schema.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder to make, or one without config/")
    folder = parser.parse_args().folder
    begin(folder)
    snakefile, study = (shlex.quote(str(path)) for path in (ROOT / "Snakefile", folder))
    print(f"Edit {folder / 'config/config.yaml'}, then run, from anywhere:")
    print(f"  snakemake -s {snakefile} --directory {study} --cores 8 results/scores.tsv")


def begin(folder: Path) -> None:
    """Write a study's configuration and a page on it; InputError where there is one."""
    config = folder / "config"
    if config.exists():
        raise InputError(f"{config}: is there already; name another folder")
    schema = os.path.relpath(ROOT / "config" / SCHEMA, config.resolve())
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    write_text(config / "config.yaml", text.replace(SCHEMA, schema, 1))
    write_text(config / "README.md", (ROOT / "config/README.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)
