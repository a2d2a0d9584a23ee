"""What raters said: acceptance by source, agreement, controls caught, and what norms then did."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from mores.scoring.resample import Resampling, interval
from mores.scoring.review.agreement import NO_LABEL, alpha, resampled
from mores.scoring.review.filled import Label, read_filled
from mores.scoring.review.sheet import LABELS, MINED, QUESTIONS
from mores.scoring.table import as_tsv

ALL = "ALL"
FEWEST = 5  # norms, for a rank correlation
ACCEPTED = tuple(f"{name}{end}" for name in QUESTIONS for end in ("", "_low", "_high"))
COLUMNS = (
    *("source", "mining", "model", "country", "n_norms", "n_raters", "n_labels"),
    *ACCEPTED,
    *("unsure", "caught", *(f"alpha_{name}" for name in QUESTIONS), "flagged"),
    *("n_effects", "effect_rho"),
)
RATERS = ("rater", "n_norms", "n_labels", *QUESTIONS, "unsure", "n_controls", "caught")
RAW = ("rater", "sheet", "id", "question", "label")


class Judging(Resampling):
    """Which sheets were filled, and how sure the shares are."""

    sheets: str
    """Digest of the folder of filled sheets."""
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute it."""


@dataclass(frozen=True)
class Judged:
    """All labels: norms x raters for each question, as places in `LABELS`."""

    norms: list[str]
    raters: list[str]
    labels: dict[str, np.ndarray]

    @classmethod
    def of(cls, found: list[Label]) -> "Judged":
        norms, raters = ({label[at] for label in found} for at in (1, 0))
        at = {name: place for place, name in enumerate(sorted(norms))}
        by = {name: place for place, name in enumerate(sorted(raters))}
        labels = {name: np.full((len(at), len(by)), NO_LABEL) for name in QUESTIONS}
        for rater, norm, question, label in found:
            labels[question][at[norm], by[rater]] = LABELS.index(label)
        return cls(sorted(norms), sorted(raters), labels)

    def only(self, wanted: Callable[[str], bool], rater: str | None = None) -> "Judged":
        """The labels of some norms, and perhaps of one rater."""
        rows = [place for place, name in enumerate(self.norms) if wanted(name)]
        columns = [place for place, name in enumerate(self.raters) if rater in (None, name)]
        labels = {name: given[np.ix_(rows, columns)] for name, given in self.labels.items()}
        raters = [self.raters[place] for place in columns]
        return Judged([self.norms[place] for place in rows], raters, labels)

    @cached_property
    def given(self) -> np.ndarray:
        """Norms x raters: how many questions are answered."""
        return sum(labels != NO_LABEL for labels in self.labels.values())

    def said(self, question: str, label: str) -> np.ndarray:
        """Norms x raters: 1 where that was said, 0 where something else was, else nan."""
        labels = self.labels[question]
        return np.where(labels == NO_LABEL, np.nan, labels == LABELS.index(label))

    @property
    def unsure(self) -> float:
        """Answers of a hundred that are unsure, over all questions."""
        return _percent(np.concatenate([self.said(name, "unsure") for name in QUESTIONS]))


def score_norm_review(
    spec: Judging, key: str, sheets: Path, effects: str | None = None
) -> dict[str, str]:
    """The tables (TSV): acceptance by source, what each rater said, and all labels as they are.

    `key` is the sheet's, `effects` a table of norms' measured effects.
    """
    known = _rows(key)
    labels = read_filled(sheets, known[0]["sheet"], {row["id"] for row in known})
    judged, measured = Judged.of(labels), _measured(effects)
    rows = [_row(told, own, judged, spec, measured) for told, own in _groups(known)]
    mined = {row["id"] for row in known if row["source"] == MINED}
    raters = [_rater(name, judged, mined) for name in judged.raters]
    raw = [{"sheet": known[0]["sheet"], **label._asdict()} for label in sorted(labels)]
    return {
        "table": as_tsv(rows, COLUMNS),
        "raters": as_tsv(raters, RATERS),
        "labels": as_tsv(raw, RAW),
    }


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _measured(effects: str | None) -> dict[tuple[str, ...], float]:
    """By country, topic and text of a norm its effect, the mean where it has several."""
    found: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in _rows(effects or ""):
        if row["effect"]:
            said = row["country"], row["topic"], " ".join(row["text"].split())
            found[said].append(float(row["effect"]))
    return {said: float(np.mean(values)) for said, values in found.items()}


