"""Slow readers of JSON, CSV and YAML, which share no code with the fast ones.

What they cannot read, or what means two things, is Refused.
"""

import re

import yaml

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}
DEEPEST = 200


class Refused(Exception):
    """An input that has no one meaning."""


class Unsure(Exception):
    """An input of which the slow reader cannot tell."""


def text_of(data: bytes) -> str:
    """UTF-8, with or without a mark, lines ending in LF."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = str(data, "utf-8", "strict")
    except UnicodeDecodeError:
        raise Refused from None
    if "\0" in text:
        raise Refused
    return "\n".join("\n".join(text.split("\r\n")).split("\r"))


class Json:
    """JSON, character by character."""

    def __init__(self, text: str):
        self.text, self.at, self.depth = text, 0, 0

    def read(self):
        """The one value of the text."""
        value = self.value()
        self.blank()
        if self.at < len(self.text):
            raise Refused
        return value

    def blank(self):
        while self.text[self.at : self.at + 1] in (" ", "\t", "\n", "\r"):
            self.at += 1

    def skip(self, sign: str) -> bool:
        self.blank()
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) * found
        return found

    def value(self):
        self.blank()
        if self.skip('"'):
            return self.string()
        if self.skip("["):
            return self.many("]", self.value, list)
        if self.skip("{"):
            return self.many("}", self.pair, self.mapping)
        for word, value in WORDS.items():
            if self.skip(word):
                return value
        found = NUMBER.match(self.text, self.at)
        whole = found and not (found[2] or found[3])
        if not found or (whole and len(found[0].lstrip("-")) > 4300):
            raise Refused
        self.at = found.end()
        return int(found[0]) if whole else float(found[0])

    def many(self, end, part, made):
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused
        parts = []
        if not self.skip(end):
            parts.append(part())
            while self.skip(","):
                parts.append(part())
            if not self.skip(end):
                raise Refused
        self.depth -= 1
        return made(parts)

    def pair(self):
        if not self.skip('"'):
            raise Refused
        name = self.string()
        if not self.skip(":"):
            raise Refused
        return name, self.value()

    @staticmethod
    def mapping(pairs):
        if len({name for name, _ in pairs}) < len(pairs):
            raise Refused
        return dict(pairs)

    def string(self) -> str:
        units = []
        while True:
            sign = self.text[self.at : self.at + 1]
            self.at += 1
            if sign == '"':
                break
            if not sign or sign < " ":
                raise Refused
            units.append(self.escape() if sign == "\\" else sign)
        try:  # two halves that follow one another are one character
            return "".join(units).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise Refused from None

    def escape(self) -> str:
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign == "u":
            digits = self.text[self.at : self.at + 4]
            self.at += 4
            if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                raise Refused
            return chr(int(digits, 16))
        if sign not in ESCAPES:
            raise Refused
        return ESCAPES[sign]


def json_of(text: str):
    """The value of a JSON text."""
    return Json(text).read()


def jsonl_of(data: bytes) -> list:
    """The values of a text, one a line that is not blank."""
    return [json_of(line) for line in text_of(data).split("\n") if line.strip()]


def csv_of(text: str, separator: str) -> list[list[str]]:
    """The rows of a CSV text, header and all (RFC 4180), character by character."""
    rows, row, field, quoted, at = [], [], "", None, 0
    while at < len(text):
        sign = text[at]
        at += 1
        if quoted:
            if sign == '"' and text[at : at + 1] == '"':
                field, at = field + '"', at + 1
            elif sign == '"':
                quoted = False
            else:
                field += sign
        elif sign == separator:
            row, field, quoted = [*row, field], "", None
        elif sign == "\n":
            rows.append([*row, field])
            row, field, quoted = [], "", None
        elif sign == '"' and not field and quoted is None:
            quoted = True
        elif sign == '"' or quoted is False:
            raise Refused
        else:
            field += sign
    if quoted:
        raise Refused
    if row or field or quoted is False:
        rows.append([*row, field])
    return rows


def table_of(text: str, separator: str) -> list[dict[str, str]]:
    """The rows of a CSV text by the names of their columns."""
    header, *rows = csv_of(text, separator) or [[]]
    named = [name for name in header if name]
    if not named or len(set(named)) < len(named) or any(len(row) != len(header) for row in rows):
        raise Refused
    return [dict(zip(header, row, strict=True)) for row in rows]


PLAIN = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
WHOLE = re.compile(r"[-+]?(0|[1-9]\d*)", re.ASCII)
BROKEN = re.compile(
    r"[-+]?(\.\d+|\d+\.\d*|\d+(?=[eE]))([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
    re.ASCII,
)


class _Plainer(yaml.SafeLoader):
    """PyYAML's own scanner and composer, in Python, which knows of no kinds of words."""

    yaml_implicit_resolvers = {}  # noqa: RUF012


def yaml_of(text: str):
    """The value of a YAML text, plain words as YAML 1.2 spells them."""
    try:
        node = yaml.compose(text, Loader=_Plainer)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):  # of "\UFFFFFFFF"
        # PyYAML's Python knows no tabs between tokens, and no `?` within a word, which YAML has.
        raise (Unsure if {"\t", "?"} & {*text} else Refused) from None
    return None if node is None else _value(node, 0)


def _value(node: yaml.Node, depth: int):
    if depth > DEEPEST or not node.tag.startswith("tag:yaml.org,2002:"):
        raise Refused
    kind = node.tag.rpartition(":")[2]
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_value(part, depth + 1) for part in node.value]
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping(node, depth)
    if not isinstance(node, yaml.ScalarNode):
        raise Refused
    if kind != "str":  # a kind that is spelt out, as in `!!int 1`, which it knows nothing of
        raise Unsure
    return node.value if node.style else _word(node.value)


def _mapping(node: yaml.MappingNode, depth: int) -> dict:
    own, merged = {}, {}
    for key, part in node.value:
        value = _value(part, depth + 1)
        if key.value == "<<" and not key.style:
            for given in reversed(value if isinstance(value, list) else [value]):
                if not isinstance(given, dict):
                    raise Refused
                merged |= given
            continue
        name = _value(key, depth + 1)
        if isinstance(name, list | dict) or name in own:
            raise Refused
        own[name] = value
    return merged | own


def _word(word: str):
    if word in PLAIN:
        return PLAIN[word]
    if WHOLE.fullmatch(word):
        if len(word) > 4300:
            raise Refused
        return int(word)
    if BROKEN.fullmatch(word):
        return float(re.sub(r"\.(inf|nan)$", r"\1", word.lower()))
    return word
