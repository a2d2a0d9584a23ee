"""Prompts out, answers in: templates rendered, thinking and answer told apart."""

import re
from dataclasses import dataclass
from pathlib import Path

import jinja2
import yaml

from mores.errors import InputError

REFUSAL = re.compile(
    r"\b(i (can(no|')t|am (unable|not able)|won't|refuse)|as an ai|not appropriate to)\b", re.I
)
NUMBER = re.compile(r"(?<!\d)-?\d+(?:[.,]\d+)?")
STATED = re.compile(
    r"(?:\\boxed\{|\b(?:answer|option|choice)\b\W*(?:is\b|would be\b)?\W*?)(-?\d+)(?![.,]?\d)", re.I
)
LEADING = re.compile(r"^[^\w\n-]*(-?\d+)\s*(?:[.):,](?!\d)|$)", re.M)
# What ends the thinking of R1 models, as they write it.
END_THINKING = "\n</think>\n\n"
LISTED = re.compile(r"^\s*(\d+)[.)]\s+(.+?)\s*$", re.M)


@dataclass(frozen=True)
class Country:
    """A country as prompts name it."""

    code: str
    name: str
    adjective: str


def load_countries(path: str | Path) -> dict[str, Country]:
    """Read the names of countries: ISO code to name and adjective."""
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file of country names; check the path") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML; mend it: {error}") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: needs country codes, each with `name` and `adjective`")
    fields = {"name", "adjective"}
    faulty = [
        code for code, entry in raw.items() if not isinstance(entry, dict) or set(entry) != fields
    ]
    if faulty:
        raise InputError(f"{path}: {', '.join(faulty)}: give `name` and `adjective`, no more")
    return {code: Country(code, **entry) for code, entry in raw.items()}


def load_neutral(path: str | Path) -> list[str]:
    """Read the lines of neutral text, which state no norm."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file of neutral text; check the path") from None
    if not any(lines):
        raise InputError(f"{path}: holds no line of neutral text; write some")
    return [line.strip() for line in lines if line.strip()]


class Prompts:
    """The Jinja templates of a folder; a value that a template names must be given."""

    def __init__(self, folder: str | Path):
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, **values) -> tuple[dict[str, str], ...]:
        """One user turn, as chat messages: R1 models advise against a system prompt."""
        text = self.environment.get_template(f"{template}.j2").render(**values).strip()
        return ({"role": "user", "content": text},)


def split_thinking(text: str) -> tuple[str, str]:
    """Part R1-style output at the last `</think>` into thinking and answer, both stripped.

    R1 chat templates open the tag themselves, so that the output may hold only its end. Output
    that opens the tag and never closes it is all thinking; output without tags is all answer.
    """
    thinking, closed, answer = text.rpartition("</think>")
    if not closed and text.lstrip().startswith("<think>"):
        thinking, answer = answer, ""
    return thinking.strip().removeprefix("<think>").strip(), answer.strip()


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
