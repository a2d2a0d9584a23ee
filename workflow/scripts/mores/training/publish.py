"""Adapters to share: the folder as it was trained, its card with what it scored."""

import csv
import shutil
from pathlib import Path

from mores.cells import POOLED
from mores.errors import InputError
from mores.files import read_json, read_jsonl, whole_folder, write_text
from mores.training.adapter import Lesson, card

SHOWN = ("country", "alignment", "alignment_low", "alignment_high", "delta", "delta_low")
SHOWN += ("delta_high", "p_value", "strict", "top_match", "invalid_rate")


def publish(
    adapter: Path, scores: Path, learner: str, model: str, method: str, output: Path
) -> None:
    """Write the folder whole: the adapter's files, and a card with the method's scores.

    A country's adapter gets its country's row and that of `vanilla`; a pooled one all countries'.
    Raises InputError where the table lacks them.
    """
    with open(scores, encoding="utf-8", newline="") as stream:
        rows = [
            row
            for row in csv.DictReader(stream, delimiter="\t")
            if row["model"] == model
            and row["method"] in (method, "vanilla")
            and (learner == POOLED or row["country"] == learner)
        ]
    if not any(row["method"] == method for row in rows):
        raise InputError(f"{scores}: no row of {learner} {model} {method}; score that cell first")
    lesson = Lesson(**read_json(adapter / "lesson.json"))
    history = read_jsonl(adapter / "training.jsonl")
    with whole_folder(output) as temporary:
        shutil.copytree(adapter, temporary)
        write_text(temporary / "README.md", card(lesson, history, _scores(rows)))


def _scores(rows: list[dict[str, str]]) -> str:
    """Rows of the scores table as Markdown."""
    head = ["method", *SHOWN]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(row[name] for name in head)} |" for row in rows]
    told = "On the test items of the survey (docs/scores.md of mores says what the columns are):"
    return f"\n## Scores\n\n{told}\n\n" + "\n".join(lines) + "\n"
