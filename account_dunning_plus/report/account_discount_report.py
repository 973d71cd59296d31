from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.discount import YEAR_DAYS


class AccountDiscountReport(models.Model):
    """What early-payment discounts cost and bring: one row for each invoice that offers one.

    Read from the ledger and written nowhere. Amounts are of the company's currency, at the
    invoice's own rate.
    """

    _name = "account.discount.report"
    _description = "Early-Payment Discount Analysis"
    _auto = False
    _rec_name = "move_id"
    _order = "invoice_date desc, id desc"
    # What is written before the query asks; see also account.move._discount_condition.
    _depends = {
        "account.move": [
            "commercial_partner_id",
            "invoice_user_id",
            "discount_decision",
            "discount_paid_on",
            "discount_taken",
        ],
        "account.move.line": ["balance", "discount_balance"],
        "res.company": ["currency_id", "discount_cost_of_money"],
        "res.partner": ["country_id"],
    }

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    payment_term_id = fields.Many2one("account.payment.term", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    invoice_date = fields.Date(readonly=True)
    last_day = fields.Date(string="Last Day of the Discount", readonly=True)
    due_date = fields.Date(readonly=True)
    paid_on = fields.Date(string="Paid with Discount on", readonly=True)
    state = fields.Selection(
        lambda self: self.env["account.move"]._discount_state_selection(),
        string="Discount",
        readonly=True,
    )
    decision = fields.Selection(
        lambda self: self.env["account.move"]._fields["discount_decision"].selection,
        readonly=True,
    )
    sliding = fields.Boolean(string="Sliding Discount", readonly=True)
    amount_total = fields.Monetary(string="Invoiced", readonly=True)
    amount_offered = fields.Monetary(
        string="Offered", readonly=True, help="The discount that was to be had at most."
    )
    amount_open = fields.Monetary(
        string="To Be Had", readonly=True, help="What who pays today may still keep back."
    )
    amount_taken = fields.Monetary(string="Taken", readonly=True, help="Rightly taken, and booked.")
    amount_granted = fields.Monetary(
        string="Granted After All",
        readonly=True,
        help="Taken late, and granted all the same.",
    )
    amount_late = fields.Monetary(
        string="Taken Late",
        readonly=True,
        help="Taken late, and not granted: the discount that was offered.",
    )
    amount_missed = fields.Monetary(
        string="Missed",
        readonly=True,
        help="What customers left of the offer: all of it, or of a sliding discount the part "
        "that was gone by the day they paid.",
    )
    amount_cost = fields.Monetary(
        string="Cost", readonly=True, help="All that was given: taken, and granted after all."
    )
    days_gained = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Days by which money came before its due date, of discounts that were given.",
    )
    amount_worth = fields.Monetary(
        string="Worth of the Days",
        readonly=True,
        help="What the money that came early saves, at the company's cost of money.",
    )
    amount_result = fields.Monetary(
        string="Result",
        readonly=True,
        help="The worth of the days gained, less the cost of the discounts given.",
    )
    yearly_rate = fields.Float(
        string="Yearly Rate of the Offer",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="What the offer costs a year, percent: discount / (total − discount) × 365 / days "
        "from its last day to the due date; of a sliding one from the invoice's day.",
    )

    @property
    def _table_query(self):
        return self._query()

    @api.model
    def _query(self):
        return SQL(
            """
            SELECT known.*,
                   ROUND(known.paid * cost_of_money / 100 * GREATEST(known.days_gained, 0)
                         / %(year)s, decimals) AS amount_worth,
                   CASE WHEN known.amount_cost > 0
                        THEN ROUND(known.paid * cost_of_money / 100
                                   * GREATEST(known.days_gained, 0) / %(year)s, decimals)
                             - known.amount_cost
                        ELSE 0
                   END AS amount_result
              FROM (
                SELECT split.*,
                       split.amount_taken + split.amount_granted AS amount_cost,
                       GREATEST(split.amount_offered - split.amount_open - split.amount_taken
                                - split.amount_granted - split.amount_late, 0) AS amount_missed,
                       CASE WHEN split.amount_taken + split.amount_granted > 0
                            THEN split.due_date - split.paid_on
                       END AS days_gained,
                       CASE WHEN split.amount_taken + split.amount_granted > 0
                            THEN split.amount_total - split.amount_taken - split.amount_granted
                            ELSE 0
                       END AS paid
                  FROM (%(split)s) split
              ) known
            """,
            split=self._split(),
            year=YEAR_DAYS,
        )

    @api.model
    def _split(self):
        """One row for each invoice with a discount, and what became of it."""
        moves = self.env["account.move"]
        columns = moves._discount_columns("move")
        return SQL(
            """
            SELECT move.id,
                   move.id AS move_id,
                   move.commercial_partner_id AS partner_id,
                   move.company_id,
                   company.currency_id,
                   move.invoice_payment_term_id AS payment_term_id,
                   move.invoice_user_id AS user_id,
                   partner.country_id,
                   COALESCE(move.invoice_date, move.date) AS invoice_date,
                   item.discount_date AS last_day,
                   COALESCE(item.date_maturity, item.date) AS due_date,
                   move.discount_paid_on AS paid_on,
                   %(state)s AS state,
                   move.discount_decision AS decision,
                   COALESCE(term.discount_sliding, FALSE) AS sliding,
                   company.discount_cost_of_money::numeric AS cost_of_money,
                   own.decimal_places AS decimals,
                   item.balance AS amount_total,
                   item.balance - item.discount_balance AS amount_offered,
                   ROUND(%(amount)s * rate.value, own.decimal_places) AS amount_open,
                   CASE WHEN move.discount_outcome = 'taken' THEN given.amount ELSE 0
                   END AS amount_taken,
                   CASE WHEN move.discount_outcome != 'taken'
                         AND move.discount_decision = 'granted' THEN given.amount ELSE 0
                   END AS amount_granted,
                   CASE WHEN move.discount_outcome != 'taken'
                         AND move.discount_decision IS DISTINCT FROM 'granted'
                        THEN item.balance - item.discount_balance ELSE 0
                   END AS amount_late,
                   100 * (item.balance - item.discount_balance)
                       / NULLIF(item.discount_balance, 0) * %(year)s
                       / NULLIF(GREATEST(item.date_maturity - CASE
                            WHEN term.discount_sliding
                            THEN COALESCE(move.invoice_date, move.date)
                            ELSE item.discount_date END, 0), 0) AS yearly_rate
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN res_company company ON company.id = move.company_id
              JOIN res_currency own ON own.id = company.currency_id
              JOIN res_currency currency ON currency.id = item.currency_id
              JOIN res_partner partner ON partner.id = move.commercial_partner_id
              LEFT JOIN account_payment_term term ON term.id = move.invoice_payment_term_id
             CROSS JOIN LATERAL (
                SELECT item.balance / item.amount_currency AS value) rate
             CROSS JOIN LATERAL (
                SELECT ROUND(
                    COALESCE(NULLIF(move.discount_taken, 0),
                             item.amount_currency - item.discount_amount_currency)
                    * rate.value, own.decimal_places) AS amount) given
             WHERE %(condition)s
            """,
            state=columns["discount_state"],
            amount=columns["discount_amount"],
            year=YEAR_DAYS,
            condition=moves._discount_condition("move"),
        )

    def action_open_move(self):
        """Open the invoice."""
        self.ensure_one()
        return self.move_id.get_formview_action()
