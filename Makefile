# Two commands for a fresh machine with Python, git and make:  make run   and   make test
PYTHON ?= python3
BIN := .venv/bin
LOCK := requirements.lock

.PHONY: install run demo test system check unit lock clean

.venv/installed: pyproject.toml $(LOCK)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement $(LOCK)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

install: .venv/installed  ## .venv with `radar` in it

run: install  ## migrate var/radar.db, create the first administrator, start everything on 127.0.0.1:8000
	$(BIN)/radar up

demo: install  ## offline: a day of invented news with a crisis in it
	$(BIN)/radar demo

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.lock
	touch $@

test: .venv/installed-dev system check unit  ## all checks and tests

system:  ## Chromium, PostgreSQL and Pango for the tests that need them, from Debian where we may install
	@sh tests/system.sh

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/radar config check

unit: .venv/installed-dev
	$(BIN)/pytest -n 2

lock:  ## pin what pyproject.toml asks for
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header --output-file=$(LOCK) pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra=dev --extra=reports --output-file=requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
