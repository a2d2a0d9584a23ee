"""Replies read: thinking and answer told apart, and the option or the norms an answer states."""

import re
from typing import Any

from mores.method.items import Item
from mores.method.requests import Completion

# Why an answer names no option.
REASONS = ("cut", "refused", "no_number", "not_an_option", "ambiguous")
REFUSAL = re.compile(
    r"\b(i (can(no|')t|am (unable|not able)|won't|refuse)|as an ai|not appropriate to)\b", re.I
)
NUMBER = re.compile(r"(?<!\d)-?\d+(?:[.,]\d+)?")
STATED = re.compile(
    r"(?:\\boxed\{|\b(?:answer|option|choice)\b\W*(?:is\b|would be\b)?\W*?)(-?\d+)(?![.,]?\d)", re.I
)
LEADING = re.compile(r"^[^\w\n-]*(-?\d+)\s*(?:[.):,](?!\d)|$)", re.M)
LISTED = re.compile(r"^\s*(\d+)[.)]\s+(.+?)\s*$", re.M)


def split_thinking(text: str) -> tuple[str, str]:
    """Part R1-style output at the last `</think>` into thinking and answer, both stripped.

    R1 chat templates open the tag themselves, so that the output may hold only its end. Output
    that opens the tag and never closes it is all thinking; output without tags is all answer.
    """
    thinking, closed, answer = text.rpartition("</think>")
    if not closed and text.lstrip().startswith("<think>"):
        thinking, answer = answer, ""
    return thinking.strip().removeprefix("<think>").strip(), answer.strip()


def read_answer(completion: Completion, item: Item) -> dict[str, Any]:
    """Thinking, answer, and the option it names; an answer cut by the length limit is invalid."""
    thinking, answer = split_thinking(completion.text)
    choice, invalid = parse_choice(answer, item.codes)
    if completion.finish_reason == "length":
        choice, invalid = None, "cut"
    return {"answer": answer, "thinking": thinking, "choice": choice, "invalid": invalid}


def parse_choice(text: str, codes: tuple[int, ...]) -> tuple[int | None, str | None]:
    """The option a final answer names, or the reason there is none; nothing is guessed.

    A number called the answer counts before one that opens a line, and that before a number that
    stands alone. Reasons: `refused`, `no_number`, `ambiguous`, `not_an_option`.
    """
    numbers = NUMBER.findall(text)
    if not numbers:
        return None, "refused" if REFUSAL.search(text) else "no_number"
    stated = STATED.findall(text)[-1:] or LEADING.findall(text) or numbers
    if len(set(stated)) > 1:
        return None, "ambiguous"
    choice = stated[0]
    if not choice.lstrip("-").isdigit() or int(choice) not in codes:
        return None, "not_an_option"
    return int(choice), None


def parse_norm(text: str) -> str | None:
    """The one sentence of a low-level norm, or None where the answer is no single line."""
    line = text.strip().strip("*").strip()
    return line if line and "\n" not in line else None


def parse_norms(text: str, count: int) -> list[str] | None:
    """A numbered list of `count` different norms, or None where the answer is anything else."""
    listed = LISTED.findall(text)
    norms = [norm.strip("* ") for _, norm in listed]
    numbered = [int(number) for number, _ in listed] == list(range(1, count + 1))
    return norms if numbered and len(set(norms)) == count else None
