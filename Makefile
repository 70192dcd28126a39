# make run: set up and serve. make test: set up and test. Everything lives in .venv and .models.
# make full: what models of other makers need, PyTorch among it.
PYTHON ?= python3
BIN := .venv/bin
SLOW := browser or process or crash or store

.PHONY: run setup full test test-fast test-torch test-llm check lint lock hooks eval load bench bench-quality bench-scale screenshots audit crash crash-shared whole fuzz clean

run: setup
	$(BIN)/python app.py

setup: .venv/ready .models/all-MiniLM-L6-v2/model.onnx

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Quoth needs Python 3.11 to 3.13; name one with make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

# The lock names everything, so that nothing else is looked for: a package of it asks for PyTorch and must not have it.
.venv/ready: requirements-light.lock | .venv/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements-light.lock
	touch $@

full: setup .venv/ready-full

.venv/ready-full: requirements.txt requirements-llm.txt .venv/ready
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	touch $@

.venv/ready-dev: requirements-dev.txt requirements-llm.txt requirements-bench.txt requirements-postgres.txt .venv/ready
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	touch $@

.venv/ready-dev-full: requirements-dev-full.txt .venv/ready-dev .venv/ready-full
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev-full.txt
	touch $@

.venv/ready-load: requirements-load.txt .venv/ready-dev
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-load.txt
	touch $@

.models/all-MiniLM-L6-v2/model.onnx: | .venv/ready
	$(BIN)/python -m index.onnx_export

# Both parts run, and either can fail.
test: setup .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not ($(SLOW) or torch)" $(OPTIONS) || failed=1; \
	$(BIN)/python -m pytest -m "$(SLOW)" $(OPTIONS) && [ -z "$$failed" ]

# What one runs while writing: nothing that drives a browser, starts or kills processes, or builds large stores.
test-fast: setup .venv/ready-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not ($(SLOW) or torch)" $(OPTIONS)

test-torch: setup .venv/ready-dev-full
	$(BIN)/python -m pytest -m torch

lock: .venv/ready-dev
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links requirements-light.txt requirements-weights.txt -o requirements-light.lock

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint: check
	$(BIN)/lint-imports
	$(BIN)/python .ci/shape.py
	$(BIN)/deptry . --config .ci/deptry.toml

hooks: .venv/ready-dev
	$(BIN)/pre-commit install

eval: setup
	$(BIN)/python app.py eval seeds/questions.jsonl

load: setup .venv/ready-load
	$(BIN)/python -m tests.load --out load.json

screenshots: setup .venv/ready-dev
	$(BIN)/python -m tests.browser.screenshots

bench: setup .venv/ready-dev-full
	$(if $(DATA),,$(error name the folder of the public sets: make bench DATA=DIR))
	$(BIN)/python -m benchmarks.speed --data "$(DATA)" $(OPTIONS)

bench-quality: setup
	$(if $(DATA),,$(error name the folder of the public sets: make bench-quality DATA=DIR))
	$(BIN)/python -m benchmarks.quality --data "$(DATA)" $(OPTIONS)

bench-scale: setup .venv/ready-dev
	$(if $(DATA),,$(error name the folder of the public sets: make bench-scale DATA=DIR))
	$(BIN)/python -m benchmarks.scale --data "$(DATA)" $(OPTIONS)

audit: .venv/ready-dev
	$(BIN)/python .ci/audit.py

# A real language model, tiny and weak, behind llama.cpp's server: building that takes 10 to 20 minutes, once.
.venv-llm/ready: requirements-llm-test.txt
	$(PYTHON) -m venv .venv-llm
	.venv-llm/bin/python -m pip install --disable-pip-version-check -r requirements-llm-test.txt
	touch $@

test-llm: setup .venv/ready-dev .venv-llm/ready
	$(BIN)/python -m pytest tests/llm/real_model.py -s

# Two servers and two workers behind a proxy, while each of them and the database is killed; minutes, and a quiet machine.
whole: setup .venv/ready-dev
	$(BIN)/python -m pytest tests/scale/whole.py -s

crash: setup .venv/ready-dev
	$(BIN)/python -m pytest tests/crash --kills 200

# 100 kills of workers and 30 immediate restarts of PostgreSQL: some ten minutes.
crash-shared: setup .venv/ready-dev
	$(BIN)/python -m pytest tests/crash/test_shared.py --kills 500

fuzz: setup .venv/ready-dev
	$(BIN)/python -m tests.fuzz $(or $(SECONDS),300) $(OPTIONS)

clean:
	rm -rf .venv .venv-llm .models .store
