import time

import pytest

from mores.engine.client import Address, ServerGone, ask
from mores.engine.models import Adapter
from mores.errors import EngineError


@pytest.fixture
def address(chat_server):
    return Address(chat_server.url, "served-tiny", "secret", "logs/engine/tiny.log")


def ask_all(requests, address, settings, alive=lambda: True, adapter=None):
    """Completions by request number, as they are kept."""
    kept = {}
    numbered = {str(number): request for number, request in enumerate(requests)}
    adapters = dict.fromkeys(numbered, adapter) if adapter else {}

    def keep(one):
        kept[int(one.key)] = one

    ask(numbered, address, settings, alive, keep, adapters=adapters)
    return kept


def test_sends_model_messages_sampling_and_key(request_to, address, settings, chat_server):
    kept = ask_all([request_to("say hello", seed=9)], address, settings)
    assert (kept[0].text, kept[0].finish_reason) == ("hello", "stop")
    assert (kept[0].prompt_tokens, kept[0].completion_tokens) == (3, 2)
    assert chat_server.bodies == [
        {
            "model": "served-tiny",
            "messages": [{"role": "user", "content": "say hello"}],
            "temperature": 0.6,
            "top_p": 0.95,
            "max_tokens": 8,
            "seed": 9,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert chat_server.headers[0]["Authorization"] == "Bearer secret"


def test_keeps_concurrency_in_flight_in_the_given_order(request_to, address, settings, chat_server):
    chat_server.together = 6
    requests = [request_to(f"say {number}") for number in range(60)]
    kept = ask_all(requests, address, settings.model_copy(update={"concurrency": 6}))
    assert {number: one.text for number, one in kept.items()} == {n: str(n) for n in range(60)}
    assert chat_server.most_in_flight == 6
    sent = [int(body["messages"][0]["content"].split()[1]) for body in chat_server.bodies]
    assert all(abs(place - number) < 12 for place, number in enumerate(sent))


TROUBLES = ["once500", "once429", "garbage", "choiceless", "abort", "hang", "reset"]


def test_passing_troubles_are_tried_again(request_to, address, settings, chat_server):
    start = time.monotonic()
    kept = ask_all([request_to(trouble) for trouble in TROUBLES], address, settings)
    assert {number: one.text for number, one in kept.items()} == dict(enumerate(TROUBLES))
    assert set(chat_server.tries.values()) == {2}
    assert time.monotonic() - start >= 2  # what Retry-After asked for


def test_lasting_trouble_ends_in_an_error_that_names_the_log(
    request_to, address, settings, chat_server
):
    with pytest.raises(EngineError, match=r"failed 3 times.*HTTP 500.*logs/engine/tiny\.log"):
        ask_all([request_to("always500")], address, settings)
    assert chat_server.tries["always500"] == 3


def test_refusal_is_final_and_tells_the_request(request_to, address, settings, chat_server):
    with pytest.raises(EngineError, match=r"HTTP 400.*too long.*'refuse this'.*tiny\.log"):
        ask_all([request_to("refuse this")], address, settings)
    assert chat_server.tries["refuse this"] == 1


def test_dead_server_is_told_at_once(request_to, address, settings, chat_server):
    with pytest.raises(ServerGone):
        ask_all([request_to("always500")], address, settings, alive=lambda: False)
    assert chat_server.tries["always500"] == 1


def test_unreachable_server_is_tried_again_then_named(request_to, settings):
    nowhere = Address("http://127.0.0.1:9/v1", "served-tiny", None, None)
    with pytest.raises(EngineError, match=r"2 times.*Connect.*http://127\.0\.0\.1:9/v1"):
        ask_all([request_to("say a")], nowhere, settings.model_copy(update={"retries": 1}))


def test_server_without_adapters_is_told_so(request_to, address, settings):
    with pytest.raises(EngineError, match=r"adapter in /adapters/x.*404.*max_lora_rank"):
        ask_all([request_to("say a")], address, settings, adapter=Adapter("/adapters/x", "d"))


def test_a_server_of_ours_has_all_the_time_it_takes(request_to, address, settings, chat_server):
    """`hang` takes 5 s at its first try, ten times what an endpoint would be given."""
    ours = settings.model_copy(update={"launcher": "local"})
    kept = ask_all([request_to("hang")], address, ours)
    assert kept[0].text == "hang" and chat_server.tries["hang"] == 1


def test_a_late_reply_is_awaited_while_others_come(request_to, address, settings, chat_server):
    """One in flight at the server after the other: the last of 100 comes after the time-out."""
    turns = [request_to(f"queue {number}") for number in range(100)]
    patient = settings.model_copy(update={"retries": 0, "request_timeout": 1})
    kept = ask_all(turns, address, patient)
    assert len(kept) == 100 and max(chat_server.tries.values()) == 1


def test_jobs_that_ask_one_server_share_what_is_in_flight(
    request_to, address, settings, chat_server
):
    chat_server.together = 3
    capped = settings.model_copy(update={"concurrency": 12})
    numbered = {str(n): request_to(f"say {n}") for n in range(60)}
    kept = []
    ask(numbered, address, capped, lambda: True, kept.append, jobs=lambda: 4)
    assert len(kept) == 60 and chat_server.most_in_flight == 3


def test_a_server_of_ours_that_is_given_up_is_noticed_though_nothing_breaks(
    request_to, address, settings
):
    start, ours = time.monotonic(), settings.model_copy(update={"launcher": "local"})
    with pytest.raises(ServerGone):
        ask_all([request_to("hang")], address, ours, alive=lambda: False)
    assert time.monotonic() - start < 4


def test_a_reply_that_keeps_coming_is_never_cut(request_to, address, settings, chat_server):
    """Of 30 tokens the last comes after 1.5 s, three times the time-out; on one connection."""
    words = [str(number) for number in range(30)]
    patient = settings.model_copy(update={"retries": 0, "concurrency": 1})
    asked = [request_to(f"stream a{n} {' '.join(words)}") for n in range(2)]
    kept = ask_all(asked, address, patient)
    assert [kept[n].text for n in range(2)] == [f"a{n}" + "".join(words) for n in range(2)]
    told = kept[0].finish_reason, kept[0].prompt_tokens, kept[0].completion_tokens
    assert told == ("stop", 3, 2)
    assert set(chat_server.tries.values()) == {1} and len(chat_server.connections) == 1


@pytest.mark.parametrize("trouble", ["breathe", "fall"])
def test_a_stream_that_ends_amid_its_reply_is_tried_again(
    request_to, address, settings, chat_server, trouble
):
    """Comments keep a connection open, and are no tokens."""
    kept = ask_all([request_to(f"stream a {trouble} b")], address, settings)
    assert kept[0].text == f"a{trouble}b" and chat_server.tries["a"] == 2


@pytest.mark.parametrize("how", ["unknown", "uncounted"])
def test_a_server_that_knows_no_streams_is_asked_plainly_from_then_on(
    request_to, address, settings, chat_server, how, caplog
):
    caplog.set_level("INFO")
    asked = [request_to(f"stream {how} {n}") for n in range(4)]
    kept = ask_all(asked, address, settings.model_copy(update={"concurrency": 1}))
    assert [kept[n].text for n in range(4)] == [f"{how}{n}" for n in range(4)]
    assert {one.completion_tokens for one in kept.values()} == {2}
    assert ["stream" in body for body in chat_server.bodies] == [True] + [False] * 4
    assert sum("streams no replies" in one.getMessage() for one in caplog.records) == 1


def test_a_server_of_ours_is_asked_for_no_streams(request_to, address, settings, chat_server):
    ours = settings.model_copy(update={"launcher": "local"})
    assert ask_all([request_to("say a")], address, ours)[0].text == "a"
    assert "stream" not in chat_server.bodies[0]
