"""Records: of each result what made it, so that its age can be told without Snakemake."""

from pathlib import Path
from typing import Any

from mores.contents import content_digest
from mores.errors import InputError
from mores.files import write_json
from mores.rows import read_json

RESULTS = Path("results")
RECORDS = RESULTS / "made"
JOURNALS = Path("work/journal")
WHOLE = {"rule", "spec", "modules", "inputs", "output"}


def record_of(result: str | Path) -> Path:
    """Where a result's record lies."""
    return RECORDS / f"{Path(result).relative_to(RESULTS)}.json"


def journal_of(result: str | Path) -> Path:
    """Where the job that makes a result keeps what it asks of a model."""
    return JOURNALS / Path(result).relative_to(RESULTS)


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
