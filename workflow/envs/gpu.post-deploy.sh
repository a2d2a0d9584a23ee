#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 8e02b01481ec9b0beef1e8040cd72f3d64c2bcb144ce7df1b6270c3e4e81d09e
python -m pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
