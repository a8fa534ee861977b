# `make help` lists the targets. Python 3.11 to 3.13, git and make are all that is needed beforehand.

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help repro plan tidy test soak lint ui experiments explore bench bench-quality bench-stages bench-before bench-scale bench-photographs bench-peers peers lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

repro: .venv/repro.done ## run what changed of the pipeline, set up first if need be; JOBS=2: two stages at a time, else as many as fit
	@digitforge run $(if $(JOBS),--jobs "$(JOBS)")
	@python -m digitforge.report.summary

plan: .venv/repro.done ## say what `make repro` would run again, and why
	@python -m stages.recipes --plan

tidy: .venv/repro.done ## delete what variants that are no longer in params.yaml left
	@python -m digitforge.settings.leftovers

test: .venv/dev.done ## run the tests
	@python -m pytest --numprocesses $$(($$(python -c "import os; print(os.cpu_count())") + 1)) --dist loadfile --no-loadscope-reorder

soak: .venv/dev.done ## run the tests that take long, inject faults by the thousand, and write reports/RELIABILITY.md
	@python -m pytest -m long
	@python -m tests.soak $(SOAK)

lint: .venv/dev.done ## check style, types and who imports whom
	ruff check . && ruff format --check . && mypy && lint-imports --no-cache

ui: .venv/repro.done ## open the MLflow UI on http://127.0.0.1:5000
	@case "$$MLFLOW_TRACKING_URI" in http*) echo "the experiments are at $$MLFLOW_TRACKING_URI" | sed -E "s#//[^/]*@#//***@#"; exit;; esac; \
	echo "the experiments: http://127.0.0.1:5000/#/experiments?workflowType=machine_learning"; \
	MLFLOW_DISABLE_TELEMETRY=true mlflow ui --host 127.0.0.1 --port 5000 \
		--backend-store-uri "$$(python -c 'from digitforge.tracking.runs import tracking_uri; print(tracking_uri())')"

experiments: .venv/repro.done ## compare the experiments of `dvc exp run`: what differs, and no more
	@python -m digitforge.tracking.experiments

explore: .venv/repro.done ## play with the trained models on http://127.0.0.1:7860
	@python -m digitforge.explorer

bench: .venv/repro.done ## measure the training engine, against others too if `make bench-peers` was run
	@TF_CPP_MIN_LOG_LEVEL=3 python -m benchmarks speed

bench-quality: .venv/repro.done ## measure the seconds of training until a model is good
	@TF_CPP_MIN_LOG_LEVEL=3 python -m benchmarks quality

bench-stages: .venv/repro.done ## measure a cold run of the pipeline, stage by stage; BUDGET=0.1: with shorter trainings
	@python -m benchmarks stages $(BUDGET)

bench-before: .venv/repro.done ## measure the same of an earlier commit, COMMIT=..., to compare
	@python -m benchmarks before "$(COMMIT)" $(BUDGET)

bench-scale: .venv/repro.done ## measure one job and two, and simulate up to 1,000 workers
	@python -m benchmarks scale

bench-photographs: .venv/repro.done ## measure how many photographed digits are read right
	@TF_CPP_MIN_LOG_LEVEL=3 python -m benchmarks photographs

bench-peers: .venv/pip.done ## install PyTorch and pythae for the benchmarks, apart in .venv-peers
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt

peers: .venv/repro.done ## score samples of other libraries' models with the verifier, for the report (needs bench-peers)
	@TF_CPP_MIN_LOG_LEVEL=3 python -m benchmarks.peers

lock: .venv/dev.done ## renew the locked requirements (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## delete what the pipeline made, except the committed reports
	rm -rf artifacts .scratch

.venv/pip.done:
	$(PYTHON) -c 'import sys; v = sys.version_info; (3, 11) <= v < (3, 14) or sys.exit(f"error: Python {v[0]}.{v[1]}; accepted: 3.11 to 3.13 (make PYTHON=python3.12 ...)")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/repro.done: requirements.lock pyproject.toml | .venv/pip.done
	@echo "installing the locked requirements into .venv (a few minutes, about 3 GB)"
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps -e .
	@touch $@

.venv/dev.done: requirements-dev.lock .venv/repro.done
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
