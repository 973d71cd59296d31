from odoo import api, models
from odoo.exceptions import UserError


class AccountDunningFollowup(models.Model):
    """Discounts that customers kept back: decided on from the worklist."""

    _inherit = "account.dunning.followup"

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_words(self):
        result = super()._compute_words()
        step = self.env._("Grant the discount, or claim what was kept back")
        for row, words in self._discounts_in_words().items():
            if row.attention != "discount":
                # Something more urgent is first.
                row.reason = f"{row.reason}; {words}"
                continue
            others = row.needs_final or row.needs_archived
            row.reason = f"{words}; {row.reason}" if others else words
            row.next_step = step
        return result

    def action_discount_grant(self, move_ids=None):
        """Grant what these customers kept back as a discount.

        :param move_ids: of these invoices only
        """
        return self._discount_moves(move_ids).action_discount_grant()

    def action_discount_claim(self, move_ids=None):
        """Claim what these customers kept back as a discount.

        :param move_ids: of these invoices only
        """
        return self._discount_moves(move_ids).action_discount_claim()

    def action_open_discounts(self):
        """Open the invoices of which a discount is to be decided on."""
        moves = self._discount_moves()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Discounts to Decide On"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
            "context": {"create": False},
        }

    def _discount_moves(self, move_ids=None):
        """The invoices of these customers that wait for a decision on their discount.

        :param move_ids: only these
        :raises UserError: there is none
        """
        self._check_user()
        self.env["account.move"]._discount_check_user()
        domain = [
            ("discount_undecided", "=", True),
            ("commercial_partner_id", "in", self.partner_id.ids),
            ("company_id", "in", self.company_id.ids),
        ]
        if move_ids is not None:
            domain.append(("id", "in", list(move_ids)))
        rows = {(row.partner_id.id, row.company_id.id) for row in self}
        moves = (
            self.env["account.move"]
            .search(domain)
            .filtered(lambda move: (move.commercial_partner_id.id, move.company_id.id) in rows)
        )
        if not moves:
            raise UserError(
                self.env._("No discount waits for a decision here: look at the list anew.")
            )
        return moves

    def _discounts_in_words(self):
        """What is to be decided of each row.

        :return: dict of row to words
        """
        rows = {
            (row.partner_id.id, row.company_id.id): row for row in self.filtered("needs_discount")
        }
        if not rows:
            return {}
        # sudo: what a customer kept back is shown to all who may read the row.
        moves = self.env["account.move"].sudo()
        found = moves.search(
            [
                ("discount_undecided", "=", True),
                ("commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            order="id",
        )
        words = {}
        for key, own in found.grouped(
            lambda move: (move.commercial_partner_id.id, move.company_id.id)
        ).items():
            if key not in rows:
                continue
            said = f"{own[0].name}: {own[0]._discount_undecided_words()}"
            if len(own) > 1:
                said = self.env._("%(first)s, and %(count)s more", first=said, count=len(own) - 1)
            words[rows[key]] = said
        return words
