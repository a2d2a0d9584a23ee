#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 c87d72231f1009f01c29a4e29ae9db2dc6fb6633ba76fecf4cff8ca043f89ade
python -m pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
