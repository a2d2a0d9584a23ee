"""A large grid's figures have pages, which together show each of its parts once."""

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from mores.study.grid import survey_cells
from mores.study.pages import BELOW, LINES, pages
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def settings(*files, **overrides):
    return load_settings(["config/config.yaml", *files], overrides)


@pytest.mark.parametrize("drawing", ["scores", "uncertainty", "plane", *LINES])
def test_each_model_and_method_of_the_paper_stands_on_one_page(drawing):
    paper = settings("config/paper.yaml", survey="FILE")
    found = pages(paper, drawing)
    shown = Counter(pair for page in found for pair in product(page.models, page.methods))
    assert shown == Counter({(cell.model, cell.method): 1 for cell in survey_cells(paper)})
    sizes = [len(page.models) * len(page.methods) for page in found]
    assert len(found) > 1 and max(sizes) <= (4 * BELOW.get(drawing, 0) or LINES[drawing])
    assert max(sizes) <= 2 * min(sizes)


@pytest.mark.parametrize("drawing", [*BELOW, *LINES, "training"])
def test_the_demo_has_one_page_of_each(drawing):
    assert len(pages(settings(), drawing)) == 1


def test_models_beyond_four_have_pages_of_their_own():
    names = "abcde"
    models = {name: {"path": "resources/demo/model"} for name in names} | {"demo": None}
    some = pages(settings(models=models, methods="vanilla,top1"), "scores")
    assert [page.models for page in some] == [("a", "b"), ("c", "d", "e")]


def test_an_evaluation_s_pages_are_of_its_own_methods():
    paper = settings("config/paper.yaml", survey="FILE")
    found = pages(paper, "profiles", "cdeval")
    methods = ("vanilla", "top1", "placebo", "cnca_sft", "cnca_dpo")
    assert [(page.models, page.methods) for page in found] == [
        ((model,), methods) for model in paper.config.models
    ]
