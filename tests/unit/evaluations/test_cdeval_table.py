"""Profiles, distances and rank correlations against scipy and by hand."""

import csv
import io
import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from mores.errors import InputError
from mores.evaluations.cdeval.measures import mean_of, rank_correlations
from mores.evaluations.cdeval.profile import Items
from mores.evaluations.cdeval.references import read_references
from mores.evaluations.cdeval.table import COLUMNS, LAYOUT, table
from mores.method.replies import REASONS
from mores.scoring.contrasts import Contrast, contrasts_table
from mores.scoring.resample import Resampling

SPEC = Resampling(resamples=400, seed=0)
DOMAINS = ("Arts", "Family", "Work")
DIMENSIONS = ("PDI", "IVR")
TOPICS = [f"{one} {domain}" for one in DIMENSIONS for domain in DOMAINS for _ in range(4)]
REFERENCES = read_references(None)
RNG = np.random.default_rng(5)


def cell(country, likelihoods, method="vanilla", model="m", **more):
    """A cell whose items of a dimension have this likelihood; one number is for all alike."""
    values = [likelihoods[topic[:3]] for topic in TOPICS]
    count = len(TOPICS)
    return {
        "country": country,
        "model": model,
        "method": method,
        "n_items": count,
        "n_without_norms": 0,
        "invalid_rate": 0.0,
        **{f"invalid_{reason}": 0 for reason in REASONS},
        "items": [f"{topic} {place}" for place, topic in enumerate(TOPICS)],
        "topics": TOPICS,
        "amounts": [3 * value for value in values],
        "weights": [3] * count,
        "high": [round(6 * value) for value in values],
        "first": [3] * count,
        "valid": [6] * count,
        "answers": [6] * count,
        "references": REFERENCES,
    } | more


def rows_of(*cells, spec=SPEC):
    lines = csv.DictReader(io.StringIO(table(spec, [*cells], None, None)), delimiter="\t")
    keys = ("country", "model", "method", "dimension", "domain")
    return {tuple(row[key] for key in keys): row for row in lines}


def noisy(country, method="vanilla"):
    values = RNG.uniform(0, 1, len(TOPICS))
    return cell(country, {"PDI": 0, "IVR": 0}, method, amounts=(3 * values).tolist())


def test_a_likelihood_and_its_distance_by_hand():
    rows = rows_of(cell("USA", {"PDI": 0.5, "IVR": 0.75}))
    own = rows["USA", "m", "vanilla", "PDI", "ALL"]
    # Hofstede gives the USA 40 and 68.
    assert (own["likelihood"], own["reference"], own["distance"]) == ("0.5000", "0.4000", "0.1000")
    assert (own["n_items"], own["n_answers"], own["n_valid"]) == ("12", "72", "72")
    of_domain = rows["USA", "m", "vanilla", "IVR", "Arts"]
    assert (of_domain["likelihood"], of_domain["distance"]) == ("0.7500", "0.0700")
    assert (of_domain["n_items"], of_domain["likelihood_low_domains"]) == ("4", "")
    whole = rows["USA", "m", "vanilla", "ALL", "ALL"]
    assert (whole["distance"], whole["likelihood"], whole["n_references"]) == ("0.0850", "", "2")
    assert whole["n_items"] == "24"


@pytest.mark.parametrize("country", ["KEN", "XAV"])
def test_a_country_without_a_score_says_so_and_has_no_number(country):
    rows = rows_of(cell(country, {"PDI": 0.5, "IVR": 0.5}), cell("USA", {"PDI": 0.4, "IVR": 0.6}))
    own = [row for key, row in rows.items() if key[0] == country]
    assert {row["reference"] for row in own} == {"no reference"}
    for row in own:
        assert {
            row[name] for name in COLUMNS if name.startswith(("distance", "delta", "rank"))
        } == {""}
    mean = rows["MEAN", "m", "vanilla", "PDI", "ALL"]
    assert (mean["distance"], mean["n_references"]) == ("0.0000", "1")
    assert mean["likelihood"] == "0.4500"
    assert not any(key[1] == "reference" for key in rows if key[0] == country)


def test_a_score_that_is_missing_for_a_dimension_leaves_the_others():
    rows = rows_of(cell("UKR", {"PDI": 0.5, "IVR": 0.5}))
    assert rows["UKR", "m", "vanilla", "PDI", "ALL"]["reference"] == "no reference"
    assert rows["UKR", "m", "vanilla", "IVR", "ALL"]["distance"] == "0.3600"
    whole = rows["UKR", "m", "vanilla", "ALL", "ALL"]
    assert (whole["distance"], whole["n_references"]) == ("0.3600", "1")


