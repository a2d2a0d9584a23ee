"""Models of the hub, fetched once from a hub that a test plays and then taken from the cache."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import mores
from mores.engine.hub import fetch, is_whole, snapshot
from mores.engine.models import model_ref
from mores.engine.settings import Model
from mores.method.models import ModelSpec

LIBRARY = Path(mores.__file__).parents[1]
COMMIT = "c0ffee" * 6 + "abcd"
FILES = {
    "config.json": b"{}",
    "model.safetensors": b"weights",
    "pytorch_model.bin": b"the same weights",
    "original/consolidated.00.pth": b"again",
}
FETCHES = """
import sys
from mores.engine.hub import fetch
from mores.errors import InputError
from mores.method.models import ModelSpec
try:
    print(fetch("m", ModelSpec(path=sys.argv[1], revision=sys.argv[2])))
except InputError as error:
    print(error)
"""


class Hub:
    """What huggingface_hub asks of a hub: a model's files at a revision, and each of them."""

    def __init__(self):
        self.asked: Counter = Counter()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.do_GET(body=False)

            def do_GET(self, body=True):
                path = self.path.split("?")[0].removeprefix("/api/models").strip("/")
                hub.asked[path] += body
                name = path.rpartition(f"/resolve/{COMMIT}/")[2]
                if path.startswith("owner/gated"):
                    self.answer(b"", 403, {"X-Error-Code": "GatedRepo"}, body)
                elif not path.startswith("owner/model"):
                    self.answer(b"", 404, {"X-Error-Code": "RepoNotFound"}, body)
                elif name in FILES and name != path:
                    etag = hashlib.sha1(FILES[name]).hexdigest()
                    self.answer(FILES[name], 200, {"X-Repo-Commit": COMMIT, "ETag": etag}, body)
                elif path in ("owner/model/revision/main", f"owner/model/revision/{COMMIT}"):
                    told = {"id": "owner/model", "sha": COMMIT}
                    told["siblings"] = [{"rfilename": one} for one in FILES]
                    self.answer(json.dumps(told).encode(), 200, {}, body)
                elif path == f"owner/model/tree/{COMMIT}":
                    tree = [
                        {"type": "file", "path": one, "size": len(held), "oid": "0" * 40}
                        for one, held in FILES.items()
                    ]
                    self.answer(json.dumps(tree).encode(), 200, {}, body)
                else:
                    self.answer(b"", 404, {"X-Error-Code": "RevisionNotFound"}, body)

            def answer(self, told, status, headers, body):
                self.send_response(status)
                given = {"Content-Length": str(len(told)), "Content-Type": "application/json"}
                for key, value in (given | headers).items():
                    self.send_header(key, value)
                self.end_headers()
                if body:
                    self.wfile.write(told)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def hub(tmp_path, monkeypatch):
    made = Hub()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    yield made
    made.server.shutdown()


def start(hub, path="owner/model", revision="main"):
    address = f"http://127.0.0.1:{hub.server.server_port}"
    given = {"HF_ENDPOINT": address, "PYTHONPATH": str(LIBRARY), "HF_HUB_DISABLE_XET": "1"}
    environment = {key: os.environ[key] for key in os.environ if key != "HF_HUB_OFFLINE"} | given
    command = [sys.executable, "-c", FETCHES, path, revision]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_several_that_want_a_model_fetch_it_once_and_main_is_the_commit(hub, tmp_path):
    spec = ModelSpec(path="owner/model", revision="main")
    assert snapshot(spec) is None
    told = {one.communicate(timeout=120)[0].strip() for one in [start(hub) for _ in range(3)]}
    assert told == {str(tmp_path / f"hub/models--owner--model/snapshots/{COMMIT}")}
    loaded = {path: times for path, times in hub.asked.items() if "/resolve/" in path}
    assert loaded == {f"owner/model/resolve/{COMMIT}/{one}": 1 for one in list(FILES)[:2]}
    assert snapshot(spec) == fetch("m", spec)  # and asks nobody
    ref = model_ref("m", Model(path="owner/model", revision="main"))
    assert (ref.digest, ref.settings.revision) == (f"owner/model@{COMMIT}", COMMIT)


@pytest.mark.parametrize(
    ("path", "revision", "told"),
    [
        ("owner/gated", "main", "is gated: accept its terms on its page on the hub, then export"),
        ("owner/absent", "main", "is not on the hub, or private: mend the id"),
        ("owner/model", "v9", "has no revision v9; mend it"),
    ],
)
def test_what_cannot_be_had_is_a_line_with_its_mend(hub, path, revision, told):
    said, _ = start(hub, path, revision).communicate(timeout=120)
    assert f"models: m: path: {path} {told}" in said


def test_a_download_that_was_stopped_is_not_taken(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert not is_whole(tmp_path)
    shards = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(shards))
    (tmp_path / "model-1.safetensors").touch()
    assert not is_whole(tmp_path)
    (tmp_path / "model-2.safetensors").touch()
    assert is_whole(tmp_path)
