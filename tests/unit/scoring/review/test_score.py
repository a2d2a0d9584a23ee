"""A hand-made table: two raters, six norms."""

import csv

import pytest

from mores.scoring.review.score import Judging, score_norm_review

KEY = """sheet	id	source	country	topic	mining	model	norm	flags
s	a	mined	XAV	work	top1	m	A.	
s	a	mined	XAV	work	topic	m	A.	
s	b	mined	XAV	work	top1	m	B.	generic
s	c	mined	XLE	work	top1	m	C.	
s	d	mined	XLE	work	top1	m	D.	
s	e	other_country	XAV	work	top1	m	E.	
s	f	turned	XLE	work	top1	m	F.	
"""
ANN = {"a": "yes yes", "b": "yes no", "c": "no yes", "d": "yes yes", "e": "no yes", "f": "no no"}
BOB = {"a": "yes yes", "b": "no unsure", "c": "no yes", "e": "yes no", "f": "unsure no"}
EFFECTS = "country\ttopic\ttext\teffect\n" + "".join(
    f"{country}\twork\t{norm}.\t{effect}\n"
    for country, norm, effect in (
        ("XAV", "A", 3),
        ("XAV", "B", 1),
        ("XLE", "C", -1),
        ("XLE", "D", 2),
    )
)


@pytest.fixture
def scored(tmp_path):
    def made(effects=None, key=KEY, ann=ANN):
        for name, labels in {"ann": ann, "bob": BOB}.items():
            rows = [f"s,{norm},{','.join(said.split())}" for norm, said in labels.items()]
            (tmp_path / f"{name}.csv").write_text(
                "\n".join(["sheet,id,accurate,specific", *rows, ""])
            )
        spec = Judging(sheets="-", packages={}, resamples=200)
        found = score_norm_review(spec, key, tmp_path, effects)
        return {
            name: list(csv.DictReader(t.splitlines(), delimiter="\t")) for name, t in found.items()
        }

    return made


def row(made, **wanted):
    wanted = {"mining": "ALL", "model": "ALL", "country": "ALL"} | wanted
    (found,) = (one for one in made["table"] if wanted.items() <= one.items())
    return found


def test_acceptance_by_source(scored):
    made = scored()
    mined = row(made, source="mined")
    # accurate: a yes yes, b yes no, c no no, d yes: 4 of 7. specific: 5 yes, no, unsure: 5 of 7.
    assert (mined["n_norms"], mined["n_raters"], mined["n_labels"]) == ("4", "2", "14")
    assert float(mined["accurate"]) == pytest.approx(400 / 7, abs=1e-4)
    assert float(mined["specific"]) == pytest.approx(500 / 7, abs=1e-4)
    assert float(mined["unsure"]) == pytest.approx(100 / 14, abs=1e-4)
    assert float(mined["flagged"]) == 25
    assert float(mined["accurate_low"]) < 400 / 7 < float(mined["accurate_high"])
    assert row(made, source="mined", mining="topic", model="ALL")["accurate"] == "100.0000"
    own = row(made, source="mined", mining="top1", model="m", country="XLE")
    assert float(own["accurate"]) == pytest.approx(100 / 3, abs=1e-4)


def test_alpha_is_worked_by_hand(scored):
    # Norms with both labels: (yes yes), (yes no), (no no); n 6, three of each; one pair differs:
    # 1 - 5 * 2 / (36 - 18).
    assert float(row(scored(), source="mined")["alpha_accurate"]) == pytest.approx(4 / 9, abs=1e-4)


def test_controls_are_caught_where_they_are_refused(scored):
    made = scored()
    assert row(made, source="other_country")["caught"] == "50.0000"
    assert row(made, source="turned")["caught"] == "50.0000"  # unsure has not refused it
    assert row(made, source="mined")["caught"] == ""
    raters = {one["rater"]: one for one in made["raters"]}
    assert (raters["ann"]["caught"], raters["bob"]["caught"]) == ("100.0000", "0.0000")
    assert (raters["bob"]["n_norms"], raters["bob"]["n_controls"]) == ("3", "2")


def test_all_labels_are_kept_as_they_are(scored):
    kept = {(one["rater"], one["id"], one["question"]): one["label"] for one in scored()["labels"]}
    assert len(kept) == 22
    assert kept["bob", "f", "accurate"] == "unsure" and kept["ann", "e", "specific"] == "yes"


def test_acceptance_is_held_against_what_norms_do(scored):
    few = row(scored(EFFECTS), source="mined")
    assert (few["n_effects"], few["effect_rho"]) == ("4", "")  # too few to say anything
    key = KEY + "s\tg\tmined\tXLE\twork\ttop1\tm\tG.\t\n"
    made = scored(EFFECTS + "XLE\twork\tG.\t0\n", key, ANN | {"g": "yes yes"})
    five = row(made, source="mined")
    # Accepted 1, 0.5, 0, 1, 1 (ranks 4 2 1 4 4), effects 3, 1, -1, 2, 0 (ranks 5 3 1 4 2):
    # 6 / sqrt(8 * 10).
    assert float(five["effect_rho"]) == pytest.approx(6 / 80**0.5, abs=1e-4)
    assert row(scored(), source="mined")["n_effects"] == "0"
