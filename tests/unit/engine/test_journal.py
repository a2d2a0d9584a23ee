import fcntl
import json
import logging
import multiprocessing
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from mores.engine.journal import Journal, kept
from mores.errors import InputError
from mores.method.requests import Completion


def completion(number: int, text: str = "text") -> Completion:
    return Completion(f"{number:064x}", text, "stop", 5, 7)


def keys(*numbers: int) -> set[str]:
    return {f"{number:064x}" for number in numbers}


def fill(path, *completions):
    with Journal(path) as book:
        for one in completions:
            book.add(one)


def line_of(completion: Completion) -> bytes:
    """The line that a journal holds for a completion."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "j.jsonl")
        fill(path, completion)
        return path.read_bytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journals" / "j.jsonl"


def test_finds_what_is_wanted_and_nothing_else(path):
    odd = completion(1, 'a "quote", a\nline, a \u2028 separator, \x00 and 漢字')
    fill(path, odd, completion(2), completion(3))
    with Journal(path) as book:
        assert book.find(keys(1, 3, 9)) == {odd.key: odd, completion(3).key: completion(3)}


def test_torn_last_line_is_cut_before_anything_is_added(path, caplog):
    fill(path, completion(1), completion(2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with Journal(path) as book:
        assert book.find(keys(1, 2)).keys() == keys(1)
        book.add(completion(2))
    assert path.read_bytes() == whole
    assert "torn" in caplog.text


WHOLE = line_of(completion(2, "some text"))


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\x00\x00\n",
        b"not json\n",
        b'{"key": ["a"], "text": "x", "finish_reason": "stop"}\n',
        b'{"key": 1, "text": "x", "finish_reason": "stop", "prompt_tokens": 1, '
        b'"completion_tokens": 1}\n',
        b'{"key": "' + b"0" * 63 + b'2", "text": "x\n',
        b"\xff\xfe\n",
        WHOLE.replace(b"some text", b"sOme text"),
        WHOLE.replace(b'"stop"', b'"length"'),
        WHOLE.replace(b'"completion_tokens": 7', b'"completion_tokens": 8'),
        WHOLE.replace(b"some text", b"\\ud83d text"),
        re.sub(rb', "digest": "\w+"', b"", WHOLE),
    ],
)
def test_corrupt_line_is_counted_left_and_asked_again(path, caplog, line):
    fill(path, completion(1), completion(3))
    first, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + line + last)
    with Journal(path) as book:
        assert book.find(keys(1, 2, 3)).keys() == keys(1, 3)
    assert f"{path}: 1 lines do not parse" in caplog.text
    assert path.read_bytes() == first + line + last


def test_a_damaged_answer_is_asked_again_and_then_had(path):
    fill(path, completion(2, "some text"))
    path.write_bytes(path.read_bytes().replace(b"some text", b"same text"))
    with Journal(path) as book:
        assert book.find(keys(2)) == {}
        book.add(completion(2, "some text"))
    with Journal(path) as book:
        assert book.find(keys(2)) == {completion(2).key: completion(2, "some text")}


def test_who_only_looks_sees_what_is_whole(path):
    fill(path, completion(1))
    with open(path, "ab") as stream:
        stream.write(WHOLE.replace(b"some", b"sOme") + WHOLE + WHOLE[:-30])
    assert list(kept(path)) == [completion(1), completion(2, "some text")]


def test_completion_is_on_file_before_the_next_one_comes(path):
    with Journal(path) as book:
        book.add(completion(1))
        assert json.loads(path.read_text())["completion_tokens"] == 7


def _open(path, queue, wait):
    class Told(logging.Handler):
        def emit(self, record):
            queue.put(record.getMessage())

    logging.getLogger("mores").addHandler(Told())
    try:
        with Journal(path, wait) as book:
            queue.put(len(book.find({"0" * 63 + "1"})))
    except InputError as error:
        queue.put(str(error))


@pytest.mark.parametrize("wait", [True, False])
def test_second_writer_waits_for_the_first_or_is_refused(path, wait):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    with Journal(path) as book:
        second = context.Process(target=_open, args=(path, queue, wait))
        second.start()
        assert queue.get(timeout=30).startswith(f"{path}: another process writes this journal")
        book.add(completion(1))
    if wait:
        assert queue.get(timeout=30) == 1  # what the first has asked is there
    second.join(timeout=30)
    assert second.exitcode == 0


@pytest.mark.parametrize("rewritten", [True, False])
def test_what_is_freed_between_opening_and_locking_is_opened_anew(path, monkeypatch, rewritten):
    fill(path, completion(1))
    flock = fcntl.flock

    def late(*given):
        monkeypatch.setattr(fcntl, "flock", flock)
        old = path.rename(path.with_name("old"))
        if rewritten:
            shutil.copy(old, path)
        flock(*given)

    monkeypatch.setattr(fcntl, "flock", late)
    fill(path, completion(2))
    with Journal(path) as book:
        assert book.find(keys(1, 2)).keys() == (keys(1, 2) if rewritten else keys(2))
