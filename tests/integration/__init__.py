"""Scenarios on a real database: one rule of dunning each, told with an advancing date."""
