from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models

from ..engine import EVERY_DAY, Weights, WorkingDays

# How far ahead next dates are shown on working days of the calendar.
_CALENDAR_DAYS = 400


# Those who work with reminders, those who read them, those who set companies up.
_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)


class ResCompany(models.Model):
    _inherit = "res.company"

    dunning_policy_id = fields.Many2one(
        "account.dunning.policy",
        string="Default Dunning Policy",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', id)]",
        ondelete="restrict",
        default=lambda self: self._default_dunning_policy_id(),
        groups=_GROUPS,
        help="Applies to customers without a policy of their own and to whom no other policy's "
        "rule applies. A branch without one uses its parent company's.",
    )
    dunning_working_days_only = fields.Boolean(
        string="Remind on Working Days Only",
        default=True,
        groups=_GROUPS,
        help="Reminders go out on working days of the company's calendar only; what falls on "
        "another day goes out on the next working day.",
    )
    dunning_user_id = fields.Many2one(
        "res.users",
        string="Responsible for Follow-up",
        domain="[('share', '=', False)]",
        groups=_GROUPS,
        help="Gets the phone calls of levels that name nobody else.",
    )

    dunning_reply_days = fields.Integer(
        string="No Reminders After a Reply",
        default=5,
        groups=_GROUPS,
        help="Days after a customer's reply on which no reminder goes out, unless somebody has "
        "read it before. 0: a reply keeps nothing back, and is still put up to be read.",
    )
    promise_tolerance_days = fields.Integer(
        string="Tolerance for Promises",
        default=2,
        groups=_GROUPS,
        help="Working days after the promised day that are still in time: banks need them.",
    )
    promise_rest_due = fields.Boolean(
        string="The Rest of a Broken Plan Falls Due",
        default=True,
        groups=_GROUPS,
        help="When an instalment is not paid in time, nothing of the plan keeps reminders back "
        "any more. Otherwise the other instalments go on.",
    )
    promise_broken_hurries = fields.Boolean(
        string="Remind at Once When Broken",
        groups=_GROUPS,
        help="After a broken promise the next reminder does not wait for its day.",
    )
    promise_max_days = fields.Integer(
        string="Longest Promise",
        default=60,
        groups=_GROUPS,
        help="Days; a manager approves longer ones. 0: no limit.",
    )
    promise_max_instalments = fields.Integer(
        string="Most Instalments",
        default=6,
        groups=_GROUPS,
        help="A manager approves plans with more. 0: no limit.",
    )
    promise_max_amount = fields.Monetary(
        string="Largest Promise",
        groups=_GROUPS,
        help="A manager approves larger ones. 0: no limit.",
    )
    promise_max_reschedules = fields.Integer(
        string="Times to Reschedule",
        default=2,
        groups=_GROUPS,
        help="A manager approves a customer's wish for another day more often than that.",
    )
    promise_interest_rate = fields.Float(
        string="Interest on Payment Plans (% a Year)",
        digits=(6, 3),
        groups=_GROUPS,
        help="Proposed for new payment plans. 0: free of interest.",
    )
    promise_interest_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of the Interest",
        domain="[('type', '=', 'sale'), ('company_id', 'parent_of', id)]",
        ondelete="set null",
        groups=_GROUPS,
        help="Where the interest of payment plans is invoiced. Empty: the first sales journal.",
    )
    promise_word_days = fields.Integer(
        string="Friendly Word Before an Instalment",
        default=3,
        groups=_GROUPS,
        help="Days before each instalment of a plan on which the customer is told. 0: never.",
    )
    promise_confirm_plans = fields.Boolean(
        string="Confirm Payment Plans",
        default=True,
        groups=_GROUPS,
        help="The customer gets the dates and amounts of a payment plan when it begins.",
    )
    promise_broken_message = fields.Boolean(
        string="Tell Customers of Broken Promises",
        groups=_GROUPS,
        help="The customer gets a message when a promise is broken.",
    )
    dunning_weight_amount = fields.Integer(
        string="Weight of the Amount",
        default=40,
        groups=_GROUPS,
        help="Points of the priority for an overdue amount that counts in full.",
    )
    dunning_weight_age = fields.Integer(
        string="Weight of the Age",
        default=30,
        groups=_GROUPS,
        help="Points of the priority for 90 days overdue or more.",
    )
    dunning_weight_behaviour = fields.Integer(
        string="Weight of the Rating",
        default=15,
        groups=_GROUPS,
        help="Points of the priority for a bad payer; a normal one brings half of them.",
    )
    dunning_weight_promises = fields.Integer(
        string="Weight of Broken Promises",
        default=15,
        groups=_GROUPS,
        help="Points of the priority for three broken promises or more.",
    )
    dunning_large_amount = fields.Monetary(
        string="Large Amount",
        default=10000,
        groups=_GROUPS,
        help="An overdue amount that counts in full in the priority.",
    )
    dunning_small_amount = fields.Monetary(
        string="Small Rest",
        default=25,
        groups=_GROUPS,
        help="A customer who owes less than this gets a quarter of the priority.",
    )

    _dunning_reply_days_sane = models.Constraint(
        "CHECK(dunning_reply_days BETWEEN 0 AND 60)",
        "Reminders are kept back after a reply for 0 to 60 days.",
    )
    _promise_limits_positive = models.Constraint(
        "CHECK(promise_tolerance_days BETWEEN 0 AND 60 AND promise_max_days >= 0"
        " AND promise_max_instalments >= 0 AND promise_max_reschedules >= 0"
        " AND promise_word_days >= 0)",
        "The limits of promises are 0 or more, and the tolerance 60 days at most.",
    )
    _promise_interest_rate_sane = models.Constraint(
        "CHECK(promise_interest_rate >= 0 AND promise_interest_rate <= 100)",
        "Interest is 0 to 100 percent a year.",
    )
    _dunning_weights_positive = models.Constraint(
        "CHECK(dunning_weight_amount >= 0 AND dunning_weight_age >= 0"
        " AND dunning_weight_behaviour >= 0 AND dunning_weight_promises >= 0)",
        "The weights of the follow-up priority are 0 or more.",
    )

    def _dunning_weights(self):
        """What counts how much in the priority of a customer.

        :rtype: engine.Weights
        """
        self.ensure_one()
        return Weights(
            amount=self.dunning_weight_amount,
            age=self.dunning_weight_age,
            behaviour=self.dunning_weight_behaviour,
            promises=self.dunning_weight_promises,
            large_amount=self.dunning_large_amount,
            small_amount=self.dunning_small_amount,
        )

    @api.model
    def _default_dunning_policy_id(self):
        return self.env.ref(
            "account_dunning_plus.dunning_policy_friendly", raise_if_not_found=False
        )

    def _dunning_timezone(self):
        """Name of the time zone in which the company's day begins."""
        self.ensure_one()
        return self.partner_id.tz or self.resource_calendar_id.tz or "UTC"

    def _dunning_today(self):
        """Today's date where the company is."""
        self.ensure_one()
        company = self.with_context(tz=self._dunning_timezone())
        return fields.Date.context_today(company)

    def _dunning_working_days(self, today, until=None):
        """The company's working days from ``today`` on, for the engine.

        :param today: the first date of interest
        :param until: the last date of interest, if it is far ahead
        :rtype: WorkingDays
        """
        self.ensure_one()
        calendar = self.resource_calendar_id
        if not self.dunning_working_days_only or not calendar:
            return EVERY_DAY
        timezone = pytz.timezone(calendar.tz or "UTC")
        start = timezone.localize(datetime.combine(today, time.min))
        last = max(today + timedelta(days=_CALENDAR_DAYS), until or today)
        end = timezone.localize(datetime.combine(last, time.max))
        unusual = calendar._get_unusual_days(start, end, company_id=self)
        weekdays = frozenset(
            int(day) for day in calendar.attendance_ids.mapped("dayofweek")
        ) or frozenset(range(7))
        holidays = frozenset(
            fields.Date.to_date(day) for day, is_unusual in unusual.items() if is_unusual
        )
        return WorkingDays(weekdays, holidays)

    def _dunning_sender(self):
        """The company's e-mail address with its name, or the nearest parent company's."""
        self.ensure_one()
        company = self
        while company and not company.email_formatted:
            company = company.parent_id
        return company.email_formatted

    def _dunning_default_policy(self):
        """The company's default policy, or the nearest parent company's."""
        self.ensure_one()
        company = self
        while company:
            if company.dunning_policy_id.active:
                return company.dunning_policy_id
            company = company.parent_id
        return self.env["account.dunning.policy"]
