"""Which contrasts a study makes: those that it names, or those that its methods suggest."""

from collections.abc import Iterator
from itertools import pairwise

from mores.scoring import contrasts as scoring
from mores.scoring.contrasts import Pair
from mores.scoring.table import BASELINE
from mores.study.config import Config, Contrast, Method, Than
from mores.study.grid import start_of, variants
from mores.study.settings import Settings

MARGIN = 1.5  # points: less than the smallest gain that the paper reports, 1.67


def contrasts(settings: Settings, evaluation: str) -> tuple[scoring.Contrast, ...]:
    """The contrasts of an evaluation, model by model, as far as its methods are in the run."""
    config = settings.config
    asked = config.evaluations[evaluation].methods or config.methods
    methods = {name for name in config.methods if name in asked}
    found = [
        one
        for name, contrast in named(config).items()
        for model in ([contrast.model] if contrast.model else config.models)
        for one in _resolved(name, contrast, model)
    ]
    return tuple(one for one in found if all(_runs(pair, methods, config) for pair in _pairs(one)))


def named(config: Config) -> dict[str, Contrast]:
    """By name, what the configuration says or, where it says nothing, what methods suggest."""
    return dict(suggested(config)) if config.contrasts is None else config.contrasts


def _resolved(name: str, contrast: Contrast, model: str) -> Iterator[scoring.Contrast]:
    own = Pair(model=model, of=contrast.of, against=contrast.against)
    than = contrast.than and own.model_copy(update=contrast.than.model_dump(exclude_none=True))
    if than != own:
        yield scoring.Contrast(**dict(own), name=name, than=than, margin=contrast.margin)


def _pairs(contrast: scoring.Contrast) -> list[Pair]:
    return [contrast, contrast.than] if contrast.than else [contrast]


def _runs(pair: Pair, methods: set[str], config: Config) -> bool:
    return {pair.of, pair.against} <= methods and pair.model in config.models


def suggested(config: Config) -> Iterator[tuple[str, Contrast]]:
    """What a reader will ask of these methods and models; no variant's gain is one."""
    left_out = {BASELINE, *variants(config.methods)}
    methods = {name: method for name, method in config.methods.items() if name not in left_out}
    treatments = [name for name, method in methods.items() if not is_control(method)]
    if BASELINE in config.methods:
        for name in methods:
            margin = None if name in treatments else MARGIN
            yield name, Contrast(of=name, margin=margin)
    placebo = next((name for name, one in methods.items() if one.norm_country == "random"), None)
    for name in treatments if placebo else ():
        if methods[name].norms:
            yield f"{name}_{placebo}", Contrast(of=name, against=placebo)
    for name, other in _tuned_otherwise(methods, config):
        yield f"{name}_{other}", Contrast(of=name, against=other)
    if BASELINE in config.methods:
        for model, following in pairwise(config.models):
            for name in treatments:
                than = Than(model=following)
                yield f"{name}_{model}_{following}", Contrast(of=name, model=model, than=than)


def is_control(method: Method) -> bool:
    """Whether a method has what should not help: norms of others, or no norms in their place."""
    return method.control is not None or method.norm_country != "own"


def _tuned_otherwise(methods: dict[str, Method], config: Config) -> Iterator[tuple[str, str]]:
    """Methods that differ in their tuning alone: what one continues from, or its data."""
    for name, method in methods.items():
        for other, simpler in methods.items():
            if not (method.tuning and simpler.tuning):
                continue
            if method.model_copy(update={"tuning": simpler.tuning}) != simpler:
                continue
            one, two = config.tunings[method.tuning], config.tunings[simpler.tuning]
            if start_of(one) == simpler.tuning or (_data(one), _data(two)) == ("traces", "answers"):
                yield name, other


def _data(tuning: object) -> str | None:
    return getattr(tuning, "data", None)
