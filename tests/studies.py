"""A study of any size as the report is made from it: tables, norms, rows, without any model.

The tables have their real columns; what stands in them is drawn.
"""

import random
from itertools import product
from pathlib import Path

from mores.contents import folder_digest
from mores.evaluations.survey.table import LAYOUT
from mores.method.items import Bank, Item
from mores.report.norms import Mined
from mores.report.report import Reporting, write_report
from mores.report.thinking import Thought
from mores.scoring.contrasts import COLUMNS as CONTRASTS
from mores.scoring.review.score import RAW
from mores.scoring.review.sheet import KEY
from mores.survey.part import BankPart

PAGE = Path(__file__).parents[1] / "resources/report"
WORDS = [
    "people",
    "here",
    "hold",
    "that",
    "old",
    "feasts",
    "and",
    "hard",
    "work",
    "or",
    "faith",
    "in",
]
WORDS += ["kin", "matter", "more", "than", "gain"]
LISTED = (
    *("country", "model", "method", "item", "topic", "gold", "gold_share", "answers"),
    *("item_alignment", "top_match", "baseline_answers", "baseline_item_alignment", "norms"),
)
TOPICS = (
    *("country", "model", "method", "topic", "n_items"),
    *("item_alignment", "top_match", "gain", "norms"),
)


def code(number: int) -> str:
    """A country's code."""
    return "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))


