# `make demo` and `make test` do all the set-up themselves; both can be run again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The lock is complete (tests/test_lock.py), so pip resolves nothing: what is newest on an index does not matter.
PIP := $(BIN)/pip --disable-pip-version-check
LOCKED := install --quiet --require-hashes --no-deps
LOCK := uv pip compile --upgrade --universal --generate-hashes --python-version 3.11 --no-header pyproject.toml
CATALOGUES := $(wildcard locales/*/LC_MESSAGES/messages.po)

.PHONY: demo test lint types proofs bench locales vectors screens lock clean

$(VENV)/run: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(LOCKED) -r requirements.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	$(PIP) check
	touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	$(PIP) $(LOCKED) -r requirements-dev.txt
	$(PIP) check
	touch $@

$(VENV)/words: $(VENV)/run $(CATALOGUES)
	$(BIN)/python -m locales.compile
	touch $@

demo: $(VENV)/words  ## everything in a browser, without a Telegram account
	$(BIN)/midline demo

test: $(VENV)/words $(VENV)/dev  ## the tests a person runs all day
	$(BIN)/pytest -n auto --dist worksteal -m "not long and not proof and not browser and not crash" $(ARGS)

lint: $(VENV)/dev  ## style, and the arrows between the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/dev  ## strict types
	$(BIN)/mypy

proofs: $(VENV)/words $(VENV)/dev  ## the slow proofs: real browser, crashes, kills, long histories
	$(BIN)/pytest --timeout=7200 -m "long or proof or browser or crash" $(ARGS)

bench: $(VENV)/words $(VENV)/dev  ## measurements, as ratios
	$(BIN)/python -m benchmarks

locales: $(VENV)/dev  ## bring the catalogues up to date with the code, and check them
	$(BIN)/python -m locales.tool update
	$(BIN)/python -m locales.tool check

vectors: $(VENV)/run  ## what the search knows of the articles; after any change of an article
	$(BIN)/python -m knowledge.search.prebuilt

screens: $(VENV)/words  ## the screen book: every screen in every language on one page
	$(BIN)/midline screens screens.html

lock: $(VENV)/dev  ## pin the newest versions that pyproject.toml allows (needs uv)
	$(LOCK) --extra build -o requirements.txt
	$(LOCK) --extra build --extra dev -o requirements-dev.txt

clean:  ## forget what was installed and built
	rm -rf $(VENV) *.egg-info screens.html ci-output
