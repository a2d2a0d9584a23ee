"""How a scene is told under the conditions of an evaluation."""

from typing import Literal

from mores.evaluations.pact.scenes import Person, Scene
from mores.spec import Section

BALANCE = "Weigh what is expected and what the person would prefer against each other."


class Conditions(Section):
    """The conditions under which scenes are put; evaluations that differ in them make a grid."""

    preference: Literal["actor", "swapped", "both"] = "actor"
    """Whose wish is stated: the actor's, the receiver's in its place, or the same of both."""
    demographics: Literal["none", "full"] = "full"
    """Whether country, age and gender of the two persons are told."""
    balance: bool = False
    """Whether the model is asked to weigh both sides."""
    expectation: Literal["file", "norms"] = "file"
    """What is expected: as the file says; or nothing is said, and the norms of the method count."""


def told(scene: Scene, conditions: Conditions) -> str:
    """A scene in words, a line each for what there is to say."""
    lines = [f"In {scene.base}: {scene.situation}"]
    if conditions.demographics == "full":
        lines.append(_person("Person A, the actor", scene.actor))
        lines.append(_person("Person B, the receiver", scene.receiver))
    if conditions.expectation == "file":
        lines.append(f"What is expected in {scene.base}: {scene.expectation}")
    lines.append(f"{_wisher(conditions)} would prefer: {_ended(scene.preference)}")
    if conditions.balance:
        lines.append(BALANCE)
    return "\n".join(lines)


def _person(name: str, person: Person) -> str:
    return f"{name}: {person.gender}, {person.age}, from {person.country}."


def _wisher(conditions: Conditions) -> str:
    wishers = {"actor": "Person A", "swapped": "Person B", "both": "Person A and Person B both"}
    return f"What {wishers[conditions.preference]}"


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
