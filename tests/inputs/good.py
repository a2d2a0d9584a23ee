"""Files that readers take, generated, and ways to damage them."""

import csv
import io
import json
import tempfile
from functools import partial
from pathlib import Path
from random import Random

import polars as pl
import pyreadstat
import yaml
from hypothesis import strategies as st

from mores.canonical import digest

WORDS = st.sampled_from(
    [
        "Often",
        "Never",
        "a, b",
        'so "said"',
        "Málaga",
        "漢字",
        "x;y",
        "No",
        "yes",
        "1",
        "0.5",
        "a\u2028b",
    ]
)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12)
TEXTS = WORDS | LINES.filter(str.strip)
CODES = st.sampled_from(["AAA", "BBB", "KEN"])


def _bytes(text: str) -> bytes:
    return text.encode()


@st.composite
def _shares(draw, items=("Q1", "Q94", "Q7")):
    """By country, item and code counts of 100 people, as shares."""
    found = {"ZZZ": {"Q1": {1: 0.25, 2: 0.75}}}  # lest nobody answer
    for country in draw(st.lists(CODES, min_size=1, max_size=3, unique=True)):
        for item in draw(st.lists(st.sampled_from(items), min_size=1, unique=True)):
            cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
            parts = [cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1]]
            codes = draw(st.permutations([0, 1, 2, 3, -1]))
            found.setdefault(country, {})[item] = {
                code: part / 100 for code, part in zip(codes, parts, strict=False)
            }
    return found


def _dumped(value) -> st.SearchStrategy[bytes]:
    ways = [{}, {"indent": 1}, {"ensure_ascii": False}]
    return st.sampled_from(ways).map(lambda way: json.dumps(value, **way).encode())


aggregates = _shares().flatmap(_dumped)


@st.composite
def tidy(draw) -> bytes:
    """A tidy table in one of the ways that spreadsheets write."""
    separator, end = draw(st.sampled_from([",", ";"])), draw(st.sampled_from(["\n", "\r\n"]))
    counted = draw(st.booleans())
    lines = [["country", "item", "code", "share"] + ["n"] * counted]
    for country, items in draw(_shares()).items():
        for item, shares in items.items():
            lines += [
                [country, item, str(code), str(share)] + ["100"] * counted
                for code, share in shares.items()
            ]
    if separator == ";":
        lines = [[field.replace(".", ",") for field in line] for line in lines]
    if draw(st.booleans()):
        lines = [[f'"{field}"' for field in line] for line in lines]
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return mark + "".join(separator.join(line) + end for line in lines).encode()


tidies = tidy()


@st.composite
def _respondents(draw) -> bytes:
    separator, end = draw(st.sampled_from([",", ";"])), draw(st.sampled_from(["\n", "\r\n"]))
    names = ["TOWN", "B_COUNTRY_ALPHA", "W_WEIGHT", "Q1", "Q94"]
    lines = [[name.lower() for name in names] if draw(st.booleans()) else names]
    row = st.tuples(
        st.sampled_from(["Rome", "M\xe1laga", '"a, b"', '"two\nlines"', ""]),
        CODES,
        st.sampled_from(["1", "0.5", "1.25", "2.000", "0", "", "1e0"]),
        st.sampled_from(["1", "2", "3", "-1", "", "1.0", "7"]),
        st.sampled_from(["0", "1", "-2", " "]),
    )
    # The last one has a weight and an answer, lest nobody have either.
    lines += draw(st.lists(row, max_size=8))
    lines += [["", code, "1", "1", "0"] for code in ("AAA", "BBB", "KEN")]
    if separator == ";":
        lines = [[*line[:2], *(field.replace(".", ",") for field in line[2:])] for line in lines]
        lines = [[line[0].replace("a, b", "a; b"), *line[1:]] for line in lines]
    coding = draw(st.sampled_from(["utf-8", "latin-1"]))
    return "".join(separator.join(line) + end for line in lines).encode(coding)


microdata = _respondents()
CSV_OF: dict[bytes, bytes] = {}
"""The same respondents as CSV, of each statistical package's file that was drawn."""


def _packed(suffix: str, respondents: bytes) -> bytes:
    """Respondents as SPSS or Stata writes them."""
    separator = ";" if b";" in respondents.split(b"\n")[0] else ","
    names, *lines = csv.reader(io.StringIO(str(respondents, "latin-1")), delimiter=separator)
    columns = dict(zip(names, zip(*lines, strict=True), strict=True))
    frame = pl.DataFrame(columns).with_columns(
        pl.col(name).str.replace(",", ".").cast(float, strict=False) for name in names[2:]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"respondents{suffix}")
        (pyreadstat.write_dta if suffix == ".dta" else pyreadstat.write_sav)(frame, path)
        packed = path.read_bytes()
    CSV_OF[packed] = respondents
    return packed


sav, dta = (microdata.map(partial(_packed, suffix)) for suffix in (".sav", ".dta"))


