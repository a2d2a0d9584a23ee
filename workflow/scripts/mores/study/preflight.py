"""Preflight of a study: each of its models, against what its methods and evaluations will ask."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from mores.engine.hub import snapshot
from mores.engine.preflight import Finding, Needs
from mores.engine.preflight.adaptable import check_adaptable
from mores.engine.preflight.folder import check_code, check_devices, check_folder, check_memory
from mores.engine.preflight.server import check_adapters, check_endpoint, check_key
from mores.engine.preflight.tokenizer import check_tokenizer
from mores.method.prompts import Prompts
from mores.shipped import ROOT, locate
from mores.study.config import template_of
from mores.study.costs import NORM
from mores.study.settings import Settings
from mores.study.specs import Specs

SHIPPED = ROOT / "resources"  # of its models the slow checks are made by tests
LONGEST = 5  # items of an evaluation that are rendered: those of the longest wording


def preflight(
    settings: Settings, specs: Specs, models: Iterable[str], trained: Collection[str], ask: bool
) -> Iterator[tuple[str, Finding]]:
    """What is found of each model: its files, where they are here, and its endpoint, if any.

    `trained` are those that adapters will be trained of. Unless it may `ask`, an endpoint is only
    tried for whether it takes adapters.
    """
    config = settings.config
    served = config.engine.launcher != "endpoint"
    for name in models:
        model = config.models[name]
        yield from ((name, finding) for finding in check_code(model))
        if config.engine.launcher == "local":
            yield name, check_devices(model.resources)
        needs, folder = needs_of(settings, specs), snapshot(model) or Path(locate(model.path))
        if folder.is_dir():
            for finding in check_folder(folder, needs, model.max_model_len):
                yield name, finding
            if served:
                yield name, check_memory(folder, model.resources, config.engine.launcher)
            own = not folder.resolve().is_relative_to(SHIPPED)
            if own:
                yield name, check_tokenizer(name, model, folder)
            if own and served and name in trained:
                yield name, check_adaptable(folder)
        elif served:
            told = f"{model.path} is not here yet: the same call with `-- fetch` downloads it, once"
            yield name, Finding("files", "fault", told)
        else:
            told = f"{model.path} is on the hub: looked at once it is here"
            yield name, Finding("files", "unknown", told)
        if config.engine.launcher == "endpoint":
            endpoint = config.engine.endpoints[name]
            yield from ((name, finding) for finding in check_key(endpoint))
            if ask:
                yield from ((name, finding) for finding in check_endpoint(endpoint, needs))
            elif needs.adapters:
                yield name, check_adapters(endpoint)


def needs_of(settings: Settings, specs: Specs) -> Needs:
    """What is asked of every model."""
    config = settings.config
    methods = config.methods.values()
    samplings = [config.answers.sampling, config.mining.sampling]
    if any(method.tuning for method in methods):
        samplings.append(config.traces.sampling)
    return Needs(
        longest=max(prompts(settings, specs), key=len),
        max_tokens=max(sampling.max_tokens for sampling in samplings),
        adapters=any(method.tuning for method in methods),
        continued=any(method.thinking != "full" for method in methods),
    )


def prompts(settings: Settings, specs: Specs) -> Iterator[str]:
    """The longest prompts of each evaluation and method, for the first of its countries."""
    config, rendered = settings.config, Prompts(locate(settings.config.prompts))
    shown = [{"item": item, "answer": item.codes[0]} for item in specs.items("train")]
    for name, evaluation in config.evaluations.items():
        country = (evaluation.countries or config.countries)[0]
        items = sorted(specs.questions(name, country), key=lambda item: -len(str(item)))[:LONGEST]
        for key, method in config.methods.items():
            if evaluation.methods and key not in evaluation.methods:
                continue
            of_topic = method.norms_per_topic or config.mining.count(method.norms)
            for item in items:
                topics = 1 if item.topic in specs.bank.topics else len(specs.bank.topics)
                (turn,) = rendered.render(
                    template_of(evaluation, method),
                    country=settings.names[country],
                    topic=specs.bank.topics.get(item.topic, ""),
                    item=item,
                    norms=[NORM] * of_topic * topics if method.norms else [],
                    examples=shown[: method.examples * topics],
                )
                yield turn["content"]


def lines_of(findings: Iterable[tuple[str, Finding]]) -> Iterator[str]:
    """A line for each finding."""
    for model, finding in findings:
        yield f"{finding.state:8}{model}  {finding.what}: {finding.told}"
