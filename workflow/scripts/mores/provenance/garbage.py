"""Garbage: what the stores of answers and adapters hold that no result needs any more.

Careful with what was paid for: an answer is garbage only if its result is fresh and does not name
it, an adapter only if every adapter of the grid is fresh and no result holds it.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mores.engine.adapter_store import adapters, unfinished
from mores.engine.heartbeats import is_held
from mores.engine.journal import Journal, key_of
from mores.engine.models import adapter_ref
from mores.errors import InputError
from mores.files import whole
from mores.provenance.audit import Expected, Finding
from mores.provenance.records import journal_of, journals
from mores.provenance.records import part as part_of
from mores.rows import read_jsonl

# Rules whose rows name each request they asked; mining does not name the tries that failed.
NAMING = ("sample_traces", "sample_rejected", "answer_items")


@dataclass(frozen=True)
class Garbage:
    """What can be freed: of a journal its idle lines, else a whole folder; bytes, and why."""

    path: str
    bytes: int
    why: str
    free: Callable[[], None]


def find_garbage(
    results: Sequence[Expected], findings: list[Finding], store: Path, part: bool = False
) -> list[Garbage]:
    """What the results of a grid, as audited, do not need of journals, adapters, checkpoints.

    Of a `part` of a study's grid nobody can tell which adapters the rest needs: none is garbage.
    """
    state = {finding.path: finding.state for finding in findings}
    fresh = [result for result in results if state[result.path] == "fresh"]
    found = [one for result in fresh if (one := _idle_lines(result, store))]
    trained = [state[one.path] for one in results if one.rule == "train_adapter"]
    if trained and set(trained) == {"fresh"} and not part:
        folder, _ = part_of(results[0].path)
        found += _idle_adapters(folder, store)
    return found


def other_journals(results: Sequence[Expected], store: Path) -> list[Path]:
    """Journals of no cell of this grid: another study's, perhaps; they are never freed."""
    ours = {journal_of(result.path, store) for result in results}
    return sorted(set(journals(store).rglob("*.jsonl")) - ours)


def _idle_lines(result: Expected, store: Path) -> Garbage | None:
    """Lines of a result's journal whose answers it does not name."""
    journal = journal_of(result.path, store)
    if result.rule not in NAMING or _asks_twice(result) or not journal.exists():
        return None
    used = {str(row.get("request")) for row in read_jsonl(result.path)}
    size = sum(len(line) for line in _lines(journal) if key_of(line) not in used)
    why = f"answers that {result.path} does not name"
    return Garbage(str(journal), size, why, lambda: _compact(journal, used)) if size else None


def _asks_twice(result: Expected) -> bool:
    """Whether rows name only one of several requests.

    Thinking that is cut is gone on; a reply is asked on at the place of its option.
    """
    spec = result.job["spec"]
    return isinstance(spec.get("thinking"), int) or spec.get("distribution") == "options"


def _lines(journal: Path) -> Iterator[bytes]:
    with open(journal, "rb") as stream:
        yield from stream


def _compact(journal: Path, used: set[str]) -> None:
    """Write a journal anew with the lines that are used, while nobody else writes it."""
    with Journal(journal, wait=False), whole(journal) as temporary, open(temporary, "wb") as stream:
        stream.writelines(line for line in _lines(journal) if key_of(line) in used)


def _idle_adapters(results: Path, store: Path) -> Iterator[Garbage]:
    """Trained adapters that no result holds, and what trainings have left unfinished.

    `results` is the folder of all results of the only study that uses the store.
    """
    held = {_weights(path.parent) for path in results.rglob("adapter_config.json")}
    for folder in sorted(path for path in adapters(store).glob("*") if path.is_dir()):
        if _weights(folder) not in held and not _in_use(folder, store):
            yield _folder(folder, "no result holds this adapter")
    for folder in sorted(unfinished(store).glob("*")):
        if not _in_use(folder, store):
            yield _folder(folder, "checkpoints of a training that nothing waits for")


def _in_use(folder: Path, store: Path) -> bool:
    """Whether a job holds the key of a folder of the store or of checkpoints, to train it."""
    key = folder.name.removeprefix(".").removesuffix(".part")
    return is_held(adapters(store) / f"{key}.lock")


def _weights(folder: Path) -> str | None:
    """The digest of an adapter; None of half of one."""
    try:
        return adapter_ref(folder).digest
    except InputError:
        return None


def _folder(folder: Path, why: str) -> Garbage:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def free() -> None:
        shutil.rmtree(folder)
        for suffix in ("lock", "holder", "json"):
            folder.with_name(f"{folder.name}.{suffix}").unlink(missing_ok=True)

    return Garbage(str(folder), size, why, free)
