"""Planted secrets: a run uses them, and nobody finds them who looks where others may."""

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

KEY, TOKEN = "sk-planted-5b1f9e27c04d", "hf_PlantedPlantedPlanted0a1b2c3d"


class Lookout:
    """Notes every command line on this host that holds a secret, as any user could."""

    def __init__(self, *secrets: str):
        self.secrets = [secret.encode() for secret in secrets]
        self.seen: set[bytes] = set()
        self.looked = 0
        self.over = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _look(self):
        while not self.over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    line = path.read_bytes()
                    self.looked += b"workflow/scripts" in line
                    if any(secret in line for secret in self.secrets):
                        self.seen.add(line)
            time.sleep(0.02)


@pytest.fixture(scope="module")
def told(checkout, module_endpoint):
    """A run with a key and a token, at a server that repeats both in trouble, and what it told."""
    count = iter(range(10**6))

    def reply(body):
        number = next(count)
        return 500 if number % 7 == 0 else f"{TOKEN} {KEY}" if number % 7 == 1 else "1"

    module_endpoint.reply = reply
    module_endpoint.trouble = lambda body: f"\x1b[31mBearer {KEY} is unwell\n"
    checkout.environment |= {"PLANTED_KEY": KEY, "HF_TOKEN": TOKEN}
    served = f"url: '{module_endpoint.url}', served_model: demo, key_variable: PLANTED_KEY"
    engine = f"engine={{launcher: endpoint, endpoints: {{demo: {{{served}}}}}, retries: 8}}"
    study = ("--config", engine, "answers={samples: 1}", "methods=vanilla", "countries=XAV")
    with Lookout(KEY, TOKEN) as lookout:
        said = [checkout.run(*study, "--", "results/scores.tsv")]
        said += [checkout.run(*study, "--", target) for target in ("audit", "gc", "overview")]
        process = checkout.start(*study, "--", "preflight")
        said.append(process.communicate(timeout=100)[0])
        module_endpoint.reply = lambda body: 401
        (checkout.folder / "work").rename(checkout.folder / "work.before")
        process = checkout.start(*study, "--forcerun", "answer_items", "--", "results/scores.tsv")
        said.append(process.communicate(timeout=100)[0])
    return "\n".join(said), lookout


def test_no_command_line_holds_a_secret(told):
    _, lookout = told
    assert lookout.looked > 20, "the run's own command lines were among those looked at"
    assert lookout.seen == set()


def test_nothing_told_holds_a_secret(told):
    said, _ = told
    assert "HTTP 401" in said and "[the key]" in said
    assert KEY not in said and TOKEN not in said


def test_no_file_of_a_run_holds_a_secret(told, checkout):
    """Journals, records, results, logs, reports, Snakemake's own notes."""
    found, looked = [], set()
    for path in checkout.folder.rglob("*"):
        if path.is_file():
            looked.add(path.relative_to(checkout.folder).parts[0])
            if any(secret.encode() in path.read_bytes() for secret in (KEY, TOKEN)):
                found.append(path)
    assert {"results", "work.before", "logs", ".snakemake"} <= looked
    assert found == []
