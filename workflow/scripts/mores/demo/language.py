"""What the demo speaks: four levels of a value, the ways to say them, the options that show them.

A demo topic is one line of more or less of what its title names. A country stands on it at one of
four levels, 0 (firmly against) to 3 (firmly in favour); every option of an item shows one level.
"""

import math

from mores.method.items import Item

LEVELS = ("firmly against", "mildly against", "mildly in favour", "firmly in favour")

# Each row is one way to state a norm, from level 0 to level 3.
WAYS = (
    tuple(f"On {{topic}}, people here are {level}" for level in LEVELS),
    (
        "People here reject {topic}",
        "People here lean away from {topic}",
        "People here lean towards {topic}",
        "People here stand wholly behind {topic}",
    ),
    (
        "To people here {topic} counts for nothing",
        "To people here {topic} counts for little",
        "To people here {topic} counts for something",
        "To people here {topic} counts for a great deal",
    ),
    (
        "Most people here would fight {topic}",
        "Most people here would rather not have {topic}",
        "Most people here would rather have {topic}",
        "Most people here would fight for {topic}",
    ),
    (
        "People here never praise {topic}",
        "People here seldom praise {topic}",
        "People here often praise {topic}",
        "People here always praise {topic}",
    ),
)


def norm(topic: str, level: int, way: int) -> str:
    """A high-level norm: where people stand on a topic (its title), in one of the ways."""
    return WAYS[way][level].format(topic=topic) + "."


def low_norm(topic: str, level: int, way: int, option: str) -> str:
    """A low-level norm: the same, with the answer it was read from."""
    return f'{norm(topic, level, way)[:-1]}: they say "{option}".'


def implied(item: Item, level: int) -> int:
    """The code of the option that a level of the item's topic implies."""
    favour = level / (len(LEVELS) - 1)
    depth = favour if item.reversed else 1 - favour
    return item.codes[_nearest(depth * (len(item.codes) - 1))]


def shown(item: Item, code: int) -> int:
    """The level that an option of the item shows."""
    depth = item.codes.index(code) / (len(item.codes) - 1)
    return _nearest((depth if item.reversed else 1 - depth) * (len(LEVELS) - 1))


def _nearest(value: float) -> int:
    """Round half up."""
    return math.floor(value + 0.5)
