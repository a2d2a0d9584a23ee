"""The table of allow rates: each country, model and method, and how far it is from vanilla."""

from mores.evaluations.pact import gap
from mores.evaluations.pact.measures import allow_rate
from mores.scoring.resample import Resampling
from mores.scoring.table import WHY_INVALID, Layout, View, scores_table

OWN = ("own_rate", "other_rate", "own_gap")
PERSONS = (
    *("same_rate", "close_rate", "far_rate"),
    *("region_spread", "age_spread", "gender_spread"),
)
RATED = (
    *("n_rated", "raters", "human_rate", "majority_match", "n_majority"),
    *("mae_scenes", "mae_countries", "signed_gap", "human_agreement", "model_agreement"),
    *("human_pairs", "model_pairs", "agreement_r", "pairs_r"),
)
BOUNDS = ("allow_least", "allow_most", "first_rate", "invalid_rate")
LAYOUT = Layout(
    columns=(
        *("country", "model", "method", "n_items", "n_valid"),
        *("allow_rate", "allow_rate_low", "allow_rate_high", *BOUNDS),
        *("delta", "delta_low", "delta_high", "p_value", "p_adjusted"),
        *OWN,
        *gap.COLUMNS,
        *PERSONS,
        *("n_answers", "n_without_norms", *WHY_INVALID),
        *RATED,
    ),
    score="allow_rate",
    formula=allow_rate,
    sums=("allowed", "decided"),
    averaged=(*BOUNDS, *OWN, *PERSONS, *RATED),
    # The headline: does a method enforce the country's own norms more than others'?
    views=(View("own", lambda cell: cell["own"], against_rest=True),),
)


def table(
    spec: Resampling, cells: list[dict], _references: list[dict] | None, _split: str | None
) -> str:
    """The table, over all scenes that any country is asked."""
    items = sorted({name for cell in cells for name in cell["items"]})
    return scores_table(cells, [], items, spec, LAYOUT, gap.gap_columns(cells, items, spec))
