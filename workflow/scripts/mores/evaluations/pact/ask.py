"""Each scene is put twice, its options in both orders, and one of them is asked for."""

import re
from functools import partial
from typing import Any

from mores.evaluations.pact.questions import ALLOW, FOLLOW
from mores.method.answers import answer_country
from mores.method.items import Item
from mores.method.replies import read_answer
from mores.method.requests import Completion

LABEL = re.compile(r"\b(FOLLOW)[_ ]CULTURE\b|\b(ALLOW)[_ ]PREFERENCE\b", re.I)
# Labels that an answer mentions to put them aside: "rather than FOLLOW_CULTURE".
PUT_ASIDE = re.compile(
    r"(?:\b(?:not|never|nor|than|instead of)|n['\u2019]t)\s+(?:\w+\s+){0,3}?\W*"
    rf"(?:{LABEL.pattern})",
    re.I,
)


def read_decision(completion: Completion, item: Item, left_open: bool = False) -> dict[str, Any]:
    """A reply read: the option it names by its label or by its number, or why there is none.

    A label alone counts, and so does a number alone. A label and another option's number are
    ambiguous; where both labels stand (as when the options are repeated) the number decides.
    """
    read = read_answer(completion, item, left_open)
    labels = LABEL.findall(PUT_ASIDE.sub(" ", read["answer"]))
    named = {FOLLOW if follow else ALLOW for follow, _ in labels}
    if not named or read["invalid"] == "cut":
        return read
    codes = {code for code in item.codes if item.text(code).partition(":")[0] in named}
    if read["choice"] is not None:
        codes &= {read["choice"]}
    choice = codes.pop() if len(codes) == 1 else None
    return read | {"choice": choice, "invalid": None if choice else "ambiguous"}


answer = partial(answer_country, read=read_decision)
