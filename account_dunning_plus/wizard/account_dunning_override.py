from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import EVERY_DAY, Reason


class AccountDunningOverride(models.TransientModel):
    """A manager lets a level charge what the law seems to forbid, and says why."""

    _name = "account.dunning.override"
    _description = "Allow Charges"
    _inherit = ["account.dunning.rights"]

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    line_ids = fields.One2many("account.dunning.override.line", "override_id")
    reason = fields.Text(
        string="Why It Is Allowed", help="Kept with your name and the day, for ever."
    )

    @api.model
    def _open(self, company, partner, moves=None):
        """The dialog for what the law holds back of a customer.

        :param moves: only these invoices
        """
        self._check_manager()
        partner.check_access("read")
        lines = self._held(company, partner)
        if moves is not None:
            lines = [line for line in lines if line["move_id"] in moves.ids]
        if not lines:
            raise UserError(self.env._("The law holds nothing back of %s.", partner.display_name))
        wizard = self.create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "line_ids": [Command.create(vals) for vals in lines],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Allow charges: %s", partner.display_name),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _held(self, company, partner):
        """Values of the lines: each invoice that is held back, the level, and why."""
        facts = self.env["account.dunning.facts"]
        today = company._dunning_today()
        held = {}
        for customer in facts._decide(company, partner.ids, today, EVERY_DAY):
            # sudo: the policy of a customer whom the user may read.
            policy = self.env["account.dunning.policy"].sudo().browse(customer.policy_id)
            for item, own in zip(customer.items, customer.decision.items, strict=True):
                if own.reason is Reason.UNLAWFUL:
                    held.setdefault(
                        (item.move_id, own.next_level),
                        {
                            "move_id": item.move_id,
                            "level_id": policy.level_ids[own.next_level].id,
                            "refusal": facts._reason_words(company, policy, own, item=item),
                        },
                    )
        return list(held.values())

    def action_allow(self):
        """Keep the manager's word; the level goes out at its next occasion."""
        self.ensure_one()
        self._check_manager()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why it is allowed: the reason is kept."))
        chosen = self.line_ids.filtered("selected")
        if not chosen:
            raise UserError(self.env._("Choose at least one invoice."))
        self.partner_id.check_access("read")
        # What the law says now, not what the dialog was told.
        held = {
            (vals["move_id"], vals["level_id"]): vals
            for vals in self._held(self.company_id, self.partner_id)
        }
        allowed = [
            held[line.move_id.id, line.level_id.id]
            for line in chosen
            if (line.move_id.id, line.level_id.id) in held
        ]
        today = self.company_id._dunning_today()
        # sudo: nobody writes this log but by this dialog; the right was checked above.
        overrides = (
            self.env["account.dunning.legal.override"]
            .sudo()
            .create([dict(vals, date=today, reason=reason) for vals in allowed])
        )
        for override in overrides:
            # sudo: as above; who follows up need not be allowed to open the invoice.
            override.move_id.sudo()._message_log(
                body=self.env._(
                    "%(user)s allows %(level)s to charge: %(reason)s",
                    user=self.env.user.name,
                    level=override.level_id.display_name,
                    reason=reason,
                )
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_manager(self):
        self._check_group(
            "account_dunning_plus.group_dunning_manager",
            self.env._("Only a dunning manager may allow what the law holds back."),
        )


class AccountDunningOverrideLine(models.TransientModel):
    """An invoice that the law holds back."""

    _name = "account.dunning.override.line"
    _description = "Allow Charges: Invoice"

    override_id = fields.Many2one(
        "account.dunning.override", required=True, ondelete="cascade", index=True
    )
    selected = fields.Boolean(string="Allow", default=True)
    move_id = fields.Many2one("account.move", string="Invoice", required=True, readonly=True)
    level_id = fields.Many2one("account.dunning.level", required=True, readonly=True)
    refusal = fields.Text(string="Held Back Because", readonly=True)
