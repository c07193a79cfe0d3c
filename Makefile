# What is done again and again: `make help` lists it. All of it runs in the environment that is active.
.DEFAULT_GOAL := help
.PHONY: help check test browser docs bench hooks constraints
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
TEMPORARY = folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && python3 -m venv "$$folder"

help: ## This list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

check: ## Before each commit: style, types and the unit tests, in less than a minute
	ruff check .
	ruff format --check .
	basedpyright & types=$$!; pytest -m unit && wait $$types

test: ## Every test
	pytest

browser: ## The tests in a real browser
	pytest tests/browser

docs: ## What the documentation says of commands and figures, checked
	pytest tests/end_to_end/test_docs.py tests/test_figures.py

bench: ## The benchmarks that need no data but the briefs; benchmarks/README.md has them all
	python benchmarks/cold_start.py 5

hooks: ## Style and types checked at each `git commit` from now on
	pip install pre-commit
	pre-commit install

constraints: ## constraints-ci.txt anew: the versions that a fresh environment gets today
	$(TEMPORARY) && "$$folder/bin/pip" install --quiet --constraint constraints.txt --editable '.[dev]' && \
	"$$folder/bin/pip" freeze --exclude-editable | grep -vE '^(torch|triton|nvidia-|cuda-)' | cat constraints.txt - | sort -f \
	    >"$$folder/frozen" && ! grep -E '@|/' "$$folder/frozen" && \
	{ echo "# The versions that continuous integration installs: made by \`make constraints\`."; cat "$$folder/frozen"; } \
	    >constraints-ci.txt
