# Everything a person types. `make` alone lists it. Variables: BROKER=redis|kafka,
# WEB=start|dev|none, DATABASE_URL, REDIS_URL, TODOKU_PORT_BASE, TODOKU_WEB_PORT, TODOKU_STATE;
# on a cluster SKAFFOLD_DEFAULT_REPO (the registry), URL (of the smoke test); for the proof
# TAG (of the images), BROKER=valkey|kafka.
.DEFAULT_GOAL := help
.PHONY: help dev infra down reset test bench lint generate sync
.PHONY: images minikube minikube-dev minikube-down doks doks-down proof smoke
UV := deploy/local/uv
RUN := $(UV) run --no-sync

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

sync: # the Python packages, as the lock has them
	@$(UV) sync --frozen --quiet

dev: sync ## all of Todoku on this machine, on http://localhost:3000
	@$(RUN) todoku-local up

infra: sync ## only PostgreSQL, broker and scheduler, for `dapr run -f dapr.yaml`
	@$(RUN) todoku-local up --infrastructure

down: sync ## end what runs, also what a killed run left
	@$(RUN) todoku-local down

reset: sync ## end it and delete data, logs and secrets
	@$(RUN) todoku-local reset

test: sync ## every test and check
	@$(RUN) python tests/run.py

bench: sync ## the figures, each measured beside its baseline
	@$(RUN) python tests/bench/run.py

lint: sync ## format check, lint, types, imports
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) lint-imports

generate: sync ## everything that is generated: contracts' types, subscriptions, dapr.yaml
	@$(RUN) python contracts/generate.py
	@$(RUN) todoku-local run-file

images: sync ## every image, by Docker or buildah
	@$(RUN) python -m todoku_cluster.images

minikube: sync ## all of it on the running minikube, after checks
	@$(RUN) todoku-cluster up minikube

minikube-dev: sync ## the same, and again whatever changes, with the page at localhost:3000
	@$(RUN) todoku-cluster up minikube --watch

minikube-down: sync ## remove it there; the data stays
	@$(RUN) todoku-cluster down minikube

doks: sync ## all of it on the DigitalOcean cluster of the current context, after checks
	@$(RUN) todoku-cluster up doks

doks-down: sync ## remove it there; the data stays
	@$(RUN) todoku-cluster down doks

proof: sync ## prove it on the current cluster, with the images of TAG; changes its namespace todoku
	@$(RUN) python deploy/kubernetes/proof/prove.py --tag $(TAG) --broker $(if $(BROKER),$(BROKER),valkey)

smoke: sync ## do the main job on the current cluster, or at URL
	@$(RUN) todoku-cluster smoke $(if $(URL),--url $(URL))
