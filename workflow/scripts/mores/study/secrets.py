"""Secrets: a configuration names them, by environment variable or file, and never holds one.

It stands in files that others may read, in records, and in command lines, which every user of a
host can list. What is found is told by its key alone.
"""

import re
from collections.abc import Iterator
from typing import Any

from mores.errors import InputError

# What the name of a variable says of its value; a name that ends so only tells where that is.
WORDS = {"KEY", "KEYS", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "AUTH"}
WORDS |= {"CREDENTIAL", "CREDENTIALS", "COOKIE", "BEARER"}
PLACES = {"PATH", "FILE", "DIR", "FOLDER", "VARIABLE"}
ASSIGNED = re.compile(r"([A-Za-z][\w-]*)=[^\s,]")
SHAPES = {
    "a user's name or password in an address": re.compile(r"://[^/\s]*@"),
    "a key or token": re.compile(
        r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[\w-]{16,}|gh[pousr]_\w{16,}|glpat-[\w-]{16,}"
        r"|xox[abps]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]+\.[\w-]+)"
        r"|\bBearer \S"
    ),
}
VARIABLE = re.compile(r"[A-Za-z_]\w*")
MEND = "export it in the shell instead"


def check_secrets(raw: dict[str, Any]) -> None:
    """Raise InputError where a configuration, not yet checked, holds what looks like a secret."""
    if faults := [f"  {key}: {told}" for key, told in _found(raw, ())]:
        listed = "\n".join(faults)
        raise InputError(f"the configuration has {len(faults)} fault(s):\n{listed}")


def _found(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Key and fault of each secret below a place."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _found(below, (*place, str(name)))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _found(below, (*place, str(number)))
    elif value is not None and (told := _told(place, str(value))):
        yield ".".join(place), told


def _told(place: tuple[str, ...], value: str) -> str | None:
    """What is wrong with a value, which itself is not told."""
    for shape, pattern in SHAPES.items():
        if pattern.search(value):
            return f"holds {shape}, which everybody could read here: {_mend(place)}"
    if place[-1:] == ("key_variable",) and not VARIABLE.fullmatch(value):
        return "names an environment variable that holds the key, and is not the key itself"
    if place[0] != "engine" or len(place) < 2:
        return None
    names = [*ASSIGNED.findall(value), *(place[2:3] if place[1] == "server_env" else ())]
    if secret := next(filter(_is_secret, names), None):
        return f"{secret} would be readable by everybody here: {_mend(place)}"
    return None


def _mend(place: tuple[str, ...]) -> str:
    if "endpoints" in place:
        return f"{MEND} and name the variable as `key_variable`"
    return f"{MEND}, whose environment servers and jobs have"


def _is_secret(name: str) -> bool:
    parts = re.split(r"[_-]+", name.upper())
    return bool(WORDS & set(parts)) and parts[-1] not in PLACES
