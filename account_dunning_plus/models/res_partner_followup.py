from odoo import api, fields, models

_GROUPS = "account_dunning_plus.group_dunning_viewer,account.group_account_readonly"


class ResPartner(models.Model):
    """How a customer pays, where sales and warehouse staff already look.

    Of the commercial entity and the current company, also on its contacts.
    """

    _inherit = "res.partner"

    dunning_currency_id = fields.Many2one(
        "res.currency", compute="_compute_dunning_followup", groups=_GROUPS
    )
    dunning_amount_overdue = fields.Monetary(
        string="Overdue",
        currency_field="dunning_currency_id",
        compute="_compute_dunning_followup",
        groups=_GROUPS,
        help="All that is past its due date, less open credits.",
    )
    dunning_days_overdue = fields.Integer(
        string="Days Overdue",
        compute="_compute_dunning_followup",
        groups=_GROUPS,
        help="Of the oldest open item.",
    )
    dunning_level_id = fields.Many2one(
        "account.dunning.level",
        compute="_compute_dunning_followup",
        groups=_GROUPS,
    )
    # Lists read their hidden columns as well, so it is of the row and not of the engine.
    dunning_status = fields.Char(
        string="Follow-up",
        compute="_compute_dunning_followup",
        groups=_GROUPS,
        help="Why a person is needed, or that none is; empty when nothing is open.",
    )
    dunning_is_held = fields.Boolean(compute="_compute_dunning_followup", groups=_GROUPS)

    def _dunning_followups(self):
        """The worklist rows of these contacts' customers in the current company.

        :return: dict of commercial partner id to row
        """
        # sudo: which rows are theirs; whether they may be read is asked of the rows.
        customers = self.env["account.dunning.customer"].sudo()
        ids = customers._search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        # Looked for by id, so that the ledger is summed for these customers alone.
        rows = self.env["account.dunning.followup"].search_fetch(
            [("id", "in", list(ids))], ["partner_id"]
        )
        return {row.partner_id.id: row for row in rows}

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_dunning_followup(self):
        rows = self._dunning_followups()
        for partner in self:
            row = rows.get(partner.commercial_partner_id.id, self.env["account.dunning.followup"])
            partner._set_dunning_followup(row)

    def _set_dunning_followup(self, row):
        """Take over what the worklist's row, or none, says of this contact's customer."""
        company = self.env.company
        self.dunning_currency_id = row.currency_id or company.currency_id
        self.dunning_amount_overdue = row.amount_overdue
        self.dunning_days_overdue = row.days_overdue
        # sudo: the level's name belongs to the row, which may be read.
        self.dunning_level_id = row.sudo().level_id
        self.dunning_status = row._status_words() if row.is_open else False
        self.dunning_promised_until = row.promise_date
        self.dunning_promise_amount = row.promise_amount
        # sudo: the day it is where the company is, no secret.
        self.dunning_is_held = (
            self.active
            and bool(row.hold_until)
            and row.hold_until >= company.sudo()._dunning_today()
        )
        self.dunning_is_promised = (
            self.active and not self.dunning_is_held and bool(row.promise_date)
        )

    def action_dunning_followup(self):
        """Open the customer's follow-up screen."""
        self.ensure_one()
        row = self._dunning_followups().get(self.commercial_partner_id.id)
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Follow-up"),
            "res_model": "account.dunning.followup",
            "view_mode": "form",
        }
        return dict(action, res_id=row.id) if row else False
