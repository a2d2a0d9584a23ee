"""The report at the paper's size: its file, how fast it opens, searches and scrolls.

    PYTHONPATH=workflow/scripts:tests python benchmarks/report.py

The grid of 18 countries x 4 models x 25 methods with 195 test items, 9,360 norms and 56,160 samples
of thinking, each as long as one may be, is drawn and written; Debian's Chromium opens it from a
file. Words are drawn from 2,000 that are made up, the first ones more often, so that the text
shrinks about as English does.
"""

import random
import resource
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from studies import Study

from mores.report.thinking import LONGEST, Thought

PAPER = {"countries": 18, "models": 4, "methods": 25, "topics": 13, "test": 15, "train": 5}
CHROMIUM = "/usr/bin/chromium"
WORDS = ("feasts", "faith gain", "hard wor", "kin matter old", "people")
SEARCH = """async (text) => {
  const field = document.querySelector('input[type=search]');
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
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    print(f"open after {time.perf_counter() - begun:.2f} s")
    begun = time.perf_counter()
    page.goto(f"{address}#search")
    page.wait_for_selector("form[role=search]")
    print(f"the index made in {time.perf_counter() - begun:.2f} s")
    times = [page.evaluate(SEARCH, words) for words in WORDS]
    print(f"a search takes {max(times):.0f} ms at most, of {len(times)}")
    begun = time.perf_counter()
    page.goto(f"{address}#tables?table=items&sort=-item_alignment")
    page.wait_for_selector(".body [role=row]")
    print(
        f"{page.get_by_role('status').inner_text()}, sorted, in {time.perf_counter() - begun:.2f} s"
    )
    gaps = page.evaluate(SCROLL)
    print(f"frames when scrolled: median {gaps[100]:.0f} ms, 95 % within {gaps[190]:.0f} ms")


if __name__ == "__main__":
    main()
