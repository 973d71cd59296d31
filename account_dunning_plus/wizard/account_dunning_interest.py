from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.interest import MissingRateError, always, interest
from ..models.charge_facts import movements_of


class AccountDunningInterest(models.TransientModel):
    """What a customer owes of interest and compensation, line by line."""

    _name = "account.dunning.interest"
    _description = "Interest Calculation"
    _inherit = ["account.dunning.rights"]

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date(string="Up To And Including", required=True)
    table_id = fields.Many2one(
        "account.dunning.rate.table",
        string="Rates",
        help="Which rates hold: by default those of your own country for a business, and those "
        "of the customer's country for a consumer.",
    )
    agreed_percent = fields.Float(
        string="Agreed Rate (%)",
        digits=(6, 2),
        help="The rate a year of your contract with this customer, instead of the statutory "
        "one. Simple interest, days passed of 365.",
    )
    with_compensation = fields.Boolean(
        string="Compensation",
        compute="_compute_with_compensation",
        store=True,
        readonly=False,
        help="Add the fixed sum for each invoice paid late, where these rates have one.",
    )
    legal_source = fields.Text(related="table_id.legal_source")
    line_ids = fields.One2many(
        "account.dunning.interest.line", "interest_id", compute="_compute_lines", store=True
    )
    totals = fields.Char(compute="_compute_lines", store=True)
    problem = fields.Char(compute="_compute_lines", store=True)

    @api.model
    def _open(self, company, partner):
        """The dialog for a customer of a company."""
        # sudo: which rates there are is no secret.
        table = self.env["account.dunning.rate.table"].sudo()._for_customer(partner, company)
        wizard = self.create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "date": company._dunning_today(),
                "table_id": table.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Interest owed by %s", partner.display_name),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.depends("table_id", "agreed_percent")
    def _compute_with_compensation(self):
        for wizard in self:
            wizard.with_compensation = bool(wizard.table_id.fixed_compensation)

    @api.depends("date", "table_id", "agreed_percent", "with_compensation")
    def _compute_lines(self):
        for wizard in self:
            wizard.problem = False
            wizard.totals = False
            values = []
            try:
                values = wizard._calculate()
            except MissingRateError as missing:
                wizard.problem = self.env._(
                    "No rate of “%(table)s” is confirmed for %(date)s: add or confirm it under "
                    "Configuration › Interest Rates.",
                    table=wizard.table_id.name,
                    date=format_date(self.env, missing.day),
                )
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(vals) for vals in values
            ]
            sums = defaultdict(float)
            for vals in values:
                sums[vals["currency_id"]] += vals["amount"]
            wizard.totals = " · ".join(
                self.env["res.currency"].browse(currency_id).format(amount)
                for currency_id, amount in sums.items()
            )

    def _calculate(self):
        """Values of the lines: interest of each overdue item, then its compensation.

        What is in dispute or excluded from follow-up is left out, as are invoices of interest
        and costs.

        :raises MissingRateError: a day lacks a confirmed rate
        """
        self.ensure_one()
        if not self.agreed_percent and not self.table_id:
            return []
        # sudo: the account of a customer, for a dunning user; who else opens this is refused.
        facts = self.env["account.dunning.facts"].sudo()
        company = self.company_id.sudo()
        items = [
            item
            for item in facts._open_items(company, self.partner_id.ids)[self.partner_id.id]
            if item.amount > 0
            and item.due_date < self.date
            and not (item.facts.excluded or item.facts.settled or item.facts.disputed)
        ]
        # What is itself interest or costs bears none.
        claims = (
            self.env["account.dunning.charge"]
            .sudo()
            ._claim_move_ids({item.move_id for item in items})
        )
        items = [item for item in items if item.move_id not in claims]
        rates, terms = self._terms()
        lines = self.env["account.move.line"].sudo().browse([item.id for item in items])
        paid = facts._paid(lines.ids)
        values = []
        for line in lines:
            currency = line.currency_id
            scale = 10**currency.decimal_places
            movements = movements_of(line.date_maturity, line.amount_currency, paid[line.id], scale)
            found = interest(movements, rates, line.date_maturity, self.date, *terms)
            common = {"name": line.move_id.name, "currency_id": currency.id}
            values += [
                dict(
                    common,
                    date_from=part.start,
                    date_to=part.end,
                    days=part.days,
                    principal=part.principal / scale,
                    percent=float(part.percent),
                    amount=part.amount / scale,
                )
                for part in found.lines
            ]
        if self.with_compensation and not self.agreed_percent:
            values += self._compensation(lines)
        return values

    def _terms(self):
        """The rates, and how days and years are counted."""
        if self.agreed_percent:
            return [always(f"{self.agreed_percent:.2f}")], ()
        # sudo: which rates there are is no secret.
        return self.table_id.sudo()._terms()

    def _compensation(self, lines):
        """The fixed sum of each invoice, once however many instalments are late."""
        euro = self.env.ref("base.EUR")
        values = []
        for move in lines.move_id:
            currency = move.currency_id
            amount = euro._convert(
                self.table_id.fixed_compensation, currency, self.company_id, self.date
            )
            values.append({"name": move.name, "currency_id": currency.id, "amount": amount})
        return values

    def _recipient(self):
        """Who gets the calculation."""
        # sudo: the address of a customer who may be written to.
        return self.partner_id.sudo().with_company(self.company_id)._dunning_recipient()

    def _report_lang(self):
        """The language in which the customer reads it."""
        return self._recipient().lang or self.partner_id.sudo().lang or self.env.lang

    def _report_name(self):
        """File name, without ending."""
        own = self.with_context(lang=self._report_lang())
        name = own.env._(
            "Interest %(date)s %(name)s",
            date=fields.Date.to_string(self.date),
            name=self.partner_id.name,
        )
        return name.replace("/", "-")

    def action_print(self):
        """The calculation as a PDF in the customer's language."""
        self.ensure_one()
        self._check_user()
        if self.problem:
            raise UserError(self.problem)
        if not self.line_ids:
            raise UserError(self.env._("There is no interest to print: nothing is overdue."))
        return self.env.ref("account_dunning_plus.action_report_dunning_interest").report_action(
            self
        )


class AccountDunningInterestLine(models.TransientModel):
    """So many days, on so much, at such a rate."""

    _name = "account.dunning.interest.line"
    _description = "Interest Calculation Line"

    interest_id = fields.Many2one("account.dunning.interest", ondelete="cascade")
    name = fields.Char(string="Invoice")
    currency_id = fields.Many2one("res.currency")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To")
    days = fields.Integer()
    principal = fields.Monetary(string="On")
    percent = fields.Float(string="Rate (%)", digits=(6, 2))
    amount = fields.Monetary()
    description = fields.Char(compute="_compute_description")

    @api.depends("date_from")
    def _compute_description(self):
        for line in self:
            line.description = (
                self.env._("Interest") if line.date_from else self.env._("Compensation")
            )
