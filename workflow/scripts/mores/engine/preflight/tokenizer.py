"""Whether a model's text is parted as its tokenizer.json says, asked before any job."""

import json
import os
import subprocess
import sys
from pathlib import Path

from mores.engine.preflight import Finding
from mores.errors import InputError
from mores.method.models import ModelSpec
from mores.method.tokenizer import load_tokenizer
from mores.process import pythonpath

# In a process of its own, which transformers' imports leave with it: some five seconds.
ASKS = "from mores.engine.preflight.tokenizer import main; main()"


def check_tokenizer(name: str, model: ModelSpec, folder: Path) -> Finding:
    """Compare what transformers makes of a folder with its tokenizer.json."""
    if not (folder / "tokenizer.json").exists():
        told = "no tokenizer.json to compare it with: read a prompt as the server has it"
        return Finding("tokenizer", "unknown", told)
    named = model.model_dump_json(include={"trust_remote_code"})
    asked = subprocess.run(
        [sys.executable, "-c", ASKS, name, str(folder), named],
        capture_output=True,
        text=True,
        env=os.environ | pythonpath(),
    )
    told = (asked.stdout.splitlines() or [""])[-1]
    if asked.returncode or not told.startswith("{"):
        last = (asked.stderr.strip().splitlines() or ["nothing"])[-1]
        return Finding("tokenizer", "unknown", f"it cannot be asked here: {last[:200]}")
    return Finding("tokenizer", **json.loads(told))


def main() -> None:
    """Print the finding of a model as JSON."""
    name, folder, named = sys.argv[1:]
    found = compare(name, ModelSpec(path=folder, **json.loads(named)))
    print(json.dumps({"state": found.state, "told": found.told}))


def compare(name: str, model: ModelSpec) -> Finding:
    """The same in this process."""
    from transformers import AutoTokenizer

    try:
        right = load_tokenizer(name, model)
    except InputError as error:
        return Finding("tokenizer", "fault", str(error))
    taken = AutoTokenizer.from_pretrained(model.path, trust_remote_code=model.trust_remote_code)
    if type(taken) is type(right):
        return Finding("tokenizer", "ok", "text is parted as tokenizer.json says")
    told = (
        f"{type(taken).__name__}, which transformers takes, parts text otherwise than "
        "tokenizer.json: training and servers of mores do as the file says"
    )
    return Finding("tokenizer", "ok", told)
