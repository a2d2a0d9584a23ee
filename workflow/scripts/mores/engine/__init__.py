"""The engine: one server per model for the whole run, leased by jobs, every answer journalled."""

from mores.engine.generate import generate
from mores.engine.lease import hold_run, lease
from mores.engine.models import adapter_ref, model_ref
from mores.engine.requests import Adapter, Completion, ModelRef, Request

__all__ = [
    "Adapter",
    "Completion",
    "ModelRef",
    "Request",
    "adapter_ref",
    "generate",
    "hold_run",
    "lease",
    "model_ref",
]
