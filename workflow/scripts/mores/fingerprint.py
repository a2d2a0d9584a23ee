"""Digests of code and templates: what they do, not how they are laid out."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta

from mores.files import digest

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def code_digest(script: Path) -> str:
    """SHA-256 of a script and all it imports from its own folder, comments and docstrings aside."""
    return digest(module_digests(script))


def module_digests(script: Path) -> dict[str, str]:
    """By file, the same of the script and of each module that it imports."""
    files = import_closure(script)
    return {str(path.relative_to(script.parent)): _syntax(path) for path in files}


def import_closure(script: Path) -> list[Path]:
    """A script and the modules of its folder that it imports, directly or not, sorted.

    Imports inside functions count; so do the `__init__` files of packages on the way.
    """
    found, ahead = set(), {script}
    while ahead:
        path = ahead.pop()
        found.add(path)
        ahead |= _imports(path, script.parent) - found
    return sorted(found)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path, root: Path) -> set[Path]:
    """The files under `root` that importing what `path` names would run."""
    modules = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(root).parts[: -node.level] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            modules |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {file for module in modules for file in _files(module, root)}


def _files(module: str, root: Path) -> list[Path]:
    """The files of a dotted name: its packages' `__init__` and itself, as far as they are here."""
    parts = module.split(".")
    folders = [root.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
    candidates = [folder / "__init__.py" for folder in folders]
    candidates.append(folders[-1].with_suffix(".py"))
    return [path for path in candidates if path.is_file()]


@cache
def _syntax(path: Path) -> str:
    return digest(_plain(_tree(path)))


def _plain(node: Any) -> Any:
    """A syntax tree as JSON, without docstrings, positions, and fields that are empty.

    Unlike `ast.dump` it is the same for all versions of Python that parse the file alike.
    """
    if isinstance(node, list):
        return [_plain(entry) for entry in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        fields["body"] = node.body[1:]
    if isinstance(node, ast.Constant):
        fields = {"value": node.value}  # also where it is None
    return [type(node).__name__, {name: _plain(value) for name, value in fields.items()}]


def template_digest(folder: Path, name: str) -> str:
    """SHA-256 of a Jinja template and of all it includes."""
    loader = jinja2.FileSystemLoader(folder)
    environment = jinja2.Environment(loader=loader)
    found, ahead = {}, {f"{name}.j2"}
    while ahead:
        file = ahead.pop()
        source = loader.get_source(environment, file)[0]
        found[file] = source
        referenced = jinja2.meta.find_referenced_templates(environment.parse(source))
        ahead |= set(filter(None, referenced)) - found.keys()
    return digest(found)
