# The commands of developers. `make help` lists them, from the lines that start with "# make" and "##".
# Options in the list are given as NAME=VALUE: make differential N=500 SEED=4711

PYTHON ?= python3
VENV ?= .venv

BIN := $(VENV)/bin
SOURCES := $(shell find apachestaple templates -type f ! -name '*.pyc' 2>/dev/null)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

# Without bytecode, each process compiles all tests, or the whole program.
unexport PYTHONDONTWRITEBYTECODE

# The targets that are commands, not files.
.PHONY: help demo test lint system clean
.PHONY: differential fixed played capacity shared matrix firewalls test-pythons lowest
.PHONY: killed fuzz messages linear benchmark mutants
.PHONY: generate docs docs-online walkthrough
.PHONY: packages deb deb-versions container release-check audit workflows
.PHONY: vscode editors ansible-sanity ansible-targets
.DELETE_ON_ERROR:

## First steps

# make help             list these commands
help:
	@sed -n -e 's/^# \(make [a-z]\)/  \1/p' -e 's/^## \(.*\)/\n\1/p' Makefile

# make demo             lint the example and show its repair
# Exit code 1 means findings, which is expected here.
demo: $(VENV)/demo.stamp
	@printf '\n== apachestaple lint examples/apache2 ==\n\n'
	@$(BIN)/apachestaple lint examples/apache2 || [ $$? -eq 1 ]
	@printf '\n== apachestaple fix --diff examples/apache2 (no files are changed) ==\n\n'
	@$(BIN)/apachestaple fix --diff examples/apache2 || [ $$? -eq 1 ]

# make test             run everything that CI runs
test: lint system
	@printf '== pytest ==\n'
	@$(BIN)/pytest

# make lint             run ruff, mypy and the import contracts
lint: $(VENV)/test.stamp
	@printf '== ruff, mypy, import-linter ==\n'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'Not formatted: run ruff format.'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Programs that the tests run, with their Debian packages if those have other names.
PROGRAMS := apache2 openssl git curl patch strace redis-server memcached nft:nftables \
  iptables-restore:iptables sshd:openssh-server ip:iproute2 tinyproxy:tinyproxy-bin \
  systemd-analyze:systemd promtool:prometheus icinga2:icinga2-bin nvim:neovim node:nodejs chromium \
  man:man-db groff:groff-base

# Debian starts servers as services after their installation. A policy-rc.d prevents this; an existing one is
# kept.
POLICY := /usr/sbin/policy-rc.d

# make system           install the programs that the tests run, with apt-get
system:
	@PATH="$$PATH:/usr/sbin:/sbin"; missing=; \
	for program in $(PROGRAMS); do \
	  command -v "$${program%%:*}" >/dev/null || missing="$$missing $${program##*:}"; done; \
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

# make clean            remove what these commands create
clean:
	@rm -rf $(VENV) $(ENVIRONMENTS) build/docs editors/vscode/node_modules editors/vscode/*.vsix .mypy_cache .pytest_cache \
	  .ruff_cache .import_linter_cache .hypothesis .fuzz .mutants

# Environments. An empty file NAME.stamp in $(VENV) records that the packages of the extra NAME in
# pyproject.toml are installed. It is older than pyproject.toml after a change there, so make installs them again.
# Each command depends on the stamp of the extra that it needs.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'apachestaple needs Python 3.11 or newer. Use: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo 'The virtual environment could not be created (on Debian: apt-get install python3-venv).' >&2; exit 1; }

# The package alone, without an extra. If test.stamp exists, the package is already installed, editable.
$(VENV)/demo.stamp: pyproject.toml $(SOURCES) | $(BIN)/python
	@[ -e $(VENV)/test.stamp ] || { printf 'Installing apachestaple into $(VENV) …\n'; $(PIP) install .; }
	@touch $@

$(VENV)/test.stamp: pyproject.toml | $(BIN)/python
	@printf 'Installing apachestaple and the packages for its tests into $(VENV) …\n'
	@$(PIP) install --editable '.[test]'
	@touch $@

$(VENV)/%.stamp: $(VENV)/test.stamp
	@printf 'Installing the packages of the extra $* into $(VENV) …\n'
	@$(PIP) install --editable '.[$*]'
	@touch $@

## Random configurations, compared with httpd

# make differential     compare the reader with httpd (N=20000, SEED=…)
differential: N = 20000
differential: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.differential $(N) "$(SEED)" 2

# make fixed            repair configurations and run them (N=200, SEED=…)
fixed: N = 200
fixed: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.random_trees $(N) "$(SEED)"

# make played           compare findings with httpd (CASES=300, SEED=…, ONLY=…)
played: CASES = 300
played: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.drawn $(CASES) "$(SEED)" 2 $(ONLY)

# make capacity         compare evictions of caches with httpd (CASES=40, SEED=…)
capacity: CASES = 40
capacity: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.drawn.capacity $(CASES) "$(SEED)" 2

# make shared           run hosts that share certificates (N=200, SEED=…, ONLY=…)
shared: N = 200
shared: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.shared $(N) "$(SEED)" 2 $(ONLY)

## Other versions and programs

RELEASES_IN ?= $(HOME)/.cache/apachestaple-matrix

# make matrix           run tests with the httpd of four Debian releases (TREES=50, SEED=…, RELEASES=…)
matrix: $(VENV)/test.stamp system
	@command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
	@mkdir -p $(RELEASES_IN)
	@$(BIN)/python -m tests.matrix $(RELEASES_IN) "$(TREES)" "$(SEED)" $(RELEASES)

SERVERS_IN ?= $(HOME)/.cache/apachestaple-servers

# make walkthrough      follow the tutorial and how-to guides on fresh Debian servers (RELEASES=…, PAGES=…)
walkthrough: $(VENV)/test.stamp
	@command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
	@[ "$$(id -u)" -eq 0 ] || { echo 'This needs root, for namespaces and mounts.' >&2; exit 1; }
	@$(BIN)/python -m tests.walkthrough $(SERVERS_IN) $(RELEASES) $(PAGES)

ENVIRONMENTS := .pythons
PYTHONS = 3.11 3.12 3.13 3.14

# make test-pythons     run the tests with each supported Python (PYTHONS="3.11 3.14", TESTS=…)
test-pythons: $(PYTHONS:%=test-python-%)

test-python-%: $(ENVIRONMENTS)/%.stamp system
	@printf '== pytest, %s ==\n' "$$($(ENVIRONMENTS)/$*/bin/python --version)"
	@$(ENVIRONMENTS)/$*/bin/python -m pytest $(TESTS)

