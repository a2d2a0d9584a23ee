import pytest

from mores.engine import generate
from mores.errors import EngineError, InputError


def test_answers_come_in_order_and_are_asked_once(
    request_to, model, settings, chat_server, tmp_path
):
    journal = tmp_path / "j.jsonl"
    requests = [request_to(f"say {number % 3}") for number in range(9)]
    completions = generate(requests, model, settings, journal, "test")
    assert [one.text for one in completions] == ["0", "1", "2"] * 3
    assert len(chat_server.bodies) == 3
    assert generate(requests, model, settings, journal, "test") == completions
    assert len(chat_server.bodies) == 3


def test_what_came_before_an_error_is_not_asked_again(
    request_to, model, settings, chat_server, tmp_path
):
    journal = tmp_path / "j.jsonl"
    requests = [request_to(f"say {number}") for number in range(20)]
    one_by_one = settings.model_copy(update={"concurrency": 1})
    with pytest.raises(EngineError):
        generate([*requests[:12], request_to("refuse")], model, one_by_one, journal, "test")
    chat_server.bodies.clear()
    texts = [one.text for one in generate(requests, model, settings, journal, "test")]
    assert texts == [str(number) for number in range(20)]
    assert len(chat_server.bodies) == 8


def test_nothing_missing_needs_no_engine(request_to, model, settings, tmp_path):
    journal = tmp_path / "j.jsonl"
    had = generate([request_to("say a")], model, settings, journal, "test")
    nowhere = settings.model_copy(update={"endpoints": {}})
    assert generate([request_to("say a")], model, nowhere, journal, "test") == had
    assert generate([], model, nowhere, journal, "test") == []


def test_model_without_endpoint_is_named(request_to, model, settings, tmp_path):
    nowhere = settings.model_copy(update={"endpoints": {}})
    with pytest.raises(InputError, match="endpoints: no entry for model tiny"):
        generate([request_to("say a")], model, nowhere, tmp_path / "j.jsonl", "test")


def test_endpoint_key_comes_from_the_environment(
    request_to, model, settings, chat_server, tmp_path, monkeypatch
):
    entry = settings.endpoints["tiny"].model_copy(update={"key_variable": "TINY_KEY"})
    keyed = settings.model_copy(update={"endpoints": {"tiny": entry}})
    with pytest.raises(InputError, match="key_variable: the environment has no TINY_KEY"):
        generate([request_to("say a")], model, keyed, tmp_path / "j.jsonl", "test")
    monkeypatch.setenv("TINY_KEY", "sesame")
    generate([request_to("say a")], model, keyed, tmp_path / "j.jsonl", "test")
    assert chat_server.headers[0]["Authorization"] == "Bearer sesame"


def test_progress_off_a_terminal_is_whole_lines(request_to, model, settings, tmp_path, capsys):
    requests = [request_to(f"say {number}") for number in range(5)]
    generate(requests, model, settings, tmp_path / "j.jsonl", "answers XAV")
    told = capsys.readouterr().err
    assert "\r" not in told
    last = told.strip().splitlines()[-1]
    assert last.startswith("answers XAV: 100%") and "5/5" in last and "request/s" in last
