"""All tests: unit (no database), integration (database), tours (browser), replay (a lived ledger)."""
