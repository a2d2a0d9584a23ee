"""Exports of a study: of the results that are there, each form in a folder of its own.

Nothing is computed anew and nothing is waited for; what is not there is told.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from mores.errors import InputError
from mores.exports import tasks
from mores.exports.adapters import hub_adapter
from mores.exports.tables import table_frame
from mores.files import whole_folder, write_jsonl, write_text
from mores.method.adapters import Publishing
from mores.provenance.audit import Finding
from mores.provenance.records import part
from mores.rows import read_jsonl, read_text
from mores.shipped import ROOT
from mores.study.exports.archive import archive
from mores.study.exports.generated import generated
from mores.study.grid import REVIEW_KEY, SCORES, TABLE, published
from mores.study.plan import Result, Study
from mores.study.specs import Specs

TASK = "resources/exports/inspect_task.py"
FEW = 5  # missing results that are told one by one


def export(
    study: Study, specs: Specs, results: Sequence[Result], findings: Sequence[Finding]
) -> str:
    """Write all forms beside the results, and tell what is in them and what is not.

    Raises InputError where nothing is there.
    """
    there = [result for result in results if Path(result.path).exists()]
    if not there:
        raise InputError("results: nothing is there to export; run `snakemake --cores 8` first")
    folder, _ = part(results[0].path)
    out = folder.parent / "exports"
    unscored: list[str] = []
    adapters = _adapters(specs, there, folder, out / "adapters", unscored)
    told = [
        _told(out / "tables", _tables(folder, out / "tables"), "tables"),
        _told(out / "dataset", generated(specs, there, out / "dataset"), "rows"),
        _told(out / "tasks", _tasks(specs, there, out / "tasks"), "questions"),
        _told(out / "adapters", adapters, "adapters"),
        _told(out / "study.zip", archive(study, specs, there, folder, out / "study.zip"), "files"),
    ]
    return "".join(told) + _not_there(unscored, findings)


def _told(path: Path, count: int, of: str) -> str:
    return f"{path!s:20} {of}: {count:,}\n"


def _not_there(unscored: Sequence[str], findings: Sequence[Finding]) -> str:
    """What the exports lack, and what in them is stale."""
    missing = [one.path for one in findings if one.state == "missing"]
    stale = sum(one.state in ("stale", "unknown") for one in findings)
    told = ""
    if missing:
        told += f"missing: {_first(missing)}: not made yet, so not exported\n"
    if unscored:
        told += f"unscored: {_first(unscored)}: adapters without a row in scores.tsv, left out\n"
    if stale:
        told += f"stale: {stale:,} of the exported results; `snakemake --cores 1 audit` says why\n"
    return told


def _first(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - FEW:,} more" if len(paths) > FEW else ""
    return ", ".join(paths[:FEW]) + more


def _tables(folder: Path, out: Path) -> int:
    """Every table as parquet; the key to what raters judge blind is none of them."""
    found = [path for path in sorted(folder.glob("*.tsv")) if path.name != Path(REVIEW_KEY).name]
    if found:
        with whole_folder(out) as temporary:
            temporary.mkdir()
            for path in found:
                frame = table_frame(read_text(path))
                frame.write_parquet(temporary / f"{path.stem}.parquet")
    return len(found)


def _tasks(specs: Specs, there: Sequence[Result], out: Path) -> int:
    """The test items of each country of the study, as tasks for other tools."""
    countries = specs.settings.config.countries
    found = {
        result.named["country"]: read_jsonl(result.path)
        for result in there
        if result.rule == "split_country"
        and result.path.endswith("/test.jsonl")
        and not result.named["split"]
        and result.named["country"] in countries
    }
    if not found:
        return 0
    names, count = specs.settings.names, 0
    with whole_folder(out) as temporary:
        temporary.mkdir()
        for code, test in found.items():
            rows = tasks.task_rows(names[code], test, specs.bank)
            write_jsonl(temporary / f"data/{code}.jsonl", rows)
            write_text(temporary / f"lm_eval/mores_{code}.yaml", tasks.lm_eval_task(code))
            count += len(rows)
        write_text(temporary / "lm_eval/mores.yaml", tasks.lm_eval_group(found))
        write_text(temporary / "README.md", tasks.README.format(first=next(iter(found))))
        shutil.copy(ROOT / TASK, temporary)
    return count


def _adapters(
    specs: Specs, there: Sequence[Result], folder: Path, out: Path, unscored: list[str]
) -> int:
    """The adapters that a method scored, each with its card, as a repository of the hub.

    Those that are trained and have no row in the table are told in `unscored`.
    """
    table = folder.parent / TABLE.format(table=SCORES)
    trained = {
        (one.named["tuning"], one.named["model"], one.named["learner"]): Path(one.path)
        for one in there
        if one.rule == "train_adapter"
    }
    if not trained or not table.exists():
        unscored += [str(path) for path in trained.values()]
        return 0
    scores, count = read_text(table), 0
    with whole_folder(out) as temporary:
        temporary.mkdir()
        for path in published(specs.settings):
            method, model, learner = path.split("/")[2:]
            tuning = str(specs.settings.config.methods[method].tuning)
            if adapter := trained.get((tuning, model, learner)):
                spec = Publishing(method=method, model=model, learner=learner)
                try:
                    made = hub_adapter(spec, adapter, scores)
                except InputError:
                    unscored.append(str(adapter))
                    continue
                place = temporary / method / model / learner
                shutil.copytree(made.copy_of, place, ignore=shutil.ignore_patterns(".*"))
                write_text(place / "README.md", made.texts["README.md"])
                count += 1
    return count
