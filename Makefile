.DEFAULT_GOAL := help
.PHONY: help demo demo-down demo-clean test check images bench-up

# One target folder for every workspace of this repository.
export CARGO_TARGET_DIR ?= $(CURDIR)/target

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Build wharf and start the stack stacks/pg-redis with it
	@scripts/demo up

demo-down: ## Stop the demo, keep its data
	@scripts/demo down

demo-clean: ## Remove the demo with its data; IMAGES=1: the stand-in images too
	@scripts/demo clean $(if $(IMAGES),--images)

test: ## Run all tests against a real engine
	@scripts/test

check: ## Check format and lints
	@scripts/check

images: ## Build the stand-in images that are missing
	@images/build

bench-up: ## Measure how fast wharf starts a stack
	@testing/bench/up/run
