# Two commands set everything up by themselves: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/bin/uv
RUN := $(BIN)/ringtrace
# Offices often stand behind a proxy whose certificate only the system knows.
export UV_SYSTEM_CERTS := true
# Compiled once instead of by every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-tiny test check soak bench lock browser java postgres clean
.DEFAULT_GOAL := help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/.core: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -e $@ || echo "building the environment in $(VENV); the first time this takes a minute or more"
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

# Spark comes as source (its jars and Python files, nothing is compiled), so it stays out of what everybody needs.
$(VENV)/.spark: $(VENV)/.dev requirements-spark.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: --no-binary pyspark -r requirements-spark.lock
	@touch $@

demo: $(VENV)/.core ## the main job at the breadth of the 2014 operation: 100,000 synthetic posts; minutes
	@$(BIN)/python -m ringtrace demo --preset seed

demo-tiny: $(VENV)/.core ## the same on a small case, in seconds
	@$(BIN)/python -m ringtrace demo

browser:
	@$(BIN)/python tests/find_browser.py || (command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq -y chromium >/dev/null)
	@command -v strace >/dev/null || (command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq -y strace >/dev/null) || true

postgres:
	@$(BIN)/python tests/postgres.py >/dev/null || (command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq -y postgresql >/dev/null) || true

java:
	@command -v java >/dev/null || (command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq -y openjdk-17-jre-headless >/dev/null) || true

check: $(VENV)/.dev ## lint, types, layers and unit tests, under two minutes
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -n 2 -p no:schemathesis -p no:faker -m "not browser and not slow and not spark"

test: $(VENV)/.dev $(VENV)/.spark browser postgres java ## every test
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -n 2

soak: $(VENV)/.dev browser postgres ## power cuts, fault sweeps, fuzzing at the full counts; tests/soak/README.md says how to scale it
	@RINGTRACE_SOAK=1 $(BIN)/pytest tests/soak -n 0 -rs

bench: $(VENV)/.dev ## every benchmark, printed as a table
	@$(BIN)/python benchmarks/run.py

lock: ## resolve the locks anew
	@$(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --only-binary :all: pyproject.toml --group build -o requirements.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --only-binary :all: pyproject.toml --group build --group dev -o requirements-dev.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --only-binary :all: --no-binary pyspark -c requirements-dev.lock pyproject.toml --extra spark -o requirements-spark.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache demo-case demo-evidence