class Study:
    """So many countries, models and methods; every topic has so many training and test items."""

    def __init__(self, countries=3, models=1, methods=3, topics=2, train=3, test=4, norms=2):
        self.random = random.Random(7)
        self.countries = [code(place) for place in range(countries)]
        self.models = [f"model{place}" for place in range(models)]
        self.methods = ["vanilla", "top1", *(f"m{place}" for place in range(methods - 2))][:methods]
        self.topics = {f"topic{place}": f"matters of {place}" for place in range(topics)}
        self.count, self.parts = norms, {"train": train, "test": test}
        items = [
            Item(
                id=f"{topic}_{part}{place}",
                topic=topic,
                wording=f"Do people hold with {part} {place} of {topic}?",
                options=("Yes", "No", "Both"),
            )
            for topic in self.topics
            for part, count in self.parts.items()
            for place in range(count)
        ]
        self.bank = Bank("drawn", self.topics, {item.id: item for item in items})
        self.mined = [
            Mined(mining="top1", model=model, country=country)
            for model, country in product(self.models, self.countries)
        ]

    def sentence(self) -> str:
        return " ".join(self.random.sample(WORDS, 9)).capitalize() + "."

    def rows(self, part: str) -> list[dict]:
        """One country's rows."""
        shares = {"1": 0.6, "2": 0.3, "3": 0.1}
        return [
            {"item": item.id, "topic": item.topic, "top": 1, "shares": shares, "n": 1200}
            for item in self.bank.items.values()
            if f"_{part}" in item.id
        ]

    def peopled(self) -> list[list[dict]]:
        """The countries' rows of test items, as countries differ from each other."""
        found = []
        for _ in self.countries:
            drawn = [self.random.random() for _ in self.rows("test")]
            found.append(
                [
                    row | {"shares": {"1": 0.8 * one, "2": 0.8 - 0.8 * one, "3": 0.2}}
                    for row, one in zip(self.rows("test"), drawn, strict=True)
                ]
            )
        return found

    def low(self) -> list[dict]:
        return [
            {"item": row["item"], "topic": row["topic"], "norm": self.sentence(), "reason": None}
            for row in self.rows("train")
        ]

    def high(self) -> list[dict]:
        train = self.rows("train")
        return [
            {
                "topic": topic,
                "items": [row["item"] for row in train if row["topic"] == topic],
                "norms": [self.sentence() for _ in range(self.count)],
                "reason": None,
            }
            for topic in self.topics
        ]

    def cells(self) -> list[tuple[str, str, str]]:
        return [*product(self.countries, self.models, self.methods)]

    def scores(self) -> str:
        """The table of scores, with one reference row."""
        rows = []
        for model, method in product(self.models, self.methods):
            for country in [*self.countries, "MEAN"]:
                score = round(self.random.uniform(40, 90), 4)
                named = {"country": country, "model": model, "method": method}
                ends = {"alignment_low": score - 3, "alignment_high": score + 3}
                counts = {"n_answers": 40, "invalid_cut": 1, "floor": "neighbours"}
                counts |= {"prompt_tokens": 100.25, "completion_tokens": 25.5}
                gain = {} if method == "vanilla" else {"delta": score - 50}
                rows.append(named | {"alignment": score} | ends | counts | gain)
        reference = {"country": "MEAN", "model": "reference", "method": "neighbours"}
        return tsv(LAYOUT.columns, [*rows, reference | {"alignment": 60.1234}])

    def contrasts(self) -> str:
        """The table of contrasts: each method against `vanilla`, the last of them unsure."""
        rows = []
        for model, (place, method) in product(self.models, enumerate(self.methods[1:])):
            for country in [*self.countries, "MEAN"]:
                unsure = method == self.methods[-1] and place > 0
                gain = 1.2345 if unsure else round(self.random.uniform(5, 30), 4)
                named = {"contrast": method, "country": country, "model": model, "of": method}
                family = "means" if country == "MEAN" else "countries"
                against = {"against": "vanilla", "family": family, "difference": gain}
                ends = {"low": gain - 4, "high": gain + 4, "detectable": 5.4321}
                sure = {"p_value": 0.0078, "p_adjusted": 0.4 if unsure else 0.0156}
                made = {"topics": len(self.topics), "replicates": 1}
                rows.append(named | against | ends | sure | made)
        return tsv(CONTRASTS, rows)

    def listed(self) -> str:
        """The list of items: of five answers to each so many for every option."""
        rows, before = [], {}
        for country, model, method in self.cells():
            for row in self.rows("test"):
                drawn = [self.random.randrange(3) for _ in range(5)]
                shares = [(code, drawn.count(code - 1) / 5) for code in (1, 2, 3)]
                said = " ".join(f"{code}:{share:.2f}" for code, share in shares if share)
                near, share = 50 * sum(2 - one for one in drawn) / 5, self.random.random()
                named = {"country": country, "model": model, "method": method}
                asked = {"item": row["item"], "topic": row["topic"], "gold": 1, "gold_share": share}
                answered = {
                    "answers": said,
                    "item_alignment": near,
                    "top_match": 20 * drawn.count(0),
                }
                plain = before.setdefault((country, model, row["item"]), (said, near))
                known = dict(
                    zip(("baseline_answers", "baseline_item_alignment"), plain, strict=True)
                )
                rows.append(named | asked | answered | known)
        return tsv(LISTED, rows)

    def by_topic(self) -> str:
        rows = [
            {"country": country, "model": model, "method": method, "topic": topic, "gain": 1.5}
            for (country, model, method), topic in product(self.cells(), self.topics)
        ]
        return tsv(TOPICS, rows)

    def effects(self) -> str:
        """What each norm does, as the table of norms left out has it: the second is of no use."""
        rows = [
            {
                "country": mined.country,
                "model": mined.model,
                "method": "top1",
                "topic": topic,
                "norm": at + 1,
                "text": text,
                "n_answered": 4,
                "effect": 12.5 - 20 * at,
                "low": -1.5,
                "high": 30.25,
                "p_adjusted": 0.5,
                "answers_with": "1:1.00",
                "answers_without": "2:1.00",
            }
            for mined, file in zip(self.mined, self.highs, strict=True)
            for topic, norms in ((row["topic"], row["norms"]) for row in file)
            for at, text in enumerate(norms)
        ]
        return tsv((*rows[0],), rows)

    def thinking(self) -> list[list[dict]]:
        """A file of samples for each method and model that has some, as `thoughts` names them."""
        return [
            [
                {"country": country, "item": row["item"], "answer": 1, "thinking": self.thought()}
                for country in self.countries
                for row in self.rows("test")
            ]
            for _ in self.thoughts()
        ]

    def thought(self) -> str:
        return self.sentence()

    def thoughts(self) -> list[Thought]:
        """Whose samples they are."""
        pairs = product(self.methods[:2], self.models)
        return [Thought(method=method, model=model) for method, model in pairs]

    def reviewed(self, folder: Path) -> dict[str, Path]:
        """The key of a review, and what two raters said of the first norm."""
        mined, (first, *_) = self.mined[0], self.highs[0]
        named = {"id": "n1", "source": "mined", "country": mined.country, "topic": first["topic"]}
        paths = {"key": folder / "key.tsv", "labels": folder / "labels.tsv"}
        key = tsv(KEY, [named | {"norm": first["norms"][0]}])
        said = [("accurate", "yes"), ("accurate", "no"), ("specific", "yes")]
        raw = [{"id": "n1", "question": one, "label": label} for one, label in said]
        paths["key"].write_text(key)
        paths["labels"].write_text(tsv(RAW, raw))
        return paths

    def report(self, effects: bool = False, reviewed: Path | None = None) -> str:
        """The page; `reviewed` is a folder for the tables of a review, if there is one."""
        self.highs = [self.high() for _ in self.mined]
        further = {"norm_effects": self.effects()} if effects else {}
        given: dict = {"top1": {}}
        for at, mined in enumerate(self.mined):
            given["top1"].setdefault(mined.model, {})[mined.country] = at
        spec = Reporting(
            page=folder_digest(PAGE),
            bank=BankPart.of(self.bank, "all"),
            tables=("scores", "contrasts", *further),
            countries={country: f"Land of {country}" for country in self.countries},
            high=tuple(self.mined),
            low=tuple(self.mined),
            thoughts=tuple(self.thoughts()),
            given=given,
            settings={
                "countries": self.countries,
                "models": {name: {"path": name} for name in self.models},
                "methods": {name: {} for name in self.methods}
                | {"top1": {"norms": "top1", "norm_country": "own"}},
                "mining": {"ways": {"top1": {"answers": "top"}}},
                "tunings": {},
                "answers": {"samples": 1},
            },
            digests={"survey": "0" * 64},
            packages={"vllm": ["1.0"]},
            confidence=0.95,
        )
        return write_report(
            spec,
            self.bank,
            PAGE,
            mark={"survey": "survey.json", "bank": "bank.yaml"},
            digests={"results/scores.tsv": "1" * 64},
            tables=[self.scores(), self.contrasts(), *further.values()],
            by_item=self.listed(),
            by_topic=self.by_topic(),
            train=[self.rows("train") for _ in self.countries],
            test=[self.rows("test") for _ in self.countries],
            high=self.highs,
            low=[self.low() for _ in self.mined],
            thinking=self.thinking(),
            **(self.reviewed(reviewed) if reviewed else {}),
        )


def tsv(columns, rows: list[dict]) -> str:
    lines = ["\t".join(str(row.get(name, "")) for name in columns) for row in rows]
    return "\n".join(["\t".join(columns), *lines]) + "\n"
