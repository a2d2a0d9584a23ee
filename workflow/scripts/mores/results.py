"""Every result of a grid, in the order it is made: its rule, its spec, its code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from mores import cells
from mores.cells import adapter_of, grid, norms_of, taught
from mores.settings import Settings
from mores.specs import Specs

# Where the rules journal what they ask.
JOURNALS = {
    "mine_low_norms": "work/journal/norms/{mining}/{model}/{country}.low.jsonl",
    "mine_high_norms": "work/journal/norms/{mining}/{model}/{country}.high.jsonl",
    "mine_topic_norms": "work/journal/norms/{mining}/{model}/{country}.topic.jsonl",
    "sample_traces": "work/journal/traces/{model}/{country}.jsonl",
    "sample_rejected": "work/journal/rejected/{tuning}/{model}/{learner}.{country}.jsonl",
    "answer_items": "work/journal/answers/{method}/{model}/{country}.jsonl",
}


@dataclass(frozen=True)
class Result:
    """A file or folder of the results, the rule that makes it, and its spec and wildcards."""

    path: str
    rule: str
    spec: str
    named: dict[str, str]

    @property
    def journal(self) -> Path | None:
        """Where the job that makes it journals what it asks of a model, if it asks any."""
        if self.rule not in JOURNALS:
            return None
        return Path(JOURNALS[self.rule].format(**self.named))


def every_result(settings: Settings, specs: Specs) -> list[Result]:
    """The results of the whole grid, each once, inputs before what is made from them."""
    made = chain(
        [
            _made("import_survey", cells.MARGINALS, specs.import_survey),
            _made("split_items", cells.SPLIT, specs.split_items),
        ],
        chain.from_iterable(_of_cell(settings, specs, cell) for cell in grid(settings)),
        [
            _made("score_references", cells.REFERENCES, specs.score_references),
            _made("score_table", cells.SCORES, specs.score_table),
        ],
    )
    return list({result.path: result for result in made}.values())


def _made(rule: str, pattern: str, spec: Callable[..., str], **named: str) -> Result:
    return Result(pattern.format(**named), rule, spec(**named), named)


def _of_cell(settings: Settings, specs: Specs, cell: cells.Cell) -> Iterator[Result]:
    yield from _rows(specs, cell.country)
    if norms := norms_of(settings, cell):
        yield from _norms(settings, specs, *norms.split("/")[2:5])
    if adapter := adapter_of(settings, cell):
        yield from _adapter(settings, specs, *adapter.split("/")[2:5])
    named = vars(cell)
    yield _made("answer_items", cells.ANSWERS, specs.answer_items, **named)
    yield _made("score_cell", cells.CELL, lambda **_: specs.score_cell(), **named)


def _rows(specs: Specs, country: str) -> Iterator[Result]:
    for pattern in (cells.TRAIN, cells.TEST):
        yield _made("split_country", pattern, specs.split_country, country=country)


def _norms(
    settings: Settings, specs: Specs, mining: str, model: str, country: str
) -> Iterator[Result]:
    named = {"mining": mining, "model": model, "country": country}
    if settings.config.mining.ways[mining].answers == "none":
        yield _made("mine_topic_norms", cells.HIGH_NORMS, specs.mine_topic_norms, **named)
        return
    yield from _low_norms(specs, **named)
    yield _made("mine_high_norms", cells.HIGH_NORMS, specs.mine_high_norms, **named)


def _low_norms(specs: Specs, **named: str) -> Iterator[Result]:
    yield from _rows(specs, named["country"])
    yield _made("mine_low_norms", cells.LOW_NORMS, specs.mine_low_norms, **named)


def _adapter(
    settings: Settings, specs: Specs, tuning: str, model: str, learner: str
) -> Iterator[Result]:
    entry = settings.config.tunings[tuning]
    learnt = {"tuning": tuning, "model": model, "learner": learner}
    if entry.start:
        yield from _adapter(settings, specs, entry.start, model, learner)
    for country in taught(settings, learner):
        yield from _examples(settings, specs, learnt | {"country": country})
    rule = "train_dpo" if entry.start else "train_sft"
    yield _made(rule, cells.ADAPTER, specs.train_adapter, **learnt)


def _examples(settings: Settings, specs: Specs, named: dict[str, str]) -> Iterator[Result]:
    entry = settings.config.tunings[named["tuning"]]
    asked = {"model": named["model"], "country": named["country"]}
    yield from _rows(specs, named["country"])
    if entry.data != "answers":
        yield from _low_norms(specs, mining=settings.config.traces.norms, **asked)
        yield _made("sample_traces", cells.TRACES, specs.sample_traces, **asked)
    if entry.start:
        start = named | {"tuning": entry.start}
        yield _made("sample_rejected", cells.REJECTED, specs.sample_rejected, **start)
    rule = "pair_traces" if entry.start else "collect_examples"
    yield _made(rule, cells.EXAMPLES, specs.collect_examples, **named)
