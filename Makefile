# Every target is one call of the tools; `make` alone lists them.
# PORT=8070, ODOO_HOME=..., PGHOST=... and DUNNING_CACHE=... may be set before `make` or behind it.
TOOLS = cd "$(CURDIR)" && python3 -m tools

.PHONY: help demo test stop clean shell lint bench screenshots
.NOTPARALLEL:

help:
	@$(TOOLS) help
demo:
	@$(TOOLS) demo
test:
	@$(TOOLS) test $(if $(K),-k "$(K)") $(ARGS)
stop:
	@$(TOOLS) stop
clean:
	@$(TOOLS) clean
shell:
	@$(TOOLS) shell
lint:
	@$(TOOLS) lint $(ARGS)
bench:
	@$(TOOLS) bench $(ARGS)
screenshots:
	@$(TOOLS) screenshots $(ARGS)
