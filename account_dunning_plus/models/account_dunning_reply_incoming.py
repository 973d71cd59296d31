import logging
import re

import psycopg2
from lxml import etree, html
from odoo import api, fields, models
from odoo.tools import email_normalize, email_normalize_all, html2plaintext
from odoo.tools.mail import unfold_references

from .. import engine

_logger = logging.getLogger(__name__)

# Where Odoo's gateway puts answers to what customers are written about what is open.
CONVERSATIONS = (
    "account.dunning.notice",
    "account.discount.notice",
    "account.dunning.courtesy",
    "account.payment.promise",
    "account.dunning.dispute",
    "account.dunning.followup",
    "account.dunning.answer",
    "account.dunning.said.paid",
    "res.partner",
)

# Of a mail of any size nobody reads more than this here; all of it is in the message.
_LOOKED_AT = 100_000
_KEPT = 1000

# "On Mon, 2 Mar 2026, Wholesale wrote:" above what is quoted.
_QUOTED = re.compile(
    r"^(?:On|Op|Le|Am)\s.{5,200}(?:wrote|schreef|a\s+écrit|schrieb).{0,80}:\s*$"
    r"|^-{3,}\s*(?:Original|Oorspronkelijk|Message d'origine|Urspr).*$",
    re.IGNORECASE | re.MULTILINE,
)


