# make run: set up and serve. make test: set up and test. Everything lives in .venv and .models.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run setup test lint eval bench-quality screenshots audit crash clean

run: setup
	$(BIN)/python app.py

setup: .venv/ready .models/all-MiniLM-L6-v2/model.onnx

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Quoth needs Python 3.11 to 3.13; name one with make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/ready: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	touch $@

.models/all-MiniLM-L6-v2/model.onnx: | .venv/ready
	$(BIN)/python -m index.export

test: setup .venv/ready-dev
	$(BIN)/python -m pytest

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

eval: setup
	$(BIN)/python app.py eval seeds/questions.jsonl

screenshots: setup .venv/ready-dev
	$(BIN)/python -m tests.browser.screenshots

bench-quality: setup
	$(if $(DATA),,$(error name the folder of the public sets: make bench-quality DATA=DIR))
	$(BIN)/python -m benchmarks.quality --data "$(DATA)" $(OPTIONS)

audit: .venv/ready-dev
	$(BIN)/python .ci/audit.py

crash: setup .venv/ready-dev
	$(BIN)/python -m pytest tests/crash --kills 200

clean:
	rm -rf .venv .models .store
