# Everything a developer or a new user does, by name. `make` alone says what there is.
.PHONY: help install demo up test test-kafka test-referees bench kafka docs lint lock clean
.DEFAULT_GOAL := help
NODES ?= 1
ARGS ?=

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 24

install:  ## the locked set of packages into .venv
	@sh deploy/install.sh

demo: install  ## from nothing to a care package: synthetic people, on the embedded broker and database
	@.venv/bin/fitpath demo $(ARGS)

up: install  ## run Fitpath on this machine until Ctrl-C
	@.venv/bin/fitpath up $(ARGS)

test: install  ## all tests that need nothing but this folder
	@.venv/bin/python -m pytest -n 2 --dist loadfile -m "not kafka and not referee" $(ARGS)

bench: install  ## how fast the whole job is beside a bare consume-produce loop (needs Java 17 and Maven)
	@.venv/bin/python tests/bench/run.py $(ARGS)

test-kafka: install  ## what must survive, on a real Apache Kafka (needs Java 17 and Maven)
	@.venv/bin/python -m pytest -m kafka $(ARGS)

test-referees: install  ## every output and example, judged by HAPI's FHIR validator, topics by AsyncAPI's schema (needs a JDK 17, Maven, npm)
	@.venv/bin/python -m pytest -m referee $(ARGS)

kafka: install  ## a real Apache Kafka on this machine until Ctrl-C; NODES=3 for three
	@.venv/bin/python deploy/kafka/start.py --nodes $(NODES) $(ARGS)

docs: install  ## make schemas/api anew: OpenAPI and AsyncAPI, from the code
	@.venv/bin/fitpath describe --write schemas/api

lint: install  ## style, types, import contracts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

LOCKED = uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11 pyproject.toml
lock:  ## make the locks anew from pyproject.toml (needs uv): all of it, and what runs without tests
	$(LOCKED) --group dev -o requirements.lock
	$(LOCKED) -c requirements.lock -o deploy/runtime.lock

clean:  ## take away what was made here: .venv and caches (embedded data under FITPATH_HOME stays)
	rm -rf .venv .cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache build dist out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
