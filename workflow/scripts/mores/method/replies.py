"""Replies read: thinking and answer told apart, and the option or the norms an answer states."""

import re
from collections.abc import Callable
from typing import Any

from mores.method.choice import parse_choice
from mores.method.items import Item
from mores.method.requests import Completion
from mores.method.tags import CLOSE, OPEN

# Why an answer names no option.
REASONS = ("cut", "refused", "no_number", "not_an_option", "ambiguous")
LISTED = re.compile(r"^[^\S\n]*(\d+)[.)]\s+(\S.*)$", re.M)
# Thinking, answer, choice and why there is none, of a reply to an item.
Reader = Callable[[Completion, Item, bool], dict[str, Any]]


def split_thinking(text: str, left_open: bool = False) -> tuple[str, str]:
    """Part R1-style output at the last `</think>` into thinking and answer, both stripped.

    Output that opens the tag and never closes it is all thinking, and so is output without tags
    that is `left_open`: its prompt opened the tag, as R1 chat templates do. Any other output
    without tags is all answer.
    """
    thinking, closed, answer = text.rpartition(CLOSE)
    if not closed and (left_open or text.lstrip().startswith(OPEN)):
        thinking, answer = answer, ""
    return thinking.strip().removeprefix(OPEN).strip(), answer.strip()


def read_answer(completion: Completion, item: Item, left_open: bool = False) -> dict[str, Any]:
    """Thinking, answer, and the option it names; an answer cut by the length limit is invalid."""
    thinking, answer = split_thinking(completion.text, left_open)
    choice, invalid = parse_choice(answer, item)
    if completion.finish_reason == "length":
        choice, invalid = None, "cut"
    return {"answer": answer, "thinking": thinking, "choice": choice, "invalid": invalid}


def parse_norm(text: str) -> str | None:
    """The one sentence of a low-level norm, or None where the answer is no single line."""
    line = text.strip().strip("*").strip()
    return line if line and "\n" not in line else None


def parse_norms(text: str, count: int) -> list[str] | None:
    """A numbered list of `count` different norms, or None where the answer is anything else."""
    listed = LISTED.findall(text)
    norms = [norm.strip().strip("* ") for _, norm in listed]
    numbered = [float(number) for number, _ in listed] == list(range(1, count + 1))
    return norms if numbered and all(norms) and len(set(norms)) == count else None
