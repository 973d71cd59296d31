from odoo import SUPERUSER_ID, api
from odoo.addons.account_dunning_plus.hooks import record_discounts


def migrate(cr, version):
    """Record what payments made of discounts before the add-on followed them."""
    record_discounts(api.Environment(cr, SUPERUSER_ID, {}))
