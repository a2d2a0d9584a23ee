"""CSV as users have it: the separator found, each column once, every row with all its fields."""

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mores.errors import InputError, shown
from mores.rows import LONGEST, check_mark, check_nul, decoded


def head_of(path: Path, utf8: bool = True) -> tuple[str, list[str]]:
    """The separator of a CSV file, comma or semicolon, and the names of its columns.

    Without `utf8` names in another encoding pass, misspelt. InputError where there is no line of
    names, or two columns have one name.
    """
    with open(path, "rb") as stream:
        line = stream.readline(LONGEST)
    check_mark(line, str(path))
    separator = ";" if line.count(b";") > line.count(b",") else ","
    text = (decoded(line, str(path)) if utf8 else line.decode("utf-8-sig", "replace")).rstrip(
        "\r\n"
    )
    if "\r" in text:
        raise InputError(f"{path}: lines end in CR alone; save it with LF or CR LF")
    if not text.strip():
        raise InputError(f"{path}, line 1: no names of columns; add them")
    try:
        (names,) = csv.reader([text], delimiter=separator, strict=True)
    except csv.Error as error:
        raise InputError(f"{path}, line 1: not CSV ({error}); mend it") from None
    twice = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if twice:
        raise InputError(f"{path}: the column {shown(twice[0])} stands twice; rename or drop one")
    return separator, names


def check_fields(path: Path, separator: str, columns: int, utf8: bool) -> None:
    """Raise InputError, with the line, at a row that has not as many fields as there are columns.

    With `utf8` also at one that is in another encoding.
    """
    mark = separator.encode()
    quoted = re.compile(
        rb'(?:^|(?<=%b))"[^"]*(?:""[^"]*)*"(?=%b|$)' % (re.escape(mark), re.escape(mark))
    )
    with open(path, "rb") as stream:
        for number, line in _rows(stream, path):
            line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            check_nul(line, str(path), number)
            if utf8:
                decoded(line, str(path), number)
            plain = quoted.sub(b"", line) if b'"' in line else line
            if b'"' in plain:
                raise InputError(f"{path}, line {number}: a quote within a field; mend the row")
            if b"\r" in plain:
                raise InputError(f"{path}, line {number}: a CR within a field; mend the row")
            if (found := plain.count(mark) + 1) != columns:
                raise InputError(
                    f"{path}, line {number}: {found} field(s) in {columns} columns; mend the row, "
                    "or restore the file if it was cut short"
                )


def _rows(stream: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """Rows with the number of their first line; a quoted field may go over several."""
    row: list[bytes] = []
    quotes, size, begun = 0, 0, 1
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST), b""), start=1):
        begun = begun if row else number
        row.append(line)
        size += len(line)
        quotes += line.count(b'"')
        if size >= LONGEST:
            raise InputError(f"{path}, line {begun}: a row of {LONGEST:,} bytes or more; mend it")
        if quotes % 2 == 0:
            yield begun, b"".join(row).removesuffix(b"\n").removesuffix(b"\r")
            row, quotes, size = [], 0, 0
    if row:
        raise InputError(f"{path}, line {begun}: a quote that is never closed; mend the row")
