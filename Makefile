# Everything a person types to work on Broadbill. `make` alone tells what there is.
#
# .venv is made with any Python from 3.11 on and filled from requirements.lock, whose hashes pip checks. A stamp file
# remembers that it was done, so that the second time takes no time.

PYTHON ?= $(shell scripts/find-python)
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

ASSETS := build_assets.py $(wildcard src/broadbill/console/styles/*.css) src/broadbill/console/icons.txt $(wildcard src/broadbill/portal/locale/*/LC_MESSAGES/*.po)
# All tests are shared out by file to a process a core, each with a PostgreSQL of its own.
SHARED := --numprocesses logical --maxprocesses 8 --dist loadfile
# Accounts of the provider that sells of everything, in `make bench`.
MIXED ?= 100000
# Sizes of the network, e.g. NETWORK="--subscriptions 100000 --packets 1000000".
NETWORK ?=
PACKAGE := pyproject.toml src/broadbill/__init__.py README.md

.PHONY: help install demo test mutate check format bench bench-web screenshots lock clean

help:  ## Tell what there is.
	@sed -n 's/^\([a-z-]*\):.*## /make \1|/p' Makefile | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

install: $(VENV)/installed  ## Make .venv with .venv/bin/broadbill in it.

demo: install  ## Fill a demo provider and serve it. ARGS=--no-serve does all but stay.
	@$(BIN)/broadbill demo $(ARGS)

test: $(VENV)/installed-dev $(VENV)/localstripe/installed  ## Everything the tests need, then all tests. ARGS=tests/kernel runs some.
	@scripts/install-test-programs
	$(BIN)/python -m pytest $(or $(ARGS),$(SHARED))

mutate: $(VENV)/installed-dev  ## Break the rating core and see which tests notice. ARGS="--sample 1500", ARGS="cycles --rest".
	$(BIN)/python -m mutation $(ARGS)

check: $(VENV)/installed-dev  ## Style, types and architecture, as the continuous integration runs them.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	BROADBILL_HOME=$(VENV)/check-home $(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/installed-dev  ## Put the code into shape.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install  ## Measure pricing models, a bank statement, collections, news of gateways, the network, bill runs, PDFs, verification. SIZES="10000 100000" bills no million accounts.
	@$(BIN)/python -m benchmarks.models
	@$(BIN)/python -m benchmarks.statement
	@$(BIN)/python -m benchmarks.dunning_pass
	@$(BIN)/python -m benchmarks.webhooks
	@$(BIN)/python -m benchmarks.accounting
	@$(BIN)/python -m benchmarks.network $(NETWORK)
	@$(BIN)/python -m benchmarks.monitoring
	@$(BIN)/python -m benchmarks $(SIZES) $(ARGS)
	@$(BIN)/python -m benchmarks $(MIXED) --provider mixed

bench-web: install  ## Measure pages at 50 requests a second. ARGS="--accounts 100000 --months 3"; as it is, a million accounts, an hour, 60 GB.
	@$(BIN)/python -m benchmarks.pages $(ARGS)

screenshots: $(VENV)/installed-dev  ## Take the pictures of the docs again, from a demo in a home of its own, with Debian's Chromium.
	@$(BIN)/python scripts/take-pictures

lock: $(VENV)/installed-dev  ## Lock the newest versions of everything, with hashes.
	scripts/lock

clean:  ## Remove .venv and what tools left behind. No Broadbill home is touched.
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .mutation

$(VENV)/bin/python:
	scripts/make-venv "$(PYTHON)" $(VENV)

$(VENV)/locked: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/installed: $(VENV)/locked $(PACKAGE) $(ASSETS)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The stand-in for Stripe, in an environment of its own: what it needs is nothing of ours.
$(VENV)/localstripe/installed: tests/standins/localstripe.lock | $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)/localstripe
	$(VENV)/localstripe/bin/python -m pip install --quiet --require-hashes --requirement tests/standins/localstripe.lock
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@
