"""What jobs ask of a cluster, as Snakemake's resources; a laptop's run leaves them be."""

from collections.abc import Callable
from typing import Any

from mores.engine.settings import Resources
from mores.method.draws import Draw
from mores.study.settings import Settings

COUNTING = {"mem_mb": 4000, "gpu": 0, "runtime": 60}
# Jobs that wait for a server or a trainer must leave it room: a run may limit how many `askers`
# there are.
ASKING = {"mem_mb": 2000, "askers": 1}

# Trainings that compute on this host's cores, of which a run leaves one to servers.
CPU_TRAININGS = "cpu_trainings"


def cluster_resources(settings: Settings, gpu: bool = False) -> dict[str, Any]:
    """Of a job without a model: memory in MB, minutes, and where SLURM is to put it."""
    cluster = settings.config.engine.cluster
    given = {
        "slurm_partition": cluster.gpu_partition if gpu else cluster.partition,
        "slurm_account": cluster.account,
        "constraint": cluster.gpu_constraint if gpu else None,
        "qos": cluster.qos,
        "slurm_extra": " ".join(cluster.extra) or None,
    }
    placed = {name: value for name, value in given.items() if value is not None}
    return COUNTING | placed


def asking_resources(settings: Settings) -> dict[str, Any]:
    """Of a job that asks a model: light where the server is another job, or elsewhere."""
    if settings.config.engine.launcher == "local":
        return _serving(settings, lambda needs: needs.gpus)
    return _waiting(settings)


def training_resources(settings: Settings) -> dict[str, Any]:
    """Of a job that wants an adapter: light where the trainer is another job.

    Else one GPU, where the model has any.
    """
    if settings.config.engine.launcher == "slurm":
        return _waiting(settings)
    on_cpu = {CPU_TRAININGS: _of_model(settings, lambda needs: int(not needs.gpus))}
    return _serving(settings, lambda needs: min(needs.gpus, 1)) | on_cpu


def _waiting(settings: Settings) -> dict[str, Any]:
    limit = {"runtime": _of_model(settings, lambda needs: needs.minutes)}
    return cluster_resources(settings) | ASKING | limit


def _serving(settings: Settings, gpus: Callable[[Resources], int]) -> dict[str, Any]:
    any_gpu = any(model.resources.gpus for model in settings.config.models.values())
    return cluster_resources(settings, any_gpu) | {
        "gpu": _of_model(settings, gpus),
        "cpus_per_task": _of_model(settings, lambda needs: needs.cpus),
        "mem_mb": _of_model(settings, lambda needs: needs.mem_mb),
        "runtime": _of_model(settings, lambda needs: needs.minutes),
    }


def _of_model(settings: Settings, read: Callable[[Resources], int]) -> Callable[[Any], int]:
    """A resource that depends on the job's model."""
    models = settings.config.models
    return lambda wildcards: read(models[Draw.of(wildcards.model)[0]].resources)