def _yaml(value) -> st.SearchStrategy[bytes]:
    ways = [
        {"default_flow_style": flow, "allow_unicode": wide} for flow in (0, 1) for wide in (0, 1)
    ]
    return st.sampled_from(ways).map(
        lambda way: yaml.safe_dump(value, sort_keys=False, **way).encode()
    )


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9 _.-]{0,10}[a-z]", fullmatch=True)
_item = st.fixed_dictionaries(
    {"topic": st.sampled_from(["t", "u"]), "wording": TEXTS},
    optional={"kind": st.sampled_from(["ordinal", "nominal"]), "reversed": st.booleans()},
)
_options = st.lists(TEXTS, min_size=2, max_size=4, unique=True).map(
    lambda given: {"options": given}
)
_scale = st.tuples(TEXTS, TEXTS).map(lambda ends: {"between": [*ends], "codes": [0, 1, 2]})


@st.composite
def _bank(draw) -> dict:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    items = [draw(_item) | {"id": name} | draw(_options | _scale) for name in names]
    return {"survey": draw(TEXTS), "topics": {"t": draw(TEXTS), "u": "You"}, "items": items}


banks = _bank().flatmap(_yaml)
_name = st.sampled_from(["Kenya", "Côte d'Ivoire", "No", "Yes", "on", "~ish"]) | NAMES
countries = st.dictionaries(
    st.sampled_from(["KEN", "NOR", "FRA", "YES"]),
    st.fixed_dictionaries({"name": _name, "adjective": _name}),
    min_size=1,
).flatmap(_yaml)
texts = st.lists(TEXTS | st.just(""), min_size=1).filter(any).map("\n".join).map(_bytes)
templates = (
    st.lists(
        TEXTS.filter(lambda text: "{" not in text and "}" not in text)
        | st.sampled_from(
            ["{{ country.name }}", "{# a word #}", "{% if norms is defined %}n{% endif %}"]
        )
    )
    .map("\n".join)
    .map(_bytes)
)

_question = st.fixed_dictionaries(
    {
        "question": TEXTS,
        "options": st.just(["Yes", "No", "Maybe"]) | st.just("Yes|No|Maybe"),
        "gold": st.sampled_from(
            [
                "Yes",
                "no",
                "B",
                "(c)",
                1,
                2,
                "3",
                2.0,
                [0.1, 0.2, 0.7],
                {"Kenya": "A"},
                {"KEN": [1, 0, 0]},
            ]
        ),
    },
    optional={"country": st.sampled_from(["KEN", "kenya", "Chile", None]), "topic": NAMES},
)
_questions = st.lists(_question, min_size=1, max_size=4).map(
    lambda found: [
        *(row | {"id": f"q{number}"} for number, row in enumerate(found)),
        {"question": "The last?", "options": "a|b", "gold": "a", "id": "last"},
    ]
)


def _jsonl(rows: list) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _csv(rows: list[dict]) -> bytes:
    names = ["id", "question", "options", "gold", "country", "topic"]
    lines = [names]
    for row in rows:
        given = [row.get(name) for name in names]
        lines.append(
            [
                json.dumps(one) if isinstance(one, list | dict) else "" if one is None else str(one)
                for one in given
            ]
        )
    told = [['"' + field.replace('"', '""') + '"' for field in line] for line in lines]
    return "".join(",".join(line) + "\r\n" for line in told).encode()


choices_jsonl = _questions.map(_jsonl)
choices_csv = _questions.map(_csv)
answers = (
    st.lists(
        st.fixed_dictionaries(
            {
                "item": st.sampled_from(["Q1", "Q94"]),
                "answer": TEXTS | st.integers(-9, 99) | st.none(),
            }
        ),
        min_size=1,
        max_size=5,
    )
    .map(lambda rows: [row | {"sample": number} for number, row in enumerate(rows)])
    .flatmap(lambda rows: st.sampled_from([_jsonl(rows), json.dumps(rows, indent=1).encode()]))
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(NAMES, parts, max_size=3),
    max_leaves=6,
)
rows = st.lists(st.dictionaries(NAMES, values, max_size=3), max_size=4).map(_jsonl)

