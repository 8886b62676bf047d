# Each target is a line or two that a person could type. `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
export PORT
BIN := .venv/bin
.DEFAULT_GOAL := help

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# A .venv whose Python is gone or another, that was moved here from elsewhere, or whose pip
# was interrupted (it leaves .venv/installing) is of no use: it counts as not made.
IS_USABLE := test ! -e .venv/installing && grep -qF '$(CURDIR)/.venv' .venv/bin/activate && \
	$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))'
ifneq ($(shell ($(IS_USABLE)) >/dev/null 2>&1 && echo yes),yes)
.PHONY: .venv/pyvenv.cfg
endif
# Two starts from one checkout install one after the other.
LOCK := exec 9<Makefile; ! command -v flock >/dev/null || flock 9
INSTALL = $(LOCK); touch .venv/installing && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1) && \
	rm .venv/installing

.venv/pyvenv.cfg: ## (made once) the environment of Python
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is needed. (Debian: apt-get install python3)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is needed. (Debian: apt-get install python3-venv)"; exit 1; }
	@$(LOCK); ($(IS_USABLE)) >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv

.venv/production: .venv/pyvenv.cfg requirements.txt
	@echo "Installing what requirements.txt names…"
	@$(call INSTALL,requirements.txt)
	@touch $@

.venv/development: .venv/production requirements-dev.txt
	@echo "Installing what requirements-dev.txt names…"
	@$(call INSTALL,requirements-dev.txt)
	@touch $@

.venv/bench: .venv/development requirements-bench.txt
	@echo "Installing what requirements-bench.txt names…"
	@$(call INSTALL,requirements-bench.txt)
	@touch $@

start: .venv/production ## The site on 127.0.0.1:8000 (PORT= moves it), as in production
	@$(BIN)/python -m blogsite.start --with-parent

dev: .venv/production ## The same with debug on, reloading
	@$(BIN)/python -m blogsite.start --dev --with-parent

passwords: .venv/production ## New passwords for the logins editor and admin
	@$(BIN)/python -m blogsite.start --only make_logins --reset

check: .venv/development ## Style, types, templates, migrations, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --check --lint --quiet templates
	$(BIN)/mypy
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.catalogues

test-fast: .venv/development ## Without servers and browser, under a minute
	$(BIN)/pytest -n auto -q -m "not browser and not server"

test: .venv/development ## Everything: SQLite, PostgreSQL, servers, a real browser
	$(BIN)/python -m tests.requirements
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -n auto -q -m "not browser and not server"
	$(BIN)/python -m tests.postgresql $(BIN)/pytest -n auto -q -m "not browser and not server"
	$(BIN)/pytest -q -m "(browser or server) and not drill"

drill: .venv/development ## Search servers fail and are killed, three nodes of them; some minutes
	$(BIN)/python -m tests.requirements
	$(BIN)/pytest -q -m drill
	$(BIN)/python -m tests.search.elasticsearch_drill
	$(BIN)/python -m tests.search.elasticsearch_drill 9.2.0

bench-search: .venv/bench ## Search measured beside others (FOLDER= of Markdown)
	$(BIN)/python -m bench.search $(FOLDER)

format: .venv/development ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates

messages: .venv/development ## Collect texts to translate and compile the catalogues
	$(BIN)/python -m tests.catalogues --write

.PHONY: help start dev passwords check test-fast test drill bench-search format messages
