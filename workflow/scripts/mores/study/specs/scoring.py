"""The specs of what is scored, compared and listed."""

from mores.errors import InputError
from mores.evaluations.contrasts import Contrasting
from mores.evaluations.guardrails import Guarding
from mores.evaluations.score import CellScoring
from mores.evaluations.table import Table
from mores.method.draws import Draw
from mores.method.leak_checks import LeakChecking, LeakListing
from mores.method.rendered import templates_of
from mores.provenance import versions
from mores.provenance.versions import locked
from mores.scoring.hypotheses import Judging
from mores.scoring.listing import Listing, Shown
from mores.scoring.norm_effects import LeavingOut
from mores.scoring.reference_scores import ReferenceScoring
from mores.scoring.stated import Finding, InPrompt, StatedListing
from mores.scoring.variance import Varying
from mores.study.contrasts import contrasts as contrasts_of
from mores.study.grid import (
    STATED,
    Cell,
    contrasted,
    norms_listed,
    norms_of,
    survey_cells,
    tables,
    variants,
)
from mores.study.leaving_out import effect_cells, left_out
from mores.study.replicates import drawn_in
from mores.study.reports import cells_guarded
from mores.study.specs.common import SCORED, Common
from mores.survey.part import REWORDED


class Scoring(Common):
    """Specs of the rules that read answers and make tables."""

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

    def judge_hypotheses(self) -> Judging:
        """Claims are held against the survey's contrasts."""
        config = self.settings.config
        return Judging(hypotheses=config.hypotheses, confidence=config.scores.confidence)

    def score_variance(self) -> Varying:
        """Variance is parted by what is drawn in each method."""
        config = self.settings.config
        wanted = config.replicates.methods
        named = {name: one for name, one in config.methods.items() if name in wanted}
        drawn = {name: tuple(drawn_in(config, method)) for name, method in named.items()}
        return Varying(
            sources=drawn, confidence=config.scores.confidence, packages=locked(versions.SCORES)
        )

    def score_norm_effects(self) -> LeavingOut:
        """Norms are those of the methods of which each is left out once."""
        whole, _ = effect_cells(self.settings)
        return LeavingOut(
            **dict(self.settings.config.scores),
            left_out=left_out(self.settings),
            norms=self._norms_before(whole),
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

    def _norms_before(self, cells: list[Cell]) -> dict[str, dict[str, dict[str, int]]]:
        """By method, model and country, the number of its file among those of all these cells."""
        files = {path: at for at, path in enumerate(norms_listed(self.settings, cells))}
        found: dict[str, dict[str, dict[str, int]]] = {}
        for cell in cells:
            if path := norms_of(self.settings, cell):
                by_model = found.setdefault(cell.method, {})
                by_model.setdefault(cell.model, {})[cell.country] = files[path]
        return found

    def find_norms(self, method: str, model: str) -> Finding:
        """Norms are looked for in what a method's cells have thought."""
        how = self.settings.config.methods[method]
        cells, _ = self.stated[method, model]
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
        if not self.stated:
            raise InputError(
                f"{STATED}: no method has its own country's norms to look for; add one, as top1"
            )
        return StatedListing(methods=tuple(self.settings.config.methods))
