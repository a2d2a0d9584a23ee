#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 9f4e678f621e6f094a01ef781cca0243a36bb670f2d1b577a13b8d23066a6216
python -m pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
