# Everything starts from a bare clone with Python 3.11 or newer, make and git; the second time takes seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PARALLEL ?= 2
BENCHMARKS := matching contract_files proto_loading recording noting needs grpc_stub grpc_verification verification \
              broker_scale

.PHONY: demo demo-pages test-fast test test-deep lint benchmarks clean

demo: $(VENV)/.demo  ## the whole idea in a minute: stubs, contracts, broker, verification, impact, deployment
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/shop/demo.sh

demo-pages: $(VENV)/.demo  ## the broker's pages on what `make demo` left, until Ctrl-C
	$(BIN)/contractkit broker --database examples/shop/.demo/broker.sqlite

test-fast: $(VENV)/.dev  ## what a developer runs all day
	$(BIN)/pytest -q -n $(PARALLEL) -m "not slow and not deep"

test: $(VENV)/.dev  ## what CI runs: every test in its bounded version
	$(BIN)/pytest -n $(PARALLEL) -m "not deep"

test-deep: $(VENV)/.dev  ## everything, with the full counts of the long experiments
	$(BIN)/pytest -n $(PARALLEL) --hypothesis-profile=deep

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

benchmarks: $(VENV)/.dev  ## ratios against named peers in the same run; others in benchmarks/ say what they need
	missed=0; for each in $(BENCHMARKS); do $(BIN)/python benchmarks/$$each.py || missed=1; done; exit $$missed

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "contractkit needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis examples/shop/.demo
