"""Norms mined, handed out, judged and scored through Snakemake; the model is played."""

import csv

import pytest
import yaml

COUNTRIES = ("XAV", "XLE")


@pytest.fixture(scope="module")
def study(checkout, module_endpoint):
    """Two countries whose norms a model states from the topic alone."""
    endpoints = {"demo": {"url": module_endpoint.url, "served_model": "demo"}}
    added = {
        "countries": [*COUNTRIES],
        "methods": dict.fromkeys(("top1", "ranked", "placebo", "sft", "cnca_sft", "cnca_dpo")),
        "engine": {"launcher": "endpoint", "endpoints": endpoints},
        "norm_review": {"per_source": 6, "controls": 2, "sheets": "filled"},
    }
    (checkout.folder / "study.yaml").write_text(yaml.safe_dump(added))

    def reply(body):
        way = "always" if "Avethia" in body["messages"][-1]["content"] else "seldom"
        norms = [f"Elders {way} {verb} {body['seed']}." for verb in ("bless", "teach", "judge")]
        return "So it is.</think>" + "\n".join(f"{n}. {norm}" for n, norm in enumerate(norms, 1))

    module_endpoint.reply = reply
    checkout.options += ("--configfile", "study.yaml")
    checkout.run("--", "norm_review")
    return checkout


def read(study, path, separator="\t"):
    lines = (study.folder / path).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter=separator))


def test_without_filled_sheets_the_run_ends_in_a_line(study):
    process = study.start("--", "score_norm_review")
    told, _ = process.communicate(timeout=300)
    assert process.returncode
    assert "norm_review.sheets: no folder filled; put the filled sheets there" in told
    assert "Traceback" not in told


def test_a_sheet_is_handed_out_filled_and_scored(study):
    sheet = read(study, "results/norm_review/sheet.csv", ",")
    key = {row["id"]: row for row in read(study, "results/norm_review_key.tsv")}
    assert sorted(path.name for path in (study.folder / "results/norm_review").iterdir()) == [
        "form.html",
        "sheet.csv",
    ]
    assert len(sheet) == 2 * (6 + 2 + 2)
    (study.folder / "filled").mkdir()
    for rater in ("ann", "bob"):
        for row in sheet:  # one who knows, and one who says yes to all
            mined = key[row["id"]]["source"] == "mined"
            row |= {"accurate": "yes" if mined or rater == "bob" else "no", "specific": "yes"}
        with open(study.folder / f"filled/{rater}.csv", "w", encoding="utf-8", newline="") as out:
            written = csv.DictWriter(out, list(sheet[0]))
            written.writeheader()
            written.writerows(sheet)
    study.run("--", "score_norm_review")
    whole = ("source", "mining", "model", "country")
    rows = {tuple(row[k] for k in whole): row for row in read(study, "results/norm_review.tsv")}
    assert float(rows["mined", "topic", "demo", "XAV"]["accurate"]) == 100
    assert float(rows["turned", "ALL", "ALL", "ALL"]["caught"]) == 50
    raters = {row["rater"]: row for row in read(study, "results/norm_review_raters.tsv")}
    assert (float(raters["ann"]["caught"]), float(raters["bob"]["caught"])) == (100, 0)
    assert len(read(study, "results/norm_review_labels.tsv")) == 2 * 2 * len(sheet)


def test_an_edited_sheet_is_scored_anew_and_nothing_else(study):
    path = study.folder / "filled/bob.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("yes,yes", "no,yes", 1))
    planned = study.run("--dry-run", "--", "score_norm_review")
    assert "score_norm_review" in planned and "mine_topic_norms" not in planned
    path.write_text(path.read_text(encoding="utf-8").replace("no,yes", "yes,yes", 1))