def test_no_country_with_a_score_leaves_no_number_at_all():
    rows = rows_of(cell("XAV", {"PDI": 0.5, "IVR": 0.5}), cell("XBO", {"PDI": 0.4, "IVR": 0.5}))
    mean = rows["MEAN", "m", "vanilla", "ALL", "ALL"]
    assert (mean["reference"], mean["distance"]) == ("no reference", "")
    assert not any(key[1] == "reference" for key in rows)


@pytest.mark.parametrize("seed", range(5))
def test_rank_correlations_are_scipy_s(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 5, (9, 3, 2)) / 4  # with ties
    references = rng.integers(0, 4, (9, 2)) / 4
    references[0, 0] = references[1, 0] = np.nan
    ours = rank_correlations(values, references)
    for draw in range(3):
        for group in range(2):
            known = ~np.isnan(references[:, group])
            theirs = spearmanr(values[known, draw, group], references[known, group]).statistic
            assert ours[draw, group] == pytest.approx(theirs, nan_ok=True)


def test_a_rank_correlation_needs_four_countries_and_a_difference():
    own = np.array([[0.1], [0.2], [0.3], [0.4]])
    assert rank_correlations(own[:, None], own) == pytest.approx(1)
    assert np.isnan(rank_correlations(own[:3, None], own[:3])).all()
    assert np.isnan(rank_correlations(np.full((4, 1, 1), 0.5), own)).all()
    unknown = own[:, None].copy()
    unknown[2] = np.nan  # a country of which no answer is valid is not left out
    assert np.isnan(rank_correlations(unknown, own)).all()


def test_the_table_ranks_countries_on_every_dimension():
    shift = {"USA": 0.9, "CHN": 0.1, "NLD": 0.8, "RUS": 0.15, "GBR": 0.95}
    rows = rows_of(*[cell(name, {"PDI": 1 - at, "IVR": at}) for name, at in shift.items()])
    for dimension in DIMENSIONS:
        hofstede = [REFERENCES[f"{name} {dimension}"] for name in shift]
        ours = [1 - at if dimension == "PDI" else at for at in shift.values()]
        row = rows["MEAN", "m", "vanilla", dimension, "ALL"]
        theirs = spearmanr(ours, hofstede).statistic
        assert float(row["rank_correlation"]) == pytest.approx(theirs, abs=1e-4)
        assert row["rank_correlation_low"] == row["rank_correlation_high"]
    both = [
        float(rows["MEAN", "m", "vanilla", one, "ALL"]["rank_correlation"]) for one in DIMENSIONS
    ]
    whole = rows["MEAN", "m", "vanilla", "ALL", "ALL"]
    assert float(whole["rank_correlation"]) == pytest.approx(np.mean(both), abs=1e-4)


def test_a_method_s_gain_is_taken_from_vanilla_on_the_same_draws():
    cells = [noisy("USA"), noisy("CHN")]
    closer = [
        one | {"method": "near", "amounts": [value / 2 for value in one["amounts"]]}
        for one in cells
    ]
    rows = rows_of(*cells, *closer)
    assert rows["USA", "m", "vanilla", "PDI", "ALL"]["delta"] == ""
    for country in ("USA", "CHN", "MEAN"):
        for dimension in DIMENSIONS:
            before, after = (
                rows[country, "m", method, dimension, "ALL"] for method in ("vanilla", "near")
            )
            gained = float(after["distance"]) - float(before["distance"])
            assert float(after["delta"]) == pytest.approx(gained, abs=2e-4)
    same = rows_of(*cells, *[one | {"method": "same"} for one in cells])
    row = same["MEAN", "m", "same", "ALL", "ALL"]
    assert {row[name] for name in row if name.startswith("delta")} == {"0.0000"}


def test_intervals_have_the_width_of_a_mean_s_error():
    """By item: of 12 draws. By domain: of 3 means, which here are all there is to differ by."""
    spread = cell("USA", {"PDI": 0.5, "IVR": 0.5})
    by_domain = {"Arts": 0.2, "Family": 0.5, "Work": 0.8}
    amounts = [3 * by_domain[topic[4:]] for topic in TOPICS]
    spec = Resampling(resamples=4000, seed=1)
    row = rows_of(spread | {"amounts": amounts}, spec=spec)["USA", "m", "vanilla", "PDI", "ALL"]
    error = math.sqrt(np.var([0.2, 0.5, 0.8]) / 12)
    ends = float(row["likelihood_low"]), float(row["likelihood_high"])
    assert ends == pytest.approx((0.5 - 1.96 * error, 0.5 + 1.96 * error), abs=0.02)
    # Of 27 equally likely draws of three domains the one with three times Arts has 0.2.
    assert (row["likelihood_low_domains"], row["likelihood_high_domains"]) == ("0.2000", "0.8000")


