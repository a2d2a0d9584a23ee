"""Does what needs a GPU work on this host? One table to paste, in under ten minutes on a GPU.

    make gpu-check                            # with the environment that is there
    python benchmarks/gpu_check.py --only host starts

With packages built for the CPU it does what a CPU can, with a smaller model, and says what it left
out. Each part stands for itself: where one fails, its row says why, the others go on, and the exit
status is 1. Logs stay in the folder that the last line names.
"""

import argparse
import importlib.metadata
import multiprocessing
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "benchmarks")]

from liveness import randomize, small_lora  # noqa: E402
from random_model import random_model  # noqa: E402
from resident_training import DEMO, examples, trainee  # noqa: E402

from mores.engine.arguments import on_cpu  # noqa: E402
from mores.engine.client import ask  # noqa: E402
from mores.engine.devices import lacking  # noqa: E402
from mores.engine.gpus import driver, gpus, memory  # noqa: E402
from mores.engine.hub import snapshot  # noqa: E402
from mores.engine.lease import Lease, lease  # noqa: E402
from mores.engine.models import Adapter, ModelRef, adapter_ref, model_ref  # noqa: E402
from mores.engine.ordering import train_once  # noqa: E402
from mores.engine.preflight.tokenizer import check_tokenizer  # noqa: E402
from mores.engine.probes import find_probes  # noqa: E402
from mores.engine.proof import read_probes  # noqa: E402
from mores.engine.settings import Engine, Model, Resources, Training  # noqa: E402
from mores.engine.walltime import UNLIMITED  # noqa: E402
from mores.errors import EngineError  # noqa: E402
from mores.files import write_json  # noqa: E402
from mores.method.chat import load_chat  # noqa: E402
from mores.method.requests import Completion, Request  # noqa: E402
from mores.rows import read_json  # noqa: E402
from mores.study.settings import load_settings  # noqa: E402

BASE, DTYPE = Path("base"), "bfloat16"
ADAPTERS, SLOTS, RANK = 9, 8, 16
SEEDS, OTHERS, TOKENS = 16, 48, 48
LOUD = 0.3  # of random adapters' weights
GIB = 1 << 30
Row = tuple[str, str]


def host() -> Iterator[Row]:
    """What servers and training need of a host (docs/gpu.md)."""
    yield "packages", ", ".join(f"{one} {version(one)}" for one in ("torch", "vllm"))
    if on_cpu():
        yield "GPU", "left out: these packages are built for the CPU (`make gpu`)"
    elif fault := lacking(1):
        raise EngineError(fault)
    else:
        told = memory()
        sizes = {uuid: f", {one.total / GIB:.0f} GiB" for uuid, one in told.items()}
        yield "GPU", "; ".join(f"{one.kind}{sizes.get(one.uuid, '')}" for one in gpus())
        yield "driver", driver()
    yield "nvcc", shutil.which("nvcc") or "none, and none is needed"
    yield "C compiler", shutil.which("cc") or shutil.which("gcc") or "none: FAILED"
    header = Path(sysconfig.get_path("include"), "Python.h")
    yield "Python's headers", str(header) if header.exists() else f"no {header}: FAILED"
    yield "/dev/shm", f"{shutil.disk_usage('/dev/shm').free / GIB:.1f} GiB free"


def version(package: str) -> str:
    """The installed version of a package, under either of vLLM's names."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return importlib.metadata.version(f"{package}-cpu")


def tokenizers() -> Iterator[Row]:
    """Whether the paper's models, as far as they are fetched, part text as their files say."""
    files = [ROOT / "config" / name for name in ("config.yaml", "paper.yaml")]
    for name, model in load_settings(files, {"survey": "none"}).config.models.items():
        if folder := snapshot(model):
            found = check_tokenizer(name, model, folder)
            yield name, f"{found.told}{'' if found.state == 'ok' else ': FAILED'}"
        else:
            yield name, f"left out: {model.path} was not fetched"


def tests() -> Iterator[Row]:
    """Training 0.5 B parameters in bf16, and DPO of the paper's 14 B if they were fetched."""
    if on_cpu():
        yield "pytest -m gpu", "left out: no GPU"
        return
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-m", "gpu", "tests/e2e/test_gpu.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if "peak memory" in line:
            what, _, told = line.lstrip(".").partition(" peak memory ")
            yield what, told
    if done.returncode:
        raise EngineError(done.stdout.strip().splitlines()[-1])


