"""The report at the paper's size: its file, how fast it opens, searches and scrolls.

    python benchmarks/report.py

The grid of 18 countries x 4 models x 25 methods with 195 test items, 9,360 norms and 56,160 samples
of thinking, each as long as one may be, is drawn and written; Debian's Chromium opens it from a
file. Words are drawn from 2,000 that are made up, the first ones more often, so that the text
shrinks about as English does. Times are what a reader waits for; the processor's are of the page's
own thread, which other programs on the machine do not lengthen.
"""

import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "workflow/scripts")]

from studies import Study  # noqa: E402

from mores.report.thinking import LONGEST, Thought  # noqa: E402

PAPER = {"countries": 18, "models": 4, "methods": 25, "topics": 13, "test": 15, "train": 5}
CHROMIUM = "/usr/bin/chromium"
WORDS = ("p", "feasts", "faith gain", "hard wor", "kin matter old", "people")
TIMES = 9  # that each is looked for
SEARCH = """async (text) => {
  const field = document.querySelector('input[type=search]');
  await new Promise(requestAnimationFrame);
  const begun = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input'));
  document.querySelector('ol').getBoundingClientRect();
  return performance.now() - begun;
}"""
SCROLL = """async () => {
  const scroll = document.querySelector('.scroll');
  const gaps = [];
  let last = performance.now();
  for (let step = 0; step < 200; step += 1) {
    scroll.scrollTop += step % 2 ? 137 : scroll.scrollHeight / 200;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  return gaps.sort((one, two) => one - two);
}"""


class Thinking(Study):
    """A study whose models think at length, with the bare question and three kinds of norms."""

    def __init__(self, **sizes: int):
        super().__init__(**sizes)
        letters = random.Random(1)
        self.vocabulary = [
            "".join(letters.choices("etaoinshrdlu", k=letters.randint(2, 9))) for _ in range(2_000)
        ]
        self.weights = [1 / place for place in range(1, 2_001)]

    def thought(self) -> str:
        words = self.random.choices(self.vocabulary, self.weights, k=LONGEST // 4)
        return " ".join(words)[:LONGEST]

    def thoughts(self) -> list[Thought]:
        pairs = [(method, model) for method in self.methods[:4] for model in self.models]
        return [Thought(method=method, model=model) for method, model in pairs]


def main() -> None:
    """Write, open, search, scroll; a line for each."""
    small = len(Thinking(countries=6, methods=8, topics=8, test=12, train=5, norms=3).report())
    begun = time.perf_counter()
    page = Thinking(**PAPER, norms=5).report()
    told = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"written in {told:.1f} s with {memory:.1f} GiB at most, the drawing of tables among it")
    print(f"{len(page) / 1e6:.1f} MB, {len(page) / small:.0f} times one of the demo's size")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "report.html")
        path.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        measure(browser.new_page(), path.as_uri())
        browser.close()


def measure(page: Page, address: str) -> None:
    """Times in the browser."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    print(f"open after {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    page.goto(f"{address}#search")
    page.wait_for_selector("form[role=search]")
    print(f"the index made in {time.perf_counter() - begun:.2f} s")
    before = processor(session)
    times = [page.evaluate(SEARCH, words) for words in WORDS * TIMES]
    own = 1000 * (processor(session) - before) / len(times)
    told = f"half of {len(times)} take {statistics.median(times):.0f} ms or less"
    print(f"searches: {told}, {max(times):.0f} at most; {own:.0f} ms of the processor each")
    begun = time.perf_counter()
    page.goto(f"{address}#tables?table=items&sort=-item_alignment")
    page.wait_for_selector(".body [role=row]")
    print(
        f"{page.get_by_role('status').inner_text()}, sorted, in {time.perf_counter() - begun:.2f} s"
    )
    before = processor(session)
    gaps = page.evaluate(SCROLL)
    own = 1000 * (processor(session) - before) / len(gaps)
    told = f"median {gaps[100]:.0f} ms, 95 % within {gaps[190]:.0f} ms"
    print(f"frames when scrolled: {told}; {own:.0f} ms of the processor each")


def processor(session: CDPSession) -> float:
    """Seconds for which the page's own thread has computed so far."""
    told = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in told if one["name"] == "TaskDuration")


if __name__ == "__main__":
    main()
