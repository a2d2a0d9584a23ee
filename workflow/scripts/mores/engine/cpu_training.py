"""Training on the CPU: what makes a step cheaper there, and changes nothing of what comes out.

TRL 1.16 computes what each token of a batch was worth, prompts and padding too, and then leaves out
all but the completions', since some accelerators would compile anew for every number of tokens. A
CPU compiles nothing, so here only completions are computed, as on a GPU. And glibc gives large
blocks back to the system as they are freed, which then has to clear them for the next layer: in a
process that only trains they are kept.
"""

import ctypes

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # glibc's malloc.h
MOST = 2**31 - 1


def prepare() -> None:
    """Make this process's trainings cheaper; a TRL or a libc without such a way stays as it is."""
    from trl.trainer import utils

    if hasattr(utils, "_use_triton"):
        utils._use_triton = lambda _device: True  # there it says only whose tokens are computed
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(MMAP_MAX, 0)
        libc.mallopt(TRIM_THRESHOLD, MOST)
