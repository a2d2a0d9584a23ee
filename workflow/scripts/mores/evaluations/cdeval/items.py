"""CDEval's items: a question with two options, the first of which points to the high pole."""

import re
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ConfigDict, Field, ValidationError

from mores.canonical import digest
from mores.errors import InputError
from mores.method.items import Bank, Item
from mores.rows import read_json
from mores.spec import Section

# Power distance, individualism, uncertainty avoidance, masculinity, long-term orientation,
# indulgence: what the first option of an item points to.
Dimension = Literal["PDI", "IDV", "UAI", "MAS", "LTO", "IVR"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Variant = Literal["question", "statements", "letters"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
HUB_FILE = "CDEval.json"


class Pair(Section):
    """An item as CDEval's file has it."""

    model_config = ConfigDict(str_strip_whitespace=True, str_min_length=1)

    dimension: Dimension = Field(alias="Dimension")
    domain: str = Field(alias="Domain")
    question: str = Field(alias="Question")
    high: str = Field(alias="Option 1")
    low: str = Field(alias="Option 2")

    @property
    def name(self) -> str:
        """Its id, by content, so that rows may move."""
        return f"{self.dimension}-{self.domain}-{digest([self.question, self.high, self.low])[:8]}"

    def asked(self, variant: Variant, turned: bool, named: bool) -> "Framed":
        """The item as it is put once."""
        return Framed(
            id=f"{self.name} {variant} {'21' if turned else '12'}",
            topic=f"{self.dimension} {self.domain}",
            wording=self.question,
            options=(self.low, self.high) if turned else (self.high, self.low),
            kind="nominal",
            reversed=turned,
            pair=self.name,
            variant=variant,
            named=named,
        )


class Framed(Item):
    """An item in one wording and one order; where `reversed`, the low pole's option is first."""

    pair: str
    """The id of the item."""
    variant: Variant
    named: bool
    """Whether the country is named."""

    @property
    def dimension(self) -> str:
        """What its options are the poles of."""
        return self.topic.partition(" ")[0]

    @property
    def domain(self) -> str:
        """What it is about."""
        return self.topic.partition(" ")[2]

    def pole(self, choice: int | None) -> int | None:
        """A choice by its place as the option of the file: 1 is the high pole."""
        return 3 - choice if choice and self.reversed else choice


def framed(bank: Bank, name: str) -> Framed:
    """One of the questions, with what CDEval's have besides."""
    item = bank.items[name]
    assert isinstance(item, Framed)
    return item


def read_pairs(path: Path, revision: str | None) -> list[Pair]:
    """The items of a file, or of a data set on the Hugging Face hub, in their order.

    Raises InputError that names the file and the item at fault.
    """
    file = path if path.is_file() else download(path, revision)
    rows = read_json(file)
    if not isinstance(rows, list) or not rows:
        raise InputError(f"{path}: a list of items is wanted; see docs/cdeval.md")
    pairs: dict[str, int] = {}
    found = []
    for number, row in enumerate(rows, start=1):
        pair = _pair(row, f"{path}, item {number}")
        if pair.name in pairs:
            raise InputError(f"{path}, item {number}: stands as item {pairs[pair.name]} too")
        pairs[pair.name] = number
        found.append(pair)
    return found


def _pair(row: Any, where: str) -> Pair:
    try:
        pair = Pair.model_validate(row)
        pair.asked("question", turned=False, named=True)  # told here where it stands in the file
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise InputError(f"{where}: {'; '.join(faults)}; mend the item") from None
    return pair


def download(path: Path, revision: str | None) -> Path:
    """CDEval's file in a data set of the hub, kept where huggingface_hub keeps its files."""
    name = str(path)
    if path.suffix == ".json" or not HUB_ID.fullmatch(name):
        raise InputError(f"{name}: no such file, nor is that the id of a data set; check the path")
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(name, HUB_FILE, repo_type="dataset", revision=revision))
    except (OSError, ValueError) as error:  # the hub's own errors are kinds of these
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"{name}: no file of this name, and {HUB_FILE} of the data set on the hub cannot be "
            f"had ({reason}); check path and `revision`, or download the file and name it"
        ) from None
