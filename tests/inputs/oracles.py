"""What each kind of input holds, told by slow readers; `Refused` where nobody can tell.

A reader that accepts what is refused here, or reads something else, is silently wrong.
"""

import ast
import hashlib
import json
import math
import re

import numpy as np

from inputs.good import CSV_OF
from inputs.slow import Json, Refused, Unsure, csv_of, json_of, jsonl_of, table_of, text_of, yaml_of

CODES = {"Q1": (1, 2, 3), "Q94": (0, 1)}  # of the bank that `inputs.readers` reads surveys with
NUMBER = re.compile(r"[ \t]*([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{3}")


def need(true: object) -> None:
    """What must hold of an input that can be read."""
    if not true:
        raise Refused


def aggregate(data: bytes) -> dict:
    """Marginals of shares per country."""
    survey = json_of(text_of(data))
    need(isinstance(survey, dict) and survey)
    answers = []
    for country, items in survey.items():
        need(COUNTRY.fullmatch(country) and isinstance(items, dict))
        for entry in items.values():
            need(isinstance(entry, dict))
            for code, share in entry.items():
                need(re.fullmatch(r"-?[0-9]{1,9}", code) and str(int(code)) == code)
                need(int(code) < 2**15 and int(code) > -(10**6))
                need(type(share) in (int, float) and 0 <= share <= 1)
            need(sum(entry.values()) <= 1.05)
        n = _sample([share for entry in items.values() for share in entry.values()])
        answers += [
            (country, item, int(code), share, round(share * n) if n else None)
            for item, entry in items.items()
            for code, share in entry.items()
        ]
    return _marginals(answers)


def _sample(shares: list[float]) -> int | None:
    if len(set(shares)) < 2:
        return None
    counts = np.outer(np.arange(1, 20_001), shares)
    fits = (np.abs(counts - counts.round()) < 1e-7).all(axis=1)
    return int(fits.argmax()) + 1 if fits.any() else None


def tidy(data: bytes) -> dict:
    """Marginals of a tidy table."""
    text, separator = _table(text_of(data))
    answers, seen, sums, sizes = [], set(), {}, {}
    rows = table_of(text, separator)
    need({"country", "item", "code", "share"} <= _columns(text, separator))
    for row in rows:
        country, item = row["country"], row["item"]
        code, share = (_number(row[name], separator) for name in ("code", "share"))
        n = _number(row.get("n", ""), separator)
        need(COUNTRY.fullmatch(country) and item not in ("", " "))
        need(code is not None and code.is_integer() and abs(code) < 2**15)
        need(share is not None and 0 <= share <= 1 and (country, item, code) not in seen)
        need(n is None or 0 < n <= 1e9)
        need(sizes.setdefault((country, item), n) == n)
        seen.add((country, item, code))
        sums[country, item] = sums.get((country, item), 0) + share
        answers.append((country, item, int(code), share, n))
    need(all(total <= 1.05 for total in sums.values()))
    return _marginals(
        [
            (
                country,
                item,
                code,
                share,
                n and sums[country, item] and share / sums[country, item] * n,
            )
            for country, item, code, share, n in answers
        ]
    )


def microdata(data: bytes) -> dict:
    """Marginals of respondents with weights."""
    need(not data.startswith((b"\xff\xfe", b"\xfe\xff")))
    need(b"\0" not in data.split(b"\n")[0])
    text = str(data.removeprefix(b"\xef\xbb\xbf"), "utf-8", "replace").replace("\r\n", "\n")
    text = text.removesuffix("\r")
    need("\r" not in text or '"' in text)
    text, separator = _table(text)
    spelt = {name.casefold(): name for name in _columns(text, separator)}
    need({"b_country_alpha", "w_weight"} <= spelt.keys())
    masses, counts, kept = {}, {}, {}
    for row in table_of(text, separator):
        country = row[spelt["b_country_alpha"]]
        weight = _number(row[spelt["w_weight"]], separator)
        need(COUNTRY.fullmatch(country))
        good = weight is not None and weight > 0 and math.isfinite(weight)
        need(not good or 1e-4 <= weight <= 1e9)
        kept[country] = kept.get(country, False) or good
        for item in CODES.keys() & {name.upper() for name in spelt}:
            code = _number(row[spelt[item.casefold()]], separator)
            if code is not None:
                need(code.is_integer() and abs(code) < 2**15)
                if good:
                    key = country, item, int(code)
                    masses[key] = masses.get(key, 0) + weight
                    counts[key] = counts.get(key, 0) + 1
    need(all(kept.values()))
    return _marginals([(*key, round(masses[key], 9), counts[key]) for key in sorted(masses)])


def packed(data: bytes) -> dict:
    """Marginals of an undamaged file of SPSS or Stata; one that is damaged has no second reader."""
    if data not in CSV_OF:
        raise Unsure
    return microdata(CSV_OF[data])


