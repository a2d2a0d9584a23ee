"""Tables as columns, so that hundreds of thousands of rows fit into a page."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


def as_columns(table: str, left_out: Sequence[str] = ()) -> dict[str, Any]:
    """A TSV table as `{"names": [...], "columns": [...], "n": rows}`.

    A column of numbers is a list with null where there is none; one of texts is `texts`, each once,
    and `at`, the place of each row's among them.
    """
    header = table.partition("\n")[0].split("\t")
    names = [name for name in header if name not in left_out]
    frame = frame_of(table, names)
    columns = [_column(frame[name].to_list()) for name in names]
    return {"names": names, "columns": columns, "n": frame.height}


def frame_of(table: str, names: Sequence[str]) -> "pl.DataFrame":
    """Those columns of a TSV table, typed by all that stands in them."""
    import polars as pl

    return pl.read_csv(
        io.BytesIO(table.encode()),
        separator="\t",
        columns=[*names],
        infer_schema_length=None,
        quote_char='"' if '"' in table else None,
    )


def columns_of(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Rows as such a table."""
    columns = [_column([row.get(name) for row in rows]) for name in names]
    return {"names": [*names], "columns": columns, "n": len(rows)}


def _column(values: list[Any]) -> Any:
    if all(value is None or isinstance(value, int | float) for value in values) and any(
        value is not None for value in values
    ):
        return values
    seen: dict[str, int] = {}
    at = [seen.setdefault("" if value is None else str(value), len(seen)) for value in values]
    return {"texts": [*seen], "at": at}
