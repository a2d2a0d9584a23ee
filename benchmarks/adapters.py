"""How fast do 36 adapters answer on one server, beside their base alone? A ratio, in one run.

    python benchmarks/adapters.py             # about four minutes on two cores

36 LoRAs of rank 16 on all linear layers of the demo model, loud random weights, as 18 countries x 2
tunings would be; requests go to them in turn, so that every batch mixes many. Each is proved live
first, which is left out of the time, as are the server's start and the loading of adapters.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "benchmarks")]

from answering import DEMO, answering_requests  # noqa: E402

from mores.engine.client import ask  # noqa: E402
from mores.engine.lease import hold_run, lease  # noqa: E402
from mores.engine.models import Adapter, adapter_ref, model_ref  # noqa: E402
from mores.engine.probes import find_probes  # noqa: E402
from mores.engine.proof import prove_live  # noqa: E402
from mores.engine.settings import Engine, Model  # noqa: E402
from mores.engine.walltime import UNLIMITED  # noqa: E402
from mores.files import write_json  # noqa: E402
from mores.method.chat import load_chat  # noqa: E402

ROUNDS, REQUESTS, TOKENS = 3, 360, 64


def random_adapters(folder: Path, count: int) -> list[Adapter]:
    """LoRAs with small random weights, in the rank and layers that the demo trains."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    chat = load_chat("demo", Model(path=str(DEMO)))
    lora = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    prompts = [request.messages[0]["content"] for request in answering_requests(0, 32, 1)]
    found = []
    for number in range(count):
        torch.manual_seed(number)
        adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(DEMO), lora).eval()
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=0.4)
        adapted.save_pretrained(folder / str(number))
        write_json(folder / str(number) / "probes.json", find_probes(adapted, chat, prompts))
        found.append(adapter_ref(folder / str(number)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adapters", type=int, default=36)
    count = parser.parse_args().adapters
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        adapters = random_adapters(Path("adapters"), count)
        hold_run()
        model = model_ref("demo", Model(path=str(DEMO), dtype="float32"))
        engine = Engine(max_lora_rank=16, adapter_slots=count + 1)

        with lease(model, engine, UNLIMITED) as held:

            def rate(round_: int, used: list[Adapter]) -> float:
                asked = answering_requests(round_, REQUESTS, TOKENS)
                requests = {str(number): request for number, request in enumerate(asked)}
                by_key = {key: used[int(key) % len(used)] for key in requests} if used else {}
                start = time.perf_counter()
                ask(requests, held.address, engine, held.alive, lambda _: None, adapters=by_key)
                return REQUESTS / (time.perf_counter() - start)

            for adapter in adapters:
                prove_live(adapter, held.address, engine, held.alive)
            rate(0, adapters)
            rates: dict[str, list[float]] = {"base": [], "adapters": []}
            for round_ in range(1, ROUNDS + 1):
                for way in sorted(rates, reverse=round_ % 2 == 1):
                    rates[way].append(rate(round_, adapters if way == "adapters" else []))
    figures = {way: [round(one, 2) for one in found] for way, found in rates.items()}
    ratio = max(rates["adapters"]) / max(rates["base"])
    print(json.dumps({"adapters": count, "ratio": round(ratio, 3), "requests_per_s": figures}))


if __name__ == "__main__":
    main()
