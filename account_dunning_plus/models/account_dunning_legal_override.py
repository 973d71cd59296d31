from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountDunningLegalOverride(models.Model):
    """A manager's word that a level may charge an item, although the law seems to forbid it.

    Kept for ever, with who said so and why: nobody changes or deletes it.
    """

    _name = "account.dunning.legal.override"
    _description = "Legal Override"
    _order = "date desc, id desc"
    _rec_name = "reason"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="move_id.commercial_partner_id", string="Customer")
    level_id = fields.Many2one(
        "account.dunning.level", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Allowed By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True, string="Allowed On")
    refusal = fields.Char(readonly=True, help="Why the law held the level back.")
    reason = fields.Text(required=True, readonly=True, string="Why It Is Allowed")

    _once = models.Constraint(
        "UNIQUE(move_id, level_id)", "This level is allowed for this invoice already."
    )

    def write(self, vals):
        if self:
            raise UserError(self.env._("What a manager allowed is kept as it was written."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_uninstall(self):
        raise UserError(self.env._("What a manager allowed is kept as it was written."))

    @api.model
    def _level_ids(self, move_ids):
        """The levels that were allowed, by invoice.

        :return: dict of move id to frozenset of level ids
        """
        groups = self._read_group(
            [("move_id", "in", list(move_ids))], ["move_id"], ["level_id:array_agg"]
        )
        return {move.id: frozenset(level_ids) for move, level_ids in groups}
