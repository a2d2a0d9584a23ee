"""What is asked and compared: evaluations, methods, contrasts, hypotheses, tunings."""

import sys
from collections.abc import Collection, Iterator
from typing import get_args

from mores.evaluations.choices import questions as choices
from mores.evaluations.pact import questions as pact
from mores.method.draws import SOURCES
from mores.method.items import load_bank
from mores.scoring.table import BASELINE, MEAN
from mores.shipped import locate
from mores.study.checks.files import MINING
from mores.study.config import Config, Evaluation, Lent
from mores.study.contrasts import named
from mores.study.grid import CONTRASTED, TAKEN, start_of
from mores.study.settings import Settings, hint, unnamed


def evaluations(settings: Settings) -> Iterator[str]:
    config = settings.config
    of_survey = [name for name, one in config.evaluations.items() if one.kind == "survey"]
    if len(of_survey) != 1:
        listed = f" ({', '.join(of_survey)})" if of_survey else ""
        yield f"evaluations: one of `kind: survey` is needed, not {len(of_survey)}{listed}"
    for name, evaluation in config.evaluations.items():
        key = f"evaluations.{name}"
        if name in TAKEN or name.endswith(f"_{CONTRASTED}"):
            yield f"{key}: results/{name}.tsv is a table of another kind; give it another name"
        for method in evaluation.methods or ():
            yield from _named(f"{key}.methods", method, settings.methods, "methods")
        for country in evaluation.countries or ():
            yield from _named(f"{key}.countries", country, settings.pool, "countries")
        yield from _varied(name, evaluation, config)
        if isinstance(evaluation, choices.Settings) and not locate(evaluation.path).is_file():
            yield f"{key}.path: no file {evaluation.path or 'is named'}; name one of questions"
        if isinstance(evaluation, choices.Settings | pact.Settings):
            yield from _named_there(key, evaluation, settings)


def _varied(name: str, evaluation: Evaluation, config: Config) -> Iterator[str]:
    """Methods that would vary what an evaluation varies by itself."""
    for key in evaluation.methods or config.methods if evaluation.varies else ():
        method = config.methods.get(key)
        if method and not method.as_it_stands:
            yield (
                f"evaluations.{name}: {key} puts questions its own way (order, labels, wording, "
                f"distribution), and {evaluation.kind} has its own: leave it out under `methods`"
            )


def _named_there(
    key: str, evaluation: choices.Settings | pact.Settings, settings: Settings
) -> Iterator[str]:
    """The topics and countries that an evaluation's names stand for."""
    if not locate(settings.config.survey.bank).is_file():
        return  # told already
    topics = load_bank(locate(settings.config.survey.bank)).topics
    for topic in evaluation.topics.values():
        yield from _named(f"{key}.topics", topic, topics, "topics of the item bank")
    for code in evaluation.names.values():
        yield from _named(f"{key}.names", code, settings.names, "country_names")


def methods(settings: Settings) -> Iterator[str]:
    config = settings.config
    for name, method in config.methods.items():
        key = f"methods.{name}"
        yield from _named(f"{key}.norms", method.norms, config.mining.ways, "mining: ways")
        yield from _named(f"{key}.norm_model", method.norm_model, config.models, "models")
        yield from _named(f"{key}.tuning", method.tuning, config.tunings, "tunings")
        yield from _giver(f"{key}.norm_country", method.norm_country, method.norms, settings)
        yield from _giver(f"{key}.tuning_country", method.tuning_country, method.tuning, settings)
        if method.prompt in MINING:
            yield f"{key}.prompt: {method.prompt!r} mines norms; name a template that asks an item"
        for field in ("norm_model", "norms_per_topic", "without", "control"):
            if getattr(method, field) is not None and method.norms is None:
                yield f"{key}.{field}: of which norms? add `norms`, say `norms: top1`"
        mined = config.mining.count(method.norms)
        if (method.norms_per_topic or 0) > mined:
            way = config.mining.ways.get(method.norms or "")
            where = f"ways: {method.norms}: " if way and way.norms_per_topic else ""
            yield (
                f"{key}.norms_per_topic: {method.norms_per_topic}, but `mining: {where}"
                f"norms_per_topic` has only {mined} mined: raise that"
            )
        count = method.norms_per_topic or mined
        if (method.without or 0) > count:
            yield f"{key}.without: {method.without}, but only {count} norms stand there: lower it"
        if method.examples > config.split.train_per_topic:
            yield (
                f"{key}.examples: {method.examples}, but `split: train_per_topic` has only "
                f"{config.split.train_per_topic} to show: lower it"
            )
        if method.wording and method.wording > _wordings(config.survey.bank):
            yield (
                f"{key}.wording: no item of {config.survey.bank} has so many `wordings`; write "
                "some, or lower it"
            )
        if method.labels == "letters" and method.distribution == "stated":
            yield f"{key}.labels: percentages are stated by codes; leave `letters` out"
        if (
            isinstance(method.thinking, int)
            and method.thinking >= config.answers.sampling.max_tokens
        ):
            yield (
                f"{key}.thinking: {method.thinking} tokens leave none for the answer: "
                "`answers: sampling: max_tokens` must be larger"
            )


