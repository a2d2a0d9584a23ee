"""The configuration: one class a section, unknown keys refused with the nearest valid name.

What changes a result is *spec*; `engine` alone is *runtime*: how the work is done, never what.
"""

import difflib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mores.errors import InputError

MENDS = {"survey.path": "name your survey file with `--config survey=FILE`"}
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


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


class Model(Section):
    """A language model under test."""

    path: str = Field(description="A folder, or a model's id on the Hugging Face hub.")
    revision: str | None = Field(None, description="Commit of a hub model; pin it.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    max_model_len: int | None = Field(None, ge=1, description="Context in tokens; model's own.")


class Method(Section):
    """A way to answer."""

    norms: Literal["top1"] | None = Field(None, description="Mining of the norms in context.")
    norm_country: Literal["own", "random"] = Field(
        "own", description="`random`: norms of another country drawn at random (the placebo)."
    )


class Mining(Section):
    """How norms are mined from training items."""

    norms_per_topic: int = Field(5, ge=1, le=9, description="High-level norms asked per topic.")
    retries: int = Field(3, ge=0, description="New seeds tried when output is malformed.")
    sampling: Sampling = Sampling()


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


class Engine(Section):
    """Runtime: who answers requests and how fast; changing it makes no result stale."""

    launcher: Literal["local", "endpoint"] = Field(
        "local", description="`local` starts a vLLM server on this host; `endpoint` uses yours."
    )
    endpoints: dict[Name, Endpoint] = Field({}, description="For `endpoint`: one per model.")
    concurrency: int = Field(256, ge=1, description="Requests a job keeps in flight.")
    request_timeout: float = Field(600, gt=0, description="Seconds before a request is retried.")
    start_timeout: float = Field(900, gt=0, description="Seconds a server may take to start.")
    idle_timeout: float = Field(
        60, gt=0, description="Seconds a server outside any run waits for the next job."
    )
    retries: int = Field(6, ge=0, description="Attempts after a transient error, with back-off.")
    server_args: list[str] = Field([], description="More arguments for the vLLM server.")
    server_env: dict[str, str] = Field({}, description="Environment of the vLLM server.")


class Config(Section):
    """Everything a run is made from."""

    survey: Survey
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]] = Field(min_length=1)
    country_names: str = Field(description="YAML: ISO code to name and adjective.")
    prompts: str = Field(description="Folder with the Jinja prompt templates.")
    split: Split = Split()
    models: dict[Name, Model] = Field(min_length=1)
    methods: dict[Name, Method] = Field(min_length=1)
    mining: Mining = Mining()
    answers: Answers = Answers()
    scores: Scores = Scores()
    engine: Engine = Engine()


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
