# `make demo` and `make test` need Python 3.11 to 3.14 and nothing else; both set everything up.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3.14 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INPUT ?=
KEEP ?=
ROUNDS ?=
SEED ?=
HOURS ?=
PEERS ?=
PAGES ?=
LOCK := deploy/lock
PLATFORMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin
PYTHONS := 3.11 3.12 3.13 3.14

.DEFAULT_GOAL := help
.PHONY: help setup dev kafka prometheus desk demo test check bench quality schemas cli dashboards pictures trials container platforms chaos soak fuzz lock clean

help: ## Show what there is to make
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready ## Build the environment in .venv; the command is .venv/bin/echowire

dev: $(VENV)/.dev ## Add what checks, tests and measurements need

$(VENV)/.ready: $(LOCK)/demo.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "echowire needs Python 3.11 to 3.14: install it, or set PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	  || { echo "echowire needs Python 3.11 to 3.14, and $(PYTHON) is another: set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian: apt-get install python3-venv)"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@sh deploy/install.sh $(VENV) $(LOCK)/demo.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q streams schemas deploy
	@echo "compiling loops for this machine: about a minute, once"
	@$(BIN)/python -m streams.warm_up
	@touch $@

$(VENV)/.dev: $(VENV)/.ready $(LOCK)/dev.txt
	@sh deploy/install.sh $(VENV) $(LOCK)/dev.txt
	@touch $@

kafka: setup ## Fetch Apache Kafka into the cache (once)
	@$(BIN)/python -m deploy.kafka.embedded fetch

prometheus: ## Install Prometheus where that needs no questions (Debian, as root)
	@command -v prometheus promtool >/dev/null 2>&1 || { \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus >/dev/null; \
	  else echo "no Prometheus here, its tests will be skipped: install it (Debian: sudo apt-get install prometheus)"; fi; }

desk: ## Install Chromium and PostgreSQL for the desk's tests where that needs no questions
	@{ command -v chromium >/dev/null 2>&1 && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; } || { \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium postgresql >/dev/null; \
	  else echo "no Chromium or no PostgreSQL here, tests that need them will be skipped: install them (Debian: sudo apt-get install chromium postgresql)"; fi; }

demo: kafka ## Run the whole service on the sample (INPUT=file for your own, KEEP=1 to stay up)
	@$(BIN)/python -m deploy.demo $(if $(INPUT),--input $(INPUT)) $(if $(KEEP),--keep)

# Two at a time: half of them wait for brokers and workers. Each process has a broker of its own.
test: check kafka prometheus desk ## Run all checks and all tests, on a real Kafka too
	$(BIN)/python -m pytest -n 2 --dist loadfile

chaos: dev kafka ## Break things under load until all is accounted for (ROUNDS=n, SEED=n)
	$(BIN)/python -m tests.chaos $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

soak: dev kafka ## Ten minutes of mixed load, or HOURS=n, and what grew meanwhile (SEED=n; samples in soak.csv)
	$(BIN)/python -m tests.soak $(if $(HOURS),--hours $(HOURS)) $(if $(SEED),--seed $(SEED))

fuzz: dev ## Send 100,000 inputs the whole way, and draw new examples for every property
	FUZZ_INPUTS=100000 $(BIN)/python -m pytest tests/fuzz tests/articles tests/detection tests/sources --timeout 3600

check: dev ## Lint, types, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m schemas --check
	$(BIN)/python -m deploy.demo.syndicator --check
	$(BIN)/python -m deploy.grafana --check
	$(BIN)/python -m deploy.command_reference --check
	@$(BIN)/python -m deploy.licences >/dev/null

quality: dev ## Measure quality on labelled pages and articles, against the kept figures
	@$(BIN)/python -m tests.quality detection
	@$(BIN)/python -m tests.quality languages
	@$(BIN)/python -m tests.quality credits
	@$(BIN)/python -m tests.quality standards
	@$(BIN)/python -m tests.quality pages

bench: dev kafka $(VENV)-bench/.ready ## Compare with stock Faust and Quix Streams in one run (PEERS=all, PAGES=file)
	@$(BIN)/python -m tests.benchmarks $(if $(INPUT),--input $(INPUT)) $(if $(PEERS),--peers $(PEERS))
	@$(if $(PAGES),$(BIN)/python -m tests.benchmarks.html_pages $(PAGES))

$(VENV)-bench/.ready: $(LOCK)/bench.txt $(VENV)/.ready
	rm -rf $(VENV)-bench
	$(BIN)/python -m venv $(VENV)-bench
	@sh deploy/install.sh $(VENV)-bench $(LOCK)/bench.txt
	@touch $@

cli: dev ## Regenerate docs/cli.md
	$(BIN)/python -m deploy.command_reference

schemas: dev ## Regenerate the JSON Schemas
	$(BIN)/python -m schemas

dashboards: dev ## Regenerate the Grafana dashboards
	$(BIN)/python -m deploy.grafana

trials: dev kafka ## Run what takes long: examples in Java and JavaScript, AsyncAPI's own check, upgrades, a short soak
	cd docs/examples/javascript && npm install --silent --no-audit --no-fund --no-package-lock
	cd docs/examples/javascript && npm run --silent asyncapi
	$(BIN)/python -m pytest -m trial

container: dev kafka ## Try what the container image does, without one: wheel, locked install, a user without rights
	$(BIN)/python -m deploy.container.rehearse

pictures: dev ## Draw the dashboards (PROMETHEUS=host:port, as the demo says) into pictures/
	@$(BIN)/python -m deploy.grafana.pictures $(or $(PROMETHEUS),127.0.0.1:9090) pictures

lock: dev ## Update the locked dependencies
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' pyproject.toml --extra desk -o $(LOCK)/runtime.txt --upgrade
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' -c $(LOCK)/runtime.txt pyproject.toml \
	  --extra plots --extra desk-postgresql --group broker --group test --group browser --group operate --group quality --group lock --group oracle -o $(LOCK)/dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' -c $(LOCK)/dev.txt pyproject.toml --extra desk --group broker --group build -o $(LOCK)/demo.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' -c $(LOCK)/dev.txt --group lock -o $(LOCK)/uv.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' --group bench -o $(LOCK)/bench.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' -c $(LOCK)/dev.txt --group build --group image -o $(LOCK)/build.txt

platforms: dev ## Ask the package index for a wheel of each locked package, for each platform and Python
	@for platform in $(PLATFORMS); do for version in $(PYTHONS); do \
	  echo "$$platform, Python $$version"; \
	  $(BIN)/uv pip install --quiet --dry-run --target $(VENV)/none --no-deps --only-binary :all: \
	    --no-binary faust-streaming --python-platform $$platform --python-version $$version \
	    -r $(LOCK)/runtime.txt || exit 1; \
	done; done

clean: ## Remove what make has made here
	rm -rf $(VENV) $(VENV)-bench .pytest_cache .mypy_cache .ruff_cache .hypothesis bench.json soak.csv
