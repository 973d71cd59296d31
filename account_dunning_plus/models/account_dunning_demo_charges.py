from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

_MODULE = "account_dunning_plus"


class AccountDunningDemo(models.AbstractModel):
    """A business that owes interest and compensation, and a consumer who still can avoid costs."""

    _inherit = "account.dunning.demo"

    @api.model
    def _fill_company(self, company):
        result = super()._fill_company(company)
        self._make_charges(company.with_env(self.env))
        return result

    @api.model
    def _make_charges(self, company):
        today = company._dunning_today()
        customers = self._create_charged_customers(company)
        product = self.env.ref(f"{_MODULE}.demo_product_dishwasher_tabs")
        moves = self.env["account.move"].create(
            [
                self._charged_invoice_values(
                    customers[ref], today - timedelta(days=overdue), product, quantity
                )
                # Past the last level, and between the announcement and the costs.
                for ref, overdue, quantity in (
                    ("garde", 51, 90),
                    ("garde", 51, 32),
                    ("degroot", 38, 14),
                )
            ]
        )
        moves.action_post()
        moves.is_move_sent = True
        regimes = self.env["account.dunning.facts"]._law(
            company, [customer.id for customer in customers.values()], {}, today
        )
        self._live_the_past(company, today, regimes)
        # The interest is booked by now; of one invoice the compensation was given up.
        charges = self.env["account.dunning.charge"].search(
            [("partner_id", "=", customers["garde"].id), ("state", "=", "claimed")]
        )
        charges._book()
        charges.filtered(
            lambda own: own.move_id == moves[1] and own.kind == "compensation"
        )._waive_by_hand("Goodwill: the delivery came late")

    @api.model
    def _create_charged_customers(self, company):
        belgium, netherlands = self.env.ref("base.be"), self.env.ref("base.nl")
        common = {
            "company_id": company.id,
            "tz": "Europe/Brussels",
            "user_id": self.env.ref(f"{_MODULE}.demo_user_sales").id,
            "customer_rank": 1,
            "property_payment_term_id": self.env.ref("account.account_payment_term_30days").id,
            "dunning_policy_id": self.env.ref(f"{_MODULE}.dunning_policy_friendly").id,
        }
        return self._create_named(
            "res.partner",
            "customer",
            {
                "garde": {
                    **common,
                    "name": "Kookwinkel De Garde BV",
                    "is_company": True,
                    "street": "Ovenstraat 19",
                    "zip": "3500",
                    "city": "Hasselt",
                    "country_id": belgium.id,
                    "lang": self._language("nl", belgium),
                    "vat": "BE0999023487",
                    "email": "administratie@kookwinkel-degarde.example",
                },
                "degroot": {
                    **common,
                    "name": "Annelies de Groot",
                    "street": "Vlietkade 7",
                    "zip": "4811 AB",
                    "city": "Breda",
                    "country_id": netherlands.id,
                    "lang": self._language("nl", netherlands),
                    "email": "annelies.degroot@post.example",
                },
            },
        )

    @api.model
    def _charged_invoice_values(self, customer, due, product, quantity):
        term = customer.property_payment_term_id
        return {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": due - timedelta(days=term.line_ids[0].nb_days),
            "invoice_payment_term_id": term.id,
            "invoice_user_id": customer.user_id.id,
            "invoice_line_ids": [Command.create({"product_id": product.id, "quantity": quantity})],
        }
