"""The journal: every completion is kept the moment it comes, so that a killed job loses nothing."""

import errno
import fcntl
import json
import logging
import os
from collections.abc import Container, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Self

from mores.canonical import digest
from mores.errors import InputError
from mores.method.requests import Completion

log = logging.getLogger("mores.engine")

# Lines begin with the key, so that a scan need not parse what nobody wants.
HEAD = b'{"key": "'
KEY = slice(len(HEAD), len(HEAD) + 64)


class Journal:
    """An append-only JSONL file of completions with one writer at a time.

    A second writer waits for the first, or ends with an InputError.
    """

    def __init__(self, path: Path, wait: bool = True):
        self.path, self.wait = path, wait

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            # Unbuffered: what a full disk refused must not be tried again when the file is closed.
            self.stream: BinaryIO = open(self.path, "ab", buffering=0)
            self._take_turn()
            if self._is_there():
                return self
            self.stream.close()  # freed or rewritten between its opening and its locking

    def _take_turn(self) -> None:
        """Lock the journal, which a job of another study that shares the store may be writing."""
        try:
            fcntl.flock(self.stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = f"{self.path}: another process writes this journal"
            if not self.wait:
                self.stream.close()
                raise InputError(f"{told}; wait for it or stop it") from None
            log.warning("%s; waiting for its end", told)
            fcntl.flock(self.stream, fcntl.LOCK_EX)

    def _is_there(self) -> bool:
        opened = os.fstat(self.stream.fileno())
        return self.path.exists() and os.path.samestat(opened, self.path.stat())

    def __exit__(self, *_) -> None:
        self.stream.close()

    def find(self, wanted: Container[str]) -> dict[str, Completion]:
        """The completions of the wanted keys; memory grows with what is found, not with the file.

        A last line without an end was torn by a kill and is cut off; another line that does not
        parse, or is not what was written, is counted, warned of, and left: it is asked again.
        """
        found: dict[str, Completion] = {}
        corrupt, end = 0, 0
        with open(self.path, "rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    log.warning("%s: dropped a torn last line", self.path)
                    self.stream.truncate(end)
                    break
                end += len(line)
                if line.startswith(HEAD) and key_of(line) not in wanted:
                    continue
                completion = _parse(line)
                if completion is None:
                    corrupt += 1
                elif completion.key in wanted:
                    found[completion.key] = completion
        if corrupt:
            log.warning("%s: %d lines do not parse; asking those again", self.path, corrupt)
        return found

    def add(self, completion: Completion) -> None:
        """Append one completion and hand it to the operating system, which outlives this job."""
        line = (json.dumps(_row(completion), ensure_ascii=False) + "\n").encode()
        try:
            if self.stream.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            error.filename = str(self.path)
            raise


def kept(path: Path) -> Iterator[Completion]:
    """The completions of a journal, for whoever only looks: what does not parse is passed over."""
    with open(path, "rb") as stream:
        for line in stream:
            if completion := _parse(line):
                yield completion


def key_of(line: bytes) -> str:
    """The key of a journal's line, without parsing the rest."""
    return line[KEY].decode("ascii", "replace")


def _row(completion: Completion) -> dict[str, Any]:
    """A completion as its line holds it, with a digest by which damage shows."""
    row = {name: value for name, value in asdict(completion).items() if value is not None}
    return row | {"digest": digest(row)[:16]}


def _parse(line: bytes) -> Completion | None:
    """The completion of a line, or None where the line holds anything else, or is damaged."""
    try:
        row = json.loads(str(line, "utf-8"))
        noted = row.pop("digest")
        completion = Completion(**row)
        undamaged = digest(row)[:16] == noted
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    texts = (completion.key, completion.text, completion.finish_reason)
    return completion if undamaged and all(isinstance(text, str) for text in texts) else None
