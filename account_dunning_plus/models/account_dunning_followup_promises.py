from odoo import models
from odoo.exceptions import UserError


class AccountDunningFollowup(models.Model):
    """Promises and disputes from the worklist and from the customer's screen."""

    _inherit = "account.dunning.followup"

    def action_promise(self, item_ids=None):
        """Take a promise down: of the chosen items, else of the whole account."""
        self.ensure_one()
        self.check_access("read")
        lines = self._item_lines(item_ids) if item_ids is not None else ()
        promise = self.env["account.payment.promise"]
        return promise._dialog(self.partner_id, self.company_id, lines and lines.ids)

    def action_dispute(self, item_ids=None):
        """Open a dispute: of the chosen item's invoice, else of one to be chosen."""
        self.ensure_one()
        self.check_access("read")
        # sudo: which of the customer's invoices can be disputed, as the items show them.
        move = self.env["account.move"].sudo()
        if item_ids is not None:
            move = self._item_lines(item_ids).sudo().move_id
            if len(move) > 1:
                raise UserError(
                    self.env._("A dispute is of one invoice: choose the items of one only.")
                )
        else:
            moves = move.search(
                [
                    ("commercial_partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("move_type", "in", ("out_invoice", "out_receipt")),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                ],
                limit=2,
            )
            if len(moves) == 1:
                move = moves
            elif not self.env["account.move"].has_access("read"):
                raise UserError(self.env._("Tick the disputed invoice among the open items first."))
        dispute = self.env["account.dunning.dispute"]
        return dispute._dialog(self.partner_id, self.company_id, move.sudo(False))

    def action_open_promises(self):
        """Open the customer's promises."""
        return self._open_kept_back("account_dunning_plus.account_payment_promise_action")

    def action_open_disputes(self):
        """Open the customer's disputes."""
        return self._open_kept_back("account_dunning_plus.account_dunning_dispute_action")

    def _open_kept_back(self, xmlid):
        return dict(
            self.env["ir.actions.act_window"]._for_xml_id(xmlid),
            domain=[
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            context={},
        )

    # ---------------------------------------------------------------- timeline

    def _timeline_promises(self):
        # sudo: what the customer promised is shown to all who may read the row.
        promises = (
            self.env["account.payment.promise"]
            .sudo()
            .search(
                [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
                order="id desc",
                limit=20,
            )
        )
        states = dict(promises._fields["state"]._description_selection(self.env))
        tones = {
            "draft": "warning",
            "kept": "success",
            "partial": "warning",
            "broken": "danger",
        }
        for promise in promises:
            yield self._event(
                "promise",
                promise.create_date,
                promise._words(),
                promise,
                icon="fa-handshake-o",
                text="\n".join(filter(None, (promise._interest_by_line(), promise.note))),
                author=promise.contact_id.name or "",
                state=self.env._("Kept late") if promise.paid_late else states[promise.state],
                tone=tones.get(promise.state, ""),
            )

    def _timeline_disputes(self):
        # sudo: what the customer disputes is shown to all who may read the row.
        disputes = (
            self.env["account.dunning.dispute"]
            .sudo()
            .search(
                [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
                order="id desc",
                limit=20,
            )
        )
        states = dict(disputes._fields["state"]._description_selection(self.env))
        for dispute in disputes:
            yield self._event(
                "dispute",
                dispute.create_date,
                dispute.display_name,
                dispute,
                icon="fa-exclamation-triangle",
                text=dispute.note or "",
                author=dispute.contact_id.name or "",
                state=states[dispute.state],
                tone="warning" if dispute.state == "open" else "",
            )
