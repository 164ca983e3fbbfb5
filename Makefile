# The commands of a working day. `make demo` and `make test` need Python 3.11 or newer, git and make, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run
TEST_READY := $(VENV)/.test
ASSETS := outreach/web/static/dist/manifest.json
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps
ONLY ?=
ARGS ?=
PYTEST ?= -n 2 --dist loadgroup

.PHONY: demo up test check bench soak assets lock wheel messages clean

demo: $(RUN_READY) $(ASSETS)
	$(BIN)/outreach demo $(ARGS)

up: $(RUN_READY) $(ASSETS)
	$(BIN)/outreach up $(ARGS)

test: $(TEST_READY) check
	@command -v npm >/dev/null || $(PIP) -r requirements/node.txt
	$(BIN)/python -m outreach.web.static.build --with-tests
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m pytest $(PYTEST)

check: $(TEST_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TEST_READY) $(ASSETS)
	$(BIN)/python -m benchmarks $(ONLY)

soak: $(TEST_READY) $(ASSETS)
	SOAK=1 $(BIN)/python -m pytest -m soak --timeout 7200 --no-header $(ARGS) tests

assets: $(ASSETS)

wheel: $(RUN_READY) $(ASSETS)
	$(BIN)/python -m hatchling build -t wheel -d dist

# Needs uv; run it after a change of pyproject.toml, and commit what it writes. No registry's address gets in.
lock: $(RUN_READY)
	$(BIN)/python -m pip --quiet install uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 pyproject.toml --group build -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 pyproject.toml --group build --group test -c requirements/run.txt -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group node -o requirements/node.txt
	npm install --package-lock-only --ignore-scripts
	$(BIN)/python -c 'import json; from pathlib import Path; file = Path("package-lock.json"); \
		lock = json.loads(file.read_text()); [one.pop("funding", None) for one in lock["packages"].values()]; \
		[one.update(license=one["license"].split(" (")[0]) for one in lock["packages"].values() if "://" in one.get("license", "")]; \
		file.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")'

# Put new messages into the catalogues and take old ones out; then translate. A test finds what is missing.
messages: $(TEST_READY)
	$(BIN)/python -m tests.house.catalogues

clean:
	rm -rf build dist node_modules outreach/web/static/dist

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Outreach needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Outreach needs (once) …"
	$(PIP) -r requirements/run.txt
	$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_READY): requirements/test.txt $(RUN_READY)
	$(PIP) -r requirements/test.txt
	@touch $@

$(ASSETS): package-lock.json $(shell find outreach/web/static -path '*/dist' -prune -o -type f -print 2>/dev/null) | $(RUN_READY)
	@command -v npm >/dev/null || $(PIP) -r requirements/node.txt
	$(BIN)/python -m outreach.web.static.build
