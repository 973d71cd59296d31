import base64
from collections import Counter

import psycopg2
from odoo import api, fields, models
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import Reason
from .field_types import PREFETCH, QueriedDate, QueriedMany2one

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"

# Fields that are read from the log of notices, and its columns.
_HISTORY = {"dunning_level_id": ("past", "level_id"), "dunning_date": ("notice", "date")}

# With several items on one invoice, the one a person must hear of first.
_URGENCY = (
    Reason.DUE,
    Reason.FINAL,
    Reason.NOT_DELIVERED,
    Reason.BANK_OLD,
    Reason.UNLAWFUL,
    Reason.SCHEDULED,
    Reason.SAID_PAID,
    Reason.PROMISED,
    Reason.DISPUTED,
    Reason.TOLD,
    Reason.DISCOUNT,
    Reason.REPLIED,
    Reason.LOOKS_PAID,
    Reason.ON_HOLD,
    Reason.BELOW_MINIMUM,
    Reason.COVERED,
    Reason.ARCHIVED,
    Reason.NO_POLICY,
    Reason.EXCLUDED,
    Reason.PAID,
)


class InvoiceDocumentError(UserError):
    """The PDF of an invoice cannot be made."""


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_line_ids = fields.One2many(
        "account.dunning.notice.line", "move_id", string="Reminders", groups=_GROUPS
    )
    dunning_level_id = QueriedMany2one(
        "account.dunning.level",
        compute="_compute_dunning_history",
        query="_dunning_history_sql",
        search="_search_dunning_level_id",
        groups=_GROUPS,
        help="The last level of which a reminder went out for this invoice.",
    )
    dunning_date = QueriedDate(
        string="Last Reminder",
        compute="_compute_dunning_history",
        query="_dunning_history_sql",
        search="_search_dunning_date",
        groups=_GROUPS,
    )
    dunning_next_level_id = fields.Many2one(
        "account.dunning.level",
        string="Next Dunning Level",
        compute="_compute_dunning_next",
        groups=_GROUPS,
    )
    dunning_next_date = fields.Date(
        string="Next Reminder", compute="_compute_dunning_next", groups=_GROUPS
    )
    dunning_reason = fields.Char(
        string="Dunning Status",
        compute="_compute_dunning_next",
        groups=_GROUPS,
        help="Why this invoice is or is not reminded next.",
    )
    dunning_hold_until = fields.Date(
        string="Invoice On Hold Until",
        copy=False,
        readonly=True,
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="This invoice is not reminded up to and including this day.",
    )
    dunning_hold_reason = fields.Char(
        string="On Hold Because", copy=False, readonly=True, prefetch=PREFETCH, groups=_GROUPS
    )
    dunning_dispute_ids = fields.One2many(
        "account.dunning.dispute", "move_id", string="Disputes", groups=_GROUPS
    )
    dunning_dispute_count = fields.Integer(
        string="Disputes Count", compute="_compute_dunning_dispute_count", groups=_GROUPS
    )
    promise_count = fields.Integer(
        string="Promises", compute="_compute_promise_count", groups=_GROUPS
    )
    dunning_reason_code = fields.Selection(
        lambda self: self.env["account.dunning.facts"]._reason_selection(),
        string="Dunning State",
        compute="_compute_dunning_next",
        search="_search_dunning_reason_code",
        groups=_GROUPS,
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        # From what posting has in the cache: looking in the ledger would first write all of it.
        owed = {
            (line.company_id.id, line.partner_id.commercial_partner_id.id)
            for line in posted.line_ids
            if line.partner_id and line.account_id.account_type == "asset_receivable"
        }
        # sudo: who posts an entry makes its customer known to the follow-up.
        self.env["account.dunning.customer"].sudo()._ensure_known(owed)
        return posted

    def unlink(self):
        if not self:
            # As core often does when something is reconciled.
            return super().unlink()
        # sudo: the history of a deleted entry stays; no foreign key keeps its lines true.
        lines = self.env["account.dunning.notice.line"].sudo()
        lines.search([("move_id", "in", self.ids)]).write({"move_id": False, "move_line_id": False})
        return super().unlink()

    # ------------------------------------------------------------------- kept back

    @api.depends("line_ids")
    def _compute_promise_count(self):
        items = self.env["account.payment.promise.item"]._read_group(
            [
                ("move_line_id.move_id", "in", self.ids),
                ("promise_id.state", "!=", "cancelled"),
            ],
            ["move_line_id.move_id", "promise_id"],
        )
        counts = Counter(move.id for move, _promise in items)
        for move in self:
            move.promise_count = counts[move.id]

    @api.depends("dunning_dispute_ids")
    def _compute_dunning_dispute_count(self):
        for move in self:
            move.dunning_dispute_count = len(move.dunning_dispute_ids)

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Let sales staff choose the invoice that a customer disputes, by its number."""
        partner_id = self.env.context.get("dispute_partner_id")
        # Who sells reads only some invoices, if any: those that bear their name.
        accountants = "account.group_account_invoice,account.group_account_readonly"
        if (
            partner_id
            and self.env.user.has_group("account_dunning_plus.group_dunning_viewer")
            and not self.env.user.has_groups(accountants)
            and self.env["account.dunning.followup"].search_count(
                [("partner_id", "=", partner_id)], limit=1
            )
        ):
            # sudo: numbers of open customer invoices, as the worklist shows them as well.
            self = self.sudo()
            domain = [
                ("commercial_partner_id", "=", partner_id),
                ("company_id", "in", self.env.companies.ids),
                ("move_type", "in", ("out_invoice", "out_receipt")),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ]
        return super().name_search(name, domain, operator, limit)

    # ----------------------------------------------------------------- history

    @api.depends("dunning_line_ids.state")
    def _compute_dunning_history(self):
        self.dunning_level_id = self.dunning_date = False
        if not self.ids:
            return
        self.env["account.dunning.notice.line"].flush_model()
        self.env["account.dunning.notice"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id, %s, %s FROM account_move move
                 WHERE move.id IN %s
                """,
                *(self._dunning_history_sql("move", fname) for fname in _HISTORY),
                tuple(self.ids),
            )
        )
        for move_id, level_id, date in rows:
            move = self.browse(move_id)
            move.dunning_level_id = level_id
            move.dunning_date = date

    @api.model
    def _dunning_history_sql(self, alias, fname):
        """The level or the date of a move's last reminder that went out, as SQL.

        Lets lists order and group by them, read from the log itself.

        :param fname: one of ``_HISTORY``
        """
        return SQL(
            """(
            SELECT %(column)s
              FROM account_dunning_notice_line past
              JOIN account_dunning_notice notice ON notice.id = past.notice_id
              JOIN account_dunning_level level ON level.id = past.level_id
             WHERE past.move_id = %(move_id)s AND past.state = 'sent'
             ORDER BY notice.date DESC, level.delay_days DESC, past.id DESC
             LIMIT 1
            )""",
            column=SQL.identifier(*_HISTORY[fname]),
            move_id=SQL.identifier(alias, "id"),
        )

    @api.model
    def _search_dunning_level_id(self, operator, value):
        if operator in ("any", "not any"):
            # A level looked for by its name, or by a path through it.
            levels = self.env["account.dunning.level"].with_context(active_test=False)
            found = self._search_dunning_history("dunning_level_id", "in", levels.search(value).ids)
            return found if operator == "any" else ~Domain(found)
        return self._search_dunning_history("dunning_level_id", operator, value)

    @api.model
    def _search_dunning_date(self, operator, value):
        return self._search_dunning_history("dunning_date", operator, value)

    @api.model
    def _search_dunning_history(self, fname, operator, value):
        """Search moves by their last reminder's level or date."""
        line = self.env["account.dunning.notice.line"]
        sent = line._search([("state", "=", "sent"), ("move_id", "!=", False)])
        if operator == "in" and fname == "dunning_level_id":
            ids = [item for item in value if item]
            found = Domain(
                "id", "in", self._dunning_history_query(fname, SQL("= ANY(%s)", ids))
            ) if ids else Domain.FALSE  # fmt: skip
            if False in value:
                found |= Domain("id", "not in", sent.select(SQL("move_id")))
            return found
        if operator == "in":
            days = [day for day in value if day]
            found = Domain(
                "id", "in", self._dunning_history_query(fname, SQL("= ANY(%s::date[])", days))
            ) if days else Domain.FALSE  # fmt: skip
            if False in value:
                found |= Domain("id", "not in", sent.select(SQL("move_id")))
            return found
        if operator in ("<", "<=", ">", ">=") and fname == "dunning_date":
            return Domain(
                "id", "in", self._dunning_history_query(fname, SQL(f"{operator} %s", value))
            )
        return NotImplemented

    @api.model
    def _dunning_history_query(self, fname, condition):
        return SQL(
            """(
            SELECT move.id FROM account_move move
             WHERE move.id IN (SELECT move_id FROM account_dunning_notice_line)
               AND %s %s
            )""",
            self._dunning_history_sql("move", fname),
            condition,
        )

    # -------------------------------------------------------------------- next

    @api.depends(
        "payment_state",
        "state",
        "line_ids.amount_residual",
        "line_ids.no_followup",
        "line_ids.date_maturity",
        "dunning_line_ids.state",
        "dunning_hold_until",
        "dunning_hold_reason",
        "dunning_dispute_ids.amount_open",
        "commercial_partner_id.dunning_hold_until",
        "commercial_partner_id.dunning_hold_reason",
        "commercial_partner_id.dunning_policy_id",
    )
    @api.depends_context("lang")
    def _compute_dunning_next(self):
        self.dunning_next_level_id = self.dunning_next_date = False
        self.dunning_reason = self.dunning_reason_code = False
        facts = self.env["account.dunning.facts"]
        relevant = self.filtered(
            lambda move: move.id and move.state == "posted" and not move.is_purchase_document(True)
        )
        for company, moves in relevant.grouped("company_id").items():
            today = company._dunning_today()
            open_items = {
                move.id: []
                for move in moves.filtered(
                    lambda move: any(
                        line.account_id.account_type == "asset_receivable" and line.balance > 0
                        for line in move.line_ids
                    )
                )
            }
            decided = facts._decide(
                company,
                moves.browse(open_items).line_ids.partner_id.commercial_partner_id.ids,
                today,
                company._dunning_working_days(today),
            )
            for customer in decided:
                for item, own in zip(customer.items, customer.decision.items, strict=True):
                    if item.move_id in open_items:
                        open_items[item.move_id].append((own, customer, item))
            self._dunning_set_next(company, open_items)

    def _dunning_set_next(self, company, open_items):
        """Put the decisions of moves' items into words.

        :param open_items: dict of move id to list of (ItemDecision, DecidedCustomer,
            OpenItem)
        """
        facts = self.env["account.dunning.facts"]
        customer_ids = {
            customer.partner_id for items in open_items.values() for _own, customer, _item in items
        }
        # sudo: the hold of a customer whose invoice the user may read.
        partners = self.env["res.partner"].sudo().with_company(company).browse(customer_ids)
        for move in self.filtered(lambda move: move.id in open_items):
            items = open_items[move.id]
            if not items:
                if move.is_sale_document(True):
                    move.dunning_reason_code = Reason.PAID.value
                    move.dunning_reason = self.env._("Paid")
                continue
            own, customer, item = min(
                items,
                key=lambda known: (
                    _URGENCY.index(known[0].reason),
                    known[0].next_date or fields.Date.today(),
                ),
            )
            # sudo: the policy of a customer whose invoice the user may read.
            policy = self.env["account.dunning.policy"].sudo().browse(customer.policy_id)
            # Read with all the others.
            partner = partners.browse(customer.partner_id).with_prefetch(partners.ids)
            move.dunning_reason_code = own.reason.value
            move.dunning_reason = (
                move._dunning_open_notice_words()
                or move._dunning_own_hold_words(own, partner)
                or facts._reason_words(
                    company,
                    policy,
                    own,
                    partner.dunning_hold_until,
                    partner.dunning_hold_reason,
                    item,
                )
            )
            move.dunning_next_date = own.next_date
            if own.next_level is not None and own.reason in (
                Reason.DUE,
                Reason.SCHEDULED,
                Reason.UNLAWFUL,
                Reason.BANK_OLD,
            ):
                move.dunning_next_level_id = policy.level_ids[own.next_level]

    def _dunning_own_hold_words(self, decision, partner):
        """Until when, and why, the invoice itself is on hold; None when it is not.

        :param decision: engine.ItemDecision
        :param partner: its customer, who may be on hold for longer
        """
        self.ensure_one()
        until, longer = self.dunning_hold_until, partner.dunning_hold_until
        if decision.reason is not Reason.ON_HOLD or not until or (longer and longer >= until):
            return None
        return self.env._(
            "On hold until %(date)s: %(reason)s",
            date=self.env["account.dunning.facts"]._day(until),
            reason=self.dunning_hold_reason,
        )

    def _dunning_open_notice_words(self):
        """What the invoice's own notice waits for, None when it is on none."""
        self.ensure_one()
        # sudo: a reader of the invoice may know that a reminder for it is waiting.
        lines = self.sudo().dunning_line_ids.filtered(
            lambda line: line.state in ("draft", "ready", "failed")
        )
        if not lines:
            return None
        notice = lines[-1:].notice_id
        level = lines[-1:].level_id.display_name
        if notice.state == "draft":
            return self.env._("%s waits for approval", level)
        if notice.state == "failed":
            return self.env._(
                "%(level)s was not delivered. %(why)s", level=level, why=notice.failure_message
            )
        if notice.letter_due:
            return self.env._("%s: letter to print", level)
        return self.env._("%s is ready to go", level)

    @api.model
    def _search_dunning_reason_code(self, operator, value):
        if operator != "in":
            return NotImplemented
        codes = [code for code in value if code]
        found = Domain("id", "in", self._dunning_moves_with_reason(codes, self.env.companies).ids)
        if Reason.PAID.value in codes:
            owed = Domain("account_type", "=", "asset_receivable") & Domain("balance", ">", 0)
            found |= (
                Domain("state", "=", "posted")
                & Domain("move_type", "in", self.get_sale_types(include_receipts=True))
                & Domain("line_ids", "any", owed)
                & Domain("line_ids", "not any", owed & Domain("reconciled", "=", False))
            )
        if False in value:
            found |= ~self._search_dunning_reason_code("in", [reason.value for reason in Reason])
        return found

    @api.model
    def _dunning_moves_with_reason(self, codes, companies):
        """Entries with an open item of which the engine says one of these reasons today.

        :param codes: values of engine.Reason
        """
        facts = self.env["account.dunning.facts"]
        ids = set()
        for company in companies:
            today = company._dunning_today()
            for customer in facts._decide(
                company,
                facts._partner_ids_with_open_items(company),
                today,
                company._dunning_working_days(today),
            ):
                ids.update(
                    item.move_id
                    for item, own in zip(customer.items, customer.decision.items, strict=True)
                    if own.reason.value in codes
                )
        return self.browse(ids)

    # ----------------------------------------------------------------- actions

    def action_dunning_exclude(self):
        """Exclude an invoice from follow-up, or take it back in."""
        for move in self:
            move.no_followup = not move.no_followup
        return True

    def _dunning_render_pdfs(self):
        """Render invoices that have no stored PDF, many at once.

        :return: dict of move id to (file name, base64 data)
        :raises InvoiceDocumentError: a PDF cannot be made
        """
        result = {}
        default = self.env.ref("account.account_invoices")
        for report, moves in self.grouped(
            lambda move: move.partner_id.invoice_template_pdf_report_id or default
        ).items():
            # Only the patched wkhtmltopdf can tell the documents of one call apart.
            contents = {}
            for batch in [moves] if _wkhtml().is_patched_qt else moves:
                contents.update(batch._dunning_render_report(report))
            for move in moves:
                name = move._get_invoice_report_filename(report=report)
                result[move.id] = (name, base64.b64encode(contents[move.id]))
        return result

    def _dunning_render_report(self, report):
        """The PDF of each of these invoices by id, as far as they can be told apart."""
        reports = self.env["ir.actions.report"]
        try:
            content, kind = reports._pre_render_qweb_pdf(report.report_name, res_ids=self.ids)
            contents = reports._get_splitted_report(report.report_name, content, kind)
            return contents if len(self) > 1 else {self.id: next(iter(contents.values()))}
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            raise InvoiceDocumentError(
                self.env._(
                    "the PDF of %(invoices)s cannot be made (%(error)s)",
                    invoices=", ".join(self.mapped("name")),
                    error=error,
                )
            ) from error
