"""The site of these pages: `make docs` builds it, and ends at any warning."""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "workflow/scripts")]

import reference  # noqa: E402

project = "mores"
author = "The mores authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "mores"
html_copy_source = False
exclude_patterns = ["_build"]
myst_heading_anchors = 3
# A file of the repository that is no page: its link becomes its path.
LINK = re.compile(r"\[((?:[^\]\\]|\\.)+)\]\((\.\./[\w./-]+)\)")


def name_files(_app: Sphinx, page: str, source: list[str]) -> None:
    """Put paths in place of links to files beside the pages, each of which must be there."""

    def path(found: re.Match[str]) -> str:
        text, link = found.groups()
        file = (HERE / page).parent.joinpath(link).resolve()
        if file.is_relative_to(HERE):
            return found[0]
        if not file.exists():
            logging.getLogger(__name__).warning("%s: no file %s", page, link)
        named = str(file.relative_to(ROOT))
        return f"`{named}`" if text.strip("`") in named else f"{text} (`{named}`)"

    source[0] = LINK.sub(path, source[0])


def setup(app: Sphinx) -> None:
    """Make the reference from the code before the pages are read."""
    reference.write(HERE / "reference")
    app.connect("source-read", name_files)
