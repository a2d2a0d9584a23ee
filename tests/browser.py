"""A real browser for pages of ours: Debian's Chromium, headless, driven by Playwright, offline.

The fixtures `browser` and `page` are every test's: tests/conftest.py names this module as a plugin.
"""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from debian import install

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox",  # root's Chromium starts with none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Watched:
    """A page, what its console complains of, and each request that would leave this machine.

    `refused` holds addresses other than those of files and of data in the page itself; none of
    them is let through. `errors` holds the console's errors and warnings, and uncaught exceptions.
    """

    def __init__(self, context: "BrowserContext"):
        self.context = context
        self.refused: list[str] = []
        self.errors: list[str] = []
        context.route("**/*", self._guard)
        self.page = self.open()

    def open(self) -> "Page":
        """Another page of the same browser profile, watched as well."""
        page = self.context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _note(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _guard(self, route: "Route") -> None:
        url = route.request.url
        if url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            self.refused.append(url)
            route.abort()


def wait_until(page: "Page", true: str, seconds: float = 30) -> None:
    """Wait until some JavaScript is true of a page.

    Playwright's own `wait_for_function` asks a second time by `eval`, which pages of ours forbid.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < deadline, f"not within {seconds} s: {true}"
        page.wait_for_timeout(20)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One browser for all tests of a file; while it runs, no other loop of asyncio can."""
    from playwright.sync_api import sync_playwright

    install("NO BROWSER TESTS", ("chromium",), (CHROMIUM,))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES])
        yield started
        started.close()


@pytest.fixture
def page(browser) -> Iterator[Watched]:
    """A watched page in a profile of its own."""
    context = browser.new_context(accept_downloads=True)
    yield Watched(context)
    context.close()
