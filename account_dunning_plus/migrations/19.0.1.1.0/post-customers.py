from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Make all who owe something known to the follow-up."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["account.dunning.customer"]._ensure(SQL("TRUE"))
