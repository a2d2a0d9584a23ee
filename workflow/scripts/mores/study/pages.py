"""The pages of a figure: of a large grid, parts that can be read at a page's width."""

from itertools import pairwise, product

from mores.report.figures.style import ABREAST, Shown
from mores.study.grid import SCORES, grid, tables
from mores.study.settings import Settings

# Of figures that grow with the grid: how many panels stand below one another, ...
BELOW = {"scores": 3, "uncertainty": 5, "plane": 4}
# ... or how many methods have lines, of all models together; a method has several contrasts.
LINES = {"heat": 50, "topics": 50, "invalid": 50, "contrasts": 20, "profiles": 8}


def pages(settings: Settings, drawing: str, evaluation: str | None = None) -> list[Shown]:
    """What each page shows of an evaluation (none: the survey's), of about the same size."""
    of = evaluation or tables(settings)[SCORES]
    cells = [cell for cell in grid(settings) if cell.evaluation == of]
    models = list(dict.fromkeys(cell.model for cell in cells))
    methods = list(dict.fromkeys(cell.method for cell in cells))
    if drawing in BELOW:
        # Models stand side by side; of one alone, three methods do.
        most = (ABREAST, BELOW[drawing] * (1 if len(models) > 1 else 3))
    elif drawing in LINES:
        most = (max(1, LINES[drawing] // max(1, len(methods))), LINES[drawing])
    else:
        most = (len(models), len(methods))
    return [
        Shown(models=some, methods=ways)
        for some, ways in product(_parts(models, most[0]), _parts(methods, most[1]))
    ]


def _parts(names: list[str], most: int) -> list[tuple[str, ...]]:
    """Names in as few parts as can be, each with so many at most, and about the same number."""
    count = -(-len(names) // most) if names else 0
    ends = [len(names) * part // count for part in range(count + 1)] if count else []
    return [tuple(names[first:last]) for first, last in pairwise(ends)]
