from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import engine
from .account_dunning_policy import minor_units
from .field_types import SharedJson, UncheckedMany2one

KINDS = [
    ("interest", "Interest"),
    ("compensation", "Compensation"),
    ("costs", "Collection Costs"),
    ("fee", "Reminder Fee"),
    ("vat", "VAT on Costs"),
]

# What was claimed and holds, or was given up for good: it is not claimed again.
LIVE = ("claimed", "booked", "waived")


class AccountDunningCharge(models.Model):
    """Interest or costs that a notice claimed of one item.

    A log that the workflow alone writes. What is claimed is said to the customer and is no
    debt in the books yet; the next notice that claims the same takes its place. What is booked
    is an item of its own.
    """

    _name = "account.dunning.charge"
    _description = "Charge for Late Payment"
    _inherit = ["account.dunning.rights"]
    _order = "date desc, notice_id desc, id"

    notice_id = fields.Many2one(
        "account.dunning.notice",
        string="Reminder",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", readonly=True, ondelete="set null"
    )
    # Whoever deletes an entry deletes its items, of which the database knows; deleting it
    # empties this as well.
    move_id = UncheckedMany2one(
        "account.move", string="Invoice", readonly=True, index=True, ondelete="set null"
    )
    name = fields.Char(
        string="Number", readonly=True, help="The document's number when it was claimed."
    )
    # A level that was used cannot be deleted: the level itself refuses it.
    level_id = UncheckedMany2one(
        "account.dunning.level", required=True, readonly=True, ondelete="restrict"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    date = fields.Date(string="Claimed On", required=True, readonly=True, index=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    company_amount = fields.Monetary(
        string="In Company Currency", currency_field="company_currency_id", readonly=True
    )
    amount_open = fields.Monetary(
        string="Open",
        compute="_compute_amount_open",
        help="What is still to be paid of it.",
    )
    terms = SharedJson(readonly=True, help="How days were counted, and interest compounded.")
    lines = SharedJson(
        readonly=True,
        help="How interest was calculated: so many days, on so much, at such a rate.",
    )
    missing_from = fields.Date(
        string="No Rate From",
        readonly=True,
        help="Interest is claimed up to the day before: no rate was confirmed for the days since.",
    )
    claimed_amount = fields.Monetary(
        string="Said",
        readonly=True,
        help="What the customer was told, where less was booked: a payment came earlier than was "
        "known then.",
    )
    note = fields.Char(compute="_compute_note")
    state = fields.Selection(
        [
            ("claimed", "Claimed"),
            ("booked", "Booked"),
            ("waived", "Waived"),
            ("replaced", "Claimed Anew"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="claimed",
        index=True,
        help="Claimed: the customer was told. Booked: a debit note claims it. Claimed anew: a "
        "later reminder claims it, up to its own day. Cancelled: the reminder did not arrive.",
    )
    replaced_by_id = fields.Many2one(
        "account.dunning.charge", readonly=True, index="btree_not_null", ondelete="set null"
    )
    charge_move_id = fields.Many2one(
        "account.move",
        string="Debit Note",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    credit_move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    waived_user_id = fields.Many2one("res.users", string="Waived By", readonly=True)
    waived_date = fields.Date(string="Waived On", readonly=True)
    waive_reason = fields.Char(string="Waived Because", readonly=True)

    lines_html = fields.Html(compute="_compute_lines_html", sanitize=False)

    # Whatever runs at the same time: once an item and level, and one open claim an item. A fee
    # is of one notice, so that there may be several.
    _item_level_unique = models.UniqueIndex(
        "(move_line_id, level_id, kind) WHERE state IN ('claimed', 'booked', 'waived')",
        "This level has claimed this of the item already.",
    )
    _item_claim_unique = models.UniqueIndex(
        "(move_line_id, kind) WHERE state = 'claimed' AND kind != 'fee'",
        "This is claimed of the item already.",
    )
    _live_index = models.Index(
        "(company_id, partner_id) WHERE state IN ('claimed', 'booked', 'waived')"
    )

    # ----------------------------------------------------------------- compute

    @api.depends("kind", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for charge in self:
            charge.display_name = f"{kinds.get(charge.kind, '')} – {charge.name or ''}"

    @api.depends("state", "amount", "charge_move_id.amount_residual")
    def _compute_amount_open(self):
        for charge in self:
            charge.amount_open = charge.amount if charge.state == "claimed" else 0
        for move, charges in (
            self.filtered(lambda own: own.state == "booked").grouped("charge_move_id").items()
        ):
            # sudo: the debit note that books it, of which this is told.
            open_amounts = move.sudo()._dunning_charges_open()
            for charge in charges:
                charge.amount_open = open_amounts.get(charge.id, 0)

    @api.depends("missing_from", "claimed_amount")
    @api.depends_context("lang")
    def _compute_note(self):
        for charge in self:
            words = []
            if charge.missing_from:
                words.append(self._missing_words(charge.missing_from))
            if charge.claimed_amount:
                words.append(
                    self.env._(
                        "Less than the %s that was claimed: a payment came earlier than was "
                        "known then.",
                        charge.currency_id.format(charge.claimed_amount),
                    )
                )
            charge.note = " ".join(words)

    @api.model
    def _missing_words(self, day):
        """That interest is claimed up to a day only, in the reader's language."""
        return self.env._(
            "Up to the day before %s: no rate is published for the days since.",
            self.env["account.dunning.facts"]._format_day(day),
        )

    @api.depends("lines")
    @api.depends_context("lang")
    def _compute_lines_html(self):
        for charge in self:
            charge.lines_html = charge.lines and self.env["ir.qweb"]._render(
                "account_dunning_plus.charge_lines",
                {"charge": charge.notice_id._charge_rows([charge._as_row()])[0]},
            )

    def _as_row(self):
        """The charge as a row of a statement."""
        self.ensure_one()
        return {
            "kind": self.kind,
            "name": self.name,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date_from": self.date_from and self.date_from.isoformat(),
            "date_to": self.date_to and self.date_to.isoformat(),
            "missing_from": self.missing_from and self.missing_from.isoformat(),
            "lines": self.lines or [],
        }

    def _part(self):
        """What the charge is when a payment is divided: ``interest`` or ``costs``."""
        self.ensure_one()
        return "interest" if self.kind == "interest" else "costs"

    # ------------------------------------------------------------------ access

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        raise UserError(
            self.env._("What was claimed is history and cannot be deleted: waive it instead.")
        )

    # -------------------------------------------------------------------- open

    def action_open_waive(self):
        """Ask why, and waive those that can be waived."""
        self._check_user()
        return self.env["account.dunning.charge.waive"]._open(
            self.filtered(lambda own: own.state in ("claimed", "booked"))
        )

    def action_open_notice(self):
        """Open the reminder that claimed it."""
        self.ensure_one()
        return self._open_form(self.notice_id)

    def action_open_debit_note(self):
        """Open the debit note that books it."""
        self.ensure_one()
        return self._open_form(self.charge_move_id)

    def action_open_move(self):
        """Open the invoice for which it is claimed."""
        self.ensure_one()
        return self._open_form(self.move_id)

    def _open_form(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }


class AccountMove(models.Model):
    """Invoices of which charges are claimed, and the debit notes that book them."""

    _inherit = "account.move"

    dunning_charge_ids = fields.One2many(
        "account.dunning.charge",
        "move_id",
        string="Charges",
        groups="account_dunning_plus.group_dunning_user,account.group_account_readonly",
    )
    dunning_booked_charge_ids = fields.One2many(
        "account.dunning.charge",
        "charge_move_id",
        string="Booked Charges",
        groups="account_dunning_plus.group_dunning_user,account.group_account_readonly",
    )

    dunning_has_booked_charges = fields.Boolean(
        compute="_compute_dunning_has_booked_charges",
        groups="account_dunning_plus.group_dunning_user,account.group_account_readonly",
    )

    @api.depends("dunning_booked_charge_ids")
    def _compute_dunning_has_booked_charges(self):
        for move in self:
            move.dunning_has_booked_charges = bool(move.dunning_booked_charge_ids)

    def action_dunning_booked_charges(self):
        """Open the charges that this debit note books."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_dunning_charge_action"
        )
        return dict(action, domain=[("charge_move_id", "=", self.id)], context={})

    def button_draft(self):
        self._dunning_check_no_charges()
        return super().button_draft()

    def button_cancel(self):
        self._dunning_check_no_charges()
        return super().button_cancel()

    def _dunning_check_no_charges(self):
        """What a reminder claimed and was booked is credited, never unbooked.

        :raises UserError: one of these is a debit note of charges
        """
        if not self:
            # As core often does when something is reconciled.
            return
        # sudo: whoever may change the entry, its charges must not be booked twice.
        charges = self.env["account.dunning.charge"].sudo()
        booked = charges.search(
            [("charge_move_id", "in", self.ids), ("state", "=", "booked")], limit=1
        )
        if booked:
            raise UserError(
                self.env._(
                    "%s books what a reminder claimed: waive the charges instead, which credits "
                    "them.",
                    booked.charge_move_id.name,
                )
            )

    def _dunning_open_debit_notes(self):
        """Open debit notes that were just posted, for those who may read invoices."""
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Debit Notes"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(view_mode="form", res_id=self.id)
        return action

    def unlink(self):
        if not self:
            # As core often does when something is reconciled.
            return super().unlink()
        # sudo: the history of a deleted entry stays; no foreign key keeps it true.
        charges = self.env["account.dunning.charge"].sudo()
        charges.search([("move_id", "in", self.ids)]).move_id = False
        return super().unlink()

    def _dunning_charges_open(self):
        """What of each charge that this debit note books is still to be paid.

        What was paid of it pays the costs first, or the interest, as the company's setting
        says; what was credited because a charge was waived is of that charge.

        :return: dict of charge id to amount in the currency of the debit note
        """
        self.ensure_one()
        currency, order = self.currency_id, self.company_id._dunning_allotment()
        charges = self.dunning_booked_charge_ids.filtered(lambda own: own.state == "booked")
        owed = {charge: minor_units(charge.amount, currency) for charge in charges.sorted("id")}
        paid = max(0, sum(owed.values()) - minor_units(self.amount_residual, currency))
        sums = dict.fromkeys(("costs", "interest"), 0)
        for charge, amount in owed.items():
            sums[charge._part()] += amount
        allotted = engine.allot(paid, sums["costs"], sums["interest"], 0, order)
        left = {"costs": allotted.costs, "interest": allotted.interest}
        result = {}
        for charge, amount in owed.items():
            part = charge._part()
            own = min(amount, left[part])
            left[part] -= own
            result[charge.id] = (amount - own) / 10**currency.decimal_places
        return result