def _groups(known: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    """What rows are of, and the key's rows for each: by source; mined ones further by whom."""
    shapes: tuple[tuple[str, ...], ...] = (("source",), ("source", "country"))
    for shape in (*shapes, ("source", "mining"), ("source", "mining", "model")):
        yield from _by(known, shape)
    yield from _by(known, ("source", "mining", "model", "country"))


def _by(
    known: list[dict[str, str]], shape: tuple[str, ...]
) -> Iterator[tuple[dict[str, str], list[dict[str, str]]]]:
    found: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in known:
        if "mining" not in shape or row["source"] == MINED:
            found[tuple(row[name] for name in shape)].append(row)
    for values, rows in sorted(found.items()):
        told = dict.fromkeys(("mining", "model", "country"), ALL)
        yield told | dict(zip(shape, values, strict=True)), rows


def _row(
    told: dict[str, str],
    own: list[dict[str, str]],
    judged: Judged,
    spec: Judging,
    measured: dict[tuple[str, ...], float],
) -> dict:
    ids = {row["id"] for row in own}
    part = judged.only(ids.__contains__)
    fields = told | {
        "n_norms": len(part.norms),
        "n_raters": int((part.given > 0).any(axis=0).sum()),
        "n_labels": int(part.given.sum()),
        "unsure": part.unsure,
        "flagged": 100 * len({row["id"] for row in own if row["flags"]}) / len(ids),
    }
    for name in QUESTIONS:
        hits = part.said(name, "yes")
        low, high = interval(resampled(hits, spec.resamples, spec.seed), spec.confidence)
        fields |= {name: _percent(hits), f"{name}_low": 100 * low, f"{name}_high": 100 * high}
        fields |= {f"alpha_{name}": alpha(part.labels[name])}
    if told["source"] != MINED:
        return fields | {"caught": _percent(part.said("accurate", "no"))}
    return fields | _beside_effects(own, part, measured)


def _beside_effects(
    own: list[dict[str, str]], part: Judged, measured: dict[tuple[str, ...], float]
) -> dict:
    """Whether norms that people accept do more: a rank correlation over norms."""
    effect = {
        row["id"]: measured[said]
        for row in own
        if (said := (row["country"], row["topic"], row["norm"])) in measured
    }
    accepted = part.said("accurate", "yes")
    pairs = [
        (effect[name], np.nanmean(accepted[place]))
        for place, name in enumerate(part.norms)
        if name in effect and not np.isnan(accepted[place]).all()
    ]
    found = {"n_effects": len(pairs)}
    varied = all(len(set(side)) > 1 for side in zip(*pairs, strict=True))
    if len(pairs) < FEWEST or not varied:
        return found
    from scipy.stats import spearmanr

    return found | {"effect_rho": float(spearmanr(*zip(*pairs, strict=True)).statistic)}


def _rater(name: str, judged: Judged, mined: set[str]) -> dict:
    own = judged.only(mined.__contains__, name)
    controls = judged.only(lambda norm: norm not in mined, name)
    return {
        "rater": name,
        "n_norms": int((own.given > 0).sum()),
        "n_labels": int(own.given.sum()),
        **{question: _percent(own.said(question, "yes")) for question in QUESTIONS},
        "unsure": own.unsure,
        "n_controls": int((controls.given > 0).sum()),
        "caught": _percent(controls.said("accurate", "no")),
    }


def _percent(hits: np.ndarray) -> float:
    known = hits[~np.isnan(hits)]
    return 100 * float(known.mean()) if len(known) else float("nan")
