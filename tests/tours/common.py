"""A wholesaler whose users click through the add-on."""

from odoo.tests import HttpCase, new_test_user

from ..integration import books


class TourCase(HttpCase):
    """Days are counted from today, since the browser's clock cannot be frozen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = books.make_company(cls.env, "Tour Wholesale Ltd")
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids, "lang": "en_US"})
        cls.company = cls.company.with_env(cls.env)
        cls.company.dunning_working_days_only = False
        cls.policy = books.make_policy(cls.env, cls.company)
        cls.company.dunning_policy_id = cls.policy
        cls.today = cls.company._dunning_today()

    def _user(self, login, groups):
        return new_test_user(
            self.env,
            login,
            groups=groups,
            password=login,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
            context={"no_reset_password": True},
        )
