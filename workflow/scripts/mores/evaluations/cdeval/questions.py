"""What is asked: each item in several wordings and both orders of its options."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from mores.evaluations.cdeval.items import VARIANTS, Variant, read_pairs
from mores.evaluations.cdeval.references import read_references
from mores.evaluations.questions import Evaluation, Questions
from mores.method.countries import Country
from mores.method.items import Bank


class Settings(Evaluation):
    """CDEval's items, and how they are put."""

    kind: Literal["cdeval"]
    path: str = "resources/cdeval/items.json"
    """The items: a file like CDEval's, or the id of a data set on the Hugging Face hub."""
    revision: str | None = None
    """Commit of a data set on the hub; pin it."""
    variants: tuple[Variant, ...] = Field(VARIANTS, min_length=1)
    """The wordings in which each item is put, in both orders of its options."""
    name_country: bool = True
    """Whether prompts name the country; if not, the model is asked for its own choice."""
    references: str | None = None
    """YAML with countries' scores, 0..100; null: Hofstede's, which ship."""

    by_country: ClassVar[bool] = False
    templates: ClassVar[str] = "cdeval/"
    varies: ClassVar[bool] = True


def read(settings: Settings, path: Path, _country: Country) -> Questions:
    """Every item as often as it is put; what is right is what countries score elsewhere."""
    references = read_references(Path(settings.references) if settings.references else None)
    framed = [
        pair.asked(variant, turned, settings.name_country)
        for pair in read_pairs(path, settings.revision)
        for variant in dict.fromkeys(settings.variants)
        for turned in (False, True)
    ]
    topics = {item.topic: item.topic for item in framed}
    return Questions(Bank(path.name, topics, {item.id: item for item in framed}), references)
