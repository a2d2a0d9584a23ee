"""How often one GPU goes from a server to training, or to another model's server, in a grid.

Snakemake's own graph of the paper's grid, with the priorities of its rules, is run by a simulated
scheduler that takes ready jobs as the greedy one does: by priority, so many at once. One GPU is
simulated as the engine shares it: a server gives way when no job leases it, training when it ends,
and what waits to be trained goes before what waits for a server. Printed: starts of servers, times
that training began after a server, hours, and hours that were starts. `before` is as it once was:
priorities by model alone, of rules that ask or train alone, and the GPU by lot. A job that asks
takes as long alone as beside others, so that few at once take more hours than they would.

    python benchmarks/hand_overs.py [--jobs 8] [--ask 3] [--train 10] [--start 2]
"""

import argparse
import heapq
import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "workflow/scripts")]

from wvs7 import write_aggregate  # noqa: E402

from mores.study.plan import Study, _jobs  # noqa: E402

MINUTE = 1 / 60


@dataclass(frozen=True)
class Job:
    """A job of the graph: its number, what it waits for, what it does with which model, and how
    soon it is taken.
    """

    number: int
    needs: frozenset[int]
    does: str | None  # "ask" or "train"; None takes no time
    model: str
    priority: int


def paper() -> list[Job]:
    """The paper's grid, of an invented survey."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("config", "resources", "workflow", "Snakefile"):
            Path(folder, name).symlink_to(ROOT / name)
        os.chdir(folder)
        survey = str(write_aggregate(Path("survey.json")))
        paths = [Path("config/paper.yaml")]
        study = Study(configfiles=paths, overrides={"survey": {"path": survey}})
        found = _jobs(study, [])
        os.chdir(ROOT)
    numbers = {job: number for number, job in enumerate(found)}
    return [
        Job(
            number,
            frozenset(numbers[one] for one in job.dag.dependencies[job] if one in numbers),
            does(job),
            job.wildcards_dict.get("model", ""),
            job.rule.expand_priority(job.wildcards_dict, job.input, 1),
        )
        for job, number in numbers.items()
    ]


def does(job) -> str | None:
    if job.rule.name == "train_adapter":
        return "train"
    asks = job.rule.name.startswith(("answer_", "mine_", "sample_"))
    return "ask" if asks else None


def as_before(jobs: list[Job]) -> list[Job]:
    """The same jobs by model alone."""
    models = sorted({job.model for job in jobs if job.does}, key=lambda name: -first(jobs, name))
    order = {name: len(models) - place for place, name in enumerate(models)}
    return [
        Job(job.number, job.needs, job.does, job.model, order[job.model] if job.does else 0)
        for job in jobs
    ]


def first(jobs: list[Job], model: str) -> int:
    return max(job.priority for job in jobs if job.model == model and job.does)


class Host:
    """One GPU, and the jobs that run: some of them wait for it."""

    def __init__(self, jobs: list[Job], at_once: int, minutes: dict[str, float], by_lot: bool):
        self.jobs, self.at_once, self.minutes, self.by_lot = jobs, at_once, minutes, by_lot
        self.random, self.told = random.Random(0), Counter()
        self.now, self.events, self.order = 0.0, [], count()
        self.holder: tuple[str, str] | None = None  # what the GPU does, for which model
        self.serving: set[int] = set()  # jobs that the server answers
        self.waiting: list[Job] = []

    def run(self) -> Counter:
        """Until all jobs are done."""
        missing = {job.number: len(job.needs) for job in self.jobs}
        after: dict[int, list[Job]] = {}
        for job in self.jobs:
            for one in job.needs:
                after.setdefault(one, []).append(job)
        ready = [(-job.priority, job.number) for job in self.jobs if not job.needs]
        heapq.heapify(ready)
        running = 0
        while ready or running:
            while ready and running < self.at_once:
                running += 1
                self.begin(self.jobs[heapq.heappop(ready)[1]])
            self.share()
            self.now, _, job = heapq.heappop(self.events)
            running -= 1
            self.end(job)
            for one in after.get(job.number, ()):
                missing[one.number] -= 1
                if not missing[one.number]:
                    heapq.heappush(ready, (-one.priority, one.number))
        self.told["hours"] = self.now * MINUTE
        self.told["hours of starts"] = self.told["starts"] * self.minutes["start"] * MINUTE
        return self.told

    def begin(self, job: Job) -> None:
        if job.does:
            self.waiting.append(job)
        else:
            self.later(0, job)

    def later(self, minutes: float, job: Job) -> None:
        heapq.heappush(self.events, (self.now + minutes, next(self.order), job))

    def end(self, job: Job) -> None:
        self.serving.discard(job.number)
        if self.holder and self.holder[0] == "train" and job.does == "train":
            self.holder = ("trained", job.model)

    def share(self) -> None:
        """Give the GPU to whom it may go, and begin what then can begin."""
        served = self.holder and self.holder[0] == "ask"
        mine = [job for job in self.waiting if self.holder == (job.does, job.model)]
        if served and mine:
            self.answer(mine, 0)
        busy = self.serving if served else self.holder and self.holder[0] == "train"
        if busy or not self.waiting:
            return
        trainings = [] if self.by_lot else [job for job in self.waiting if job.does == "train"]
        taken = self.random.choice(trainings or self.waiting)
        if taken.does == "train":
            self.told["trainings after a server"] += bool(served)
            self.holder = ("train", taken.model)
            self.waiting.remove(taken)
            self.later(self.minutes["train"], taken)
        else:
            self.told["starts"] += 1
            self.holder = ("ask", taken.model)
            mine = [job for job in self.waiting if self.holder == (job.does, job.model)]
            self.answer(mine, self.minutes["start"])

    def answer(self, jobs: list[Job], wait: float) -> None:
        for job in jobs:
            self.waiting.remove(job)
            self.serving.add(job.number)
            self.later(wait + self.minutes["ask"], job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 8, 32], help="at once")
    parser.add_argument("--ask", type=float, default=3, help="minutes of a job that asks")
    parser.add_argument("--train", type=float, default=10, help="minutes of a training")
    parser.add_argument("--start", type=float, default=2, help="minutes until a server answers")
    given = parser.parse_args()
    minutes = {"ask": given.ask, "train": given.train, "start": given.start}
    after = paper()
    trained = sum(job.does == "train" for job in after)
    print(f"{len(after):,} jobs, {trained} of them trainings\n")
    shown = ("starts", "trainings after a server", "hours", "hours of starts")
    print("| priorities | jobs at once |", " | ".join(shown), "|")
    print("|---" * (len(shown) + 2) + "|")
    for name, jobs in (("before", as_before(after)), ("turns", after)):
        for at_once in given.jobs:
            told = Host(jobs, at_once, minutes, by_lot=name == "before").run()
            print("|", name, "|", at_once, "|", *(f"{told[one]:,.0f} |" for one in shown))


if __name__ == "__main__":
    main()
