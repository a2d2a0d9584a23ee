"""Golden prompts: the whole text that the demo model sees, for every template that a rule renders.

The texts are in `golden/`, one file a prompt. Where a template is changed on purpose, renew them
and read their diff before it is committed:

    MORES_RENEW_GOLDEN=1 .venv/bin/python -m pytest tests/unit/method/test_golden_prompts.py
    git diff tests/unit/method/golden
"""

import os
from difflib import unified_diff
from pathlib import Path

import pytest

from mores.method.answers import Answering, answer_items, shown_examples
from mores.method.models import Sampling
from mores.method.norms import (
    HighMining,
    LowMining,
    Way,
    mine_high_norms,
    mine_low_norms,
    mine_topic_norms,
)

GOLDEN = Path(__file__).parent / "golden"
TEMPLATES = Path(__file__).parents[3] / "resources/prompts"
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
HIGH = HighMining.model_construct(sampling=SAMPLING, retries=0, norms_per_topic=3)
ANSWERED = {"item": "CU01", "topic": "customs", "top": 2}
SHARES = ANSWERED | {"shares": {"1": 0.204, "2": 0.5, "3": 0.296, "4": 0.0}}
NORMS = {"customs": ["They keep the old feasts.", "They wear the old dress."]}
SHOWN = [
    {"item": "CU02", "topic": "customs", "top": 3},
    {"item": "CU16", "topic": "customs", "top": 10},
    {"item": "ST01", "topic": "strangers", "top": 1},
]


def low(way, row=ANSWERED):
    """Low-level norms, mined in this way."""
    spec = LowMining.model_construct(sampling=SAMPLING, retries=0, way=way)
    return lambda stage: mine_low_norms(spec, stage, [row])


def high(stage):
    texts = ["They feast as of old.", "They drop what stands in the way."]
    rows = [
        {"item": item, "topic": "customs", "norm": text}
        for item, text in zip(["CU01", "CU02"], texts, strict=True)
    ]
    return mine_high_norms(HIGH, stage, rows)


def topic(stage):
    return mine_topic_norms(HIGH, stage)


def answer(item="CU01", norms=None, shown=(), **method):
    """An answer to one item."""
    spec = Answering.model_construct(
        **{"samples": 1, "sampling": SAMPLING, "prompt": "answer"} | method
    )
    return lambda stage: answer_items(
        spec,
        stage,
        [stage.item(item)],
        norms or {},
        shown_examples(stage, [*shown], len(shown), spec.variant),
    )


PROMPTS = {
    "low_norm": low(Way(answers="top")),
    "ranked_norm": low(Way(answers="ranked"), SHARES),
    "ranked_norm_shares": low(Way(answers="ranked", shares=True), SHARES),
    "high_norm": high,
    "topic_norm": topic,
    "answer": answer(),
    "answer_scale": answer("CU16"),
    "answer_norms": answer(norms=NORMS),
    "answer_examples": answer(shown=SHOWN),
    "answer_unthinking": answer(thinking="none"),
    "persona": answer(prompt="persona"),
    "persona_norms": answer(prompt="persona", norms=NORMS),
    "stated_answer_norms": answer(prompt="stated/answer", norms=NORMS),
    "stated_persona_scale": answer("CU16", prompt="stated/persona"),
    "cross_culture": answer(prompt="cross_culture"),
    "cross_culture_norms": answer(prompt="cross_culture", norms=NORMS),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_the_model_sees_this_text_to_the_letter(stage, endpoint, name):
    PROMPTS[name](stage)
    body = endpoint.bodies[0]
    text = body["prompt"] if "prompt" in body else stage.chat().prompt(tuple(body["messages"]))
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("MORES_RENEW_GOLDEN"):
        file.write_bytes(text.encode())
        pytest.fail(f"{file} is renewed: read its diff")
    kept = file.read_bytes().decode()
    lines = [one.splitlines(keepends=True) for one in (kept, text)]
    diff = "".join(unified_diff(*lines, fromfile=f"golden/{name}.txt", tofile="now"))
    assert text == kept, f"\n{diff}"


def test_every_template_has_a_golden_prompt_and_every_golden_prompt_its_test():
    rendered = {path.stem for path in TEMPLATES.glob("*.j2") if not path.name.startswith("_")}
    assert rendered <= set(PROMPTS)
    assert {path.stem for path in GOLDEN.iterdir()} == set(PROMPTS)
