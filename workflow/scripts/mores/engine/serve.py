"""vLLM's server, given a tokenizer that parts text as the model's own tokenizer.json says.

`python -m mores.engine.serve FOLDER ARGUMENTS`: vLLM's arguments, and a folder of this server
alone, where the tokenizer is put if it is another than vLLM would take. It is looked at here
because vLLM's process imports transformers in any case.
"""

import argparse
import gc
import runpy
import shutil
import sys
from pathlib import Path

from mores.errors import InputError
from mores.method.models import ModelSpec
from mores.method.tokenizer import load_tokenizer

VLLM = "vllm.entrypoints.openai.api_server"

# Also in the engine's process, which imports this module first. At Python's own pace collections
# take a quarter of the time of importing vLLM. (For mypy `gc` is the step of that name.)
gc.set_threshold(20_000, 10, 10)  # type: ignore[attr-defined]


def tokenizer_arguments(given: list[str], folder: Path) -> list[str]:
    """What to add to a server's arguments for the right tokenizer; it is put into `folder`.

    Raises InputError where none parts text as the model's tokenizer.json says.
    """
    from transformers import AutoTokenizer
    from transformers.utils import cached_file

    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    for name in ("--model", "--served-model-name", "--revision"):
        parser.add_argument(name)
    parser.add_argument("--trust-remote-code", action="store_true")
    named, _ = parser.parse_known_args(given)
    own = {"revision": named.revision, "trust_remote_code": named.trust_remote_code}
    right = load_tokenizer(named.served_model_name, ModelSpec(path=named.model, **own))
    # vLLM puts the hub's id out of sight: it loads from the folder where the files are.
    files = Path(cached_file(named.model, "config.json", revision=named.revision)).parent
    taken = AutoTokenizer.from_pretrained(files, trust_remote_code=named.trust_remote_code)
    if type(taken) is type(right):
        return []
    right.save_pretrained(folder)
    shutil.copy(files / "config.json", folder)
    print(f"the tokenizer is as {named.model}/tokenizer.json says, not {type(taken).__name__}")
    return ["--tokenizer", str(folder)]


def main() -> None:
    """Serve until told to stop."""
    folder = Path(sys.argv.pop(1)) / "tokenizer"
    try:
        sys.argv += tokenizer_arguments(sys.argv[1:], folder)
    except InputError as error:
        sys.exit(f"InputError: {error}")
    runpy.run_module(VLLM, run_name="__main__")


if __name__ == "__main__":
    main()
