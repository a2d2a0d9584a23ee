from pathlib import Path

import polars as pl
from studies import Study

from mores.evaluations.cdeval.table import COLUMNS as PROFILES
from mores.evaluations.choices.table import LAYOUT as CHOICES
from mores.evaluations.pact.table import LAYOUT as PACT
from mores.evaluations.survey.table import LAYOUT as SURVEY
from mores.study.summary import findings, summary


def written(path: Path, columns, *rows: dict) -> Path:
    lines = ["\t".join(str(row.get(name, "")) for name in columns) for row in rows]
    path.write_text("\n".join(["\t".join(columns), *lines]) + "\n")
    return path


def row(country, method, rate=0.0, model="m", **fields):
    counts = {f"invalid_{name}": 0 for name in ("refused", "no_number", "ambiguous", "cut")}
    counts["invalid_not_an_option"] = 0
    named = {"country": country, "model": model, "method": method, "invalid_rate": rate}
    return named | counts | fields


DELTA = {"delta": -1.26, "delta_low": -3, "delta_high": 0.5, "p_value": 0.27}
SCORES = {"alignment": 52.431, "alignment_low": 50.4, "alignment_high": 54.44}


def test_the_means_are_shown_with_the_path_and_what_needs_no_model(tmp_path):
    table = written(
        tmp_path / "scores.tsv",
        SURVEY.columns,
        row("KEN", "vanilla", **SCORES),
        row("MEAN", "vanilla", **SCORES),
        row("MEAN", "top1", **SCORES, **DELTA, floor="midpoint"),
        row("MEAN", "ceiling", model="reference", **SCORES),
        row("MEAN", "midpoint", model="reference", **SCORES),
        row("MEAN", "other_mode", model="reference", **SCORES),
    )
    lines = summary([table], tmp_path / "none.parquet").splitlines()
    assert lines[1] == f"{table}: means over 1 countries"
    assert [line.split() for line in lines[2:]] == [
        ["model", "method", "score", "interval", "delta", "interval", "p"],
        ["m", "vanilla", "52.4", "50.4", "to", "54.4"],
        ["m", "top1", "52.4", "50.4", "to", "54.4", "-1.3", "-3.0", "to", "0.5", "0.27"],
        ["reference", "ceiling", "52.4", "50.4", "to", "54.4"],
        ["reference", "midpoint", "52.4", "50.4", "to", "54.4"],
    ]
    assert max(map(len, lines[2:])) < 80


def test_a_table_of_accuracies_is_shown_likewise(tmp_path):
    accuracy = {"accuracy": 71.5, "accuracy_low": 54.9, "accuracy_high": 85.4}
    table = written(tmp_path / "customs.tsv", CHOICES.columns, row("MEAN", "top1", **accuracy))
    assert "m      top1     71.5  54.9 to 85.4" in summary([table], tmp_path / "none.parquet")


def test_of_profiles_the_mean_distance_is_shown(tmp_path):
    whole = {"dimension": "ALL", "domain": "ALL", "distance": 0.2134}
    ends = {"distance_low": 0.1999, "distance_high": 0.25, "delta": -0.0123}
    of_delta = {"delta_low": -0.02, "delta_high": 0.001}
    table = written(
        tmp_path / "cdeval.tsv",
        PROFILES,
        row("MEAN", "top1", **whole, **ends, **of_delta),
        {"country": "MEAN", "model": "m", "method": "top1", "dimension": "PDI", "domain": "ALL"},
        row("MEAN", "half", model="reference", **whole),
    )
    lines = summary([table], tmp_path / "none.parquet").splitlines()
    assert [line.split() for line in lines[3:]] == [
        ["m", "top1", "0.213", "0.200", "to", "0.250", "-0.012", "-0.020", "to", "0.001"],
        ["reference", "half", "0.213"],
    ]


def test_a_table_of_allow_rates_is_shown_likewise(tmp_path):
    rates = {"allow_rate": 39.5, "allow_rate_low": 35.1, "allow_rate_high": 44.2, "own_rate": 1}
    table = written(tmp_path / "pact.tsv", PACT.columns, row("MEAN", "top1", **rates))
    assert "m      top1     39.5  35.1 to 44.2" in summary([table], tmp_path / "none.parquet")


def test_cells_with_many_invalid_answers_are_told_with_the_reason(tmp_path):
    rows = [row(f"X{n:02}", "vanilla", 0.34, invalid_cut=30, invalid_refused=4) for n in range(7)]
    rows += [row("YYY", "vanilla", 0.2), row("MEAN", "vanilla", 0.9)]
    told = summary([written(tmp_path / "t.tsv", SURVEY.columns, *rows)], tmp_path / "none")
    first = "beware: X00 m vanilla: 34% of answers name no option (most: cut)"
    assert first in told
    assert told.count("beware") == 6 and "and 2 more like these" in told
    assert "YYY" not in told


def test_countries_with_few_respondents_are_told(tmp_path):
    frame = pl.DataFrame(
        {
            "country": ["KEN", "KEN", "KEN", "DEU", "XXX"],
            "item": ["Q1", "Q1", "Q2", "Q1", "Q1"],
            "n": [90, 90, 110, 1500, None],
        }
    )
    frame.write_parquet(tmp_path / "marginals.parquet")
    told = summary([], tmp_path / "marginals.parquet")
    assert "beware: KEN: 100 respondents an item (median)" in told
    assert "DEU" not in told and "XXX" not in told


def test_a_run_ends_with_the_headline_and_the_report_s_address(tmp_path):
    study = Study(models=2)
    scores, contrasts, report = (tmp_path / name for name in ("s.tsv", "c.tsv", "report.html"))
    scores.write_text(study.scores())
    contrasts.write_text(study.contrasts())
    assert "is not made yet: run `snakemake" in findings(scores, contrasts, report, 0.95, 0)
    report.write_text("made")
    told = findings(scores, contrasts, report, 0.95, 0)
    assert "points above the bare question" in told.replace("\n", " ")
    assert told.rstrip().endswith(f"All of it, and every norm: {report.as_uri()}")
    assert max(map(len, told.splitlines()[:-1])) <= 90
    assert findings(scores, contrasts, report, 0.95, report.stat().st_mtime + 1) == ""
