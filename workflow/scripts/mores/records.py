"""Records: of each result what it was made from, so that its age can be told without Snakemake."""

from pathlib import Path
from typing import Any

from mores.digests import file_digest
from mores.errors import InputError
from mores.files import digest, read_json, write_json

RESULTS = Path("results")
RECORDS = RESULTS / "made"


def record_of(result: str | Path) -> Path:
    """Where a result's record lies."""
    return RECORDS / f"{Path(result).relative_to(RESULTS)}.json"


def content_digest(path: str | Path) -> str:
    """Digest of a file, or of all files in a folder by their names."""
    path = Path(path)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return digest({str(file.relative_to(path)): file_digest(file) for file in files})
    return file_digest(path)


def write_records(
    rule: str, spec: Any, modules: dict[str, str], inputs: list[str], outputs: list[str]
) -> None:
    """Write a record for each output: rule, spec, digests of code by module, of inputs, of itself.

    Inputs are the results it was made from; the user's own files are in the spec by their content.
    """
    made_from = {
        path: content_digest(path) for path in inputs if Path(path).is_relative_to(RESULTS)
    }
    for output in outputs:
        record = {"rule": rule, "spec": spec, "modules": modules, "inputs": made_from}
        write_json(record_of(output), record | {"output": content_digest(output)})


def read_record(result: str | Path) -> dict[str, Any] | None:
    """A result's record; None where there is none, or none that can be read."""
    try:
        record = read_json(record_of(result))
    except (InputError, UnicodeDecodeError):
        return None
    whole = isinstance(record, dict) and {"spec", "modules", "inputs", "output"} <= set(record)
    return record if whole else None
