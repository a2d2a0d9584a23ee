"""The split of a bank as a step: a table that a paper can cite."""

from mores.method.items import Bank
from mores.spec import Section
from mores.survey.part import BankPart
from mores.survey.split import Split, split_items, split_table


class Splitting(Section):
    """What the split is drawn with."""

    split: Split
    bank: BankPart


def split_bank(spec: Splitting, bank: Bank) -> str:
    """The split as a table (TSV)."""
    return split_table(bank, split_items(bank, spec.split))
