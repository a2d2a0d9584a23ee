"""Fetch from the hub the models of the configuration that are not folders; a line for each."""

import argparse

from mores.engine.hub import fetch
from mores.process import run
from mores.shipped import locate
from mores.study.checks import check
from mores.study.plan import Study


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    settings = parser.parse_args().study.settings()
    check(settings)
    for name, model in settings.config.models.items():
        if locate(model.path).is_dir():
            print(f"{name}: a folder, {locate(model.path)}")
        else:
            print(f"{name}: {model.path}, revision {model.revision or 'main'} ...", flush=True)
            print(f"{name}: commit {fetch(name, model).name}", flush=True)


if __name__ == "__main__":
    run(main)
