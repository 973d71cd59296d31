from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountDunningDisputeReject(models.TransientModel):
    """Say why a dispute is unfounded; what it held back is dunned again."""

    _name = "account.dunning.dispute.reject"
    _description = "Reject a Dispute"

    dispute_id = fields.Many2one(
        "account.dunning.dispute", required=True, readonly=True, ondelete="cascade"
    )
    answer = fields.Text(help="Why what was disputed is to be paid after all.")
    tell_customer = fields.Boolean(
        string="Tell the Customer",
        compute="_compute_recipient",
        store=True,
        readonly=False,
        precompute=True,
        help="The customer gets the answer by e-mail, in the language of the contact.",
    )
    recipient = fields.Char(
        string="Send To", compute="_compute_recipient", store=True, precompute=True
    )
    problem = fields.Char(compute="_compute_recipient", store=True, precompute=True)

    @api.depends("dispute_id")
    def _compute_recipient(self):
        for wizard in self:
            contact = wizard.dispute_id._recipient() if wizard.dispute_id else None
            problem = contact._dunning_email_problem() if contact is not None else False
            wizard.problem = problem or False
            wizard.tell_customer = contact is not None and not problem
            wizard.recipient = contact.display_name if contact else False

    def action_reject(self):
        """Close the dispute, and tell the customer if wished."""
        self.ensure_one()
        answer = (self.answer or "").strip()
        if not answer:
            raise UserError(self.env._("Say why what was disputed is to be paid after all."))
        dispute = self.dispute_id
        problem = dispute._recipient()._dunning_email_problem()
        if self.tell_customer and problem:
            raise UserError(problem)
        dispute._reject(answer)
        if self.tell_customer and not dispute._tell_answer():
            raise UserError(
                self.env._(
                    "The message cannot be made: correct its text, or tell nobody by e-mail."
                )
            )
        return {"type": "ir.actions.act_window_close"}
