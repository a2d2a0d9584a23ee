# Two commands do all set-up: `make run` and `make test`.

PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
# cpu, or gpu for the CUDA build of vLLM.
ENV ?= cpu

ENVS := workflow/envs
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-deps --require-hashes
TORCH_INDEX := https://download.pytorch.org/whl/cpu

.PHONY: run test lint environment gpu lock help

run: environment ## Run the main job on the embedded default
	$(BIN)/snakemake --cores $(CORES) results/scores.tsv

test: environment lint ## Run linters and tests
	$(BIN)/python -m pytest

lint: environment ## Run formatters (as checks) and linters
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

environment: .venv/$(ENV).installed ## Make .venv from the lock, if it is not there

gpu: ## Make .venv with vLLM for CUDA
	$(MAKE) environment ENV=gpu

.venv/cpu.installed: $(ENVS)/cpu.txt $(ENVS)/torch-cpu.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mores needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@# From what pip is configured with, else from PyTorch's own index, asked for torch alone.
	$(PIP) -r $(ENVS)/torch-cpu.txt || \
		$(PIP) -r $(ENVS)/torch-cpu.txt --index-url $(TORCH_INDEX)
	$(PIP) -r $(ENVS)/cpu.txt
	touch $@

.venv/gpu.installed: $(ENVS)/gpu.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "mores needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(PIP) -r $(ENVS)/gpu.txt
	touch $@

lock: environment ## Resolve the .in files of workflow/envs anew
	$(BIN)/python -m pip install uv
	$(BIN)/python $(ENVS)/lock.py

help: ## Show these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
