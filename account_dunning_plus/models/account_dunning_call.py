from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import formatLang

# Working days within which somebody looks into what a customer disputes.
DISPUTE_DAYS = 3

_NEXT_DATE_NEEDED = ("call_back", "will_pay")


class AccountDunningCall(models.Model):
    """A call with a customer about what is open. Logging one starts what follows from it.

    Calls are history: nobody changes them afterwards.
    """

    _name = "account.dunning.call"
    _description = "Follow-up Call"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Caller",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Datetime(string="Called On", required=True, default=fields.Datetime.now)
    contact_id = fields.Many2one(
        "res.partner",
        string="Spoken With",
        domain="[('id', 'child_of', partner_id)]",
        ondelete="set null",
    )
    direction = fields.Selection(
        [("outgoing", "We called"), ("incoming", "The customer called")],
        required=True,
        default="outgoing",
    )
    outcome = fields.Selection(
        [
            ("no_answer", "No answer"),
            ("call_back", "Call back"),
            ("will_pay", "Will pay"),
            ("has_paid", "Has paid"),
            ("disputes", "Disputes it"),
            ("wrong_person", "Wrong person"),
            ("other", "Other"),
        ],
        required=True,
        index=True,
    )
    next_date = fields.Date(
        string="Until / On",
        help="No answer, call back: the day of the next call. Will pay: the day by which.",
    )
    paid_on = fields.Date(help="The day on which the customer says to have paid.")
    amount = fields.Monetary(help="What the customer said to pay.")
    note = fields.Text(string="What Was Said")
    promise_id = fields.Many2one(
        "account.payment.promise",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="What was promised on the phone.",
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )

    @api.depends("partner_id", "date", "outcome")
    def _compute_display_name(self):
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        for call in self:
            parts = (call.partner_id.display_name, outcomes.get(call.outcome))
            call.display_name = " – ".join(filter(None, parts))

    @api.onchange("outcome")
    def _onchange_outcome(self):
        if self.outcome not in (*_NEXT_DATE_NEEDED, "no_answer"):
            self.next_date = False
        if self.outcome != "will_pay":
            self.amount = False
        if self.outcome != "has_paid":
            self.paid_on = False

    # ------------------------------------------------------------------ create

    @api.model_create_multi
    def create(self, vals_list):
        """Log calls, and start what follows from each."""
        vals_list = [self._own_vals(vals) for vals in vals_list]
        calls = super().create(vals_list)
        for call in calls:
            call._check()
            call._finish_due(call.partner_id, call.company_id, call._words())
            call._start_next()
            call._log()
        return calls

    @api.model
    def _own_vals(self, vals):
        """A call belongs to the company of the customer's account, and to who made it."""
        vals = dict(vals)
        if not self.env.su:
            vals["user_id"] = self.env.uid
            vals.pop("message_id", None)
            vals.pop("promise_id", None)
        if vals.get("partner_id"):
            partner = self.env["res.partner"].browse(vals["partner_id"])
            vals.setdefault("contact_id", partner.id if not partner.is_company else False)
            vals["partner_id"] = partner.commercial_partner_id.id
        return vals

    def _check(self):
        """Refuse what cannot be acted on, with a sentence that says what to do."""
        self.ensure_one()
        self.partner_id.check_access("read")
        if self.company_id not in self.env.user.company_ids and not self.env.su:
            raise AccessError(self.env._("You have no access to %s.", self.company_id.name))
        if self.contact_id and self.contact_id.commercial_partner_id != self.partner_id:
            raise UserError(
                self.env._(
                    "%(contact)s is not a contact of %(customer)s.",
                    contact=self.contact_id.display_name,
                    customer=self.partner_id.display_name,
                )
            )
        if self.date > fields.Datetime.now():
            raise UserError(self.env._("The call is in the future: log it when it was made."))
        self._check_next_date()

    def _check_next_date(self):
        today = self.company_id._dunning_today()
        if self.outcome == "has_paid" and not (self.paid_on and self.paid_on <= today):
            raise UserError(
                self.env._("Say on which day the customer paid: today or an earlier day.")
            )
        if not self.next_date:
            if self.outcome == "call_back":
                raise UserError(self.env._("Say on which day to call back."))
            if self.outcome == "will_pay":
                raise UserError(self.env._("Say by which day the customer will pay."))
            return
        if self.next_date < today:
            raise UserError(
                self.env._(
                    "%s is in the past: choose today or a later day.", self._day(self.next_date)
                )
            )
        if self.outcome == "will_pay" and self.amount < 0:
            raise UserError(self.env._("The amount that will be paid cannot be negative."))

    def _day(self, day):
        return self.env["account.dunning.facts"]._day(day)

    # ---------------------------------------------------------------- follow-up

    def _customer(self):
        """The follow-up row of the call's customer, empty when nothing was ever open."""
        rows, known = self._row_of(self.partner_id, self.company_id)
        return rows, known.user_id

    @api.model
    def _row_of(self, partner, company):
        """The follow-up row of a customer, and what is remembered of it."""
        # sudo: the row of the customer about whom the user logs a call; its ids are those
        # of the remembered customers.
        known = (
            self.env["account.dunning.customer"]
            .sudo()
            .search([("partner_id", "=", partner.id), ("company_id", "=", company.id)])
        )
        return self.env["account.dunning.followup"].sudo().browse(known.ids), known

    @api.model
    def _finish_due(self, partner, company, feedback):
        """The calls that were due for a customer have been made.

        :param feedback: what came of it, in a line
        """
        followup, _known = self._row_of(partner, company)
        # sudo: whoever made the call, the colleague to whom it was assigned need not.
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("company_id", "=", company.id),
                    ("activity_ids", "!=", False),
                ]
            )
        )
        due = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("activity_type_id.category", "=", "phonecall"),
                    # sudo: the day it is where the company is, no secret.
                    ("date_deadline", "<=", company.sudo()._dunning_today()),
                    *("|", "&", ("res_model", "=", followup._name), ("res_id", "in", followup.ids)),
                    *("&", ("res_model", "=", notices._name), ("res_id", "in", notices.ids)),
                ]
            )
        )
        if due:
            messages, _next = due._action_done(feedback=feedback)
            # On the customer's own screen the call or promise itself tells it.
            messages.filtered(lambda message: message.model == followup._name).unlink()

    def _start_next(self):
        """Start what follows from the outcome."""
        # sudo: sales staff do not read settings; the working days are no secret.
        company = self.company_id.sudo()
        today = company._dunning_today()
        calendar = company._dunning_working_days(today)
        tomorrow = today + timedelta(days=1)
        match self.outcome:
            case "no_answer":
                self._plan(
                    self.next_date or calendar.next(tomorrow),
                    self.env._("Call again"),
                    self.user_id,
                )
            case "call_back":
                self._plan(self.next_date, self.env._("Call back"), self.user_id)
            case "will_pay":
                if not self._promise():
                    self._plan(
                        calendar.next(self.next_date + timedelta(days=1)),
                        self.env._("Has the customer paid as promised?"),
                    )
            case "has_paid":
                self._say_paid()
            case "disputes":
                day = tomorrow
                for _count in range(DISPUTE_DAYS - 1):
                    day = calendar.next(day) + timedelta(days=1)
                day = calendar.next(day)
                self._hold(day, self._words())
                self._plan(
                    day, self.env._("Look into the dispute"), kind="mail.mail_activity_data_todo"
                )

    def _say_paid(self):
        """What is overdue is said to be paid: it is put up to be looked into.

        :return: the account.dunning.said.paid, empty when nothing is overdue
        """
        promises = self.env["account.payment.promise"].with_company(self.company_id)
        draft = promises.new({"partner_id": self.partner_id.id, "company_id": self.company_id.id})
        # sudo: sales staff do not read settings; the company's day is no secret.
        company = self.company_id.sudo()
        today = company._dunning_today()
        lines = draft._open_lines().filtered(
            lambda line: (line.date_maturity or line.date) < today and not line.no_followup
        )
        said = self.env["account.dunning.said.paid"]
        return lines and said._say(
            self.partner_id,
            company,
            lines,
            date=self.paid_on,
            note=self.note,
            contact_id=self.contact_id.id,
            channel="phone",
        )

    def _promise(self):
        """Take the customer's word down as a promise, within the limits of who made the call.

        :return: whether there was anything to promise
        """
        promises = self.env["account.payment.promise"].with_company(self.company_id)
        draft = promises.new({"partner_id": self.partner_id.id, "company_id": self.company_id.id})
        lines = draft._open_lines() - draft._promised_elsewhere()
        if not lines:
            return False
        vals = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "contact_id": self.contact_id.id,
            "user_id": self.user_id.id,
            "channel": "phone",
            "made_on": self.company_id.sudo()._dunning_today(),
            "date": self.next_date,
            "first_date": self.next_date,
            "amount": self._promised_amount(lines),
            "note": self.note,
            "move_line_ids": [Command.set(lines.ids)],
        }
        # sudo: the call's own link to what follows from it.
        self.sudo().promise_id = promises.create(vals)
        return True

    def _promised_amount(self, lines):
        """What the customer said to pay, else all that is open, in the promise's currency.

        :param lines: the items that can be promised
        """
        company_currency = self.currency_id
        # sudo in _open_lines: what is open is known to all who log a call.
        currency = lines.currency_id if len(lines.currency_id) == 1 else company_currency
        if self.amount:
            return company_currency._convert(
                self.amount, currency, self.company_id, self.company_id.sudo()._dunning_today()
            )
        field = "amount_residual" if currency == company_currency else "amount_residual_currency"
        return currency.round(sum(lines.mapped(field)))

    def _plan(self, day, summary, user=None, kind="mail.mail_activity_data_call"):
        """Plan an activity on the customer's follow-up.

        :param user: who does it; empty for who follows the customer up
        """
        followup, responsible = self._customer()
        record = followup or self.partner_id.sudo()
        user = user or responsible or self.company_id.sudo().dunning_user_id or self.user_id
        if not user.active or self.company_id not in user.company_ids:
            user = self.user_id
        # sudo: an activity that follows from the call, also for a colleague.
        # quick_update: it is seen in the list, not in an e-mail.
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            {
                "res_model_id": self.env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "activity_type_id": self.env.ref(kind).id,
                "user_id": user.id,
                "date_deadline": day,
                "summary": summary,
                "note": self.note,
            }
        )

    def _hold(self, until, reason):
        """Keep reminders back until a day, unless they are for longer already."""
        # sudo: who logs the call may keep reminders back, for a limited time only.
        partner = self.partner_id.sudo().with_company(self.company_id)
        if not partner.dunning_hold_until or partner.dunning_hold_until < until:
            partner.write({"dunning_hold_until": until, "dunning_hold_reason": reason})

    # ----------------------------------------------------------------- history

    def _words(self):
        """What came of the call, in a line."""
        self.ensure_one()
        match self.outcome:
            case "will_pay" if self.amount:
                words = self.env._(
                    "will pay %(amount)s by %(date)s",
                    amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
                    date=self._day(self.next_date),
                )
            case "will_pay":
                words = self.env._("will pay by %s", self._day(self.next_date))
            case "has_paid":
                words = self.env._("has paid on %s", self._day(self.paid_on))
            case "call_back":
                words = self.env._("call back on %s", self._day(self.next_date))
            case _:
                outcomes = dict(self._fields["outcome"]._description_selection(self.env))
                words = outcomes[self.outcome]
        note = " ".join((self.note or "").split())
        return f"{words[:1].upper()}{words[1:]}" + (f": {note}" if note else "")

    def _log(self):
        """Note the call on the customer's contact, for all who read there."""
        self.ensure_one()
        who = self.contact_id.name or self.partner_id.name
        words = (
            self.env._("%(who)s called.", who=who)
            if self.direction == "incoming"
            else self.env._("Called %(who)s.", who=who)
        )
        # sudo: the note that goes with the call.
        self.sudo().message_id = self.partner_id.sudo()._message_log(
            body=" ".join(filter(None, (words, self._words(), self._promise_words())))
        )

    def _promise_words(self):
        """What became of the customer's word, where a promise does not hold at once."""
        self.ensure_one()
        if self.outcome != "will_pay":
            return ""
        # sudo: the promise that follows from the call.
        promise = self.sudo().promise_id
        if not promise:
            return self.env._(
                "– No promise was taken down: nothing is open that is not promised already."
            )
        if promise.state == "draft":
            return self.env._(
                "– The promise waits for approval, and reminders go on until then: %s",
                promise.approval_reason,
            )
        return ""

    # ----------------------------------------------------------------- actions

    def action_done(self):
        """Close the dialog, or lead on to where the rest is written.

        The wrong person leads to the customer's contacts, a dispute to its form.
        """
        self.ensure_one()
        match self.outcome:
            case "wrong_person":
                return {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Contacts of %s", self.partner_id.display_name),
                    "res_model": "res.partner",
                    "view_mode": "form",
                    "views": [(False, "form")],
                    "res_id": self.partner_id.id,
                }
            case "disputes":
                return self._open_dispute()
        return {"type": "ir.actions.act_window_close"}

    def _open_dispute(self):
        """Open the form that says what of which invoice is disputed."""
        # sudo: the invoices of the customer about whom the user logged a call.
        invoices = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("move_type", "in", ("out_invoice", "out_receipt")),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                ],
                limit=2,
            )
        )
        if not invoices:
            return {"type": "ir.actions.act_window_close"}
        disputes = self.env["account.dunning.dispute"]
        action = disputes._dialog(
            self.partner_id,
            self.company_id,
            invoices.sudo(False) if len(invoices) == 1 else None,
        )
        known = {"default_note": self.note}
        if self.contact_id:
            known["default_contact_id"] = self.contact_id.id
        return dict(action, context={**action["context"], **known})
