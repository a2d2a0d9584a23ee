"""Digests of code: of what a step does, not of how it is run or laid out.

A step's code is its script with all that it imports of the side that says *what* a result is. The
other side (the engine, the study, this package) says how it is made, and is left out; a linter
keeps the first from importing the second.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from mores.canonical import digest
from mores.contents import CACHE, sha256
from mores.files import write_json
from mores.rows import read_json

SCRIPTS = Path(__file__).parents[2]
# Whose code is in no result; tests/unit/provenance/test_fingerprint.py holds it to the linter's.
HOW = (
    "engine",
    "study",
    "provenance",
    "job",
    "given",
    "runner",
    "process",
    "files",
    "contents",
    "shipped",
    "telemetry",
)
STATEMENTS = (ast.stmt, ast.ExceptHandler, ast.match_case)  # and what holds them within another
ROWS = SCRIPTS / "mores/rows.py"  # how rows are read and written, which every step has done for it


def step_modules(rule: str, by_name: str | None = None) -> dict[str, str]:
    """By file, the digests of a rule's script and of all modules of its side that it imports.

    `by_name` is a module that the step finds by its dotted name: an objective's, say.
    """
    files = [SCRIPTS / f"{rule}.py", ROWS]
    if by_name:
        files.append(module_file(by_name))
    return module_digests(*files)


def module_file(name: str) -> Path:
    """The file of a module, by its dotted name."""
    return SCRIPTS.joinpath(*name.split(".")).with_suffix(".py")


@cache
def module_digests(*files: Path) -> dict[str, str]:
    """By file, the digests of some modules and of all that they import of their side."""
    return {str(path.relative_to(SCRIPTS)): _facts(path)[0] for path in import_closure(*files)}


@cache
def import_closure(*files: Path) -> list[Path]:
    """Modules and what they import of their side, directly or not, sorted.

    Imports inside functions count, those for type checkers alone do not; the `__init__` files of
    packages on the way do.
    """
    found: set[Path] = set()
    ahead = set(files)
    while ahead:
        path = ahead.pop()
        found.add(path)
        ahead |= _imports(path) - found
    return sorted(found)


@cache
def _facts(path: Path) -> tuple[str, list[str]]:
    """The digest of a file's syntax, and the dotted names that importing it may import.

    To parse all that a step imports would be a fifth of a small job, so this is kept, by the text.
    """
    source = path.read_bytes()
    of = [_own_code(), sys.version_info[:2], str(path.relative_to(SCRIPTS))]
    kept = CACHE / f"{digest([*of, hashlib.sha256(source).hexdigest()])}.code.json"
    if kept.exists():
        syntax, names = read_json(kept)
        return syntax, names
    tree = ast.parse(source)
    facts = digest(_plain(tree)), sorted(_names(path, tree))
    write_json(kept, facts)
    return facts


@cache
def _own_code() -> str:
    """The digest of this file: what is kept was found by the same rules."""
    return sha256(__file__)


def _imports(path: Path) -> set[Path]:
    """The files of this side that importing what `path` names would run."""
    return {file for name in _facts(path)[1] for file in _files(name)}


def _names(path: Path, tree: ast.Module) -> set[str]:
    """All modules that a file imports, and what it imports from them, which may be modules too."""
    names = set()
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(SCRIPTS).parts[: -node.level] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return names


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below a node but those for type checkers alone."""
    for below in ast.iter_child_nodes(node):
        if isinstance(below, STATEMENTS) and not _is_for_checkers(below):
            yield below
            yield from _statements(below)


def _files(module: str) -> list[Path]:
    """The files of a dotted name: its packages' `__init__` and itself, as far as they are here."""
    parts = module.split(".")
    if parts[0] == "mores" and parts[1:2] and parts[1] in HOW:
        return []
    folders = [SCRIPTS.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
    candidates = [folder / "__init__.py" for folder in folders]
    candidates.append(folders[-1].with_suffix(".py"))
    return [path for path in candidates if path.is_file()]


def _plain(node: Any) -> Any:
    """A syntax tree as JSON, without docstrings (of fields too), positions and empty fields.

    What is for type checkers alone is left out. Unlike `ast.dump` it is the same for all versions
    of Python that parse the file alike.
    """
    if isinstance(node, ast.Constant):
        return ["Constant", {"value": repr(node.value)}]
    if isinstance(node, ast.AST):
        fields = ((name, getattr(node, name, None)) for name in node._fields)
        filled = {
            name: _plain(value) for name, value in fields if value is not None and value != []
        }
        return [type(node).__name__, filled]
    if isinstance(node, list):
        return [_plain(one) for one in node if not (_is_docstring(one) or _is_for_checkers(one))]
    return repr(node)


def _is_for_checkers(node: Any) -> bool:
    """Whether a statement is for type checkers alone."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_docstring(node: Any) -> bool:
    """Whether a statement is a text that stands by itself: a docstring, or a field's."""
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant and isinstance(node.value.value, str)
