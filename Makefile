# Two commands do everything: `make chat` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: chat index test lint eval eval-baseline bench bench-generator bench-peers answers screenshots chromium clean help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 17

chat: $(VENV)/ready index  ## set up, index the course, open the chat in the browser
	$(BIN)/python app.py

index: $(VENV)/ready
	$(BIN)/tanya index

test: $(VENV)/ready-test chromium lint  ## set up what the tests need and run all checks and tests
	$(BIN)/python -m pytest

lint: $(VENV)/ready-test  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

COURSE := benchmarks/questions/diplomasi-siber.jsonl
RESULTS := benchmarks/results
MEASURE := $(BIN)/tanya eval answers --questions $(COURSE) --index var/eval/index

eval: $(VENV)/ready  ## measure the answers of the shipped course: report in var/eval, gate against the baseline
	$(BIN)/tanya index --corpus corpus/diplomasi-siber --index var/eval/index
	$(MEASURE) --output var/eval/result.json
	$(BIN)/tanya eval report var/eval/result.json --output var/eval/report.html
	$(BIN)/tanya eval gate var/eval/result.json --baseline $(RESULTS)/eval-baseline.json --max-drop 0.02 \
	  --junit var/eval/junit.xml

eval-baseline: $(VENV)/ready  ## take the present answers as what `make eval` and the tests compare with
	$(BIN)/tanya index --corpus corpus/diplomasi-siber --index var/eval/index
	$(MEASURE) --output $(RESULTS)/eval-baseline.json
	TANYA_GENERATOR=none $(MEASURE) --output $(RESULTS)/eval-baseline-quotes.json
	$(BIN)/python -m benchmarks.verdict_check $(RESULTS)/eval-baseline.json $(RESULTS)/eval-baseline-quotes.json

bench: $(VENV)/ready-test  ## time answers on the shipped course; results in benchmarks/results
	$(BIN)/tanya index
	$(BIN)/python -m benchmarks.latency

bench-generator: $(VENV)/ready-training  ## what the adapter costs in speed; the same weights in LangChain and transformers
	$(BIN)/tanya index
	$(BIN)/python -m benchmarks.generator_speed

bench-peers: $(VENV)/ready  ## ask four quick-start pipelines the same questions; needs the package registry
	$(BIN)/python -m benchmarks.peers.run

answers: $(VENV)/ready-test  ## write down the answers to 40 questions of every kind, for reading
	$(BIN)/tanya index
	$(BIN)/python -m benchmarks.sample_answers

screenshots: $(VENV)/ready-test chromium  ## take the pictures of docs/images
	$(BIN)/tanya index
	$(BIN)/python -m benchmarks.screenshots
	$(BIN)/python -m benchmarks.teacher_pictures

clean:  ## remove the environment, the index and build files
	rm -rf $(VENV) var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# torch comes first and alone: with it in place nothing else asks for a build with CUDA.
$(VENV)/ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/ready-test: $(VENV)/ready
	$(BIN)/pip install --quiet --editable '.[test]'
	touch $@

$(VENV)/ready-training: $(VENV)/ready
	$(BIN)/pip install --quiet --editable '.[training]'
	touch $@

# The browser tests use the system's Chromium; CHROMIUM names another one.
CHROMIUM ?= /usr/bin/chromium
export TANYA_CHROMIUM ?= $(CHROMIUM)
chromium:
	@test -x $(CHROMIUM) || { echo "Chromium is missing; installing Debian's package"; \
	  SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -qq -y --no-install-recommends chromium; }
