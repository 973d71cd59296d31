from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Judge plans that go on anew: since when an instalment is missing is known of each now."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["account.payment.promise"].search(
        [("state", "=", "open"), ("line_ids.state", "in", ("partial", "broken"))]
    )._judge()
