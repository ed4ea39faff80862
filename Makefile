# Everything that a fresh Debian or Ubuntu machine needs to run and to prove the product.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8000
PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install run test bench soak format lint translations system

help:
	@echo "make run      serve the product with demonstration data on 127.0.0.1:$(PORT)"
	@echo "make test     every check and test, on SQLite and on PostgreSQL"
	@echo "make install  .venv and dependencies alone"
	@echo "make bench    benchmarks        make soak  the long proofs"

install: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml scripts/venv.sh
	@bash scripts/venv.sh requirements.lock
	@touch $@

.venv/.tests: requirements-test.lock pyproject.toml scripts/venv.sh
	@bash scripts/venv.sh requirements-test.lock
	@touch $@ .venv/.installed

run: install
	@.venv/bin/hkbio-gmp serve --demo --port $(PORT)

system:
	@bash scripts/system.sh

test: system .venv/.tests
	@bash scripts/test.sh

bench: system .venv/.tests
	@$(PY) -m benchmarks

soak: system .venv/.tests
	@HKBIO_TEST_ON_DISK=1 $(PY) -m pytest -m soak -s tests/soak

lint: .venv/.tests
	@bash scripts/checks.sh

format: .venv/.tests
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

translations: .venv/.tests
	@$(PY) scripts/translations.py
