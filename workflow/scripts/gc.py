"""Show what journals and adapters no result needs; with --free, free what was shown before."""

import argparse
from pathlib import Path

from mores.errors import InputError
from mores.files import write_json
from mores.process import run
from mores.provenance.audit import audit
from mores.provenance.garbage import Garbage, find_garbage, other_journals
from mores.rows import read_json
from mores.study.marks import mark_path, other_users
from mores.study.plan import Study, every_result

SHOWN = Path("work/garbage.json")
# What `--config` takes a part of the grid by.
SELECTIONS = {"countries", "models", "methods", "evaluations"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Study.model_validate_json, required=True, help="JSON")
    parser.add_argument("--free", action="store_true", help="free what was shown before")
    args = parser.parse_args()
    store = Path(args.study.settings().config.store)
    results = every_result(args.study)
    own = mark_path(results[0].path).parent
    for note, other in other_users(own, store).items():
        raise InputError(
            f"store: what {store} holds may be needed by {other} too (seen from there): nothing is "
            f"freed; if that study is no more, delete {note}"
        )
    part = bool(SELECTIONS & set(args.study.overrides))
    found = find_garbage(results, audit(results), store, part)
    if args.free:
        free(found)
        return
    write_json(SHOWN, {one.path: one.bytes for one in found})
    show(found, "can be freed: snakemake --cores 1 gc_free")
    for path in other_journals(results, store):
        print(f"{path}: of no cell of this configuration; kept, since another study may need it")


def show(garbage: list[Garbage], what: str) -> None:
    """A line for each, and the sum."""
    for one in garbage:
        print(f"{one.bytes / 2**20:10.2f} MB  {one.path}: {one.why}")
    print(f"{sum(one.bytes for one in garbage) / 2**20:10.2f} MB {what}")


def free(found: list[Garbage]) -> None:
    """Free what was shown and is as it was; the rest is left for the next showing."""
    if not SHOWN.exists():
        raise InputError(f"{SHOWN}: no such file; see first what there is: snakemake --cores 1 gc")
    shown = read_json(SHOWN)
    same = [one for one in found if shown.get(one.path) == one.bytes]
    for one in same:
        one.free()
    show(same, f"freed; {len(shown) - len(same)} of {len(shown)} entries have changed and are kept")
    SHOWN.unlink()


if __name__ == "__main__":
    run(main)
