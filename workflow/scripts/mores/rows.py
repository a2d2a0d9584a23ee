"""How values stand in files: text in UTF-8, JSON, and JSON Lines with a row a line.

What a user wrote is read as it stands, or refused: nothing is guessed.
"""

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from json import decoder, scanner
from pathlib import Path
from typing import Any

from mores.errors import InputError, shown

LARGEST = 2**29  # bytes of a text that is read whole
LONGEST = 2**24  # characters of a row
MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # begins as UTF-16's does
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
NEWLINE = b"\n"
HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def json_text(value: Any) -> str:
    """`value` as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def jsonl_text(rows: Iterable[dict]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_json(path: str | Path) -> Any:
    """Read one JSON file; an InputError names the file and the line that cannot be read."""
    return parse_json(read_text(path), str(path))


def read_jsonl(path: str | Path) -> list[Any]:
    """Read one JSON value a line; an InputError names the file and a line that cannot be read."""
    # Not splitlines: model output may hold U+2028, which is no end of line in JSONL.
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [parse_json(line, str(path), number) for number, line in lines if line.strip()]


def read_objects(path: str | Path) -> list[Any]:
    """The objects of a JSON list, or of JSON Lines; an InputError tells what is neither."""
    begun = read_text(path).lstrip()[:1]
    if begun not in ("", "[", "{"):
        raise InputError(
            f"{path}: begins with {shown(begun)}: neither a JSON list nor JSON Lines; write one "
            "object for each row"
        )
    return read_json(path) if begun == "[" else read_jsonl(path)


def parse_json(text: str, where: str, line: int | None = None) -> Any:
    """The value of a JSON text, of which `line` is the number where it is a row of a file.

    Refused are keys given twice, what is nested too deep, numbers of thousands of digits, and
    halves of a character. `where` begins the InputError's line.
    """
    at = f"{where}, line {line}" if line else where
    if line and len(text) > LONGEST:
        raise InputError(f"{at}: {len(text):,} characters; a row has {LONGEST:,} at most: part it")
    try:
        value = json.loads(text, object_pairs_hook=_once)
        if HALF_A_CHARACTER.search(text):
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except json.JSONDecodeError as error:
        at = f"{where}, line {line or error.lineno}"
        raise InputError(f"{at}: not JSON ({error.msg}); mend it") from None
    except _Twice as error:
        at = f"{where}, line {line or _line_of_twice(text)}"
        raise InputError(f"{at}: the key {error} stands twice; drop one") from None
    except RecursionError:
        raise InputError(f"{at}: nested too deep; mend it") from None
    except UnicodeEncodeError:
        raise InputError(f"{at}: holds half a character (\\ud...); write the whole") from None
    except ValueError as error:
        raise InputError(f"{at}: {str(error).partition(';')[0]}; mend it") from None


class _Twice(ValueError):
    """A key that an object gives twice."""

    start: int | None = None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(shown(next(name for name in found if names.count(name) > 1)))
    return found


def _line_of_twice(text: str) -> int:
    """The line on which the object begins that gives a key twice; read again, slowly."""

    def parse_object(place: tuple[str, int], *given: Any) -> Any:
        try:
            return decoder.JSONObject(place, *given)  # type: ignore[attr-defined]
        except _Twice as error:
            error.start = error.start or place[1]
            raise

    slow = json.JSONDecoder(object_pairs_hook=_once)
    slow.parse_object = parse_object  # type: ignore[attr-defined]
    slow.scan_once = scanner.py_make_scanner(slow)  # type: ignore[attr-defined]
    try:
        slow.decode(text)
    except _Twice as error:
        return text.count("\n", 0, error.start) + 1
    return 1


def read_text(path: str | Path, largest: int = LARGEST) -> str:
    """Read a text of at most so many bytes, with newlines as line ends.

    An InputError names a file that is not there, is too large, or is not in UTF-8.
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read(largest + 1)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check the path") from None
    if len(raw) > largest:
        raise InputError(f"{path}: larger than {largest:,} bytes; is this the right file?")
    return decoded(raw, str(path)).replace("\r\n", "\n").replace("\r", "\n")


def decoded(raw: bytes, where: str, line: int = 1) -> str:
    """Bytes in UTF-8, from a line of a file on, as text without a byte-order mark.

    Another encoding is an InputError that says which it looks like.
    """
    check_mark(raw, where)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = f"{where}, line {line + raw.count(NEWLINE, 0, error.start)}"
        looks = "UTF-16" if b"\0" in raw else "Latin-1 or Windows-1252"
        raise InputError(
            f"{at}: byte 0x{raw[error.start]:02x} is not UTF-8; this looks like {looks}: save the "
            "file as UTF-8"
        ) from None
    check_nul(raw, where, line)
    return text


def check_nul(raw: bytes, where: str, line: int = 1) -> None:
    """Raise InputError where bytes, from a line of a file on, have a NUL among them."""
    if b"\0" in raw:
        at = f"{where}, line {line + raw.count(NEWLINE, 0, raw.index(0))}"
        raise InputError(f"{at}: a NUL: UTF-16, or damaged; save the file as UTF-8, or restore it")


def check_mark(raw: bytes, where: str) -> None:
    """Raise InputError where a file begins with the mark of another encoding than UTF-8."""
    found = next((name for mark, name in MARKS.items() if raw.startswith(mark)), None)
    if found:
        raise InputError(f"{where}: this is {found}; save it as UTF-8 (in Excel: CSV UTF-8)")


@dataclass(frozen=True)
class Folder:
    """A folder as a step hands it out: a copy of another, with these texts in files by name."""

    copy_of: Path
    texts: dict[str, str]
