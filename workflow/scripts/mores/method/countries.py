"""Countries as prompts name them."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from mores.errors import InputError, shown
from mores.method.items import ItemName, faults_of
from mores.spec import Section
from mores.yamls import read_yaml


class Country(Section):
    """A country as prompts name it."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    name: ItemName
    adjective: ItemName


def load_countries(path: str | Path) -> dict[str, Country]:
    """Read the names of countries: ISO code to name and adjective."""
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError(f"{path}: needs country codes, each with `name` and `adjective`")
    fields = {"name", "adjective"}
    names = {}
    for code, entry in raw.items():
        if not isinstance(entry, dict) or set(entry) != fields:
            raise InputError(f"{path}: {shown(code)}: give `name` and `adjective`, no more")
        try:
            names[code] = Country(code=code, **entry)
        except ValidationError as error:
            raise InputError(f"{path}: {shown(code)}: {faults_of(error)}; mend it") from None
    return names
