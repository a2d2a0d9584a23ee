"""What is asked is the item bank; what is right is what the country answered."""

from pathlib import Path
from typing import ClassVar, Literal

from mores.evaluations.questions import Evaluation, Questions
from mores.method.countries import Country
from mores.method.items import load_bank
from mores.survey.part import Part


class Settings(Evaluation):
    """The survey's test items; `survey` and `split` say which."""

    kind: Literal["survey"]

    part: ClassVar[Part] = "test"
    by_country: ClassVar[bool] = False


def read(_settings: Settings, bank: Path, _country: Country) -> Questions:
    """All items of the bank, of which a part is asked."""
    return Questions(load_bank(bank))
