"""Train a LoRA adapter on examples, as its tuning's objective says."""

from mores.method.adapters import train_adapter
from mores.runner import run

if __name__ == "__main__":
    run(train_adapter)
