"""The scores table: all cells beside the rows that need no model."""

from mores.scoring.alignment import alignment
from mores.scoring.resample import Resampling
from mores.scoring.table import WHY_INVALID, Layout, scores_table
from mores.survey.split import read_split

LAYOUT = Layout(
    columns=(
        *("country", "model", "method", "n_items", "n_valid"),
        *("alignment", "alignment_low", "alignment_high", "strict", "top_match", "invalid_rate"),
        *("delta", "delta_low", "delta_high", "p_value", "p_holm", "place"),
        *("strict_best", "item_alignment", "n_answers", "n_without_norms"),
        *WHY_INVALID,
    ),
    score="alignment",
    formula=alignment,
    sums=("squares", "weights"),
    averaged=("strict", "top_match", "invalid_rate", "strict_best", "item_alignment"),
)


def table(
    spec: Resampling, cells: list[dict], references: list[dict] | None, split: str | None
) -> str:
    """The table, over the test items of the split."""
    items = [name for name, part in read_split(split or "").items() if part == "test"]
    return scores_table(cells, references or [], items, spec, LAYOUT)
