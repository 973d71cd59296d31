from odoo import fields, models

# Terms are read by all who sell; the grace, and what a discount costs, are not told to customers.
GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class AccountPaymentTerm(models.Model):
    """What an early-payment discount is beside what Odoo makes of it."""

    _inherit = "account.payment.term"

    discount_sliding = fields.Boolean(
        string="Sliding Discount",
        help="The earlier the more: the discount falls by the same part each day, from its "
        "percentage on the invoice's day to nothing on the due date.",
    )
    discount_notice = fields.Boolean(
        string="Word in Time",
        default=True,
        help="Customers are told some days before the discount ends.",
    )
    discount_own_grace = fields.Boolean(
        string="Own Grace",
        groups=GROUPS,
        help="This term has a grace of its own; otherwise the company's holds.",
    )
    discount_grace_days = fields.Integer(
        string="Days of Grace",
        groups=GROUPS,
        help="Days after the last one on which the discount is still granted. Customers are "
        "not told.",
    )
    discount_tolerance = fields.Float(
        string="Tolerance",
        digits="Account",
        groups=GROUPS,
        help="What may be missing beside the discount, in the invoice's currency.",
    )

    _discount_grace_positive = models.Constraint(
        "CHECK(discount_grace_days BETWEEN 0 AND 60 AND discount_tolerance >= 0)",
        "The grace of a discount is 60 days at most, and its tolerance 0 or more.",
    )
