# Context Desk. `make` alone says what can be done. Everything it makes lies in .venv/ and var/.
PORT ?= 8000
RUN := .venv/bin/python
# The secret lies in var/secret unless the environment brings one.
MANAGE = SECRET_KEY="$${SECRET_KEY:-$$(cat var/secret)}" $(RUN) manage.py
TRANSLATIONS = $(patsubst %.po,%.mo,$(wildcard newsroom/locale/*/LC_MESSAGES/django.po))
TEMPLATES = $(shell find templates newsroom -name '*.html')

.PHONY: help demo test check bench clean requirements free-port
.NOTPARALLEL:

help:
	@echo "make demo    serve the demonstration publication (PORT=8000; DATABASE_URL=postgresql://... for PostgreSQL)"
	@echo "make test    all checks and tests, on every engine and browser that is here (STRICT=1: leave nothing out)"
	@echo "make check   format, lint, types, import border, templates, settings, migrations"
	@echo "make bench   requests per second and CPU time of home, story and search, beside a bare view; what decisions cost"
	@echo "make clean   remove what was made; the database, the secret and the mail in var/ stay"

# --- the environment --------------------------------------------------------------------------------------------

# Each candidate is run, not just found: a name may be a shim that leads nowhere, or a Python without venv.
$(RUN):
	@for python in python3.13 python3.14 python3.12 python3 python "$$HOME"/.pyenv/versions/3.1[342].*/bin/python3; do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
	    "$$python" -m venv --clear .venv && exit; rm -rf .venv; exit 1; \
	  fi; \
	done; echo "Context Desk needs Python 3.12 or newer with venv: install python3.13 and python3.13-venv." >&2; exit 1

.venv/base: requirements/base.txt | $(RUN)
	@echo "Installing the packages of requirements/base.txt ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/dev: requirements/dev.txt .venv/base
	@echo "Installing the packages of requirements/dev.txt ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

%.mo: %.po | .venv/base
	@$(RUN) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

var/secret: | .venv/base
	@mkdir -p var
	@umask 077; $(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@

# One lock file for Python 3.12 to 3.14 on every platform; uv writes no address of a registry into it.
COMPILE = uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header
requirements:
	@cd requirements && $(COMPILE) base.in -o base.txt && $(COMPILE) -c base.txt dev.in -o dev.txt

# --- what one does with it --------------------------------------------------------------------------------------

free-port: $(RUN)
	@$(RUN) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null || \
	  { echo "Port $(PORT) is taken. Choose another: make demo PORT=8001" >&2; exit 1; }

demo: export ORIGIN = http://127.0.0.1:$(PORT)
demo: export EMAIL_URL ?= file://$(CURDIR)/var/mail
demo: free-port .venv/base $(TRANSLATIONS) var/secret
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) load_demonstration
	@echo "Mail goes to $$EMAIL_URL"
	@export SECRET_KEY="$${SECRET_KEY:-$$(cat var/secret)}"; exec $(RUN) manage.py serve --port $(PORT)

test: .venv/dev $(TRANSLATIONS)
	@$(RUN) -m tests.run

# A secret of its own each time: nothing here signs anything that is kept.
check: export DATABASE_URL = sqlite://:memory:
check: export SECRET_KEY = $(shell $(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))')
check: .venv/dev $(TRANSLATIONS)
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@.venv/bin/python .venv/bin/lint-imports --no-logo
	@.venv/bin/djade --check $(TEMPLATES)
	@ORIGIN=https://desk.example EMAIL_URL=smtp://mail.example $(RUN) manage.py check --deploy --fail-level WARNING
	@$(RUN) manage.py makemigrations --check --dry-run

bench: .venv/base $(TRANSLATIONS) var/secret
	@$(RUN) -m tests.bench

clean:
	@rm -rf .venv var/static var/test var/bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@rm -f $(TRANSLATIONS)
