"""Records: of each result what made it, so that its age can be told without Snakemake."""

from pathlib import Path
from typing import Any

from mores.contents import content_digest
from mores.errors import InputError
from mores.files import write_json
from mores.rows import read_json

RESULTS = "results"  # the folder of results, in the study's or below a module's prefix
WHOLE = {"rule", "spec", "modules", "inputs", "output"}


def part(result: str | Path) -> tuple[Path, Path]:
    """The folder that results of one workflow lie in, and a result's path below it."""
    path = Path(result)
    depth = path.parts.index(RESULTS) + 1
    return Path(*path.parts[:depth]), Path(*path.parts[depth:])


def record_of(result: str | Path) -> Path:
    """Where a result's record lies."""
    results, below = part(result)
    return results / "made" / f"{below}.json"


def journal_of(result: str | Path, store: str | Path) -> Path:
    """Where the job that makes a result keeps what it asks of a model, in a store.

    Studies that share the store share it for results of the same name.
    """
    _, below = part(result)
    return journals(store) / below


def journals(store: str | Path) -> Path:
    """The journals of a store."""
    return Path(store, "journal")


def write_record(
    result: str | Path,
    *,
    rule: str,
    spec: dict[str, Any],
    modules: dict[str, str],
    inputs: dict[str, str],
    installed: dict[str, str | None],
) -> None:
    """Record a result that was just written.

    `modules` are the digests of the step's code by file, `inputs` those of the results it was made
    from, in their order, `installed` the packages that made it; the user's own files are in the
    spec by their content.
    """
    made = {
        "rule": rule,
        "spec": spec,
        "modules": modules,
        "inputs": inputs,
        "installed": installed,
        "output": content_digest(result),
    }
    write_json(record_of(result), made)


def read_record(result: str | Path) -> dict[str, Any] | None:
    """A result's record; None where there is none, or none that can be read."""
    try:
        record = read_json(record_of(result))
    except (InputError, UnicodeDecodeError):
        return None
    return record if isinstance(record, dict) and set(record) >= WHOLE else None


def seconds_of(result: str | Path) -> Path:
    """Where the seconds are noted of the job of which a result is the first, apart from records.

    The same work makes the same records, and takes another time in each run.
    """
    return Path("work/seconds", f"{result}.json")
