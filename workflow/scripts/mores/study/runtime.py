"""How the work is done, for the jobs of a run: the settings that make nothing stale."""

from typing import TYPE_CHECKING

from pydantic import Field

from mores.engine.settings import Engine, Resources, Training
from mores.spec import Section

if TYPE_CHECKING:
    from mores.study.settings import Settings


class Runtime(Section):
    """Engine and training settings, each model's resources, and where work is kept."""

    engine: Engine = Engine()
    training: Training = Training()
    resources: dict[str, Resources] = Field(default_factory=dict)
    store: str = "work"


def runtime(settings: "Settings") -> Runtime:
    """What the jobs of a run are told."""
    config = settings.config
    return Runtime(
        engine=serving(settings),
        training=config.training,
        resources={name: model.resources for name, model in config.models.items()},
        store=config.store,
    )


def serving(settings: "Settings") -> Engine:
    """The engine's settings; in a run with adapters every server takes them, for all its cells.

    Those beyond the slots stay in main memory; vLLM would read one from disk at each of its turns.
    """
    from mores.method.objectives.common import Lora

    engine, used = settings.config.engine, adapters(settings)
    if not used:
        return engine
    tunings = settings.config.tunings.values()
    ranks = [tuning.rank for tuning in tunings if isinstance(tuning, Lora)]
    rank = engine.max_lora_rank or max(ranks)
    kept = ["--max-cpu-loras", str(len(used))] if len(used) > engine.adapter_slots else []
    served = {"max_lora_rank": rank, "server_args": kept + engine.server_args}
    return engine.model_copy(update=served)


def adapters(settings: "Settings") -> set[str]:
    """The adapters of a run, with those that others start from."""
    from mores.study.grid import ADAPTER, adapter_of, grid, start_of
    from mores.study.replicates import replicated_cells

    tunings = settings.config.tunings
    cells = [*grid(settings), *replicated_cells(settings)]
    used = {path for cell in cells if (path := adapter_of(settings, cell))}
    starts = set()
    for path in used:
        tuning, model, learner = path.split("/")[-3:]
        if start := start_of(tunings[tuning]):
            starts.add(ADAPTER.format(tuning=start, model=model, learner=learner))
    return used | starts
