"""Fields that do less than Odoo's own, where there are many of their values."""

from odoo import fields

# Read together once one of them is asked for: whoever posts or matches does not need them, and
# pays for each column of an invoice that Odoo fetches along.
PREFETCH = "dunning"


class UncheckedMany2one(fields.Many2one):
    """A many2one without a foreign key.

    A foreign key is checked for each row that is inserted, and the row that is referred to is
    locked and so written. On a table that gets a hundred thousand rows a night that costs more
    than the rows themselves, so it has no place where something else keeps the reference true;
    each field says what.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""


class SharedJson(fields.Json):
    """A JSON field of which all readers get the same value.

    Odoo copies the value, however deep, each time it is read; a notice states many items and
    is read many times to be sent. Whoever reads one of these does not change it.
    """

    def convert_to_record(self, value, record):
        """The value itself, False when there is none."""
        return False if value is None else value


class Handed(SharedJson):
    """A value that is computed and read within one request, neither stored nor copied.

    What is no JSON at all has no access for anyone but the code.
    """

    def convert_to_cache(self, value, record, validate=True):
        """The value itself."""
        return value or None
