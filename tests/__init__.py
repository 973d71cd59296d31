"""Tests: unit (no database), integration (database), tours (browser), replay (a ledger lived)."""
