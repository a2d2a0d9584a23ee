"""Nothing phones home: training and a server that answers reach no address but this host's own.

Every Python process of a run notes what it would connect to and is refused it, so that nothing
leaves this host even where a test fails; `strace` sees the rest, compiled libraries too.
"""

import ipaddress
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from listening import SWITCHES, heard, hook

from mores.telemetry import OFF

ROOT = Path(__file__).parents[2]
TELLS = "connect,sendto,sendmsg,sendmmsg"
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
PACKAGES = ("accelerate", "datasets", "huggingface_hub", "peft", "transformers", "trl", "vllm")
SWITCH = r"\w*(?:TELEMETRY|DO_NOT_TRACK|NO_USAGE|USAGE_STATS_ENABLED|ANALYTICS)\w*"
VLLM_TURNS_OFF = {"RAY_USAGE_STATS_ENABLED"}
NOT_INSTALLED = {"GRADIO_ANALYTICS_ENABLED"}
PLUGINS = {"PYDANTIC_DISABLE_PLUGINS"}  # of whoever installed one; the package itself sends nothing
# With bare answers an adapter is trained at once; the cell that it answers has a server.
CELL = "results/answers/values/sft/demo/XAV.jsonl"
PART = ("--config", "countries=XAV", "methods=sft", "answers={samples: 1}")
PART += ("tunings={sft: {epochs: 1}}", "--", CELL)
TALKS = """
import datasets, trl
from huggingface_hub.utils import _telemetry
rows = datasets.Dataset.from_list([{"text": "a b"}])
trl.SFTTrainer(model=MODEL, args=trl.SFTConfig(use_cpu=True, report_to="none"), train_dataset=rows)
_telemetry._TELEMETRY_QUEUE.join()
"""
SENDS = (
    "from huggingface_hub.utils import send_telemetry, _telemetry; send_telemetry('mores/test');"
)
SENDS += "_telemetry._TELEMETRY_QUEUE.join()"


def outside(trace: Path) -> list[str]:
    """The calls of a trace whose address is not this host's own."""
    found = []
    for line in trace.read_text(errors="replace").splitlines():
        told = [ipaddress.ip_address(one or other) for one, other in ADDRESS.findall(line)]
        if any(not (one.is_loopback or one.is_unspecified) for one in told):
            found.append(line)
    return found


@pytest.fixture(scope="module")
def run(checkout) -> Path:
    """A run with training and a server, in which nothing but mores turns telemetry off."""
    folder = checkout.folder / "hook"
    checkout.environment |= hook(folder)
    checkout.unset = SWITCHES
    if shutil.which("strace"):
        checkout.before = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={TELLS}")
        checkout.before += ("-o", str(folder / "trace"))
    checkout.run(*PART)
    assert checkout.left_over() == []
    assert len(checkout.server_logs()) == 1
    return folder


@pytest.mark.long
def test_no_python_process_connects(run):
    assert heard(run) == ""


@pytest.mark.long
def test_every_process_of_the_run_was_heard(run):
    by = (run / "heard.by").read_text()
    for part in ("train_adapter.py", "answer_items.py", "engine.supervisor", "engine.serve"):
        assert part in by
    assert "multiprocessing" in by  # vLLM's engine, a child of its server


@pytest.mark.long
def test_no_process_at_all_connects(run):
    if not shutil.which("strace"):
        pytest.skip("COMPILED LIBRARIES NOT TESTED: there is no strace here")
    assert "127.0.0.1" in (run / "trace").read_text()  # clients and their server
    assert outside(run / "trace") == []


@pytest.mark.parametrize("code", [TALKS, SENDS])
def test_what_would_phone_home_is_heard(tmp_path, code):
    """The same processes without mores: so the tests above can fail."""
    kept = {key: os.environ[key] for key in os.environ.keys() - SWITCHES}
    code = code.replace("MODEL", repr(str(ROOT / "resources/demo/model")))
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=kept | hook(tmp_path), cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "huggingface.co" in heard(tmp_path)


def test_mores_turns_off_whatever_can_be_turned_off():
    """All switches that the installed packages read, and none that nothing reads."""
    pattern = re.compile(rf"(?:environ(?:\.get)?|getenv)\W{{1,3}}[\"']({SWITCH})[\"']")
    read = {
        name
        for package in PACKAGES
        for file in Path(find_spec(package).origin).parent.rglob("*.py")
        for name in pattern.findall(file.read_text(encoding="utf-8", errors="replace"))
    }
    assert read - VLLM_TURNS_OFF == set(OFF) - NOT_INSTALLED - PLUGINS


def test_strace_sees_who_connects(tmp_path):
    if not shutil.which("strace"):
        pytest.skip("COMPILED LIBRARIES NOT TESTED: there is no strace here")
    # A UDP socket that is connected sends nothing; the address is one for documents (RFC 5737).
    code = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    trace = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={TELLS}", "-o", "trace"]
    subprocess.run([*trace, sys.executable, "-c", code], cwd=tmp_path, check=False)
    (call,) = outside(tmp_path / "trace")
    assert "192.0.2.1" in call
