# Each command first makes .venv and installs what it needs, once: a stamp in .venv remembers it until pyproject.toml or
# constraints.txt changes. Another Python: make lab PYTHON=/path/to/python3.12

CHECK_PYTHON := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
# The first of these that runs and fits (a version manager may have a python3.13 that only says it is not chosen).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c '$(CHECK_PYTHON)' 2>/dev/null && { echo $$python; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Installing compiles the packages: without .pyc files TensorFlow takes 20 seconds to import instead of 3.
PIP := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pip install --quiet -c constraints.txt
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
INPUTS := pyproject.toml constraints.txt

.PHONY: lab run test validate build bench
.DELETE_ON_ERROR:

lab: $(VENV)/.installed
	@$(BIN)/genai-course lab

run: $(VENV)/.installed
	@$(BIN)/genai-course run

build: $(VENV)/.installed
	@$(BIN)/genai-course build

# What one runs before lunch: style, units, the harness of all checks, every learner's notebook on the smoke profile.
test: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@$(BIN)/genai-course get smollm2 || echo "The tests of SmolLM2 are skipped."
	$(PYTEST) -n 3 --dist loadfile --times test tests/unit tests/lessons

# And the rest, in one queue: solutions, real JupyterLab, the site, the classroom, faults, the wheel and the pack.
validate: $(VENV)/.installed-test
	$(PYTEST) -n 2 --dist loadfile --times validate tests/validate tests/browser tests/site tests/classroom tests/faults tests/install

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks

$(VENV)/.python:
	@test -x $(BIN)/python || "$(PYTHON)" -c '$(CHECK_PYTHON)' 2>/dev/null || { \
		echo "The course needs Python 3.11, 3.12 or 3.13 with venv; $(or $(PYTHON),what is installed) does not fit:" \
			"install one, or name it with make lab PYTHON=/path/to/python3.12"; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) with $(PYTHON) ..."; $(PYTHON) -m venv $(VENV); }
	@touch $@

$(VENV)/.installed: $(VENV)/.python $(INPUTS)
	@echo "Installing the course (2 GB on disk, some minutes the first time) ..."
	@$(PIP) -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) -e ".[test,classroom,site]"
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	@echo "Installing what the benchmarks compare with ..."
	@$(PIP) -e ".[test,bench]"
	@touch $@
