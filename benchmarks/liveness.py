"""Is a live adapter ever called dead, and a dead one live? By precision, with the real server.

    python benchmarks/liveness.py             # 200 adapters each in two precisions

LoRAs of the demo model in several ranks: half are trained for some steps on invented countries'
answers, half have random weights, faint to loud. Each is asked for its probes four times: as it
is; as an adapter that is dead (its weights are zero); as another adapter of its kind; and at half
its strength, as a server that ignores `lora_alpha` would have it. `untold` counts what the proof
leaves open, since the adapter changes too little; `slope` and `error` are of all others, the error
over what a live adapter's may be (`mores.engine.proof`).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "benchmarks")]

from resident_training import DEMO, examples  # noqa: E402

from mores.engine.lease import Lease, hold_run, lease  # noqa: E402
from mores.engine.models import adapter_ref, model_ref  # noqa: E402
from mores.engine.probes import find_probes  # noqa: E402
from mores.engine.proof import ERROR, ROUNDING, Reading, read_probes  # noqa: E402
from mores.engine.settings import Engine, Model  # noqa: E402
from mores.engine.walltime import UNLIMITED  # noqa: E402
from mores.errors import InputError  # noqa: E402
from mores.files import write_json  # noqa: E402
from mores.method.chat import Chat, load_chat  # noqa: E402
from mores.method.objectives import sft  # noqa: E402
from mores.rows import read_json  # noqa: E402

if TYPE_CHECKING:
    import torch
    from peft import PeftModel

RANKS, STEPS, RATES = (4, 8, 16), (6, 12, 24), (0.002, 0.005)
LOUDNESS = (0.03, 0.1, 0.3)  # standard deviation of B's random weights
COUNTRIES, BATCH, TRIED = 12, 8, 8


def small_lora(number: int, dtype: str, base: Path = DEMO) -> "PeftModel":
    """A new LoRA, of one of the ranks."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(number)
    network = AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    rank = RANKS[number % len(RANKS)]
    linear = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(network, linear)


def train(lora: "PeftModel", chat: Chat, number: int) -> None:
    """Some steps on bare answers, which is what changes an adapter the way that training does."""
    import torch

    rate, steps = RATES[number % len(RATES)], STEPS[number % len(STEPS)]
    weights = [one for one in lora.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=rate)
    rows = [sft.row(chat, one) for one in examples(number % COUNTRIES)]
    for step in range(steps):
        some = rows[step * BATCH % len(rows) :][:BATCH]
        tokens, mask = (padded([row[name] for row in some]) for name in some[0])
        lora(input_ids=tokens, labels=tokens.masked_fill(mask == 0, -100)).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def padded(rows: list[list[int]]) -> "torch.Tensor":
    """Rows of one length; what is put after their ends is looked at by nothing that counts."""
    import torch

    width = max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def randomize(lora: "PeftModel", loudness: float) -> None:
    """Give B weights with this standard deviation."""
    import torch

    for name, weight in lora.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=loudness)


def scale(lora: "PeftModel", factor: float) -> None:
    """Make an adapter so much louder."""
    import torch

    with torch.no_grad():
        for name, weight in lora.named_parameters():
            if "lora_B" in name:
                weight.mul_(factor)


def make(folder: Path, number: int, dtype: str, chat: Chat) -> bool:
    """An adapter with its probes in `live`, and the same one in `half`; False where it has none."""
    lora = small_lora(number, dtype)
    if number % 2:
        train(lora, chat, number // 2)
    else:
        randomize(lora, LOUDNESS[number // 2 % len(LOUDNESS)])
    try:
        probes = find_probes(lora.eval(), chat, [row["prompt"] for row in examples(0)[:TRIED]])
    except InputError:
        return False
    lora.save_pretrained(folder / f"live{number}")
    write_json(folder / f"live{number}/probes.json", probes)
    scale(lora, 0.5)
    lora.save_pretrained(folder / f"half{number}")
    scale(lora, 0.0)
    lora.save_pretrained(folder / "dead")
    return True


def readings(
    folder: Path, numbers: list[int], held: Lease, engine: Engine
) -> Iterator[tuple[str, Reading]]:
    """By how the server answers for each adapter's probes, what is read."""

    def read(number: int, name: str) -> Reading:
        served = adapter_ref(folder / name)
        probes = read_json(f"{folder}/live{number}/probes.json")
        return read_probes(served, probes, held.address, engine, held.alive)

    for number in numbers:
        others = [one for one in numbers if one != number and one % 2 == number % 2]
        other = min(others, key=lambda one: (one < number, one))
        kind = "trained" if number % 2 else "random"
        yield f"{kind}: itself", read(number, f"live{number}")
        yield f"{kind}: dead", read(number, "dead")
        yield f"{kind}: another", read(number, f"live{other}")
        yield f"{kind}: half", read(number, f"half{number}")


def table(dtype: str, found: list[tuple[str, Reading]]) -> None:
    """Print a row for each way that probes were answered."""
    for way in sorted({way for way, _ in found}):
        told = [reading for name, reading in found if name == way]
        sure = [one for one in told if one.sure]
        slopes = [one.slope for one in sure]
        errors = [one.error / (ERROR * one.change + ROUNDING * one.noise) for one in sure]
        row = (dtype, way, len(told), sum(one.live for one in told), len(told) - len(sure))
        row += tuple(f"{min(some):.2f} to {max(some):.2f}" for some in (slopes, errors) if some)
        print("|", " | ".join(map(str, row)), "|", flush=True)


def measure(count: int, dtype: str) -> None:
    """Make so many adapters, serve them all and print the rows of a precision."""
    folder = Path(dtype)
    chat = load_chat("demo", Model(path=str(DEMO)))
    numbers = [number for number in range(count) if make(folder, number, dtype, chat)]
    print(f"{count - len(numbers)} of {count} adapters changed no reply", file=sys.stderr)
    engine = Engine(max_lora_rank=max(RANKS), adapter_slots=2 * len(numbers) + 1)
    with lease(model_ref("demo", Model(path=str(DEMO), dtype=dtype)), engine, UNLIMITED) as held:
        table(dtype, list(readings(folder, numbers, held, engine)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adapters", type=int, default=200)
    parser.add_argument("--dtypes", nargs="+", default=["bfloat16", "float32"])
    given = parser.parse_args()
    print("| precision | adapter: answered by | asked | live | untold | slope | error |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        hold_run()
        for dtype in given.dtypes:
            measure(given.adapters, dtype)


if __name__ == "__main__":
    main()
