"""Does a training crash, or connect to anything? Many of them in turn, two at a time, `CI` unset.

    python benchmarks/soak_training.py        # 60 trainings, about twelve minutes on two cores

Snakemake trains the demo's 18 adapters in a copy of this checkout, whose store of adapters is
emptied before each round. Nothing but mores itself turns telemetry off. Every Python process notes
whom it would connect to; a crash is what `once_more.sh` saw end by a signal.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow" / "scripts"), str(ROOT / "tests")]

from conftest import Checkout  # noqa: E402
from listening import SWITCHES, heard, hook  # noqa: E402

COUNTRIES = ("XAV", "XBO", "XDU", "XKI", "XLE", "XMO")
ADAPTERS = [
    f"results/adapters/{tuning}/demo/{country}"
    for tuning in ("sft", "cnca_sft", "cnca_dpo")
    for country in COUNTRIES
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trainings", type=int, nargs="?", default=60)
    wanted = parser.parse_args().trainings
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        checkout = Checkout(folder)
        checkout.unset = SWITCHES
        checkout.environment |= hook(folder / "hook")
        trained, crashes = 0, 0
        while trained < wanted:
            for made in ("work/adapters", "results/adapters"):
                shutil.rmtree(folder / made, ignore_errors=True)
            told = checkout.run("--", *ADAPTERS)
            trained += len(ADAPTERS)
            crashes += told.count("ended by signal")
            print(f"{trained} trainings, {crashes} crashes, {time.monotonic() - started:.0f} s")
        connections = heard(folder / "hook").splitlines()
        print(f"connections tried to anywhere but this host: {len(connections)}", *connections)


if __name__ == "__main__":
    main()