# make lowest           run the tests with the lowest versions of the dependencies (VERSION=3.14, TESTS=…)
lowest: test-python-$(or $(VERSION),3.11)-lowest

$(ENVIRONMENTS)/%-lowest.stamp: pyproject.toml $(VENV)/packages.stamp
	@printf 'Installing the lowest versions of the dependencies into $(ENVIRONMENTS)/$*-lowest …\n'
	@$(call environment,$*,$*-lowest)
	@$(BIN)/uv pip compile --quiet --no-header --resolution lowest-direct --python-version $* \
	  --output-file $(ENVIRONMENTS)/$*-lowest/versions pyproject.toml
	@$(call install,$*-lowest,--constraint $(ENVIRONMENTS)/$*-lowest/versions)
	@touch $@

$(ENVIRONMENTS)/%.stamp: pyproject.toml $(VENV)/packages.stamp
	@printf 'Installing apachestaple and the packages for its tests into $(ENVIRONMENTS)/$* …\n'
	@$(call environment,$*,$*)
	@$(call install,$*)
	@touch $@

# uv takes a Python of this machine, also one of pyenv that is not active, or downloads one. Some tests use pip.
ALL_OF_PYENV = PYENV_VERSION=$$(pyenv versions --bare 2>/dev/null | paste -sd : -)
environment = $(ALL_OF_PYENV) $(BIN)/uv venv --quiet --seed --clear --python $1 $(ENVIRONMENTS)/$2
install = $(BIN)/uv pip install --quiet --python $(ENVIRONMENTS)/$1/bin/python $2 --editable '.[test]'
.PRECIOUS: $(ENVIRONMENTS)/%.stamp $(ENVIRONMENTS)/%-lowest.stamp

# make firewalls        test the output for ufw, firewalld and squid, which must be installed
firewalls: $(VENV)/test.stamp system
	@for tool in ufw firewall-offline-cmd squid; do \
	  command -v $$tool >/dev/null || { echo "$$tool is not installed." >&2; exit 1; }; done
	@$(BIN)/pytest -n 0 tests/firewall_tools.py

## Interruptions and hostile input

# make killed           kill fix, undo and recovery at each system call that writes
killed: $(VENV)/test.stamp system
	@$(BIN)/python -m tests.killed

# make fuzz             test parsers and fix with random bytes (SECONDS=600)
fuzz: SECONDS = 600
fuzz: $(VENV)/fuzz.stamp
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# make messages         send wrong messages to the language server (N=20000, SEED=…)
messages: N = 20000
messages: $(VENV)/test.stamp
	@$(BIN)/python -m tests.language_server.messages $(N) $(SEED)

## Measurements

# make linear           measure that reading takes linear time (ONLY=…)
linear: $(VENV)/test.stamp
	@$(BIN)/python -m tests.linear $(ONLY)

# make benchmark        compare time and memory with httpd and others (ROUNDS=7, ARGUMENTS=--quick)
benchmark: ROUNDS = 7
benchmark: $(VENV)/test.stamp system
	@$(BIN)/python -m benchmarks.compare --rounds $(ROUNDS) $(ARGUMENTS)

