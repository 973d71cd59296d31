from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AccountDunningChargeWaive(models.TransientModel):
    """Which charges are given up, and why."""

    _name = "account.dunning.charge.waive"
    _description = "Waive Charges"

    charge_ids = fields.Many2many(
        "account.dunning.charge",
        string="Charges",
        domain="[('id', 'in', allowed_charge_ids)]",
    )
    allowed_charge_ids = fields.Many2many(
        "account.dunning.charge", "account_dunning_charge_waive_allowed_rel", readonly=True
    )
    reason = fields.Char()
    is_booked = fields.Boolean(compute="_compute_is_booked")

    @api.depends("charge_ids.state")
    def _compute_is_booked(self):
        for wizard in self:
            wizard.is_booked = "booked" in wizard.charge_ids.mapped("state")

    @api.model
    def _open(self, charges):
        """The dialog for charges that can be waived.

        :raises UserError: there are none
        """
        if not charges:
            raise UserError(self.env._("Nothing of this is left to waive."))
        wizard = self.create(
            {
                "charge_ids": [Command.set(charges.ids)],
                "allowed_charge_ids": [Command.set(charges.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waive Charges"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_waive(self):
        """Give up the chosen charges."""
        self.ensure_one()
        if not self.charge_ids:
            raise UserError(self.env._("Choose one or more charges."))
        self.charge_ids._waive_by_hand(self.reason)
        return {"type": "ir.actions.act_window_close"}
