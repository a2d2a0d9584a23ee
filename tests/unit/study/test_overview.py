from mores.provenance.audit import Finding
from mores.provenance.records import seconds_of
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


def test_what_nobody_timed_or_a_hand_wrote_has_no_hours(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, noted in {"a.tsv": "90.5", "b.tsv": "[]", "c.tsv": "{"}.items():
        path = seconds_of(f"results/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(noted)
    results = [one(f"results/{name}.tsv", "list_items") for name in "abcd"]
    assert measured(results) == {"results/a.tsv": 90.5}
