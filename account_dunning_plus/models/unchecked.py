"""A reference that the database does not check."""

from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A many2one without a foreign key.

    A foreign key is checked for each row that is inserted, and the row that is referred to is
    locked and so written. On a table that gets a hundred thousand rows a night that costs more
    than the rows themselves, so it has no place where something else keeps the reference true;
    each field says what.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""
