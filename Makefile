# `make help` lists what there is. Settings can be given to every command: make run PORT=8001

PY = .venv/bin/python
TESTS ?= tests
# Three at least: one serves everything and drives the browser, and a good part of all three is waiting.
PROCESSES ?= 3
MINUTES ?= 10

.DEFAULT_GOAL := help
.PHONY: help run test fuzz chaos bench pictures sure infra sbom play assets lock licences venv venv-dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' Makefile | expand -t 16

run: venv assets ## serve everything on http://127.0.0.1:8000 until Ctrl-C (PORT=, VAR_DIR=, … as in docs/settings.md)
	@exec $(PY) -m bot.local

test: venv-dev assets ## every test, on SQLite and PostgreSQL with a real Redis (TESTS=tests/flows for some of them)
	@exec $(PY) -m pytest -n $(PROCESSES) $(TESTS)

fuzz: venv-dev assets ## the chat, the API and what reads bytes, at random and by coverage (MINUTES=10, SEED=7; FUZZ="--only chat")
	@bin/venv requirements-fuzz.txt .venv-fuzz || echo "no atheris for this machine"
	@exec $(PY) -m tests.fuzz --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(FUZZ)

chaos: venv-dev assets ## phones and gates while everything breaks that can, then all replaced (20 minutes at most; CHAOS=rolling, SEED=7)
	@exec $(PY) -m tests.chaos $(if $(SEED),--seed $(SEED)) $(CHAOS)

bench: venv-dev assets ## what a message, an admission and a pass cost beside a bare stack (BENCH=quick, profiles, pace, …)
	@exec $(PY) -m tests.bench $(BENCH)

pictures: venv-dev assets ## every page at three widths, light and dark, in two languages, to look at (ONLY=manage/; README=1: those of README)
	@exec $(PY) -m tests.pictures $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) $(if $(README),--readme)

sure: venv-dev ## format, lint, strict types, architecture, and the tests of the code's own shape
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q tests/test_structure.py

infra: venv-dev ## the container, Terraform and workflows, by their own tools, and what is started from them (about a minute)
	@bin/infra
	@exec $(PY) -m pytest -q -n 0 -m infra tests/deploy

sbom: ## what a release is made of, as CycloneDX, into var/sbom
	@bin/sbom

play: venv ## talk to a flow in the terminal, without a server
	@exec $(PY) -m flows.sandbox.play

assets: venv ## fetch the browser's libraries, by package-lock.json
	@bin/assets

lock: venv-dev ## compile requirements*.txt anew from requirements*.in
	for name in requirements requirements-dev requirements-assets requirements-fuzz requirements-infra; do \
	    .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	        --no-emit-index-url --no-emit-find-links \
	        --custom-compile-command "make lock" --quiet $(LOCK) $$name.in --output-file $$name.txt || exit 1; \
	done

licences: venv-dev ## the licence of everything that the service runs on; fails where one is unknown
	@exec $(PY) -m tests.licences

venv:
	@bin/venv requirements.txt

venv-dev:
	@bin/venv requirements-dev.txt
