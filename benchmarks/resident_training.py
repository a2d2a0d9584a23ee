"""How much faster does one trainer train many adapters than one process each? A ratio, in one run.

    python benchmarks/resident_training.py     # 18 adapters, two to three minutes on two cores

Adapters of the demo model, two trainings at a time, as Snakemake would start them: first each in
a process of its own that imports, loads the base and trains; then as jobs that order of a trainer,
whose start is in the time. Every adapter must be the same to the byte in both ways. The longer a
training, by `--epochs` of four steps each, the less there is to save.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "tests")]

from mores.contents import content_digest  # noqa: E402
from mores.engine.base import load_base  # noqa: E402
from mores.engine.models import model_ref  # noqa: E402
from mores.engine.ordering import train_once  # noqa: E402
from mores.engine.settings import Engine, Model, Resources, Training  # noqa: E402
from mores.engine.training import Trainee, train_in  # noqa: E402
from mores.method.countries import load_countries  # noqa: E402
from mores.method.items import load_bank  # noqa: E402
from mores.method.models import ModelSpec  # noqa: E402
from mores.method.objectives import sft  # noqa: E402
from mores.method.prompts import Prompts  # noqa: E402
from mores.method.stage import Wording  # noqa: E402

DEMO = ROOT / "resources/demo/model"
SETTINGS = sft.Settings(
    objective="sft", data="answers", learning_rate=0.005, alpha=32, batch_size=8
)
EPOCHS = 4
AT_ONCE = 2


def examples(number: int) -> list[dict]:
    """Bare answers of an invented country to 32 items; no two numbers have the same."""
    bank = load_bank(ROOT / "resources/items/demo.yaml")
    countries = load_countries(ROOT / "resources/countries.yaml")
    code = list(countries)[number]
    wording = Wording(bank, Prompts(ROOT / "resources/prompts"), countries[code])
    items = list(bank.items.values())[:32]
    rows = [{"item": one.id, "top": one.codes[number % len(one.codes)]} for one in items]
    return sft.examples(wording, train=rows)


def trainee(model: str, epochs: int = EPOCHS) -> Trainee:
    """A demo model's, or another's in a folder."""
    settings = SETTINGS.model_copy(update={"epochs": epochs})
    spec = ModelSpec(path=model, dtype="float32")
    base = model_ref("demo", Model(**spec.model_dump())).digest
    return Trainee("demo", spec, base, model, settings, made_by={})


def fresh(number: int, who: Trainee) -> None:
    """Train one adapter in this process."""
    folder = Path("fresh") / str(number)
    folder.mkdir(parents=True)
    checkpoints = Path("checkpoints") / str(number)
    train_in(folder, checkpoints, who, load_base("demo", who.model), examples(number), Training())


def ordered(number: int, who: Trainee) -> None:
    """Have one adapter trained by a trainer."""
    how = (Training(), Engine(idle_timeout=5), Resources(), Path("work"))
    train = train_once(who, *how)
    Path(f"ordered.{number}").symlink_to(train(examples(number)))


def seconds(way: str, count: int, *what: str) -> float:
    """How long it takes to train all in one of the ways."""

    def train(number: int) -> None:
        command = [sys.executable, __file__, "--one", way, str(number), *what]
        with open(f"{way}.{number}.log", "wb") as log:
            subprocess.run(command, check=True, stdout=log, stderr=log)

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(train, range(count)))
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("adapters", type=int, nargs="?", default=18)
    parser.add_argument("--model", default=str(DEMO), help="folder of the base")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of four steps each")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        way, number = given.one
        who = trainee(given.model, given.epochs)
        {"fresh": fresh, "ordered": ordered}[way](int(number), who)
        return
    os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        what = ["--model", given.model, "--epochs", str(given.epochs)]
        took = {way: seconds(way, given.adapters, *what) for way in ("fresh", "ordered")}
        same = sum(
            content_digest(Path("fresh", str(one))) == content_digest(Path(f"ordered.{one}"))
            for one in range(given.adapters)
        )
    told = {way: round(one, 1) for way, one in took.items()}
    ratio = round(took["fresh"] / took["ordered"], 2)
    print(json.dumps({"adapters": given.adapters, "ratio": ratio, "seconds": told, "same": same}))


if __name__ == "__main__":
    main()