def _table(text: str) -> tuple[str, str]:
    head = text.split("\n")[0]
    need(head.strip() and "\r" not in head)
    return text, ";" if head.count(";") > head.count(",") else ","


def _columns(text: str, separator: str) -> set[str]:
    return set((csv_of(text.split("\n")[0], separator) or [[]])[0])


def _number(field: str, separator: str) -> float | None:
    if not field.strip(" \t"):
        return None
    if re.fullmatch(r"[-+]?(inf|nan|infinity)", field.strip(" \t"), re.IGNORECASE):
        return math.inf
    if separator == ";":
        field = field.replace(",", ".")
    found = NUMBER.fullmatch(field)
    need(found)
    return float(found[1])


def _marginals(answers: list[tuple]) -> dict:
    """Shares over the bank's codes, the top answer, and the sample, by country and item."""
    need({item for _, item, *_ in answers} & CODES.keys())
    cells = {}
    for country, item, code, mass, n in answers:
        if code in CODES.get(item, ()):
            cells.setdefault((country, item), []).append((code, mass, n))
    found = {}
    for cell, parts in cells.items():
        total = sum(mass for _, mass, _ in parts)
        if total > 0:
            masses = {code: mass for code, mass, _ in parts}
            top = max(parts, key=lambda part: part[1])[0]
            n = None if any(n is None for *_, n in parts) else sum(n for *_, n in parts)
            shares = {code: masses.get(code, 0) / total for code in CODES[cell[1]]}
            found[cell] = (shares, top, n)
    need(found)
    return found


def is_name(value: object, shortest: int = 1) -> bool:
    """A text in one line without blanks around it."""
    fits = isinstance(value, str) and shortest <= len(value) <= 200
    return fits and value.isprintable() and value == value.strip()


def is_text(value: object) -> bool:
    """A text that says something."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= 20_000


def bank(data: bytes) -> tuple:
    """The survey's name, topics and items of an item bank."""
    raw = yaml_of(text_of(data))
    need(isinstance(raw, dict) and is_text(raw.get("survey")))
    topics, items = raw.get("topics"), raw.get("items")
    need(isinstance(topics, dict) and topics and isinstance(items, list) and items)
    need(all(is_name(key) and is_text(title) for key, title in topics.items()))
    found = {}
    for entry in items:
        need(isinstance(entry, dict))
        known = {"id", "topic", "wording", "options", "between", "codes", "kind", "reversed"}
        need(entry.keys() <= known and is_name(entry.get("id")) and is_text(entry.get("wording")))
        need(entry.get("topic") in list(topics) and entry["id"] not in found)
        found[entry["id"]] = _item(entry)
    return raw["survey"], topics, found


def _item(entry: dict) -> tuple:
    options, between = entry.get("options", []), entry.get("between")
    need(isinstance(options, list) and all(map(is_text, options)))
    need(len(set(options)) == len(options) and bool(options) != bool(between))
    need(between is None or (isinstance(between, list) and len(between) == 2))
    need(all(map(is_text, between or [])))
    codes = entry.get("codes", list(range(1, len(options) + 1)))
    need(isinstance(codes, list) and len(codes) > 1)
    need(all(type(code) is int and 0 <= code < 2**15 for code in codes))
    need(codes == sorted(set(codes)) and (between or len(options) == len(codes)))
    kind, turned = entry.get("kind", "ordinal"), entry.get("reversed", False)
    need(kind in ("ordinal", "nominal"))
    if not isinstance(turned, bool):
        words = {"yes": True, "on": True, "y": True, "t": True, "1": True, "true": True}
        words |= {"no": False, "off": False, "n": False, "f": False, "0": False, "false": False}
        need(str(turned).lower() in words or turned in (0.0, 1.0))
        turned = words.get(str(turned).lower(), turned == 1.0)
    return entry["topic"], entry["wording"], options, between, codes, kind, turned


def countries(data: bytes) -> dict:
    """Names and adjectives by country."""
    raw = yaml_of(text_of(data))
    need(isinstance(raw, dict))
    for code, entry in raw.items():
        need(isinstance(code, str) and COUNTRY.fullmatch(code) and isinstance(entry, dict))
        need(entry.keys() == {"name", "adjective"} and all(map(is_name, entry.values())))
    return {code: (entry["name"], entry["adjective"]) for code, entry in raw.items()}


def neutral(data: bytes) -> list[str]:
    """Lines that are not blank."""
    lines = [line.strip() for line in text_of(data).split("\n") if line.strip()]
    need(lines)
    return lines


def prompts(data: bytes) -> str:
    """The prompt for Kenya of a template that only names the country."""
    text = text_of(data)
    rest = text.replace("{{ country.name }}", "")
    if re.search(r"\{[{%#]|[#%}]\}", rest):
        raise Unsure
    return text.replace("{{ country.name }}", "Kenya").strip()


