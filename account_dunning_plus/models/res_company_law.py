from odoo import fields, models

# Those who work with reminders, those who read them, those who set companies up.
_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)


class ResCompany(models.Model):
    """What the law asks of the company before it charges."""

    _inherit = "res.company"

    dunning_small_company = fields.Boolean(
        string="Small Company",
        groups=_GROUPS,
        help="A small company by article 1:24 of the Belgian Code of companies: from consumers in "
        "Belgium its interest runs from the day after the first reminder, not only from the end "
        "of the fourteen days.",
    )
    dunning_regular_deliveries = fields.Boolean(
        string="Regular Deliveries",
        groups=_GROUPS,
        help="Goods or services are delivered to consumers regularly. In Belgium the first "
        "reminders of three due dates a year are then free; each further one may cost 7.50 "
        "euros and the postage. Otherwise every first reminder is free.",
    )
    dunning_postage = fields.Monetary(
        string="Postage of a Letter",
        groups=_GROUPS,
        help="What may be added to the fee of such a reminder.",
    )

    _dunning_postage_positive = models.Constraint(
        "CHECK(dunning_postage >= 0)", "The postage is 0 or more."
    )
