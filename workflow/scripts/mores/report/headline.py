"""The headline: what the contrasts say, in sentences as hedged as they are.

Every number in it stands in a table, rounded to what is shown; nothing is computed here.
"""

from collections.abc import Iterator
from typing import Any

Row = dict[str, str]
MEAN, REFERENCE, BASELINE = "MEAN", "reference", "vanilla"
SURE = 0.05  # adjusted p below which a difference is called one
SILENT = "many_invalid"  # the mark of scores that say little


def read_rows(table: str) -> list[Row]:
    """The rows of a TSV table; a field without a value is empty."""
    header, *lines = table.splitlines() or [""]
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def headline(scores: list[Row], contrasts: list[Row], confidence: float) -> list[str]:
    """A few sentences for each model, from the rows of the two tables of the survey.

    The method named is that with the largest mean difference from `vanilla`, of those that answer
    most items if there are any; it is called higher only where that is sure after adjustment for
    all the rows beside it.
    """
    found = []
    for model in dict.fromkeys(row["model"] for row in contrasts):
        rows = [row for row in contrasts if row["model"] == model and row["country"] == MEAN]
        gains = [row for row in rows if _is_gain(row)]
        if gains:
            best = max(gains, key=lambda row: (not _is_silent(row), float(row["difference"])))
            told = [_gain(best, scores, confidence), _others(best, gains)]
            told += [_control(row, confidence) for row in rows if _controls(row, best)]
            told += [_reference(best, scores)]
            found.append(" ".join(text for text in told if text))
    return found or [_without_contrasts(scores)]


def caveats(contrasts: list[Row]) -> list[str]:
    """What a reader should hold against the headline."""
    draws = {row["replicates"] for row in contrasts if row["replicates"]}
    topics = {row["topics"] for row in contrasts if row["country"] == MEAN}
    found = []
    if draws == {"1"}:
        found.append(
            "Norms were mined and adapters trained once: an interval holds other topics and items "
            "like these, not another training run that shifts all topics of a country alike."
        )
    if topics:
        count = min(map(int, topics))
        found.append(f"Intervals and p-values are by topic, of which there are {count}.")
    if warned := {mark for row in contrasts for mark in row["marks"].split(",") if mark}:
        found.append(
            f"Some differences bear warnings, in the column marks: {', '.join(sorted(warned))}."
        )
    found.append(
        "A method that shows no difference is not shown to be without effect: the column "
        '"detectable" says how large a difference would probably have been found.'
    )
    return found


def _is_gain(row: Row) -> bool:
    """Whether a row is a method's gain over the bare question, and no control's."""
    plain = row["against"] == BASELINE and not row["than"] and not row["margin"]
    return plain and bool(row["difference"])


def _controls(row: Row, best: Row) -> bool:
    """Whether a row holds the named method against another than `vanilla`."""
    plain = not row["than"] and row["against"] != BASELINE and bool(row["difference"])
    return plain and row["of"] == best["of"]


def _gain(best: Row, scores: list[Row], confidence: float) -> str:
    model, method = best["model"], best["of"]
    countries = {row["country"] for row in scores if row["model"] == model} - {MEAN}
    own = next(row for row in _means(scores, model) if row["method"] == method)
    where = f"On average over {len(countries)} countries" if len(countries) > 1 else "In the mean"
    scored = f"{where}, {model} with {method} scores {_points(own['alignment'])}"
    way = "" if _is_sure(best) else "which is "
    return f"{scored}, {way}{_difference(best, 'the bare question', confidence)}."


def _difference(row: Row, other: str, confidence: float) -> str:
    """How a score differs from another, as sure as that is."""
    points = _points(row["difference"].lstrip("-"))
    way = "below" if row["difference"].startswith("-") else "above"
    if _is_sure(row):
        return f"{points} points {way} {other} ({_sureness(row, confidence)})"
    known = row["detectable"]
    found = f"; {_points(known)} points would probably have been found" if known else ""
    return (
        f"not shown to differ from {other} ({points} points {way}, "
        f"{_sureness(row, confidence)}{found})"
    )


def _is_silent(row: Row) -> bool:
    """Whether a side of the row hardly answers."""
    return SILENT in row["marks"].split(",")


def _is_sure(row: Row) -> bool:
    return bool(row["p_adjusted"]) and float(row["p_adjusted"]) < SURE


def _sureness(row: Row, confidence: float) -> str:
    adjusted = f"adjusted p {row['p_adjusted']}" if row["p_adjusted"] else "too few topics to tell"
    adjusted += "; beware: many answers name no option" if _is_silent(row) else ""
    if not row["low"]:
        return adjusted
    ends = f"{_points(row['low'])} to {_points(row['high'])}"
    return f"{100 * confidence:g} % interval {ends}, {adjusted}"


def _others(best: Row, gains: list[Row]) -> str:
    others = [row for row in gains if row is not best]
    if not others:
        return ""
    told = [
        f"{row['of']} ({'' if row['difference'].startswith('-') else '+'}"
        f"{_points(row['difference'])}{'' if _is_sure(row) else ', not sure'}"
        f"{', many answers name no option' if _is_silent(row) else ''})"
        for row in sorted(others, key=lambda row: -float(row["difference"]))
    ]
    return f"Of the others: {', '.join(told)}."


def _control(row: Row, confidence: float) -> str:
    return f"It is {_difference(row, row['against'], confidence)}."


def _reference(best: Row, scores: list[Row]) -> str:
    """Where the named method lies beside the best row that needs no model."""
    own = next(row for row in _means(scores, best["model"]) if row["method"] == best["of"])
    floor = next(
        (row for row in _means(scores, REFERENCE) if row["method"] == own.get("floor")), None
    )
    if floor is None:
        return ""
    way = "above" if float(own["alignment"]) > float(floor["alignment"]) else "not above"
    return (
        f"That is {way} the best row that needs no model ({floor['method']}, "
        f"{_points(floor['alignment'])})."
    )


def _without_contrasts(scores: list[Row]) -> str:
    told = [
        f"{row['model']} with {row['method']} scores {_points(row['alignment'])}"
        for row in scores
        if row["country"] == MEAN and row["model"] != REFERENCE and row["alignment"]
    ]
    return f"Nothing was compared. On average {'; '.join(told)}." if told else "Nothing was scored."


def _means(scores: list[Row], model: str) -> Iterator[dict[str, Any]]:
    return (row for row in scores if row["country"] == MEAN and row["model"] == model)


def _points(value: str) -> str:
    return f"{float(value):.1f}"
