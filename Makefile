# A stranger needs Python 3.11 and nothing else: `make demo`, `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo simulate test check format bench soak crash referees fuzz clean

demo: $(VENV)/installed
	$(BIN)/otklik demo

# A day of the telephone centre in virtual time; its report is simulated-day/report.html.
simulate: $(VENV)/installed-report
	rm -rf simulated-day
	$(BIN)/otklik simulate altai-day --out simulated-day

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -q -n 2

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(MAKE) test

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks.submit
	$(BIN)/python -m benchmarks.utilisation
	$(BIN)/python -m benchmarks.peers
	$(BIN)/python -m benchmarks.inbound
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.flat
	$(BIN)/python -m benchmarks.emulator
	$(BIN)/python -m benchmarks.emulator_memory
	$(BIN)/python -m benchmarks.codecs
	$(BIN)/python -m benchmarks.replies
	$(BIN)/python -m benchmarks.world
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.planning
	$(BIN)/python -m benchmarks.export
	$(BIN)/python -m benchmarks.outage

# Eight modems, every fault, 100,000 messages in simulated time: nothing lost, nothing doubled.
soak: $(VENV)/installed-test
	$(BIN)/python -m benchmarks.soak

# Everything that kills a process, and pushing at each place where it can be killed.
crash: $(VENV)/installed-test
	OTKLIK_CRASH=every $(BIN)/python -m pytest -q -m crash

# Programs of others (.ci/run installs them) against the emulator, with many messages each way.
referees: $(VENV)/installed-dev
	OTKLIK_REFEREES=required OTKLIK_REFEREE_MESSAGES=200 $(BIN)/python -m pytest -n 2 -m referee --timeout=1200

# Random and mutated bytes against the emulator's core, for ten minutes; no I/O.
fuzz: $(VENV)/installed-test
	$(BIN)/python -m tests.fuzz --seconds 600

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python setup.cfg constraints.txt
	$(BIN)/pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/installed-report: $(VENV)/installed
	$(BIN)/pip install -q -c constraints.txt -e '.[report]'
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install -q -c constraints.txt -e '.[test]'
	touch $@

$(VENV)/installed-dev: $(VENV)/installed-test
	$(BIN)/pip install -q -c constraints.txt -e '.[test,dev,referee]'
	touch $@

clean:
	rm -rf $(VENV) demo simulated-day build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
