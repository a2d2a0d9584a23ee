"""Files and models that a run would miss."""

from collections.abc import Iterator

from mores.engine.models import HUB_ID
from mores.method.norms import LOW_TEMPLATES
from mores.shipped import locate
from mores.study.config import Config, template_of
from mores.study.settings import Settings

MINING = (*LOW_TEMPLATES.values(), "high_norm", "topic_norm")
ANSWER = "answer"  # in whose words traces are sampled


def templates(config: Config) -> list[str]:
    """The templates that a run renders."""
    asked = {
        template_of(evaluation, method)
        for evaluation in config.evaluations.values()
        for name, method in config.methods.items()
        if evaluation.methods is None or name in evaluation.methods
    }
    return sorted({*MINING, ANSWER, *asked})


def files(settings: Settings) -> Iterator[str]:
    config = settings.config
    for key, path in {"survey.path": config.survey.path, "survey.bank": config.survey.bank}.items():
        if not locate(path).is_file():
            yield f"{key}: no file {path}; check the path"
    if not locate(config.neutral).is_file():
        yield f"neutral: no file {config.neutral}; check the path"
    for name in templates(config):
        if not (locate(config.prompts) / f"{name}.j2").is_file():
            yield f"prompts: no template {name}.j2 in {config.prompts}; add it or check the path"


def models(settings: Settings) -> Iterator[str]:
    for name, model in settings.config.models.items():
        folder = locate(model.path)
        if folder.is_dir():
            if not (folder / "config.json").is_file():
                yield f"models.{name}.path: {folder} holds no model (no config.json in it)"
        elif not HUB_ID.fullmatch(model.path):
            yield f"models.{name}.path: no folder {folder}, nor is that the id of a hub model"
