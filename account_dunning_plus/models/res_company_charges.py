from odoo import fields, models

from ..engine import COUNTRY_ORDERS, AllotmentOrder

# Those who work with reminders, those who read them, those who set companies up.
_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)


class ResCompany(models.Model):
    """Settings of how charges are booked and paid."""

    _inherit = "res.company"

    dunning_charge_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Charges",
        domain="[('type', '=', 'sale'), ('company_id', 'parent_of', id)]",
        ondelete="set null",
        groups=_GROUPS,
        help="Where interest and costs that reminders claim are booked. Empty: the first sales "
        "journal.",
    )
    dunning_allotment = fields.Selection(
        [
            (AllotmentOrder.COSTS_FIRST.value, "Costs, then interest, then invoices"),
            (AllotmentOrder.INTEREST_FIRST.value, "Interest, then invoices, then costs"),
            (AllotmentOrder.OLDEST_FIRST.value, "What is due first"),
        ],
        string="A Payment That Is Too Short Pays",
        groups=_GROUPS,
        help="When one payment is for several items, booked charges among them. Empty: as the "
        "law of the company's country says.",
    )

    def _dunning_allotment(self):
        """In which order a payment pays costs, interest and invoices.

        :rtype: engine.AllotmentOrder
        """
        self.ensure_one()
        if self.dunning_allotment:
            return AllotmentOrder(self.dunning_allotment)
        return COUNTRY_ORDERS.get(self.country_id.code, AllotmentOrder.OLDEST_FIRST)
