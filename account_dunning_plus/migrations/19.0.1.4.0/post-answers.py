from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Who has already paid says so as an answer of its own, not as a dispute."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    reason = env.ref("account_dunning_plus.dispute_reason_already_paid", raise_if_not_found=False)
    if reason:
        reason.on_page = False
