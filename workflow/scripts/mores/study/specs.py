"""What each rule's result depends on, besides its input files and its code: a typed spec a rule.

Survey, item bank, country names, templates and models enter by the content a rule uses of them,
never by a file's time, so that a fresh clone or a touched file makes nothing stale. The engine's
settings do not enter at all. A job checks what it reads against its spec.
"""

from functools import cached_property
from typing import Any

from mores.contents import file_digest, folder_digest
from mores.engine.models import model_ref
from mores.engine.protocol import PROTOCOL
from mores.engine.training import TRAINER
from mores.errors import InputError
from mores.evaluations.ask import Evaluating
from mores.evaluations.contrasts import Contrasting
from mores.evaluations.guardrails import Guarding
from mores.evaluations.questions import Asking, Questions, read_questions
from mores.evaluations.score import CellScoring
from mores.evaluations.table import Table
from mores.method.adapters import Publishing, Training
from mores.method.draws import Draw
from mores.method.examples import Collecting
from mores.method.items import Item, load_bank
from mores.method.leak_checks import LeakChecking, LeakListing
from mores.method.models import ModelSpec, Sampling
from mores.method.norms import LOW_TEMPLATES, HighMining, LowMining
from mores.method.prompts import Prompts
from mores.method.rendered import Kind, templates_of
from mores.method.traces import Tracing
from mores.provenance import versions
from mores.provenance.surveys import country_digests
from mores.provenance.versions import locked
from mores.report.figures.norm_counts import Counting
from mores.report.figures.style import Drawing
from mores.report.norms import Mined
from mores.report.report import Reporting
from mores.scoring.hypotheses import Judging
from mores.scoring.listing import Listing, Shown
from mores.scoring.norm_effects import LeavingOut
from mores.scoring.reference_scores import ReferenceScoring
from mores.scoring.review.score import Judging as ReviewScoring
from mores.scoring.review.sheet import Drawing as SheetDrawing
from mores.scoring.review.sheet import Reviewing, Source
from mores.scoring.stated import Finding, InPrompt, StatedListing
from mores.scoring.variance import Varying
from mores.shipped import locate, located
from mores.study.checks.files import templates
from mores.study.config import Config, template_of
from mores.study.contrasts import contrasts as contrasts_of
from mores.study.grid import (
    PAGE,
    REVIEW_PAGE,
    STATED,
    Cell,
    cells_guarded,
    contrasted,
    countries_reported,
    lenders_named,
    low_norms_listed,
    method_of,
    mined_by,
    norm_counts,
    norms_listed,
    norms_of,
    norms_reviewed,
    number_of,
    questions_of,
    reported,
    stated,
    survey_cells,
    survey_norms,
    tables,
    taught,
    variants,
)
from mores.study.leaving_out import effect_cells, left_out
from mores.study.replicates import drawn_in
from mores.study.settings import Settings
from mores.study.sources import Owner, sources
from mores.survey.importing import Import
from mores.survey.part import REWORDED, WORDED, BankPart, Part
from mores.survey.rows import Rows
from mores.survey.split import Split
from mores.survey.splitting import Splitting

CODES = ("id", "codes")
# What says where files are, and how the work is done.
NOT_TOLD = ("engine", "training", "store", "prompts", "neutral", "country_names")
SCORED = ("id", "topic", "codes", "kind")


OWN = Draw()


