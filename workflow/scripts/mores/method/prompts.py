"""Prompts: the templates of a study, rendered for a country."""

import logging
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import yaml

from mores.canonical import digest
from mores.errors import InputError
from mores.method.control import cut_control
from mores.spec import Section

log = logging.getLogger("mores.method.prompts")


class Country(Section):
    """A country as prompts name it."""

    code: str
    name: str
    adjective: str


def load_countries(path: str | Path) -> dict[str, Country]:
    """Read the names of countries: ISO code to name and adjective."""
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file of country names; check the path") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML; mend it: {error}") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: needs country codes, each with `name` and `adjective`")
    fields = {"name", "adjective"}
    faulty = [
        code for code, entry in raw.items() if not isinstance(entry, dict) or set(entry) != fields
    ]
    if faulty:
        raise InputError(f"{path}: {', '.join(faulty)}: give `name` and `adjective`, no more")
    return {code: Country(code=code, **entry) for code, entry in raw.items()}


def load_neutral(path: str | Path) -> list[str]:
    """Read the lines of neutral text, which state no norm."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file of neutral text; check the path") from None
    if not any(lines):
        raise InputError(f"{path}: holds no line of neutral text; write some")
    return [line.strip() for line in lines if line.strip()]


class Prompts:
    """The Jinja templates of a folder; a value that a template names must be given.

    A template is read once: what is rendered is what its digest is of. From what is put into it,
    control tokens are cut, whoever wrote them; the template's own words are left alone.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.sources: dict[str, str] = {}
        self.environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(self._source),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=as_words,
        )

    def _source(self, file: str) -> str:
        """The text of a file of the folder, as it was when it was first asked for."""
        if file not in self.sources:
            path = self.folder / file
            if not path.is_file():
                raise InputError(f"prompts: no template {file} in {self.folder}; add it")
            self.sources[file] = path.read_text(encoding="utf-8")
        return self.sources[file]

    def digest(self, template: str) -> str:
        """SHA-256 of a template and of all it includes."""
        found: dict[str, str] = {}
        ahead = {f"{template}.j2"}
        while ahead:
            file = ahead.pop()
            found[file] = self._source(file)
            for name in jinja2.meta.find_referenced_templates(self.environment.parse(found[file])):
                if name is None:
                    raise InputError(
                        f"{self.folder / file}: includes a template by a name that is computed; "
                        "write the name out, or nobody can tell what it depends on"
                    )
                ahead |= {name} - found.keys()
        return digest(found)

    def render(self, template: str, **values) -> tuple[dict[str, str], ...]:
        """One user turn, as chat messages: R1 models advise against a system prompt."""
        text = self.environment.get_template(f"{template}.j2").render(**values).strip()
        return ({"role": "user", "content": text},)


def as_words(value: Any) -> Any:
    """A value as it is put into a prompt: words, and no control token."""
    if not isinstance(value, str):
        return value
    words, count = cut_control(value)
    if count:
        log.warning("a prompt: %d control token(s) cut from %r", count, value[:200])
    return words
