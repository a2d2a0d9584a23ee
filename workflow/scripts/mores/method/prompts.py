"""Prompts: the templates of a study, rendered for a country."""

import logging
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta

from mores.canonical import digest
from mores.errors import InputError, one_line
from mores.method.control import cut_control
from mores.rows import read_text

LARGEST = 2**20  # bytes of a template

log = logging.getLogger("mores.method.prompts")


def load_neutral(path: str | Path) -> list[str]:
    """Read the lines of neutral text, which state no norm."""
    lines = [line.strip() for line in read_text(path, LARGEST).split("\n")]
    if not any(lines):
        raise InputError(f"{path}: holds no line of neutral text; write some")
    return [line for line in lines if line]


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
            self.sources[file] = read_text(path, LARGEST)
        return self.sources[file]

    def digest(self, template: str) -> str:
        """SHA-256 of a template and of all it includes."""
        return digest(self._included(f"{template}.j2", ()))

    def _included(self, file: str, by: tuple[str, ...]) -> dict[str, str]:
        """The sources of a file and of all it includes; `by` are those that include it."""
        if file in by:
            raise InputError(
                f"{self.folder / by[-1]}: includes {file}, which includes it; drop one"
            )
        found = {file: self._source(file)}
        for name in jinja2.meta.find_referenced_templates(self._parsed(file)):
            if name is None:
                raise InputError(
                    f"{self.folder / file}: includes a template by a name that is computed; "
                    "write the name out, or nobody can tell what it depends on"
                )
            if not (self.folder / name).is_file():
                raise InputError(
                    f"{self.folder / file}: includes {name}, which is not there; add it"
                )
            found |= self._included(name, (*by, file))
        return found

    def _parsed(self, file: str) -> jinja2.nodes.Template:
        try:
            return self.environment.parse(self._source(file))
        except jinja2.TemplateSyntaxError as error:
            at = f"{self.folder / file}, line {error.lineno}"
            raise InputError(f"{at}: {one_line(error.message)}; mend the template") from None
        except (RecursionError, ValueError) as error:
            raise InputError(
                f"{self.folder / file}: {one_line(error)}; mend the template"
            ) from None

    def render(self, template: str, **values) -> tuple[dict[str, str], ...]:
        """One user turn, as chat messages: R1 models advise against a system prompt."""
        self._parsed(f"{template}.j2")
        try:
            text = self.environment.get_template(f"{template}.j2").render(**values).strip()
        except InputError:
            raise
        except Exception as error:  # a template may do anything, and may fail at anything
            at = self.folder / f"{template}.j2"
            raise InputError(f"{at}: {one_line(error)}; mend the template") from None
        return ({"role": "user", "content": text},)


def as_words(value: Any) -> Any:
    """A value as it is put into a prompt: words, and no control token."""
    if not isinstance(value, str):
        return value
    words, count = cut_control(value)
    if count:
        log.warning("a prompt: %d control token(s) cut from %r", count, value[:200])
    return words
