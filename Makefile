# One word for each thing a person does here. `make demo` and `make test` need Python 3.11+ and nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test check format bench lock wheel clean

## Install, make a workspace with sample data, serve it, print address and sign-in. Ctrl-C ends it.
demo: $(VENV)/installed
	@exec $(BIN)/customary demo

## Run every test, those in a browser and on PostgreSQL included.
test: $(VENV)/installed-dev
	@sh tests/install_servers.sh
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/pytest -n auto --dist worksteal $(TESTS)

## Lint and the rules of the rooms, without tests.
check: $(VENV)/installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

## Measure speed beside raw driver and bare Litestar, in one run.
bench: $(VENV)/installed-dev
	$(BIN)/python -m bench

## Refresh the lock files after a change of dependencies in pyproject.toml; `make lock UPGRADE=--upgrade` takes the newest.
lock:
	uv pip compile $(UPGRADE) --universal -q --no-header --no-annotate --generate-hashes pyproject.toml --group build -o requirements.txt
	uv pip compile $(UPGRADE) --universal -q --no-header --no-annotate --generate-hashes pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

wheel: $(VENV)/installed-dev
	$(BIN)/pip wheel -q --no-deps --no-build-isolation -w dist .

clean:
	rm -rf $(VENV) dist build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Customary needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml $(VENV)/bin/python
	@echo "Installing Customary into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
