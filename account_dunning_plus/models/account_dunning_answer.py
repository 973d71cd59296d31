import hashlib
import json
import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import engine

_logger = logging.getLogger(__name__)

# What a customer may tell us in a day; beyond it somebody plays, or should call.
MOST_A_DAY = 12

# Doubles of an answer are looked for among those of the last hours.
_DOUBLE = timedelta(hours=12)


class AccountDunningAnswer(models.Model):
    """What a customer answered on its page, and what became of it.

    Here is that it was said, and by whom; the promise, the dispute or what is said to be
    paid has its own record, and its own life.
    """

    _name = "account.dunning.answer"
    _description = "Answer on the Customer's Page"
    _inherit = [
        "mail.thread",
        "account.dunning.message",
        "account.dunning.rights",
        "account.dunning.titled",
    ]
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
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Who was written to, or was logged in.",
    )
    date = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("promise", "Promise"),
            ("plan", "Payment plan"),
            ("dispute", "Something is wrong"),
            ("question", "Question"),
            ("paid", "Already paid"),
            ("preferences", "Language and day"),
        ],
        required=True,
        readonly=True,
    )
    digest = fields.Char(readonly=True, help="Of all that was entered: the same counts once.")
    promise_id = fields.Many2one(
        "account.payment.promise",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    dispute_ids = fields.Many2many(
        "account.dunning.dispute",
        "account_dunning_answer_dispute",
        "answer_id",
        "dispute_id",
        readonly=True,
    )
    said_paid_id = fields.Many2one(
        "account.dunning.said.paid",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    reply_id = fields.Many2one(
        "account.dunning.reply",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Puts it up to be read.",
    )
    note = fields.Text(readonly=True, help="What the customer wrote.")
    confirmed = fields.Boolean(readonly=True, help="An e-mail tells the customer what reached us.")
    moves_day = fields.Boolean(readonly=True, help="The day of reminders was chosen anew.")
    wish = fields.Text(readonly=True, help="What the customer asks for, in our own words.")

    _digest_index = models.Index("(partner_id, company_id, digest)")

    # ------------------------------------------------------------ who answers

    @api.model
    def _office(self, customer):
        """This model as the office takes answers down: by itself, in the colleagues' language.

        :param customer: account.dunning.customer
        """
        # The visitor has no rights at all: the signed link, or the portal user's own account,
        # tells whose answers these are, and each value is checked before it gets here. What is
        # written is Odoo's own, as with e-mails that come in.
        own = self.with_user(SUPERUSER_ID)
        company = customer.with_user(SUPERUSER_ID).company_id
        user = customer.with_user(SUPERUSER_ID).user_id or company.dunning_user_id
        return own.with_company(company).with_context(
            allowed_company_ids=company.ids,
            lang=user.lang or company.partner_id.lang or "en_US",
            tz=user.tz or company.partner_id.tz,
            tracking_disable=False,
        )

    @api.model
    def _responsible(self, customer):
        """Who looks after what this customer answers."""
        company = customer.company_id
        return self.env["account.dunning.notice"]._followup_user(
            company, customer.user_id | company.dunning_user_id
        )

    @api.model
    def _answering(self, company, partners, today):
        """Who said something that nobody has looked at yet, or that is being looked into.

        By e-mail or on the page; as long as it keeps reminders back.
        """
        if not partners:
            return partners
        replied = self.env["account.dunning.reply"]._waiting_until(company, partners)
        said = self.env["account.dunning.said.paid"]._held_items(company, partners.ids)
        ids = {own for own, until in [*replied.items(), *said.values()] if until >= today}
        return partners.filtered(lambda own: own.id in ids)

    # -------------------------------------------------------- what can be meant

    @api.model
    def _answerable(self, customer):
        """What is open of a customer, and may be answered about.

        :return: list of OpenItem, oldest due first
        """
        partner, company = customer.partner_id, customer.company_id
        items = self.env["account.dunning.facts"].sudo()._open_items(company, partner.ids)
        return [
            item
            for item in items.get(partner.id, ())
            if item.amount > 0 and not item.facts.settled and not item.facts.excluded
        ]

    @api.model
    def _chosen(self, customer, item_ids):
        """The open items among those that a visitor names; others are nobody's business.

        :param item_ids: ids, believed of no one
        :return: list of OpenItem
        """
        return [item for item in self._answerable(customer) if item.id in item_ids]

    # -------------------------------------------------------------- once, and few

    @api.model
    def _one_at_a_time(self, customer):
        """Let answers of a customer come one after the other.

        Two at once (a double click) end in an error that makes the server do the second one
        again, which finds the first.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE account_dunning_customer SET answered_on = %s WHERE id = %s",
                fields.Datetime.now(),
                customer.id,
            )
        )
        customer.invalidate_recordset(["answered_on"], flush=False)

    @api.model
    def _digest(self, kind, item_ids, values, files=()):
        """A number for all that was entered."""
        parts = [
            kind,
            sorted(item_ids),
            sorted((name, str(value)) for name, value in values.items()),
            sorted(hashlib.sha256(data).hexdigest() for _name, _kind, data in files),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @api.model
    def _same(self, customer, digest):
        """The answer that says the same, was given a moment ago and still stands."""
        since = fields.Datetime.now() - _DOUBLE
        known = self.search(
            [
                ("partner_id", "=", customer.partner_id.id),
                ("company_id", "=", customer.company_id.id),
                ("digest", "=", digest),
                ("date", ">=", since),
            ],
            limit=1,
        )
        return known if known and known._stands() else self.browse()

    def _stands(self):
        """Whether what was said still holds: not cancelled, withdrawn or found wrong since."""
        self.ensure_one()
        if self.promise_id:
            return self.promise_id.state in ("draft", "open")
        if self.dispute_ids:
            return "open" in self.dispute_ids.mapped("state")
        if self.said_paid_id:
            return self.said_paid_id.state in ("waiting", "seen")
        return True

    @api.model
    def _too_many(self, customer):
        """Whether a customer told us so much today that a person should talk with it."""
        return (
            self.search_count(
                [
                    ("partner_id", "=", customer.partner_id.id),
                    ("company_id", "=", customer.company_id.id),
                    ("date", ">=", fields.Datetime.now() - timedelta(days=1)),
                ]
            )
            >= MOST_A_DAY
        )

    # --------------------------------------------------------------------- take

    @api.model
    def _take(self, kind, customer, entered, item_ids, contact=None, files=(), line_ids=()):
        """Take an answer down, or say what is wrong with it.

        :param kind: promise, plan, dispute, paid or preferences
        :param customer: account.dunning.customer whose page it is; the caller has checked that
            the visitor holds its link or is one of its contacts
        :param entered: dict of field to the text that was entered
        :param item_ids: ids of the items that were ticked
        :param contact: res.partner who answers, when it is known
        :param files: list of (name, bytes)
        :param line_ids: ids of the invoice lines that were ticked
        :return: the answer, dict of field to sentence; either of them is empty
        """
        own = self._office(customer)
        customer = customer.with_env(own.env)
        own._one_at_a_time(customer)
        entries, kept_files = getattr(own, f"_read_{kind}")(
            customer, entered, item_ids, files, line_ids
        )
        if entries.faults:
            return own, self._fault_sentences(kind, entries.faults)
        digest = own._digest(kind, item_ids | set(line_ids), entered, kept_files)
        if known := own._same(customer, digest):
            return known, {}
        if own._too_many(customer):
            return own, {"": self._too_many_sentence(customer)}
        contact = own._contact(customer, contact)
        try:
            with own.env.cr.savepoint():
                answer = own.create(
                    {
                        "partner_id": customer.partner_id.id,
                        "company_id": customer.company_id.id,
                        "contact_id": contact.id,
                        "date": fields.Datetime.now(),
                        "kind": kind,
                        "digest": digest,
                        "note": entries.values.get("note") or False,
                    }
                )
                getattr(answer, f"_do_{kind}")(customer, entries.values, kept_files)
        except UserError:
            # Such as what a colleague credits at this very moment. Said to the customer in
            # words of its own: a colleague's sentence is of other customers, too.
            _logger.info("An answer of customer %s cannot be taken", customer.id, exc_info=True)
            return own, {"": self._changed_sentence()}
        answer._confirm_received()
        return answer, {}

    @api.model
    def _contact(self, customer, contact):
        """Who answers: the contact who is known to, else who gets the reminders."""
        contact = contact and contact.with_env(self.env)
        if contact and contact.commercial_partner_id == customer.partner_id:
            return contact
        return customer.partner_id.with_company(customer.company_id)._dunning_recipient()

    def _put_up(self, words):
        """Put the answer up to be read, as a reply by e-mail is: reminders wait for it.

        :param words: what the customer says, in the colleagues' language
        """
        self.ensure_one()
        self.wish = words
        self.reply_id = self.env["account.dunning.reply"]._keep(
            {(self.partner_id.id, self.company_id.id)},
            "reply",
            is_waiting=True,
            contact=self.contact_id,
            email=self.contact_id.email_normalized,
            record=self,
            subject=self.env._("On the customer's page"),
            summary="\n".join(filter(None, (words, self.note))),
        )

    # ------------------------------------------------------------------- reading

    @api.model
    def _read_note(self, entries, entered, required=False):
        entries.take("note", engine.answers.read_text(entered.get("note", ""), required=required))

    @api.model
    def _read_files(self, entries, files):
        """The files that may be kept.

        :param files: list of (name, bytes)
        :return: list of (name, kind, bytes)
        """
        files = [(name, data) for name, data in files if name or data]
        if len(files) > engine.answers.MOST_FILES:
            entries.faults["files"] = engine.answers.Fault.TOO_MANY_FILES
            return []
        kept = []
        for name, data in files:
            checked = engine.answers.read_file(data)
            if checked.fault:
                entries.faults["files"] = checked.fault
                return []
            kept.append((name, checked.value, data))
        return kept

    @api.model
    def _keep_files(self, record, files):
        """Attach files to what they are about; nobody but who may read that reads them.

        :param files: list of (name, kind, bytes)
        """
        return (
            self.env["ir.attachment"]
            # What strangers send is stored as it is: nothing here opens or draws it.
            .with_context(image_no_postprocess=True)
            .create(
                [
                    {
                        "name": engine.answers.file_name(name, kind),
                        "raw": data,
                        "mimetype": engine.answers.MIMETYPES[kind],
                        "res_model": record._name,
                        "res_id": record.id,
                        "public": False,
                    }
                    for name, kind, data in files
                ]
            )
        )
