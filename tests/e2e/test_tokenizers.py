"""A real server parts text as its model's tokenizer.json says: the paper's models' look-alikes."""

import json
import urllib.request

import lookalikes
import pytest

from mores.engine.models import model_ref
from mores.engine.server import Room, Server
from mores.engine.settings import Engine, Model
from mores.method.chat import load_chat

TEXT = "How important is family, to you?\n1 = very, 2 = not"


@pytest.fixture(scope="module", params=lookalikes.KINDS)
def server(request, tmp_path_factory):
    home = tmp_path_factory.mktemp(request.param)
    lookalikes.write_model(request.param, home / "model")
    ref = model_ref(request.param, Model(path=str(home / "model"), dtype="float32"))
    room = Room("127.0.0.1", "127.0.0.1")
    running = Server(ref, Engine(), room, home / "server.log", room.free_port())
    running.start()
    try:
        assert running.wait_until_ready(lambda: False)
        yield running
    finally:
        running.stop()


def post(server: Server, path: str, body: dict) -> dict:
    url = server.address.url.removesuffix("/v1") + path
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    whole = {"model": server.model.name} | body
    asked = urllib.request.Request(url, json.dumps(whole).encode(), headers)
    with urllib.request.urlopen(asked, timeout=120) as reply:
        return json.load(reply)


@pytest.mark.long
def test_training_tokenize_chat_and_completions_have_the_same_ids(server):
    chat = load_chat(server.model.name, server.model.settings)
    turns = ({"role": "user", "content": TEXT},)
    prompt = chat.prompt(turns)
    truth = lookalikes.tokenizer_of(server.model.name)
    ids = truth.encode(prompt, add_special_tokens=False).ids
    assert chat.encode(prompt, "2")[0] == ids
    told = post(server, "/tokenize", {"prompt": prompt, "add_special_tokens": False})
    assert told["tokens"] == ids
    chatted = {"messages": list(turns), "add_generation_prompt": True}
    assert post(server, "/tokenize", chatted)["tokens"] == ids
    begun = {"prompt": prompt, "add_special_tokens": False, "prompt_logprobs": 0, "max_tokens": 1}
    (choice,) = post(server, "/v1/completions", begun)["choices"]
    assert [int(next(iter(one))) for one in choice["prompt_logprobs"][1:]] == ids[1:]


@pytest.mark.long
def test_a_reply_has_its_spaces(server):
    """Greedy, so that the same ids are drawn as when they are read back here."""
    asked = {"prompt": TEXT, "max_tokens": 24, "temperature": 0, "return_token_ids": True}
    (choice,) = post(server, "/v1/completions", asked)["choices"]
    truth = lookalikes.tokenizer_of(server.model.name)
    read = truth.decode(choice["token_ids"], skip_special_tokens=True)
    assert choice["text"].rstrip("\ufffd") == read.rstrip("\ufffd")  # a last half character
