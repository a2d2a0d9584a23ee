"""In which turns a model is asked and trained, so that its device changes hands seldom.

A server and training cannot have one GPU at once, and a server takes minutes to start. So all that
the bare model can be asked comes first, then all adapters that start from it, then all that these
are asked, then those that continue from them, and so on. The other way round nothing could begin:
an adapter is trained on answers.

On this host's CPU both run side by side, and what others wait for comes first: trainings, and
before answers all that is mined and sampled. Of trainings there are no more than leave jobs that
ask a core (`mores.study.rounds`).

Snakemake takes jobs by these priorities. What neither asks nor trains is at once, where such jobs
wait for it, and last where none does; but a cell is scored when it has been answered, by a core
that would wait for a server.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from mores.engine.replicas import most_servers
from mores.method.draws import Draw
from mores.study.config import Config
from mores.study.grid import method_of, start_of
from mores.study.plan import Result


def turn_to_ask(config: Config, named: Mapping[str, str]) -> int:
    """The turn of a job, by its wildcards, that asks a model, bare or with an adapter."""
    tuning = named.get("tuning")
    if tuning is None and "method" in named:
        tuning = method_of(config, named["method"]).tuning
    return 2 * _depth(config, tuning)


def turn_to_train(config: Config, named: Mapping[str, str]) -> int:
    """The turn of a training, between those of what it needs asked and of what asks its adapter."""
    return 2 * _depth(config, named["tuning"]) - 1


def to_ask(config: Config, named: Mapping[str, str]) -> int:
    """The priority of a job, by its wildcards, that asks a model."""
    if _in_turns(config, named["model"]):
        return priority(config, named["model"], turn_to_ask(config, named))
    return priority(config, named["model"], 2 if "method" in named else 1)


def to_train(config: Config, named: Mapping[str, str]) -> int:
    """The priority of a training, and of what collects its examples."""
    in_turns = _in_turns(config, named["model"])
    return priority(config, named["model"], turn_to_train(config, named) if in_turns else 0)


def _in_turns(config: Config, model: str) -> bool:
    """Whether a model is asked and trained in turns, and not side by side on this host's cores."""
    on_gpus = config.models[Draw.of(model)[0]].resources.gpus > 0
    return on_gpus or config.engine.launcher == "slurm"


def _depth(config: Config, tuning: str | None) -> int:
    """How many trainings an adapter takes, one after the other."""
    return 0 if tuning is None else 1 + _depth(config, start_of(config.tunings[tuning]))


def priority(config: Config, model: str, turn: int) -> int:
    """Models in the configuration's order, and of a model the earlier turn first."""
    models = list(config.models)
    return (len(models) - models.index(Draw.of(model)[0])) * _turns(config) - turn


def first(config: Config) -> int:
    """The priority of what asks no model and is made as soon as it can be."""
    return (1 + len(config.models)) * _turns(config)


def _turns(config: Config) -> int:
    return 1 + max((2 * _depth(config, tuning) for tuning in config.tunings), default=2)


def told(config: Config, results: list[Result]) -> str:
    """Of each model its turns, in numbers of jobs, and how many servers it may have at once."""
    lines = []
    for model, of in config.models.items():
        counts = Counter(_turns_taken(config, results, model))
        turns = [f"{'train' if one % 2 else 'ask'} {counts[one]:,}" for one in sorted(counts)]
        most = most_servers(of.resources, config.engine.launcher)
        servers = f"at most {most} server{'s' * (most > 1)} at once"
        beside = "" if _in_turns(config, model) else "; on a CPU side by side"
        lines += [f"{model}: {', '.join(turns)} ({servers}{beside})\n"] if turns else []
    return "Jobs, turn by turn, so that a GPU changes hands seldom:\n" + "".join(lines)


def _turns_taken(config: Config, results: list[Result], model: str) -> Iterator[int]:
    for result in results:
        if "model" in result.named and Draw.of(result.named["model"])[0] == model:
            if result.rule == "train_adapter":
                yield turn_to_train(config, result.named)
            elif result.journal:
                yield turn_to_ask(config, result.named)
