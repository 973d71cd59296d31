from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Those who work with reminders, those who read them, those who set companies up.
_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)


class ResCompany(models.Model):
    """Settings of the customer's page."""

    _inherit = "res.company"

    dunning_link_days = fields.Integer(
        string="Links of Messages End After",
        default=90,
        groups=_GROUPS,
        help="Days for which a link in a message opens the customer's page and its invoices.",
    )

    dunning_page_preferences = fields.Boolean(
        string="Customers Choose Language and Day",
        default=True,
        groups=_GROUPS,
        help="On their page customers may choose in which language, and on which day of the "
        "week, they are reminded. What the law asks for reaches them all the same.",
    )

    @api.constrains("dunning_link_days")
    def _check_dunning_link_days(self):
        for company in self:
            if not 1 <= company.dunning_link_days <= 3650:
                raise ValidationError(
                    self.env._("Links of messages work for 1 to 3650 days: enter such a number.")
                )
