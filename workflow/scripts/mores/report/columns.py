"""Tables as columns, so that hundreds of thousands of rows fit into a page."""

import io
from collections.abc import Sequence
from typing import Any


def as_columns(table: str, left_out: Sequence[str] = ()) -> dict[str, Any]:
    """A TSV table as `{"names": [...], "columns": [...], "n": rows}`.

    A column of numbers is a list with null where there is none; one of texts is `texts`, each once,
    and `at`, the place of each row's among them.
    """
    import polars as pl

    header = table.partition("\n")[0].split("\t")
    names = [name for name in header if name not in left_out]
    frame = pl.read_csv(
        io.BytesIO(table.encode()),
        separator="\t",
        columns=names,
        infer_schema_length=None,
        quote_char='"' if '"' in table else None,
    )
    columns = [_column(frame[name].to_list()) for name in names]
    return {"names": names, "columns": columns, "n": frame.height}


def _column(values: list[Any]) -> Any:
    if all(value is None or isinstance(value, int | float) for value in values) and any(
        value is not None for value in values
    ):
        return values
    seen: dict[str, int] = {}
    at = [seen.setdefault("" if value is None else str(value), len(seen)) for value in values]
    return {"texts": [*seen], "at": at}