def _wordings(bank: str) -> int:
    """The most further wordings that an item of the bank has; a bank that is absent is told."""
    path = locate(bank)
    if not path.is_file():
        return sys.maxsize
    return max(len(item.wordings) for item in load_bank(path).items.values())


def norm_effects(settings: Settings) -> Iterator[str]:
    """Norms can be left out of methods that have norms of the country's topics in context."""
    config = settings.config
    for name in config.norm_effects.methods:
        yield from _named("norm_effects.methods", name, settings.methods, "methods")
        method = config.methods.get(name)
        if method and (method.norms is None or method.control or method.without):
            yield (
                f"norm_effects.methods: {name} has no norms of its own to leave out one by one; "
                "name a method with `norms`, without `control` and `without`"
            )
    for country in config.norm_effects.countries or ():
        yield from _named("norm_effects.countries", country, settings.pool, "countries")


def replicates(settings: Settings) -> Iterator[str]:
    config = settings.config
    wanted = config.replicates
    for name in wanted.methods:
        yield from _named("replicates.methods", name, settings.methods, "methods")
    several = [name for name in SOURCES if getattr(wanted, name) > 1]
    if several and not wanted.methods:
        yield f"replicates.{several[0]}: of which methods? name them under `replicates.methods`"
    if wanted.methods and not several:
        yield "replicates.methods: of what several draws? raise `split`, `mining` or `training`"


def guardrails(settings: Settings) -> Iterator[str]:
    """Evaluations that have every tuned method's cells, and the base model's."""
    config = settings.config
    for name in config.guardrails:
        yield from _named("guardrails", name, config.evaluations, "evaluations")
        evaluation = config.evaluations.get(name)
        if evaluation and evaluation.kind != "choices":
            yield f"guardrails: {name} is of kind {evaluation.kind}; name evaluations of choices"
        elif evaluation and evaluation.methods is not None and BASELINE not in evaluation.methods:
            yield f"guardrails: evaluations.{name}.methods lacks {BASELINE}; add it"


def contrasts(settings: Settings) -> Iterator[str]:
    for name, contrast in (settings.config.contrasts or {}).items():
        for key, one in (
            (f"contrasts.{name}", contrast),
            (f"contrasts.{name}.than", contrast.than),
        ):
            if one:
                yield from _named(f"{key}.of", one.of, settings.methods, "methods")
                yield from _named(f"{key}.against", one.against, settings.methods, "methods")
                yield from _named(f"{key}.model", one.model, settings.models, "models")


def hypotheses(settings: Settings) -> Iterator[str]:
    config, whole = settings.config, len(settings.config.methods) == len(settings.methods)
    for name, claim in config.hypotheses.items():
        key = f"hypotheses.{name}"
        yield from _named(f"{key}.model", claim.model, settings.models, "models")
        yield from _named(f"{key}.country", claim.country, (MEAN, *settings.pool), "countries")
        if config.contrasts is not None or whole:
            yield from _named(f"{key}.contrast", claim.contrast, named(config), "contrasts")


def tunings(settings: Settings) -> Iterator[str]:
    config = settings.config
    on_traces = [
        name
        for name, tuning in config.tunings.items()
        if tuning.objective == "sft" and "traces" in tuning.sources
    ]
    for name, tuning in config.tunings.items():
        if tuning.starts_from and start_of(tuning) not in on_traces:
            yield f"tunings.{name}.start: must name a tuning on traces ({', '.join(on_traces)})"
    way = config.mining.ways.get(config.traces.norms)
    if way is None or way.answers == "none":
        given = [name for name, entry in config.mining.ways.items() if entry.answers != "none"]
        yield f"traces.norms: must name a way with low-level norms ({', '.join(given)})"
    yield from _named("traces.norm_model", config.traces.norm_model, config.models, "models")
    for name, way in config.mining.ways.items():
        if way.answers != "ranked" and (way.top_k or way.min_share or way.shares):
            yield f"mining.ways.{name}: top_k, min_share and shares need `answers: ranked`"


def _named(key: str, name: str | None, table: Collection[str], where: str) -> Iterator[str]:
    """A name that must stand in a table."""
    if name is not None and name not in table:
        yield f"{key}: no {name!r} under `{where}`; {hint(name, table)}"


def _giver(key: str, whose: str, what: str | None, settings: Settings) -> Iterator[str]:
    """Whose norms or adapter, and of which kind."""
    kind = key.rpartition(".")[2].partition("_")[0]
    field, example = {"norm": ("norms", "top1"), "tuning": ("tuning", "sft")}[kind]
    if whose == "own":
        return
    if what is None:
        yield f"{key}: whose {field}? add `{field}`, say `{field}: {example}`"
    drawn = whose in get_args(Lent)
    if drawn and len(settings.pool) < 2:
        yield f"{key}: no other country to draw; add to `countries`"
    elif not drawn and whose not in settings.names:
        yield f"{key}: {unnamed(whose, settings.names, settings.config.country_names)}"
