"""The cost plan: what a run will ask, before anything is spent."""

from dataclasses import dataclass
from typing import Any

from mores.engine.journal import kept
from mores.method.draws import Draw
from mores.method.norms import LOW_TEMPLATES, shown_answers
from mores.method.prompts import Prompts
from mores.shipped import locate
from mores.study.config import Sampling, template_of
from mores.study.grid import WITHOUT, Cell, method_of, norms_of
from mores.study.plan import Result
from mores.study.settings import Settings
from mores.study.specs import Specs

CHARACTERS = 4  # a token, in English, about
NORM = "People here hold that this matters more than most other things in life."
COLUMNS = (
    *("stage", "model", "requests", "journalled", "prompt_tokens", "output_tokens"),
    *("tokens_per_second", "gpu_hours", "adapters"),
)
SUMMED = ("requests", "journalled", "prompt_tokens", "output_tokens", "gpu_hours", "adapters")


@dataclass(frozen=True)
class Ask:
    """What one job asks: how many requests, a prompt like theirs, how they are sampled."""

    requests: int
    prompt: str
    sampling: Sampling


def plan(settings: Settings, specs: Specs, results: list[Result]) -> list[dict[str, Any]]:
    """One row per stage and model: requests, how many are journalled, tokens, GPU-hours.

    Tokens of a stage are the means of what it has journalled for the model; where nothing is, a
    prompt is rendered and counted at four characters a token, and a reply takes half of
    `max_tokens`. `journalled` counts keys: answers to prompts that have since changed count too.
    `gpu_hours` is what is left to ask at the model's `tokens_per_second`. Training is counted in
    adapters: its time depends on the examples, which are not there yet.
    """
    stages: dict[tuple[str, str], list[Result]] = {}
    trained: dict[tuple[str, str], int] = {}
    for result in results:
        if result.journal:
            stages.setdefault((_stage(result), _model(result)), []).append(result)
        elif result.rule == "train_adapter":
            key = (f"train {result.named['tuning']}", _model(result))
            trained[key] = trained.get(key, 0) + 1
    asker = Prompter(settings, specs)
    rows = [_row(settings, asker, *key, of) for key, of in sorted(stages.items())]
    for (stage, model), count in sorted(trained.items()):
        rows.append({"stage": stage, "model": model, "adapters": count})
    return rows


def _stage(result: Result) -> str:
    """What a result counts to: its rule, apart where a replicate or a norm left out asks for it."""
    if WITHOUT in result.named.get("method", ""):
        return "norm_effects"
    replicate = Draw.of(result.named["model"])[1] != Draw()
    return f"{result.rule} (replicates)" if replicate else result.rule


def _model(result: Result) -> str:
    return Draw.of(result.named["model"])[0]


def _row(
    settings: Settings, asker: "Prompter", stage: str, model: str, results: list[Result]
) -> dict[str, Any]:
    asks = [asker.ask(result) for result in results]
    journals = [_journal(result) for result in results]
    had = sum(min(len(one), ask.requests) for one, ask in zip(journals, asks, strict=True))
    known = [tokens for one in journals for tokens in one.values()]
    if known:
        prompt, output = (sum(counts) / len(known) for counts in zip(*known, strict=True))
    else:
        prompt = sum(len(ask.prompt) for ask in asks) / len(asks) / CHARACTERS
        output = asks[0].sampling.max_tokens / 2
    requests = sum(ask.requests for ask in asks)
    speed = settings.config.models[model].resources.tokens_per_second
    return {
        "stage": stage,
        "model": model,
        "requests": requests,
        "journalled": had,
        "prompt_tokens": round((requests - had) * prompt),
        "output_tokens": round((requests - had) * output),
        "gpu_hours": (requests - had) * output / speed / 3600,
        "tokens_per_second": speed,
    }


def _journal(result: Result) -> dict[str, tuple[int, int]]:
    """Tokens of prompt and reply, by key, of what a result's journal holds."""
    if result.journal is None or not result.journal.exists():
        return {}
    return {one.key: (one.prompt_tokens, one.completion_tokens) for one in kept(result.journal)}


class Prompter:
    """Prompts like those of each stage, with a stand-in for norms not yet mined."""

    def __init__(self, settings: Settings, specs: Specs):
        self.settings, self.config, self.bank = settings, settings.config, specs.bank
        self.specs, self.train = specs, specs.items("train")
        self.prompts = Prompts(locate(self.config.prompts))

    def ask(self, result: Result) -> Ask:
        """What the job of a result asks."""
        if result.rule == "answer_items":
            return self._answers(Cell(**result.named))
        if result.rule.startswith("sample_"):
            return self._traces(result)
        return self._norms(result)

    def _answers(self, cell: Cell) -> Ask:
        method = method_of(self.config, cell.method)
        asked = self.config.evaluations[cell.evaluation]
        questions = self.specs.questions(cell.evaluation, cell.country)
        count = method.norms_per_topic or self.config.mining.count(method.norms)
        count -= (method.without or count + 1) <= count
        norms = [NORM] * count if norms_of(self.settings, cell) else []
        shown = [{"item": one, "answer": one.codes[0]} for one in self.train[: method.examples]]
        template = template_of(asked, method)
        prompt = self._render(template, cell.country, questions[0], norms=norms, examples=shown)
        requests = len(questions) * (asked.samples or self.config.answers.samples)
        if method.distribution == "options":
            requests *= 2  # each answer is asked on at its label, for one token
        return Ask(requests, prompt, self.config.answers.sampling)

    def _traces(self, result: Result) -> Ask:
        norms = [NORM] if result.rule == "sample_traces" else []
        country, traces = result.named["country"], self.config.traces
        prompt = self._render("answer", country, self.train[0], norms=norms, examples=[])
        return Ask(len(self.train) * traces.samples, prompt, traces.sampling)

    def _norms(self, result: Result) -> Ask:
        mining, item, country = self.config.mining, self.train[0], result.named["country"]
        count, topics = mining.count(result.named.get("mining")), len(self.bank.topics)
        if result.rule == "mine_topic_norms":
            prompt = self._render("topic_norm", country, item, count=count)
            return Ask(topics, prompt, mining.sampling)
        if result.rule == "mine_high_norms":
            norms = [NORM] * self.config.split.train_per_topic
            prompt = self._render("high_norm", country, item, low_norms=norms, count=count)
            return Ask(topics, prompt, mining.sampling)
        way = mining.ways[result.named["mining"]]
        shares = {str(code): 1 / len(item.codes) for code in item.codes}
        shown = shown_answers({"top": item.codes[0], "shares": shares}, item, way)
        prompt = self._render(LOW_TEMPLATES[way.answers], country, item, **shown)
        return Ask(len(self.train), prompt, mining.sampling)

    def _render(self, template: str, country: str, item, **values) -> str:
        title, named = self.bank.topics.get(item.topic, ""), self.settings.names[country]
        (message,) = self.prompts.render(template, country=named, topic=title, item=item, **values)
        return message["content"]


def table(rows: list[dict[str, Any]]) -> str:
    """The plan as an aligned text table with a total."""
    total = {name: sum(row.get(name, 0) for row in rows) for name in SUMMED} | {"stage": "total"}
    cells = [[_field(row.get(name)) for name in COLUMNS] for row in [*rows, total]]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *cells, strict=True)]
    lines = [
        "  ".join(
            field.ljust(width) if place < 2 else field.rjust(width)
            for place, (field, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [list(COLUMNS), *cells]
    ]
    return "\n".join(lines) + "\n"


def _field(value: str | int | float | None) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return value or ""
