"""Norms, traces, answers and items as parquet files that `datasets.load_dataset` reads."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from mores.exports.columns import PARTS, SPLITS, Column
from mores.method.items import Bank

TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "string": pl.String,
    "int64": pl.Int64,
    "list of strings": pl.List(pl.String),
    "list of int64": pl.List(pl.Int64),
}
DIGESTS = ("prompt", "model", "adapter")  # called so in rows, where names have other columns
CARD = """---
{front}---

# {title}

Norms, reasoning and answers that language models generated in a study of *mores*, which measures
how close models are to the values of a country, as a survey has them. They are what models said:
they speak for no people, and some state norms that nobody holds.

```python
from datasets import load_dataset

norms = load_dataset("FOLDER", "high_norms", split="train")
```

{parts}
## Before you share it

No licence is given here. The survey's and the models' terms decide what may be shared: rows tell
which answer was most frequent in a country, and quote the survey's questions as the study words
them. Add `license:` to the lines above when you have chosen one.
"""


def frame(part: str, rows: Iterable[dict[str, Any]], **named: str) -> pl.DataFrame:
    """Rows of a result as a frame of a part's columns; `named` says of whom the rows are.

    What the part has no column for stands in `further`.
    """
    columns = PARTS[part]
    schema = {column.name: TYPES[column.type] for column in columns}
    return pl.DataFrame([_row(row, named, columns) for row in rows], schema=schema)


def _row(row: dict[str, Any], named: dict[str, str], columns: Sequence[Column]) -> dict[str, Any]:
    known = {column.name for column in columns}
    found = {f"{key}_digest" if key in DIGESTS else key: value for key, value in row.items()}
    further = {key: value for key, value in found.items() if key not in known}
    if "sampling" in found:
        found["sampling"] = json.dumps(found["sampling"])
    found["further"] = json.dumps(further, ensure_ascii=False) if further else None
    return {name: (found | named).get(name) for name in (column.name for column in columns)}


def items(bank: Bank, parts: dict[str, str]) -> pl.DataFrame:
    """The item bank; `parts` says by item whether it is a training or a test item."""
    rows = [
        {
            "item": item.id,
            "topic": item.topic,
            "topic_title": bank.topics[item.topic],
            "part": parts.get(item.id),
            "wording": item.wording,
            "codes": list(item.codes),
            "options": [item.text(code) for code in item.codes],
            "kind": item.kind,
        }
        for item in bank.items.values()
    ]
    return frame("items", rows)


def card(title: str, counts: dict[str, int]) -> str:
    """The data set's card: what each part holds, column by column; `counts` are its rows."""
    configs = [
        {"config_name": part, "data_files": [{"split": SPLITS[part], "path": f"{part}/**"}]}
        for part in counts
    ]
    front = {"pretty_name": title, "tags": ["mores", "cultural-alignment"], "configs": configs}
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
    parts = "\n".join(_told(part, count) for part, count in counts.items())
    return CARD.format(front=lines, title=title, parts=parts)


def _told(part: str, count: int) -> str:
    rows = "".join(f"| `{name}` | {kind} | {told} |\n" for name, kind, told in PARTS[part])
    head = f"## `{part}`\n\n{count:,} rows, split `{SPLITS[part]}`.\n\n"
    return f"{head}| column | type | what it holds |\n|---|---|---|\n{rows}"


def schema() -> dict[str, Any]:
    """The columns of all parts, for programs."""
    return {part: [column._asdict() for column in columns] for part, columns in PARTS.items()}
