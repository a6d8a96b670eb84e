# Everything a developer types. The first use of any target makes .venv from a hash-checked lock.
# Another Python: `make run PYTHON=python3.12`, or PYTHON=python3.12 in the environment.

PYTHON ?= python3
UV_VERSION := 0.13.8
VENV := .venv
BIN := $(VENV)/bin
# `-n 2`: two browsers or two databases at once is what two cores carry.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate pyproject.toml
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=console.settings.test

.DEFAULT_GOAL := help
.PHONY: help run test e2e screenshots lint types bench bench-memory bench-traces bench-audit fmt lock clean

help:  ## what can be typed
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/make \1|\2/' \
		| while IFS='|' read -r target what; do printf '%-18s %s\n' "$$target" "$$what"; done

run: $(VENV)/.run  ## start Mnemoscope on this machine; Ctrl-C stops it
	@exec $(BIN)/python manage.py up

test: $(VENV)/.dev  ## all tests, those in a browser too
	@$(BIN)/python tests/e2e/chromium.py
	$(PYTEST)

e2e: $(VENV)/.dev  ## the tests in a browser
	@$(BIN)/python tests/e2e/chromium.py
	$(PYTEST) -m e2e

screenshots: $(VENV)/.dev  ## take the pictures in docs/screenshots anew
	@$(BIN)/python tests/e2e/chromium.py
	PYTHONPATH=sdk/src $(BIN)/python -m tests.e2e.screenshots

lint: $(VENV)/.dev  ## style, direction of imports, templates, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	@find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	@# No database is needed for either; Django warns that it could not look at one.
	$(TEST_SETTINGS) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(TEST_SETTINGS) $(BIN)/python manage.py check

types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy
	$(BIN)/mypy --config-file sdk/pyproject.toml

bench: $(VENV)/.bench  ## speed, each figure beside its floor
	$(BIN)/python -m benchmarks

bench-memory: $(VENV)/.bench  ## memory: recall, writes, screening, walls
	$(BIN)/python -m benchmarks --memory

bench-traces: $(VENV)/.bench  ## traces: ingest, pages of runs, blast radius, conventions
	$(BIN)/python -m benchmarks --traces

bench-audit: $(VENV)/.bench  ## audit: cost of a write, sealing, crashes, tampering, erasure
	$(BIN)/python -m benchmarks --audit

fmt: $(VENV)/.dev  ## put files into their form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	@find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

lock: $(VENV)/.dev  ## compile the lock files from pyproject.toml
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group dev --group bench -c requirements-dev.lock -o requirements-bench.lock

clean:  ## forget .venv and caches (never the data in .mnemoscope)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp per kind of environment. `.dev` holds all that `run` needs, so it serves for both.
$(VENV)/.run: requirements.lock | $(VENV)/.uv
	@if [ -e $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(VENV)/.dev; else \
		echo "Installing what requirements.lock names"; \
		$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock; fi
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.uv
	@echo "Installing what requirements-dev.lock names"
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements-dev.lock
	@touch $@ $(VENV)/.run

# What benchmarks compare with, beside what tests need.
$(VENV)/.bench: $(VENV)/.dev requirements-bench.lock
	@echo "Installing what requirements-bench.lock names"
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements-bench.lock
	@touch $@

$(VENV)/.uv:
	@command -v $(PYTHON) >/dev/null || { \
		echo "$(PYTHON) is missing: install Python 3.11 or later." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version) is too old: install Python 3.11 or later, and name it:" \
			"make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module: on Debian and Ubuntu, apt-get install python3-venv." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
