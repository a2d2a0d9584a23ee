"""Copy an adapter with its scores on its card."""

import argparse
from pathlib import Path

from mores.cli import log_to, run
from mores.training.publish import publish


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", type=Path, required=True, help="adapter folder")
    parser.add_argument("--scores", type=Path, required=True, help="scores table (TSV)")
    parser.add_argument("--learner", required=True, help="country, or POOLED")
    parser.add_argument("--model", required=True, help="the base model's name")
    parser.add_argument("--method", required=True, help="the method that uses the adapter")
    parser.add_argument("--output", type=Path, required=True, help="folder to write")
    parser.add_argument("--log", help="file that keeps the log")
    args = parser.parse_args()
    log_to(args.log)
    publish(args.adapter, args.scores, args.learner, args.model, args.method, args.output)


if __name__ == "__main__":
    run(main)
