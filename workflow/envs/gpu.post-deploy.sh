#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 935cb5820f193659a42bcd56548ffc39d6eb1e16529330ed2e5956be895e789b
pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
