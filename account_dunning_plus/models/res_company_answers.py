from odoo import fields, models

from .res_company import _GROUPS


class ResCompany(models.Model):
    """What customers may agree on by themselves, on the page behind a message."""

    _inherit = "res.company"

    promise_page_days = fields.Integer(
        string="Longest Promise of Customers",
        default=14,
        groups=_GROUPS,
        help="Days for which customers may promise a payment by themselves; a longer promise "
        "waits for approval. 0: each waits.",
    )
    promise_page_instalments = fields.Integer(
        string="Most Instalments of Customers",
        default=3,
        groups=_GROUPS,
        help="A payment plan of more instalments, or one that runs longer than a promise may, "
        "waits for approval. 0: each plan waits.",
    )
    promise_page_kept = fields.Integer(
        string="Kept Promises of Customers (%)",
        default=50,
        groups=_GROUPS,
        help="Who kept fewer of the promises of the last year needs approval.",
    )
    dunning_said_paid_days = fields.Integer(
        string="No Reminders When Said to Be Paid",
        default=5,
        groups=_GROUPS,
        help="Working days on which items are not reminded of that the customer says are paid. "
        "0: none; it is still put up to be looked into.",
    )
