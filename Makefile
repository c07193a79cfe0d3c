# What is done again and again: `make help` lists it. All of it runs in the environment that is active.
.DEFAULT_GOAL := help
.PHONY: help check test fuzz browser docs bench bench-peers torture hooks constraints audit sbom
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
TEMPORARY = folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && python3 -m venv "$$folder"

help: ## This list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

check: ## Before each commit: style, types and the unit tests, in less than a minute
	ruff check .
	ruff format --check .
	basedpyright & types=$$!; pytest -m unit && wait $$types

test: ## Every test
	pytest

fuzz: ## Random input at every entry, for some minutes: SEED=… repeats one, EXAMPLES=… says how many
	export FUZZ_SEED=$${SEED:-$$RANDOM} FUZZ_EXAMPLES=$${EXAMPLES:-200}; echo "SEED=$$FUZZ_SEED EXAMPLES=$$FUZZ_EXAMPLES"; \
	pytest -n 0 tests/test_fuzzing.py

browser: ## The tests in a real browser
	pytest tests/browser

docs: ## What the documentation says of commands and figures, checked
	pytest tests/end_to_end/test_docs.py tests/test_figures.py

bench: ## The benchmarks that need no data but the briefs; benchmarks/README.md has them all
	python benchmarks/cold_start.py 5

bench-peers: ## Dragoman beside eight others, installed in the user's cache: COLLECTION=…, perhaps PASSAGES=…, FLAGS=--save
	python benchmarks/compare.py "$${COLLECTION:?names the one whose passages and vectors all get}" $${PASSAGES:-} $${FLAGS:-}

torture: ## 500 kills, power cuts and refusals of the disk: nothing may be lost (docs/durability.md)
	python tests/torture 500

hooks: ## Style and types checked at each `git commit` from now on
	pip install pre-commit
	pre-commit install

constraints: ## constraints-ci.txt anew: the versions that a fresh environment gets today, with the hashes of their files
	$(TEMPORARY) && "$$folder/bin/pip" install --quiet --constraint constraints.txt --editable '.[dev]' 'setuptools>=77' && \
	"$$folder/bin/pip" freeze --all --exclude pip --exclude-editable | grep -vE '^(torch|triton|nvidia-|cuda-)' \
	    >"$$folder/frozen" && ! grep -E '@|/' "$$folder/frozen" && \
	"$$folder/bin/pip" install --quiet uv && "$$folder/bin/uv" pip compile --quiet --no-config --no-deps \
	    --generate-hashes --no-annotate --no-header --output-file "$$folder/hashed" "$$folder/frozen" >/dev/null && \
	{ sed -n '/^#/p' constraints-ci.txt; cat "$$folder/hashed"; } >"$$folder/all" && cp "$$folder/all" constraints-ci.txt

audit: ## Whether a weakness is known in what constraints-ci.txt names; asks the package index's advisory service
	$(TEMPORARY) && "$$folder/bin/pip" install --quiet pip-audit && PATH="$$folder/bin:$$PATH" python3 .ci/audit.py

sbom: ## sbom.json: what is installed in the active environment, in CycloneDX; twice the same gives the same
	$(TEMPORARY) && "$$folder/bin/pip" install --quiet cyclonedx-bom && \
	"$$folder/bin/cyclonedx-py" environment --pyproject pyproject.toml --short-PURLs --output-reproducible \
	    --output-format JSON --output-file sbom.json "$$(command -v python3)"
