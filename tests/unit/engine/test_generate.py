import pytest

from mores.engine.generate import Asker
from mores.engine.models import Adapter, ModelRef
from mores.engine.settings import Engine, Resources
from mores.errors import EngineError, InputError
from mores.method.requests import Request

MADE_BY = {"protocol": 1, "packages": {"torch": ["2.0"], "transformers": ["5.0"], "vllm": ["0.3"]}}


@pytest.fixture
def asker(model, settings, tmp_path):
    """Makes what asks the chat server; what it is given takes the place of the default."""

    def make(**given) -> Asker:
        return Asker(
            **({"ref": model, "engine": settings, "journal": tmp_path / "j.jsonl"} | given),
            made_by=MADE_BY,
        )

    return make


def test_answers_come_in_order_and_are_asked_once(request_to, asker, chat_server):
    requests = [request_to(f"say {number % 3}") for number in range(9)]
    completions = asker()(requests, "test")
    assert [one.text for one in completions] == ["0", "1", "2"] * 3
    assert len(chat_server.bodies) == 3
    assert asker()(requests, "test") == completions
    assert len(chat_server.bodies) == 3


def test_what_came_before_an_error_is_not_asked_again(request_to, asker, settings, chat_server):
    requests = [request_to(f"say {number}") for number in range(20)]
    one_by_one = settings.model_copy(update={"concurrency": 1})
    with pytest.raises(EngineError):
        asker(engine=one_by_one)([*requests[:12], request_to("refuse")], "test")
    chat_server.bodies.clear()
    texts = [one.text for one in asker()(requests, "test")]
    assert texts == [str(number) for number in range(20)]
    assert len(chat_server.bodies) == 8


def test_nothing_missing_needs_no_engine(request_to, asker, settings):
    had = asker()([request_to("say a")], "test")
    nowhere = settings.model_copy(update={"endpoints": {}})
    assert asker(engine=nowhere)([request_to("say a")], "test") == had
    assert asker(engine=nowhere)([], "test") == []


def test_an_answer_whose_line_is_damaged_is_asked_again(request_to, asker, chat_server, caplog):
    requests = [request_to("say yes"), request_to("say no")]
    had = asker()(requests, "test")
    journal = asker().journal
    journal.write_bytes(journal.read_bytes().replace(b'"text": "yes"', b'"text": "yet"'))
    chat_server.bodies.clear()
    assert asker()(requests, "test") == had
    assert [body["messages"][0]["content"] for body in chat_server.bodies] == ["say yes"]
    assert "asking those again" in caplog.text
    chat_server.bodies.clear()
    assert asker()(requests, "test") == had
    assert chat_server.bodies == []


def test_model_without_endpoint_is_named(request_to, asker, settings):
    nowhere = settings.model_copy(update={"endpoints": {}})
    with pytest.raises(InputError, match="endpoints: no entry for model tiny"):
        asker(engine=nowhere)([request_to("say a")], "test")


def test_endpoint_key_comes_from_the_environment(
    request_to, asker, settings, chat_server, monkeypatch
):
    entry = settings.endpoints["tiny"].model_copy(update={"key_variable": "TINY_KEY"})
    keyed = settings.model_copy(update={"endpoints": {"tiny": entry}})
    with pytest.raises(InputError, match="key_variable: the environment has no TINY_KEY"):
        asker(engine=keyed)([request_to("say a")], "test")
    monkeypatch.setenv("TINY_KEY", "sesame")
    asker(engine=keyed)([request_to("say a")], "test")
    assert chat_server.headers[0]["Authorization"] == "Bearer sesame"


def test_progress_off_a_terminal_is_whole_lines(request_to, asker, capsys):
    requests = [request_to(f"say {number}") for number in range(5)]
    asker()(requests, "answers XAV")
    told = capsys.readouterr().err
    assert "\r" not in told
    last = told.strip().splitlines()[-1]
    assert last.startswith("answers XAV: 100%") and "5/5" in last and "request/s" in last


REQUEST = Request(({"role": "user", "content": "say a"},), {"temperature": 0.6, "seed": 1})


def key_with(model, request=REQUEST, made_by=MADE_BY, lora=None, engine=None, **settings) -> str:
    """The key of a request, with some of what shapes its answer changed."""
    digest = settings.pop("digest", model.digest)
    name = settings.pop("name", model.name)
    ref = ModelRef(name, model.settings.model_copy(update=settings), digest)
    return Asker(ref, engine or Engine(), "j.jsonl", made_by, lora).key(request)


def packaged(name: str, *versions: str) -> dict:
    return MADE_BY | {"packages": MADE_BY["packages"] | {name: list(versions)}}


def asked(**changed) -> dict:
    """The request with another message, sampling or prompt."""
    given = {"messages": REQUEST.messages, "sampling": REQUEST.sampling, "prompt": None}
    return {"request": Request(**(given | changed))}


@pytest.mark.parametrize(
    "changed",
    [
        {"made_by": MADE_BY | {"protocol": 2}},
        *({"made_by": packaged(name, "9")} for name in MADE_BY["packages"]),
        {"made_by": packaged("torch", "2.0", "2.1")},
        {"made_by": packaged("numpy", "2.0")},
        {"digest": "someone/tiny@def"},
        {"dtype": "bfloat16"},
        {"max_model_len": 512},
        {"trust_remote_code": True},
        {"lora": Adapter("folder", "d1g35t")},
        asked(messages=({"role": "user", "content": "say b"},)),
        asked(messages=(*REQUEST.messages, *REQUEST.messages)),
        asked(sampling={"temperature": 0.7, "seed": 1}),
        asked(sampling={"temperature": 0.6, "seed": 2}),
        asked(prompt="say a"),
        asked(prompt=""),
    ],
    ids=repr,
)
def test_a_key_tells_what_shapes_an_answer(model, changed):
    assert key_with(model, **changed) != key_with(model)


def test_adapters_are_told_apart_by_their_weights_not_their_folder(model):
    first, moved = Adapter("one", "d1"), Adapter("two", "d1")
    assert key_with(model, lora=first) == key_with(model, lora=moved)
    assert key_with(model, lora=first) != key_with(model, lora=Adapter("one", "d2"))


@pytest.mark.parametrize(
    "changed",
    [
        {"engine": Engine(concurrency=1, launcher="slurm", server_args=["--block-size", "16"])},
        {"name": "renamed"},
        {"path": "elsewhere/tiny"},
        {"resources": Resources(gpus=4)},
        asked(sampling={"seed": 1, "temperature": 0.6}),
    ],
    ids=repr,
)
def test_a_key_does_not_tell_how_an_answer_is_served(model, changed):
    assert key_with(model, **changed) == key_with(model)