class Specs:
    """The specs of all rules of a checked configuration (see `mores.study.checks`)."""

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

    def import_survey(self) -> Import:
        """Shares per country are made from the survey file, for the bank's items and codes."""
        survey = self.settings.config.survey
        return Import(
            format=survey.format,
            weights=survey.weights,
            survey=file_digest(locate(survey.path)),
            packages=locked(versions.SURVEY),
            bank=self._part("all", CODES),
        )

    def split_items(self, split: str = "") -> Splitting:
        """The split draws from the items of each topic."""
        drawn = self._split(Draw(split=number_of(split)))
        return Splitting(split=drawn, bank=self._part("all", ("id", "topic")))

    def split_country(self, country: str, split: str = "") -> Rows:
        """A country's rows are its own answers, with items and topics."""
        survey = self.settings.config.survey
        return Rows(
            country=country,
            format=survey.format,
            weights=survey.weights,
            answers=self.answered[country],
            bank=self._part("all", ("id", "topic", "codes")),
        )

    def mine_low_norms(self, mining: str, model: str, country: str) -> LowMining:
        """Low-level norms are made from the wording of the training items."""
        config = self.settings.config.mining
        way = config.ways[mining]
        return LowMining(
            **self._asked(model, country, LOW_TEMPLATES[way.answers]),
            bank=self._part("train", draw=Draw.of(model)[1]),
            sampling=_sampling(config.sampling, model),
            retries=config.retries,
            way=way,
        )

    def mine_high_norms(self, mining: str, model: str, country: str) -> HighMining:
        """High-level norms are made from low-level ones; of the bank they see the topics alone."""
        return self._high_mining(model, country, "high_norm")

    def mine_topic_norms(self, mining: str, model: str, country: str) -> HighMining:
        """Norms from the topic alone need nothing of the survey."""
        return self._high_mining(model, country, "topic_norm")

    def _high_mining(self, model: str, country: str, template: str) -> HighMining:
        config = self.settings.config.mining
        return HighMining(
            **self._asked(model, country, template),
            bank=self._part("none"),
            sampling=_sampling(config.sampling, model),
            retries=config.retries,
            norms_per_topic=config.norms_per_topic,
        )

    def sample_traces(self, model: str, country: str) -> Tracing:
        """Traces are answers to training items, with what was mined from them in context."""
        traces = self.settings.config.traces
        return Tracing(
            **self._asked(model, country, "answer"),
            bank=self._part("train", draw=Draw.of(model)[1]),
            samples=traces.samples,
            second_round=traces.second_round,
            sampling=_sampling(traces.sampling, model),
        )

    def sample_rejected(self, tuning: str, model: str, learner: str, country: str) -> Tracing:
        """Traces of a tuned model: as above, without norms and in one round."""
        return self.sample_traces(model, country).model_copy(update={"second_round": None})

    def collect_examples(self, tuning: str, model: str, learner: str, country: str) -> Collecting:
        """Examples are made from the prompts without norms and what the country answered."""
        settings = self.settings.config.tunings[tuning]
        return Collecting(
            **self._worded(country, "answer"),
            bank=self._part("train", draw=Draw.of(model)[1]),
            objective=settings.objective,
            keys=settings.model_dump(include=set(settings.of_examples)),
        )

    def train_adapter(self, tuning: str, model: str, learner: str) -> Training:
        """An adapter is made from its examples, its base and the hyper-parameters."""
        settings = self.settings.config.tunings[tuning]
        seed = Draw.of(model)[1].seed(settings.seed)
        return Training(
            **self._model(model),
            tuning=tuning,
            learner=learner,
            countries=taught(self.settings, learner),
            settings=settings.model_dump() | {"seed": seed},
            trainer=TRAINER,
            packages=locked(versions.TRAINING),
        )

    def answer_items(self, evaluation: str, method: str, model: str, country: str) -> Evaluating:
        """Answers are made from the wording of the questions, as the method says."""
        config = self.settings.config
        how, asked = method_of(config, method), config.evaluations[evaluation]
        prompt = template_of(asked, how)
        fields = REWORDED if how.wording else WORDED
        _, draw = Draw.of(model)
        return Evaluating(
            **self._asked(model, country, prompt),
            asks=self.asks(evaluation, country, fields, draw),
            bank=self._part("train" if how.examples else "none", fields, draw),
            samples=asked.samples or config.answers.samples,
            sampling=_sampling(config.answers.sampling, model),
            prompt=prompt,
            norms_per_topic=how.norms_per_topic,
            without=how.without,
            control=how.control,
            neutral=file_digest(locate(config.neutral)) if how.control == "neutral" else None,
            examples=how.examples,
            thinking=how.thinking,
            order=how.order,
            labels=how.labels,
            wording=how.wording,
            distribution=how.distribution,
        )

    def score_cell(self, evaluation: str, method: str, model: str, country: str) -> CellScoring:
        """Scores need each question's codes and kind, and which option is right."""
        asks = self.asks(evaluation, country, SCORED, Draw.of(model)[1])
        return CellScoring(
            country=self.settings.names[country],
            model=model,
            method=method,
            asks=asks.model_copy(update={"gold": self._asked_of(evaluation, country).gold_digest}),
            packages=locked(versions.SCORES),
        )

    def score_references(self) -> ReferenceScoring:
        """Reference rows are of the selected countries, the world being the pool."""
        return ReferenceScoring(
            seed=self.settings.config.scores.seed,
            countries=tuple(self.settings.config.countries),
            pool=self.settings.pool,
            bank=self._part("all", SCORED),
            packages=locked(versions.SCORES),
        )

    def score_table(self, table: str) -> Table:
        """The table is of all of an evaluation's cells; intervals and p-values are resampled."""
        config = self.settings.config
        evaluation = config.evaluations[tables(self.settings)[table]]
        return Table(
            **dict(config.scores),
            evaluation=evaluation.of_questions(),
            variants=variants(config.methods),
            packages=locked(versions.SCORES),
        )

    def check_leaks(self, model: str, country: str) -> LeakChecking:
        """Leaks are looked for in a country's files, with the prompts that they were made with."""
        mining, files = self.settings.config.mining, self.sources.get((model, country))
        if files is None:
            raise InputError(f"leaks: no method has norms or adapters of {model} on {country}")
        ways = {way: mining.ways[way] for of in files.values() for way in of.values() if way}
        return LeakChecking(
            **self._worded(country, *templates_of(ways.values(), bool(files["traces"]))),
            bank=self._part("all", REWORDED, Draw.of(model)[1]),
            ways=ways,
            norms_per_topic=mining.norms_per_topic,
            files=files,
        )

    def list_leaks(self) -> LeakListing:
        """The table is of all files that the survey's cells rest on."""
        return LeakListing(
            files=tuple(
                path for kinds in self.sources.values() for of in kinds.values() for path in of
            )
        )

    def list_items(self) -> Listing:
        """Lists are of all the survey's cells, with the norms that methods put before items."""
        cells = survey_cells(self.settings)
        named = {cell.method: self.settings.config.methods[cell.method] for cell in cells}
        methods = {
            name: Shown(
                norms_per_topic=how.norms_per_topic, without=how.without, control=how.control
            )
            for name, how in named.items()
        }
        norms = self._norms_before(cells)
        return Listing(methods=methods, norms=norms, packages=locked(versions.SCORES))

    def score_norm_effects(self) -> LeavingOut:
        """Norms are those of the methods of which each is left out once."""
        whole, _ = effect_cells(self.settings)
        return LeavingOut(
            **dict(self.settings.config.scores),
            left_out=left_out(self.settings),
            norms=self._norms_before(whole),
            packages=locked(versions.SCORES),
        )

    def score_variance(self) -> Varying:
        """Variance is parted by what is drawn in each method."""
        config = self.settings.config
        wanted = config.replicates.methods
        named = {name: one for name, one in config.methods.items() if name in wanted}
        drawn = {name: tuple(drawn_in(config, method)) for name, method in named.items()}
        return Varying(
            sources=drawn, confidence=config.scores.confidence, packages=locked(versions.SCORES)
        )

    def _norms_before(self, cells: list[Cell]) -> dict[str, dict[str, dict[str, int]]]:
        """By method, model and country, the number of its file among those of all these cells."""
        files = {path: at for at, path in enumerate(norms_listed(self.settings, cells))}
        found: dict[str, dict[str, dict[str, int]]] = {}
        for cell in cells:
            if path := norms_of(self.settings, cell):
                by_model = found.setdefault(cell.method, {})
                by_model.setdefault(cell.model, {})[cell.country] = files[path]
        return found

    def write_report(self) -> Reporting:
        """The report is of all tables and norms, and says what of the configuration made them."""
        config, settings = self.settings.config, self.settings
        return Reporting(
            page=folder_digest(locate(PAGE)),
            bank=self._part("all"),
            tables=tuple(reported(settings)),
            countries={code: settings.names[code].name for code in countries_reported(settings)},
            high=tuple(Mined(**mined_by(path)) for path in survey_norms(settings)),
            low=tuple(Mined(**mined_by(path)) for path in low_norms_listed(settings)),
            given=self.list_items().norms,
            settings=settings_told(config),
            digests={"survey": file_digest(locate(config.survey.path)), **self.model_digests},
            packages=locked((*versions.ANSWERS, *versions.TRAINING, *versions.SCORES)),
            confidence=config.scores.confidence,
        )

    def find_norms(self, method: str, model: str) -> Finding:
        """Norms are looked for in what a method's cells have thought."""
        how = self.settings.config.methods[method]
        cells, _ = stated(self.settings)[method, model]
        whose: InPrompt = "own" if how.norm_country == "own" else "others"
        shown: InPrompt = "control" if how.control else whose
        return Finding(
            model=model,
            method=method,
            norms_in_prompt=shown if how.norms else "none",
            countries=tuple(cell.country for cell in cells),
        )

    def list_stated(self) -> StatedListing:
        """The table is in the order of the methods."""
        if not stated(self.settings):
            raise InputError(
                f"{STATED}: no method has its own country's norms to look for; add one, as top1"
            )
        return StatedListing(methods=tuple(self.settings.config.methods))

    def draw_scores(self) -> Drawing:
        """Figures are drawn from tables alone."""
        return Drawing(packages=locked(versions.FIGURES))

    draw_contrasts = draw_heat = draw_topics = draw_invalid = draw_scores

    def draw_norm_counts(self) -> Counting:
        """A curve is of methods that differ in the number of norms alone."""
        return Counting(packages=locked(versions.FIGURES), curves=norm_counts(self.settings))

    def score_contrasts(self, contrasts: str) -> Contrasting:
        """Contrasts are of an evaluation's cells; which, the study says or its methods suggest."""
        config = self.settings.config
        name = contrasted(self.settings)[contrasts]
        return Contrasting(
            **dict(config.scores),
            evaluation=config.evaluations[name].of_questions(),
            contrasts=contrasts_of(self.settings, name),
            packages=locked(versions.SCORES),
        )

    def score_guardrails(self) -> Guarding:
        """What tuning costs is read off the cells of tuned methods and of the base model."""
        guarded = cells_guarded(self.settings)
        return Guarding(
            **dict(self.settings.config.scores),
            cells=tuple((name, len(cells)) for name, cells in guarded.items()),
            packages=locked(versions.SCORES),
        )

    def judge_hypotheses(self) -> Judging:
        """Claims are held against the survey's contrasts."""
        config = self.settings.config
        return Judging(hypotheses=config.hypotheses, confidence=config.scores.confidence)

    def norm_review(self) -> Reviewing:
        """A sheet is drawn from the norms that countries' own methods have in context."""
        config = self.settings.config
        sources = tuple(Source(**mined_by(path)) for path in norms_reviewed(self.settings))
        countries = sorted({source.country for source in sources})
        return Reviewing(
            **config.norm_review.model_dump(include=set(SheetDrawing.model_fields)),
            sources=sources,
            countries={country: self.settings.names[country] for country in countries},
            topics=self.bank.topics,
            page=file_digest(locate(REVIEW_PAGE)),
        )

    def score_norm_review(self) -> ReviewScoring:
        """Filled sheets are held against the key of the one that was handed out."""
        folder = locate(self.settings.config.norm_review.sheets)
        if not folder.is_dir():
            raise InputError(f"norm_review.sheets: no folder {folder}; put the filled sheets there")
        return ReviewScoring(
            **dict(self.settings.config.scores),
            sheets=folder_digest(folder),
            packages=locked(versions.SCORES),
        )

    def publish_adapter(self, method: str, model: str, learner: str) -> Publishing:
        """A card takes the rows of its method and learner."""
        return Publishing(method=method, model=model, learner=learner)

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


def settings_told(config: Config) -> dict[str, Any]:
    """The configuration, as far as it says what is made."""
    left_out: dict[str, Any] = dict.fromkeys(NOT_TOLD, True)
    told = config.model_dump(mode="json", exclude=left_out | {"survey": {"path", "bank"}})
    kept = set(ModelSpec.model_fields)
    models = {
        name: {key: value for key, value in model.items() if key in kept}
        for name, model in told["models"].items()
    }
    return told | {"models": models}


def _sampling(sampling: Sampling, model: str) -> Sampling:
    """How tokens are drawn under the draw of a model's name."""
    return sampling.model_copy(update={"seed": Draw.of(model)[1].seed(sampling.seed)})
