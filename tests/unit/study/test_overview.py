from mores.provenance.audit import Finding
from mores.study.overview import overview
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
    head, *lines = overview(RESULTS, findings).splitlines()
    assert head.split() == ["step", "model", "part", "done", "stale", "missing"]
    assert [" ".join(line.split()) for line in lines] == [
        "split_items 1",
        "mine_high_norms m top1 1 1",
        "score_cell m values top1 1 1",
        "score_cell m values vanilla 2",
        "all 4 2 1",
    ]
    assert len({len(line) for line in (head, lines[-1])}) == 1
