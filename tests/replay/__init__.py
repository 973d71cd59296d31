"""A synthetic ledger, lived through day by day, against an independent oracle."""
