import csv
from pathlib import Path

import pytest

from mores.scoring.review.flags import flags, is_generic, relation
from mores.scoring.review.words import turned

LABELLED = Path(__file__).parent / "labelled.tsv"


def labelled(part, asks):
    with open(LABELLED, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [row for row in rows if (row["part"], row["asks"]) == (part, asks)]


# What docs/norm_review.md tells: labelled so, flagged so, and both. The lists of words were written
# with the part `tune` before the eyes; `held` was labelled before and looked at after.
@pytest.mark.parametrize(
    ("part", "label", "truly", "flagged", "both"),
    [
        ("tune", "duplicate", 8, 8, 8),
        ("tune", "contradiction", 8, 8, 8),
        ("tune", "generic", 8, 8, 8),
        ("held", "duplicate", 8, 6, 6),
        ("held", "contradiction", 8, 8, 8),
        ("held", "generic", 8, 8, 8),
    ],
)
def test_precision_and_recall_are_those_of_the_docs(part, label, truly, flagged, both):
    if label == "generic":
        rows = labelled(part, "generic")
        true = [row["label"] == "yes" for row in rows]
        said = [is_generic(row["one"]) for row in rows]
    else:
        rows = labelled(part, "pair")
        true = [row["label"] == label for row in rows]
        said = [relation(row["one"], row["other"]) == label for row in rows]
    hits = sum(one and other for one, other in zip(true, said, strict=True))
    assert (sum(true), sum(said), hits) == (truly, flagged, both)


def test_a_norm_turned_round_contradicts_it():
    norms = [row["one"] for part in ("tune", "held") for row in labelled(part, "pair")]
    pairs = [(norm, turned(norm)) for norm in dict.fromkeys(norms) if turned(norm)]
    assert len(pairs) > 25
    assert {relation(*pair) for pair in pairs} == {"contradiction"}


def test_relations_do_not_hang_on_order_and_a_country_s_name_says_nothing():
    one, other = "Avethia values thrift.", "Avethia values harvests."
    assert relation(one, other) is relation(other, one) is None
    assert is_generic(
        "In Avethia, Avethian people value respect.", frozenset(["avethia", "avethian"])
    )
    assert not is_generic("In Avethia, Avethian people value respect.")


def test_flags_name_the_mined_norm_that_they_are_about():
    norms = {
        "a": "Bribes are never justified.",
        "b": "Bribes are always justified.",
        "c": "Be good.",
    }
    assert flags(norms, mined={"a", "c"}) == {"a": "", "b": "contradiction:a", "c": "generic"}