def test_items_are_drawn_within_their_dimension_and_domains_whole():
    items = Items(tuple(TOPICS))
    by_item, by_domain = items.draws(50, 0)
    of_power = [topic.startswith("PDI") for topic in TOPICS]
    assert (by_item[0] == 1).all() and (by_domain[0] == 1).all()
    assert (by_item[:, of_power].sum(axis=1) == 12).all()
    assert (by_domain[:, of_power].sum(axis=1) == 12).all()
    for topic in set(TOPICS):
        members = by_domain[:, [one == topic for one in TOPICS]]
        assert (members == members[:, :1]).all()


def test_bounds_count_what_names_no_option_as_the_low_pole_and_as_the_high():
    count = len(TOPICS)
    one = cell("USA", {"PDI": 0.5, "IVR": 0.5}, high=[2] * count, valid=[4] * count)
    row = rows_of(one | {"first": [1] * count})["USA", "m", "vanilla", "PDI", "ALL"]
    assert (row["likelihood_min"], row["likelihood_max"]) == ("0.3333", "0.6667")
    assert (row["first_share"], row["n_valid"]) == ("0.2500", "48")


def test_a_country_with_no_valid_answer_is_not_left_out_of_the_mean():
    silent = cell("CHN", {"PDI": 0, "IVR": 0}, weights=[0] * len(TOPICS), valid=[0] * len(TOPICS))
    rows = rows_of(cell("USA", {"PDI": 0.4, "IVR": 0.6}), silent | {"invalid_rate": 1.0})
    assert rows["CHN", "m", "vanilla", "PDI", "ALL"]["likelihood"] == ""
    assert rows["MEAN", "m", "vanilla", "PDI", "ALL"]["distance"] == ""
    mean = rows["MEAN", "m", "vanilla", "ALL", "ALL"]
    assert (mean["invalid_rate"], mean["marks"]) == ("0.5000", "many_invalid")
    assert rows["USA", "m", "vanilla", "ALL", "ALL"]["marks"] == ""


def test_what_needs_no_model():
    rows = rows_of(*[cell(name, {"PDI": 0.4, "IVR": 0.6}) for name in ("USA", "CHN")])
    half = rows["USA", "reference", "half", "PDI", "ALL"]
    assert (half["likelihood"], half["distance"]) == ("0.5000", "0.1000")
    others = [
        score for key, score in REFERENCES.items() if key.endswith("PDI") and key[:3] != "USA"
    ]
    guess = rows["USA", "reference", "other_mean", "PDI", "ALL"]
    assert float(guess["likelihood"]) == pytest.approx(np.mean(others) / 100, abs=1e-4)
    mean = rows["MEAN", "reference", "half", "ALL", "ALL"]
    own = [
        abs(50 - REFERENCES[f"{name} {one}"]) / 100 for name in ("USA", "CHN") for one in DIMENSIONS
    ]
    assert float(mean["distance"]) == pytest.approx(np.mean(own), abs=1e-4)


def test_the_same_cells_in_any_order_give_the_same_bytes():
    cells = [noisy(name, method) for name in ("USA", "CHN") for method in ("vanilla", "top1")]
    assert table(SPEC, cells, None, None) == table(SPEC, cells[::-1], None, None)


def test_cells_that_cannot_stand_beside_each_other_are_refused():
    own = {"PDI": 0.5, "IVR": 0.5}
    with pytest.raises(InputError, match="different items"):
        rows_of(cell("USA", own), cell("CHN", own, items=["other"]))
    with pytest.raises(InputError, match="m top1 has no cell of CHN"):
        rows_of(cell("USA", own), cell("CHN", own), cell("USA", own, "top1"))


def test_a_mean_is_of_what_counts_and_unknown_if_any_of_it_is():
    values = np.array([0.2, np.nan, 0.4])
    assert mean_of(values, np.array([True, False, True]), 0) == pytest.approx(0.3)
    assert np.isnan(mean_of(values, np.array([True, True, True]), 0))
    assert np.isnan(mean_of(values, np.array([False, False, False]), 0))


def test_methods_are_held_against_each_other_dimension_by_dimension():
    cells = [
        cell(country, likelihoods, method)
        for country in ("USA", "BRA")
        for method, likelihoods in {
            "vanilla": {"PDI": 0.5, "IVR": 0.25},
            "top1": {"PDI": 0.75, "IVR": 0.25},
        }.items()
    ]
    contrast = Contrast(name="gain", model="m", of="top1", against="vanilla")
    text = contrasts_table((contrast,), cells, SPEC, LAYOUT)
    rows = {
        (r["contrast"], r["country"]): r for r in csv.DictReader(io.StringIO(text), delimiter="\t")
    }
    assert {name for name, _ in rows} == {"gain_PDI", "gain_IVR"}  # dimensions that have items
    assert float(rows["gain_PDI", "MEAN"]["difference"]) == pytest.approx(25)
    assert float(rows["gain_IVR", "MEAN"]["difference"]) == 0
    assert rows["gain_PDI", "MEAN"]["topics"] == str(len(DOMAINS))
