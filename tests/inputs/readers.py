"""Every reader of a user's file, in plain values, beside the oracle that tells what it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from inputs import good, oracles
from inputs.slow import Refused, Unsure
from mores.engine.journal import kept
from mores.errors import InputError
from mores.evaluations.choices.questions import Settings, read
from mores.method.countries import Country, load_countries
from mores.method.items import Bank, Item, load_bank
from mores.method.prompts import Prompts, load_neutral
from mores.rows import read_jsonl
from mores.scoring.answers_file import read_answers
from mores.study.settings import read_layer, settings_of
from mores.survey.importing import read_survey

ROOT = Path(__file__).parents[2]
BANK = Bank(
    "small",
    {"t": "a topic"},
    {
        "Q1": Item(id="Q1", topic="t", wording="Do they sing?", options=("a", "b", "c")),
        "Q94": Item(id="Q94", topic="t", wording="Do they?", options=("n", "y"), codes=(0, 1)),
    },
)
COLUMNS = ("country", "item", "code", "share", "top", "n")
KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")


@dataclass(frozen=True)
class Reader:
    """How a file is read, what it holds, and files that it takes."""

    name: str
    """Of the file."""
    read: Callable[[Path], Any]
    oracle: Callable[[bytes], Any]
    good: st.SearchStrategy[bytes]


def survey(path: Path, format: str) -> dict:
    """Marginals by country and item: shares by code, the top answer, respondents."""
    found: dict = {}
    marginals = read_survey(path, BANK, format).select(COLUMNS)
    for country, item, code, share, top, n in marginals.iter_rows():
        shares, best, _ = found.setdefault((country, item), ({}, None, None))
        shares[code] = share
        found[country, item] = shares, code if top else best, n
    return found


def bank(path: Path) -> tuple:
    """The survey's name, topics, and items as tuples."""
    found = load_bank(path)
    items = {
        item.id: (
            *(item.topic, item.wording, [*item.options], item.between and [*item.between]),
            *([*item.codes], item.kind, item.reversed),
        )
        for item in found.items.values()
    }
    return found.survey, found.topics, items


def countries(path: Path) -> dict:
    """Name and adjective by code."""
    return {code: (one.name, one.adjective) for code, one in load_countries(path).items()}


def prompts(path: Path) -> str:
    """What a template of a folder says of Kenya."""
    folder = Prompts(path.parent)
    folder.digest(path.stem)
    ((turn),) = folder.render(path.stem, country=KENYA)
    return turn["content"]


def config(path: Path) -> dict:
    """A layer, which then also passes for a whole configuration, or is told what is wrong."""
    layer = read_layer(path)
    try:
        settings_of([layer | {"country_names": str(NAMES)}])
    except InputError as error:
        assert str(error).isprintable() or "fault(s)" in str(error)
    return layer


NAMES = Path(__file__).with_name("names.yaml")


def choices(path: Path) -> list[tuple]:
    """Wording, options and the right one's number."""
    found = read(Settings(kind="choices"), path, KENYA)
    return [
        (item.wording, [*item.options], found.gold[name]) for name, item in found.bank.items.items()
    ]


def answers(path: Path) -> list[tuple]:
    """Item, sample, answer."""
    return [(row["item"], row["sample"], row["answer"]) for row in read_answers(str(path), BANK)]


def journal(path: Path) -> list[tuple]:
    """Key and text."""
    return [(one.key, one.text) for one in kept(path)]


READERS = {
    "aggregate": Reader(
        "s.json", partial(survey, format="aggregate"), oracles.aggregate, good.aggregates
    ),
    "tidy": Reader("s.csv", partial(survey, format="tidy"), oracles.tidy, good.tidies),
    "microdata": Reader(
        "s.csv", partial(survey, format="microdata"), oracles.microdata, good.microdata
    ),
    "sav": Reader("s.sav", partial(survey, format="microdata"), oracles.packed, good.sav),
    "dta": Reader("s.dta", partial(survey, format="microdata"), oracles.packed, good.dta),
    "bank": Reader("bank.yaml", bank, oracles.bank, good.banks),
    "countries": Reader("names.yaml", countries, oracles.countries, good.countries),
    "neutral": Reader("neutral.txt", load_neutral, oracles.neutral, good.texts),
    "prompts": Reader("a.j2", prompts, oracles.prompts, good.templates),
    "choices_jsonl": Reader("q.jsonl", choices, oracles.choices_jsonl, good.choices_jsonl),
    "choices_csv": Reader("q.csv", choices, oracles.choices_csv, good.choices_csv),
    "answers": Reader("answers.jsonl", answers, oracles.answers, good.answers),
    "rows": Reader("rows.jsonl", read_jsonl, oracles.rows, good.rows),
    "config": Reader("config.yaml", config, oracles.config, good.configs),
    "journal": Reader("j.jsonl", journal, oracles.journal, good.journals),
}


def outcome(reader: Reader, folder: Path, data: bytes) -> str:
    """`read` or `told`; else what is wrong: `traceback`, `unclear`, `wrong` or `refused`, with why.

    `refused` is a file that the oracle can read and the reader does not, `unsure` one that was read
    and of which the oracle cannot tell.
    """
    path = folder / reader.name
    path.write_bytes(data)
    try:
        held = reader.oracle(data)
    except (Refused, RecursionError):
        held = Refused
    except Unsure:
        held = Unsure
    try:
        value = reader.read(path)
    except InputError as error:
        told = str(error)
        if not told.isprintable() or len(told) > 1200 or str(path) not in told:
            return f"unclear: {told}"
        return "told" if held in (Refused, Unsure) else f"refused: {told}"
    except Exception as error:
        return f"traceback: {error!r:.300}"
    if held is Unsure:
        return "unsure"
    if held is Refused or not same(value, held):
        return f"wrong: {value!r:.300} for {held!r:.300}"
    return "read"


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, numbers nearly, nan to nan; truth is no number."""
    if isinstance(one, dict) and isinstance(other, dict):
        one, other = ({repr(key): held for key, held in value.items()} for value in (one, other))
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float | int):
        return one == other or (one != one and other != other) or abs(one - other) <= 1e-6
    if isinstance(one, int) and isinstance(other, float):  # respondents, rounded
        return abs(one - other) <= 0.5 + 1e-6
    return type(one) is type(other) and one == other
