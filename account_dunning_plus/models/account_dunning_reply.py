from odoo import api, fields, models
from odoo.tools import format_datetime

from .. import engine

# What of a reply is shown in a row of the worklist.
_SHORT = 90


class AccountDunningReply(models.Model):
    """An e-mail that came back on what a customer was written about what is open.

    The message itself is on the page of the notice, promise, dispute or contact where Odoo's
    gateway puts it. Here is what the follow-up knows of it: whose it is, and whether somebody
    has read it. It is written by the gateway and by reading alone.
    """

    _name = "account.dunning.reply"
    _description = "Reply to Follow-up"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("reply", "Reply"),
            ("automatic", "Automatic answer"),
            ("bounce", "E-mail did not arrive"),
        ],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(string="Came In", required=True, readonly=True)
    contact_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Who wrote, or who was not reached.",
    )
    email = fields.Char(readonly=True, help="The address of who wrote, or that was not reached.")
    subject = fields.Char(readonly=True)
    summary = fields.Text(
        readonly=True, help="What was written, without what it quotes; or why it did not arrive."
    )
    message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The message on the page to which it came.",
    )
    res_model = fields.Char(readonly=True, help="The kind of page to which it came.")
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    is_waiting = fields.Boolean(readonly=True, help="Somebody has to read it.")
    wait_until = fields.Date(
        readonly=True, help="Unread, it keeps reminders back up to and including this day."
    )
    read_on = fields.Datetime(readonly=True)
    read_user_id = fields.Many2one(
        "res.users", string="Read By", readonly=True, ondelete="set null"
    )
    read_how = fields.Selection([("read", "Read"), ("answered", "Answered")], readonly=True)

    _waiting_index = models.Index("(company_id, partner_id) WHERE is_waiting")

    @api.depends("partner_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for reply in self:
            reply.display_name = f"{reply.partner_id.display_name} – {kinds.get(reply.kind, '')}"

    @api.model
    def _waiting_until(self, company, partners):
        """Until when answers that nobody has read keep reminders back.

        :return: dict of partner id to day, for the customers who answered
        """
        # sudo: the decision is the same whoever looks at it.
        groups = self.sudo()._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.ids),
                ("is_waiting", "=", True),
                ("wait_until", "!=", False),
            ],
            ["partner_id"],
            ["wait_until:max"],
        )
        return {partner.id: until for partner, until in groups}

    @api.model
    def _waiting_of(self, pairs):
        """What customers wrote and nobody has read, the newest first.

        :param pairs: (id of the commercial entity, company id)
        """
        pairs = set(pairs)
        # sudo: callers check that the rows or pages may be read.
        found = self.sudo().search(
            [
                ("is_waiting", "=", True),
                ("partner_id", "in", [partner_id for partner_id, _company in pairs]),
                ("company_id", "in", [company_id for _partner, company_id in pairs]),
            ]
        )
        return found.filtered(lambda own: (own.partner_id.id, own.company_id.id) in pairs)

    def _end(self, how, user):
        """Somebody has read these, or answered."""
        # sudo: what is kept of a reply is written by its workflow alone.
        self.sudo().write(
            {
                "is_waiting": False,
                "read_on": fields.Datetime.now(),
                "read_user_id": user.id,
                "read_how": how,
            }
        )

    # ------------------------------------------------------------------- words

    def _who(self):
        """Who wrote: the contact, else the address."""
        self.ensure_one()
        return self.contact_id.name or self.email or self.partner_id.name

    def _short_words(self):
        """What these say, the newest in front, in a line."""
        newest = self[:1]
        if newest.kind == "bounce":
            # Said anew, in the reader's language and of the address as it is now.
            return newest.contact_id._dunning_email_problem() or newest._bounce_words()
        words = self.env._("%s answered", newest._who())
        if newest.summary:
            words = self.env._(
                "%(who)s answered: “%(words)s”",
                who=newest._who(),
                words=engine.one_line(newest.summary, _SHORT),
            )
        if len(self) > 1:
            words = self.env._("%(words)s (%(count)s replies)", words=words, count=len(self))
        return words

    def _bounce_words(self):
        """That a message did not arrive, as a sentence without its end."""
        self.ensure_one()
        return self.env._(
            "The e-mail to %(address)s did not arrive: %(reason)s",
            address=self.email,
            reason=self.summary or self.env._("no reason given"),
        )

    def _state_words(self):
        """Who has read it and when, or that it waits."""
        self.ensure_one()
        if self.kind == "automatic":
            return self.env._("Automatic")
        if self.is_waiting:
            return self.env._("To read")
        if not self.read_on:
            return self.env._("E-mail did not arrive") if self.kind == "bounce" else ""
        words = {
            "read": self.env._("Read by %(who)s, %(when)s"),
            "answered": self.env._("Answered by %(who)s, %(when)s"),
        }[self.read_how]
        return words % {
            "who": self.read_user_id.name or self.env._("a colleague"),
            "when": format_datetime(self.env, self.read_on, dt_format="short"),
        }
