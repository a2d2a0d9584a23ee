"""The scores table: all cells beside the rows that need no model."""

from typing import TYPE_CHECKING

from mores.evaluations.survey.columns import Columns
from mores.scoring.alignment import alignment
from mores.scoring.cell import TOKENS
from mores.scoring.reference_scores import read_references, reference_rows
from mores.scoring.resample import Resampling
from mores.scoring.table import WHY_INVALID, Layout, scores_table
from mores.survey.split import read_split

if TYPE_CHECKING:
    import polars as pl

LAYOUT = Layout(
    columns=(
        *("country", "model", "method", "n_items", "n_valid"),
        *("alignment", "alignment_low", "alignment_high", "strict", "top_match", "invalid_rate"),
        *("delta", "delta_low", "delta_high", "p_value", "p_adjusted"),
        *("place", "place_low", "place_high", "floor"),
        *("strict_low", "strict_high", "strict_best"),
        *("strict_delta", "strict_delta_low", "strict_delta_high"),
        *("strict_place", "strict_place_low", "strict_place_high"),
        *("similarity", "similarity_low", "similarity_high"),
        *("wasserstein", "entropy", "people_entropy"),
        *("entropy_correlation", "top_share_correlation"),
        *("item_alignment", "n_answers", "n_without_norms", *WHY_INVALID, *TOKENS),
        *("variant_of", "consistency", "spread", "marks"),
    ),
    score="alignment",
    formula=alignment,
    sums=("squares", "weights"),
    averaged=(
        *("strict", "top_match", "invalid_rate", "strict_best", "item_alignment"),
        *("similarity", "wasserstein", "entropy", "people_entropy"),
        *("entropy_correlation", "top_share_correlation", *TOKENS),
    ),
)


def table(
    spec: Resampling, cells: list[dict], references: "pl.DataFrame", split: str | None
) -> str:
    """The table, over the test items of the split; `references` as `score_references` made them."""
    items = [name for name, part in read_split(split or "").items() if part == "test"]
    scored = read_references(references, items)
    rows = [*reference_rows(scored, items, spec)]
    columns = Columns(cells, scored, items, spec)
    return scores_table(cells, rows, items, spec, LAYOUT, columns.of)
