"""A cell's answers, held against what is right."""

from collections import Counter

from mores.evaluations.questions import Asking, Questions, module_name, module_of
from mores.method.countries import Country
from mores.spec import Section


class CellScoring(Section):
    """What a cell is scored with."""

    country: Country
    model: str
    method: str
    asks: Asking
    packages: dict[str, list[str]]
    """Locked versions of the packages that compute scores."""

    @property
    def by_name(self) -> str:
        """The kind's module, which is part of the step."""
        return module_name(self.asks.evaluation, "score")


def score_cell(
    spec: CellScoring, questions: Questions, answers: list[dict], test: list[dict] | None = None
) -> dict:
    """A cell with its scores; `test` is what the country itself answered, where it was asked."""
    cell = {"country": spec.country.code, "model": spec.model, "method": spec.method}
    where = f"the answers of {' '.join(cell.values())}"
    kind = module_of(spec.asks.evaluation, "score")
    scores = kind.score(questions, answers, test, where)
    # Answers of a topic err together, as whoever compares cells must know; one without is its own.
    topics = [questions.bank.items[name].topic or name for name in scores["items"]]
    return cell | {"chosen": chosen(answers), "topics": topics} | scores


def chosen(answers: list[dict]) -> dict[str, int]:
    """By item the code that most answers name, of equally many the lowest; none where none does."""
    named: dict[str, Counter] = {}
    for row in answers:
        if row["choice"] is not None:
            named.setdefault(row["item"], Counter())[row["choice"]] += 1
    return {item: min(of, key=lambda code: (-of[code], code)) for item, of in named.items()}
