"""How fast are answers? Each figure is a ratio of two ways taken in turns, in one run.

    python benchmarks/answering.py            # all three, about eight minutes on two cores
    python benchmarks/answering.py --only transformers

`offline`: our engine (server, client, fresh journal) over vLLM's own offline batch, `LLM.chat` with
the same engine settings, prompts and seeds; once with a random model of 0.1 B parameters, where the
model is the limit (at least 0.9), and once with the demo model, where HTTP is. `transformers`:
our engine over one call of transformers' `generate` per item, with the demo model (at least 10).
Starting servers and loading models is left out, and both ways are warm.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from mores.engine.arguments import CPU_BLOCK  # noqa: E402
from mores.engine.generate import Asker  # noqa: E402
from mores.engine.lease import hold_run  # noqa: E402
from mores.engine.models import ModelRef, model_ref  # noqa: E402
from mores.engine.settings import Engine, Model  # noqa: E402
from mores.method.countries import load_countries  # noqa: E402
from mores.method.items import load_bank  # noqa: E402
from mores.method.prompts import Prompts  # noqa: E402
from mores.method.requests import Request  # noqa: E402

DEMO = ROOT / "resources" / "demo" / "model"
ROUNDS = 3
SHEET = 194 * 5  # requests of a cell: WVS-7's test items, five answers each
TARGETS = {"offline, random 0.1 B": 0.9, "transformers, demo model": 10.0}


def answering_requests(round_: int, count: int, max_tokens: int) -> list[Request]:
    """Requests of the answering stage on the demo's items, norms in context, a country a round."""
    bank = load_bank(ROOT / "resources" / "items" / "demo.yaml")
    prompts = Prompts(ROOT / "resources" / "prompts")
    countries = list(load_countries(ROOT / "resources" / "countries.yaml").values())
    sampling = {"temperature": 0.6, "top_p": 0.95, "max_tokens": max_tokens}
    items = list(bank.items.values())
    return [
        Request(
            prompts.render(
                "answer",
                country=countries[round_],
                topic=bank.topics[items[number % len(items)].topic],
                item=items[number % len(items)],
                examples=[],
                norms=[f"People here hold {bank.topics[items[number % len(items)].topic]} dear."],
            ),
            sampling | {"seed": 1000 * round_ + number},
        )
        for number in range(count)
    ]


def ours(requests: list[Request], model: ModelRef, engine: Engine) -> list[str]:
    """Texts from the server, through the client and a fresh journal."""
    with tempfile.TemporaryDirectory() as folder:
        asker = Asker(model, engine, Path(folder) / "journal.jsonl", made_by={})
        answers = asker(requests, model.name)
    return [one.text for one in answers]


@contextmanager
def offline_batch(model: ModelRef):
    """A function like `ours` on vLLM's offline engine, with the server's settings."""
    os.environ["VLLM_CPU_KVCACHE_SPACE"] = "1"
    from vllm import LLM, SamplingParams

    llm = LLM(
        model.settings.path,
        dtype="float32",
        enforce_eager=True,
        enable_chunked_prefill=False,
        block_size=int(CPU_BLOCK),
        max_num_seqs=256,
        generation_config="vllm",
        seed=0,
    )

    def batch(requests: list[Request]) -> list[str]:
        outputs = llm.chat(
            [list(request.messages) for request in requests],
            [SamplingParams(**request.sampling) for request in requests],
            use_tqdm=False,
        )
        return [output.outputs[0].text for output in outputs]

    try:
        yield batch
    finally:
        llm.llm_engine.engine_core.shutdown()  # else this process waits for it for ever


def one_by_one(model: ModelRef):
    """A function like `ours` on one `generate` call of transformers per item."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(os.cpu_count())
    tokenizer = AutoTokenizer.from_pretrained(model.settings.path)
    network = AutoModelForCausalLM.from_pretrained(model.settings.path, dtype=torch.float32).eval()

    def answer(request: Request) -> str:
        inputs = tokenizer.apply_chat_template(
            list(request.messages),
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        )
        torch.manual_seed(request.sampling["seed"])
        output = network.generate(
            **inputs,
            do_sample=True,
            temperature=request.sampling["temperature"],
            top_p=request.sampling["top_p"],
            max_new_tokens=request.sampling["max_tokens"],
        )
        return tokenizer.decode(output[0, inputs["input_ids"].shape[1] :])

    return lambda requests: [answer(request) for request in requests]


def compare(name: str, model: ModelRef, other, count: int, others: int, max_tokens: int) -> dict:
    """Ratio of rates, ours over the other's: the best round of each, in alternate order.

    Every round has its own requests; the other way gets the first `others` of them.
    """
    engine, same = Engine(), 0
    warm = answering_requests(0, count // 4, max_tokens)
    ours(warm, model, engine)
    other(warm[:others])
    rates = {"mine": [], "its": []}
    for round_ in range(1, ROUNDS + 1):
        requests = answering_requests(round_, count, max_tokens)
        texts = {}
        for way in sorted(rates, reverse=round_ % 2 == 1):
            start = time.perf_counter()
            if way == "mine":
                texts[way] = ours(requests, model, engine)
            else:
                texts[way] = other(requests[:others])
            rates[way].append(len(texts[way]) / (time.perf_counter() - start))
        same += sum(a == b for a, b in zip(texts["mine"], texts["its"], strict=False))
    return {
        "name": name,
        "ratio": round(max(rates["mine"]) / max(rates["its"]), 3),
        "target": TARGETS.get(name),
        "requests_per_s": [round(rate, 2) for rate in rates["mine"]],
        "other_requests_per_s": [round(rate, 2) for rate in rates["its"]],
        "same_text": f"{same}/{others * ROUNDS}",
    }


def random_reference(folder: Path) -> ModelRef:
    """A random model of 0.115 B parameters with the demo model's tokenizer."""
    command = [sys.executable, str(ROOT / "benchmarks" / "random_model.py"), str(folder)]
    command += ["--hidden", "768", "--layers", "12", "--context", "2048", "--tokenizer", str(DEMO)]
    subprocess.run(command, check=True)
    return model_ref("random", Model(path=str(folder), dtype="float32"))


def run_one(name: str) -> None:
    """Run one comparison in this process and print its figures as JSON."""
    hold_run()
    demo = model_ref("demo", Model(path=str(DEMO), dtype="float32"))
    if name == "random":
        model = random_reference(Path("random"))
        ours(answering_requests(0, 4, 8), model, Engine())  # its server before our own engine
        with offline_batch(model) as batch:
            figures = compare("offline, random 0.1 B", model, batch, 64, 64, 48)
    elif name == "demo":
        ours(answering_requests(0, 4, 8), demo, Engine())
        with offline_batch(demo) as batch:
            figures = compare("offline, demo model", demo, batch, SHEET, SHEET, 256)
    else:
        figures = compare("transformers, demo model", demo, one_by_one(demo), SHEET, 16, 256)
    print("RESULT " + json.dumps(figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=["random", "demo", "transformers"])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.here:
        run_one(given.only)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in [given.only] if given.only else ["random", "demo", "transformers"]:
            command = [sys.executable, str(Path(__file__).resolve()), "--here", "--only", name]
            told = subprocess.run(
                command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            print(next(line[7:] for line in told.splitlines() if line.startswith("RESULT ")))


if __name__ == "__main__":
    main()
