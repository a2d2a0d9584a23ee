"""The survey's table and lists as Snakemake makes them, from sampled and from stated answers."""

import csv

import polars as pl

from mores.study.grid import lender

TARGETS = "results/survey/split.tsv"  # what the study is run for here; the rest is the test's
MADE = "results/scores.tsv results/items.tsv results/topics.tsv"
POOL = ("XAV", "XBO", "XDU")


def rows(path: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of a table by what names them."""
    with open(path, newline="") as stream:
        found = [*csv.DictReader(stream, delimiter="\t")]
    names = [name for name in ("country", "method", "item", "topic") if name in found[0]]
    return {tuple(row[name] for name in names): row for row in found}


def test_methods_stand_beside_references_gold_and_the_norms_before_them(project, module_endpoint):
    project.write_study({"methods": {"stated": {"distribution": "stated"}}})

    def reply(body):
        asked = body["messages"][-1]["content"]
        stated = "one line for each option" in asked
        return "because\n</think>\n\n1: 75%\n2: 25%" if stated else project.player(body)

    module_endpoint.reply = reply
    methods = "methods=vanilla,placebo,stated"
    project.run("--config", "countries=XAV,XBO", methods, target=MADE)

    scores = rows("results/scores.tsv")
    assert scores["MEAN", "stated"]["floor"] in {"neighbours", "other_mean", "midpoint"}
    assert scores["XAV", "stated"]["entropy_correlation"] == ""  # it says the same of every item
    assert 0 < float(scores["XAV", "stated"]["similarity"]) < 100
    assert float(scores["XAV", "ceiling"]["similarity"]) > 90

    references = pl.read_parquet("results/cells/references.parquet")
    assert set(references["country"]) == {"XAV", "XBO"}

    items, topics = rows("results/items.tsv"), rows("results/topics.tsv")
    assert {key[1] for key in items} == {"vanilla", "placebo", "stated"}
    topic = next(key[2] for key in topics)
    norms = topics["XAV", "placebo", topic]["norms"].split(" | ")
    lent = project_norms(lender("XAV", POOL, 2026), topic)
    assert norms == lent
    item = next(key for key in items if key[1] == "stated")
    assert items[item]["answers"] == "1:0.75 2:0.25"
    assert items[item]["baseline_answers"].endswith(":1.00")


def project_norms(country: str, topic: str) -> list[str]:
    """The high-level norms of a country's topic, as they were mined."""
    high = pl.read_ndjson(f"results/norms/top1/demo/{country}/high.jsonl")
    return high.filter(topic=topic)["norms"].to_list()[0]
