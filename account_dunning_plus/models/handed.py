"""A computed value that is handed over as it is."""

from odoo import fields


class Handed(fields.Json):
    """A value that is computed and read within one request, neither stored nor copied.

    A JSON field copies its value by writing and parsing it, and once more each time it is read.
    Whoever reads one of these does not change it. What is no JSON at all has no access for
    anyone but the code.
    """

    def convert_to_cache(self, value, record, validate=True):
        """The value itself."""
        return value or None

    def convert_to_record(self, value, record):
        """The value itself, False when there is none."""
        return False if value is None else value
