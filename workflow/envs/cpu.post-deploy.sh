#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 5340c41cf3080461c354f1e8a3da81f704b3421feb5e5715a418fe17f81e73cb
python -m pip install --no-deps --require-hashes -r workflow/envs/torch-cpu.txt || \
    python -m pip install --no-deps --require-hashes -r workflow/envs/torch-cpu.txt --index-url https://download.pytorch.org/whl/cpu
# sha256 355c4601f798255d9b6de462d963018136a23d4a7ac5632816eb77a622ca4ca5
python -m pip install --no-deps --require-hashes -r workflow/envs/cpu.txt
