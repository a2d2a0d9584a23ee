"""The configuration: one class a section, unknown keys refused with the nearest valid name.

What changes a result is *spec*; `engine`, `training` and a model's `resources` are *runtime*: how
the work is done, never what.
"""

import difflib
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from mores.engine.settings import Engine, Model, Name, Training
from mores.errors import InputError, one_line, shown
from mores.evaluations.cdeval import questions as cdeval
from mores.evaluations.choices import questions as choices
from mores.evaluations.pact import questions as pact
from mores.evaluations.survey import questions as survey
from mores.method.answers import Control, Thinking
from mores.method.examples import Chosen
from mores.method.models import HOTTEST, Sampling
from mores.method.norms import Way
from mores.method.objectives import dpo, kto, sft
from mores.method.shares import Distribution
from mores.method.variants import Labels, Order
from mores.scoring.hypotheses import Hypothesis
from mores.scoring.resample import Resampling
from mores.scoring.review.sheet import Drawing
from mores.spec import PathText, Section
from mores.survey.format import Format
from mores.survey.split import Split

MENDS = {"survey.path": "name your survey file with `--config survey=FILE`"}
Lent = Literal["random", "nearest", "farthest"]
Whose = Literal["own"] | Lent | Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Survey(Section):
    """Where the survey's answers and its questions are."""

    path: PathText = Field(description="Survey file: WVS-7 microdata, shares per country, or tidy.")
    format: Format = Field(
        "auto", description="`auto` tells the three apart by the file's name and columns."
    )
    weights: bool = Field(True, description="Weigh respondents of microdata by `W_WEIGHT`.")
    bank: PathText = Field(description="Item bank (YAML): topics, wording, options, codes.")


class Method(Section):
    """A way to answer: what stands before the question, how it is put, which adapter answers."""

    norms: Name | None = Field(None, description="Norms in context: a name under `mining: ways`.")
    norm_country: Whose = Field(
        "own",
        description="Whose norms: own, random (the placebo), nearest, farthest, a code.",
    )
    norm_model: Name | None = Field(None, description="The model that mined them, if another.")
    norms_per_topic: int | None = Field(None, ge=1, description="Only the first so many of them.")
    without: int | None = Field(
        None, ge=1, description="Without the norm of each topic that stands at this place, from 1."
    )
    control: Control | None = Field(
        None, description="Norms of another topic, or neutral text of the norms' length."
    )
    prompt: Name = Field("answer", description="Template that puts the question.")
    examples: int = Field(
        0, ge=0, le=100_000, description="Training items of the topic shown with answers."
    )
    thinking: Thinking = Field(
        "full", description="`none`: left out; a number: ended after so many tokens."
    )
    order: Order = Field("as_is", description="Order of the options: reversed, or drawn by seed.")
    labels: Labels = Field("codes", description="What options are answered with: codes, letters.")
    wording: int = Field(0, ge=0, description="Which of an item's wordings, 0 being the first.")
    distribution: Distribution = Field(
        "samples",
        description="`stated`: answers give a percentage for every option; `options`: its "
        "probability where an answer names one is read.",
    )
    tuning: Name | None = Field(None, description="The adapter: a name under `tunings`.")
    tuning_country: Whose = Field("own", description="Whose adapter, like `norm_country`.")
    scope: Literal["country", "pooled"] = Field(
        "country", description="An adapter for each country, or one for all of them."
    )

    @property
    def as_it_stands(self) -> bool:
        """Whether questions are put as they stand in their file, and one option is asked for."""
        own = (self.order, self.labels, self.wording, self.distribution)
        return own == ("as_is", "codes", 0, "samples")


# How a method puts questions that varies nothing.
PLAIN = {name: Method.model_fields[name].default for name in ("order", "labels", "wording")}
WAYS = {"topic": Way(answers="none"), "top1": Way(answers="top"), "ranked": Way(answers="ranked")}


