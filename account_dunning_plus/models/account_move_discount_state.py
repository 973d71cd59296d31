import operator as operators
from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import engine
from ..engine import DiscountState, Outcome
from .account_move_discount import _GROUPS
from .field_types import QueriedDate, QueriedInteger, QueriedMonetary, QueriedSelection

_COMPARE = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}

# What the fields say of an invoice without a discount; a day is empty, not zero.
_NUMBERS = ("discount_amount", "discount_days_left")

# The columns that the conditions read: they are written before a query asks.
_READ = {
    "account.move": (
        "company_id",
        "state",
        "move_type",
        "payment_state",
        "date",
        "invoice_cash_rounding_id",
        "invoice_date",
        "invoice_payment_term_id",
        "discount_outcome",
    ),
    "account.move.line": (
        "move_id",
        "display_type",
        "currency_id",
        "amount_currency",
        "amount_residual_currency",
        "discount_amount_currency",
        "discount_date",
        "date_maturity",
    ),
    "account.payment.term": ("early_discount", "discount_sliding"),
    "account.cash.rounding": ("rounding",),
}


class AccountMove(models.Model):
    """How an invoice's early-payment discount stands today: what lists filter and group by.

    Said twice, by the engine for records and as SQL for queries; a test holds both equal.
    """

    _inherit = "account.move"

    discount_state = QueriedSelection(
        "_discount_state_selection",
        string="Discount",
        compute="_compute_discount_state",
        query="_discount_sql",
        search="_search_discount_state",
        groups=_GROUPS,
        help="How the early-payment discount of this invoice stands.",
    )
    discount_last_day = QueriedDate(
        string="Last Day of the Discount",
        compute="_compute_discount_state",
        query="_discount_sql",
        search="_search_discount_last_day",
        groups=_GROUPS,
        help="The last day on which there is a discount, as the customer was told.",
    )
    discount_amount = QueriedMonetary(
        string="Discount to Be Had",
        compute="_compute_discount_state",
        query="_discount_sql",
        search="_search_discount_amount",
        groups=_GROUPS,
        help="What the customer may keep back by paying today.",
    )
    discount_days_left = QueriedInteger(
        compute="_compute_discount_state",
        query="_discount_sql",
        search="_search_discount_days_left",
        groups=_GROUPS,
        help="Days until the last day of the discount. 0: it ends today, or is over.",
    )

    @api.model
    def _discount_state_selection(self):
        return [
            (DiscountState.OPEN.value, self.env._("To be had")),
            (DiscountState.CLOSING.value, self.env._("About to end")),
            (DiscountState.TAKEN.value, self.env._("Taken")),
            (DiscountState.MISSED.value, self.env._("Missed")),
            (DiscountState.LATE.value, self.env._("Taken late")),
        ]

    # --------------------------------------------------------------- by the engine

    @api.depends(
        "state",
        "payment_state",
        "invoice_payment_term_id",
        "discount_outcome",
        "line_ids.discount_date",
        "line_ids.discount_amount_currency",
        "line_ids.amount_residual_currency",
    )
    def _compute_discount_state(self):
        self.discount_state = self.discount_last_day = False
        self.discount_amount = self.discount_days_left = 0
        offers = self._discount_offers()
        for company, moves in self.browse(offers).grouped("company_id").items():
            today, closing = company._discount_today()
            for move in moves:
                line, offer = offers[move.id]
                state = engine.discount.state(
                    offer,
                    today,
                    closing,
                    Outcome(move.discount_outcome) if move.discount_outcome else None,
                    move._discount_is_touched(line),
                )
                move.discount_state = state.value
                move.discount_last_day = offer.last_day
                if state in (DiscountState.OPEN, DiscountState.CLOSING):
                    scale = 10**move.currency_id.decimal_places
                    move.discount_amount = move.currency_id.round(offer.on(today) / scale)
                    move.discount_days_left = (offer.last_day - today).days

    def _discount_offers(self):
        """The discounts of posted invoices, read at once.

        :return: dict of move id to (its open item, engine.Offer), without those that have none
        """
        moves = self.filtered(
            lambda move: (
                move.id and move.state == "posted" and move.move_type in self._discount_types()
            )
        )
        if not moves.ids:
            return {}
        # Only the items that are asked for: a list would else load every line of its invoices.
        items = self.env["account.move.line"].search_fetch(
            [("move_id", "in", moves.ids), ("display_type", "=", "payment_term")],
            ["move_id", *_READ["account.move.line"][2:]],
        )
        offers = {}
        for move, lines in items.grouped("move_id").items():
            offer = move._discount_offer_of(lines) if len(lines) == 1 else None
            if offer:
                offers[move.id] = (lines, offer)
        return offers

    def _discount_is_touched(self, line):
        """Whether Odoo gives no discount any more: something was paid or credited on the item.

        :param line: the invoice's open item
        """
        self.ensure_one()
        return bool(
            line.currency_id.compare_amounts(line.amount_residual_currency, line.amount_currency)
            or self.payment_state != "not_paid"
            or not self.invoice_payment_term_id.early_discount
        )

    # --------------------------------------------------------------------- as SQL

    @api.model
    def _discount_sql(self, alias, fname):
        """How the discount of a move stands: lets lists order and group by it."""
        return SQL(
            "(SELECT %s FROM %s)",
            self._discount_columns(alias)[fname],
            self._discount_source(alias),
        )

    @api.model
    def _discount_source(self, alias):
        """The item that has a discount, ``item``, of the move of an alias, for FROM.

        None, when the move is no posted customer invoice with one single term.
        """
        return SQL(
            """account_move_line item
              JOIN res_currency currency ON currency.id = item.currency_id
              LEFT JOIN account_payment_term term
                ON term.id = %(move)s.invoice_payment_term_id
             WHERE %(condition)s""",
            move=SQL.identifier(alias),
            condition=self._discount_condition(alias),
        )

    @api.model
    def _discount_condition(self, alias):
        """What makes ``item`` the one item with a discount of the move of an alias."""
        return SQL(
            """item.move_id = %(move)s.id
               AND item.display_type = 'payment_term'
               AND item.discount_date IS NOT NULL
               AND %(maximum)s > 0
               AND %(move)s.state = 'posted'
               AND %(move)s.move_type IN %(types)s
               AND NOT EXISTS (
                    SELECT 1 FROM account_move_line other
                     WHERE other.move_id = item.move_id
                       AND other.display_type = 'payment_term'
                       AND other.id != item.id)""",
            move=SQL.identifier(alias),
            maximum=self._discount_maximum(),
            types=self._discount_types(),
            to_flush=[
                self.env[model]._fields[fname] for model, names in _READ.items() for fname in names
            ],
        )

    @api.model
    def _discount_maximum(self):
        """The discount to be had at most, minor units."""
        return SQL(
            "ROUND((item.amount_currency - item.discount_amount_currency)"
            " * (10 ^ currency.decimal_places)::numeric)"
        )

    @api.model
    def _discount_columns(self, alias):
        """How the discount of the move of an alias stands; see engine.discount for the rules.

        :return: dict of field name to SQL
        """
        move = SQL.identifier(alias)
        today, closing = self._discount_days_sql(SQL("%s.company_id", move))
        start = SQL("COALESCE(%(move)s.invoice_date, %(move)s.date)", move=move)
        days = SQL("(item.date_maturity - %s)", start)
        left = SQL("LEAST(%s, item.date_maturity - %s)", days, today)
        # With cash rounding a sliding discount is a multiple of the smallest coin.
        step = SQL(
            """COALESCE((
                SELECT GREATEST(ROUND((coin.rounding * 10 ^ currency.decimal_places)::numeric), 1)
                  FROM account_cash_rounding coin
                 WHERE coin.id = %s.invoice_cash_rounding_id), 1)""",
            move,
        )
        minor = SQL(
            """CASE WHEN %(today)s > item.discount_date THEN 0
                    WHEN term.discount_sliding IS NOT TRUE OR item.date_maturity IS NULL
                    THEN %(maximum)s
                    WHEN %(days)s <= 0 OR %(left)s <= 0 THEN 0
                    ELSE LEAST(%(maximum)s, %(step)s * DIV(
                        2 * %(maximum)s * %(left)s + %(days)s * %(step)s, 2 * %(days)s * %(step)s))
               END""",
            step=step,
            today=today,
            maximum=self._discount_maximum(),
            days=days,
            left=left,
        )
        state = SQL(
            """CASE WHEN %(move)s.discount_outcome = 'taken' THEN 'taken'
                    WHEN %(move)s.discount_outcome IS NOT NULL THEN 'late'
                    WHEN item.amount_residual_currency != item.amount_currency
                      OR %(move)s.payment_state != 'not_paid'
                      OR term.early_discount IS NOT TRUE
                      OR %(minor)s <= 0
                    THEN 'missed'
                    WHEN item.discount_date - %(today)s <= %(closing)s THEN 'closing'
                    ELSE 'open'
               END""",
            move=move,
            minor=minor,
            today=today,
            closing=closing,
        )
        is_open = SQL("%s IN ('open', 'closing')", state)
        return {
            "discount_state": state,
            "discount_last_day": SQL("item.discount_date"),
            "discount_amount": SQL(
                "CASE WHEN %s THEN %s / (10 ^ currency.decimal_places)::numeric ELSE 0 END",
                is_open,
                minor,
            ),
            "discount_days_left": SQL(
                "CASE WHEN %s THEN item.discount_date - %s ELSE 0 END", is_open, today
            ),
        }

    @api.model
    def _discount_days_sql(self, column):
        """Today, and the days before the last one that are its end, of a column's company."""
        # sudo: what day it is in the companies, and their setting, are no secrets here; moves
        # that may be read of others than the chosen ones have theirs too.
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        by_days = defaultdict(list)
        for company in companies.search(Domain.TRUE):
            by_days[company._discount_today()].append(company.id)
        # Companies mostly agree: those of the most common answer need not be named.
        common = max(by_days, key=lambda key: len(by_days[key]))
        cases = [(key, ids) for key, ids in by_days.items() if key != common]
        return tuple(
            SQL(
                "CASE %s ELSE %s END",
                SQL(" ").join(
                    SQL("WHEN %s IN %s THEN %s", column, tuple(ids), typed(key))
                    for key, ids in cases
                ),
                typed(common),
            )
            if cases
            else typed(common)
            for typed in (
                lambda key: SQL("%s::date", key[0]),
                lambda key: SQL("%s::integer", key[1]),
            )
        )

    # ---------------------------------------------------------------------- search

    @api.model
    def _search_discount_state(self, operator, value):
        return self._discount_search("discount_state", operator, value)

    @api.model
    def _search_discount_last_day(self, operator, value):
        return self._discount_search("discount_last_day", operator, value)

    @api.model
    def _search_discount_amount(self, operator, value):
        return self._discount_search("discount_amount", operator, value)

    @api.model
    def _search_discount_days_left(self, operator, value):
        return self._discount_search("discount_days_left", operator, value)

    @api.model
    def _discount_search(self, fname, operator, value):
        """Moves by how their discount stands; those without one have nothing, or zero."""
        column = self._discount_columns("move")[fname]
        nothing = 0 if fname in _NUMBERS else False
        if operator == "in":
            wanted = [own for own in value if own is not False]
            if fname == "discount_last_day":
                wanted = [fields.Date.to_date(day) for day in wanted]
            found = self._discount_domain(
                SQL("%s IN %s", column, tuple(wanted)) if wanted else SQL("FALSE")
            )
            without = nothing in value
        elif operator in _COMPARE and fname != "discount_state":
            is_day = fname == "discount_last_day"
            value = fields.Date.to_date(value) if is_day else value
            if is_day and not isinstance(value, date):
                return NotImplemented
            found = self._discount_domain(SQL(f"%s {operator} %s", column, value))
            without = not is_day and _COMPARE[operator](0, value)
        else:
            return NotImplemented
        return found | ~self._discount_domain(SQL("TRUE")) if without else found

    @api.model
    def _discount_domain(self, condition):
        """Moves with a discount of which a condition on ``move`` and ``item`` holds."""
        return Domain(
            "id",
            "in",
            SQL(
                "(SELECT move.id FROM account_move move CROSS JOIN LATERAL (SELECT 1 FROM %s"
                " AND %s) discount)",
                self._discount_source("move"),
                condition,
            ),
        )


class AccountMoveLine(models.Model):
    """Finds the few items that have a discount."""

    _inherit = "account.move.line"

    _discount_index = models.Index(
        "(company_id, discount_date) INCLUDE (move_id)"
        " WHERE discount_date IS NOT NULL AND display_type = 'payment_term'"
    )
