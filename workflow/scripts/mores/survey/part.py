"""What a step sees of an item bank, so that a word elsewhere in it makes nothing stale."""

from typing import Literal, Self

from mores.canonical import digest
from mores.errors import InputError
from mores.method.items import Bank, Item
from mores.spec import Section
from mores.survey.split import Split, split_items

Part = Literal["none", "train", "test", "all"]
# What a question is put with; further wordings shape nothing but what puts these.
WORDED = tuple(name for name in Item.model_fields if name != "wordings")
REWORDED = (*WORDED, "wordings")


class BankPart(Section):
    """Topics, and fields of some items, with the digest of all that.

    `fields` are Item's; with `wording` among them the topics' titles count too.
    """

    part: Part
    fields: tuple[str, ...]
    split: Split | None = None
    digest: str

    @classmethod
    def of(
        cls,
        bank: Bank,
        part: Part,
        fields: tuple[str, ...] = WORDED,
        split: Split | None = None,
    ) -> Self:
        """A part of a bank; `train` and `test` need the split that makes them."""
        seen = cls(part=part, fields=fields, split=split, digest="")
        return seen.model_copy(update={"digest": seen._digest(bank)})

    def take(self, bank: Bank, where: str) -> Bank:
        """The bank with these items alone; InputError where it is not what the digest is of."""
        if self._digest(bank) != self.digest:
            raise InputError(
                f"{where}: changed since this run was planned; run again, and what it shapes is "
                "made anew"
            )
        return Bank(bank.survey, bank.topics, {item.id: item for item in self._items(bank)})

    def parts(self, bank: Bank) -> dict[str, str]:
        """Which part each item of the bank belongs to."""
        assert self.split is not None
        return split_items(bank, self.split)

    def _items(self, bank: Bank) -> list[Item]:
        if self.part == "none":
            return []
        if self.part == "all":
            return [*bank.items.values()]
        parts = self.parts(bank)
        return [item for item in bank.items.values() if parts[item.id] == self.part]

    def _digest(self, bank: Bank) -> str:
        topics = [*bank.topics.items()] if "wording" in self.fields else [*bank.topics]
        items = [item.model_dump(include=set(self.fields)) for item in self._items(bank)]
        return digest([topics, items])
