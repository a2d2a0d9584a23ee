"""Sample a tuned model's reasoning on a country's training items, without norms."""

from mores.method.traces import sample_rejected
from mores.runner import run

if __name__ == "__main__":
    run(sample_rejected)
