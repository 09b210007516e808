# Everything a developer does with Arxos. `make` by itself says what there is.

# The first of these that is new enough; make PYTHON=... overrides it.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; \
	done; echo python3)
PORT ?= 4577
ROLE ?= admin
ORGANIZATION ?= acme
ENV ?=
STAGE ?= $(or $(ENV),staging)
IN := .venv/bin
LOCAL_CLOUD := $(IN)/python -m scripts.local_cloud
SAM := SAM_CLI_TELEMETRY=0 .local/tools/sam/bin/sam
TESTS ?= tests
EXAMPLES ?= 100

# Layers are built with uv, by `sam build` and by their tests.
export PATH := $(CURDIR)/.local/tools/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup run stop token test check fix cov openapi handover-rules conformance audit build deploy take-back smoke cost sam-local lock-tools clean
MAKEFLAGS += --no-print-directory

help: ## Say what there is to do.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing, into .venv and .local/tools only.
	@$(PYTHON) scripts/set_up.py

run: setup ## Run Arxos on this machine: PORT=4577, DETACH=1 to get the terminal back.
	@$(LOCAL_CLOUD) run --port $(PORT) $(if $(DETACH),--detach)

stop: ## Stop it; its data is kept.
	@if [ -x $(IN)/python ]; then $(LOCAL_CLOUD) stop; fi

token: ## Print an access token: ROLE=admin|facility_manager|engineer|contractor|viewer.
	@$(LOCAL_CLOUD) token --role $(ROLE) --organization $(ORGANIZATION)

test: setup ## Run all tests but `make conformance`: TESTS=tests/domain for some of them.
ifeq ($(TESTS),tests)
	@$(IN)/pytest -n 2 --dist loadfile --ignore tests/e2e tests
	@$(IN)/pytest --ignore tests/e2e/test_openapi_conformance.py tests/e2e
else
	@$(IN)/pytest $(TESTS)
endif

check: setup ## Lint, types, import contracts, templates: all that needs no test.
	@$(IN)/ruff check .
	@$(IN)/ruff format --check .
	@$(IN)/mypy
	@$(IN)/lint-imports
	@$(IN)/cfn-lint template.yaml infra/*.yaml
	@AWS_DEFAULT_REGION=eu-central-1 $(SAM) validate --lint

fix: setup ## Mend what the linter and the formatter can mend.
	@$(IN)/ruff check --fix .
	@$(IN)/ruff format .

cov: setup ## Run all tests and say which lines none of them reached.
	@$(IN)/pytest --cov --cov-report=term --cov-report=html $(TESTS)

handover-rules: setup ## Make docs/handover-rules.md anew from the rules.
	@$(IN)/python -m scripts.make_handover_rules

openapi: setup ## Make the API's description anew from routes, handlers and models.
	@$(IN)/python -m scripts.make_openapi

conformance: setup ## Try the API against its description, on a cloud of its own: EXAMPLES=100.
	@SCHEMATHESIS_EXAMPLES=$(EXAMPLES) $(IN)/pytest tests/e2e/test_openapi_conformance.py

audit: ## Look for what is unsafe: code, templates, secrets; and list what Arxos is made of.
	@$(PYTHON) scripts/set_up.py audit
	@sh scripts/audit.sh

build: setup ## Build for AWS (Python 3.13 on arm64), into .aws-sam.
	@python3.13 -c '' 2>/dev/null || { \
		echo "make build: Python 3.13, which AWS runs the functions with, must be on the PATH."; exit 1; }
	@$(SAM) build --config-env $(STAGE)

deploy: setup ## Build, and deploy to AWS: ENV=staging|production, OPTIONS=--no-confirm-changeset.
	@$(IN)/python -m scripts.deployments check $(STAGE)
	@$(MAKE) build
	@$(IN)/python -m scripts.deployments remember $(STAGE)
	@$(SAM) deploy --config-env $(STAGE) $(OPTIONS) \
		--parameter-overrides $$($(IN)/python -m scripts.deployments parameters $(STAGE))
	@$(IN)/python -m scripts.guard_deployments $(STAGE)
	@$(IN)/python -m scripts.deployments outputs $(STAGE)

take-back: setup ## Put back what stood there before the last `make deploy` from here: ENV=...
	@test -f .local/before-$(STAGE).yaml || { \
		echo "make take-back: nothing is remembered here of $(STAGE); deploy an older commit instead."; exit 1; }
	@$(SAM) deploy --config-env $(STAGE) --template-file .local/before-$(STAGE).yaml $(OPTIONS) \
		--parameter-overrides $$($(IN)/python -m scripts.deployments parameters $(STAGE))

smoke: setup ## Ask a deployment whether it works: the local cloud, or ENV=staging|production.
	@$(IN)/python -m scripts.smoke --stage $(or $(ENV),local)

cost: setup ## Reckon a month's bill: .venv/bin/python -m scripts.cost --help says of what.
	@$(IN)/python -m scripts.cost

sam-local: setup ## Call functions as AWS runs them, in Docker: read, write, authorizer, import.
	@$(IN)/python -m scripts.sam_local try $(OPTIONS)

lock-tools: setup ## Resolve scripts/*/*.requirements.txt anew.
	@sh scripts/lock_tools.sh .local/tools/bin/uv

clean: stop ## Stop, and remove what was built, deployed and stored here; installed tools stay.
	@ARXOS_LOCAL_DIR=.local/test $(MAKE) stop >/dev/null
	@rm -rf .aws-sam .local/build .local/cloud .local/test .local/outputs.json .local/sample-office.ifc \
		.local/sam-local htmlcov .coverage* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