class AccountDunningReply(models.Model):
    """How an e-mail that Odoo's gateway took becomes a reply, or news of a failed message."""

    _inherit = "account.dunning.reply"

    # ------------------------------------------------------------------ replies

    @api.model
    def _take(self, message, message_dict):
        """Take an e-mail that the gateway has put on a page as a customer's reply.

        :param message: email.message.EmailMessage
        :param message_dict: what the gateway made of it
        """
        # sudo: whoever fetches the e-mails, the follow-up must know.
        self._guarded(lambda: self.sudo()._take_reply(message, message_dict), message_dict)

    @api.model
    def _guarded(self, work, message_dict):
        """Do work without losing the e-mail, which the gateway has already put in its place."""
        try:
            with self.env.cr.savepoint():
                work()
        except psycopg2.OperationalError:
            # The database asks to try the whole transaction again.
            raise
        except Exception:
            _logger.exception(
                "The e-mail %s is on its page, but the follow-up does not know of it",
                message_dict.get("message_id"),
            )

    @api.model
    def _take_reply(self, message, message_dict):
        posted = self.env["mail.message"].search(
            [
                ("message_id", "=", message_dict["message_id"]),
                ("model", "in", CONVERSATIONS),
            ]
        )
        for own in posted:
            record = self.env[own.model].browse(own.res_id)
            pairs = self._pairs_of(record, self._referred(message_dict))
            if not pairs:
                continue
            kind = "automatic" if engine.is_automatic(message) else "reply"
            colleague = self._colleague(own)
            if kind == "reply" and colleague and self._reached_outside(own):
                self._answer(record, own, pairs, colleague)
                continue
            self._keep(
                pairs,
                kind,
                is_waiting=kind == "reply",
                contact=own.author_id,
                email=own.email_from,
                record=record,
                message_id=own.id,
                subject=own.subject,
                summary=self._own_words(own.body),
            )

    @api.model
    def _pairs_of(self, record, messages):
        """Of which customers, in which companies, a page is.

        :param messages: the messages that an e-mail answers or is about: on a contact's page
            they tell whether it is a matter of the follow-up
        :return: set of (id of the commercial entity, company id)
        """
        if record._name != "res.partner":
            return {(record.partner_id.commercial_partner_id.id, record.company_id.id)}
        written = self.env["account.dunning.customer"].search(
            [("written_message_ids", "in", messages.ids)]
        )
        earlier = self.search([("message_id", "in", messages.ids)])
        return {
            (own.partner_id.commercial_partner_id.id, own.company_id.id)
            for own in (*written, *earlier)
        }

    @api.model
    def _referred(self, message_dict):
        """The messages that an e-mail says it answers."""
        ids = unfold_references(message_dict.get("references") or "")
        ids.append(message_dict.get("in_reply_to") or "")
        # As many as the gateway itself looks at.
        ids = [own.strip() for own in ids if own.strip()][-32:]
        messages = self.env["mail.message"]
        return messages.search([("message_id", "in", ids)]) if ids else messages

    @api.model
    def _colleague(self, message):
        """The user of ours who wrote a message, empty when it was somebody else."""
        return message.author_id.user_ids.filtered(
            lambda user: (
                user._is_internal() and user.has_group("account_dunning_plus.group_dunning_user")
            )
        )[:1]

    @api.model
    def _reached_outside(self, message):
        """Whether somebody who is no colleague is told of a message."""
        told = message.notification_ids.res_partner_id | message.partner_ids
        return bool(message.outgoing_email_to or told.filtered("partner_share"))

    @api.model
    def _own_words(self, body):
        """What somebody wrote, without what is quoted below, on one line."""
        try:
            root = html.fromstring(f"<div>{(body or '')[:_LOOKED_AT]}</div>")
        except (etree.ParserError, ValueError):
            return ""
        # Of links and bold letters the words alone.
        etree.strip_tags(root, "a", "b", "em", "font", "i", "span", "strong", "u")
        whole = html2plaintext(etree.tostring(root, encoding="unicode"))
        for node in root.xpath(
            "//*[@data-o-mail-quote or @data-o-mail-quote-container] | //blockquote"
        ):
            if node.getparent() is not None:
                node.drop_tree()
        text = html2plaintext(etree.tostring(root, encoding="unicode"))
        # Who answers below each line quotes in between: only the quoted lines are left out.
        lines = [
            line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(">")
        ]
        written = "\n".join(line for line in lines if not _QUOTED.match(line.strip()))
        return engine.one_line(written.strip() or whole, _KEPT)

    @api.model
    def _keep(self, pairs, kind, contact, email, record, **vals):
        """Write down what came in, for each customer and company of whose it is."""
        now = fields.Datetime.now()
        self.env["account.dunning.customer"]._ensure_known(
            {(company_id, partner_id) for partner_id, company_id in pairs}
        )
        vals_list = []
        for partner_id, company_id in sorted(pairs):
            company = self.env["res.company"].browse(company_id)
            days = company.dunning_reply_days if kind == "reply" else 0
            vals_list.append(
                {
                    "partner_id": partner_id,
                    "company_id": company_id,
                    "kind": kind,
                    "date": now,
                    "contact_id": contact.id,
                    "email": email,
                    "res_model": record._name,
                    "res_id": record.id,
                    "wait_until": days and fields.Date.add(company._dunning_today(), days=days),
                    **vals,
                }
            )
        return self.create(vals_list)

    # ------------------------------------------------------------------ answers

    @api.model
    def _posted(self, record, message):
        """A person wrote on a page: an answer to what the customer wrote, if it goes there."""
        user = self.env.user
        own = self.sudo()
        message = message.sudo()
        if (
            user == self.env.ref("base.user_root")
            or not user.has_group("account_dunning_plus.group_dunning_user")
            or not self._reached_outside(message)
        ):
            return
        company_id = self.env.context.get("dunning_company_id")
        if self.env.context.get("dunning_statement") and record._name == "res.partner":
            # sudo: who may send a statement of account to whom was checked before.
            company = self.env["res.company"].browse(company_id) or self.env.company
            own._written(record, message, {(record.commercial_partner_id.id, company.id)})
            return
        if record._name == "res.partner":
            partner = record.sudo().commercial_partner_id
            pairs = {(partner.id, company.id) for company in self.env.companies}
        else:
            # sudo: the customer of a page on which the user may write.
            pairs = own._pairs_of(record.sudo(), message)
        own._answer(record, message, pairs, user)

    @api.model
    def _answer(self, record, message, pairs, user):
        """Somebody answered the customer: nothing waits to be read any more."""
        waiting = self._waiting_of(pairs).filtered(lambda own: own.kind == "reply")
        if waiting:
            waiting._end("answered", user)
            if record._name == "res.partner":
                own = {(reply.partner_id.id, reply.company_id.id) for reply in waiting}
                self._written(record, message, own)

    @api.model
    def _written(self, record, message, pairs):
        """Remember a message on a contact's page as one of the follow-up."""
        known = self.env["account.dunning.customer"]
        known._ensure_known({(company_id, partner_id) for partner_id, company_id in pairs})
        for partner_id, company_id in pairs:
            known.search(
                [("partner_id", "=", partner_id), ("company_id", "=", company_id)]
            ).written_message_ids = [fields.Command.link(message.id)]

    # ------------------------------------------------------------------ bounces

    @api.model
    def _take_bounce(self, message, message_dict):
        """Take a mail server's report about a message to a customer.

        :param message: email.message.EmailMessage, the report
        :param message_dict: what the gateway made of it
        """
        # sudo: see _take.
        self._guarded(lambda: self.sudo()._take_report(message, message_dict), message_dict)

    @api.model
    def _take_report(self, message, message_dict):
        failure = engine.delivery_failure(message)
        original = message_dict["bounced_message"][:1]
        if not original:
            ids = failure.message_ids if failure else ()
            ids = [*ids, *self._referred(message_dict).mapped("message_id")]
            original = self.env["mail.message"].search([("message_id", "in", ids)], limit=1)
        if original.model not in CONVERSATIONS:
            return
        record = self.env[original.model].browse(original.res_id).exists()
        pairs = record and self._pairs_of(record, original)
        if not pairs:
            return
        if not failure:
            # It is late, or somebody opened it: worth knowing, no more.
            self._keep(
                pairs,
                "automatic",
                contact=self.env["res.partner"],
                email=message_dict.get("email_from"),
                record=record,
                subject=message_dict.get("subject"),
                summary=self._own_words(message_dict.get("body")),
            )
            return
        customer = self.env["res.partner"].browse(next(iter(pairs))[0])
        contact, address = self._unreached(record, original, customer, failure, message_dict)
        if not address:
            return
        self._mark(contact, address, failure.reason, message_dict)
        handled = original.model in (
            "account.dunning.notice",
            "account.discount.notice",
            "account.dunning.courtesy",
        ) and record._bounced(original, contact, address, failure.reason)
        self._keep(
            pairs,
            "bounce",
            is_waiting=not handled,
            contact=contact,
            email=address,
            record=record,
            subject=original.subject,
            summary=failure.reason,
        )

    @api.model
    def _unreached(self, record, original, customer, failure, message_dict):
        """Who was not reached at which address; both empty when it was no contact of theirs.

        A customer's server may hand a message on and report where that failed: what counts is
        the address that we wrote to.
        """
        sent_to = email_normalize_all(failure.sent_to)
        bounced = email_normalize(message_dict.get("bounced_email") or "", strict=False)
        is_copy = bool(bounced) and record._is_copy(bounced)
        address = bounced if bounced in sent_to or is_copy or not sent_to else sent_to[0]
        family = customer._dunning_family()
        if original in record._sent_messages():
            copied = family.filtered(lambda own: own.email_normalized == address)[:1]
            contact = copied if copied and is_copy else record.recipient_id
        else:
            contact = family.filtered(lambda own: own.email_normalized == address)[:1]
            if not address and len(original.notified_partner_ids & family) == 1:
                contact = original.notified_partner_ids & family
            if not contact:
                return contact, False
        return contact, address or contact.email_normalized

    @api.model
    def _mark(self, contact, address, reason, message_dict):
        """Remember that an address does not work, on all who have it."""
        same = self.env["res.partner"].search([("email_normalized", "=", address)])
        same._dunning_mark_bounced(address, reason)
        if not message_dict.get("bounced_email"):
            # The gateway counts bounces of addresses that the report names.
            same._message_receive_bounce(address, contact)
