# Every target works on a fresh clone: the environment is made on first use.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: setup demo run ui browser test test-browser check format gen gen-check migration bench messages docs clean

setup: $(VENV)/.dev

$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml tools/setup.sh
	bash tools/setup.sh $(PYTHON) $(VENV) requirements/runtime.txt
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	bash tools/setup.sh $(PYTHON) $(VENV) requirements/dev.txt
	touch $@

# The pages are built where a source is newer than they are. Without them the server runs and says so.
demo: $(VENV)/.runtime
	-$(BIN)/python tools/build_ui.py --if-stale
	$(BIN)/busbar demo $(ARGS)

run: $(VENV)/.runtime
	-$(BIN)/python tools/build_ui.py --if-stale
	$(BIN)/busbar serve $(ARGS)

ui: $(VENV)/.runtime
	$(BIN)/python tools/build_ui.py

# What the browser tests need: the pages, and Debian's Chromium.
browser: $(VENV)/.dev
	$(BIN)/python tools/build_ui.py --if-stale
	bash tools/browser.sh

test: browser
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)

test-browser: browser
	$(BIN)/python -m pytest tests/browser $(ARGS)

check: $(VENV)/.dev gen-check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_pairs.py
	$(BIN)/python tools/build_ui.py --check

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

gen: $(VENV)/.dev
	$(BIN)/python tools/gen_wire.py
	$(BIN)/python tools/gen_docs.py
	$(BIN)/python tools/gen_client.py

gen-check: $(VENV)/.dev
	$(BIN)/python tools/gen_wire.py --check
	$(BIN)/python tools/gen_docs.py --check
	$(BIN)/python tools/gen_client.py --check

# After a change of a record or a table: make migration NAME='what changes'
migration: $(VENV)/.dev
	$(BIN)/python tools/gen_migration.py "$(NAME)"

bench: $(VENV)/.dev
	mkdir -p out
	for name in codec store gateway connections; do $(BIN)/python -m bench.$$name --json out/bench-$$name.json $(ARGS) || exit 1; done

# Runs the tests and takes over which of them show which message; `make gen` then writes the table.
messages: $(VENV)/.dev
	rm -rf out/messages
	BUSBAR_MESSAGES=out/messages $(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS)
	$(BIN)/python tools/message_table.py --learn out/messages

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
