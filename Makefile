# make setup | demo | dev | test | lint | bench | messages | requirements; demo and dev take PORT=8001
SHELL := /bin/bash
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo dev test lint bench messages requirements clean

setup: $(STAMP)

$(STAMP): requirements/run.txt requirements/test.txt requirements/bootstrap.txt pyproject.toml tools/setup.sh
	@bash tools/setup.sh $(VENV)
	@touch $(STAMP)

demo: setup
	@$(BIN)/huiying demo --port $(PORT)

dev: setup
	@HUIYING_DEBUG=1 $(BIN)/huiying up --port $(PORT)

test: setup
	@bash tools/test.sh

lint: setup
	@bash tools/lint.sh

bench: setup
	@$(BIN)/python -m bench

messages: setup
	@$(BIN)/python tools/messages.py

requirements: setup
	@for f in run test bootstrap; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-header --custom-compile-command "make requirements" \
	    requirements/$$f.in -o requirements/$$f.txt; done

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