def config(data: bytes) -> dict:
    """The keys of a layer of the configuration."""
    raw = yaml_of(text_of(data))
    need(isinstance(raw, dict | None))
    return raw or {}


def rows(data: bytes) -> list:
    """The rows of a JSON Lines file."""
    return jsonl_of(data)


def answers(data: bytes) -> list[tuple]:
    """Item, sample and answer of rows, in a JSON list or JSON Lines."""
    text = text_of(data)
    raw = json_of(text) if text.lstrip().startswith("[") else jsonl_of(data)
    found = []
    for row in raw:
        need(isinstance(row, dict) and "answer" in row)
        item, sample, answer = row.get("item", row.get("Q_id")), row.get("sample"), row["answer"]
        need(isinstance(item, str) and item in CODES and isinstance(sample, str | int | None))
        need(isinstance(answer, str | int | float | None))
        found.append((item, sample, "" if answer is None else str(answer).strip()))
    need(found and len({row[:2] for row in found}) == len(found))
    return found


def choices_jsonl(data: bytes) -> list[tuple]:
    """Wording, options and the right one's number, of the questions about Kenya."""
    return _choices(jsonl_of(data))


def choices_csv(data: bytes) -> list[tuple]:
    """The same of CSV."""
    return _choices(table_of(*_table(text_of(data))))


def _choices(raw: list) -> list[tuple]:
    found, names = [], set()
    for row in raw:
        need(isinstance(row, dict))
        about = _said(row.get("country"), blank=True).casefold()
        wording = _said(row.get("question"))
        options = [_said(one, blank=True) for one in _listed(row.get("options"))]
        gold = row.get("gold")
        need(gold is not None and gold != [] and (not isinstance(gold, str) or gold.strip()))
        topic, name = _said(row.get("topic"), blank=True), _said(row.get("id"), blank=True)
        if about and about not in ("ken", "kenya"):
            continue
        right = _right(gold, options)
        if right is None:
            continue
        need(len(options) > 1 and len(set(options)) == len(options) and all(map(is_text, options)))
        need(is_text(wording) and is_name(topic, 0) and (not name or is_name(name)))
        need((name or (wording, *options)) not in names)
        names.add(name or (wording, *options))
        found.append((wording, options, right))
    need(found)
    return found


def _said(value: object, blank: bool = False) -> str:
    if value is None and blank:
        return ""
    need(isinstance(value, str | int | float) and (isinstance(value, str) or math.isfinite(value)))
    said = str(value).strip()
    need(said or blank)
    return said


def _listed(value: object) -> list:
    if isinstance(value, str):
        need(value.strip() and not value.strip().startswith(("{", "defaultdict(")))
        if not value.strip().startswith("["):
            return value.split("|")
        value = _spelt(value.strip())
    need(isinstance(value, list) and value)
    return value


def _spelt(text: str, otherwise: object = None) -> object:
    """A value in JSON, or as Python writes it."""
    try:
        return json_of(text)
    except Refused:
        pass
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return otherwise
    if isinstance(value, dict):  # whose keys may have stood twice
        raise Unsure
    return value


def _right(gold: object, options: list[str]) -> int | None:
    if isinstance(gold, str) and gold.strip().startswith(("[", "{", "defaultdict(")):
        gold = _spelt(gold.strip(), gold)
    if isinstance(gold, dict):
        own = [value for name, value in gold.items() if name.casefold() in ("ken", "kenya")]
        need(len(own) < 2)
        if not own:
            return None
        gold = own[0]
    if isinstance(gold, list):
        need(len(gold) == len(options) and all(type(one) in (int, float) for one in gold))
        need(all(0 <= one < math.inf for one in gold) and any(gold))
        return 1 + gold.index(max(gold))
    said = _said(gold, blank=True)
    for number, option in enumerate(options, start=1):
        if option.casefold() == said.casefold():
            return number
    letter = re.fullmatch(r"\(?([A-Za-z])\)?[.:]?", said)
    whole = re.fullmatch(r"([0-9]{1,4})(\.0)?", said)
    need(letter or whole)
    number = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter[1].upper()) + 1 if letter else int(whole[1])
    need(1 <= number <= len(options))
    return number


class Loose(Json):
    """JSON whose keys may stand twice: what a journal's line holds, its digest tells."""

    mapping = staticmethod(dict)


def journal(data: bytes) -> list[tuple]:
    """Key and text of the completions that are whole; the rest is asked again."""
    found = []
    for line in data.split(b"\n"):
        try:
            row = Loose(str(line, "utf-8")).read()
            noted = row.pop("digest")
            text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            need(hashlib.sha256(text.encode()).hexdigest()[:16] == noted)
        except (Refused, ValueError, AttributeError, KeyError, TypeError):
            continue
        found.append((row["key"], row["text"]))
    return found
