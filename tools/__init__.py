"""What `make` runs: a real Odoo 19, its tests and its checks (standard library only)."""
