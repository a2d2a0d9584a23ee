"""A server that does what no server should: each behaviour is what it writes to the socket.

A behaviour is bytes, an iterable of bytes (written one after the other, as long as somebody reads),
or None (it never answers). Whatever comes after `GONE` seconds is nobody's concern.
"""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from itertools import repeat
from socketserver import StreamRequestHandler

GONE = 20.0
KEY = "planted_4f1c0b7e"
ANSI = "\x1b[2J\x1b]0;owned\x07\x1b[31mERROR all is lost\x1b[0m"
FORGED = "fine\n2026-01-01 00:00:00 ERROR mores: the disk is full\r\u2028\u202eevil"
Behaviour = bytes | Iterable[bytes] | None


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole response."""
    named = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
    return "\r\n".join([f"HTTP/1.1 {status}", *named, *headers, "", ""]).encode() + body


def said(**changed: object) -> bytes:
    """The JSON of a completion, with some of its keys changed."""
    choice = {"message": {"content": "4"}, "finish_reason": "stop"} | changed.pop("choice", {})
    usage = {"prompt_tokens": 3, "completion_tokens": 2} | changed.pop("usage", {})
    return json.dumps({"choices": [choice], "usage": usage} | changed).encode()


def answered(**changed: object) -> bytes:
    return http(said(**changed))


def endless(head: bytes, part: bytes) -> Callable[[], Iterator[bytes]]:
    """What begins and never ends."""

    def write() -> Iterator[bytes]:
        yield head
        yield from repeat(part)

    return write


def drip(payload: bytes, head: bytes = b"") -> Callable[[], Iterator[bytes]]:
    """A byte at a time, which never takes long."""

    def write() -> Iterator[bytes]:
        yield head
        for one in payload:
            time.sleep(0.05)
            yield bytes([one])

    return write


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EVENTS = CHUNKED.replace(b"application/json", b"text/event-stream\r\nConnection: close")
UNSIZED = OK + b"\r\n"
GIB = 1 << 30
MIB = b" " * (1 << 20)
BOMB = gzip.compress(bytes(64 << 20))


def nested(depth: int) -> bytes:
    return b'{"choices": ' + b"[" * depth + b"]" * depth + b"}"


def to(place: str, status: str = "302 Found") -> bytes:
    return http(b"", status, f"Location: {place}")


# What may pass, and so is tried again, then told.
RETRIED: dict[str, Behaviour | Callable[[], Iterator[bytes]]] = {
    # JSON that is no completion
    "finish reason a list": answered(choice={"finish_reason": ["stop"]}),
    "finish reason an object": answered(choice={"finish_reason": {"a": 1}}),
    "finish reason a number": answered(choice={"finish_reason": 1}),
    "finish reason an essay": answered(choice={"finish_reason": FORGED}),
    "finish reason of 1 MB": answered(choice={"finish_reason": "a" * 1_000_000}),
    "finish reason missing": answered(choice={"finish_reason": None}),
    "content a number": answered(choice={"message": {"content": 4}}),
    "content zero": answered(choice={"message": {"content": 0}}),
    "content true": answered(choice={"message": {"content": True}}),
    "content a list": answered(choice={"message": {"content": ["4"]}}),
    "content an object": answered(choice={"message": {"content": {"text": "4"}}}),
    "thinking a number": answered(choice={"message": {"content": "4", "reasoning": 5}}),
    "message a text": answered(choice={"message": "4"}),
    "choices empty": answered(choices=[]),
    "choices null": answered(choices=None),
    "choices an object": answered(choices={"a": 1}),
    "choices a text": answered(choices="4"),
    "choices numbers": answered(choices=[4]),
    "usage NaN": answered(usage={"prompt_tokens": float("nan")}),
    "usage infinite": answered(usage={"completion_tokens": float("inf")}),
    "usage negative": answered(usage={"completion_tokens": -5}),
    "usage a text": answered(usage={"completion_tokens": "2"}),
    "usage true": answered(usage={"completion_tokens": True}),
    "usage enormous": answered(usage={"completion_tokens": 10**30}),
    "usage of 5,000 digits": http(said().replace(b": 3", b": " + b"3" * 5000)),
    "JSON a number of 3 MB": http(b"9" * 3_000_000),
    "JSON nested 200,000 deep": http(nested(200_000)),
    "JSON nested 2,000,000 deep": http(nested(2_000_000)),
    "JSON open": http(b"[" * 1_000_000),
    "JSON cut": http(said()[:-7]),
    "JSON twice": http(said() + said()),
    "a stream of events": http(b"data: " + said() + b"\n\ndata: [DONE]\n\n"),
    "empty body": http(b""),
    "HTML": http(b"<html>502, said the proxy</html>"),
    "bytes": http(bytes(range(256)) * 8),
    "UTF-16": http(said().decode().encode("utf-16")),
    "escape sequences": http(ANSI.encode()),
    "forged lines": http(FORGED.encode()),
    "the key as an answer": answered(choice={"message": {"content": f"it is {KEY}"}}),
    "the key as a finish reason": answered(choice={"finish_reason": KEY}),
    "the key in a body": http(("x" * 190 + KEY).encode()),
    # size
    "a body of 1 GB": endless(OK + b"Content-Length: %d\r\n\r\n" % GIB, MIB),
    "a body of 1 GB, in chunks": endless(CHUNKED, chunk(MIB)),
    "a body without an end": endless(UNSIZED, MIB),
    "a body of negative size": OK + b"Content-Length: -1\r\n\r\n{}",
    "a body of two sizes": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a body cut short": OK + b"Content-Length: 500\r\n\r\n{}",
    "a chunk of odd size": CHUNKED + b"zz\r\n{}\r\n",
    "a chunk's endless extension": endless(CHUNKED + b"1;", b"a" * 65536),
    "endless trailers": endless(CHUNKED + b"0\r\n", b"X-A: b\r\n" * 1000),
    "a gzip bomb": http(BOMB, "200 OK", "Content-Encoding: gzip"),
    "a deflate bomb in chunks": CHUNKED.replace(
        b"\r\n\r\n", b"\r\nContent-Encoding: deflate\r\n\r\n"
    )
    + chunk(BOMB),
    "an odd encoding": http(said(), "200 OK", "Content-Encoding: br, gzip, zstd"),
    # headers
    "endless headers": endless(OK, b"X-A: b\r\n" * 1000),
    "an endless header": endless(OK + b"X-A: ", b"a" * 65536),
    "an endless status line": endless(b"HTTP/1.1 200 ", b"a" * 65536),
    "continue for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "an odd status": b"HTTP/1.1 9999 OK\r\n\r\n",
    "headers that do not parse": b"HTTP/1.1 200 OK\r\n\x1b[31m\x00\r\n\r\n",
    "a cookie of much": http(b"", "200 OK", "Set-Cookie: a=" + "b" * 8000),
    "nothing at all": b"",
    # time
    "never": None,
    "a byte at a time": drip(said() * 50, OK + b"Content-Length: 5000\r\n\r\n"),
    "headers a byte at a time": drip(OK * 50),
    "wait for ever": http(b"", "429 Too Many Requests", "Retry-After: inf"),
    "wait for 1e308 s": http(b"", "503 Busy", "Retry-After: 1e308"),
    "wait for NaN s": http(b"", "429 Too Many Requests", "Retry-After: nan"),
    "wait for -5 s": http(b"", "429 Too Many Requests", "Retry-After: -5"),
    "wait until 9999": http(b"", "429 Busy", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"),
    "wait until who knows": http(b"", "429 Busy", "Retry-After: Fri, 99 Dec 99999 23:59:59 GMT"),
    "500 with escape sequences": http(ANSI.encode(), "500 Dead"),
    "500 that echoes the key": http(f"Bearer {KEY}".encode(), "500 Dead"),
}


def token(text: object = "4", **changed: object) -> bytes:
    """An event of a stream, with some of its keys changed."""
    return event({"choices": [{"delta": {"content": text}}]} | changed)


def event(said: object) -> bytes:
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def stream(*parts: bytes, head: bytes = EVENTS) -> bytes:
    """A stream, whole as far as HTTP goes."""
    return head + b"".join(map(chunk, parts)) + b"0\r\n\r\n"


def waiting(*parts: bytes, then: bytes = b"") -> Callable[[], Iterator[bytes]]:
    """A stream that begins and never says any more, or only this."""

    def write() -> Iterator[bytes]:
        yield EVENTS + b"".join(map(chunk, parts))
        for _ in range(int(GONE / 0.05)):
            time.sleep(0.05)
            yield chunk(then) if then else b""

    return write


ENDED = event({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {}})
RETRIED |= {
    "a stream of nothing": stream(),
    "a stream done at once": stream(b"data: [DONE]\n\n"),
    "a stream of HTML": stream(b"<html>502, said the proxy</html>\n"),
    "a stream of no JSON": stream(token(), b"data: <html>\n\n", b"data: [DONE]\n\n"),
    "a stream of bytes": stream(b"data: " + bytes(range(256)) * 8 + b"\n"),
    "a stream nested 200,000 deep": stream(b"data: " + nested(200_000) + b"\n\n"),
    "a stream with a number of 3 MB": stream(b"data: " + b"9" * 3_000_000 + b"\n\n"),
    "a stream of a list": stream(event([4]), ENDED),
    "a stream of a number": stream(event(4), ENDED),
    "a stream without choices": stream(token(), event({"type": "ping"}), ENDED),
    "a stream of choices an object": stream(event({"choices": {"a": 1}}), ENDED),
    "a stream of choices numbers": stream(event({"choices": [4]}), ENDED),
    "a stream of a number as a token": stream(token(4), ENDED),
    "a stream of zero as a token": stream(token(0), ENDED),
    "a stream of a list as a token": stream(token(["4"]), ENDED),
    "a stream of an object as a token": stream(token({"a": 1}), ENDED),
    "a stream of a delta a text": stream(event({"choices": [{"delta": "4"}]}), ENDED),
    "a stream given up": stream(
        token(), event({"choices": [{"delta": {}, "finish_reason": "abort"}], "usage": {"a": 1}})
    ),
    "a stream of a finish reason a list": stream(
        event({"choices": [{"delta": {}, "finish_reason": ["stop"]}], "usage": {"a": 1}})
    ),
    "a stream of usage a text": stream(token(usage={"completion_tokens": "2"}), ENDED),
    "a stream of usage a list": stream(token(usage=[2]), ENDED),
    "a stream with an error": stream(
        token(), event({"error": {"message": FORGED + ANSI}}), b"data: [DONE]\n\n"
    ),
    "a stream with an error that echoes the key": stream(event({"error": f"Bearer {KEY}"})),
    "a stream with a text as an error": stream(token(), token(error=FORGED), ENDED),
    "a stream with the key in two tokens": stream(
        token(KEY[:7], usage={"completion_tokens": 2}), token(KEY[7:]), ENDED
    ),
    "a stream cut in a token": stream(token()[:-9]),
    "a stream cut between tokens": stream(token(), token()),
    "a stream cut in a chunk": EVENTS + chunk(token()) + b"ff\r\n" + token(),
    "a stream cut without a size": OK.replace(b"application/json", b"text/event-stream")
    + b"\r\n"
    + token(),
    "a stream of tokens for ever": endless(EVENTS, chunk(token() * 1000)),
    "a stream of nothing in tokens for ever": endless(EVENTS, chunk(token("") * 1000)),
    "a stream of comments for ever": endless(EVENTS, chunk(b": still here\n\n" * 1000)),
    "a stream of empty lines for ever": endless(EVENTS, chunk(b"\n" * 65536)),
    "a stream of one line for ever": endless(EVENTS + chunk(b"data: "), chunk(MIB)),
    "a stream of usage for ever": endless(EVENTS, chunk(token(usage={"a": "b" * 9999}) * 10)),
    "a stream that stalls": waiting(token()),
    "a stream that stalls and breathes": waiting(token(), then=b": still here\n\n"),
    "a stream that stalls and says nothing": waiting(token(), then=token("")),
    "a stream in gzip": stream(
        BOMB, head=EVENTS.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    ),
}
# What will not pass by itself, and so is told at once.
REFUSED = {
    "401 that echoes the key": http(f"no such key: Bearer {KEY}".encode(), "401 Unauthorized"),
    "401 that echoes it late": http(("x" * 490 + KEY).encode(), "401 Unauthorized"),
    "400 with escape sequences": http(ANSI.encode(), "400 Bad"),
    "400 with forged lines": http(FORGED.encode(), "400 Bad"),
    "no content": http(b"", "204 No Content"),
    "418": http(b"", "418 Teapot"),
    "a redirect within the host": to("/v1/elsewhere"),
    "a redirect that keeps the method": to("/v1/elsewhere", "307 Temporary Redirect"),
    "a redirect for ever": to("/v1/chat/completions", "308 Permanent Redirect"),
    "a redirect to a file": to("file:///etc/passwd"),
    "a redirect with escape sequences": to("http://\x1b[31m/", "301 Moved"),
}


class Hostile:
    """A server of one behaviour at a time; it notes which paths it was asked for."""

    def __init__(self):
        self.behaviour: Behaviour | Callable[[], Iterator[bytes]] = b""
        self.over = threading.Event()
        self.asked: list[str] = []
        hostile = self

        class Handler(StreamRequestHandler):
            def handle(self):
                with suppress(OSError, IndexError):  # a client that is gone
                    hostile.asked.append(self.rfile.readline().decode().split()[1])
                    length = 0
                    while (line := self.rfile.readline()).strip():
                        if line.lower().startswith(b"content-length"):
                            length = int(line.split(b":")[1])
                    self.rfile.read(length)
                    self.write(hostile.behaviour)

            def write(self, behaviour):
                if behaviour is None:
                    hostile.over.wait(GONE)
                    return
                parts = behaviour() if callable(behaviour) else [behaviour]
                end = time.monotonic() + GONE
                for part in parts:
                    self.wfile.write(part)
                    if hostile.over.is_set() or time.monotonic() > end:
                        return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def behave(self, behaviour: Behaviour | Callable[[], Iterator[bytes]]) -> None:
        """From now on, and for those who still wait not at all."""
        self.over.set()
        self.behaviour, self.over, self.asked = behaviour, threading.Event(), []


@contextmanager
def a_hostile_server() -> Iterator[Hostile]:
    made = Hostile()
    yield made
    made.over.set()
    made.server.shutdown()
    made.server.server_close()
