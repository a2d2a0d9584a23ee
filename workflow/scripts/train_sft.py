"""Fine-tune an adapter on answers or right traces (SFT)."""

import argparse

from mores.cli import run
from mores.training.lesson import add_arguments, learn
from mores.training.train import train_sft


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    learn(parser.parse_args(), train_sft)


if __name__ == "__main__":
    run(main)
