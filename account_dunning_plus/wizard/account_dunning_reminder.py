from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

# So many documents are named in the summary; the message itself states all.
_NAMED = 5


class AccountDunningReminder(models.TransientModel):
    """The composer: one customer's next reminder, sent now by a person.

    What it shows is decided when it is opened and again when it is sent.
    """

    _name = "account.dunning.reminder"
    _description = "Send Reminder"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    why_nothing = fields.Char(readonly=True, help="Why nothing can be sent.")
    sent_notice_id = fields.Many2one("account.dunning.notice", string="Sent Today", readonly=True)
    level_id = fields.Many2one("account.dunning.level", readonly=True)
    send_email = fields.Boolean(readonly=True)
    by_letter = fields.Boolean(readonly=True)
    channel = fields.Char(readonly=True, help="By which way it goes as the customer wishes.")
    planned_date = fields.Date(readonly=True, help="The day for which it was planned.")
    requires_approval = fields.Boolean(readonly=True)
    waits = fields.Boolean(compute="_compute_waits", help="A manager approves it first.")
    can_add_early = fields.Boolean(readonly=True)
    add_early = fields.Boolean(
        string="Also What Comes Later",
        help="Remind of all overdue items, also of those whose next level has not come yet.",
    )
    summary = fields.Char(string="About", readonly=True)
    hint = fields.Text(compute="_compute_hint")
    recipient_id = fields.Many2one(
        "res.partner", string="Send To", domain="[('id', 'child_of', partner_id)]"
    )
    copy_ids = fields.Many2many(
        "res.partner",
        string="Copies To",
        domain="[('id', 'child_of', partner_id)]",
        help="Contacts of the customer who get a copy of the e-mail.",
    )
    # What the contacts' roles make of it, to know what a person changed.
    copy_before_ids = fields.Many2many(
        "res.partner", "account_dunning_reminder_copy_before", readonly=True
    )
    subject = fields.Char()
    body = fields.Html(sanitize_style=True)
    # What the level's text makes of it, to know what a person changed.
    subject_before = fields.Char(readonly=True)
    body_before = fields.Html(sanitize_style=True, readonly=True)
    stated = fields.Json(readonly=True)
    attach_invoices = fields.Boolean()

    def _compute_display_name(self):
        self.display_name = self.env._("Send Reminder")

    # -------------------------------------------------------------------- open

    @api.model
    def _open(self, company, partner):
        """Open the composer for a customer of a company."""
        wizard = self.create({"company_id": company.id, "partner_id": partner.id})
        wizard._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Reminder"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    def _notices(self):
        # sudo: the text is rendered as delivery renders it, with what the reminder states;
        # the group's access to this wizard is the right to send.
        return self.env["account.dunning.notice"].sudo().with_company(self.company_id)

    def _choice(self):
        """What may be sent now: Choice, None when the customer has no open items."""
        choices = self._notices()._choices_by_hand(self.company_id, self.partner_id.ids)
        return choices.get(self.partner_id.id)

    def _chosen(self, choice):
        """The DecidedCustomer to send, and the ids of its items that are before their day."""
        if choice.is_early or self.add_early:
            return choice.everything, choice.early
        return choice.planned, frozenset()

    def _fill(self):
        """Show what would be sent, or why nothing can be."""
        self.ensure_one()
        company = self.company_id
        sent = self._notices()._sent_today(company, self.partner_id.ids)[:1]
        if sent:
            self.sent_notice_id = sent
            return
        choice = self._choice()
        if not choice or choice.everything.decision.level is None:
            self.why_nothing = self._notices()._why_nothing(company, self.partner_id, choice)
            return
        chosen, early = self._chosen(choice)
        notice = self._draft(chosen)
        self.level_id = notice.level_id
        self.planned_date = choice.early_day() if choice.is_early else False
        self.requires_approval = chosen.decision.requires_approval
        self.can_add_early = bool(choice.early) and not choice.is_early
        self.summary = self._summary_of(notice)
        self.attach_invoices = notice._attaches_invoices()
        self.recipient_id = self.recipient_id or notice.recipient_id
        self._fill_channel(notice)
        self._fill_copies(notice)
        self._write_text(notice)

    def _fill_channel(self, notice):
        """By which way the notice goes."""
        self.send_email = notice._goes_by_email()
        self.by_letter = notice._goes_by_letter()
        self.channel = dict(notice._fields["channel"]._description_selection(self.env)).get(
            notice.channel
        )

    def _fill_copies(self, notice):
        """Who gets a copy by their role, or as a colleague chose."""
        # sudo: the contacts of a customer to whom the user may send.
        partner = self.partner_id.sudo().with_company(self.company_id)
        roles = partner._dunning_roles_of(partner.ids).get(partner.id)
        copies = partner._dunning_copies(notice.recipient_id, roles, notice.level_id._is_formal())
        self.copy_before_ids = copies
        chosen = (notice.composed or {}).get("copy_ids")
        self.copy_ids = copies if chosen is None else notice._own_contacts(chosen)

    def _draft(self, chosen):
        """The notice that would be sent, not saved.

        What a colleague changed in one that waits for approval is kept.
        """
        runs = self.env["account.dunning.run"].sudo()
        run = runs.new({"company_id": self.company_id.id, "date": self.company_id._dunning_today()})
        partner = self.partner_id.sudo().with_company(self.company_id)
        vals, _lines = self._notices()._prepare_stated_notice(run, partner, chosen)
        waiting = self._notices()._waiting_for_approval(self.company_id, partner)[:1]
        notice = self._notices().new({**vals, "run_id": False, "composed": waiting.composed})
        # Who cannot be reached is not proposed where another contact can be.
        notice.recipient_id = self.recipient_id or notice._addressee()._dunning_reachable()
        return notice

    def _write_text(self, notice):
        """Show the text that the level makes of the notice, in its reader's language."""
        template = notice.level_id._template()
        subjects = template._render_field("subject", [notice.id], compute_lang=True)
        self.subject = notice._composed_text().get("subject", subjects[notice.id])
        self.body = notice._render_body()
        self.subject_before, self.body_before = self.subject, self.body
        self.stated = notice._stated()

    def _summary_of(self, notice):
        names = [row["name"] for row in notice.statement["items"]]
        named = ", ".join(names[:_NAMED])
        if len(names) > _NAMED:
            named = self.env._(
                "%(names)s and %(count)s more", names=named, count=len(names) - _NAMED
            )
        return self.env._(
            "%(names)s; to pay in all %(amount)s",
            names=named,
            amount=formatLang(
                self.env, notice.amount_due, currency_obj=self.company_id.currency_id
            ),
        )

    # ----------------------------------------------------------------- compute

    @api.depends("requires_approval")
    def _compute_waits(self):
        manager = self.env.user.has_group("account_dunning_plus.group_dunning_manager")
        for wizard in self:
            wizard.waits = wizard.requires_approval and not manager

    @api.depends("planned_date", "waits", "level_id", "recipient_id", "copy_ids", "channel")
    def _compute_hint(self):
        for wizard in self:
            wizard.hint = "\n".join(wizard._hints()) or False

    def _hints(self):
        """What the person should know before sending, a sentence each."""
        self.ensure_one()
        level = self.level_id
        if not level:
            return
        if self.planned_date:
            yield self.env._(
                "%(level)s was planned for %(date)s: you send it earlier.",
                level=level.display_name,
                date=self.env["account.dunning.facts"]._day(self.planned_date),
            )
        if self.waits:
            yield self.env._(
                "This level needs approval: the reminder waits until a dunning manager approves it."
            )
        if self.send_email:
            if problem := self.recipient_id._dunning_email_problem():
                yield problem
            for contact in self.copy_ids:
                if problem := contact._dunning_email_problem():
                    yield self.env._("No copy goes out: %s", problem)
        elif self.by_letter:
            yield self.env._("It goes as a letter: it is printed now.")
        if self.channel:
            yield self.env._("The customer wishes to be reminded like this: %s.", self.channel)
        if level.activity_type_id:
            yield self.env._("An activity is planned: %s.", level.activity_type_id.name)

    @api.onchange("recipient_id", "add_early")
    def _onchange_text(self):
        """Address the text to another contact, unless a person has changed it."""
        if not self.level_id or self._is_edited():
            return
        choice = self._choice()
        if not choice or choice.everything.decision.level is None:
            return
        chosen, _early = self._chosen(choice)
        notice = self._draft(chosen)
        self.level_id = notice.level_id
        self.requires_approval = chosen.decision.requires_approval
        self.summary = self._summary_of(notice)
        self._fill_channel(notice)
        if self.copy_ids == self.copy_before_ids:
            self._fill_copies(notice)
        self._write_text(notice)

    def _is_edited(self):
        return (self.subject, self.body) != (self.subject_before, self.body_before)

    # -------------------------------------------------------------------- send

    def action_send(self):
        """Send the reminder, or leave it for a manager to approve."""
        self.ensure_one()
        notices = self._notices()
        company = self.company_id
        notices._check_by_hand(company, self.partner_id)
        contact = self.recipient_id
        if contact and contact.commercial_partner_id != self.partner_id:
            raise UserError(
                self.env._(
                    "%(contact)s is not a contact of %(customer)s: choose one of the customer's "
                    "own contacts.",
                    contact=contact.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        run = notices.sudo(False)._run_of_today(company)
        if notices._sent_today(company, self.partner_id.ids):
            raise UserError(
                self.env._(
                    "%s was sent a reminder today: send that one again, or wait until tomorrow.",
                    self.partner_id.display_name,
                )
            )
        choice = self._choice()
        chosen, early = self._chosen(choice) if choice else (None, frozenset())
        if chosen is None or chosen.decision.level is None:
            raise UserError(notices._why_nothing(company, self.partner_id, choice))
        composed = self._composed(self._draft(chosen))
        notice = notices.sudo(False)._record_by_hand(run, [chosen], early, composed)
        if notice.state == "ready":
            notice._deliver()
        return self._after(notice)

    def _composed(self, notice):
        """What the person changed, None when nothing.

        :param notice: the notice that would be sent without the changes
        """
        composed = {}
        if (
            self.recipient_id
            and self.recipient_id
            != self.partner_id.sudo().with_company(self.company_id)._dunning_recipient()
        ):
            composed["recipient_id"] = self.recipient_id.id
        if self.copy_ids != self.copy_before_ids:
            composed["copy_ids"] = self.copy_ids.ids
        if self.attach_invoices != notice.level_id.attach_invoices:
            composed["attach_invoices"] = self.attach_invoices
        if self._is_edited():
            if self.stated != notice._stated():
                raise UserError(
                    self.env._(
                        "The account of %s changed since you opened this window. Copy your text, "
                        "close the window and open it again.",
                        self.partner_id.display_name,
                    )
                )
            composed.update(
                subject=self.subject, body_html=str(self.body or ""), stated=self.stated
            )
        elif written := notice._composed_text():
            composed.update(written, stated=notice._stated())
        return composed or None

    def _after(self, notice):
        """Say what became of the notice, and close the window."""
        if notice.state == "ready" and notice.letter_due:
            return dict(notice._print_letters(), close=True)
        kind, message = (
            "success",
            self.env._("Reminder sent to %s.", notice.recipient_id.display_name),
        )
        if notice.state == "draft":
            kind, message = "info", self.env._("The reminder waits for approval.")
        elif notice.state == "failed":
            kind, message = "danger", notice.failure_message
        elif notice.state == "ready":
            kind, message = (
                "warning",
                self.env._("Another process is sending this reminder at this moment."),
            )
        elif notice.state == "cancelled":
            kind, message = "warning", self.env._("Nothing was sent: nothing is due any more.")
        elif not notice._goes_by_email():
            message = self.env._("%s is planned.", notice._planned_activity_type().name)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_resend(self):
        """Send today's notice once more."""
        self.ensure_one()
        self.sent_notice_id.action_resend()
        return self._after(self.sent_notice_id)