_numbers = st.sampled_from(
    [0, 1, 2, 0.5, 1e-4, -1, 2**40, float("inf"), float("nan"), True, "2", ""]
)
_keys = {
    "survey": {"path": st.sampled_from(["s.json", "x" * 300, "a\nb"]), "bank": st.just("b.yaml")},
    "countries": st.sampled_from([["KEN"], "KEN", ["FRA"], [False], [["KEN"]], 3]),
    "models": st.sampled_from(
        [{"m": {"path": "p"}}, {"m" * 300: {"path": "p"}}, ["m"], 5, {5: {}}]
    ),
    "methods": st.sampled_from([{"vanilla": {}}, {"a": {"norms": "top1"}}, {"a": None}, [1]]),
    "answers": {"samples": _numbers, "sampling": {"temperature": _numbers, "seed": _numbers}},
    "scores": {"seed": _numbers, "resamples": _numbers, "confidence": _numbers},
    "tunings": {
        "t": st.fixed_dictionaries(
            {"objective": st.sampled_from(["sft", "dpo", "ppo", 1])},
            optional={"learning_rate": _numbers, "data": st.just("answers"), "rank": _numbers},
        )
    },
    "engine": {"max_lora_rank": _numbers, "concurrency": _numbers, "endpoints": values},
    "evaluations": st.sampled_from([{"v": {"kind": "survey"}}, {"v": {}}, {"v": 1}, "v"]),
    "split": {"seed": _numbers, "train_per_topic": _numbers},
    "training": {"save_steps": _numbers},
    "store": st.sampled_from(["work", "", 1]),
}


def _some(keys: dict) -> st.SearchStrategy[dict]:
    parts = {name: _some(one) if isinstance(one, dict) else one for name, one in keys.items()}
    return st.fixed_dictionaries({}, optional=parts)


configs = (_some(_keys) | st.dictionaries(NAMES, values, max_size=3)).flatmap(_yaml)


def _line(number: int, text: str) -> bytes:
    row = {"key": f"{number:064x}", "text": text, "finish_reason": "stop"}
    row |= {"prompt_tokens": 1, "completion_tokens": 2}
    return _jsonl([row | {"digest": digest(row)[:16]}])


journals = st.lists(TEXTS, max_size=4).map(
    lambda texts: b"".join(_line(number, text) for number, text in enumerate(texts))
)

TOKENS = [
    *(b'"', b"'", b",", b";", b":", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b" ", b"\t", b"#"),
    *(
        b"\xff",
        b"\xe9",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
        b"\x0c",
        b"\x1b[31m",
    ),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b"[" * 3000,
        b"[[]]",
        b"{}",
        b"[]",
        b'{"a":1,"a":2}',
        b"{a: 1, a: 2}",
    ),
    *(b"null", b"true", b"Yes", b"NO", b"on", b"NaN", b"Infinity", b"-Infinity", b".inf", b"~"),
    *(
        b"0",
        b"1",
        b"01",
        b"-1",
        b"1.5",
        b"1e30",
        b"1e308",
        b"1e400",
        b"1e-300",
        b"1" * 23,
        b"1" * 5000,
    ),
    *(
        b"0x1",
        b"1_0",
        b"+1",
        b"1:30",
        b"\\ud83d",
        b"\\u0000",
        b"\\",
        b"xav",
        b"XAV ",
        b"KEN",
        b"AAA",
    ),
    *(
        b"*a",
        b"&a ",
        b"<<: ",
        b"!!int ",
        b"!!bool ",
        b"!x ",
        b"---\n",
        b"- ",
        b"? ",
        b"> ",
        b"%",
        b"@",
    ),
    *(b"{{", b"}}", b"{%", b"%}", b"{{ x }}", b"{{ 1/0 }}", b'{% include "a.j2" %}', b"{% if %}"),
    *(b"options", b"topics: null\n", b"items:\n", b"Q1", b"q1", b"id", b"2026-13-45"),
]
CODINGS = ["utf-16", "utf-16-le", "latin-1", "utf-32"]


def _put(data: bytes, at: int, turn: Random) -> bytes:
    return data[:at] + turn.choice(TOKENS) + data[at:]


def _over(data: bytes, at: int, turn: Random) -> bytes:
    """A token in place of a word."""
    end = at + 1
    while data[end : end + 1].isalnum():
        end += 1
    return data[:at] + turn.choice(TOKENS) + data[end:]


def _drop(data: bytes, at: int, turn: Random) -> bytes:
    return data[:at] + data[at + turn.randint(1, 8) :]


def _cut(data: bytes, at: int, _turn: Random) -> bytes:
    return data[:at]


def _twice(data: bytes, at: int, turn: Random) -> bytes:
    end = at + turn.randint(1, 30)
    return data[:end] + data[at:]


def _line_twice(data: bytes, at: int, _turn: Random) -> bytes:
    begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at) + 1
    return data[:end] + data[begin:] if end else data


def _recode(data: bytes, _at: int, turn: Random) -> bytes:
    return data.decode(errors="replace").encode(turn.choice(CODINGS), errors="replace")


HARMS = {
    "put": _put,
    "over": _over,
    "drop": _drop,
    "cut": _cut,
    "twice": _twice,
    "line": _line_twice,
    "recode": _recode,
}


@st.composite
def damaged(draw, files: st.SearchStrategy[bytes]) -> bytes:
    """Files with one to four harms."""
    data, turn = draw(files), draw(st.randoms(use_true_random=False))
    for how in draw(st.lists(st.sampled_from([*HARMS]), min_size=1, max_size=4)):
        data = HARMS[how](data, draw(st.integers(0, len(data))), turn)
    return data
