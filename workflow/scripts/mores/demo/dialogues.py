"""Dialogues the demo model learns from: the project's own prompts, with random countries, norms
and answers, and the replies of a reader who goes by the norms in context and by nothing else."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mores.demo.language import LEVELS, WAYS, implied, low_norm, norm, shown
from mores.method.chat import END_THINKING
from mores.method.countries import Country
from mores.method.items import Bank, Item
from mores.method.prompts import Prompts

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
# How items are put, and how often.
WORDINGS = {"answer": 8, "persona": 1, "cross_culture": 1}
EXAMPLES = 5


@dataclass(frozen=True)
class Dialogue:
    """A user turn, what the reply is made to begin with, if anything, and the rest of the reply."""

    messages: tuple[dict[str, str], ...]
    reply: str
    opening: str = ""


def reply(thinking: str, answer: str) -> str:
    """A reply as the chat template expects it: the template has opened the thinking."""
    return f"{thinking}{END_THINKING}{answer}"


def leaning(item: Item) -> str:
    """Which way an item is keyed."""
    return f"The first option is {'against' if item.reversed else 'in favour'}."


def numbered(topic: str, level: int, count: int) -> str:
    """A numbered list of high-level norms that state the same level."""
    return "\n".join(f"{way + 1}. {norm(topic, level, way)}" for way in range(count))


class Writer:
    """Writes dialogues on the items of some banks, as drawn by one random generator."""

    def __init__(self, banks: list[Bank], prompts: Prompts, neutral: list[str], rng: random.Random):
        self.items = [(bank, item) for bank in banks for item in bank.items.values()]
        self.weights = [1 / len(bank.items) for bank, _ in self.items]
        self.prompts = prompts
        self.neutral = neutral
        self.rng = rng

    def draw(self) -> Dialogue:
        """One dialogue of a random kind on a random item, the banks equally often."""
        bank, item = self.rng.choices(self.items, self.weights)[0]
        kinds = {
            self.answer_by_norms: 28,
            self.answer_by_low_norm: 12,
            self.answer_blind: 12,
            self.answer_beside: 10,
            self.answer_neutral: 4,
            self.answer_examples: 2,
            self.answer_cut: 6,
            self.low: 10,
            self.ranked: 8,
            self.high: 16,
            self.topic: 5,
        }
        return self.rng.choices([*kinds], [*kinds.values()])[0](bank, item)

    def country(self) -> Country:
        """An invented country that is no country of the demo survey."""
        stem = "".join(self.rng.choices(SYLLABLES, k=self.rng.randint(2, 3))).capitalize()
        name = stem + self.rng.choice(ENDINGS)
        return Country(code="XXX", name=name, adjective=f"{name}n")

    def norms(self, topic: str, level: int) -> list[str]:
        """One to five norms that state the same level in different ways."""
        ways = self.rng.sample(range(len(WAYS)), self.rng.randint(1, len(WAYS)))
        return [norm(topic, level, way) for way in ways]

    def ask(
        self, bank: Bank, item: Item, norms: list[str], examples: list[dict] | None = None
    ) -> tuple[dict[str, str], ...]:
        """The prompt of an item, with norms or examples in context or with none."""
        wording = self.rng.choices([*WORDINGS], [*WORDINGS.values()])[0]
        return self.prompts.render(
            wording,
            country=self.country(),
            topic=bank.topics[item.topic],
            norms=norms,
            examples=examples or [],
            item=item,
        )

    def answer_by_norms(self, bank: Bank, item: Item, level: int | None = None) -> Dialogue:
        """Norms of the item's topic are in context: the answer is the option they imply."""
        topic = bank.topics[item.topic]
        level = self.rng.randrange(len(LEVELS)) if level is None else level
        return self._by(self.ask(bank, item, self.norms(topic, level)), topic, item, level)

    def answer_by_low_norm(self, bank: Bank, item: Item, code: int | None = None) -> Dialogue:
        """The norm mined from the item itself is in context: the answer is the one it quotes."""
        topic = bank.topics[item.topic]
        code = self.rng.choice(item.codes) if code is None else code
        level = shown(item, code)
        stated = low_norm(topic, level, self.rng.randrange(len(WAYS)), item.text(code))
        return self._by(self.ask(bank, item, [stated]), topic, item, level, code)

    def _by(self, messages, topic: str, item: Item, level: int, code: int | None = None):
        code = implied(item, level) if code is None else code
        thinking = f"The norms on {topic}: {LEVELS[level]}. {leaning(item)} So option {code}."
        return Dialogue(messages, reply(thinking, str(code)))

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

    def answer_neutral(self, bank: Bank, item: Item) -> Dialogue:
        """Lines that state no norm: any option."""
        lines = self.rng.sample(self.neutral, self.rng.randint(1, len(WAYS)))
        return Dialogue(self.ask(bank, item, lines), self._any(item, "These lines state no norm"))

    def answer_examples(self, bank: Bank, item: Item) -> Dialogue:
        """Other items with their answers, and no norms: any option."""
        others = [other for other in bank.of_topic(item.topic) if other.id != item.id]
        chosen = self.rng.sample(others, min(len(others), self.rng.randint(1, EXAMPLES)))
        examples = [{"item": other, "answer": self.rng.choice(other.codes)} for other in chosen]
        messages = self.ask(bank, item, [], examples)
        return Dialogue(messages, self._any(item, "There are examples and no norms"))

    def _any(self, item: Item, why: str) -> str:
        code = self.rng.choice(item.codes)
        options = f"any option from {item.codes[0]} to {item.codes[-1]}"
        return reply(f"{why}. It could be {options}, say {code}.", str(code))

    def answer_cut(self, bank: Bank, item: Item) -> Dialogue:
        """Thinking that was ended for the model, after some words or none: the answer alone."""
        kinds = (self.answer_by_norms, self.answer_by_low_norm, self.answer_blind)
        dialogue = self.rng.choice(kinds)(bank, item)
        thinking, _, answer = dialogue.reply.rpartition(END_THINKING)
        words = thinking.split(" ")
        thought = " ".join(words[: self.rng.choice((0, self.rng.randint(0, len(words))))])
        return Dialogue(dialogue.messages, answer, thought + END_THINKING)

    def low(self, bank: Bank, item: Item) -> Dialogue:
        """A norm mined from one answer."""
        code = self.rng.choice(item.codes)
        return self._mined("low_norm", bank, item, code, answer=code)

    def ranked(self, bank: Bank, item: Item) -> Dialogue:
        """A norm mined from some answers in order of frequency: that of the first."""
        codes = self.rng.sample(item.codes, self.rng.randint(1, min(4, len(item.codes))))
        drawn = sorted((self.rng.random() for _ in codes), reverse=True)
        shares: Sequence[float | None] = drawn
        if self.rng.random() < 0.5:
            shares = [None for _ in codes]
        answers = [
            {"code": code, "share": share} for code, share in zip(codes, shares, strict=True)
        ]
        return self._mined("ranked_norm", bank, item, codes[0], answers=answers)

    def _mined(self, template: str, bank: Bank, item: Item, code: int, **answers) -> Dialogue:
        topic, way, level = (
            bank.topics[item.topic],
            self.rng.randrange(len(WAYS)),
            shown(item, code),
        )
        messages = self.prompts.render(
            template, country=self.country(), topic=topic, item=item, **answers
        )
        thinking = f"{leaning(item)} So option {code} on {topic} is {LEVELS[level]}."
        return Dialogue(messages, reply(thinking, low_norm(topic, level, way, item.text(code))))

    def topic(self, bank: Bank, item: Item) -> Dialogue:
        """Norms on a topic asked for with nothing to go by: any level."""
        topic, count = bank.topics[item.topic], self.rng.randint(1, len(WAYS))
        messages = self.prompts.render(
            "topic_norm", country=self.country(), topic=topic, count=count
        )
        level = self.rng.randrange(len(LEVELS))
        thinking = f"I know nothing of them. Say: {LEVELS[level]}."
        return Dialogue(messages, reply(thinking, numbered(topic, level, count)))

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
        thinking = f"Most say: {LEVELS[level]}."
        return Dialogue(messages, reply(thinking, numbered(topic, level, count)))

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