# make mutants          measure the tests by changes of the code (N=400, SEED=…, ONLY=…, LIMIT=60)
mutants: N = 400
mutants: LIMIT = 60
mutants: $(VENV)/mutants.stamp system
	@$(BIN)/python -m tests.mutants $(N) "$(SEED)" --only "$(ONLY)" --seconds $(LIMIT)

## Documentation

# make generate         write the generated pages: rules, options, branches of httpd, manual pages
generate: $(VENV)/test.stamp
	@$(BIN)/python -m manual
	@$(BIN)/python -m apachestaple rules --format markdown >docs/rules.md
	@$(BIN)/python -m website.options >docs/reference/options.md
	@$(BIN)/python -m tests.branches >docs/branches.md

# make docs             build the site in build/docs/html, and check its links
docs: $(VENV)/test.stamp
	@$(BIN)/python -m website build/docs

# make docs-online      also open its links to other hosts
docs-online: $(VENV)/test.stamp
	@$(BIN)/python -m website build/docs --online

## Packages, editors and Ansible

# make packages         build wheel and sdist twice, compare and install them (DIST=FOLDER keeps them)
packages: $(VENV)/packages.stamp
	@$(BIN)/python -m tests.packages $(DIST)

# make audit            ask PyPI for known vulnerabilities of the dependencies
audit: $(VENV)/audit.stamp
	@$(BIN)/python -m tests.audit

# make workflows        check the workflows and the action for GitHub (actionlint, zizmor)
workflows: $(VENV)/workflows.stamp
	@PATH=$(BIN):$$PATH actionlint
	@$(BIN)/zizmor --quiet --offline .

# make release-check    check that this checkout can be tagged, and its packages
release-check: $(VENV)/packages.stamp
	@$(BIN)/python -m tests.release
	@$(MAKE) --no-print-directory packages

# make deb              make the Debian package in dist, and test it in Debian (RELEASE=both, or trixie)
# Systems of the releases are kept in ROOTS_IN.
deb: RELEASE = both
deb: $(VENV)/test.stamp
	@command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
	@mkdir -p $(ROOTS_IN)
	@$(BIN)/python -m tests.debian_package $(ROOTS_IN) $(RELEASE)

# make deb-versions     write the newest versions of the packages in the Debian package
# They are those of the oldest Python. Newer ones need no others.
LOCK = $(BIN)/uv pip compile --quiet --upgrade --no-header --python-version 3.11 --python-platform linux --generate-hashes
deb-versions: $(VENV)/packages.stamp
	@$(LOCK) pyproject.toml --output-file debian/requirements.txt
	@sed -n 's/^requires = \["\(hatchling.*\)"\]$$/\1/p' pyproject.toml | $(LOCK) - --output-file debian/build-requirements.txt

# make container        build the image of the Dockerfile in Debian, and run it
container: $(VENV)/test.stamp
	@command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
	@mkdir -p $(ROOTS_IN)
	@$(BIN)/python -m tests.container $(ROOTS_IN)

ROOTS_IN ?= $(HOME)/.cache/apachestaple-debian

# make vscode           make the extension for Visual Studio Code: editors/vscode/apachestaple.vsix
vscode: editors/vscode/apachestaple.vsix

editors/vscode/apachestaple.vsix: $(wildcard editors/vscode/*.js*) editors/vscode/README.md
	@command -v npm >/dev/null || { echo 'npm is missing: apt-get install npm' >&2; exit 1; }
	@cd editors/vscode && npm ci --ignore-scripts --no-audit --no-fund && npm run package

# make editors          use the language server with a new Neovim, and with VS Code's client
editors: $(VENV)/editors.stamp vscode
	@$(BIN)/pytest -n 0 tests/editors/new_neovim.py tests/editors/vscode_client.py

# make ansible-sanity   run ansible-test sanity and ansible-lint (ARGUMENTS='--test validate-modules')
ansible-sanity: $(VENV)/test.stamp
	@$(BIN)/python -m tests.collection.sanity $(ARGUMENTS)

# make ansible-targets  run the modules with old Pythons of servers (TARGETS="3.7 3.8 3.9 3.10")
# With the oldest Ansible that the collection allows, which supports the oldest Pythons.
ansible-targets: TARGETS = 3.7 3.8 3.9 3.10
ansible-targets: $(ENVIRONMENTS)/ansible-2.17.stamp
	@$(ENVIRONMENTS)/ansible-2.17/bin/python -m tests.collection.targets $$( \
	  for version in $(TARGETS); do \
	    $(ALL_OF_PYENV) $(BIN)/uv python find --no-project $$version || echo "python$$version"; done)

$(ENVIRONMENTS)/ansible-2.17.stamp: pyproject.toml $(VENV)/packages.stamp
	@printf 'Installing apachestaple and Ansible into $(ENVIRONMENTS)/ansible-2.17 …\n'
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(ENVIRONMENTS)/ansible-2.17
	@$(BIN)/uv pip install --quiet --python $(ENVIRONMENTS)/ansible-2.17/bin/python --editable . 'ansible-core==2.17.*'
	@touch $@
