from datetime import timedelta

from odoo import api, models


class AccountDunningDemo(models.AbstractModel):
    """How some customers of the demo company want to be reminded."""

    _inherit = "account.dunning.demo"

    @api.model
    def _fill_company(self, company):
        result = super()._fill_company(company)
        self._choose_preferences(company, company._dunning_today())
        return result

    @api.model
    def _choose_preferences(self, company, today):
        """One is told once a week, one is closed, one wants letters; some share the reminders.

        After the past: nobody wished anything then.
        """
        self._demo_contact("customer_klarblick").dunning_weekly_day = "0"
        self._demo_contact("customer_belleroche").write(
            {
                "dunning_closed_from": today + timedelta(days=1),
                "dunning_closed_until": today + timedelta(days=9),
                "dunning_quiet_friday": True,
            }
        )
        self._demo_contact("customer_pain_perche").dunning_channel = "both"
        for name, role in (
            ("zilverlinde_chef", "copy"),
            ("goudsbloem_owner", "formal"),
            ("scheldemeet_buyer", "never"),
        ):
            self._demo_contact(f"contact_{name}").dunning_role = role
        company.write({"dunning_thank_promise": True, "dunning_thank_cleared": True})

    @api.model
    def _demo_contact(self, name):
        return self.env.ref(f"account_dunning_plus.demo_{name}")
