import csv
from datetime import date, timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import file_open, format_date

from ..engine.interest import Compounding, DayCount, Rate

_SOURCE = "account_dunning_plus/data/statutory_rates.csv"

_ONE = timedelta(days=1)


def half_year(day):
    """The first day of the half-year of a day."""
    return date(day.year, 1 if day.month < 7 else 7, 1)


def next_half_year(day):
    """The first day of the half-year after that of a day."""
    return date(day.year, 7, 1) if day.month < 7 else date(day.year + 1, 1, 1)


class AccountDunningRateTable(models.Model):
    """The rates of interest for late payment that a law, or a contract, sets."""

    _name = "account.dunning.rate.table"
    _description = "Interest Rates"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one(
        "res.country", help="Whose law sets these rates. Empty: for customers of any country."
    )
    debtor = fields.Selection(
        [("business", "Businesses"), ("consumer", "Consumers")],
        string="Owed By",
        required=True,
        default="business",
    )
    half_yearly = fields.Boolean(
        string="A New Rate Each Half-Year",
        help="Each rate ends on 30 June or 31 December; the responsible is told when the next "
        "is missing. Otherwise a rate holds until another begins.",
    )
    day_count = fields.Selection(
        [
            ("act_365", "Days passed, of 365"),
            ("act_act", "Days passed, of 366 in a leap year"),
            ("30_360", "Months of 30 days, of 360"),
        ],
        required=True,
        default="act_365",
    )
    compounding = fields.Selection(
        [("none", "Simple interest"), ("yearly", "Added to the principal each year")],
        required=True,
        default="none",
    )
    fixed_compensation = fields.Float(
        string="Compensation per Invoice (€)",
        digits=(16, 2),
        help="A fixed sum for the costs of collection that is due for each invoice paid late.",
    )
    legal_source = fields.Text(
        translate=True, help="Where the rule is written. Nothing here is legal advice."
    )
    rate_ids = fields.One2many(
        "account.dunning.rate", "table_id", string="Rates", context={"active_test": False}
    )
    current_percent = fields.Float(
        string="Rate Today (%)", digits=(6, 2), compute="_compute_current"
    )
    missing_from = fields.Date(
        string="No Rate From",
        compute="_compute_current",
        help="The first day, up to today, for which no rate is confirmed.",
    )

    _compensation_positive = models.Constraint(
        "CHECK(fixed_compensation >= 0)", "The compensation is 0 or more."
    )

    @api.depends("rate_ids.percent", "rate_ids.date_from", "rate_ids.active", "half_yearly")
    def _compute_current(self):
        today = fields.Date.context_today(self)
        for table in self:
            rates = table._rates()
            last = max(
                (rate for rate in rates if rate.start <= today),
                key=lambda rate: rate.start,
                default=None,
            )
            table.current_percent = 0
            table.missing_from = False
            if last is None or (last.end and last.end < today):
                table.missing_from = half_year(today) if last is None else last.end + _ONE
            else:
                table.current_percent = float(last.percent)

    def _terms(self):
        """How interest is calculated by this table.

        :return: (list of engine.interest.Rate, (DayCount, Compounding))
        """
        self.ensure_one()
        return self._rates(), (DayCount(self.day_count), Compounding(self.compounding))

    def _rates(self):
        """The confirmed rates, for the engine; none when nobody has chosen a table.

        :rtype: list of engine.interest.Rate, oldest first
        """
        rates = []
        known = self.rate_ids.sorted("date_from")
        for own, following in zip(known, [*known[1:], None], strict=True):
            ends = [next_half_year(own.date_from) - _ONE] if self.half_yearly else []
            if following and not following.active:
                # It is known that another rate follows, not yet for certain which one.
                ends.append(following.date_from - _ONE)
            if own.active:
                # As typed, so that interest is exact.
                percent = Fraction(f"{own.percent:.2f}")
                rates.append(Rate(own.date_from, percent, min(ends, default=None)))
        return rates

    @api.model
    def _for_customer(self, partner, company):
        """The table that holds for a customer unless another is chosen.

        Between businesses the law of who sells is usual; a consumer is protected by that of
        the own country.

        :param partner: commercial entity
        """
        kind = partner.dunning_debtor_kind
        country = company.country_id if kind == "business" else partner.country_id
        return self._for_law(country.code, kind)

    @api.model
    def _for_law(self, country_code, kind):
        """The table of a country, else one for customers of any country.

        :param country_code: ISO code, maybe none
        :param kind: business or consumer
        """
        tables = self.search(
            [
                ("debtor", "=", kind),
                "|",
                ("country_id.code", "=", country_code or ""),
                ("country_id", "=", False),
            ]
        )
        return tables.sorted(lambda table: (not table.country_id, table.sequence, table.id))[:1]

    # -------------------------------------------------------------------- data

    @api.model
    def _load_statutory(self):
        """Load the published rates that are not known yet; what is there stays as it is.

        Rates that are verified, or derived by rule from verified ones, hold. All others wait
        to be confirmed by a person.
        """
        with file_open(_SOURCE) as source:
            rows = list(csv.DictReader(source))
        values = []
        for code in dict.fromkeys(row["table"] for row in rows):
            table = self.env.ref(
                f"account_dunning_plus.rate_table_{code}", raise_if_not_found=False
            )
            if not table:
                continue
            known = set(table.rate_ids.mapped("date_from"))
            values += [
                {
                    "table_id": table.id,
                    "date_from": row["date_from"],
                    "percent": float(row["percent"]),
                    "status": row["status"],
                    "active": row["status"] in ("verified", "derived"),
                }
                for row in rows
                if row["table"] == code and fields.Date.to_date(row["date_from"]) not in known
            ]
        self.env["account.dunning.rate"].create(values)

    @api.model
    def _cron_missing(self):
        """Tell the responsible, once, of each table in use that lacks the rate of today."""
        # The country of a company is its contact's.
        companies = self.env["res.company"].search([("partner_id.country_id", "!=", False)])
        by_country = companies.grouped("country_id")
        tables = self.search([("country_id", "in", [country.id for country in by_country])])
        tables = tables.filtered("missing_from")
        told = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("res_id", "in", tables.ids)]
        )
        for table in tables.filtered(lambda own: own.id not in told.mapped("res_id")):
            responsible = by_country[table.country_id].dunning_user_id[:1]
            table.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=(responsible or self.env.user).id,
                summary=self.env._("The interest rate is missing"),
                note=self.env._(
                    "No rate is confirmed from %(date)s on. Look up the published rate, then add "
                    "or confirm it: until then no interest can be calculated for these days.",
                    date=format_date(self.env, table.missing_from),
                ),
            )


