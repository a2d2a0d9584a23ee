from itertools import product
from pathlib import Path

import numpy as np
import pytest

from mores.errors import InputError
from mores.evaluations.survey.table import LAYOUT
from mores.method.items import load_bank
from mores.scoring.resample import Resampling
from mores.scoring.table import scores_table
from mores.survey.split import Split, split_items

ROOT = Path(__file__).parents[3]

SPEC = Resampling(resamples=200, confidence=0.95, seed=0)
ITEMS = [f"Q{n}" for n in range(20)]
TOPICS = dict(zip(ITEMS, "aabbccddeeffgghhiijj", strict=True))
REQUIRED = (
    "country model method n_items n_valid alignment alignment_low alignment_high strict top_match "
    "invalid_rate delta delta_low delta_high p_value"
)


def cell(country, method, squares, items=ITEMS):
    names = dict.fromkeys(LAYOUT.columns[17:], 0)
    score = 100 * (1 - (sum(squares) / (9 * len(squares))) ** 0.5)
    return names | {
        "country": country,
        "model": "m",
        "method": method,
        "n_items": len(items),
        "n_valid": len(items),
        "n_answers": len(items),
        "alignment": score,
        "strict": score,
        "top_match": 50.0,
        "invalid_rate": 0.0,
        "items": items,
        "topics": [TOPICS[name] for name in items],
        "squares": squares,
        "weights": [9.0] * len(items),
    }


def reference(country, method, alignment):
    return {"country": country, "model": "reference", "method": method, "alignment": alignment}


CELLS = [
    cell(country, method, [square + shift] * 20)
    for country, shift in (("AAA", 0.0), ("BBB", 1.0))
    for method, square in (("vanilla", 4.0), ("top1", 1.0))
]
REFERENCES = [
    reference(country, method, alignment)
    for country in ("AAA", "BBB", "MEAN")
    for method, alignment in (("other_mean", 50.0), ("ceiling", 100.0))
]


def read(text):
    header, *lines = text.splitlines()
    names = header.split("\t")
    rows = [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
    return {(row["country"], row["model"], row["method"]): row for row in rows}


def test_the_columns_are_those_promised_and_rows_are_sorted():
    text = scores_table(CELLS, REFERENCES, ITEMS, SPEC, LAYOUT)
    assert text.splitlines()[0].split("\t")[:15] == REQUIRED.split()
    assert list(read(text)) == sorted(read(text))


def test_input_in_any_order_gives_the_same_bytes():
    text = scores_table(CELLS, REFERENCES, ITEMS, SPEC, LAYOUT)
    assert scores_table(CELLS[::-1], REFERENCES[::-1], ITEMS, SPEC, LAYOUT) == text


def test_differences_are_from_vanilla_of_the_same_country():
    table = read(scores_table(CELLS, REFERENCES, ITEMS, SPEC, LAYOUT))
    # AAA: 1 - 1/3 against 1 - 2/3.
    assert float(table["AAA", "m", "top1"]["delta"]) == pytest.approx(100 / 3, abs=1e-4)
    assert float(table["AAA", "m", "top1"]["p_value"]) == pytest.approx(2 / 2**10, abs=1e-4)
    assert table["AAA", "m", "vanilla"]["delta"] == ""
    assert table["AAA", "reference", "ceiling"]["delta"] == ""


def test_means_average_scores_and_sum_counts():
    table = read(scores_table(CELLS, REFERENCES, ITEMS, SPEC, LAYOUT))
    both = [float(table[c, "m", "top1"]["alignment"]) for c in ("AAA", "BBB")]
    mean = table["MEAN", "m", "top1"]
    assert float(mean["alignment"]) == pytest.approx(sum(both) / 2, abs=1e-4)
    assert (mean["n_items"], mean["n_answers"]) == ("40", "40")


def test_further_columns_are_made_of_the_cells_of_a_row():
    table = read(
        scores_table(CELLS, REFERENCES, ITEMS, SPEC, LAYOUT, lambda cells: {"place": len(cells)})
    )
    assert table["AAA", "m", "top1"]["place"] == "1"
    assert table["MEAN", "m", "top1"]["place"] == "2"


def test_a_mean_over_fewer_countries_is_refused():
    with pytest.raises(InputError, match="m top1 has no cell of BBB"):
        scores_table(CELLS[:-1], REFERENCES, ITEMS, SPEC, LAYOUT)


def test_without_vanilla_there_are_no_differences():
    cells = [one for one in CELLS if one["method"] == "top1"]
    table = read(scores_table(cells, REFERENCES, ITEMS, SPEC, LAYOUT))
    assert {row["delta"] for row in table.values()} == {""}


def test_items_without_gold_in_a_country_are_out_of_its_count():
    fewer = [
        cell("AAA", "vanilla", [4.0] * 10, ITEMS[:10]),
        cell("AAA", "top1", [1.0] * 10, ITEMS[:10]),
    ]
    table = read(scores_table(fewer, [], ITEMS, SPEC, LAYOUT))
    assert table["AAA", "m", "top1"]["n_items"] == "10"
    assert float(table["AAA", "m", "top1"]["delta"]) == pytest.approx(100 / 3, abs=1e-4)


def test_every_row_of_a_planted_grid_is_found_and_holm_would_find_none():
    """18 countries, 4 models, 24 methods that gain in every topic, on the paper's test items."""
    bank = load_bank(ROOT / "resources/items/wvs7.yaml")
    parts = split_items(bank, Split())
    items = [item for item in bank.items.values() if parts[item.id] == "test"]
    spans = np.array([len(item.codes) - 1.0 for item in items])
    rng, cells = np.random.default_rng(0), []
    for country, model, method in product(range(18), range(4), range(25)):
        off = rng.beta(2, 2 if method == 0 else 20, len(items))  # of the span, on average
        cells.append(
            dict.fromkeys(LAYOUT.columns[5:], 0)
            | {"country": f"C{country:02}", "model": f"m{model}"}
            | {"method": f"k{method:02}" if method else "vanilla"}
            | {"n_items": 194, "n_valid": 194, "items": [item.id for item in items]}
            | {"topics": [item.topic for item in items]}
            | {"squares": (off**2 * spans**2).tolist(), "weights": (spans**2).tolist()}
        )
    rows = read(scores_table(cells, [], cells[0]["items"], SPEC, LAYOUT)).values()
    found = [row for row in rows if row["method"] != "vanilla"]
    assert len(found) == 19 * 4 * 24
    assert max(float(row["p_adjusted"]) for row in found) < 0.05
    plain = [float(row["p_value"]) for row in found if row["country"] != "MEAN"]
    assert min(plain) * len(plain) > 0.05
