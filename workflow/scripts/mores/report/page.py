"""One page of all that it needs: style, scripts and data in a single file."""

import base64
import gzip
import html
import json
from pathlib import Path
from typing import Any

PAGE, STYLE, MODULES, LICENCE = "page.html", "style.css", "*.js", "minisearch.LICENSE"


def write_page(folder: Path, title: str, data: dict[str, Any], thinking: dict[str, Any]) -> str:
    """The page of a folder (`page.html`, `style.css`, modules), with data in it.

    `thinking` is read when it is first looked at, all else when the page is opened. Modules import
    each other as `report/NAME`, which an import map turns into their own text. The same data give
    the same bytes.
    """
    modules = {
        f"report/{path.stem}": _url("text/javascript", path.read_bytes())
        for path in sorted(folder.glob(MODULES))
    }
    page = (folder / PAGE).read_text(encoding="utf-8")
    for mark, text in {
        "title": html.escape(title),
        "style": (folder / STYLE).read_text(encoding="utf-8"),
        "licence": html.escape((folder / LICENCE).read_text(encoding="utf-8")),
        "modules": json.dumps({"imports": modules}),
        "data": _packed(data),
        "thinking": _packed(thinking),
    }.items():
        page = page.replace(f"<!--{mark}-->", text, 1)
    return page


def _packed(data: dict[str, Any]) -> str:
    raw = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(raw.encode(), compresslevel=9, mtime=0)).decode()


def _url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
