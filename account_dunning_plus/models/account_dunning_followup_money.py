from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

_READERS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"


class AccountDunningFollowup(models.Model):
    """Money on its way and invoices that did not arrive: in the list and on the page."""

    _inherit = "account.dunning.followup"
    _depends = {
        "account.bank.statement.line": ["is_reconciled"],
        "account.dunning.money": [
            "certain",
            "company_id",
            "dismissed_on",
            "partner_id",
            "statement_line_id",
        ],
        "account.move": ["dunning_delivered_on", "is_move_sent", "sending_data"],
    }

    needs_money = fields.Boolean(string="Looks Paid", readonly=True)
    needs_delivery = fields.Boolean(string="Invoice Not Delivered", readonly=True)
    money_ids = fields.Many2many(
        "account.dunning.money",
        string="Money on Its Way",
        compute="_compute_money_ids",
        groups=_READERS,
    )

    @api.depends("partner_id", "company_id")
    def _compute_money_ids(self):
        found = self.env["account.dunning.money"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("statement_line_id.is_reconciled", "=", False),
            ]
        )
        by_row = found.grouped(lambda own: (own.partner_id.id, own.company_id.id))
        for row in self:
            row.money_ids = by_row.get((row.partner_id.id, row.company_id.id), found.browse())

    # ------------------------------------------------------------------- query

    def _money_sql(self, companies):
        """Customers from whom unmatched money surely is."""
        return SQL(
            """
            SELECT DISTINCT money.partner_id, money.company_id
              FROM account_dunning_money money
              JOIN account_bank_statement_line transaction
                ON transaction.id = money.statement_line_id
             WHERE money.certain AND money.dismissed_on IS NULL
               AND transaction.is_reconciled IS NOT TRUE
               AND money.company_id = ANY(%s) AND %s
            """,
            companies.filtered("dunning_money_stops").ids,
            self._partner_condition(SQL("money.partner_id")),
        )

    def _delivery_sql(self, companies):
        """Customers of whom an open invoice did not arrive."""
        queries = [
            SQL("SELECT away.partner_id, %s AS company_id FROM (%s) away", company.id, own)
            for company in companies
            if (own := company._dunning_undelivered_sql())
        ]
        if not queries:
            return SQL("SELECT NULL::int AS partner_id, NULL::int AS company_id WHERE FALSE")
        return SQL(
            "SELECT DISTINCT missing.partner_id, missing.company_id FROM (%s) missing WHERE %s",
            SQL(" UNION ALL ").join(queries),
            self._partner_condition(SQL("missing.partner_id")),
        )

    # ------------------------------------------------------------------- words

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_words(self):
        result = super()._compute_words()
        concerned = self.filtered(
            lambda row: row.is_open and (row.needs_money or row.needs_delivery)
        )
        if not concerned:
            return result
        decided = concerned._decided()
        for row in concerned:
            customer = decided.get(row)
            words, steps = [], []
            if row.needs_money:
                came_in = next((item.came_in for item in customer.items if item.came_in), "")
                words.append(self.env._("Looks paid: %s, not matched yet", came_in))
                steps.append(self.env._("Match the money, or say that it is not this customer's"))
            if row.needs_delivery:
                words.append(row._delivery_words(customer))
                steps.append(self.env._("Send the invoice again, or say that it was delivered"))
            others = row.needs_money + row.needs_delivery < row._needs_count()
            if row.needs_reply:
                # What a customer wrote is read first.
                row.reason = "; ".join([row.reason, *words])
                continue
            row.reason = "; ".join([*words, row.reason] if others else words)
            if row.needs_money or not others:
                row.next_step = steps[0]
        return result

    def _needs_count(self):
        """How many reasons there are why a person is needed."""
        return sum(
            bool(self[name])
            for name in self._fields
            if name.startswith("needs_") and name != "needs_reading"
        )

    def _delivery_words(self, customer):
        """Which invoices did not arrive, and why.

        :param customer: DecidedCustomer
        """
        away = [item for item in customer.items if item.not_delivered]
        if len({item.move_id for item in away}) > 1:
            return self.env._("%s invoices did not arrive", len({item.move_id for item in away}))
        if away:
            return self.env._(
                "%(invoice)s: %(why)s", invoice=away[0].name, why=away[0].not_delivered
            )
        return self.env._("An invoice did not arrive")

    # ----------------------------------------------------------------- actions

    def action_check(self):
        """Open what is to be checked before anybody is reminded: money first."""
        if any(row.needs_money for row in self):
            return self.action_money()
        return self.action_send_invoices_again()

    def action_money(self):
        """Open the money that is plausibly these customers'."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_dunning_money_action"
        )
        domain = [
            ("partner_id", "in", self.partner_id.ids),
            ("company_id", "in", self.company_id.ids),
        ]
        return dict(action, domain=domain)

    def action_send_invoices_again(self):
        """Open the invoices that did not arrive, to send them again."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_move_undelivered_action"
        )
        domain = Domain("dunning_undelivered", "!=", False) & Domain(
            "commercial_partner_id", "in", self.partner_id.ids
        )
        return dict(action, domain=list(domain))

    @api.model
    def bank_warning(self):
        """That the bank statements of the selected companies are too old, in a sentence.

        :rtype: str
        """
        if not self.env.user.has_group("account_dunning_plus.group_dunning_user"):
            return ""
        words = []
        # sudo: how old the bank's statements are is told to all who work with reminders.
        for company in self.env.companies.sudo():
            words.append(company._dunning_bank_words(company._dunning_today()))
        return " ".join(filter(None, words))

    @api.model
    def action_bank_checked(self):
        """A person says that the bank has nothing newer: reminders go on for some days."""
        # sudo: the check of the group is here; only this day is written.
        if not self.env.user.has_group("account_dunning_plus.group_dunning_user"):
            return False
        for company in self.env.companies.sudo():
            today = company._dunning_today()
            if company._dunning_bank_old(today):
                company.dunning_bank_checked_on = today
                company._dunning_tell_of_bank(today)
        return True
