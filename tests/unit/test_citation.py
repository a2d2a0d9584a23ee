"""CITATION.cff says what a citation needs, of the software and of every paper."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_software_and_papers_can_be_cited():
    asked = {"cff-version", "message", "title", "authors", "abstract", "license", "keywords"}
    assert asked <= set(CITATION)
    for paper in CITATION["references"]:
        assert {"type", "title", "authors", "year", "identifiers"} <= set(paper)
        assert all(set(one) == {"family-names", "given-names"} for one in paper["authors"])


def test_every_paper_that_a_page_names_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        one
        for page in pages
        for one in re.findall(r"arXiv[: ](\d{4}\.\d{5})", page.read_text(encoding="utf-8"))
    }
    cited = {one["value"] for paper in CITATION["references"] for one in paper["identifiers"]}
    assert named and {f"arXiv:{one}" for one in named} <= cited
