#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 5340c41cf3080461c354f1e8a3da81f704b3421feb5e5715a418fe17f81e73cb
python -m pip install --no-deps --require-hashes -r workflow/envs/torch-cpu.txt || \
    python -m pip install --no-deps --require-hashes -r workflow/envs/torch-cpu.txt --index-url https://download.pytorch.org/whl/cpu
# sha256 9286de5e7ee1f885626268e4045d4179a7f2b44698d7b8cbe1e9d51b390f4d05
python -m pip install --no-deps --require-hashes -r workflow/envs/cpu.txt
