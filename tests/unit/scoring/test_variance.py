"""Components against statsmodels' mixed model, and against those that scores were drawn with."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from mores.method.draws import Draw
from mores.scoring.variance import Varying, components, score_variance

SDS = (3.0, 2.0, 4.0)


def drawn(seed, shape=(8, 3, 3, 4), sds=SDS):
    """Scores with nested effects around a country's own."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(60, 8, (shape[0], *[1] * len(sds)))
    for level, sd in enumerate(sds, 2):
        scores = scores + rng.normal(0, sd, (*shape[:level], *[1] * (len(shape) - level)))
    return scores


def test_components_are_those_of_the_mixed_model():
    """REML of statsmodels, with a country's level as a fixed effect."""
    scores = drawn(1)
    at = np.indices(scores.shape).reshape(4, -1)
    rows = pd.DataFrame(dict(zip(("country", "mining", "training", "sample"), at, strict=True)))
    rows["score"] = scores.ravel()
    rows["mined"] = rows["country"] * 10 + rows["mining"]
    parts = {"trained": "0 + C(training)"}
    model = smf.mixedlm(
        "score ~ C(country)", rows, groups="mined", re_formula="1", vc_formula=parts
    )
    fitted = model.fit(method="powell", ftol=1e-12)
    told = [one.variance for one in components(scores, 0.95)]
    mined, (trained,) = float(fitted.cov_re.iloc[0, 0]), fitted.vcomp
    assert told == pytest.approx([mined, trained, fitted.scale], rel=1e-3)


def test_components_are_unbiased_and_their_intervals_hold_them():
    """300 draws; the standard error of a mean estimate is the bound, and of a share."""
    found = [components(drawn(seed, (6, 3, 2, 5)), 0.95) for seed in range(300)]
    for level, sd in enumerate(SDS):
        estimates = [one[level].variance for one in found]
        assert np.mean(estimates) == pytest.approx(sd**2, abs=3.5 * np.std(estimates) / 300**0.5)
        held = np.mean([one[level].low <= sd**2 <= one[level].high for one in found])
        assert 0.91 <= held <= 0.99


def test_scores_that_hang_on_nothing_have_no_variance():
    for one in components(np.full((3, 2, 2, 2), 50.0), 0.95):
        assert (one.variance, one.low, one.high) == (0, 0, 0)


def test_a_split_that_countries_share_has_the_freedom_of_one_country():
    scores = drawn(2, (6, 4, 2, 3))
    alone, shared = components(scores, 0.95), components(scores, 0.95, shared=True)
    assert (alone[0].freedom, shared[0].freedom) == (18, 3)
    assert alone[0].variance == shared[0].variance
    assert shared[0].high > alone[0].high
    assert alone[1:] == shared[1:]


def cells(scores, method="cnca_sft", model="demo", sources=("mining", "training")):
    """Cells of a model under all draws; the last axis is samples."""
    return [
        {
            "country": f"C{country:02}",
            "model": Draw(**dict(zip(sources, which, strict=True))).named(model),
            "method": method,
            "by_sample": scores[country, *which].tolist(),
        }
        for country in range(len(scores))
        for which in np.ndindex(scores.shape[1:-1])
    ]


def table(found, **sources):
    spec = Varying(sources=sources, confidence=0.95, packages={})
    rows = csv.DictReader(io.StringIO(score_variance(spec, found)), delimiter="\t")
    return {(row["method"], row["component"]): row for row in rows}


def test_the_table_parts_the_variance_of_a_score():
    scores = drawn(3)
    rows = table(cells(scores), cnca_sft=("split", "mining", "training"))
    parts = components(scores, 0.95)
    sampling = parts[2].variance / 4  # a score is the mean of so many answers an item
    for name, variance in (("mining", parts[0].variance), ("training", parts[1].variance)):
        row = rows["cnca_sft", name]
        assert float(row["sd"]) == pytest.approx(variance**0.5, abs=1e-3)
        assert float(row["sd_low"]) < variance**0.5 < float(row["sd_high"])
    assert float(rows["cnca_sft", "sampling"]["sd"]) == pytest.approx(sampling**0.5, abs=1e-3)
    whole = parts[0].variance + parts[1].variance + sampling
    assert float(rows["cnca_sft", "total"]["sd"]) == pytest.approx(whole**0.5, abs=1e-3)
    shares = [float(row["share"] or 0) for row in rows.values()]
    assert sum(shares) == pytest.approx(100, abs=1e-2)
    assert rows["cnca_sft", "mining"]["countries"] == "8"


def test_what_cannot_be_told_is_said():
    one_training = drawn(4, (5, 3, 4), (2.0, 4.0))
    by_norms = cells(one_training, "top1", sources=("mining",))
    trained = cells(one_training, "cnca_sft", sources=("mining",))
    rows = table(
        by_norms + trained, top1=("split", "mining"), cnca_sft=("split", "mining", "training")
    )
    assert rows["top1", "split"]["note"] == "one draw: not told"
    assert rows["top1", "training"]["note"] == "nothing of it in this method"
    assert rows["top1", "mining"]["includes"] == ""
    assert rows["cnca_sft", "training"]["note"] == "one draw: not told"
    assert rows["cnca_sft", "mining"]["includes"] == "training"


def test_a_single_answer_an_item_leaves_sampling_in_what_is_drawn_with_it():
    scores = drawn(5, (5, 3, 2, 1), (2.0, 1.0, 4.0))
    rows = table(cells(scores), cnca_sft=("split", "mining", "training"))
    assert rows["cnca_sft", "sampling"]["note"] == "one draw: not told"
    assert rows["cnca_sft", "training"]["includes"] == "sampling"
    assert rows["cnca_sft", "mining"]["includes"] == ""


def test_a_country_that_lacks_a_score_is_left_out_and_counted():
    scores = drawn(6, (4, 3, 2, 3))
    whole = table(cells(scores[1:]), cnca_sft=("split", "mining", "training"))
    scores[0, 1, 1, 2] = np.nan
    rows = table(cells(scores), cnca_sft=("split", "mining", "training"))
    assert rows["cnca_sft", "mining"] == whole["cnca_sft", "mining"]
    assert rows["cnca_sft", "total"]["note"] == "1 countries without a score in some draw left out"
    nothing = table(cells(scores[:1]), cnca_sft=("split", "mining", "training"))
    assert nothing["cnca_sft", "mining"]["note"] == "no country has a score in every draw"
