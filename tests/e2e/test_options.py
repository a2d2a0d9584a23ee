"""Option probabilities as a real vLLM server tells them, against what transformers computes."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mores.engine.generate import Asker
from mores.engine.models import model_ref
from mores.engine.server import Room, Server
from mores.engine.settings import Endpoint, Engine, Model
from mores.method.answers import Answering, answer_items
from mores.method.chat import load_template
from mores.method.countries import Country
from mores.method.items import load_bank
from mores.method.models import Sampling
from mores.method.prompts import Prompts
from mores.method.stage import Stage

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources/demo/model"
ITEMS = ("CU01", "ST05", "CU16")  # the last on a scale from 0 to 10
SPEC = Answering.model_construct(
    samples=3,
    sampling=Sampling(temperature=1.0, top_p=1.0, max_tokens=200, seed=4),
    prompt="answer",
    distribution="options",
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A stage of the demo's survey, whose model a real server serves."""
    home, context = tmp_path_factory.mktemp("options"), pytest.MonkeyPatch()
    ref = model_ref("demo", Model(path=str(DEMO), dtype="float32", max_model_len=2048))
    room = Room("127.0.0.1", "127.0.0.1")
    running = Server(ref, Engine(), room, home / "server.log", room.free_port())
    running.start()
    try:
        assert running.wait_until_ready(lambda: False)
        context.chdir(home)
        context.setenv("DEMO_KEY", running.key)
        url = running.address.url
        served = {"demo": Endpoint(url=url, served_model="demo", key_variable="DEMO_KEY")}
        asker = Asker(
            ref=ref,
            engine=Engine(launcher="endpoint", endpoints=served),
            journal=home / "journal.jsonl",
            made_by={},
        )
        yield Stage(
            bank=load_bank(ROOT / "resources/items/demo.yaml"),
            prompts=Prompts(ROOT / "resources/prompts"),
            country=Country(code="XAV", name="Avethia", adjective="Avethian"),
            ask=asker,
            chat=lambda: load_template("demo", ref.settings),
        )
    finally:
        context.undo()
        running.stop()


@pytest.mark.long
def test_the_shares_of_options_are_the_model_s_own_probabilities(stage):
    network = AutoModelForCausalLM.from_pretrained(DEMO, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(DEMO)

    def following(text: str) -> dict[str, float]:
        """How likely each digit is to follow a text."""
        ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids
        with torch.no_grad():
            chances = network(ids).logits[0, -1].double().softmax(-1)
        return {digit: float(chances[tokenizer.convert_tokens_to_ids(digit)]) for digit in DIGITS}

    rows = answer_items(SPEC, stage, [stage.item(name) for name in ITEMS], {}, {})
    compared = 0
    for row in rows:
        if row["shares"] is None:
            continue
        item = stage.item(row["item"])
        head, closed, answer = row["text"].rpartition("</think>")
        assert answer.strip() == row["answer"]
        before = stage.chat().prompt(stage.question(item)) + head + closed
        before += answer[: len(answer) - len(answer.lstrip())]
        first = following(before)
        labels = [str(code) for code in item.codes]
        begun = sum(first[digit] for digit in {label[0] for label in labels})
        truth = {label: first[label[0]] / begun for label in labels}
        if "10" in truth:
            ten = truth["1"] * following(before + "1")["0"]
            truth |= {"10": ten, "1": truth["1"] - ten}
        assert row["shares"] == pytest.approx(truth, abs=1e-3)
        compared += 1
    assert compared > len(rows) / 2


DIGITS = "0123456789"
