# Two commands matter: `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := $(CURDIR)

.PHONY: help run test check bench plays lock browser messages

help: ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv==0.13.9

# Bytecode is compiled at install: without it every start would parse 200 packages again.
$(VENV)/.runtime: requirements.txt | $(VENV)/pyvenv.cfg
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(VENV)/pyvenv.cfg
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

lock: | $(VENV)/pyvenv.cfg ## resolve requirements*.in into the pinned files
	$(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt

run: $(VENV)/.runtime ## start the demo bank on embedded SQLite and print the address
	@$(BIN)/python -m app.serve

bench: $(VENV)/.dev ## measure every budget on both databases; writes var/bench.json
	@$(BIN)/python -m bench

PLAYS ?= 20000
SEED ?= 1
KIND ?= sqlite
plays: $(VENV)/.dev ## play random people against the rules (PLAYS=20000 SEED=1 KIND=sqlite|postgresql; MOVES=3,17 plays one again)
	@$(BIN)/python -m tests.plays --plays $(PLAYS) --seed $(SEED) --kind $(KIND) --moves "$(MOVES)"

# The browser tests need a Chromium. Where it may be installed it is; otherwise they skip, loudly.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	       && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || echo "No Chromium found and none could be installed: the browser tests will be skipped."

test: $(VENV)/.dev browser ## run every test on SQLite and PostgreSQL, the main job in a browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=10

check: $(VENV)/.dev ## lint, types, layers, then all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

messages: $(VENV)/.dev ## collect texts for translation and say what is missing
	$(BIN)/python scripts/messages.py
