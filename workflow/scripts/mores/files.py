"""Files and folders that are either whole or absent."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mores.rows import json_text, jsonl_text

MIB = 1 << 20


@contextmanager
def whole(path: str | Path, mode: int = 0o666) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success flush it to disk and rename it into place.

    `mode` is the file's mode before the umask, as in `open`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(mode & ~_umask())
        temporary.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)  # of a full disk Python tells no name
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a name beside `path` for a folder to be made; on success put it into place."""
    temporary = path.with_name(f".{path.name}.part")
    with writing_in(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(temporary, ignore_errors=True)
        yield temporary
        shutil.rmtree(path, ignore_errors=True)
        temporary.rename(path)


@contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Where libraries write: what fails for want of room or right ends in an OSError that says so.

    They tell it in ways of their own ("unexpected pos", says torch of a full disk), so after an
    error a MiB is tried.
    """
    try:
        yield
    except Exception:
        try_to_write(folder, MIB)
        raise


def try_to_write(folder: Path, size: int = 1) -> None:
    """Raise the OSError, naming the folder, that writing so many bytes there comes to, if any."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as stream:
            stream.write(bytes(size))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        error.filename = str(folder)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def write_text(path: str | Path, text: str, mode: int = 0o666) -> None:
    """Write `text` whole."""
    with whole(path, mode) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Any, mode: int = 0o666) -> None:
    """Write `value` as indented JSON, whole."""
    write_text(path, json_text(value), mode)


def write_jsonl(path: str | Path, rows: Iterable[dict]) -> None:
    """Write one JSON object a line, whole."""
    write_text(path, jsonl_text(rows))