class AccountDunningRate(models.Model):
    """One rate of a table, from a day on."""

    _name = "account.dunning.rate"
    _description = "Interest Rate"
    _order = "table_id, date_from desc"
    _rec_name = "date_from"

    table_id = fields.Many2one(
        "account.dunning.rate.table", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date(string="From", required=True)
    percent = fields.Float(string="Rate (%)", digits=(6, 2), required=True)
    status = fields.Selection(
        [
            ("verified", "Verified"),
            ("derived", "Derived by rule"),
            ("reported", "Reported"),
            ("unverified", "Unverified"),
            ("own", "Entered"),
        ],
        string="How Sure",
        required=True,
        readonly=True,
        default="own",
        help="Verified: as published. Derived: by the rule of law, from a published rate. "
        "Reported: by others only. Unverified: from memory, or foreseen.",
    )
    active = fields.Boolean(
        string="Confirmed",
        default=True,
        help="Only confirmed rates are used. Compare the others with the official publication "
        "first.",
    )

    _one_a_day = models.Constraint(
        "UNIQUE(table_id, date_from)", "There is a rate from this day on already: change that one."
    )
    _percent_positive = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "A rate is between 0 and 100 percent."
    )

    def action_confirm(self):
        """Use these rates: somebody has compared them with what is published."""
        self.check_access("write")
        for rate in self:
            rate.active = True
            rate.table_id.message_post(
                body=self.env._(
                    "Confirmed: %(percent)s %% from %(date)s.",
                    percent=f"{rate.percent:.2f}",
                    date=format_date(self.env, rate.date_from),
                )
            )
        # What was missing may not be any more.
        self.table_id.filtered(lambda table: not table.missing_from).activity_unlink(
            ["mail.mail_activity_data_todo"]
        )
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if self.filtered(lambda rate: rate.status != "own"):
            raise UserError(
                self.env._(
                    "A published rate is not deleted: interest may have been calculated with it. "
                    "Take back its confirmation instead."
                )
            )
