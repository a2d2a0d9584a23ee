"""A survey's test items as a task of inspect_ai: what did most people of a country answer?"""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice


@task
def mores(country: str) -> Task:
    """The items of one country, by its code."""
    data = Path(__file__).parent / "data" / f"{country}.jsonl"
    return Task(dataset=json_dataset(str(data)), solver=multiple_choice(), scorer=choice())
