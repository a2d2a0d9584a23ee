"""Alignment and its kin, against the country's test rows."""

from mores.evaluations.questions import Questions
from mores.scoring import cell


def score(questions: Questions, answers: list[dict], test: list[dict] | None, where: str) -> dict:
    """The scores of a cell."""
    return cell.score_cell(answers, test or [], questions.bank, where)
