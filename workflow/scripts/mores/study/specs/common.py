"""What all specs are made with: the settings, by content, as far as a step looks at them."""

from functools import cached_property

from mores.engine.models import model_ref
from mores.engine.protocol import PROTOCOL
from mores.errors import InputError
from mores.evaluations.questions import Asking, Questions, read_questions
from mores.method.draws import Draw
from mores.method.items import Item, load_bank
from mores.method.models import ModelSpec
from mores.method.prompts import Prompts
from mores.method.rendered import Kind
from mores.provenance import versions
from mores.provenance.surveys import country_digests
from mores.provenance.versions import locked
from mores.shipped import locate, located
from mores.study.checks.files import templates
from mores.study.grid import Cell, lenders_named, questions_of
from mores.study.reports import stated
from mores.study.settings import Settings
from mores.study.sources import Owner, sources
from mores.survey.part import WORDED, BankPart, Part
from mores.survey.split import Split

SCORED = ("id", "topic", "codes", "kind")
OWN = Draw()


class Common:
    """The parts that specs share, of a checked configuration (see `mores.study.checks`)."""

    def __init__(self, settings: Settings):
        config = settings.config
        self.settings = settings
        self.bank = load_bank(locate(config.survey.bank))
        self.prompts = Prompts(locate(config.prompts))
        self.parts: dict[tuple[Part, tuple[str, ...], Split | None], BankPart] = {}
        self.asked: dict[tuple[str, str], Questions] = {}
        self.askings: dict[tuple[str, str, tuple[str, ...], Split | None], Asking] = {}

    def items(self, part: Part) -> list[Item]:
        """The items of a part of the study's own split."""
        return [*self._part(part).take(self.bank, "").items.values()]

    def questions(self, evaluation: str, country: str) -> list[Item]:
        """What an evaluation asks about a country."""
        asks, asked = self.asks(evaluation, country, WORDED), self._asked_of(evaluation, country)
        return [*asks.questions.take(asked.bank, "").items.values()]

    def asks(
        self, evaluation: str, country: str, fields: tuple[str, ...], draw: Draw = OWN
    ) -> Asking:
        """The same by content, as far as a step looks at it."""
        settings = self.settings.config.evaluations[evaluation]
        split = self._split(draw) if settings.part == "test" else None
        key = (evaluation, country if settings.by_country else "", fields, split)
        if key not in self.askings:
            bank = self._asked_of(evaluation, country).bank
            part = BankPart.of(bank, settings.part, fields, split)
            self.askings[key] = Asking(evaluation=settings.of_questions(), questions=part)
        return self.askings[key]

    def _asked_of(self, evaluation: str, country: str) -> Questions:
        settings = self.settings.config.evaluations[evaluation]
        key = (evaluation, country if settings.by_country else "")
        if key not in self.asked:
            path = locate(questions_of(self.settings, evaluation))
            name = self.settings.names[country]
            self.asked[key] = read_questions(settings.of_questions(), path, name)
        return self.asked[key]

    def _asked(self, model: str, country: str, template: str) -> dict:
        """What shapes every prompt, and who answers it."""
        served = {"protocol": PROTOCOL, "packages": locked(versions.ANSWERS)}
        return self._worded(country, template) | self._model(model) | served

    def _worded(self, country: str, *names: str) -> dict:
        """What shapes every prompt."""
        templates = {name: self.template_digests[name] for name in sorted(names)}
        return {"country": self.settings.names[country], "templates": templates}

    def _model(self, model: str) -> dict:
        """A model without what it asks of a cluster."""
        name, _ = Draw.of(model)
        settings = self.settings.config.models[name]
        told = {key: getattr(settings, key) for key in ModelSpec.model_fields}
        return {"model": ModelSpec(**told), "model_digest": self.model_digests[name]}

    def _part(self, part: Part, fields: tuple[str, ...] = WORDED, draw: Draw = OWN) -> BankPart:
        """What a step sees of the item bank; one that words items is told how they are split."""
        split = self._split(draw) if "wording" in fields and part != "none" else None
        if (part, fields, split) not in self.parts:
            self.parts[part, fields, split] = BankPart.of(self.bank, part, fields, split)
        return self.parts[part, fields, split]

    def _split(self, draw: Draw) -> Split:
        """The split under a draw."""
        split = self.settings.config.split
        return split.model_copy(update={"seed": draw.only("split").seed(split.seed)})

    @cached_property
    def sources(self) -> dict[Owner, dict[Kind, dict[str, str]]]:
        """The files that the survey's cells rest on."""
        return sources(self.settings)

    @cached_property
    def stated(self) -> dict[tuple[str, str], tuple[list[Cell], list[str]]]:
        """By method and model the cells whose thinking is looked through, and whose norms for."""
        return stated(self.settings)

    @cached_property
    def answered(self) -> dict[str, str]:
        """Each country's answers, as a digest; InputError where the survey lacks a country."""
        survey = self.settings.config.survey
        found = country_digests(str(locate(survey.path)), self.bank, survey.format, survey.weights)
        absent = [country for country in self.settings.pool if country not in found]
        if absent:
            raise InputError(
                f"countries: {survey.path} has no answers of {', '.join(absent)}; it has "
                f"{', '.join(sorted(found))}; mend the list"
            )
        for country, key in lenders_named(self.settings).items():
            if country not in found:
                raise InputError(f"{key}: {survey.path} has no answers of {country}; name another")
        return found

    @cached_property
    def template_digests(self) -> dict[str, str]:
        """Each template's digest."""
        names = templates(self.settings.config)
        return {name: self.prompts.digest(name) for name in names}

    @cached_property
    def model_digests(self) -> dict[str, str]:
        """Each model's digest."""
        return {
            name: model_ref(name, located(model)).digest
            for name, model in self.settings.config.models.items()
        }