class Mining(Section):
    """How norms are mined from training items."""

    ways: dict[Name, Way] = WAYS
    norms_per_topic: int = Field(5, ge=1, le=9, description="High-level norms asked per topic.")
    retries: int = Field(3, ge=0, le=1000, description="New seeds tried when output is malformed.")
    sampling: Sampling = Sampling()

    def count(self, way: str | None) -> int:
        """High-level norms that are asked per topic in a way, by its name."""
        own = self.ways[way].norms_per_topic if way in self.ways else None
        return own or self.norms_per_topic


def is_none(value: object) -> bool:
    """Whether a key is not used, so that no result is told of it."""
    return value is None


class Traces(Section):
    """How reasoning on training items is sampled, for an adapter to learn from."""

    norms: Name = Field("top1", description="Way whose low-level norm is put in context.")
    norm_model: Name | None = Field(
        None, exclude_if=is_none, description="The model that mined it, if another."
    )
    samples: int = Field(8, ge=1, le=10_000, description="Traces drawn per training item.")
    second_round: float | None = Field(
        None,
        gt=0,
        le=HOTTEST,
        description="Temperature at which items without a right trace are tried again.",
    )
    right_per_item: int | None = Field(
        None,
        ge=1,
        exclude_if=is_none,
        description="At most so many right traces of an item are learnt from.",
    )
    chosen: Chosen = Field(
        "distilled",
        exclude_if=lambda chosen: chosen == "distilled",
        description="What DPO prefers: distilled traces, or the tuned model's own.",
    )
    sampling: Sampling = Sampling()


Tuning = Annotated[sft.Settings | dpo.Settings | kto.Settings, Field(discriminator="objective")]
TUNINGS: dict[str, Tuning] = {
    "sft": sft.Settings(objective="sft", data="answers"),
    "cnca_sft": sft.Settings(objective="sft", data="traces"),
    "cnca_dpo": dpo.Settings(objective="dpo", start="cnca_sft", learning_rate=5e-6, epochs=1),
}


Evaluation = Annotated[
    survey.Settings | choices.Settings | cdeval.Settings | pact.Settings,
    Field(discriminator="kind"),
]
EVALUATIONS: dict[str, Evaluation] = {"values": survey.Settings(kind="survey")}


class Than(Section):
    """A difference that is taken off another; what it leaves out is as there."""

    of: Name | None = None
    against: Name | None = None
    model: Name | None = None


class Contrast(Section):
    """Two methods held against each other, or two such differences."""

    of: Name = Field(description="The method whose score the other's is taken off.")
    against: Name = Field("vanilla", description="The other method.")
    model: Name | None = Field(None, description="The model; null: each by itself.")
    than: Than | None = Field(
        None, description="The difference to compare this one with: of, against or model differs."
    )
    margin: float | None = Field(
        None, gt=0, description="Of a control: points within which it counts as without effect."
    )


class NormEffects(Section):
    """Whose norms are left out, one at a time, to see what each does."""

    methods: tuple[Name, ...] = Field((), description="Methods with norms in context.")
    countries: tuple[str, ...] | None = Field(None, description="Countries, if not all.")


class Replicates(Section):
    """How often what is random is drawn anew."""

    methods: tuple[Name, ...] = Field((), description="The methods of which it is.")
    split: int = Field(1, ge=1, le=100, description="Splits of items; each is mined and trained.")
    mining: int = Field(1, ge=1, le=100, description="Minings of norms, of each split.")
    training: int = Field(1, ge=1, le=100, description="Trainings (with traces), of each mining.")


class NormReview(Drawing):
    """Which norms people judge, and where their filled sheets are."""

    sheets: PathText = Field("reviews", description="Folder of filled sheets (CSV).")


class Answers(Section):
    """How questions are answered."""

    samples: int = Field(5, ge=1, le=10_000, description="Answers drawn per question.")
    sampling: Sampling = Sampling()


def by_tag(union: Any, tag: str) -> dict[str, type[Section]]:
    """The sections of a union, by what their tag says."""
    sections = get_args(get_args(union)[0])
    return {get_args(one.model_fields[tag].annotation)[0]: one for one in sections}


