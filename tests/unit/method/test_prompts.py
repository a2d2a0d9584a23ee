import os
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.countries import Country
from mores.method.items import load_bank
from mores.method.prompts import Prompts, load_neutral

ROOT = Path(__file__).parents[3]
KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")


@pytest.fixture(scope="module")
def item():
    return load_bank(ROOT / "resources/items/demo.yaml").items["CU01"]


@pytest.fixture(scope="module")
def prompts():
    return Prompts(ROOT / "resources/prompts")


def test_an_answer_prompt_is_one_user_turn_with_country_topic_norms_first(prompts, item):
    asked = {"country": KENYA, "topic": "keeping old customs", "item": item}
    ((turn),) = prompts.render("answer", norms=["People here sing."], examples=[], **asked)
    assert turn["role"] == "user"
    head, question = turn["content"].split("Question:")
    assert "Kenya" in head and "keeping old customs" in head and "- People here sing." in head
    assert "1. Agree strongly\n2. Agree\n" in question


def test_without_norms_the_prompt_does_not_speak_of_norms(prompts, item):
    asked = {"country": KENYA, "topic": "keeping old customs", "item": item}
    ((turn),) = prompts.render("answer", norms=[], examples=[], **asked)
    assert "orms" not in turn["content"]


def test_a_long_scale_names_only_its_ends(prompts):
    item = load_bank(ROOT / "resources/items/demo.yaml").items["CU16"]
    asked = {"country": KENYA, "topic": "keeping old customs", "item": item}
    ((turn),) = prompts.render("answer", norms=[], examples=[], **asked)
    assert "from 0 (Not at all) to 10 (In every detail)" in turn["content"]


def test_a_value_nobody_gives_is_an_error(prompts, item):
    with pytest.raises(
        InputError, match=r"answer\.j2: .examples. is undefined|answer\.j2.*undefined"
    ):
        prompts.render("answer", item=item, norms=[])


def test_neutral_text_is_its_lines_without_blank_ones(tmp_path):
    path = tmp_path / "neutral.txt"
    path.write_text("One two.\n\n  Three.  \n")
    assert load_neutral(path) == ["One two.", "Three."]
    path.write_text("\n\n")
    with pytest.raises(InputError, match="no line of neutral text"):
        load_neutral(path)
    with pytest.raises(InputError, match="no such file"):
        load_neutral(tmp_path / "absent.txt")


@pytest.fixture
def folder(tmp_path):
    """Templates of which `a` includes `_b`, and `_b` includes `_c`."""
    (tmp_path / "a.j2").write_text('A {% include "_b.j2" %}')
    (tmp_path / "_b.j2").write_text('B {% include "_c.j2" %}')
    (tmp_path / "_c.j2").write_text("C")
    (tmp_path / "d.j2").write_text("D")
    return tmp_path


def text(prompts, template):
    ((turn),) = prompts.render(template)
    return turn["content"]


@pytest.mark.parametrize("file", ["a.j2", "_b.j2", "_c.j2"])
def test_a_templates_digest_covers_all_that_it_includes(folder, file):
    before = Prompts(folder).digest("a")
    assert Prompts(folder).digest("a") == before
    (folder / file).write_text((folder / file).read_text() + "!")
    assert Prompts(folder).digest("a") != before


def test_a_templates_digest_covers_no_template_that_it_does_not_include(folder):
    before = Prompts(folder).digest("a")
    (folder / "d.j2").write_text("D!")
    assert Prompts(folder).digest("a") == before


def test_what_is_rendered_is_what_the_digest_is_of(folder):
    prompts = Prompts(folder)
    digest = prompts.digest("a")
    for file in folder.iterdir():
        file.write_text("changed")
    assert text(prompts, "a") == "A B C"
    assert prompts.digest("a") == digest
    assert text(Prompts(folder), "a") == "changed"
    assert Prompts(folder).digest("a") != digest


def test_what_was_rendered_first_is_what_the_digest_is_of(folder):
    prompts, before = Prompts(folder), Prompts(folder).digest("a")
    assert text(prompts, "a") == "A B C"
    for file in folder.iterdir():
        file.write_text("changed")
    assert prompts.digest("a") == before


def test_a_template_that_is_absent_is_named(folder):
    for ask in (Prompts(folder).digest, Prompts(folder).render):
        with pytest.raises(InputError, match=r"no template absent.j2 in .*; add it"):
            ask("absent")


def test_a_template_included_by_a_computed_name_is_refused(tmp_path):
    (tmp_path / "a.j2").write_text('{% include "_" ~ country ~ ".j2" %}')
    with pytest.raises(InputError, match=r"a\.j2: includes a template by a name that is computed"):
        Prompts(tmp_path).digest("a")


def test_the_open_set_is_the_first_without_what_it_forbids():
    """It asks nobody to be brief, and lets norms name the country."""
    first, second = (ROOT / "resources" / name for name in ("prompts", "prompts_open"))
    names, below = (
        {
            Path(folder, name).relative_to(of)
            for folder, _, files in os.walk(of, followlinks=True)
            for name in files
        }
        for of in (first, second)
    )
    assert below == names
    for name in names:
        text = (first / name).read_text()
        for forbidden in (" briefly", ' about "people here"', ", without naming the country,"):
            text = text.replace(forbidden, "")
        told = (second / name).read_text()
        assert text.replace(" each and", " each, and") == told
        assert "brief" not in told and "naming" not in told
        if told == (first / name).read_text():
            assert (second / name).resolve() == (first / name).resolve()
