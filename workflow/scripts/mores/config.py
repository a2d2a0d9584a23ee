"""The configuration: one class a section, unknown keys refused with the nearest valid name.

What changes a result is *spec*; `engine`, `training` and a model's `resources` are *runtime*: how
the work is done, never what.
"""

import difflib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mores.errors import InputError

MENDS = {"survey.path": "name your survey file with `--config survey=FILE`"}
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


Whose = Literal["own", "random"] | Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Section(BaseModel):
    """A part of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Survey(Section):
    """Where the survey's answers and its questions are."""

    path: str = Field(description="Survey file: WVS-7 microdata, shares per country, or tidy.")
    format: Literal["auto", "microdata", "aggregate", "tidy"] = Field(
        "auto", description="`auto` tells the three apart by the file's name and columns."
    )
    weights: bool = Field(True, description="Weigh respondents of microdata by `W_WEIGHT`.")
    bank: str = Field(description="Item bank (YAML): topics, wording, options, codes.")


class Split(Section):
    """Which items norms are mined from; the rest are scored."""

    seed: int = Field(2026, description="The same split for all countries comes from this seed.")
    train_per_topic: int = Field(5, ge=1, description="Training items drawn from each topic.")


class Sampling(Section):
    """How a model draws its tokens."""

    temperature: float = Field(0.6, ge=0)
    top_p: float = Field(0.95, gt=0, le=1)
    max_tokens: int = Field(2048, ge=1, description="Thinking and answer together.")
    seed: int = Field(0, description="Each request's own seed is derived from this one.")


class Resources(Section):
    """Runtime: what a job that serves or trains a model asks of a cluster."""

    gpus: int = Field(0, ge=0, description="GPUs of a server; training uses one of them.")
    cpus: int = Field(1, ge=1)
    mem_mb: int = Field(8000, ge=1, description="Main memory in MB.")
    minutes: int = Field(120, ge=1, description="Time limit of each job.")
    replicas: int = Field(
        1, ge=1, description="Servers at once, when several jobs ask; each on GPUs of its own."
    )
    tokens_per_second: float = Field(
        2000, gt=0, description="Output tokens per second and GPU, for the cost plan."
    )


