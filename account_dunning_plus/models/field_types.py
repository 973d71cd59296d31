"""Fields that do less than Odoo's own, where there are many of their values, or more."""

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


class _Queried:
    """A computed field that lists can order and group by.

    ``query`` names the method of its model that says, of an alias and the field's name, what it is
    in SQL. The field is asked, not the model: that would be asked of each column of each invoice
    that anybody reads.
    """

    query = ""

    def to_sql(self, model, alias):
        """What the field's model says."""
        return getattr(model, self.query)(alias, self.name)


class QueriedDate(_Queried, fields.Date):
    """A day that is computed in the database as well."""


class QueriedInteger(_Queried, fields.Integer):
    """A number that is computed in the database as well."""


class QueriedMany2one(_Queried, fields.Many2one):
    """A record that is found in the database as well."""


class QueriedMonetary(_Queried, fields.Monetary):
    """An amount that is computed in the database as well."""


class QueriedSelection(_Queried, fields.Selection):
    """A choice that is computed in the database as well."""


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
