# Both `make audit` and `make test` set up everything they need by themselves; see README.md for what they show.
# VENV is where it is set up, PYTHON the interpreter to use (3.11 to 3.13) when the first one found is not the one wanted.

VENV ?= .venv

.PHONY: audit test lint mutants lock setup

audit: setup  ## rehearse the whole audit against the reference SS
	@"$(VENV)/bin/ss-audit" rehearse

test: setup  ## run the project's tests
	@"$(VENV)/bin/pytest" $(PYTEST_ARGS)

lint: setup  ## format, style and types, as CI judges them
	@"$(VENV)/bin/ruff" format --check --quiet .
	@"$(VENV)/bin/ruff" check --quiet .
	@"$(VENV)/bin/mypy"

mutants: setup  ## would the tests notice a judge that judges otherwise? writes docs/mutation.md
	@PYTHONPATH=tests "$(VENV)/bin/python" -m mutation --kept .mutants --page docs/mutation.md

lock:  ## pin the newest versions that pyproject.toml allows (needs uv)
	@PATH="$(VENV)/bin:$$PATH" uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --group dev pyproject.toml -o requirements.lock

setup:
	@sh .ci/setup "$(VENV)"
