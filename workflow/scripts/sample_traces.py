"""Sample a model's reasoning on a country's training items, each with its norm in context."""

from mores.method.traces import sample_traces
from mores.runner import run

if __name__ == "__main__":
    run(sample_traces)
