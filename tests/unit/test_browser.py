"""The browser that tests use shows pages, tells their complaints, and lets no request out."""

import pytest
from browser import wait_until
from debian import cannot_run

PAGE = """<!doctype html><title>A page</title><p>shown</p><script>
console.error("a complaint");
fetch("http://127.0.0.1:9/away").catch(() => { document.title = "refused"; });
setTimeout(() => { throw new Error("uncaught"); });
</script>"""
LATE = """<!doctype html><title>A page</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'">
<script>setTimeout(() => { document.title = "late"; }, 300);</script>"""


def test_a_page_is_watched(page, tmp_path):
    (tmp_path / "a.html").write_text(PAGE)
    page.page.goto(f"file://{tmp_path}/a.html")
    wait_until(page.page, "document.title == 'refused'")

    assert page.page.inner_text("p") == "shown"
    assert page.refused == ["http://127.0.0.1:9/away"]
    assert "a complaint" in page.errors
    assert any("uncaught" in error for error in page.errors)


def test_what_comes_late_is_waited_for_where_a_page_forbids_eval(page, tmp_path):
    (tmp_path / "a.html").write_text(LATE)
    page.page.goto(f"file://{tmp_path}/a.html")
    wait_until(page.page, "document.title == 'late'")
    with pytest.raises(AssertionError, match=r"not within 0\.1 s: false"):
        wait_until(page.page, "false", 0.1)
    assert page.errors == []


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
