"""The specs of what is shown, judged by people and published."""

from typing import Any

from mores.contents import file_digest, folder_digest
from mores.errors import InputError
from mores.method.adapters import Publishing
from mores.method.models import ModelSpec
from mores.provenance import versions
from mores.provenance.versions import locked
from mores.report.figures.norm_counts import Counting
from mores.report.figures.norm_sources import Sourcing
from mores.report.figures.plane import Placing
from mores.report.figures.style import Drawing, Shown
from mores.report.figures.training import Trained
from mores.report.norms import Mined
from mores.report.report import Reporting
from mores.report.thinking import Showing, Thought
from mores.scoring.review.score import Judging as ReviewScoring
from mores.scoring.review.sheet import Drawing as SheetDrawing
from mores.scoring.review.sheet import Reviewing, Source
from mores.shipped import locate
from mores.study.config import Config
from mores.study.figures import norm_counts, norm_sources, trained
from mores.study.grid import PAGE, REVIEW_PAGE
from mores.study.reports import (
    countries_reported,
    explained,
    low_norms_listed,
    mined_by,
    norms_reviewed,
    reported,
    survey_norms,
    traces_sampled,
)
from mores.study.specs.scoring import Scoring

# What says where files are, and how the work is done.
NOT_TOLD = ("engine", "training", "store", "prompts", "neutral", "country_names")


class Telling(Scoring):
    """Specs of the rules that show results."""

    def write_report(self, review: dict[str, str] | None = None) -> Reporting:
        """The report is of all tables and norms, and says what of the configuration made them.

        `review` are the tables of a review that was scored, as `review_scored` names them.
        """
        config, settings = self.settings.config, self.settings
        return Reporting(
            page=folder_digest(locate(PAGE)),
            bank=self._part("all"),
            tables=tuple(reported(settings)),
            countries={code: settings.names[code].name for code in countries_reported(settings)},
            high=tuple(Mined(**mined_by(path)) for path in survey_norms(settings)),
            low=tuple(Mined(**mined_by(path)) for path in low_norms_listed(settings)),
            traces=tuple(traces_sampled(settings).values()),
            thoughts=tuple(
                Thought(method=method, model=model) for method, model in explained(settings)
            ),
            **{name: file_digest(path) for name, path in (review or {}).items()},
            given=self.list_items().norms,
            settings=settings_told(config),
            digests={"survey": file_digest(locate(config.survey.path)), **self.model_digests},
            packages=locked((*versions.ANSWERS, *versions.TRAINING, *versions.SCORES)),
            confidence=config.scores.confidence,
        )

    def show_thinking(self, method: str, model: str) -> Showing:
        """Samples are of a method's cells."""
        cells = explained(self.settings)[method, model]
        return Showing(countries=tuple(cell.country for cell in cells))

    def draw_scores(self, shown: Shown | None = None) -> Drawing:
        """Figures are drawn from tables alone; `shown` is what a page shows."""
        return Drawing(packages=locked(versions.FIGURES), shown=shown)

    draw_contrasts = draw_heat = draw_topics = draw_invalid = draw_scores
    draw_uncertainty = draw_consistency = draw_profiles = draw_tradeoff = draw_scores

    def draw_norm_counts(self) -> Counting:
        """A curve is of methods that differ in the number of norms alone."""
        return Counting(packages=locked(versions.FIGURES), curves=norm_counts(self.settings))

    def draw_norm_sources(self) -> Sourcing:
        """Sources are of methods that differ in the model that mined alone."""
        return Sourcing(packages=locked(versions.FIGURES), sources=norm_sources(self.settings))

    def draw_plane(self, shown: Shown | None = None) -> Placing:
        """The plane is that of the countries of the report; numpy finds it."""
        packages = locked((*versions.FIGURES, *versions.SCORES))
        countries = tuple(countries_reported(self.settings))
        return Placing(packages=packages, countries=countries, shown=shown)

    def draw_training(self) -> Trained:
        """Curves are of the adapters that answer the survey's items."""
        adapters = tuple(trained(self.settings).values())
        return Trained(packages=locked(versions.FIGURES), adapters=adapters)

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
