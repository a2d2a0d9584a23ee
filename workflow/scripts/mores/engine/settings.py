"""How the work is done, as a user configures it: none of it changes a result."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from mores.method.models import ModelSpec
from mores.spec import Section

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]

LONGEST_WAIT = 1e7  # seconds


class Resources(Section):
    """Runtime: what a job that serves or trains a model asks of a cluster."""

    gpus: int = Field(0, ge=0, le=1024, description="GPUs of a server; training uses one of them.")
    cpus: int = Field(1, ge=1, le=10_000)
    mem_mb: int = Field(8000, ge=1, le=100_000_000, description="Main memory in MB.")
    minutes: int = Field(120, ge=1, le=1_000_000, description="Time limit of each job.")
    replicas: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="Servers at once, when several jobs ask, each on GPUs of its own; without it "
        "as many as this host has free GPUs for, of SLURM one. On SLURM trainers likewise.",
    )
    tokens_per_second: float = Field(
        2000, gt=0, le=1e9, description="Output tokens per second and GPU, for the cost plan."
    )


class Model(ModelSpec):
    """A language model under test."""

    resources: Resources = Resources()


class Training(Section):
    """Runtime: how adapters are trained; changing it makes no result stale."""

    gradient_checkpointing: bool = Field(False, description="Less memory for more time.")
    save_steps: int = Field(20, ge=1, le=1_000_000, description="Steps between checkpoints.")
    report_to: Literal["none", "trackio", "wandb", "tensorboard"] = "none"


class Endpoint(Section):
    """A running OpenAI-compatible server that answers for a model."""

    url: str = Field(pattern=r"^https?://", description="Base address, ending in /v1.")
    served_model: str = Field(description="The model's name on that server.")
    key_variable: str | None = Field(None, description="Environment variable with the API key.")

    @property
    def key_in_the_open(self) -> bool:
        """Whether the API key goes over a network unencrypted."""
        parts = urlsplit(self.url)
        return bool(self.key_variable) and parts.scheme == "http" and not _is_here(parts.hostname)


def _is_here(host: str | None) -> bool:
    """Whether a host is this one, by its loopback."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


class Cluster(Section):
    """Runtime: how SLURM is asked for jobs; what they need stands at the models."""

    account: str | None = None
    partition: str | None = Field(None, description="Jobs without a GPU.")
    gpu_partition: str | None = Field(None, description="Servers and trainers.")
    gpu_constraint: str | None = Field(None, description="Features of their nodes.")
    qos: str | None = None
    extra: list[str] = Field([], description="More arguments of sbatch, for every job.")


class Engine(Section):
    """Runtime: who answers requests and how fast; changing it makes no result stale."""

    launcher: Literal["local", "slurm", "endpoint"] = Field(
        "local",
        description="`local` starts vLLM servers and trainers on this host, `slurm` each as a job "
        "of its own; `endpoint` uses servers of yours.",
    )
    cluster: Cluster = Cluster()
    endpoints: dict[Name, Endpoint] = Field({}, description="For `endpoint`: one per model.")
    concurrency: int = Field(
        256, ge=1, le=100_000, description="Requests in flight at a server, of all jobs together."
    )
    request_timeout: float = Field(
        600,
        gt=0,
        le=LONGEST_WAIT,
        description="Seconds without any reply from a server of yours, before requests are "
        "retried; servers of ours have all the time they take.",
    )
    start_timeout: float = Field(
        900, gt=0, le=LONGEST_WAIT, description="Seconds a server may take to start."
    )
    idle_timeout: float = Field(
        120,
        gt=0,
        le=LONGEST_WAIT,
        description="Seconds a trainer, a server that is a SLURM job, or one outside any run waits "
        "for work.",
    )
    retries: int = Field(
        6, ge=0, le=1000, description="Attempts after a transient error, with back-off."
    )
    adapter_slots: int = Field(
        8, ge=1, le=10_000, description="Adapters one batch may mix; more take turns."
    )
    max_lora_rank: int | None = Field(
        None,
        ge=1,
        le=512,
        description="Largest rank served; without it the largest under `tunings`.",
    )
    server_args: list[str] = Field([], description="More arguments for the vLLM server.")
    server_env: dict[str, str] = Field({}, description="Environment of the vLLM server.")
