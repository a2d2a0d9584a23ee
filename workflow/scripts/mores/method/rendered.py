"""The prompts that rows were made with, rendered again from their training items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mores.method.norms import LOW_TEMPLATES, Way, high_task, low_task, topic_task
from mores.method.stage import Wording

Kind = Literal["low", "high", "traces", "examples"]
Messages = tuple[dict[str, str], ...]


def templates_of(ways: Iterable[Way], traces: bool) -> set[str]:
    """The templates by which norms are mined in these ways, and traces sampled."""
    shown = {way.answers for way in ways}
    low = {LOW_TEMPLATES[one] for one in shown - {"none"}}
    high = ({"high_norm"} if low else set()) | ({"topic_norm"} if "none" in shown else set())
    return low | high | ({"answer"} if traces else set())


@dataclass(frozen=True)
class Rendered:
    """What renders them; `train` are a country's training rows by item, `low` its norms by way."""

    wording: Wording
    ways: Mapping[str, Way]
    norms_per_topic: int
    train: Mapping[str, dict[str, Any]]
    low: Mapping[str, list[dict[str, Any]]]

    def messages(self, kind: Kind, way: str, row: dict[str, Any]) -> Messages | None:
        """What a row's model was asked; None where it was asked nothing.

        An example holds its prompt in words. None too where the row is of no training item.
        """
        if kind == "examples" or "prompt" not in row:
            return None
        if kind == "high":
            return self._of_topic(way, row["topic"])
        if row["item"] not in self.train:
            return None
        if kind == "low":
            return low_task(self.wording, self.train[row["item"]], self.ways[way]).messages
        return self.wording.question(self.wording.item(row["item"]), [row["norm"]])

    def _of_topic(self, way: str, topic: str) -> Messages:
        count = self.ways[way].norms_per_topic or self.norms_per_topic
        if self.ways[way].answers == "none":
            return topic_task(self.wording, topic, count).messages
        of_topic = [row for row in self.low[way] if row["topic"] == topic and row["norm"]]
        return high_task(self.wording, topic, of_topic, count).messages
