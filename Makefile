# The doors of the house. `make help` lists them; each one first makes the environment it needs.
#
#   make PYTHON=/path/to/python3.13 ...     use this interpreter instead of looking for one
#   make build ARCHITECTURE=x86_64          build for the other kind of Lambda

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ARCHITECTURE ?= arm64
PORT ?= 4566
export ARCHITECTURE
export SAM_CLI_TELEMETRY := 0
export PYTHONUNBUFFERED := 1
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

python := .venv/bin/python
uv := .venv/bin/uv
sam := .engine/bin/sam
locks := infra/locks
rooms := services shared infra tests bench
region := $(or $(AWS_REGION),$(AWS_DEFAULT_REGION),us-east-1)

.PHONY: help env engine-env peers-env run stop send token wipe ledger dead redrive refuse replay reproject clocks test check lint fuzz faults soak fmt build deploy lock bench

help: ## list the doors
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# ------------------------------------------------------------------------------------------------------ environments

env: .venv/stamp ## make .venv from the locked dependencies
engine-env: .engine/stamp ## make .engine: the local AWS engine and the SAM command
peers-env: .peers/stamp ## make .peers: the libraries that `make bench` measures us against

# pip, which knows the hash of one package, installs uv; uv installs the rest.
.venv/stamp: $(locks)/dev.txt $(locks)/bootstrap.txt
	@found=$$(infra/find-python) && echo "environment: .venv with $$found" && \
	{ .venv/bin/python -c '' 2>/dev/null || "$$found" -m venv --clear .venv; }
	@$(python) -m pip install --quiet --require-hashes --requirement $(locks)/bootstrap.txt
	@$(uv) pip sync --quiet --python $(python) --require-hashes $(locks)/dev.txt
	@touch $@

.engine/stamp: $(locks)/engine.txt .venv/stamp
	@found=$$(infra/find-python) && echo "environment: .engine with $$found" && \
	{ .engine/bin/python -c '' 2>/dev/null || "$$found" -m venv --clear --without-pip .engine; }
	@$(uv) pip sync --quiet --python .engine/bin/python --require-hashes $(locks)/engine.txt
	@touch $@

.peers/stamp: $(locks)/peers.txt .venv/stamp
	@found=$$(infra/find-python) && echo "environment: .peers with $$found" && \
	{ .peers/bin/python -c '' 2>/dev/null || "$$found" -m venv --clear --without-pip .peers; }
	@$(uv) pip sync --quiet --python .peers/bin/python --require-hashes $(locks)/peers.txt
	@touch $@

lock: .venv/stamp ## resolve pyproject.toml anew into infra/locks
	infra/lock $(uv)

# --------------------------------------------------------------------------------------------------------- local run

run: .venv/stamp .engine/stamp ## everything on this machine: engine, deploy, sample deliveries, what came of them
	@$(python) -m infra.local run --port $(PORT)

stop: .venv/stamp ## stop what `make run` started, from another terminal
	@$(python) -m infra.local stop

send: .venv/stamp ## replay one sample: make send platform=telegram payload=photo_caption
	@$(python) -m infra.local send "$(platform)" "$(payload)"

token: .venv/stamp ## print a token for the lookup, the desk and operations; department=care limits it
	@$(python) -m infra.local token $(department)

wipe: .venv/stamp ## forget the local engine's state
	@$(python) -m infra.local wipe

# ------------------------------------------------------------------------------------------------------------ repair
# On this machine; on AWS it is `python -m infra.repair`. Without do=1 nothing is changed, and what would be is shown.

option = $(if $($(1)),--$(1) "$($(1))")
repair = $(python) -m infra.local repair $@
doing = $(if $(do),--do)
span = $(call option,account) $(call option,since) $(call option,until)

ledger: .venv/stamp ## is anything missing? account=telegram/tienda_bot since=2026-11-20T08:00Z until=...
	@$(repair) $(span)

dead: .venv/stamp ## what is stuck, and what was given up
	@$(repair)

redrive: .venv/stamp ## do again all that is stuck, and move dead letters back; do=1 does it
	@$(repair) $(doing)

refuse: .venv/stamp ## decide not to read a delivery: name=... reason="..." author="..."; do=1 does it
	@$(repair) "$(name)" $(call option,reason) $(call option,author) $(doing)

replay: .venv/stamp ## read kept bytes again: account= since= until=; do=1 changes what differs
	@$(repair) $(span) $(doing)

reproject: .venv/stamp ## compute projections again: account= since= until=, or identity=; do=1 changes what differs
	@$(repair) $(span) $(call option,identity) $(doing)

clocks: .venv/stamp ## how long customers were kept waiting: account= since= until=; playbook=7 by that version
	@$(repair) $(span) $(call option,playbook)

# ------------------------------------------------------------------------------------------------------------ checks

# A file is one process's, since its tests share what is dear to make, such as an engine.
at_once := --numprocesses auto --dist loadfile --no-loadscope-reorder

test: lint ## every test, those on the local engine included
	@$(python) -m pytest $(at_once)

check: lint ## the gate before a commit: all but the tests on the local engine
	@$(python) -m pytest -m "not (system or engine)" $(at_once)

lint: .venv/stamp .engine/stamp ## format, lint, types, template
	$(python) -m ruff format --check $(rooms)
	$(python) -m ruff check $(rooms)
	$(python) -m mypy
	AWS_DEFAULT_REGION=$(region) $(sam) validate --lint

fuzz: .venv/stamp ## look for input that breaks a platform: make fuzz minutes=10
	@$(python) -m tests.fuzz $(or $(minutes),10)

faults: .venv/stamp ## the fault matrix at its full size: 100,000 random events at each rate, every scene with a death
	@FAULT_EVENTS=$(or $(events),100000) FAULT_DEPTH=full $(python) -m pytest tests/faults -m "not engine" -o timeout=0

soak: .venv/stamp .engine/stamp ## thousands of deliveries through a local engine with faults: make soak deliveries=2000
	@$(python) -m infra.local.soak --deliveries $(or $(deliveries),20000) --rate $(or $(rate),10) \
		--seed $(or $(seed),1) --faults $(or $(faults),5)

fmt: .venv/stamp ## format the code and repair what the linter can
	$(python) -m ruff check --fix $(rooms)
	$(python) -m ruff format $(rooms)

bench: .venv/stamp .engine/stamp .peers/stamp ## measure, print ratios, write bench/results.json
	@$(python) -m bench

# ------------------------------------------------------------------------------------------------------------ Lambda

build: .venv/stamp .engine/stamp ## build the artefacts for AWS
	AWS_DEFAULT_REGION=$(region) $(sam) build --parameter-overrides Architecture=$(ARCHITECTURE)

deploy: build ## deploy to AWS; asks for what it needs
	$(sam) deploy --guided

# `sam build` calls these, one for each function of template.yaml, with ARTIFACTS_DIR set.
build-%Function: .venv/stamp
	$(python) infra/build.py $(shell echo $* | tr A-Z a-z) "$(ARTIFACTS_DIR)" --architecture $(ARCHITECTURE)
