"""The survey's test items as tasks for inspect_ai and lm-evaluation-harness.

One row serves both. It puts the question to any model by multiple choice, and calls right what the
country answered most often; methods, norms and samples stay with mores.
"""

import json
from collections.abc import Iterable
from string import ascii_uppercase as LETTERS
from typing import Any

from mores.errors import InputError
from mores.method.countries import Country
from mores.method.items import Bank

ASKED = "How would most people in {country} answer this survey question?\n\n{wording}"
README = """# Tasks: the survey's test items, for other people's tools

`data/CODE.jsonl` holds a country's items, one a line:

- `id`, `input` (the question, asked for the country), `choices` (the options in words), `letters`
- `target` (the letter of the people's most frequent answer) and `gold` (its place, from 0)
- `metadata`: `country`, `item`, `topic`, `code` (of that answer in the survey), `shares` (the
  people's, in the order of the choices)

With inspect_ai, in this folder:

    inspect eval inspect_task.py -T country={first} --model MODEL

With lm-evaluation-harness, in this folder:

    lm_eval --include_path lm_eval --tasks mores --model hf --model_args pretrained=MODEL

Both report accuracy: how often a model picks the most frequent answer. The scores of mores, which
count how near an answer is, come from `workflow/scripts/score_answers.py`.
"""
CHOICES = (
    "{{input}}\n\n{% for letter in letters %}{{letter}}. {{choices[loop.index0]}}\n"
    "{% endfor %}Answer:"
)


def task_rows(country: Country, test: Iterable[dict[str, Any]], bank: Bank) -> list[dict[str, Any]]:
    """A row for each test item that the country answered.

    Raises InputError where the item bank is no longer the one that the rows were made with.
    """
    return [_row(country, row, bank) for row in test if row["top"] is not None]


def _row(country: Country, row: dict[str, Any], bank: Bank) -> dict[str, Any]:
    item = bank.items.get(row["item"])
    if item is None or row["top"] not in item.codes:
        raise InputError(
            f"{country.code}: the item bank has no {row['item']} with an option {row['top']}: it "
            "was changed since the survey was split; run `snakemake` first"
        )
    gold = item.codes.index(row["top"])
    shares = [(row["shares"] or {}).get(str(code), 0.0) for code in item.codes]
    return {
        "id": f"{country.code}-{item.id}",
        "input": ASKED.format(country=country.name, wording=item.wording),
        "choices": [item.text(code) for code in item.codes],
        "letters": list(LETTERS[: len(item.codes)]),
        "target": LETTERS[gold],
        "gold": gold,
        "metadata": {
            "country": country.code,
            "item": item.id,
            "topic": item.topic,
            "code": row["top"],
            "shares": shares,
        },
    }


def lm_eval_task(code: str) -> str:
    """The task of a country's file, as lm-evaluation-harness reads it (YAML, written as JSON)."""
    task = {
        "task": f"mores_{code}",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": f"data/{code}.jsonl"}},
        "test_split": "test",
        "output_type": "multiple_choice",
        "doc_to_text": CHOICES,
        "doc_to_choice": "letters",
        "doc_to_target": "gold",
        "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
        "metadata": {"version": 1.0},
    }
    return json.dumps(task, indent=1) + "\n"


def lm_eval_group(codes: Iterable[str]) -> str:
    """All countries' tasks as one, every country counting the same."""
    mean = {"metric": "acc", "aggregation": "mean", "weight_by_size": False}
    group = {
        "group": "mores",
        "task": [f"mores_{code}" for code in codes],
        "aggregate_metric_list": [mean],
        "metadata": {"version": 1.0},
    }
    return json.dumps(group, indent=1) + "\n"
