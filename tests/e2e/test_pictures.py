"""The pictures of the docs, made anew from the demo's results in this checkout, by name alone:

make run && snakemake --cores 2 -- figures && pytest -m pictures
"""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS, PICTURES = ROOT / "results", ROOT / "docs/pictures"
FIGURE = RESULTS / "figures/contrasts.svg"
NORMS = "norms?topic=customs&country=XAV&mining=top1&norm=CU01"

pytestmark = pytest.mark.pictures


def test_the_pictures_of_the_tutorial_show_what_it_says_of_them(page):
    if not FIGURE.exists():
        pytest.skip(f"no {FIGURE.relative_to(ROOT)}: make the demo and its figures first")
    page.page.set_viewport_size({"width": 1000, "height": 760})
    page.page.goto(f"{(RESULTS / 'report.html').as_uri()}#{NORMS}")
    page.page.wait_for_selector("body[data-ready]")
    page.page.evaluate("scrollTo(0, 0)")
    assert page.page.locator(".norms li").count() == 3
    item = page.page.locator("details[open]", has_text="CU01").inner_text()
    said = " ".join((ROOT / "docs/tutorial.md").read_text(encoding="utf-8").split())
    assert "58 %" in item and "58 % of 1,003 respondents" in said
    assert "1,003 respondents" in item
    page.page.screenshot(path=PICTURES / "demo-norms.png")
    shutil.copy(FIGURE, PICTURES / "demo-contrasts.svg")
    assert (page.errors, page.refused) == ([], [])
