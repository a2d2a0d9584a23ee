"""Collect what an adapter learns from: answers, right traces, or right and wrong ones."""

from mores.method.examples import collect_examples
from mores.runner import run

if __name__ == "__main__":
    run(collect_examples)
