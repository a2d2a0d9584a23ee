"""The reference, made from the code: keys of the configuration, rules and files, tables' columns.

What a column holds stands in the page of its table; here all are found, and none may be missing.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mores.evaluations import guardrails
from mores.evaluations.cdeval import table as cdeval
from mores.evaluations.choices import table as choices
from mores.evaluations.pact import table as pact
from mores.evaluations.survey import table as survey
from mores.exports.columns import PARTS
from mores.method import leak_checks
from mores.report import costs
from mores.scoring import contrasts, hypotheses, norm_effects, stated, variance
from mores.scoring.review import score as review
from mores.study import grid

HERE = Path(__file__).parent
RULES = HERE.parent / "workflow/rules"
SCHEMA = HERE.parent / "workflow/schemas/config.schema.json"
# Of lists that hold what the rows of `mores.scoring.listing` do; a test compares.
CELL = ("country", "model", "method")
ITEMS = (
    *(*CELL, "item", "topic", "gold", "gold_share", "answers", "item_alignment", "top_match"),
    *("baseline_answers", "baseline_item_alignment", "norms"),
)
TOPICS = (*CELL, "topic", "n_items", "item_alignment", "top_match", "gain", "norms")
# By table the page that explains it, and its columns as the code has them.
TABLES = {
    "scores.tsv": ("scores", survey.LAYOUT.columns),
    "NAME.tsv, of kind choices": ("evaluations", choices.LAYOUT.columns),
    "NAME.tsv, of kind cdeval": ("cdeval", cdeval.COLUMNS),
    "NAME.tsv, of kind pact": ("pact", pact.LAYOUT.columns),
    "contrasts.tsv": ("contrasts", contrasts.COLUMNS),
    "hypotheses.tsv": ("contrasts", hypotheses.COLUMNS),
    "norm_effects.tsv": ("norm_effects", norm_effects.COLUMNS),
    "variance.tsv": ("replicates", variance.COLUMNS),
    "guardrails.tsv": ("guardrails", guardrails.COLUMNS),
    "items.tsv": ("scores", ITEMS),
    "topics.tsv": ("scores", TOPICS),
    "leaks.tsv": ("leaks", leak_checks.COLUMNS),
    "stated.tsv": ("scores", stated.COLUMNS),
    "norm_review.tsv": ("norm_review", review.COLUMNS),
    "costs, in the report": ("report", costs.COLUMNS),
}
# What pages say in running text, or not anew for each table.
IN_TEXT = {
    "country": "the country's code, or `MEAN`",
    "model": "the model's name, or `reference`",
    "method": "the method's name",
    "hypothesis": "the claim's name in the configuration",
    "direction": "which way the claim says that the difference goes: `higher`, `lower`",
    "least": "the points that would matter",
    "dimension": "one of the six, or `ALL`",
    "domain": "the domain of the questions, or `ALL`",
    "check": "what is held against the base: `alignment`, `form`, `apart`, or an evaluation",
    "file": "the file that was looked through",
    "rows": "its rows",
    "texts": "its texts",
    "sister_rows": "rows of items of one question battery with a test item",
    "nearest": "how near it comes to a test item, 0 to 1",
    "nearest_item": "that test item",
    "nearest_line": "the line of the file on which it does",
    "norms_in_prompt": "which norms stood in the prompt: `own`, `others`, `control`, `none`",
    "n_texts": "texts that were looked through",
    "states_own": "share of them that state a norm of the country's own",
    "states_other": "share that state one of another country's, as a mean over these",
    "difference": "the first share less the second",
    "source": "`mined`, `other_country` or `turned`",
    "mining": "the way to mine, or `ALL`",
}
CODE = re.compile(r"`([^`]+)`")
ROW = re.compile(r"^\| *(`.*?) *\| *(.+?) *\|(?: *[^|]*\|)?$", re.M)


def write(folder: Path) -> None:
    """The pages of the reference that are made, into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in {
        "configuration": configuration(),
        "rules": rules(),
        "tables": tables(),
    }.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def configuration() -> str:
    """Every key, by section, with its type, its default and what it is for."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    parts = ["# Configuration", "What `config/config.yaml` may hold, from the code that checks it."]
    for key, told in schema["properties"].items():
        parts += [f"## `{key}`", *_described(told), *_entries(told, schema["$defs"])]
    return "\n\n".join(parts) + "\n"


def _entries(told: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """The keys of the sections that a key may hold."""
    for name in dict.fromkeys(re.findall(r'"#/\$defs/(\w+)"', json.dumps(told))):
        section = known[name]
        if "properties" not in section:
            continue
        yield f"**{name}.** {section.get('description', '').strip()}".strip()
        yield "\n".join(_line(key, one) for key, one in section["properties"].items())
        below = [key for key, one in section["properties"].items() if "$defs" in json.dumps(one)]
        for key in below:
            yield from _entries(section["properties"][key], known)


def _line(key: str, told: dict[str, Any]) -> str:
    text = " ".join(told.get("description", "").split())
    default = f"; default `{json.dumps(told['default'])}`" if "default" in told else ""
    return f"- `{key}` ({_type(told)}{default}){': ' + text if text else ''}"


def _described(told: dict[str, Any]) -> Iterator[str]:
    text = " ".join(told.get("description", "").split())
    if text or "$defs" not in json.dumps(told):
        yield f"{_type(told).capitalize()}. {text}".strip()


def _type(told: dict[str, Any]) -> str:
    if "const" in told or "enum" in told:
        return " or ".join(f"`{one}`" for one in told.get("enum", [told.get("const")]))
    if several := told.get("anyOf") or told.get("oneOf"):
        return " or ".join(dict.fromkeys(_type(one) for one in several))
    if "$ref" in told:
        return told["$ref"].rpartition("/")[2]
    kinds = {"object": "mapping", "array": "list", "null": "null"}
    kind = told.get("type", "value")
    return kinds.get(kind, kind)


def rules() -> str:
    """Every rule by file, with what it is for and the files that it makes."""
    parts = ["# Rules and files", "What Snakemake can be asked for, from the rules themselves."]
    for path in sorted(RULES.glob("*.smk")):
        text = path.read_text(encoding="utf-8")
        told = re.match(r'"""(.*?)"""', text, re.S)
        found = re.findall(r'^rule (\w+):\n    """(.*?)"""(.*?)(?=^rule |\Z)', text, re.M | re.S)
        if told and (found or re.search(r"^    rule:$", text, re.M)):
            parts += [f"## `{path.stem}`", _grid_names(told[1])]
            parts += [_rule(*one) for one in found]
    return "\n\n".join(parts) + "\n"


def _rule(name: str, told: str, body: str) -> str:
    output = re.search(r"^    output:\n(.*?)(?=^    \w+:)", body, re.M | re.S)
    named = re.findall(r"grid\.([A-Z_]+)", output[1]) if output else []
    files = ", ".join(f"`{getattr(grid, one)}`" for one in named)
    told = " ".join(told.split())
    return f"### `{name}`\n\n{told}" + (f"\n\nMakes {files}." if files else "")


def _grid_names(text: str) -> str:
    return re.sub(r"grid\.([A-Z_]+)", lambda one: f"`{getattr(grid, one[1])}`", text.strip())


def tables() -> str:
    """Every column of every table, with what its page says of it."""
    parts = ["# Tables and their columns", "In the order in which the columns stand."]
    for name, (page, columns) in TABLES.items():
        told = explained(page, columns)
        lines = "\n".join(f"- `{column}`: {told[column]}" for column in columns)
        parts += [f"## {name}", f"More in [{page}](../{page}.md).", lines]
    parts += ["## Rows of the exported data set", "More in [exports](../exports.md)."]
    for part, of in PARTS.items():
        lines = "\n".join(f"- `{one.name}` ({one.type}): {one.told}" for one in of)
        parts += [f"### {part}", lines]
    return "\n\n".join(parts) + "\n"


def explained(page: str, columns: tuple[str, ...]) -> dict[str, str]:
    """By column what its page says, else that of the scores; a link is told by its words.

    Raises KeyError with the columns of which nothing is said.
    """
    said: dict[str, str] = {}
    for name in (page, "scores"):
        text = (HERE / f"{name}.md").read_text(encoding="utf-8")
        for names, told in ROW.findall(text):
            told = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", told).replace("\\|", "|")
            for column in columns:
                if column not in said and _names(names, column):
                    said[column] = told
        said |= {name: IN_TEXT[name] for name in columns if name in IN_TEXT and name not in said}
    if silent := [column for column in columns if column not in said]:
        raise KeyError(f"docs/{page}.md says nothing of {', '.join(silent)}")
    return said


def _names(cell: str, column: str) -> bool:
    """Whether the first field of a row names a column: in full, by its end, or by a pattern."""
    whole: list[str] = []
    for name in CODE.findall(cell):
        ends = [one + name for one in whole] + [one.rpartition("_")[0] + name for one in whole]
        of = ends if name.startswith("_") else [name]
        whole += of if not name.startswith("_") else []
        if any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), column) for one in of):
            return True
    # "`delta`, ...": all that begins so; "`invalid_cut` ... `invalid_ambiguous`": all between.
    return "..." in cell and column.startswith(f"{whole[0].partition('_')[0]}_")
