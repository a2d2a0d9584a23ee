#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 5340c41cf3080461c354f1e8a3da81f704b3421feb5e5715a418fe17f81e73cb
pip install --no-deps --require-hashes -r workflow/envs/torch-cpu.txt || \
    pip install --no-deps --require-hashes -r workflow/envs/torch-cpu.txt --index-url https://download.pytorch.org/whl/cpu
# sha256 6206cbdcfa3b7f760e5c0e57ff11de97e17929f0ec9c1883c199ffab5599ab55
pip install --no-deps --require-hashes -r workflow/envs/cpu.txt
