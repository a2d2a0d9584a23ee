"""The report's data, gathered from the tables and norms, and the page of it."""

from pathlib import Path
from typing import Any

from mores.method.items import Bank
from mores.report.columns import as_columns
from mores.report.costs import Sampled, costs_table, of_rows, of_scores
from mores.report.headline import caveats, headline, read_rows
from mores.report.norms import Mined, high_norms, low_norms, missing, people, questions
from mores.report.page import write_page
from mores.report.reviews import judged
from mores.report.thinking import Thought, thinking_table
from mores.spec import Section
from mores.survey.part import BankPart

SCORES, CONTRASTS = "scores", "contrasts"
# Told elsewhere on the page: norms by themselves, and what `vanilla` answers in its own rows.
LEFT_OUT = ("norms",)


class Reporting(Section):
    """What the page is of, and what it tells of how the results were made."""

    page: str
    """Digest of the page's own files: words, style, scripts."""
    bank: BankPart
    tables: tuple[str, ...]
    """The names of the tables, in the order of their files."""
    countries: dict[str, str]
    """By code the names of all countries that are answered for, or lend norms."""
    high: tuple[Mined, ...]
    low: tuple[Mined, ...]
    """Whose the files of norms are, in their order."""
    traces: tuple[Sampled, ...] = ()
    """Whose the files of traces are, right ones and those to be rejected."""
    thoughts: tuple[Thought, ...] = ()
    """Whose the files of thinking are, in their order."""
    given: dict[str, dict[str, dict[str, int]]]
    """By method, model and country, which file of high-level norms stood before the questions."""
    settings: dict[str, Any]
    """The configuration, as far as it says what is made."""
    digests: dict[str, str]
    """Of the survey and the models."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that shaped the results."""
    confidence: float
    key: str = ""
    """Digest of the key of a review of norms, where one was scored."""
    labels: str = ""
    """Digest of what its raters said."""


def write_report(
    spec: Reporting,
    bank: Bank,
    page: Path,
    mark: dict[str, Any],
    digests: dict[str, str],
    tables: list[str],
    by_item: str,
    by_topic: str,
    train: list[list[dict]],
    test: list[list[dict]],
    high: list[list[dict]] | None = None,
    low: list[list[dict]] | None = None,
    traces: list[list[dict]] | None = None,
    thinking: list[list[dict]] | None = None,
    key: Path | None = None,
    labels: Path | None = None,
) -> str:
    """The page as HTML.

    `page` is the folder of its own files, `mark` says whose results these are, `digests` are of
    all inputs by path, `tables` the evaluations' tables, contrasts and verdicts as TSV, `train` and
    `test` the countries' rows, `high`, `low`, `traces` and `thinking` the files that `spec`
    names in order, `key` and `labels` the tables of a review of norms.
    """
    named = dict(zip(spec.tables, tables, strict=True))
    found = {
        "headline": _headline(named, spec),
        "study": {"survey": mark.get("survey"), "bank": mark.get("bank")},
        "made": {
            "settings": spec.settings,
            "digests": spec.digests,
            "inputs": digests,
            "packages": spec.packages,
        },
        "countries": spec.countries,
        "tables": {name: as_columns(text) for name, text in named.items()}
        | {"topics": as_columns(by_topic, LEFT_OUT), "items": as_columns(by_item, LEFT_OUT)}
        | {"costs": as_columns(_costs(spec, named, high or [], low or [], traces or []))},
        "reviews": judged(key.read_text(), labels.read_text()) if key and labels else [],
        **_browsed(spec, bank, high or [], low or []),
        "people": {
            country: people([*one, *two], bank)
            for country, one, two in zip(spec.countries, train, test, strict=True)
        },
        "trained": [row["item"] for row in train[0]],
    }
    shown = thinking_table(spec.thoughts, thinking or [])
    return write_page(page, f"mores: {bank.survey}", found, shown)


def _headline(tables: dict[str, str], spec: Reporting) -> dict[str, list[str]]:
    scores, contrasts = (read_rows(tables.get(name, "")) for name in (SCORES, CONTRASTS))
    told = headline(scores, contrasts, spec.confidence)
    return {"found": told, "caveats": caveats(contrasts)}


def _costs(
    spec: Reporting,
    tables: dict[str, str],
    high: list[list[dict]],
    low: list[list[dict]],
    traces: list[list[dict]],
) -> str:
    norms = [*zip(spec.low, low, strict=True), *zip(spec.high, high, strict=True)]
    return costs_table(
        [
            *(of_rows("norms", mined.model, mined.mining, rows) for mined, rows in norms),
            *(
                of_rows("traces", one.model, one.tuning, rows)
                for one, rows in zip(spec.traces, traces, strict=True)
            ),
            *of_scores(tables.get(SCORES, "")),
        ]
    )


def _browsed(
    spec: Reporting, bank: Bank, high: list[list[dict]], low: list[list[dict]]
) -> dict[str, Any]:
    """Norms, what they lack, whom they were given, and the questions they are about."""
    highs = [*zip(spec.high, high, strict=True)]
    lows = [*zip(spec.low, low, strict=True)]
    return {
        "high": [norm for mined, rows in highs for norm in high_norms(mined, rows)],
        "low": [norm for mined, rows in lows for norm in low_norms(mined, rows)],
        "missing": [one for mined, rows in highs for one in missing(mined, rows, "norms")]
        + [one for mined, rows in lows for one in missing(mined, rows, "norm")],
        "mined": [mined.model_dump() for mined in spec.high],
        "given": spec.given,
        "topics": bank.topics,
        "items": questions(bank),
    }
