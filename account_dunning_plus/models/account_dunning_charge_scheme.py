from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import charges
from ..engine.interest import Compounding, DayCount, always
from .account_dunning_policy import minor_units


class AccountDunningChargeScheme(models.Model):
    """What is charged for late payment: interest, compensation, costs, or an own fee.

    The law of each customer limits it; ``engine.charges`` knows how.
    """

    _name = "account.dunning.charge.scheme"
    _description = "Charge Scheme"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: every company can use this scheme.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    interest = fields.Selection(
        [
            ("none", "No interest"),
            ("statutory", "By law"),
            ("agreed", "As agreed"),
        ],
        required=True,
        default="statutory",
    )
    agreed_percent = fields.Float(
        string="Agreed Rate (%)",
        digits=(6, 2),
        help="A year, simple interest. From consumers no more is claimed than the law allows.",
    )
    costs = fields.Selection(
        [
            ("none", "No costs"),
            ("statutory", "By law"),
            ("own", "Own fee"),
        ],
        required=True,
        default="statutory",
    )
    graded = fields.Boolean(
        string="Graded Costs for Dutch Businesses",
        help="From businesses in the Netherlands the graded costs are claimed where they are "
        "more than the fixed sums. Parties may have agreed otherwise.",
    )
    fee_fixed = fields.Monetary(string="Fixed Fee")
    fee_percent = fields.Float(
        string="Fee (%)", digits=(6, 2), help="Of what is open and asked for."
    )
    fee_minimum = fields.Monetary(string="At Least")
    fee_maximum = fields.Monetary(string="At Most", help="0: no limit of your own.")
    fee_per = fields.Selection(
        [("notice", "Reminder"), ("invoice", "Invoice")],
        string="For Each",
        required=True,
        default="notice",
    )
    contract_clause = fields.Boolean(
        string="Our Terms Provide for It",
        help="Your contracts with consumers state this interest and these costs. Consumers in "
        "Belgium owe them only then, and only where the same holds for what you would owe them.",
    )
    vat_percent = fields.Float(
        string="VAT on Costs (%)",
        digits=(6, 2),
        help="Only where you cannot deduct VAT, as by article 2 (3) of the Dutch decree on costs "
        "of collection; otherwise 0.",
    )
    book = fields.Boolean(
        string="Book When Sent",
        help="What a reminder charges is booked as a debit note when it goes out. Otherwise it is "
        "claimed in the reminder, and booked when somebody says so.",
    )
    level_ids = fields.One2many("account.dunning.level", "charge_scheme_id", string="Levels")

    _agreed_sane = models.Constraint(
        "CHECK(agreed_percent >= 0 AND agreed_percent <= 100)",
        "The agreed rate is between 0 and 100 percent a year.",
    )
    _fee_sane = models.Constraint(
        "CHECK(fee_fixed >= 0 AND fee_percent >= 0 AND fee_percent <= 100"
        " AND fee_minimum >= 0 AND fee_maximum >= 0)",
        "A fee is 0 or more, and at most 100 percent.",
    )
    _vat_sane = models.Constraint(
        "CHECK(vat_percent >= 0 AND vat_percent <= 100)", "VAT is between 0 and 100 percent."
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for scheme in self:
            scheme.currency_id = (scheme.company_id or self.env.company).currency_id

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", scheme.name))
            for scheme, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.with_context(active_test=False).filtered("level_ids")
        if used:
            raise UserError(
                self.env._(
                    "Scheme “%s” is used by a level: choose another there, or archive this one.",
                    used[0].name,
                )
            )

    def _interest_terms(self, company, regime):
        """The rates at which interest is claimed, and how days and years are counted.

        From consumers an agreed rate is claimed up to the rate of law. In Belgium that is the
        rate for businesses; on days on which the agreed one is above it, its clause does not
        hold and the legal rate alone is due.

        :param company: the company that claims it
        :param regime: engine.charges.Regime
        :return: (list of engine.interest.Rate, (DayCount, Compounding))
        """
        self.ensure_one()
        # sudo: which rates there are is no secret.
        tables = self.env["account.dunning.rate.table"].sudo()
        table = tables._for_law(regime.country, regime.debtor)
        own_terms = (DayCount.ACT_365, Compounding.NONE)
        if self.interest == "none":
            return [], own_terms
        if self.interest == "statutory":
            if not table:
                return [], own_terms
            return table._terms()
        agreed = Fraction(f"{self.agreed_percent:.2f}")
        if not regime.consumer:
            return [always(agreed)], own_terms
        if regime.country == "BE":
            caps = tables._for_law("BE", "business")._rates()
            return charges.agreed_rates(agreed, caps, table._rates()), own_terms
        return charges.agreed_rates(agreed, table._rates()), own_terms

    def _engine_scheme(self, company):
        """This scheme for the engine, amounts in minor units of the company's currency.

        :param company: the company that uses it
        :rtype: engine.charges.Scheme, None for no scheme
        """
        if not self:
            return None
        self.ensure_one()
        currency = company.currency_id
        return charges.Scheme(
            interest=self.interest,
            # As typed, so that what is calculated is exact.
            agreed_percent=Fraction(f"{self.agreed_percent:.2f}"),
            costs=self.costs,
            fixed=minor_units(self.fee_fixed, currency),
            percent=Fraction(f"{self.fee_percent:.2f}"),
            minimum=minor_units(self.fee_minimum, currency),
            maximum=minor_units(self.fee_maximum, currency) or None,
            per_invoice=self.fee_per == "invoice",
            clause=self.contract_clause,
            vat_percent=Fraction(f"{self.vat_percent:.2f}"),
            graded=self.graded,
        )
