"""Copy an adapter with its scores on its card."""

from mores.method.adapters import publish_adapter
from mores.runner import run

if __name__ == "__main__":
    run(publish_adapter)
