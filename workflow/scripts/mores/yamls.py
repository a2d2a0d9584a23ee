"""YAML that a user writes: a configuration, an item bank, names of countries.

Read as YAML 1.2 spells values, so that `NO`, `Yes` and `on` are texts, and `010` is no 8.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from mores.errors import InputError, one_line, shown
from mores.rows import read_text

LARGEST = 2**24  # bytes of a file
DEEPEST = 64  # mappings and lists within one another
MOST = 1_000_000  # values, with those that aliases repeat
TAG = "tag:yaml.org,2002:"
# What a plain word stands for, and the characters that it may begin with.
PLAIN = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    "int": (r"[-+]?(0|[1-9][0-9]*)", [*"-+0123456789"]),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        [*"-+.0123456789"],
    ),
    "merge": (r"<<", ["<"]),
}


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, list] = {}  # noqa: RUF012 (PyYAML's own way)


for _kind, (_pattern, _first) in PLAIN.items():
    _Loader.add_implicit_resolver(f"{TAG}{_kind}", re.compile(rf"(?:{_pattern})\Z"), _first)


def read_yaml(path: str | Path) -> Any:
    """The value of a YAML file; an InputError names the file and the line that cannot be read.

    Refused are keys given twice, what is nested too deep, and aliases that make it far larger.
    """
    text = read_text(path, LARGEST)
    before, found, _ = text.partition("\ufeff")
    if found:  # libyaml skips it where a line begins, and others take it for text
        line = before.count("\n") + 1
        raise InputError(
            f"{path}, line {line}: an invisible byte-order mark within the text; remove it"
        )
    try:
        _check_depth(text, path)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _Sizes(path).check(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise InputError(
            f"{at}: not YAML ({one_line(error.problem or error.context)}); mend it"
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML ({one_line(error)}); mend it") from None
    except InputError:
        raise
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        # PyYAML's constructors, of a value that is not what its tag says.
        told = one_line(error).partition(";")[0]
        raise InputError(f"{path}: a value is not what it is spelt as ({told}); mend it") from None


def _check_depth(text: str, path: str | Path) -> None:
    """Before anything is built of it: libyaml builds by recursion, and would crash."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _fault(path, event, "nested too deep; mend it")


class _Sizes:
    """How much a tree of nodes holds where aliases are written out."""

    def __init__(self, path: str | Path):
        self.path = path
        self.known: dict[int, tuple[int, int]] = {}  # by node its values and its depth

    def check(self, node: yaml.Node) -> tuple[int, int]:
        """Values and depth of a node; what an alias names stands before it, so is known."""
        if id(node) in self.known:
            values, depth = self.known[id(node)]
            if not values:
                raise _fault(self.path, node, "an alias stands within what it names; mend it")
            return values, depth
        self.known[id(node)] = 0, 0
        parts = [self.check(part) for part in self._parts(node)]
        values = 1 + sum(count for count, _ in parts)
        depth = 1 + max((below for _, below in parts), default=0)
        if values > MOST or depth > DEEPEST:
            raise _fault(self.path, node, "its aliases make it far too large; write it out")
        self.known[id(node)] = values, depth
        return values, depth

    def _parts(self, node: yaml.Node) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            return node.value
        if not isinstance(node, yaml.MappingNode):
            return []
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != f"{TAG}merge":
                if (key.tag, key.value) in seen:
                    raise _fault(
                        self.path, key, f"the key {shown(key.value)} stands twice; drop one"
                    )
                seen.add((key.tag, key.value))
        return [part for pair in node.value for part in pair]


def _fault(path: str | Path, place: yaml.Node | yaml.Event, told: str) -> InputError:
    line = place.start_mark.line + 1 if place.start_mark else 1
    return InputError(f"{path}, line {line}: {told}")
