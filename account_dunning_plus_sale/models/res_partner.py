from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    """Whose customers they are: what a salesperson sees of the follow-up."""

    _inherit = "res.partner"

    # Read by the record rules of the follow-up alone.
    dunning_is_mine = fields.Boolean(
        compute="_compute_dunning_is_mine",
        search="_search_dunning_is_mine",
        groups=fields.NO_ACCESS,
    )

    @api.depends_context("uid")
    def _compute_dunning_is_mine(self):
        # sudo: told to the record rules alone, which ask for all.
        partners = self.sudo().with_context(active_test=False)
        mine = partners.search([("id", "in", self.ids), ("dunning_is_mine", "=", True)])
        for partner in self:
            partner.dunning_is_mine = partner._origin in mine

    @api.model
    def _search_dunning_is_mine(self, operator, value):
        """Customers whom the user sells to or works on, and those whom nobody sells to.

        As with documents, what is nobody's is everybody's.
        """
        if operator != "in":
            return NotImplemented
        own = Domain("user_id", "in", [self.env.uid, False]) | Domain(
            "id", "in", self._dunning_mine_sql(self.env.uid)
        )
        return own if True in value else ~own

    @api.model
    def _dunning_mine_sql(self, user_id):
        """Customers of whom a user has a contact, an order, the follow-up or an activity."""
        orders = self.env["sale.order"]
        orders.flush_model(["partner_id", "partner_invoice_id", "user_id"])
        self.env["account.dunning.customer"].flush_model(["partner_id", "user_id"])
        self.env["mail.activity"].flush_model(["active", "res_id", "res_model", "user_id"])
        return SQL(
            """(
            SELECT contact.commercial_partner_id
              FROM res_partner contact
             WHERE contact.user_id = %(user)s
             UNION ALL
            SELECT contact.commercial_partner_id
              FROM sale_order own
              JOIN res_partner contact
                ON contact.id IN (own.partner_id, own.partner_invoice_id)
             WHERE own.user_id = %(user)s OR own.user_id IS NULL
             UNION ALL
            SELECT customer.partner_id
              FROM account_dunning_customer customer
             WHERE customer.user_id = %(user)s
             UNION ALL
            SELECT customer.partner_id
              FROM mail_activity todo
              JOIN account_dunning_customer customer ON customer.id = todo.res_id
             WHERE todo.user_id = %(user)s
               AND todo.active
               AND todo.res_model = 'account.dunning.followup'
            )""",
            user=user_id,
        )
