"""Nothing phones home: every library's usage statistics are off before it is imported.

TRL sends them from a thread whose look-up of a name calls libc's getenv while accelerate, in the
main thread, clears the environment and puts it back: that can end a training with a segfault.
"""

import os

OFF = {
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, and by it TRL and transformers
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # logfire's, say; to look for any takes time at a start
    "GRADIO_ANALYTICS_ENABLED": "False",  # gradio, which older trackio brings; trackio sends none
}
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def turn_off() -> None:
    """Turn them off for this process and its children."""
    os.environ.update(OFF)


def stay_offline() -> None:
    """Keep this process off the hub, for a model that is a folder."""
    os.environ.update(OFFLINE)
