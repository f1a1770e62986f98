# The four words of daily work. A fresh machine needs Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/pytest --numprocesses=auto --dist=worksteal

# What is compiled is kept: pytest takes ten seconds to prepare the tests, in each of its processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo test test-all coverage check format lock
.DELETE_ON_ERROR:

# Each lock contains the one before it: run, demo, dev.
install: $(VENV)/.run

demo: $(VENV)/.demo
	exec $(BIN)/makegood demo

test: $(VENV)/.dev
	$(PYTEST) -m "not slow"

# The slow ones too.
test-all: $(VENV)/.dev
	$(PYTEST)

# The same, and what of the program they run. It takes half as long again.
coverage: $(VENV)/.dev
	$(PYTEST) --cov --cov-report=term

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests bench

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Nothing is resolved and nothing is built but Makegood itself: docs/decisions/0019-three-locks.md.
$(VENV)/.%: $(VENV)/pyvenv.cfg requirements/%.txt pyproject.toml
	$(PIP) install --quiet --no-deps --only-binary :all: --require-hashes --requirement requirements/$*.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(PIP) check
	touch $@

# A changed lock begins with an empty environment, so that nothing is left of the old one.
$(VENV)/pyvenv.cfg: $(wildcard requirements/*.txt)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Makegood needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv --clear $(VENV)

# The smaller locks start as copies of the largest: pip-compile keeps each version and drops what is not needed.
COMPILE := $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --all-build-deps --no-strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header pyproject.toml

lock:
	test -x $(BIN)/pip-compile || $(MAKE) $(VENV)/.dev
	$(COMPILE) --all-extras --output-file requirements/dev.txt
	cp requirements/dev.txt requirements/demo.txt
	cp requirements/dev.txt requirements/run.txt
	$(COMPILE) --extra demo --output-file requirements/demo.txt
	$(COMPILE) --output-file requirements/run.txt
