from datetime import timedelta
from functools import cache

from odoo import fields, models
from odoo.tools import SQL, formatLang

from ..engine import Reason
from .field_types import Handed

# Settled items shown at once; what is older is found where it lives.
_SETTLED = 50

# What the rows of items read; an invoice has a hundred fields more.
_OF_MOVES = ("move_type", "ref")


class AccountDunningFollowup(models.Model):
    """The customer's screen: figures and items."""

    _inherit = "account.dunning.followup"

    figures = fields.Json(compute="_compute_figures")
    items = Handed(compute="_compute_items")

    # ----------------------------------------------------------------- figures

    def _compute_figures(self):
        for row in self:
            row.figures = row._figures()

    def _figures(self):
        """The figures that are not of this moment: how the customer behaved in a year."""
        self.ensure_one()
        # sudo: averages over the account of a customer whose row may be read.
        row = self.sudo().with_company(self.company_id)
        today = row.company_id._dunning_today()
        row.env["account.move.line"].flush_model()
        [[late, settled]] = row.env.execute_query(
            SQL(
                """
                SELECT AVG(item.paid_on - item.due_date)::float8, COUNT(*)
                  FROM (
                    SELECT COALESCE(line.date_maturity, line.date) AS due_date,
                           MAX(part.max_date) AS paid_on
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_partial_reconcile part ON part.debit_move_id = line.id
                     WHERE line.partner_id IN (
                            SELECT id FROM res_partner WHERE commercial_partner_id = %(partner)s)
                       AND line.company_id = %(company)s
                       AND line.parent_state = 'posted'
                       AND line.reconciled
                       AND line.balance > 0
                       AND account.account_type = 'asset_receivable'
                     GROUP BY line.id
                    HAVING MAX(part.max_date) >= %(since)s
                  ) item
                """,
                partner=row.partner_id.id,
                company=row.company_id.id,
                since=today - timedelta(days=365),
            )
        )
        partner = row.partner_id
        limit = partner.credit_limit if partner.use_partner_credit_limit else 0
        kept, judged = row.env["account.payment.promise"]._kept_in_a_year(partner, row.company_id)
        return {
            "promises_kept": kept,
            "promises_judged": judged,
            "average_days_late": None if late is None else round(late, 1),
            "settled_count": settled,
            "reminders_sent": row.env["account.dunning.notice"].search_count(
                [
                    ("partner_id", "=", partner.id),
                    ("company_id", "=", row.company_id.id),
                    ("state", "=", "sent"),
                    ("date", ">=", today - timedelta(days=365)),
                ]
            ),
            "discounts_late": partner.discount_late_count,
            "credit_limit": formatLang(self.env, limit, currency_obj=row.currency_id)
            if limit > 0
            else None,
            "credit_limit_use": round(self.credit_limit_use) if limit > 0 else None,
        }

    # ------------------------------------------------------------------- items

    def _compute_items(self):
        decided = self._decided()
        for row in self:
            customer = decided.get(row)
            rows = row._item_rows(customer) if customer else []
            row.items = {"rows": rows, "currency_count": len({own["currency"] for own in rows})}

    def _item_rows(self, customer):
        """The open items of the customer, oldest due first, then the credits.

        :param customer: DecidedCustomer
        """
        facts = self.env["account.dunning.facts"]
        # sudo: the items of a customer whose row may be read; links are for accountants only.
        company = self.company_id.sudo()
        policy = self.env["account.dunning.policy"].sudo().browse(customer.policy_id)
        shown = [*customer.items, *customer.credits]
        # sudo: as above.
        moves = self.env["account.move"].sudo()
        documents = self._documents(moves.browse(item.move_id for item in shown if item.move_id))
        say = self._sayer()
        today = company._dunning_today()
        discounts = self._item_discounts(customer.items, today)
        levels = {
            level.id: level
            for level in self.env["account.dunning.level"]
            .sudo()
            .with_context(active_test=False)
            .browse({level_id for item in customer.items for level_id, _days in item.facts.sent})
        }
        hold = (self.hold_until, self.hold_reason)
        said = {}

        def words(item, own):
            # Many items of a customer wait for the same thing.
            key = (
                *(own.reason, own.next_level, own.next_date, own.minimum, own.refusal),
                *(item.held_residual, item.currency_id),
                *(item.promised_by, item.dispute, item.undecided, item.not_delivered),
                *(item.facts.promised_until, item.facts.hold_until, item.asked > 0),
                item.facts.said_paid_until,
            )
            if key not in said:
                said[key] = facts._reason_words(company, policy, own, *hold, item)
            return said[key]

        rows = []
        for item, own in [
            *zip(customer.items, customer.decision.items, strict=True),
            *((credit, None) for credit in customer.credits),
        ]:
            reached = max(item.facts.sent, key=lambda sent: sent[1], default=None)
            rows.append(
                {
                    **self._item_row(item, today, documents, *say),
                    "level": levels[reached[0]].display_name if reached else "",
                    "reason": words(item, own) if own else self.env._("Open credit"),
                    "reason_code": own.reason.value if own else "credit",
                    "excluded": bool(own and own.reason is Reason.EXCLUDED),
                    "credit": own is None,
                    "discount": discounts.get(item.move_id, ""),
                }
            )
        return rows

    def _item_discounts(self, items, today):
        """The discounts that are still to be had, in words.

        :param items: list of OpenItem
        :return: dict of move id to words
        """
        # sudo: the discounts of invoices whose items may be read. Few items have one still.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search_fetch(
                [("id", "in", [item.id for item in items]), ("discount_date", ">=", today)],
                ["move_id"],
                order="id",
            )
        )
        return {move.id: move._discount_short_words() for move in lines.move_id}

    def _sayer(self):
        """Functions that say an amount and a day in the reader's language.

        As ``formatLang`` and ``format_date`` do, which find out the language anew for each.

        :return: function of amount and currency, function of day
        """
        facts = self.env["account.dunning.facts"]
        return facts._amount_sayer(), cache(facts._format_day)

    def _item_row(self, item, today, documents, amount, day):
        """One open item.

        :param amount: function that says an amount in a currency
        :param day: function that says a day
        """
        currency = self.env["res.currency"].browse(item.currency_id)
        move_type, ref, pdf = documents.get(item.move_id, ("entry", "", ""))
        return {
            "id": item.id,
            "move_id": item.move_id,
            "move_type": move_type,
            "name": item.name or "",
            "ref": ref,
            "date": fields.Date.to_string(item.date),
            "date_text": day(item.date),
            "due": fields.Date.to_string(item.due_date),
            "due_text": day(item.due_date),
            "days": (today - item.due_date).days,
            "amount": item.residual,
            "amount_text": amount(item.residual, currency),
            "currency": currency.name,
            "pdf_url": pdf,
        }

    def _documents(self, moves):
        """Type, reference and link to the PDF of the items' entries.

        The link is empty for those who may not read invoices.

        :return: dict of move id to (move type, reference, url)
        """
        moves.fetch(_OF_MOVES)
        printed = self._invoice_pdf_urls(moves.filtered(lambda move: move.is_invoice()))
        return {
            move.id: (move.move_type, move.ref or "", printed.get(move.id, "")) for move in moves
        }

    def _invoice_pdf_urls(self, moves):
        """Where the PDFs are of those of these invoices that the user may read.

        :return: dict of move id to url
        """
        own = self.env["account.move"]
        if not moves or not own.has_access("read"):
            return {}
        readable = own._search([("id", "in", moves.ids)]).get_result_ids()
        # sudo: which attachment is the PDF of an invoice that may be read; opening it asks again.
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "in", list(readable)),
                    ("res_field", "=", "invoice_pdf_report_file"),
                ],
                ["res_id"],
                order="id",
            )
        )
        stored = {pdf.res_id: pdf.id for pdf in attachments}
        return {
            move_id: f"/web/content/{stored[move_id]}"
            if move_id in stored
            else f"/report/pdf/account.report_invoice_with_payments/{move_id}"
            for move_id in readable
        }

    def get_settled_items(self):
        """The items that were settled last, as rows of ``items``."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the items of a customer whose row may be read.
        items = self.env["account.move.line"].sudo()
        lines = items.search(
            [
                *items._dunning_receivable_domain(self.partner_id, self.company_id),
                ("balance", ">", 0),
                ("reconciled", "=", True),
            ],
            order="date_maturity desc, id desc",
            limit=_SETTLED,
        )
        documents = self._documents(lines.move_id)
        paid_on = dict(
            self.env["account.partial.reconcile"]
            .sudo()
            ._read_group([("debit_move_id", "in", lines.ids)], ["debit_move_id"], ["max_date:max"])
        )
        rows = []
        day = self.env["account.dunning.facts"]._format_day
        for line in lines:
            move_type, ref, pdf = documents.get(line.move_id.id, ("entry", "", ""))
            due = line.date_maturity or line.date
            paid = paid_on.get(line)
            rows.append(
                {
                    "id": line.id,
                    "move_id": line.move_id.id,
                    "move_type": move_type,
                    "name": line.move_name or "",
                    "ref": ref,
                    "date": fields.Date.to_string(line.date),
                    "date_text": day(line.date),
                    "due": fields.Date.to_string(due),
                    "due_text": day(due),
                    "days": (paid - due).days if paid else 0,
                    "amount": line.amount_currency,
                    "amount_text": formatLang(
                        self.env, line.amount_currency, currency_obj=line.currency_id
                    ),
                    "currency": line.currency_id.name,
                    "level": "",
                    "reason": self.env._("Settled on %s", day(paid))
                    if paid
                    else self.env._("Settled"),
                    "reason_code": "settled",
                    "excluded": False,
                    "credit": False,
                    "discount": "",
                    "pdf_url": pdf,
                }
            )
        return rows
