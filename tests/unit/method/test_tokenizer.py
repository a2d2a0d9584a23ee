"""Text is parted as tokenizer.json says, by whatever name and from wherever a model is loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import lookalikes
import pytest
from tokenizers import Tokenizer
from transformers import AutoTokenizer

import mores
from mores.engine.serve import tokenizer_arguments
from mores.errors import InputError
from mores.method.chat import load_chat, load_template
from mores.method.models import ModelSpec
from mores.method.tokenizer import SAMPLES, agrees, load_tokenizer

LIBRARY = Path(mores.__file__).parents[1]
TEXTS = (*SAMPLES, "<think>\nFamily matters.\n</think>\n\n2")
# What training, chat prompts and begun replies are made with; then what a server of vLLM's has.
TOLD = """
import json, sys
from pathlib import Path
from mores.engine.serve import tokenizer_arguments
from mores.method.chat import load_chat
from mores.method.models import ModelSpec
from vllm.tokenizers import get_tokenizer

told, texts = {}, json.loads(sys.argv[1])
for number, path in enumerate(sys.argv[2:]):
    chat = load_chat("m", ModelSpec(path=path))
    added = tokenizer_arguments(["--model", path], Path(f"served{number}"))
    served = get_tokenizer(added[-1] if added else path)
    of = lambda one: [one(text, add_special_tokens=False).input_ids for text in texts]
    turns = [{"role": "user", "content": texts[0]}]
    prompt = served.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
    told[path] = {
        "training": of(chat.tokenizer),
        "server": of(served),
        "prompt": prompt == chat.prompt(tuple(turns)),
        "read back": [served.decode(ids) for ids in of(served)],
    }
print("\\n" + json.dumps(told))
"""


def told(home: Path, *paths: str, **environment: str) -> dict:
    """By path what a process that starts in `home` makes of the texts."""
    command = [sys.executable, "-c", TOLD, json.dumps(TEXTS), *paths]
    given = os.environ | {"PYTHONPATH": str(LIBRARY)} | environment
    done = subprocess.run(command, cwd=home, env=given, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("offline", [True, pytest.param(False, marks=pytest.mark.long)])
def test_every_form_of_a_path_gives_the_same_ids_in_training_and_on_a_server(tmp_path, offline):
    """A plain folder, one that is called as the hub calls it, and offline the hub's own id."""
    forms = {}
    for kind, (name, *_) in lookalikes.KINDS.items():
        for path in (f"models/{kind}", f"{name}-copy"):
            lookalikes.write_tokenizer(kind, tmp_path / path)
            forms[path] = kind
        if offline:
            lookalikes.write_snapshot(kind, tmp_path / "hub")
            forms[name] = kind
    environment = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(tmp_path / "hub")} if offline else {}
    found = told(tmp_path, *forms, **environment)
    for path, kind in forms.items():
        truth = lookalikes.tokenizer_of(kind)
        wanted = [truth.encode(text, add_special_tokens=False).ids for text in TEXTS]
        assert found[path]["training"] == wanted, path
        assert found[path]["server"] == wanted, path
        assert found[path]["prompt"], path
        assert found[path]["read back"][0] == TEXTS[0], path


def test_without_the_correction_spaces_are_lost(tmp_path):
    """So the test above can fail: this is what transformers makes of the same files."""
    lookalikes.write_tokenizer("r1-llama", tmp_path / "model")
    plain = AutoTokenizer.from_pretrained(tmp_path / "model")
    ids = plain("How important is family, to you?", add_special_tokens=False).input_ids
    truth = Tokenizer.from_file(str(tmp_path / "model/tokenizer.json"))
    assert " " not in truth.decode(ids)
    assert not agrees(plain, truth)


def test_a_server_is_given_another_tokenizer_only_where_it_needs_one(tmp_path):
    for kind in lookalikes.KINDS:
        folder = tmp_path / kind
        lookalikes.write_tokenizer(kind, folder)
        added = tokenizer_arguments(["--model", str(folder)], tmp_path / f"of-{kind}")
        assert bool(added) == (kind == "r1-llama")


def test_what_cannot_be_held_to_its_file_is_refused(tmp_path):
    """A token that tokenizer_config.json alone has: which file is right nobody knows."""
    folder = tmp_path / "model"
    lookalikes.write_tokenizer("r1-llama", folder)
    told = json.loads((folder / "tokenizer_config.json").read_text())
    odd = {"content": "family", "lstrip": False, "rstrip": False, "normalized": False}
    told["added_tokens_decoder"] = {"450": odd | {"single_word": False, "special": False}}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"models: odd: .*tokenizer.json says.*; mend"):
        load_tokenizer("odd", ModelSpec(path=str(folder)))


WRITTEN = """
import json, sys
from mores.method.chat import load_template
from mores.method.models import ModelSpec

turns = json.loads(sys.argv[1])
chats = [load_template("m", ModelSpec(path=path)) for path in sys.argv[2:]]
told = [[chat.prompt(turns), chat.opens_thinking, chat.unthinking] for chat in chats]
print("\\n" + json.dumps({"told": told, "torch": "torch" in sys.modules}))
"""


def test_text_is_written_without_torch_as_the_whole_chat_writes_it(tmp_path):
    turns = [{"role": "user", "content": TEXTS[0]}, {"role": "assistant", "content": TEXTS[-1]}]
    for kind in lookalikes.KINDS:
        lookalikes.write_tokenizer(kind, tmp_path / kind)
    paths = [str(tmp_path / kind) for kind in lookalikes.KINDS]
    done = subprocess.run(
        [sys.executable, "-c", WRITTEN, json.dumps([*turns, turns[0]]), *paths],
        env=os.environ | {"PYTHONPATH": str(LIBRARY)},
        capture_output=True,
        text=True,
        check=True,
    )
    chats = [load_chat("m", ModelSpec(path=path)) for path in paths]
    whole = [
        [chat.prompt((*turns, turns[0])), chat.opens_thinking, chat.unthinking] for chat in chats
    ]
    assert json.loads(done.stdout.splitlines()[-1]) == {"told": whole, "torch": False}
    assert {opens for _, opens, _ in whole} == {True, False}


def test_what_no_plain_class_reads_is_read_by_its_own(tmp_path):
    with pytest.raises(InputError, match=r"models: none: no tokenizer of .* to be had"):
        load_template("none", ModelSpec(path=str(tmp_path)))
    lookalikes.write_tokenizer("gemma", tmp_path / "model")
    trusted = ModelSpec(path=str(tmp_path / "model"), trust_remote_code=True)
    assert type(load_template("own", trusted).tokenizer) is type(load_tokenizer("own", trusted))
