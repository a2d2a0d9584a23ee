"""The errors a user can mend."""

import reprlib
from typing import Any

LONGEST_LINE = 300


class InputError(ValueError):
    """Bad input: the message names the file, row or key, what is wrong, and the mend."""


class EngineError(RuntimeError):
    """The engine failed: the message names the server's log."""


def shown(value: Any) -> str:
    """A value as an error's line shows it: short, whatever its size or depth, and in one line."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother = 3, 60, 60
    return short.repr(value)


def one_line(told: object) -> str:
    """What a library says of an input, in one line of signs that can be seen."""
    words = " ".join(str(told).split())[:LONGEST_LINE]
    return "".join(sign if sign.isprintable() else "?" for sign in words)
