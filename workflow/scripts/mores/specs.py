"""What each rule's result depends on, besides its input files and its code: one JSON string a rule.

Survey, item bank, country names, templates and models enter by the content a rule uses of them,
never by a file's time, so that a fresh clone or a touched file makes nothing stale. The engine's
settings do not enter at all.
"""

from functools import cached_property
from pathlib import Path

from mores.checks import TEMPLATES
from mores.digests import file_digest
from mores.engine import model_ref
from mores.files import canonical, digest
from mores.fingerprint import template_digest
from mores.items import load_bank
from mores.settings import Settings
from mores.survey.split import split_items


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

    def import_survey(self) -> str:
        """Shares per country are made from the survey file, for the bank's items and codes."""
        survey = self.settings.config.survey
        return canonical(
            {
                "format": survey.format,
                "weights": survey.weights,
                "survey": file_digest(survey.path),
                "bank": self._bank("id", "codes"),
            }
        )

    def split_items(self) -> str:
        """The split draws from the items of each topic."""
        split = self.settings.config.split
        return canonical(split.model_dump() | {"bank": self._bank("id", "topic")})

    def split_country(self) -> str:
        """A country's rows name items and topics."""
        return canonical({"bank": self._bank("id", "topic", "codes")})

    def mine_low_norms(self, mining: str, model: str, country: str) -> str:
        """Low-level norms are made from the wording of the training items."""
        items = digest([item.model_dump() for item in self.parts["train"]])
        return canonical(
            self._asks("low_norm", model, country) | self._mining(mining) | {"items": items}
        )

    def mine_high_norms(self, mining: str, model: str, country: str) -> str:
        """High-level norms are made from low-level ones; of the bank they see the topics alone."""
        count = {"norms_per_topic": self.settings.config.mining.norms_per_topic}
        return canonical(self._asks("high_norm", model, country) | self._mining(mining) | count)

    def answer_items(self, method: str, model: str, country: str) -> str:
        """Answers are made from the wording of the test items, as the method says."""
        config = self.settings.config
        return canonical(
            self._asks("answer", model, country)
            | {
                "method": config.methods[method].model_dump(),
                "samples": config.answers.samples,
                "sampling": config.answers.sampling.model_dump(),
                "items": digest([item.model_dump() for item in self.parts["test"]]),
            }
        )

    def score_cell(self) -> str:
        """Scores need each item's codes and kind."""
        return canonical({"bank": self._bank("id", "topic", "codes", "kind")})

    def score_references(self) -> str:
        """Reference rows are of the selected countries, the world being the pool."""
        settings = self.settings
        return canonical(
            settings.config.scores.model_dump()
            | {
                "countries": settings.config.countries,
                "pool": settings.pool,
                "bank": self._bank("id", "topic", "codes", "kind"),
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
        return canonical(config.scores.model_dump() | grid)

    def _asks(self, template: str, model: str, country: str) -> dict:
        """What shapes every prompt, and who answers it."""
        config = self.settings.config
        return {
            "model": config.models[model].model_dump(),
            "model_digest": self.model_digests[model],
            "template": self.templates[template],
            "topics": digest(self.bank.topics),
            "country": vars(self.settings.names[country]),
        }

    def _mining(self, mining: str) -> dict:
        settings = self.settings.config.mining
        return {
            "mining": mining,
            "retries": settings.retries,
            "sampling": settings.sampling.model_dump(),
        }

    def _bank(self, *fields: str) -> str:
        """Digest of the topics' keys and of these fields of every item."""
        items = [[getattr(item, field) for field in fields] for item in self.bank.items.values()]
        return digest([list(self.bank.topics), items])

    @cached_property
    def templates(self) -> dict[str, str]:
        """Each template's digest."""
        folder = Path(self.settings.config.prompts)
        return {name: template_digest(folder, name) for name in TEMPLATES}

    @cached_property
    def model_digests(self) -> dict[str, str]:
        """Each model's digest."""
        return {
            name: model_ref(name, model).digest
            for name, model in self.settings.config.models.items()
        }
