"""The demo model's card: what it is and is not, how it was made, how well it reads."""

from dataclasses import asdict
from pathlib import Path

import jinja2

from mores.demo.model import Recipe

CONDITIONS = {
    "own": "of the item's topic",
    "low": "the one mined from the item",
    "cut": "of the item's topic, thinking left out",
    "none": "none",
    "other": "of another topic",
}


def card(
    template: Path, recipe: Recipe, arguments: str, parameters: int, figures: dict[str, dict]
) -> str:
    """The card's text; `figures` are `reading.accuracy` by condition."""
    environment = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)
    return environment.from_string(template.read_text(encoding="utf-8")).render(
        millions=parameters / 1e6,
        arguments=arguments,
        recipe=", ".join(f"{key} {value}" for key, value in asdict(recipe).items()),
        rows=[(told, figures[name]) for name, told in CONDITIONS.items()],
    )
