"""What models generated in a study, as a data set."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import polars as pl

from mores.exports import dataset
from mores.files import whole_folder, write_json, write_text
from mores.rows import read_jsonl
from mores.study.plan import Result
from mores.study.specs import Specs

# By rule the part of the data set that its rows are in.
PARTS = {
    "mine_low_norms": "low_norms",
    "mine_high_norms": "high_norms",
    "mine_topic_norms": "high_norms",
    "sample_traces": "traces",
    "answer_items": "answers",
}
NAMES = ("evaluation", "mining", "method", "model")  # of a file, in this order; countries within


def generated(specs: Specs, there: Sequence[Result], out: Path) -> int:
    """Write the parts, the card and the schema; how many rows there are besides the items."""
    rows = [result for result in there if result.rule in PARTS]
    if not rows:
        return 0
    counts: dict[str, int] = {}
    with whole_folder(out) as temporary:
        temporary.mkdir()
        for path, of_file in groupby(sorted(rows, key=_place), key=_place):
            part = path.parts[0]
            counts[part] = counts.get(part, 0) + _write(part, of_file, temporary / path)
        total = sum(counts.values())
        parts = {item.id: part for part in ("train", "test") for item in specs.items(part)}
        bank = dataset.items(specs.bank, parts)
        _put(bank, temporary / "items/items.parquet")
        title = f"What models said in a study of {specs.bank.survey}"
        write_text(temporary / "README.md", dataset.card(title, counts | {"items": bank.height}))
        write_json(temporary / "schema.json", dataset.schema())
    return total


def _place(result: Result) -> Path:
    """The file that a result's rows go into: that of its part, and of all but its country."""
    names = [result.named[name] for name in NAMES if name in result.named]
    return Path(PARTS[result.rule], *names[:-1], f"{names[-1]}.parquet")


def _write(part: str, results: Iterable[Result], path: Path) -> int:
    frames = [dataset.frame(part, read_jsonl(one.path), **_names(part, one)) for one in results]
    frame = pl.concat(frames)
    _put(frame, path)
    return frame.height


def _names(part: str, result: Result) -> dict[str, str]:
    known = {column.name for column in dataset.PARTS[part]}
    return {name: value for name, value in result.named.items() if name in known}


def _put(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)
