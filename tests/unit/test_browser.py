"""The browser that tests use shows pages, tells their complaints, and lets no request out."""

import pytest
from debian import cannot_run

PAGE = """<!doctype html><title>A page</title><p>shown</p><script>
console.error("a complaint");
fetch("http://127.0.0.1:9/away").catch(() => { document.title = "refused"; });
setTimeout(() => { throw new Error("uncaught"); });
</script>"""


def test_a_page_is_watched(page, tmp_path):
    (tmp_path / "a.html").write_text(PAGE)
    page.page.goto(f"file://{tmp_path}/a.html")
    page.page.wait_for_function("document.title == 'refused'")

    assert page.page.inner_text("p") == "shown"
    assert page.refused == ["http://127.0.0.1:9/away"]
    assert "a complaint" in page.errors
    assert any("uncaught" in error for error in page.errors)


def test_a_quiet_page_has_no_complaint(page, tmp_path):
    (tmp_path / "a.html").write_text("<!doctype html><title>A page</title><p>shown</p>")
    page.page.goto(f"file://{tmp_path}/a.html")

    assert (page.errors, page.refused) == ([], [])


def test_what_cannot_run_is_told_and_skipped_or_fails(monkeypatch):
    for name in ("CI", "REQUIRE_ALL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.skip.Exception, match="NO BROWSER TESTS: why"):
        cannot_run("NO BROWSER TESTS: why")
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="NO BROWSER TESTS: why"):
        cannot_run("NO BROWSER TESTS: why")
