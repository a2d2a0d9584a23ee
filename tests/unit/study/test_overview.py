from pathlib import Path

from mores.provenance.audit import Finding
from mores.provenance.records import write_record
from mores.study.overview import measured, overview
from mores.study.plan import Result


def one(path: str, rule: str, **named: str) -> Result:
    return Result(path, rule, named, job={})


RESULTS = [
    one("split", "split_items"),
    *(one(f"norms {c}", "mine_high_norms", mining="top1", model="m", country=c) for c in "AB"),
    *(
        one(f"{method} {c}", "score_cell", evaluation="values", method=method, model="m", country=c)
        for method in ("vanilla", "top1")
        for c in "AB"
    ),
]
STATES = {"norms B": "stale", "top1 A": "missing", "top1 B": "unknown"}


def test_each_part_of_the_grid_has_a_line_and_all_its_results_are_counted():
    findings = [Finding(r.path, r.rule, STATES.get(r.path, "fresh")) for r in RESULTS]
    seconds = {"norms A": 1800.0, "norms B": 3600.0, "vanilla A": 36.0}
    head, *lines = overview(RESULTS, findings, seconds).splitlines()
    assert head.split() == ["step", "model", "part", "done", "stale", "missing", "hours"]
    assert [" ".join(line.split()) for line in lines] == [
        "split_items 1",
        "mine_high_norms m top1 1 1 1.500",
        "score_cell m values top1 1 1",
        "score_cell m values vanilla 2 0.010",
        "all 4 2 1 1.510",
    ]
    assert len({len(line) for line in (head, lines[-1])}) == 1


def test_a_job_of_several_results_took_its_time_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    named = [("a.tsv", "list_items", 90.04), ("b.tsv", "list_items", 90.04), ("c.tsv", "two", 1.0)]
    for name, rule, seconds in named:
        Path("results").mkdir(exist_ok=True)
        Path("results", name).write_text(name)
        write_record(
            f"results/{name}",
            rule=rule,
            spec={},
            modules={},
            inputs={},
            installed={},
            seconds=seconds,
        )
    results = [one(f"results/{name}", rule) for name, rule, _ in named]
    assert measured([*results, one("results/none", "three")]) == {
        "results/a.tsv": 90.0,
        "results/c.tsv": 1.0,
    }
