# Two commands do all set-up: `make run` and `make test`.

PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
# cpu, or gpu for the CUDA build of vLLM; what is installed stays.
ENV ?= $(if $(wildcard .venv/gpu.installed),gpu,cpu)

# It may be a link to a folder where there is more room.
VENV := $(or $(realpath .venv),$(CURDIR)/.venv)
# Where .venv is active, python3 is still the user's own: it could not make itself anew.
export PATH := $(subst $(VENV)/bin:,,$(PATH))

ENVS := workflow/envs
BIN := .venv/bin
TORCH_INDEX := https://download.pytorch.org/whl/cpu
# The user's own pip fills .venv, so that venv needs no ensurepip (Debian packs that apart).
PIP := $(PYTHON) -m pip --python $(BIN)/python install --disable-pip-version-check \
	--no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: run test lint docs links environment gpu gpu-check slurm snakedeploy lock help

run: environment ## Run the main job on the embedded default
	$(BIN)/snakemake --cores $(CORES)

# Three test files at a time, since most wait for servers; those that wait longest come first.
# Where CI is set, coverage is reported, which takes a third more time over a unit test: of what runs
# in the tests' own processes, not in the jobs and servers they start.
test: lint ## Run linters and tests
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder \
		$(if $(CI),--cov --cov-report=term:skip-covered)

lint: environment ## Run formatters (as checks), linters, type checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=workflow/scripts $(BIN)/lint-imports --no-logo
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

docs: environment ## Build the site of the docs into docs/_build
	$(BIN)/python -m sphinx -b html -W --keep-going -n -q docs docs/_build

links: environment ## Ask every outside address that the docs link to; needs a network
	$(BIN)/python -m sphinx -b linkcheck --keep-going -q docs docs/_build/links

environment: .venv/$(ENV).installed ## Make .venv from the lock, if it is not there

gpu: ## Make .venv with vLLM for CUDA
	$(MAKE) environment ENV=gpu

gpu-check: environment ## Try what needs a GPU, and print a table of it
	$(BIN)/python benchmarks/gpu_check.py

slurm: environment ## Add to .venv what submits jobs to SLURM
	$(PIP) -r $(ENVS)/slurm.txt

# The stamp comes last and goes with the old .venv: half an installation has none.
.venv/cpu.installed: $(ENVS)/torch-cpu.txt $(ENVS)/cpu.txt
	$(bare_venv)
	$(PIP) -r $(ENVS)/torch-cpu.txt || { \
		echo "Not where pip looks: now from PyTorch's own index, which is asked for torch alone"; \
		$(PIP) -r $(ENVS)/torch-cpu.txt --index-url $(TORCH_INDEX); }
	$(PIP) -r $(ENVS)/cpu.txt
	touch $@

.venv/gpu.installed: $(ENVS)/gpu.txt
	$(bare_venv)
	$(PIP) -r $(ENVS)/gpu.txt
	touch $@

define bare_venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "mores needs Python 3.11 or later; name one: make PYTHON=python3.12"; exit 1; }
@[ ! -L .venv ] || [ -e "$(VENV)/pyvenv.cfg" ] || [ -z "$$(ls -A "$(VENV)")" ] || { \
	echo "$(VENV), which .venv links to, holds something else: link an empty folder"; exit 1; }
$(PYTHON) -m venv --clear --without-pip "$(VENV)"
endef

snakedeploy: environment ## Add to .venv what deploys a copy of the workflow
	$(PIP) -r $(ENVS)/snakedeploy.txt

lock: ## Resolve the .in files of workflow/envs anew
	$(PYTHON) -m pip install --quiet --upgrade --target .venv/uv uv
	PATH="$(CURDIR)/.venv/uv/bin:$$PATH" $(PYTHON) $(ENVS)/lock.py

help: ## Show these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16
