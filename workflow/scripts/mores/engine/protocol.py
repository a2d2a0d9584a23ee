"""What a server is sent for a request, and how its reply is read.

PROTOCOL is in the key of every request and in the spec of every step that asks. Raise it whenever
a change below, or of how servers of ours part text (`mores.engine.serve`) or compute
(`mores.engine.cpu_worker`), lets a model see or say something else, or reads something else from
the same reply: then answers are asked anew.
`tests/unit/engine/test_protocol.py` holds it to examples of both.
"""

import json
from typing import Any

from mores.method.requests import Completion, Request

PROTOCOL = 3
UNFINISHED = {"abort", "error"}  # finish reasons of an answer that the server gave up
LONGEST_REASON = 40
MOST_TOKENS = 1 << 40  # that a server may say it counted


class NoCompletion(Exception):
    """A reply that is no completion; the message says what it is, in the server's own words."""


def body_of(request: Request, served: str) -> tuple[str, dict[str, Any]]:
    """The path below /v1 and the JSON that ask for one completion of the model served so."""
    asked: dict[str, Any]
    if request.prompt is None:
        path, asked = "chat/completions", {"messages": list(request.messages)}
    else:  # the prompt holds what the tokenizer would add
        path, asked = "completions", {"prompt": request.prompt, "add_special_tokens": False}
    return path, {"model": served, **asked, **request.sampling}


def read_completion(key: str, text: str) -> Completion:
    """Read the JSON of a completion, chat or not; NoCompletion where it is none or was given up.

    A server that parts thinking from answer (DeepSeek's API, a reasoning parser) gets them put
    together again, as the model wrote them.
    """
    try:
        answer = json.loads(text)
        choice, usage = answer["choices"][0], answer.get("usage") or {}
        message = choice.get("message") or {"content": choice["text"]}
        reason = _text(choice["finish_reason"])
        content = _text(message.get("content"))
        if thinking := _text(message.get("reasoning_content") or message.get("reasoning")):
            content = "".join(
                ["<think>\n", thinking, *(["\n</think>\n", content] if content else [])]
            )
        completion = Completion(
            key=key,
            text=content.encode(errors="replace").decode(),  # half a surrogate pair fits no file
            finish_reason=reason,
            prompt_tokens=_count(usage.get("prompt_tokens")),
            completion_tokens=_count(usage.get("completion_tokens")),
            logprobs=_logprobs(choice),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NoCompletion(f"no chat completion ({error!r}): {text}") from None
    if not reason.isidentifier() or len(reason) > LONGEST_REASON or reason in UNFINISHED:
        raise NoCompletion(f"the server gave an answer up (finish reason {reason})")
    return completion


def read_trace(text: str) -> list[tuple[int, float]]:
    """Of each token of a prompt after its first, id and log-probability in nats.

    `text` is the reply to a request with `prompt_logprobs` of 0; NoCompletion where it is none.
    """
    try:
        places = json.loads(text)["choices"][0]["prompt_logprobs"][1:]
        found = [next(iter(place.items())) for place in places]
        return [(int(token), float(said["logprob"])) for token, said in found]
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration) as error:
        raise NoCompletion(f"no log-probabilities of a prompt ({error!r}): {text}") from None


def _logprobs(choice: dict[str, Any]) -> dict[str, float] | None:
    """Of a completion that is no chat, the log-probabilities of what its first token could be."""
    found = (choice.get("logprobs") or {}).get("top_logprobs")
    if not found:
        return None
    return {_text(token): float(logprob) for token, logprob in found[0].items()}


def _text(said: Any) -> str:
    """A text, or nothing where there is none."""
    if said is None or isinstance(said, str):
        return said or ""
    raise TypeError(f"a text is wanted, not {type(said).__name__}")


def _count(said: Any) -> int:
    """How many tokens, 0 where the server does not say."""
    if said is None or (type(said) is int and 0 <= said <= MOST_TOKENS):
        return said or 0
    raise TypeError("a number of tokens is wanted")
