"""Any answers file, scored: what another project's model said, against any survey."""

from collections import Counter
from typing import Any

from mores.errors import InputError, shown
from mores.method.choice import parse_choice
from mores.method.items import Bank
from mores.method.replies import split_thinking
from mores.rows import read_objects
from mores.scoring.alignment import tally
from mores.scoring.cell import summary
from mores.survey.importing import read_survey


def score_answers(survey: str, country: str, answers: str, mode: str, bank: Bank) -> dict:
    """Scores of a file: `alignment` in the mode asked for, 0..100, and what it rests on.

    `n_items` counts the items answered in the file, `n_valid` those whose answer counts: the
    country has a gold answer and, in `culturespa` mode, the answer begins its digits with 0..10, in
    `strict` mode, it names an option.
    """
    rows = read_answers(answers, bank)
    marginals = read_survey(survey, bank)
    own = marginals.filter(marginals["country"] == country, marginals["top"])
    if own.is_empty():
        known = ", ".join(marginals["country"].unique().sort())
        raise InputError(f"{survey}: no answers of country {country}; it has {known}")
    gold = dict(zip(own["item"], own["code"], strict=True))
    answered = {row["item"] for row in rows}
    tallied = tally(rows, {name: code for name, code in gold.items() if name in answered}, bank)
    scores = summary(tallied)
    strict = mode == "strict"
    invalid = Counter(row["invalid"] for row in rows if row["invalid"])
    return {
        "country": country,
        "mode": mode,
        **scores,
        "alignment": scores["strict"] if strict else scores["alignment"],
        "n_valid": int((tallied.missed < 1).sum()) if strict else tallied.n_valid,
        "n_items": len(answered),
        "n_gold": len(tallied.items),
        "n_answers": len(rows),
        "invalid": dict(sorted(invalid.items())),
    }


def read_answers(path: str, bank: Bank) -> list[dict]:
    """Rows of a JSON list or JSONL file with `item`, `answer` (final text), `choice`, `invalid`."""
    raw = enumerate(read_objects(path), start=1)
    rows = [_row(entry, f"{path}, row {number}", bank) for number, entry in raw]
    twice = [
        key for key, n in Counter((row["item"], row["sample"]) for row in rows).items() if n > 1
    ]
    if twice:
        raise InputError(
            f"{path}: {twice[0][0]} is answered twice; number them with `sample`, or drop one"
        )
    if not rows:
        raise InputError(f"{path}: no answers in this file")
    return rows


def _row(entry: Any, where: str, bank: Bank) -> dict:
    name = entry.get("item", entry.get("Q_id")) if isinstance(entry, dict) else None
    if name is None or "answer" not in entry:
        raise InputError(f"{where}: needs `item` (or `Q_id`) and `answer`")
    if not isinstance(name, str) or name not in bank.items:
        raise InputError(
            f"{where}: the item bank has no {shown(name)}; drop the row or give --bank"
        )
    sample, answer = entry.get("sample"), entry["answer"]
    if not isinstance(sample, str | int | None) or not isinstance(answer, str | int | float | None):
        raise InputError(f"{where}: `answer` is a text or number, `sample` a number; mend the row")
    text = "" if answer is None else str(answer)
    final = split_thinking(text)[1]
    choice, invalid = parse_choice(final, bank.items[name])
    return {
        "item": name,
        "sample": sample,
        "answer": final,
        "choice": choice,
        "invalid": invalid,
    }
