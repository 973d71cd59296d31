from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .field_types import PREFETCH

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"

_PROBLEMS = [
    ("unsent", "Never sent"),
    ("failed", "E-mail did not arrive"),
    ("error", "E-invoice failed"),
]


class AccountMove(models.Model):
    """Whether the invoice itself has reached the customer."""

    _inherit = "account.move"

    dunning_undelivered = fields.Selection(
        _PROBLEMS,
        string="Not Delivered",
        compute="_compute_dunning_undelivered",
        search="_search_dunning_undelivered",
        groups=_GROUPS,
        help="Why the customer probably does not have this invoice. It is not reminded of "
        "before it is sent again, or somebody says that it was delivered.",
    )
    dunning_delivered_on = fields.Date(
        string="Delivered By Hand On",
        copy=False,
        readonly=True,
        prefetch=PREFETCH,
        groups=_GROUPS,
        help="Somebody said on this day that the customer has this invoice.",
    )

    _dunning_unsent_index = models.Index(
        "(company_id, invoice_date) WHERE is_move_sent IS NOT TRUE AND move_type = 'out_invoice'"
        " AND state = 'posted' AND payment_state IN ('not_paid', 'partial')"
    )

    @api.depends("is_move_sent", "sending_data", "dunning_delivered_on", "payment_state", "state")
    def _compute_dunning_undelivered(self):
        found = self._dunning_undelivered(self.company_id)
        for move in self:
            move.dunning_undelivered = found.get(move._origin.id, False)

    @api.model
    def _search_dunning_undelivered(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._dunning_undelivered(self.env.companies)
        domain = Domain("id", "in", [move_id for move_id, why in found.items() if why in value])
        if False in value:
            domain |= ~Domain("id", "in", list(found))
        return domain

    @api.model
    def _dunning_undelivered(self, companies, partner_ids=None):
        """Open invoices that the customer probably does not have, and why.

        :param partner_ids: ids of commercial entities; None for all
        :return: dict of move id to "unsent", "failed" or "error"
        """
        # sudo: settings of the companies; callers show what of it may be read.
        queries = [own._dunning_undelivered_sql() for own in companies.sudo()]
        queries = [own for own in queries if own]
        if not queries:
            return {}
        self.env["account.move"].flush_model()
        self.env["mail.notification"].flush_model()
        self.env["mail.message"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT DISTINCT ON (1) away.move_id, away.why FROM (%s) away"
                    " WHERE %s ORDER BY 1, away.why",
                    SQL(" UNION ALL ").join(queries),
                    SQL("TRUE")
                    if partner_ids is None
                    else SQL("away.partner_id = ANY(%s)", list(partner_ids)),
                )
            )
        )

    # ----------------------------------------------------------------- actions

    def action_dunning_delivered(self):
        """A person says that the customers have these invoices: handed over, or by post."""
        if not self.env.user.has_group("account_dunning_plus.group_dunning_user"):
            raise UserError(
                self.env._("Only who works with reminders may say that an invoice was delivered.")
            )
        self.check_access("read")
        # sudo: nothing else of the invoices is written, also of those that are closed.
        moves = self.sudo().filtered("dunning_undelivered")
        for company, own in moves.grouped("company_id").items():
            own.dunning_delivered_on = company._dunning_today()
        moves._message_log_batch(
            {
                move.id: self.env._(
                    "%s says that the customer has this invoice.", self.env.user.name
                )
                for move in moves
            }
        )
        self.invalidate_recordset(["dunning_undelivered", "dunning_reason"])
        return True

    @api.model
    def _dunning_undelivered_words(self, why):
        """Why an invoice is thought not to be there, in the reader's words."""
        return {
            "unsent": self.env._("the invoice was never sent"),
            "failed": self.env._("the invoice's e-mail did not arrive"),
            "error": self.env._("the e-invoice failed"),
        }[why]