def starts() -> Iterator[Row]:
    """A server started twice, without nvcc on PATH; the second finds what the first compiled."""
    for which in ("first", "second"):
        with serving(Engine(idle_timeout=1)) as (_, seconds):
            yield f"{which} start", f"{seconds:.0f} s"
        while list(Path("work/engine").glob("*/*.group.json")):
            time.sleep(0.2)


def adapters() -> Iterator[Row]:
    """More adapters than slots: each proved, then all and the base in one batch, and each alone."""
    making = multiprocessing.get_context("spawn").Process(target=make_adapters)
    making.start()  # a process of its own gives its GPU back
    making.join()
    found = [adapter_ref(Path("adapters") / str(number)) for number in range(ADAPTERS)]
    with serving(settings()) as (held, _):
        read = [proved(adapter, held) for adapter in found]
        live = sum(one.live for one in read)
        yield "live in bf16", f"{live} of {ADAPTERS}{'' if live == ADAPTERS else ': FAILED'}"
        for name in ("change", "slope", "error", "noise"):
            some = [getattr(one, name) for one in read]
            yield f"{name}, least and most", f"{min(some):.3g} to {max(some):.3g}"
        asked = {f"{way} {n}": request(n) for way in range(ADAPTERS + 1) for n in range(4)}
        by = {key: found[int(key.split()[0])] for key in asked if int(key.split()[0]) < ADAPTERS}
        mixed, alone = answers(asked, held, by), {}
        for way in range(ADAPTERS + 1):
            own = {key: one for key, one in asked.items() if key.split()[0] == str(way)}
            alone |= answers(own, held, {key: by[key] for key in own if key in by})
        yield "greedy answers in a mixed batch as alone", same(mixed, alone)


def make_adapters() -> None:
    """Loud random adapters of the base, with their probes."""
    import torch

    chat = load_chat("base", Model(path=str(BASE)))
    prompts = [f"How important is family? {number}" for number in range(8)]
    for number in range(ADAPTERS):
        lora = small_lora(number, DTYPE, BASE).to("cuda" if torch.cuda.is_available() else "cpu")
        randomize(lora, LOUD)
        lora.save_pretrained(f"adapters/{number}")
        write_json(f"adapters/{number}/probes.json", find_probes(lora.eval(), chat, prompts))


def proved(adapter: Adapter, held: Lease):
    """What the server says of an adapter."""
    probes = read_json(f"{adapter.folder}/probes.json")
    return read_probes(adapter, probes, held.address, settings(), held.alive)


def seeds() -> Iterator[Row]:
    """The same seeds one after the other and among others; again with batch invariance."""
    ways = [("as they are", {})]
    ways += [] if on_cpu() else [("VLLM_BATCH_INVARIANT=1", {"VLLM_BATCH_INVARIANT": "1"})]
    for name, environment in ways:
        with serving(settings(server_env=environment)) as (held, _):
            asked = {str(n): request(n, temperature=1.0, seed=n) for n in range(SEEDS)}
            others = {f"other {n}": request(n, temperature=1.0, seed=-n) for n in range(OTHERS)}
            alone = answers(asked, held, concurrency=1)
            mixed = answers(asked | others, held)
        yield f"seeded answers in two batches, {name}", same(alone, mixed)
    if on_cpu():
        yield "VLLM_BATCH_INVARIANT=1", "left out: no GPU"


def hand_over() -> Iterator[Row]:
    """A server gives way to training, and answers with what was trained."""
    yield "free before", free()
    with serving(settings()):
        yield "free beside a server", free()
    who = trainee(str(BASE))
    who = replace(who, model=who.model.model_copy(update={"dtype": DTYPE}))
    began = time.monotonic()
    how = (Training(), Engine(idle_timeout=5), Resources(), Path("work"))
    trained = train_once(who, *how)(examples(0))
    yield "server gone and adapter trained", f"{time.monotonic() - began:.0f} s"
    yield "free after training", free()
    with serving(settings()) as (held, seconds):
        yield "server back", f"{seconds:.0f} s"
        found = proved(adapter_ref(trained), held)
        yield "the trained adapter", "live" if found.live else f"FAILED: {found}"


