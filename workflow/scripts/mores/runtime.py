"""How the work is done, for the jobs of a run: the settings that make nothing stale."""

from typing import Any

from mores.cells import ADAPTER, adapter_of, grid
from mores.config import Engine
from mores.engine.arguments import on_cpu
from mores.settings import Settings


def runtime(settings: Settings) -> dict[str, Any]:
    """Engine and training settings, as work/runtime.json holds them for the run's jobs."""
    config = settings.config
    return {
        "engine": serving(settings).model_dump(),
        "training": config.training.model_dump(),
    }


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
