"""What each rule's result depends on, besides its input files and its code: one JSON string a rule.

Survey, item bank, country names, templates and models enter by the content a rule uses of them,
never by a file's time, so that a fresh clone or a touched file makes nothing stale. The engine's
settings do not enter at all.
"""

from functools import cached_property
from pathlib import Path

from mores import versions
from mores.cells import Cell, adapter_of, norms_of
from mores.checks import LOW_TEMPLATES, templates
from mores.digests import file_digest
from mores.engine import model_ref
from mores.errors import InputError
from mores.files import canonical, digest
from mores.fingerprint import template_digest
from mores.items import load_bank
from mores.settings import Settings
from mores.survey.split import split_items
from mores.survey.store import country_digests
from mores.versions import locked

# What of a method shapes the answers; the rest says which norms and adapter they are made with.
ASKED = ("norms_per_topic", "control", "prompt", "examples", "thinking")


class Specs:
    """The specs of all rules of a checked configuration (see `mores.checks`)."""

    def __init__(self, settings: Settings):
        config = settings.config
        self.settings = settings
        self.bank = load_bank(config.survey.bank)
        parts = split_items(self.bank, config.split.seed, config.split.train_per_topic)
        self.parts = {
            part: [item for name, item in self.bank.items.items() if parts[name] == part]
            for part in ("train", "test")
        }
        self.item_digests: dict[str, str] = {}

    def import_survey(self) -> str:
        """Shares per country are made from the survey file, for the bank's items and codes."""
        survey = self.settings.config.survey
        return canonical(
            {
                "format": survey.format,
                "weights": survey.weights,
                "survey": file_digest(survey.path),
                "packages": locked(versions.SURVEY),
                "bank": self._bank("id", "codes"),
            }
        )

    def split_items(self) -> str:
        """The split draws from the items of each topic."""
        split = self.settings.config.split
        return canonical(split.model_dump() | {"bank": self._bank("id", "topic")})

    def split_country(self, country: str) -> str:
        """A country's rows are its own answers, with items and topics."""
        survey = self.settings.config.survey
        return canonical(
            {
                "format": survey.format,
                "weights": survey.weights,
                "answers": self.answered[country],
                "bank": self._bank("id", "topic", "codes"),
            }
        )

    def mine_low_norms(self, mining: str, model: str, country: str) -> str:
        """Low-level norms are made from the wording of the training items."""
        way = self.settings.config.mining.ways[mining]
        return canonical(
            self._asks(LOW_TEMPLATES[way.answers], model, country)
            | self._mining()
            | {"way": way.model_dump(), "items": self._items("train")}
        )

    def mine_high_norms(self, mining: str, model: str, country: str) -> str:
        """High-level norms are made from low-level ones; of the bank they see the topics alone."""
        return canonical(self._asks("high_norm", model, country) | self._mining() | self._count())

    def mine_topic_norms(self, mining: str, model: str, country: str) -> str:
        """Norms from the topic alone need nothing of the survey."""
        return canonical(self._asks("topic_norm", model, country) | self._mining() | self._count())

    def sample_traces(self, model: str, country: str) -> str:
        """Traces are answers to training items, with what was mined from them in context."""
        traces = self.settings.config.traces
        return canonical(
            self._asks("answer", model, country)
            | traces.model_dump(exclude={"norms"})
            | {"items": self._items("train")}
        )

    def sample_rejected(self, tuning: str, model: str, learner: str, country: str) -> str:
        """Traces of a tuned model: as above, without norms and in one round."""
        traces = self.settings.config.traces
        return canonical(
            self._asks("answer", model, country)
            | traces.model_dump(include={"samples", "sampling"})
            | {"items": self._items("train")}
        )

    def collect_examples(self, tuning: str, model: str, learner: str, country: str) -> str:
        """Examples are made from the prompts without norms and what the country answered."""
        data = {"data": self.settings.config.tunings[tuning].data}
        return canonical(self._words("answer", country) | data | {"items": self._items("train")})

    def train_adapter(self, tuning: str, model: str, learner: str) -> str:
        """An adapter is made from its examples, its base and the hyper-parameters."""
        settings = self.settings.config.tunings[tuning]
        named = {"tuning": tuning, "learner": learner, "packages": locked(versions.TRAINING)}
        return canonical(self._model(model) | {"settings": settings.model_dump()} | named)

    def answer_items(self, method: str, model: str, country: str) -> str:
        """Answers are made from the wording of the test items, as the method says."""
        config, cell = self.settings.config, Cell(country, model, method)
        how = config.methods[method]
        shown = {"shown": self._items("train")} if how.examples else {}
        neutral = {"neutral": file_digest(config.neutral)} if how.control == "neutral" else {}
        return canonical(
            self._asks(how.prompt, model, country)
            | {
                "method": how.model_dump(include=set(ASKED)),
                "samples": config.answers.samples,
                "sampling": config.answers.sampling.model_dump(),
                "items": self._items("test"),
                "norms": norms_of(self.settings, cell),
                "adapter": adapter_of(self.settings, cell),
            }
            | shown
            | neutral
        )

    def score_cell(self) -> str:
        """Scores need each item's codes and kind."""
        return canonical(
            {
                "bank": self._bank("id", "topic", "codes", "kind"),
                "packages": locked(versions.SCORES),
            }
        )

    def score_references(self) -> str:
        """Reference rows are of the selected countries, the world being the pool."""
        settings = self.settings
        return canonical(
            settings.config.scores.model_dump()
            | {
                "countries": settings.config.countries,
                "pool": settings.pool,
                "bank": self._bank("id", "topic", "codes", "kind"),
                "packages": locked(versions.SCORES),
            }
        )

    def score_table(self) -> str:
        """The table is of the whole grid; intervals and p-values are resampled."""
        config = self.settings.config
        grid = {
            "countries": config.countries,
            "models": [*config.models],
            "methods": [*config.methods],
        }
        packages = {"packages": locked(versions.SCORES)}
        return canonical(config.scores.model_dump() | grid | packages)

    def _asks(self, template: str, model: str, country: str) -> dict:
        """What shapes every prompt, and who answers it."""
        packages = {"packages": locked(versions.ANSWERS)}
        return self._words(template, country) | self._model(model) | packages

    def _words(self, template: str, country: str) -> dict:
        """What shapes every prompt."""
        return {
            "template": self.templates[template],
            "topics": digest(self.bank.topics),
            "country": vars(self.settings.names[country]),
        }

    def _model(self, model: str) -> dict:
        """A model without what it asks of a cluster."""
        settings = self.settings.config.models[model]
        return {
            "model": settings.model_dump(exclude={"resources"}),
            "model_digest": self.model_digests[model],
        }

    def _mining(self) -> dict:
        return self.settings.config.mining.model_dump(include={"retries", "sampling"})

    def _count(self) -> dict:
        return self.settings.config.mining.model_dump(include={"norms_per_topic"})

    def _items(self, part: str) -> str:
        """Digest of the items of one part of the split."""
        if part not in self.item_digests:
            self.item_digests[part] = digest([item.model_dump() for item in self.parts[part]])
        return self.item_digests[part]

    def _bank(self, *fields: str) -> str:
        """Digest of the topics' keys and of these fields of every item."""
        items = [[getattr(item, field) for field in fields] for item in self.bank.items.values()]
        return digest([list(self.bank.topics), items])

    @cached_property
    def answered(self) -> dict[str, str]:
        """Each country's answers, as a digest; InputError where the survey lacks a country."""
        survey = self.settings.config.survey
        found = country_digests(survey.path, self.bank, survey.format, survey.weights)
        absent = [country for country in self.settings.pool if country not in found]
        if absent:
            raise InputError(
                f"countries: {survey.path} has no answers of {', '.join(absent)}; it has "
                f"{', '.join(sorted(found))}; mend the list"
            )
        return found

    @cached_property
    def templates(self) -> dict[str, str]:
        """Each template's digest."""
        folder = Path(self.settings.config.prompts)
        return {name: template_digest(folder, name) for name in templates(self.settings.config)}

    @cached_property
    def model_digests(self) -> dict[str, str]:
        """Each model's digest."""
        return {
            name: model_ref(name, model).digest
            for name, model in self.settings.config.models.items()
        }
