"""Figures as Snakemake makes them, and its own report of these, the tables and the page."""

import zipfile
from pathlib import Path

import pytest

TARGETS = "results/survey/split.tsv"  # what the study is run for here; the rest is the test's
FIGURES = ("scores", "contrasts", "heat", "topics", "invalid", "uncertainty")
GIVEN = ("--config", "countries=XAV,XBO", "methods=vanilla,placebo")


@pytest.mark.long
def test_snakemakes_own_report_holds_each_figure_with_its_caption(project):
    target = "figures results/report.html"
    project.run(*GIVEN, target=target)
    project.run(*GIVEN, "--report", "own.zip", target=target)
    with zipfile.ZipFile("own.zip") as packed:
        held = {Path(name).name for name in packed.namelist()}
        page = packed.read("own/report.html").decode()
    wanted = {*(f"{name}.svg" for name in FIGURES), "scores.tsv", "contrasts.tsv", "report.html"}
    assert wanted <= held
    for name in FIGURES:
        caption = Path(f"workflow/report/{name}.rst").read_text()[:40]
        assert f'"{name}.svg"' in page and caption in page
