"""The report in a real browser, from a file, with every request watched."""

import base64
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from browser import wait_until
from studies import Study

from mores.method.items import Item
from mores.scoring.references import references
from mores.study.settings import load_settings
from mores.study.specs.telling import settings_told
from mores.survey.answered import Answered

ROOT = Path(__file__).parents[3]
WORDS = """async (settings) => {
  const {method} = await import("report/words");
  const named = Object.keys(settings.methods).map((name) => [name, method(settings, name)]);
  return Object.fromEntries(named);
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a small study's report."""
    folder = tmp_path_factory.mktemp("report")
    path = folder / "report.html"
    path.write_text(Study(methods=4, test=30).report(reviewed=folder), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def at(page, address):
    """Opens a part of the report, and sees that nothing complained and nothing was asked for."""

    def open_at(part=""):
        page.page.goto("about:blank")
        page.page.goto(f"{address}#{part}")
        page.page.wait_for_selector("body[data-ready]")
        return page.page

    yield open_at
    assert (page.errors, page.refused) == ([], [])


def cells(page, table, name):
    """The texts of a column, of the rows that are drawn."""
    grid = page.get_by_role("table", name=table)
    heads = [one.inner_text().split()[0] for one in grid.get_by_role("columnheader").all()]
    place = heads.index(name)
    return grid.locator(f".body [role=row] > :nth-child({place + 1})").all_inner_texts()


def test_the_headline_comes_first_and_its_numbers_are_in_the_tables_below(at):
    page = at()
    assert "points above the bare question" in page.locator(".found").inner_text()
    best = cells(page, "Scores: means over the countries, and rows that need no model", "alignment")
    assert [float(one) for one in best] == sorted(map(float, best), reverse=True)


def test_a_table_is_filtered_and_sorted_and_the_address_says_how(at):
    page = at("tables?table=items")
    assert page.get_by_role("status").inner_text() == "720 of 720 rows"
    page.get_by_label("method").select_option("top1")
    page.get_by_label("Containing").fill("topic1_test2")
    assert page.get_by_role("status").inner_text() == "33 of 720 rows"
    page.get_by_role("button", name="item_alignment", exact=True).click()
    up = [float(one) for one in cells(page, "Table items", "item_alignment")]
    assert up == sorted(up)
    page.get_by_role("button", name="item_alignment ▲").click()
    down = [float(one) for one in cells(page, "Table items", "item_alignment")]
    assert down == up[::-1]
    shared = page.url.partition("#")[2]
    page = at(shared)
    assert page.get_by_role("status").inner_text() == "33 of 720 rows"
    assert [float(one) for one in cells(page, "Table items", "item_alignment")] == down


def test_of_a_long_table_only_rows_in_sight_are_drawn(at):
    page = at("tables?table=items")
    rows = page.locator(".body [role=row]")
    assert rows.count() < 100
    page.locator(".scroll").evaluate("one => { one.scrollTop = one.scrollHeight; }")
    page.wait_for_selector('[aria-rowindex="721"]')
    assert rows.count() < 100


def test_search_leads_to_a_norm_and_the_items_it_came_from(at):
    page = at("search")
    page.get_by_label("Words in norms and questions").fill("feast faith")
    page.get_by_label("Of", exact=True).select_option("high")
    link = page.locator("ol a").first
    text = link.inner_text()
    assert {"feasts", "faith"} <= set(re.findall(r"\w+", text.lower()))
    link.click()
    here = page.locator(".here")
    assert text in here.inner_text()
    page.locator("summary", has_text="_train0").click()
    assert "60 %" in page.locator("details[open] .bars").first.inner_text()


def test_two_countries_stand_side_by_side_and_a_deep_link_keeps_them(at):
    page = at("norms?topic=topic1&country=AAB")
    page.get_by_role("button", name="Compare side by side").click()
    sides = page.locator("section h2")
    assert sides.all_inner_texts() == ["Land of AAB: top1 by model0", "Land of AAA: top1 by model0"]
    page.get_by_label("Country of the other side").select_option("AAC")
    assert sides.nth(1).inner_text() == "Land of AAC: top1 by model0"
    page = at(page.url.partition("#")[2])
    assert sides.nth(1).inner_text() == "Land of AAC: top1 by model0"
    assert "helped" in page.locator("section").first.inner_text()


def test_what_was_thought_stands_with_the_answers_and_what_raters_said_with_the_norm(at):
    page = at("norms?topic=topic0&country=AAA")
    told = "accurate: 1 of 2 raters say yes; specific: 1 of 1 raters say yes."
    first, second = page.locator(".norms li").all()
    assert told in first.inner_text() and "raters" not in second.inner_text()
    item = page.locator("details.card", has_text="topic0_test3:").first
    item.locator("summary").click()
    item.locator("blockquote").nth(1).wait_for()
    with_norms, without = item.locator("blockquote").all_inner_texts()
    assert with_norms != without
    assert all(text.endswith("(one sample; it answers: Yes)") for text in (with_norms, without))


def test_the_norms_that_changed_most_answers_of_a_country_are_one_click_from_the_norms(at):
    page = at("norms?country=AAB")
    most = page.locator("details.most")
    assert (
        most.locator("summary")
        .inner_text()
        .startswith("Norms that changed most answers of Land of AAB: on matters of ")
    )
    most.locator("summary").click()
    told = most.locator("li").all_inner_texts()
    counts = [int(re.search(r": (\d+) of 30 items", one)[1]) for one in told]
    assert len(counts) == 2 and counts == sorted(counts, reverse=True)
    assert "norm_effects" in most.inner_text()
    name = most.locator("li a").last.inner_text()
    most.locator("li a").last.click()
    page.get_by_role("heading", name=f"Norms on {name}").wait_for()
    listed = page.locator("details", has_text="top1 of model0, asked about Land of AAB").last
    assert listed.locator("details.card").count() == 30


def test_the_first_page_says_whose_norms_changed_most_answers_and_leads_there(at):
    page = at()
    told = page.locator("li", has_text="Land of AAB: matters of").inner_text()
    changed = int(re.search(r", (\d+) of 30 items, (helped|hurt) by", told)[1])
    page.locator("li", has_text="Land of AAB: matters of").locator("a").click()
    page.get_by_role("heading", name=f"Norms on {told.partition(': ')[2].split(',')[0]}").wait_for()
    assert page.get_by_label("Country", exact=True).input_value() == "AAB"
    most = page.locator("details.most summary").inner_text()
    assert f"({changed} of 30 items" in most and told.partition(": ")[2].split(",")[0] in most


SILENT = """async () => {
  const {Table} = await import("report/data"), {leading} = await import("report/changes");
  const both = (...names) => ({texts: names, at: [0, names.length - 1]});
  const columns = {country: both("MEAN"), against: both("vanilla"), model: both("m"),
    than: both(""), of: both("loud", "silent"), difference: [5, 9],
    marks: both("", "few_respondents,many_invalid")};
  const names = Object.keys(columns);
  const contrasts = new Table({names, columns: Object.values(columns), n: 2});
  const mined = ["silent", "loud"].map((mining) => ({mining, model: "m", country: "AAA"}));
  const given = {silent: {m: {AAA: 0}}, loud: {m: {AAA: 1}}};
  return leading({mined, given, tables: {contrasts}}, "AAA").mining;
}"""


def test_norms_begin_with_those_of_no_method_that_hardly_answers(at):
    """As the headline names none, however large its difference."""
    assert at().evaluate(SILENT) == "loud"


def test_methods_and_rows_without_a_model_are_said_in_plain_words(at):
    """Every method of every configuration that ships, every reference; nothing is left blank."""
    page = at()
    assert "the bare question" in page.locator("dl").first.inner_text()
    for file in (ROOT / "config").glob("*.yaml"):
        layers = [ROOT / "config/config.yaml", file] if file.stem != "config" else [file]
        settings = settings_told(load_settings(layers, {"survey": "FILE"}).config)
        told = page.evaluate(WORDS, settings)
        bare = [name for name, words in told.items() if words == "the bare question"]
        assert bare == ["vanilla"] and all(told.values()), (file.name, told)
        assert not any("undefined" in words or "null" in words for words in told.values()), told
    item = Item(id="q", topic="t", wording="?", options=("Yes", "No"))
    answered = {code: {"q": Answered(np.array([1, 0]), 1, 5)} for code in ("AAA", "AAB")}
    for name in references(answered, ["AAA", "AAB"], "AAB", [item], 0):
        assert page.evaluate(f"async () => (await import('report/words')).reference('{name}')"), (
            name
        )


def test_a_part_begins_at_its_top_with_the_parts_in_sight(at):
    page = at()
    page.mouse.wheel(0, 400)
    wait_until(page, "scrollY > 100")
    page.evaluate("location.hash = 'norms'")
    wait_until(page, "scrollY === 0")
    page.get_by_role("heading", name="Norms on").wait_for()


def test_bars_of_people_and_of_answers_have_one_scale(at):
    page = at("norms?topic=topic0&country=AAA")
    page.locator("details.card", has_text="topic0_test3:").first.locator("summary").click()
    people = page.locator("details.card[open] .bars").first.locator("i")
    assert [one.get_attribute("style") for one in people.all()] == [
        *("width: 60%;", "width: 30%;", "width: 10%;"),
    ]


def test_what_it_cost_is_told_in_tokens_and_in_hours_at_the_reader_s_speed(at):
    page = at()
    table = "What it cost"
    assert cells(page, table, "way") == ["vanilla", "top1", "m0", "m1", "top1"]
    written = ["3060"] * 4  # by answers to three countries' items: 40, of 25.5 tokens
    assert cells(page, table, "completion_tokens") == [*written, "0"]
    told = page.get_by_role("status")
    assert told.inner_text() == "At that speed what was written takes 0.0034 hours."
    page.get_by_label("Tokens written a second").fill("1.7")
    assert told.inner_text() == "At that speed what was written takes 2 hours."
    page.get_by_label("Tokens written a second").fill("")
    assert told.inner_text() == ""


def test_a_norm_s_effect_stands_beside_it_where_it_was_measured(page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(Study().report(effects=True), encoding="utf-8")
    page.page.goto(f"{path.as_uri()}#norms?topic=topic1&country=AAC")
    page.page.wait_for_selector("body[data-ready]")
    first, second = page.page.locator(".norms li").all()
    most = page.page.locator("details.most")
    most.locator("summary").click()
    links = most.locator("ol").last.locator("a")
    assert "+12.5 points, adjusted p 0.5" in most.locator("ol").last.inner_text()
    assert links.count() == 4  # norms of two topics
    told = "top1: helped by 12.5 points on the topic's 4 items "
    told += "(\N{MINUS SIGN}1.5 to +30.3, adjusted p 0.5)"
    assert told in first.inner_text()
    assert second.locator(".hurt").inner_text().startswith("top1: hurt by 7.5 points")
    assert (page.errors, page.refused) == ([], [])


@pytest.mark.parametrize(
    ("scheme", "part"),
    [
        ("light", ""),
        ("dark", ""),
        ("light", "tables?table=contrasts"),
        ("dark", "norms?country2=AAB"),
        ("light", "search?text=feast"),
        ("light", "made"),
    ],
)
def test_a_screen_reader_and_weak_eyes_are_served(at, scheme, part):
    from axe_playwright_python.sync_playwright import Axe

    page = at(part)
    if scheme == "dark":
        page.get_by_role("button", name="Dark").press("Enter")
        assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


PRINTS = """() => addEventListener("beforeprint", () => {
  const rows = [...document.querySelectorAll(".body [role=row]")];
  window.onPaper = [rows.length, rows.every((row) => row.getBoundingClientRect().height > 0)];
})"""


def printed(page, path):
    """How many rows go on paper, and the pages that it takes."""
    page.evaluate(PRINTS)
    pdf = page.pdf(path=path)
    rows, seen = page.evaluate("window.onPaper")
    assert seen
    return rows, len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_it_prints_every_row_and_no_buttons(at, tmp_path):
    page = at("tables?table=items")
    on_screen = page.locator(".body [role=row]").count()
    rows, pages = printed(page, tmp_path / "report.pdf")
    assert rows == 720 > on_screen and pages >= 720 // 120
    assert page.locator(".body [role=row]").count() < 100
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator(".printed").inner_text() == ""


def test_of_a_very_long_table_it_says_how_many_rows_it_does_not_print(page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(Study(methods=4, test=90).report(), encoding="utf-8")
    page.page.goto(f"{path.as_uri()}#tables?table=items")
    page.page.wait_for_selector("body[data-ready]")
    assert not page.page.locator(".printed").is_visible()
    rows, _ = printed(page.page, tmp_path / "report.pdf")
    assert rows == 2000
    page.page.emulate_media(media="print")
    told = "160 more rows are not printed: filter the table, or take its file."
    assert page.page.locator(".printed").inner_text() == told
    assert (page.errors, page.refused) == ([], [])


def test_hostile_text_is_text(page, tmp_path):
    """A model wrote the norms: nothing in them is markup, ends the script, or is run."""
    study = Study()
    evil = '</script><script>throw 1</script><img src=x onerror="throw 2"> \u2028 <!--data-->'
    study.sentence = lambda: evil
    path = tmp_path / "report.html"
    path.write_text(study.report(), encoding="utf-8")
    page.page.goto(f"{path.as_uri()}#norms")
    page.page.wait_for_selector("body[data-ready]")
    assert evil.split()[0] in page.page.locator(".norms li").first.inner_text()
    assert (page.errors, page.refused) == ([], [])


def test_the_same_study_gives_the_same_bytes_and_its_data_can_be_read_without_a_browser():
    one, two = Study().report(), Study().report()
    assert one == two
    packed = re.search(r'id="data">([^<]+)<', one)[1]
    data = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert len(data["high"]) == 3 * 2 * 2 and len(data["low"]) == 3 * 6
    assert data["people"]["AAA"]["topic0_train0"] == {"shares": [0.6, 0.3, 0.1], "n": 1200}
