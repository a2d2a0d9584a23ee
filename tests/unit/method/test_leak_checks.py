"""Leaks of each kind, planted in files that the steps themselves have made."""

import copy
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.method.items import load_bank
from mores.method.leak_checks import LeakChecking, LeakListing, check_leaks, list_leaks
from mores.method.models import Sampling
from mores.method.norms import HighMining, LowMining, Way, mine_high_norms, mine_low_norms
from mores.method.objectives.kto import examples
from mores.method.prompts import Prompts
from mores.method.rendered import templates_of
from mores.method.traces import Tracing, sample_traces
from mores.survey.part import REWORDED, BankPart
from mores.survey.split import Split, split_items

BANK = load_bank(Path(__file__).parents[3] / "resources/items/demo.yaml")
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
WAY = Way(answers="top")
PARTS = split_items(BANK, Split())
TRAIN = [item for item in BANK.items.values() if PARTS[item.id] == "train"][:7]
TEST = next(item for item in BANK.items.values() if PARTS[item.id] == "test")
FILES = {"low": {"low.jsonl": "top1"}, "high": {"high.jsonl": "top1"}}
FILES |= {"traces": {"traces.jsonl": ""}, "examples": {"examples.jsonl": ""}}
SPEC = LeakChecking.model_construct(
    bank=BankPart.of(BANK, "all", REWORDED, Split()),
    ways={"top1": WAY},
    norms_per_topic=2,
    files=FILES,
)


def player(body: dict) -> str:
    asked = body["messages"][0]["content"]
    if "numbered list" in asked:
        return "so\n</think>\n\n1. People here agree.\n2. People here do not."
    return f"so\n</think>\n\n{'People here agree.' if 'one sentence' in asked else '2'}"


@pytest.fixture
def made(stage, endpoint) -> dict[str, list]:
    return make(stage, endpoint)


def make(stage, endpoint) -> dict[str, list]:
    """All that the step looks through, made by the steps that make it."""
    endpoint.reply = player
    train = [
        {"item": item.id, "topic": item.topic, "top": 2, "shares": {"2": 1.0}} for item in TRAIN
    ]
    mining = {"sampling": SAMPLING, "retries": 0}
    low = mine_low_norms(LowMining.model_construct(**mining, way=WAY), stage, train)
    high = mine_high_norms(HighMining.model_construct(**mining, norms_per_topic=2), stage, low)
    tracing = Tracing.model_construct(samples=1, second_round=None, sampling=SAMPLING)
    traces = sample_traces(tracing, stage, low)
    taught = examples(stage, traces)
    found = {"train": train, "low": [low], "high": [high], "traces": [traces]}
    return found | {"examples": [taught]}


def test_what_the_steps_have_made_leaks_nothing_and_stands_in_the_table(stage, made):
    rows = check_leaks(SPEC, stage, **made)
    assert [row["file"] for row in rows] == [path for of in FILES.values() for path in of]
    assert [row["rows"] for row in rows] == [7, len(BANK.topics), 7, 7]
    assert rows[0]["texts"] >= 14  # a reply and a prompt a row
    table = list_leaks(LeakListing(files=tuple(row["file"] for row in rows)), [rows])
    assert [line.split("\t")[0] for line in table.splitlines()] == [
        "file",
        *sorted(row["file"] for row in rows),
    ]
    with pytest.raises(InputError, match=r"other\.jsonl: not looked through"):
        list_leaks(LeakListing(files=("other.jsonl",)), [rows])


CHANGED = TEST.wording.replace("people", "folk", 1)
PLANTED = {
    "a row of a test item": ("low", 2, {"item": TEST.id}, f"is of the test item {TEST.id}"),
    "a norm made from one": ("high", 0, {"items": [TEST.id]}, f"is of the test item {TEST.id}"),
    "an id in a norm": (
        *("high", 1, {"norms": [f"As in {TEST.id}.", "So."]}),
        f"names the test item {TEST.id}",
    ),
    "a wording in a trace": ("traces", 3, {"text": f"Hm. {TEST.wording} No."}, "has 100% of"),
    "a near-copy in a training prompt": ("examples", 4, {"prompt": CHANGED}, "of the wording of"),
    "a near-copy in a reply to learn": ("examples", 5, {"completion": CHANGED}, "of the wording"),
    "another prompt": ("low", 6, {"prompt": "0" * 64}, "its prompt is not what its template"),
    "another norm in a trace's prompt": ("traces", 0, {"norm": "Well."}, "its prompt is not what"),
}


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_planted_leak_is_one_line_with_file_line_and_item(stage, made, planted, caplog):
    kind, at, changed, told = PLANTED[planted]
    spoilt = copy.deepcopy(made)
    spoilt[kind][0][at] |= changed
    with pytest.raises(InputError) as caught:
        check_leaks(SPEC, stage, **spoilt)
    first = next(iter(caplog.records)).getMessage()
    assert f"{kind}.jsonl, line {at + 1}: " in caplog.text and told in caplog.text
    assert str(caught.value).startswith(first) and "\n" not in str(caught.value)


def test_a_template_that_tells_of_a_test_item_is_found_in_the_prompts(stage, endpoint, tmp_path):
    """The digests agree, since the same template made the rows."""
    folder = shutil.copytree(stage.prompts.folder, tmp_path / "prompts")
    with open(folder / "low_norm.j2", "a", encoding="utf-8") as stream:
        stream.write(f"\nAn example: {TEST.wording}\n")
    telling = replace(stage, prompts=Prompts(folder))
    with pytest.raises(InputError, match=rf"low\.jsonl, line 1: its prompt has 100% .* {TEST.id} "):
        check_leaks(SPEC, telling, **make(telling, endpoint))


def test_prompts_of_a_way_ask_for_its_own_number_of_norms(stage, made):
    own = SPEC.model_copy(
        update={
            "ways": {"top1": WAY.model_copy(update={"norms_per_topic": 2})},
            "norms_per_topic": 5,
        }
    )
    assert check_leaks(own, stage, **made) == check_leaks(SPEC, stage, **made)
    with pytest.raises(InputError, match="its prompt is not what its template makes"):
        check_leaks(SPEC.model_copy(update={"norms_per_topic": 5}), stage, **made)


def test_every_way_s_templates_are_in_the_spec():
    ways = [Way(answers="none"), Way(answers="top"), Way(answers="ranked")]
    assert templates_of(ways, True) == {
        *("low_norm", "ranked_norm", "high_norm", "topic_norm", "answer")
    }
    assert templates_of(ways[:1], False) == {"topic_norm"}
