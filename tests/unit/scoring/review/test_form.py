"""The form in which people judge norms, in a real browser: kept, by keys alone, heard by nobody."""

from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import CHROMIUM, SWITCHES, Watched

from mores.scoring.review.filled import read_filled
from mores.scoring.review.score import Judging, score_norm_review

HOSTILE = "</script><img src='http://127.0.0.1:9/a'><b onclick='x'>Norm & \"so\"\u2028 on"


@pytest.fixture
def form(review, tmp_path) -> tuple[Path, list[dict], str]:
    sheet, made, _ = review()
    (tmp_path / "form.html").write_text(made["form"], encoding="utf-8")
    return tmp_path / "form.html", sheet, made["key"]


def judge(page, accurate: str, specific: str) -> None:
    """Judge the norm that is shown, by keys, and go to the next."""
    page.keyboard.press(accurate)
    page.keyboard.press(specific)
    page.keyboard.press("Enter")


def visit(page, path: Path) -> None:
    """Open the form and wait until it has read what this browser keeps."""
    page.goto(path.as_uri())
    page.wait_for_selector("main", state="visible")


def kept(page) -> None:
    """Wait until all that was done is on the disk."""
    while page.evaluate("unkept"):
        pass


def kill(profile: Path) -> None:
    """End a browser as a power loss would: whatever runs with this profile, at once."""
    of_it = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"--user-data-dir={profile}" in (process.info["cmdline"] or [])
    ]
    assert of_it
    for process in [*(child for one in of_it for child in one.children(recursive=True)), *of_it]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(of_it)


def exported(page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    folder.mkdir(exist_ok=True)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_filled_by_keys_alone_killed_reopened_exported_and_scored(browser, form, tmp_path):
    path, sheet, key = form
    said = {row["id"]: ("yn"[place % 2], "nyu"[place % 3]) for place, row in enumerate(sheet)}
    half = len(sheet) // 2
    profile = tmp_path / "profile"

    def opened():
        """A browser of its own, with what the last one kept on its disk."""
        context = browser.browser_type.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=[*SWITCHES]
        )
        watched = Watched(context)
        visit(watched.page, path)
        return watched

    first = opened()
    first.page.keyboard.press("Tab")  # the keys
    first.page.keyboard.press("Tab")  # the name
    first.page.keyboard.type("Ann B.")
    first.page.keyboard.press("Enter")
    for row in sheet[:half]:
        assert first.page.inner_text("#norm") == row["norm"].removeprefix("'")
        judge(first.page, *said[row["id"]])
    kept(first.page)
    kill(profile)

    second = opened()
    assert second.page.input_value("#rater") == "Ann B."
    assert second.page.inner_text("#place") == f"Norm {half + 1} of {len(sheet)}"
    assert second.page.inner_text("#count") == f"{half} of {len(sheet)}"
    for _ in range(3):
        second.page.keyboard.press("Tab")
    second.page.keyboard.press("Shift+Tab")  # back at the name
    second.page.keyboard.press("Enter")
    for row in sheet[half:]:
        judge(second.page, *said[row["id"]])
    assert second.page.evaluate("document.activeElement.id") == "export"
    file = exported(second.page, tmp_path / "reviews")
    assert (first.errors, first.refused, second.errors, second.refused) == ([], [], [], [])
    second.context.close()

    assert file.name == "Ann_B_.csv"
    full = {"y": "yes", "n": "no", "u": "unsure"}
    labels = read_filled(file.parent, sheet[0]["sheet"], said)
    assert {label.rater for label in labels} == {"Ann B."}
    for place, question in enumerate(("accurate", "specific")):
        found = {label.id: label.label for label in labels if label.question == question}
        assert found == {name: full[keys[place]] for name, keys in said.items()}
    tables = score_norm_review(Judging(sheets="-", packages={}, resamples=100), key, file.parent)
    assert len(tables["labels"].splitlines()) == 1 + 2 * len(sheet)


def test_axe_finds_nothing_serious(page, form):
    visit(page.page, form[0])
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        found = Axe().run(page.page).response
        assert len(found["passes"]) > 15
        impacts = {one["id"]: one["impact"] for one in found["violations"]}
        assert not {"serious", "critical"} & set(impacts.values()), impacts
    assert page.refused == []


def test_a_country_may_be_judged_alone_and_no_name_no_export(page, form):
    path, sheet, _ = form
    visit(page.page, path)
    page.page.select_option("#country", "Lethara")
    own = [row for row in sheet if row["country"] == "Lethara"]
    assert page.page.inner_text("#place") == f"Norm 1 of {len(own)}"
    assert page.page.inner_text("#norm") == own[0]["norm"].removeprefix("'")
    page.page.click("#export")
    assert "name or code" in page.page.inner_text("#warning")
    assert page.page.evaluate("document.activeElement.id") == "rater"


def test_two_tabs_do_not_undo_each_other(page, form):
    path, sheet, _ = form
    visit(page.page, path)
    other = page.open()
    visit(other, path)
    page.page.check("input[name=accurate][value=yes]")
    other.wait_for_selector("input[name=accurate][value=yes]:checked")
    other.check("input[name=specific][value=no]")
    kept(other)
    other.reload()
    other.wait_for_selector("main", state="visible")
    assert other.evaluate("labels") == {sheet[0]["id"]: {"accurate": "yes", "specific": "no"}}


def test_a_norm_is_text_whatever_a_model_wrote(page, review, tmp_path):
    sheet, made, _ = review({("top1", "XAV"): {"work": [HOSTILE]}}, controls=0)
    (tmp_path / "form.html").write_text(made["form"], encoding="utf-8")
    visit(page.page, tmp_path / "form.html")
    assert page.page.inner_text("#norm") == " ".join(HOSTILE.split())
    assert page.page.locator("img, b").count() == 0
    assert (page.errors, page.refused, len(sheet)) == ([], [], 1)
