"""How the work is done, for the jobs of a run: the settings that make nothing stale."""

from pathlib import Path

from pydantic import Field

from mores.cells import ADAPTER, adapter_of, grid
from mores.config import Engine, Resources, Section, Training
from mores.engine.arguments import on_cpu
from mores.files import read_json
from mores.settings import Settings


class Runtime(Section):
    """Engine and training settings, and each model's resources: work/runtime.json."""

    engine: Engine = Engine()
    training: Training = Training()
    resources: dict[str, Resources] = Field({})


def runtime(settings: Settings) -> Runtime:
    """What the jobs of a run are told."""
    config = settings.config
    return Runtime(
        engine=serving(settings),
        training=config.training,
        resources={name: model.resources for name, model in config.models.items()},
    )


def read_runtime(path: str | Path) -> Runtime:
    """Read what `runtime` gave, as the run has written it down."""
    return Runtime.model_validate(read_json(path))


def serving(settings: Settings) -> Engine:
    """The engine's settings; in a run with adapters every server takes them, for all its cells.

    On the CPU there is a slot more than adapters: vLLM 0.32 gives requests *without* an adapter
    what lies in the last slot whenever a batch mixes both (vllm-project/vllm#48421), so the last
    slot must stay empty.
    """
    engine, used = settings.config.engine, adapters(settings)
    if not used:
        return engine
    ranks = [tuning.rank for tuning in settings.config.tunings.values()]
    rank = engine.max_lora_rank or max(ranks)
    slots = max(engine.adapter_slots, len(used) + 1) if on_cpu() else engine.adapter_slots
    return engine.model_copy(update={"max_lora_rank": rank, "adapter_slots": slots})


def adapters(settings: Settings) -> set[str]:
    """The adapters of a run, with those that others start from."""
    tunings = settings.config.tunings
    used = {path for cell in grid(settings) if (path := adapter_of(settings, cell))}
    starts = set()
    for path in used:
        tuning, model, learner = path.split("/")[-3:]
        if start := tunings[tuning].start:
            starts.add(ADAPTER.format(tuning=start, model=model, learner=learner))
    return used | starts
