"""Numbers of a configuration that must fit one another, told before any job starts."""

from collections.abc import Iterator

from mores.method.models import Sampling
from mores.method.objectives.common import Lora
from mores.study.runtime import adapters
from mores.study.settings import Settings


def misfits(settings: Settings) -> Iterator[str]:
    """Replies longer than a model's context, and adapters larger than a server takes."""
    config = settings.config
    for key, sampling in _samplings(settings):
        for name, model in config.models.items():
            if sampling.max_tokens >= (model.max_model_len or sampling.max_tokens + 1):
                yield (
                    f"{key}.sampling.max_tokens: {sampling.max_tokens}, but models.{name} has a "
                    f"max_model_len of {model.max_model_len} for prompt and reply: lower it"
                )
    largest = config.engine.max_lora_rank
    for name in sorted({path.split("/")[-3] for path in adapters(settings)} if largest else ()):
        tuning = config.tunings[name]
        if isinstance(tuning, Lora) and tuning.rank > (largest or tuning.rank):
            yield (
                f"engine.max_lora_rank: {largest}, but tunings.{name}.rank is {tuning.rank}: "
                "raise it, or leave it out"
            )


def _samplings(settings: Settings) -> Iterator[tuple[str, Sampling]]:
    """What is asked of a model, by key."""
    config = settings.config
    methods = config.methods.values()
    yield "answers", config.answers.sampling
    if any(method.norms or method.tuning for method in methods):
        yield "mining", config.mining.sampling
    if any(method.tuning for method in methods):
        yield "traces", config.traces.sampling
