from collections import defaultdict
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.tools import SQL, format_date, format_datetime, formatLang, html2plaintext

# The history shown at once; what is older is found where it lives.
_TIMELINE = 60
_TEXT = 300

# What has a note on the contact's page, ``message_id``, and is in the history by itself.
_TELLING = (
    "account.dunning.call",
    "account.dunning.reply",
    "account.dunning.said.paid",
    "account.payment.promise",
)


class AccountDunningFollowup(models.Model):
    """What happened with a customer, newest first, wherever it is kept."""

    _inherit = "account.dunning.followup"

    timeline = fields.Json(compute="_compute_timeline")

    def _compute_timeline(self):
        for row in self:
            events = [
                *row._timeline_notices(),
                *row._timeline_discounts(),
                *row._timeline_courtesies(),
                *row._timeline_charges(),
                *row._timeline_calls(),
                *row._timeline_promises(),
                *row._timeline_disputes(),
                *row._timeline_said_paid(),
                *row._timeline_messages(),
                *row._timeline_replies(),
                *row._timeline_payments(),
            ]
            events.sort(key=lambda event: event["date"], reverse=True)
            row.timeline = self._linked(events[:_TIMELINE])

    def _linked(self, events):
        """Keep the links that the user may follow; the events themselves are shown to all."""
        ids = defaultdict(set)
        for event in events:
            ids[event["res_model"]].add(event["res_id"])
        ids.pop(self._name, None)
        readable = {self._name: set(self.ids)}
        for model, own in ids.items():
            records = self.env[model].with_context(active_test=False)
            readable[model] = (
                set(records._search([("id", "in", list(own))]))
                if records.has_access("read")
                else set()
            )
        for event in events:
            if event["res_id"] not in readable[event["res_model"]]:
                event.update(res_model="", res_id=0)
        return events

    def _event(self, kind, date, title, record, **more):
        """One thing that happened.

        :param date: a date, or a datetime in UTC
        """
        with_time = isinstance(date, datetime)
        return {
            "kind": kind,
            "date": fields.Datetime.to_string(date)
            if with_time
            else f"{fields.Date.to_string(date)} 00:00:00",
            "date_text": format_datetime(self.env, date, dt_format="short")
            if with_time
            else format_date(self.env, date),
            "icon": more.pop("icon"),
            "title": title,
            "text": "",
            "author": "",
            "state": "",
            "tone": "",
            "res_model": record._name,
            "res_id": record.id,
            **more,
        }

    def _timeline_notices(self):
        # sudo: what a customer was sent is shown to all who may read the row.
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "!=", "cancelled"),
                ],
                limit=_TIMELINE,
            )
        )
        states = dict(notices._fields["state"]._description_selection(self.env))
        tones = {"sent": "", "failed": "danger", "draft": "warning", "ready": ""}
        for notice in notices:
            yield self._event(
                "notice",
                notice.date
                if notice.state != "sent"
                else notice.mail_message_id.date or notice.date,
                notice.level_id.name,
                notice,
                icon="fa-bell-o",
                text=notice.failure_message or self._notice_words(notice),
                author=notice.recipient_id.name or "",
                state=states[notice.state],
                tone=tones[notice.state],
            )

    def _notice_words(self, notice):
        """What a reminder asked for."""
        amount = formatLang(self.env, notice.amount_due, currency_obj=notice.currency_id)
        if not notice.amount_charges:
            return amount
        return self.env._(
            "%(amount)s, of it %(charges)s interest and costs",
            amount=amount,
            charges=formatLang(self.env, notice.amount_charges, currency_obj=notice.currency_id),
        )

    def _timeline_calls(self):
        calls = self.env["account.dunning.call"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
            limit=_TIMELINE,
        )
        outcomes = dict(calls._fields["outcome"]._description_selection(self.env))
        for call in calls:
            yield self._event(
                "call",
                call.date,
                outcomes[call.outcome],
                call,
                icon="fa-phone",
                text=call.note or "",
                # sudo: the name of a colleague.
                author=call.user_id.sudo().name or "",
            )

    def _told_elsewhere(self):
        """Messages that calls, promises and replies tell by themselves, as SQL of their ids."""
        # Whatever company it was said to: which notes are left out is no secret.
        for name in _TELLING:
            self.env[name].flush_model(["message_id", "partner_id"])
        told = [
            SQL(
                "SELECT message_id FROM %(table)s"
                " WHERE partner_id = %(partner)s AND message_id IS NOT NULL",
                table=SQL.identifier(self.env[name]._table),
                partner=self.partner_id.id,
            )
            for name in _TELLING
        ]
        return SQL("(%s)", SQL(" UNION ALL ").join(told))

    def _timeline_messages(self):
        """What was written: e-mails and notes about the customer."""
        messages = self.env["mail.message"]
        told = self._told_elsewhere()
        family = self.partner_id._dunning_family()
        # The note that goes with a call or promise is told by that itself.
        untold = ("id", "not in", told)
        with_text = [("message_type", "in", ("email", "comment", "notification", "email_outgoing"))]
        found = messages.search(
            [("model", "=", "res.partner"), ("res_id", "in", family.ids), untold, *with_text],
            limit=_TIMELINE,
        )
        # sudo: e-mails and answers on this customer's reminders, and notes on this very row.
        notices = self.env["account.dunning.notice"].sudo()
        found |= messages.browse(
            messages.sudo()
            .search(
                [
                    untold,
                    "|",
                    *("&", ("model", "=", self._name), ("res_id", "=", self.id)),
                    *("&", ("model", "=", notices._name)),
                    *("&", ("message_type", "in", ("email", "comment"))),
                    (
                        "res_id",
                        "in",
                        notices.search(
                            [
                                ("partner_id", "=", self.partner_id.id),
                                ("company_id", "=", self.company_id.id),
                            ]
                        ).ids,
                    ),
                ],
                limit=_TIMELINE,
            )
            .ids
        )
        customers = self.partner_id.commercial_partner_id
        # That a contact was created is no news of the customer.
        created = {partner.id: partner.create_date for partner in family}
        born = {
            message.id
            for message in found.sudo()
            if message.model == "res.partner"
            and message.message_type == "notification"
            and abs(message.date - created[message.res_id]) < timedelta(seconds=5)
        }
        for message in found.sudo():
            text = html2plaintext(message.body or "").strip()
            if not text or message.id in born:
                continue
            incoming = (
                message.message_type == "email"
                and message.author_id.commercial_partner_id in customers
            )
            kind = "reply" if incoming else "mail" if "email" in message.message_type else "note"
            titles = {
                "reply": self.env._("Reply"),
                "mail": self.env._("E-mail"),
                "note": self.env._("Note"),
            }
            icons = {"reply": "fa-reply", "mail": "fa-envelope-o", "note": "fa-sticky-note-o"}
            record = self.env[message.model].browse(message.res_id)
            yield self._event(
                kind,
                message.date,
                message.subject or titles[kind],
                record,
                icon=icons[kind],
                text=text[:_TEXT] + ("…" if len(text) > _TEXT else ""),
                author=message.author_id.name or message.email_from or "",
                tone="warning" if incoming else "",
            )

    def _timeline_payments(self):
        """Money that came in: bank and cash entries, and payments that wait for the bank."""
        # sudo: that a customer paid is shown to all who may read the row.
        items = self.env["account.move.line"].sudo()
        lines = items.search(
            [
                *items._dunning_receivable_domain(self.partner_id, self.company_id),
                ("balance", "<", 0),
                ("journal_id.type", "in", ("bank", "cash", "credit")),
            ],
            order="date desc, id desc",
            limit=_TIMELINE,
        )
        for line in lines:
            yield self._event(
                "payment",
                line.date,
                self.env._("Payment"),
                line.move_id,
                icon="fa-money",
                text=formatLang(self.env, -line.amount_currency, currency_obj=line.currency_id),
                state="" if line.reconciled else self.env._("not matched"),
                tone="success",
            )
        waiting = (
            self.env["account.payment"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "in_process"),
                    ("move_id", "=", False),
                    ("payment_type", "=", "inbound"),
                ],
                limit=_TIMELINE,
            )
        )
        for payment in waiting:
            yield self._event(
                "payment",
                payment.date,
                self.env._("Payment"),
                payment,
                icon="fa-money",
                text=formatLang(self.env, payment.amount, currency_obj=payment.currency_id),
                state=self.env._("on its way"),
                tone="success",
            )
