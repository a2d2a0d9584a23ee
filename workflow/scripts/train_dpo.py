"""Train an adapter further on pairs of right and wrong traces (DPO)."""

import argparse
from functools import partial
from pathlib import Path

from mores.cli import run
from mores.engine import adapter_ref
from mores.training.lesson import add_arguments, learn
from mores.training.train import train_dpo


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start", type=Path, required=True, help="folder of the SFT adapter")
    add_arguments(parser)
    args = parser.parse_args()
    learn(args, partial(train_dpo, start=args.start), adapter_ref(args.start).digest)


if __name__ == "__main__":
    run(main)
