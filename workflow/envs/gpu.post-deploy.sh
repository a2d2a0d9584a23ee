#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 8a07e5fc2b79d025a5c0ec842c544b5eb68dc683f653800140447975b0a35eda
python -m pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