def template_of(evaluation: Evaluation, method: Method) -> str:
    """The template in which a method puts the questions of an evaluation."""
    stated = "stated/" if method.distribution == "stated" else ""
    return f"{evaluation.templates}{stated}{method.prompt}"


# Tables of sections of several kinds: the key that tells, and the kinds.
TAGGED = {
    "tunings": ("objective", by_tag(Tuning, "objective")),
    "evaluations": ("kind", by_tag(Evaluation, "kind")),
}


class Config(Section):
    """Everything a run is made from."""

    survey: Survey
    countries: list[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]] = Field(min_length=1)
    country_names: PathText = Field(
        "resources/countries.yaml", description="YAML: ISO code to name and adjective."
    )
    prompts: PathText = Field("resources/prompts", description="Folder with the Jinja templates.")
    neutral: PathText = Field(
        "resources/neutral.txt",
        description="Text: lines that state no norm, for `control: neutral`.",
    )
    split: Split = Split()
    models: dict[Name, Model] = Field(min_length=1)
    methods: dict[Name, Method] = Field(min_length=1)
    evaluations: dict[Name, Evaluation] = EVALUATIONS
    contrasts: dict[Name, Contrast] | None = Field(
        None, description="What is compared; null: what methods and models suggest."
    )
    hypotheses: dict[Name, Hypothesis] = Field(
        default_factory=dict, description="Claims on contrasts, stated before anything is answered."
    )
    norm_effects: NormEffects = Field(
        NormEffects(), description="Each norm left out in turn: what does it do?"
    )
    replicates: Replicates = Field(
        Replicates(), description="Draws of what is random in methods: how much hangs on them?"
    )
    mining: Mining = Mining()
    answers: Answers = Answers()
    traces: Traces = Traces()
    tunings: dict[Name, Tuning] = TUNINGS
    scores: Resampling = Resampling()
    guardrails: list[Name] = Field(
        default_factory=list,
        description="Evaluations of `kind: choices` in which tuned methods must not lose.",
    )
    norm_review: NormReview = NormReview()
    engine: Engine = Engine()
    training: Training = Training()
    store: PathText = Field(
        "work", min_length=1, description="Folder of kept answers and adapters; may be shared."
    )


def parse_config(raw: dict, where: str = "config") -> Config:
    """Validate a configuration; an InputError lists every fault with its key and the mend."""
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        faults = "\n".join(f"  {_explain(fault)}" for fault in error.errors())
        raise InputError(f"{where} has {error.error_count()} fault(s):\n{faults}") from None


def _explain(fault: ErrorDetails) -> str:
    location = _without_tag(fault["loc"])
    key = one_line(".".join(map(str, location)))
    if fault["type"] == "missing":
        return f"{key}: missing; {MENDS.get(key, 'add it to a file named with --configfile')}"
    if fault["type"].startswith("union_tag"):
        tag, kinds = TAGGED[str(location[0])]
        return f"{key}.{tag}: name one of {', '.join(kinds)}"
    if fault["type"] != "extra_forbidden":
        return f"{key}: {fault['msg']} (given: {shown(fault['input'])})"
    valid = _fields_at(fault["loc"][:-1])
    near = difflib.get_close_matches(str(location[-1]), valid, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"valid keys: {', '.join(valid)}"
    return f"{key}: unknown key; {hint}"


def _without_tag(location: tuple) -> tuple:
    """A fault's place as the user sees it: pydantic names an entry's kind within it."""
    return location[:2] + location[3:] if location[0] in TAGGED else location


def _fields_at(location: tuple) -> list[str]:
    """The valid keys of the section at `location`."""
    section: Any = Config
    if location[:1] and location[0] in TAGGED:
        section, location = TAGGED[location[0]][1][location[2]], location[3:]
    for step in location:
        if isinstance(section, type) and issubclass(section, Section):
            section = section.model_fields[step].annotation
        else:
            section = section.__args__[-1]  # a table of sections: dict[Name, Section]
    return list(section.model_fields)
