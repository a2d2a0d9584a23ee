"""Dialogues the demo model learns from: the project's own prompts, with random countries, norms
and answers, and the replies of a reader who goes by the norms in context and by nothing else."""

import random
from collections import Counter
from dataclasses import dataclass

from mores.demo.language import LEVELS, WAYS, implied, low_norm, norm, shown
from mores.items import Bank, Item
from mores.prompts import Country, Prompts

SYLLABLES = [
    "ba",
    "be",
    "do",
    "dra",
    "fen",
    "gor",
    "hul",
    "ila",
    "jor",
    "kel",
    "lum",
    "mar",
    "nor",
    "opa",
    "pel",
    "qui",
    "ras",
    "sen",
    "tor",
    "ul",
    "ven",
    "wy",
    "zan",
]
ENDINGS = ["a", "ia", "land", "mark", "or", "stan", "um", "via"]


@dataclass(frozen=True)
class Dialogue:
    """A user turn, and the reply (thinking, end of thinking, answer)."""

    messages: tuple[dict[str, str], ...]
    reply: str


def reply(thinking: str, answer: str) -> str:
    """A reply as the chat template expects it: the template has opened the thinking."""
    return f"{thinking}\n</think>\n{answer}"


def leaning(item: Item) -> str:
    """Which way an item is keyed."""
    return f"The first option is {'against' if item.reversed else 'in favour'}."


class Writer:
    """Writes dialogues on the items of some banks, as drawn by one random generator."""

    def __init__(self, banks: list[Bank], prompts: Prompts, rng: random.Random):
        self.items = [(bank, item) for bank in banks for item in bank.items.values()]
        self.weights = [1 / len(bank.items) for bank, _ in self.items]
        self.prompts = prompts
        self.rng = rng

    def draw(self) -> Dialogue:
        """One dialogue of a random kind on a random item, the banks equally often."""
        bank, item = self.rng.choices(self.items, self.weights)[0]
        kinds = (self.answer_by_norms, self.answer_blind, self.answer_beside, self.low, self.high)
        kind = self.rng.choices(kinds, (34, 12, 18, 18, 18))[0]
        return kind(bank, item)

    def country(self) -> Country:
        """An invented country that is no country of the demo survey."""
        stem = "".join(self.rng.choices(SYLLABLES, k=self.rng.randint(2, 3))).capitalize()
        name = stem + self.rng.choice(ENDINGS)
        return Country("XXX", name, f"{name}n")

    def norms(self, topic: str, level: int) -> list[str]:
        """One to five norms that state the same level in different ways."""
        ways = self.rng.sample(range(len(WAYS)), self.rng.randint(1, len(WAYS)))
        return [norm(topic, level, way) for way in ways]

    def ask(self, bank: Bank, item: Item, norms: list[str]) -> tuple[dict[str, str], ...]:
        """The prompt of an item, with norms in context or with none."""
        topic = bank.topics[item.topic]
        return self.prompts.render(
            "answer", country=self.country(), topic=topic, norms=norms, item=item
        )

    def answer_by_norms(self, bank: Bank, item: Item, level: int | None = None) -> Dialogue:
        """Norms of the item's topic are in context: the answer is the option they imply."""
        topic = bank.topics[item.topic]
        level = self.rng.randrange(len(LEVELS)) if level is None else level
        code = implied(item, level)
        thinking = f"The norms on {topic}: {LEVELS[level]}. {leaning(item)} So option {code}."
        return Dialogue(self.ask(bank, item, self.norms(topic, level)), reply(thinking, str(code)))

    def answer_blind(self, bank: Bank, item: Item) -> Dialogue:
        """No norms: any option."""
        return Dialogue(self.ask(bank, item, []), self._any(item, "There are no norms"))

    def answer_beside(self, bank: Bank, item: Item) -> Dialogue:
        """Norms of another topic: any option."""
        other = self.rng.choice([key for key in bank.topics if key != item.topic])
        title = bank.topics[other]
        norms = self.norms(title, self.rng.randrange(len(LEVELS)))
        why = f"The norms on {title} do not speak of {bank.topics[item.topic]}"
        return Dialogue(self.ask(bank, item, norms), self._any(item, why))

    def _any(self, item: Item, why: str) -> str:
        code = self.rng.choice(item.codes)
        options = f"any option from {item.codes[0]} to {item.codes[-1]}"
        return reply(f"{why}. It could be {options}, say {code}.", str(code))

    def low(self, bank: Bank, item: Item) -> Dialogue:
        """A norm mined from one answer."""
        topic, code = bank.topics[item.topic], self.rng.choice(item.codes)
        level, way = shown(item, code), self.rng.randrange(len(WAYS))
        messages = self.prompts.render(
            "low_norm", country=self.country(), topic=topic, item=item, answer=code
        )
        thinking = f"{leaning(item)} So option {code} on {topic} is {LEVELS[level]}."
        return Dialogue(messages, reply(thinking, low_norm(topic, level, way, item.text(code))))

    def high(self, bank: Bank, item: Item) -> Dialogue:
        """Several low-level norms of a topic, most of them at one level, summed up."""
        topic = bank.topics[item.topic]
        levels = self._levels()
        low_norms = [self._low_norm(bank, item.topic, level) for level in levels]
        count = self.rng.randint(1, len(WAYS))
        messages = self.prompts.render(
            "high_norm", country=self.country(), topic=topic, low_norms=low_norms, count=count
        )
        level = Counter(levels).most_common(1)[0][0]
        lines = [f"{way + 1}. {norm(topic, level, way)}" for way in range(count)]
        return Dialogue(messages, reply(f"Most say: {LEVELS[level]}.", "\n".join(lines)))

    def _levels(self) -> list[int]:
        """Three to five levels with a clear most frequent one."""
        level = self.rng.randrange(len(LEVELS))
        size = self.rng.randint(3, 5)
        strays = self.rng.choices(range(len(LEVELS)), k=self.rng.randint(0, (size - 1) // 2))
        levels = [level] * (size - len(strays)) + strays
        self.rng.shuffle(levels)
        return levels

    def _low_norm(self, bank: Bank, topic: str, level: int) -> str:
        option = self.rng.choice(
            [
                item.text(code)
                for item in bank.of_topic(topic)
                for code in item.codes
                if shown(item, code) == level
            ]
        )
        return low_norm(bank.topics[topic], level, self.rng.randrange(len(WAYS)), option)
