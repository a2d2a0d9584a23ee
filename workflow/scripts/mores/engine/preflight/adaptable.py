"""Whether the installed vLLM can serve adapters of a model's architecture, asked of vLLM itself."""

import subprocess
import sys
from pathlib import Path

from mores.engine.preflight import Finding
from mores.errors import InputError
from mores.rows import read_json

# In a process of its own: some ten seconds of imports, and what they print.
ASKS = """
import sys
from vllm.model_executor.models.interfaces import supports_lora
from vllm.model_executor.models.registry import ModelRegistry
known = [ModelRegistry.models[name] for name in sys.argv[1:] if name in ModelRegistry.models]
print("\\n" + (str(supports_lora(known[0].load_model_cls())) if known else "none"))
"""


def check_adaptable(folder: Path) -> Finding:
    """A LoRA can be trained of more architectures than vLLM serves with one."""
    try:
        names = read_json(folder / "config.json").get("architectures") or []
    except InputError as error:
        return Finding("adapters", "fault", str(error))
    asked = subprocess.run([sys.executable, "-c", ASKS, *names], capture_output=True, text=True)
    told = "" if asked.returncode else asked.stdout.splitlines()[-1]
    called = ", ".join(names) or "no architecture"
    match told:
        case "True":
            return Finding("adapters", "ok", f"vLLM serves adapters of {called}")
        case "False":
            told = f"vLLM serves {called} without adapters: leave out the methods with a `tuning`"
            return Finding("adapters", "fault", told)
        case "none":
            told = f"this vLLM does not have {called}; its Transformers backend may"
            return Finding("adapters", "unknown", told)
    last = (asked.stderr.strip().splitlines() or ["nothing"])[-1]
    return Finding("adapters", "unknown", f"vLLM cannot be asked here: {last[:200]}")
