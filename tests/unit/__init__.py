"""Tests of the pure core: no Odoo, no database.

``DUNNING_EXAMPLES=5000`` searches that many new examples for each property.
"""

import os

from hypothesis import HealthCheck, settings

_searched = os.environ.get("DUNNING_EXAMPLES")

# Unless a search is asked for, the examples are the same on every machine: a failure
# is then a fault of the change at hand.
settings.register_profile(
    "dunning",
    derandomize=not _searched,
    database=None,
    deadline=None,
    max_examples=int(_searched or 60),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("dunning")