class Model(Section):
    """A language model under test. `resources` is runtime."""

    path: str = Field(description="A folder, or a model's id on the Hugging Face hub.")
    revision: str | None = Field(None, description="Commit of a hub model; pin it.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    max_model_len: int | None = Field(None, ge=1, description="Context in tokens; model's own.")
    resources: Resources = Resources()


class Method(Section):
    """A way to answer: what stands before the question, how it is put, which adapter answers."""

    norms: Name | None = Field(None, description="Norms in context: a name under `mining: ways`.")
    norm_country: Whose = Field(
        "own", description="Whose norms: own, random (the placebo), a code."
    )
    norm_model: Name | None = Field(None, description="The model that mined them, if another.")
    norms_per_topic: int | None = Field(None, ge=1, description="Only the first so many of them.")
    control: Literal["shuffled", "neutral"] | None = Field(
        None, description="Norms of another topic, or neutral text of the norms' length."
    )
    prompt: Name = Field("answer", description="Template that puts the question.")
    examples: int = Field(0, ge=0, description="Training items of the topic shown with answers.")
    thinking: Literal["full", "none"] | Annotated[int, Field(ge=1)] = Field(
        "full", description="`none`: left out; a number: ended after so many tokens."
    )
    tuning: Name | None = Field(None, description="The adapter: a name under `tunings`.")
    tuning_country: Whose = Field("own", description="Whose adapter, like `norm_country`.")
    scope: Literal["country", "pooled"] = Field(
        "country", description="An adapter for each country, or one for all of them."
    )


class Way(Section):
    """A way to mine norms."""

    answers: Literal["none", "top", "ranked"] = Field(
        description="What of a country's answers is shown: none, the top one, all by frequency."
    )
    top_k: int | None = Field(None, ge=1, description="Ranked: only the first so many answers.")
    min_share: float = Field(0, ge=0, lt=1, description="Ranked: no answers below this share.")
    shares: bool = Field(False, description="Ranked: write the shares out.")


WAYS = {"topic": Way(answers="none"), "top1": Way(answers="top"), "ranked": Way(answers="ranked")}


class Mining(Section):
    """How norms are mined from training items."""

    ways: dict[Name, Way] = WAYS
    norms_per_topic: int = Field(5, ge=1, le=9, description="High-level norms asked per topic.")
    retries: int = Field(3, ge=0, description="New seeds tried when output is malformed.")
    sampling: Sampling = Sampling()


class Traces(Section):
    """How reasoning on training items is sampled, for an adapter to learn from."""

    norms: Name = Field("top1", description="Way whose low-level norm is put in context.")
    samples: int = Field(8, ge=1, description="Traces drawn per training item.")
    second_round: float | None = Field(
        None, gt=0, description="Temperature at which items without a right trace are tried again."
    )
    sampling: Sampling = Sampling()


class Tuning(Section):
    """A fine-tuning of LoRA adapters."""

    data: Literal["answers", "traces", "pairs"] = Field(
        description="Bare answers (SFT), right traces (SFT), right before wrong traces (DPO)."
    )
    start: Name | None = Field(None, description="Pairs: the tuning that DPO continues from.")
    learning_rate: float = Field(1e-4, gt=0)
    epochs: int = Field(3, ge=1)
    batch_size: int = Field(16, ge=1, description="Examples per optimizer step.")
    warmup: float = Field(0.1, ge=0, lt=1, description="Share of steps; then a cosine to zero.")
    beta: float = Field(0.1, gt=0, description="Pairs: how strongly the reference policy holds.")
    rank: int = Field(16, ge=1, le=512, description="LoRA rank, on all linear layers.")
    alpha: int = Field(16, ge=1, description="LoRA alpha.")
    dropout: float = Field(0.05, ge=0, lt=1, description="LoRA dropout (DPO: none).")
    seed: int = 0


TUNINGS = {
    "sft": Tuning(data="answers"),
    "cnca_sft": Tuning(data="traces"),
    "cnca_dpo": Tuning(data="pairs", start="cnca_sft", learning_rate=5e-6, epochs=1),
}


class Training(Section):
    """Runtime: how adapters are trained; changing it makes no result stale."""

    device_batch: int = Field(4, ge=1, description="Examples on the device at once.")
    gradient_checkpointing: bool = Field(False, description="Less memory for more time.")
    save_steps: int = Field(20, ge=1, description="Steps between checkpoints.")
    report_to: Literal["none", "trackio", "wandb", "tensorboard"] = "none"


class Answers(Section):
    """How test items are answered."""

    samples: int = Field(5, ge=1, description="Answers drawn per item.")
    sampling: Sampling = Sampling()


class Scores(Section):
    """How intervals and p-values are made."""

    resamples: int = Field(2000, ge=100, description="Bootstrap and permutation draws.")
    confidence: float = Field(0.95, gt=0.5, lt=1)
    seed: int = 0


class Endpoint(Section):
    """A running OpenAI-compatible server that answers for a model."""

    url: str = Field(pattern=r"^https?://", description="Base address, ending in /v1.")
    served_model: str = Field(description="The model's name on that server.")
    key_variable: str | None = Field(None, description="Environment variable with the API key.")


class Cluster(Section):
    """Runtime: how SLURM is asked for jobs; what they need stands at the models."""

    account: str | None = None
    partition: str | None = Field(None, description="Jobs without a GPU.")
    gpu_partition: str | None = Field(None, description="Servers and training.")
    gpu_constraint: str | None = Field(None, description="Features of their nodes.")
    qos: str | None = None
    extra: list[str] = Field([], description="More arguments of sbatch, for every job.")


class Engine(Section):
    """Runtime: who answers requests and how fast; changing it makes no result stale."""

    launcher: Literal["local", "slurm", "endpoint"] = Field(
        "local",
        description="`local` starts a vLLM server on this host, `slurm` one as a job of its own; "
        "`endpoint` uses yours.",
    )
    cluster: Cluster = Cluster()
    endpoints: dict[Name, Endpoint] = Field({}, description="For `endpoint`: one per model.")
    concurrency: int = Field(256, ge=1, description="Requests a job keeps in flight.")
    request_timeout: float = Field(600, gt=0, description="Seconds before a request is retried.")
    start_timeout: float = Field(900, gt=0, description="Seconds a server may take to start.")
    idle_timeout: float = Field(
        60,
        gt=0,
        description="Seconds a server outside any run, or one that is a SLURM job, waits for work.",
    )
    retries: int = Field(6, ge=0, description="Attempts after a transient error, with back-off.")
    adapter_slots: int = Field(
        8, ge=1, description="Adapters one batch may mix; on the CPU all of them."
    )
    max_lora_rank: int | None = Field(
        None, ge=1, description="Largest rank served; without it the largest under `tunings`."
    )
    server_args: list[str] = Field([], description="More arguments for the vLLM server.")
    server_env: dict[str, str] = Field({}, description="Environment of the vLLM server.")


class Config(Section):
    """Everything a run is made from."""

    survey: Survey
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]] = Field(min_length=1)
    country_names: str = Field(description="YAML: ISO code to name and adjective.")
    prompts: str = Field(description="Folder with the Jinja prompt templates.")
    neutral: str = Field(description="Text: lines that state no norm, for `control: neutral`.")
    split: Split = Split()
    models: dict[Name, Model] = Field(min_length=1)
    methods: dict[Name, Method] = Field(min_length=1)
    mining: Mining = Mining()
    answers: Answers = Answers()
    traces: Traces = Traces()
    tunings: dict[Name, Tuning] = TUNINGS
    scores: Scores = Scores()
    engine: Engine = Engine()
    training: Training = Training()


def parse_config(raw: dict, where: str = "config") -> Config:
    """Validate a configuration; an InputError lists every fault with its key and the mend."""
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        faults = "\n".join(f"  {_explain(fault)}" for fault in error.errors())
        raise InputError(f"{where} has {error.error_count()} fault(s):\n{faults}") from None


def _explain(fault: dict[str, Any]) -> str:
    key = ".".join(map(str, fault["loc"]))
    if fault["type"] == "missing":
        return f"{key}: missing; {MENDS.get(key, 'add it to a file named with --configfile')}"
    if fault["type"] != "extra_forbidden":
        return f"{key}: {fault['msg']} (given: {fault['input']!r})"
    valid = _fields_at(fault["loc"][:-1])
    near = difflib.get_close_matches(str(fault["loc"][-1]), valid, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"valid keys: {', '.join(valid)}"
    return f"{key}: unknown key; {hint}"


def _fields_at(location: tuple) -> list[str]:
    """The valid keys of the section at `location`."""
    section: Any = Config
    for step in location:
        if isinstance(section, type) and issubclass(section, Section):
            section = section.model_fields[step].annotation
        else:
            section = section.__args__[-1]  # a table of sections: dict[Name, Section]
    return list(section.model_fields)