def demo() -> Iterator[Row]:
    """The demo for one country, from its survey to its table."""
    scripts = ROOT / "workflow/scripts"
    subprocess.run([sys.executable, str(scripts / "new_study.py"), "study"], check=True)
    models = f"models={{demo: {{dtype: {DTYPE}, resources: {{gpus: {0 if on_cpu() else 1}}}}}}}"
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", "2"]
    command += ["--directory", "study", "--config", models, "countries=XAV"]
    command += ["methods=vanilla" if on_cpu() else "methods=vanilla,cnca_sft"]
    command += ["--", "results/scores.tsv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError((done.stdout + done.stderr).strip()[-300:])
    rows = Path("study/results/scores.tsv").read_text().count("\n") - 1
    yield "rows of results/scores.tsv", str(rows)


def settings(**given) -> Engine:
    """Of a server with adapters."""
    return Engine(max_lora_rank=RANK, adapter_slots=SLOTS, **given)


def base() -> ModelRef:
    """The random model, as a server takes it."""
    resources = Resources(gpus=0 if on_cpu() else 1)
    return model_ref("base", Model(path=str(BASE), dtype=DTYPE, resources=resources))


@contextmanager
def serving(engine: Engine) -> Iterator[tuple[Lease, float]]:
    """A lease on a server, and after how many seconds it was there."""
    began = time.monotonic()
    with lease(base(), engine, UNLIMITED) as held:
        yield held, time.monotonic() - began


def request(number: int, **sampling) -> Request:
    """A question like any other."""
    message = {"role": "user", "content": f"How important is family to people? {number}"}
    return Request((message,), {"temperature": 0.0, "max_tokens": TOKENS} | sampling)


def answers(
    asked: dict[str, Request], held: Lease, by: dict[str, Adapter] | None = None, **engine
) -> dict[str, str]:
    """Texts, by key."""
    texts: dict[str, str] = {}

    def keep(one: Completion) -> None:
        texts[one.key] = one.text

    ask(asked, held.address, settings(**engine), held.alive, keep, adapters=by or {})
    return texts


def same(some: dict[str, str], others: dict[str, str]) -> str:
    """How many of the first are among the others."""
    return f"{sum(others[key] == text for key, text in some.items())} of {len(some)}"


def free() -> str:
    """The memory that is free on the GPUs."""
    if on_cpu():
        return "left out: no GPU"
    told = [f"{one.free / GIB:.1f} of {one.total / GIB:.1f} GiB" for one in memory().values()]
    return ", ".join(told)


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "host": host,
    "starts": starts,
    "adapters": adapters,
    "seeds": seeds,
    "hand-over": hand_over,
    "tokenizers": tokenizers,
    "tests": tests,
    "demo": demo,
}


def check(names: list[str]) -> bool:
    """Run parts and print their rows in one piece, each on stderr as it comes; whether none failed.

    Training writes its own lines between.
    """
    rows: list[str] = []

    def add(*cells: str) -> None:
        rows.append(f"| {' | '.join(cells)} |")
        print(rows[-1], file=sys.stderr)

    for name in names:
        began = time.monotonic()
        try:
            for row in PARTS[name]():
                add(name, *row)
        except Exception as error:  # whatever it is, the other parts go on
            add(name, "FAILED", " ".join(str(error).split()))
        add(name, "took", f"{time.monotonic() - began:.0f} s")
    print("| part | what | found |", "|---|---|---|", *rows, sep="\n")
    return not any("FAILED" in row for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    names = parser.parse_args().only
    folders = os.environ["PATH"].split(os.pathsep)
    bare = [one for one in folders if not Path(one, "nvcc").exists()]
    os.environ |= {"PATH": os.pathsep.join(bare), "HF_HUB_OFFLINE": "1"}
    os.environ.pop("CUDA_HOME", None)
    folder = tempfile.mkdtemp(prefix="gpu-check-")
    with chdir(folder):
        size = (64, 2) if on_cpu() else (1024, 32)
        random_model(BASE, *size, context=2048, seed=0, tokenizer=DEMO)
        fine = check(names)
        shutil.rmtree(BASE)
    print(f"logs: {folder}/logs")
    sys.exit(not fine)


if __name__ == "__main__":
    main()
