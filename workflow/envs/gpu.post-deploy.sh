#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 a8c50992f87053ffb702578d2504514b90eb7db480c0f549388e91fd4a37e3d3
python -m pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
