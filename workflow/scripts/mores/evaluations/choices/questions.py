"""What is asked, and what is right, stands in a file: one question a row (JSONL or CSV)."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from mores.errors import InputError
from mores.evaluations.choices.file import Columns, read_rows
from mores.evaluations.questions import Evaluation, Questions
from mores.method.countries import Country
from mores.method.items import Bank
from mores.spec import PathText


class Settings(Evaluation):
    """A file of questions, and what it calls things."""

    kind: Literal["choices"]
    path: PathText = ""
    """The questions: JSONL or CSV, one a row (docs/choices.md)."""
    columns: Columns = Columns()
    options: tuple[str, ...] | None = Field(None, min_length=2)
    """The options of every question, where no column has them."""
    count_from: Literal[0, 1] = 1
    """What the first option is, where right options are numbers."""
    topics: dict[str, str] = Field(default_factory=dict)
    """By the file's topic the survey's, whose norms go before its questions."""
    names: dict[str, str] = Field(default_factory=dict)
    """By the file's name of a country its code, where it uses neither the code nor the name."""

    templates: ClassVar[str] = "choices/"


def read(settings: Settings, path: Path, country: Country) -> Questions:
    """The questions that the file has for a country; InputError where there is none."""
    called = {country.code.casefold(), country.name.casefold()}
    called |= {name.casefold() for name, code in settings.names.items() if code == country.code}
    bank, gold = Bank(path.name, {}, {}), {}
    stands: dict[str, str] = {}
    for row in read_rows(path, settings.columns, settings.options, settings.count_from):
        right = row.right_for(called)
        if right is None:
            continue
        item = row.item(settings.topics.get(row.topic, row.topic))
        if item.id in bank.items:
            raise InputError(f"{row.where}: {item.id} stands in {stands[item.id]} too; drop one")
        bank.topics[item.topic] = row.topic
        bank.items[item.id], gold[item.id], stands[item.id] = item, right, row.where
    if not gold:
        raise InputError(
            f"{path}: no question for {country.code} ({country.name}); name the countries it has "
            "under `countries` of the evaluation, or what it calls this one under `names`"
        )
    return Questions(bank, gold)
