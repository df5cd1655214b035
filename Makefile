# Everything a person types. Each target sets up what it needs; only Python >= 3.11 with venv, and make, must be there.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test check bench bad faults load lock sbom browser

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# The first Python that is new enough; looked for only when the environment is made.
PYTHON ?= $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(python) -c 'import sys; sys.version_info >= (3, 11) and print("$(python)")' 2>/dev/null)))

ifeq ($(CI),true)
export WHICHOPS_REQUIRE_BROWSER := 1
endif

help: ## show this list
	@awk -F ':.*## ' '/^[a-z ]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' Makefile

run: $(READY) ## serve the advisor with its web chat on http://127.0.0.1:3978
	@exec $(BIN)/whichops serve

test: $(READY) browser ## run all tests (ARGS="-k interview" for some)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

check: $(READY) ## format, lint, types, floors, content
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/whichops content lint

bench: $(READY) ## measure and print
	@$(BIN)/python -m pytest -m bench -s -n 0 $(ARGS)

bad faults load: $(READY) ## hold the product to its bars, a line each (ARGS="L1 L4" for some)
	@$(BIN)/python -m tests.bars $@ $(ARGS)

lock: | $(BIN)/python ## write requirements.lock anew (ARGS=--upgrade for newer versions)
	@$(BIN)/python -m pip install --quiet uv==0.13.9
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock $(ARGS)

sbom: $(READY) ## write sbom.json (CycloneDX) and docs/licences.md of what is shipped
	@rm -rf $(VENV)/shipped && $(BIN)/python -m venv $(VENV)/shipped
	@sed -n 's/ *\\$$//; /^[a-z]/p' requirements.lock > $(VENV)/shipped/versions.txt
	@$(VENV)/shipped/bin/pip install -qq --disable-pip-version-check -c $(VENV)/shipped/versions.txt .
	@$(BIN)/python -m venv $(VENV)/tools
	@$(VENV)/tools/bin/pip install -qq --disable-pip-version-check cyclonedx-bom==7.5.0 pip-licenses==5.5.5
	@$(VENV)/tools/bin/cyclonedx-py environment $(VENV)/shipped/bin/python --pyproject pyproject.toml --mc-type application --output-file sbom.json
	@{ echo "# Licences of what is shipped"; echo; echo "Written by \`make sbom\` from the packages' own words."; echo; \
		$(VENV)/tools/bin/pip-licenses --python $(VENV)/shipped/bin/python --format=markdown --ignore-packages pip setuptools whichops; } > docs/licences.md

# The tests drive a real browser. Debian's is installed where that is possible; elsewhere those tests are skipped.
browser:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Chromium for the browser tests ..."; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null \
		|| { echo "Chromium could not be installed: the browser tests can't run." >&2; [ -z "$$WHICHOPS_REQUIRE_BROWSER" ]; }; \
	else \
		echo "No Chromium here, and no apt-get as root to install it: the browser tests can't run." >&2; \
		[ -z "$$WHICHOPS_REQUIRE_BROWSER" ]; \
	fi

# The environment: made once, then only when the lock or pyproject.toml changes.
$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) from requirements.lock (once, under a minute) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Whichops needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || echo none). Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Whichops needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) comes without venv. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
