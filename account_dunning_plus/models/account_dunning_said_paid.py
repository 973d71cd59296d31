from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, formatLang

from .. import engine
from .account_dunning_facts import SETTLED_STATES

# As long as it waits or was looked at, it keeps reminders back until its day.
_HOLDS = ("waiting", "seen")


class AccountDunningSaidPaid(models.Model):
    """A customer says that items are paid which the books show as open.

    It keeps reminders of these items back for some days, and is put up to be looked into.
    Whether the money was found is read from the ledger.
    """

    _name = "account.dunning.said.paid"
    _description = "Customer Says It Is Paid"
    _inherit = ["mail.thread", "account.dunning.rights"]
    _order = "id desc"
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Said By",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    channel = fields.Selection(
        [("page", "On the customer's page"), ("phone", "By phone")],
        string="How",
        required=True,
        readonly=True,
        default="page",
    )
    said_on = fields.Date(required=True, readonly=True)
    date = fields.Date(string="Paid On", required=True, readonly=True)
    reference = fields.Char(readonly=True, help="What the payment states.")
    amount = fields.Monetary(readonly=True, help="What was paid, if the customer said so.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    note = fields.Text(readonly=True)
    move_line_ids = fields.Many2many(
        "account.move.line",
        "account_dunning_said_paid_item",
        "said_id",
        "line_id",
        string="Items",
        readonly=True,
    )
    item_names = fields.Char(string="Invoices", compute="_compute_items", compute_sudo=True)
    held_until = fields.Date(
        string="No Reminders Until",
        readonly=True,
        help="Until then these items are not reminded of, unless somebody found nothing.",
    )
    state = fields.Selection(
        [
            ("waiting", "To look into"),
            ("seen", "Looked into"),
            ("found", "Paid"),
            ("not_found", "Not found"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        copy=False,
        tracking=True,
    )
    is_found = fields.Boolean(
        string="Settled",
        compute="_compute_items",
        compute_sudo=True,
        help="All of it is paid, says the ledger.",
    )
    handled_on = fields.Datetime(readonly=True, copy=False)
    handled_user_id = fields.Many2one(
        "res.users", string="Handled By", readonly=True, copy=False, ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )

    _waiting_index = models.Index("(company_id, partner_id) WHERE state IN ('waiting', 'seen')")

    @api.depends("move_line_ids.reconciled", "move_line_ids.move_id.payment_state")
    def _compute_items(self):
        for said in self:
            lines = said.move_line_ids
            said.item_names = ", ".join(
                dict.fromkeys(filter(None, (line.move_name for line in lines)))
            )
            said.is_found = all(
                line.reconciled or line.move_id.payment_state in SETTLED_STATES for line in lines
            )

    @api.depends("partner_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for said in self:
            said.display_name = self.env._(
                "%(customer)s: paid on %(date)s",
                customer=said.partner_id.display_name,
                date=self.env["account.dunning.facts"]._day(said.date) if said.date else "",
            )

    # -------------------------------------------------------------------- made

    @api.model_create_multi
    def create(self, vals_list):
        """Take down what customers said; what they paid is not reminded of for some days."""
        records = super().create(vals_list)
        for said in records:
            note = said.partner_id._message_log(body=said._words())
            said.message_id = note
        return records

    @api.model
    def _say(self, partner, company, lines, **vals):
        """Take down that a customer says to have paid items.

        :param lines: the items, of this customer and company
        :param vals: date, reference, amount, note, contact_id, channel
        :return: the record
        """
        # sudo: written by the workflow alone, whoever hears it.
        self = self.sudo()
        today = company._dunning_today()
        currency = lines.currency_id if len(lines.currency_id) == 1 else company.currency_id
        return self.create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "said_on": today,
                "currency_id": currency.id,
                "move_line_ids": [Command.set(lines.ids)],
                "held_until": engine.answers.held_until(
                    today, company.dunning_said_paid_days, company._dunning_working_days(today)
                )
                or False,
                **vals,
            }
        )

    # -------------------------------------------------------------------- holds

    @api.model
    def _held_items(self, company, partner_ids):
        """Until when items are held because their customer says that they are paid.

        :param company: a single company
        :param partner_ids: ids of commercial entities
        :return: dict of item id to (id of the commercial entity, day)
        """
        self.flush_model(["company_id", "held_until", "move_line_ids", "partner_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.line_id, said.partner_id, MAX(said.held_until)
                  FROM account_dunning_said_paid said
                  JOIN account_dunning_said_paid_item item ON item.said_id = said.id
                 WHERE said.state IN ('waiting', 'seen')
                   AND said.company_id = %s
                   AND said.partner_id = ANY(%s)
                   AND said.held_until IS NOT NULL
                 GROUP BY item.line_id, said.partner_id
                """,
                company.id,
                list(partner_ids),
            )
        )
        return {line_id: (partner_id, until) for line_id, partner_id, until in rows}

    @api.model
    def _waiting_of(self, pairs):
        """What customers say that they have paid, is open, and nobody has looked into.

        :param pairs: (id of the commercial entity, company id)
        """
        pairs = set(pairs)
        # sudo: callers check that the rows may be read.
        found = self.sudo().search(
            [
                ("state", "=", "waiting"),
                ("partner_id", "in", [partner_id for partner_id, _company in pairs]),
                ("company_id", "in", [company_id for _partner, company_id in pairs]),
            ]
        )
        return found.filtered(
            lambda own: (own.partner_id.id, own.company_id.id) in pairs and not own.is_found
        )

    @api.model
    def _close_found(self, company):
        """What is paid by now needs nobody any more; found by the night."""
        # sudo: the night's work.
        running = self.sudo().search([("company_id", "=", company.id), ("state", "in", _HOLDS)])
        running.filtered("is_found").write({"state": "found"})

    # ------------------------------------------------------------------- people

    def action_seen(self):
        """Somebody has looked into it: reminders still wait until its day."""
        self._handle("seen")
        return True

    def action_not_found(self):
        """Nothing came in: what the customer said is paid is reminded of again."""
        self._handle("not_found")
        return True

    def _handle(self, state):
        self._check_user()
        if self.filtered(lambda own: own.state not in _HOLDS):
            raise UserError(self.env._("This was handled already: nothing waits any more."))
        # sudo: written by the workflow alone; the right was checked above.
        self.sudo().write(
            {
                "state": state,
                "handled_on": fields.Datetime.now(),
                "handled_user_id": self.env.uid,
            }
        )

    # -------------------------------------------------------------------- words

    def _words(self):
        """What the customer says, in a sentence."""
        self.ensure_one()
        facts = self.env["account.dunning.facts"]
        words = self.env._(
            "Says that it paid %(items)s on %(date)s",
            items=self.item_names,
            date=facts._day(self.date),
        )
        if self.amount:
            words = self.env._(
                "Says that it paid %(items)s on %(date)s, with %(amount)s",
                items=self.item_names,
                date=facts._day(self.date),
                amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
            )
        if self.reference:
            words = self.env._("%(words)s (%(reference)s)", words=words, reference=self.reference)
        return words

    def _state_words(self):
        """What became of it."""
        self.ensure_one()
        if self.is_found:
            return self.env._("Paid")
        if self.state == "waiting":
            return self.env._("To look into")
        states = dict(self._fields["state"]._description_selection(self.env))
        return states[self.state]
