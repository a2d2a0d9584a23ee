"""How values stand in files: JSON, and JSON Lines with a row a line."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mores.errors import InputError


def json_text(value: Any) -> str:
    """`value` as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def jsonl_text(rows: Iterable[dict]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_json(path: str | Path) -> Any:
    """Read one JSON file; an InputError names the file and the line that does not parse."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: not JSON ({error.msg}); mend it") from None


def read_jsonl(path: str | Path) -> list[dict]:
    """Read one JSON object a line; an InputError names the file and a line that does not parse."""
    rows = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            if line:
                rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: not JSON ({error.msg}); mend it") from None
    return rows


def _lines(path: str | Path) -> list[str]:
    # Not splitlines: model output may hold U+2028, which is no end of line in JSONL.
    return read_text(path).rstrip("\n").split("\n")


def read_text(path: str | Path) -> str:
    """Read a text; an InputError names a file that is not there, or not in UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: no text in UTF-8; save it as such, or restore it") from None


@dataclass(frozen=True)
class Folder:
    """A folder as a step hands it out: a copy of another, with these texts in files by name."""

    copy_of: Path
    texts: dict[str, str]
