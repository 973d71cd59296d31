from odoo import fields, models

# Those who work with reminders, those who read them, those who set companies up.
_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)


class ResCompany(models.Model):
    """Settings of the early-payment discount."""

    _inherit = "res.company"

    discount_notice_days = fields.Integer(
        string="Word Before a Discount Ends",
        default=3,
        groups=_GROUPS,
        help="Days before the last day of a discount on which customers are told. 0: never.",
    )
    discount_grace_days = fields.Integer(
        string="Days of Grace for Discounts",
        groups=_GROUPS,
        help="Days after the last one on which a discount is still granted. Customers are not "
        "told.",
    )
    discount_tolerance = fields.Monetary(
        string="Tolerance for Discounts",
        groups=_GROUPS,
        help="What may be missing beside the discount.",
    )
    discount_cost_of_money = fields.Float(
        string="Cost of Money",
        default=8.0,
        groups=_GROUPS,
        help="What money costs the company, percent a year. Discounts that are dearer are "
        "pointed out.",
    )

    _discount_settings_positive = models.Constraint(
        "CHECK(discount_notice_days >= 0 AND discount_grace_days BETWEEN 0 AND 60"
        " AND discount_tolerance >= 0 AND discount_cost_of_money >= 0)",
        "The settings of discounts are 0 or more, and the grace 60 days at most.",
    )

    def _discount_today(self):
        """The company's day, and how many days before the last one a discount is about to end.

        :return: (date, days)
        """
        self.ensure_one()
        # sudo: the day it is where the company is, and when a discount counts as ending.
        company = self.sudo()
        return company._dunning_today(), company.discount_notice_days
