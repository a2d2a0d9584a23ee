"""Training on the CPU: what makes a step cheaper there, and changes no adapter beyond rounding.

TRL 1.16 has every position of a batch give its likelihoods over the vocabulary, those of prompts
and padding too, and drops all but the completions' afterwards: some accelerators would compile
anew for every number of positions. A CPU does not, so here, as on a GPU, only completions give
theirs. And glibc hands large blocks back to the system when they are freed, which clears them for
the next layer: a process that only trains keeps them.
"""

import ctypes

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # glibc's malloc.h
MOST = 2**31 - 1


def prepare() -> None:
    """Make this process's trainings cheaper; a TRL or a libc without such a way stays as it is."""
    from trl.trainer import utils

    if hasattr(utils, "_use_triton"):
        utils._use_triton = lambda _device: True  # it says there what is left out
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(MMAP_MAX, 0)
        libc.mallopt(TRIM_THRESHOLD, MOST)
