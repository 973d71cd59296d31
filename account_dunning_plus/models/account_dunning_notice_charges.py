import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class AccountDunningNotice(models.Model):
    """What a notice claims of interest and costs, from the moment it goes out."""

    _inherit = "account.dunning.notice"

    charge_ids = fields.One2many(
        "account.dunning.charge", "notice_id", string="Claimed Charges", readonly=True
    )
    charge_problem = fields.Char(
        readonly=True, copy=False, help="Why its charges could not be booked."
    )
    charges_html = fields.Html(compute="_compute_charges_html", sanitize=False)
    charges_to_book = fields.Boolean(compute="_compute_charges_to_book")
    charges_to_waive = fields.Boolean(compute="_compute_charges_to_book")

    def _compute_charges_to_book(self):
        for notice in self:
            states = set(notice.charge_ids.mapped("state"))
            notice.charges_to_book = "claimed" in states
            notice.charges_to_waive = bool(states & {"claimed", "booked"})

    @api.depends("statement_now")
    @api.depends_context("lang")
    def _compute_charges_html(self):
        for notice in self:
            charges = notice._charge_rows((notice.statement_now or {}).get("charges", ()))
            notice.charges_html = charges and self.env["ir.qweb"]._render(
                "account_dunning_plus.charges_table", {"charges": charges}
            )

    # ------------------------------------------------------------------- state

    def _claims_again(self, customers, due_again, today):
        """What notices that are about to leave claim, by what is on them.

        :param customers: dict of partner id to DecidedCustomer
        :param due_again: for each notice dict of item id to (level id, OpenItem)
        :return: of ``_claims``
        """
        levels = {
            line.move_line_id.id: line.level_id.id
            for notice, due in due_again.items()
            for line in notice.line_ids
            if due.get(line.move_line_id.id, (None,))[0] == line.level_id.id
        }
        return self.env["account.dunning.charge"]._claims(
            self.company_id, customers.values(), today, levels
        )

    def _charges_again(self, customer, today):
        """What a notice that went out claims when it is sent once more.

        What it booked is stated with what is still open of it.
        """
        self.ensure_one()
        charges = self.env["account.dunning.charge"]
        levels = {line.move_line_id.id: line.level_id.id for line in self.line_ids}
        claims = charges._claims(self.company_id, [customer], today, levels)
        booked = self.charge_ids.sorted("id").filtered(
            lambda own: own.state == "booked" and own.amount_open
        )
        return [*(own._stated_row() for own in booked), *claims.get(self.partner_id.id, ())]

    # ------------------------------------------------------------------- claim

    def _mark_sent(self, today):
        result = super()._mark_sent(today)
        self._claim_charges()
        return result

    def _claim_charges(self):
        """Put down what these notices claim, now that they go out; book it where that is set.

        What earlier notices claimed of the same items, and nobody booked, is claimed by these.
        """
        rows = [
            (notice, row)
            for notice in self
            for row in (notice.statement or {}).get("charges", ())
            if not row.get("charge_id")
        ]
        if not rows:
            return
        # sudo: charges are written by the workflow alone, whoever sends.
        charges = self.env["account.dunning.charge"].sudo()._claim(rows)
        charges.filtered("level_id.charge_scheme_id.book")._book_when_sent()

    # -------------------------------------------------------------------- undo

    def _fail(self, failure_type, message):
        self._take_back_charges()
        return super()._fail(failure_type, message)

    def _cancel(self, why):
        self._take_back_charges()
        return super()._cancel(why)

    def _mail_outdated(self):
        # It is made anew, and claims what holds by then.
        self.filtered(lambda notice: not notice.letter_date)._take_back_charges()
        return super()._mail_outdated()

    def _take_back_charges(self):
        """Nobody was told: what these notices claimed is not claimed."""
        if not self:
            return
        # sudo: charges are written by the workflow alone.
        charges = (
            self.env["account.dunning.charge"]
            .sudo()
            .search([("notice_id", "in", self.ids), ("state", "in", ("claimed", "booked"))])
        )
        for notice, own in charges.grouped("notice_id").items():
            try:
                with self.env.cr.savepoint():
                    own._take_back()
            except UserError as error:
                # The mail queue goes on, whatever is wrong with the books.
                words = self.env._(
                    "What was booked cannot be credited: %s Waive the charges when that is mended.",
                    error.args[0],
                )
                notice.charge_problem = words
                notice._message_log(body=words)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        if any(charge.state == "booked" for charge in self.charge_ids):
            raise UserError(
                self.env._("What this reminder claimed is booked: it cannot be deleted.")
            )

    # ----------------------------------------------------------------- actions

    def action_book_charges(self):
        """Book what these notices claim."""
        self._check_user()
        return self.charge_ids.filtered(lambda own: own.state == "claimed").action_book()

    def action_waive_charges(self):
        """Ask why, and give up what these notices claim."""
        self._check_user()
        charges = self.charge_ids.filtered(lambda own: own.state in ("claimed", "booked"))
        return self.env["account.dunning.charge.waive"]._open(charges)


