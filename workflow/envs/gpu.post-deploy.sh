#!/bin/sh
# Made by `make lock` from the locks it names.
set -e
# sha256 b8dcd8e2845d7f8c53b4ac087678b6cb40d3179f126161466b93cc3391f0f3c5
python -m pip install --no-deps --require-hashes -r workflow/envs/gpu.txt