class AccountDunningCharge(models.Model):
    _inherit = "account.dunning.charge"

    def _claim(self, rows):
        """Write the log of what notices claim. What it has already is left as it is.

        :param rows: list of (notice, row of its statement)
        :return: the new charges
        """
        known = self.search(
            [
                ("move_line_id", "in", [row["move_line_id"] for _notice, row in rows]),
                ("state", "in", ("claimed", "booked", "waived")),
            ]
        )
        by_level = {(own.move_line_id.id, own.level_id.id, own.kind): own for own in known}
        claimed = {
            (own.move_line_id.id, own.kind): own
            for own in known
            if own.state == "claimed" and own.kind != "fee"
        }
        new, replaced = [], []
        for notice, row in rows:
            key = (row["move_line_id"], row["level_id"], row["kind"])
            same = by_level.get(key)
            if same and (same.state != "claimed" or same._says(notice, row)):
                continue
            new.append(self._charge_vals(notice, row))
            replaced.append(
                claimed.get((row["move_line_id"], row["kind"])) or same or self.browse()
            )
        before = self.union(*replaced)
        before.state = "replaced"
        # The index holds for what is in the database.
        before.flush_recordset(["state"])
        charges = self.create(new)
        for charge, old in zip(charges, replaced, strict=True):
            if old:
                old.replaced_by_id = charge
        return charges

    def _says(self, notice, row):
        """Whether this is what a notice claims in a row, so that nothing is to be written."""
        return (
            self.notice_id == notice
            and not self.currency_id.compare_amounts(self.amount, row["amount"])
            and fields.Date.to_string(self.date_to) == (row["date_to"] or False)
        )

    def _charge_vals(self, notice, row):
        return {
            "notice_id": notice.id,
            "company_id": notice.company_id.id,
            "partner_id": notice.partner_id.id,
            "date": max(filter(None, (notice.date, notice.resent_date, notice.letter_date))),
            **{
                name: row.get(name)
                for name in (
                    "move_line_id",
                    "move_id",
                    "name",
                    "level_id",
                    "kind",
                    "date_from",
                    "date_to",
                    "currency_id",
                    "amount",
                    "company_amount",
                    "lines",
                    "terms",
                    "missing_from",
                )
            },
        }

    def _stated_row(self):
        """What is booked, as a row of a statement that is made again."""
        self.ensure_one()
        part = self.amount_open / self.amount
        whole = not self.currency_id.compare_amounts(self.amount_open, self.amount)
        return {
            "charge_id": self.id,
            "charge_move_id": self.charge_move_id.id,
            "kind": self.kind,
            "move_line_id": self.move_line_id.id,
            "move_id": self.move_id.id,
            "name": self.name,
            "level_id": self.level_id.id,
            "amount": self.amount_open,
            "currency_id": self.currency_id.id,
            "company_amount": self.company_currency_id.round(self.company_amount * part),
            "date_from": self.date_from and self.date_from.isoformat(),
            "date_to": self.date_to and self.date_to.isoformat(),
            "missing_from": self.missing_from and self.missing_from.isoformat(),
            "of_amount": None if whole else self.amount,
            # Lines that do not add up to what is open would only confuse.
            "lines": (self.lines or []) if whole else [],
        }

    def _book_when_sent(self):
        """Book what notices claim as they go out; what cannot be booked stays claimed."""
        if not self:
            return
        notices = self.notice_id
        try:
            with self.env.cr.savepoint():
                self._book()
        except UserError as error:
            if len(notices) > 1:
                # One of them cannot be booked: found by halving.
                half = notices[: len(notices) // 2]
                first = self.filtered(lambda own: own.notice_id in half)
                first._book_when_sent()
                (self - first)._book_when_sent()
                return
            words = self.env._("The charges cannot be booked: %s", error.args[0])
            notices.charge_problem = words
            notices._message_log(body=words)
            _logger.info("Charges of notice %s cannot be booked", notices.id)
            return
        notices.filtered("charge_problem").charge_problem = False
