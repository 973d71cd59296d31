import logging
from dataclasses import replace

from odoo import api, models
from odoo.tools import split_every
from psycopg2.errors import UniqueViolation

from .transactions import commit, in_transaction, may_commit

_logger = logging.getLogger(__name__)

# Customers in one transaction.
BATCH = 200


class AccountDunningCourtesy(models.Model):
    """How statements and thank-yous go out: at night, after the reminders, in batches."""

    _inherit = "account.dunning.courtesy"

    @api.model
    def _run_company(self, company, today, left_out=()):
        """One company's statements and thank-yous.

        :param company: a single company
        :param today: its date, a working day
        :param left_out: ids of the customers who get nothing today, as a person decided
        :return: False when the time is up and the rest must wait for the next call
        """
        weekly = [
            partner_id
            for partner_id, own in self.env["res.partner"]
            ._dunning_days_of(company, None, today)
            .items()
            if own.wishes.weekly is not None and own.includes(today)
        ]
        work = [
            lambda ids=ids: self._send_statements(company, ids, today)
            for ids in split_every(BATCH, sorted(set(weekly) - set(left_out)), list)
        ]
        found = self._thanks_due(company, today, left_out)
        work += [
            lambda ids=ids: self._send_thanks(company, {pid: found[pid] for pid in ids}, today)
            for ids in split_every(BATCH, sorted(found), list)
        ]
        for number, batch in enumerate(work, start=1):
            if not in_transaction(
                self.env,
                batch,
                lambda number=number: commit(self.env, 1, len(work) - number),
                # Another process has just written to the customer.
                retry=(UniqueViolation,) if may_commit(self.env) else (),
            ):
                return False
        return True

    # -------------------------------------------------------------- statements

    @api.model
    def _send_statements(self, company, partner_ids, today):
        """Send a batch of customers the statement of their weekly day.

        Not to who was reminded, or of whom a reminder waits or was cancelled today.
        """
        decided = {
            customer.partner_id: customer
            for customer in self.env["account.dunning.facts"]._decide(
                company, partner_ids, today, company._dunning_working_days(today)
            )
            if customer.decision.statement
        }
        partner_ids = sorted(set(decided) - self._written_to(company, list(decided), today))
        items = {
            partner_id: [
                *(
                    # What is promised or in dispute in part is stated without that part.
                    replace(item, residual=item.asked_residual, amount=item.asked)
                    for item in decided[partner_id].items
                    if item.facts.is_stated(today)
                ),
                *decided[partner_id].credits,
            ]
            for partner_id in partner_ids
        }
        self.with_context(courtesy_items=items)._send(
            company, today, "statement", {partner_id: {} for partner_id in partner_ids}
        )
        return True

    @api.model
    def _written_to(self, company, partner_ids, today):
        """Customers who are written to today by a reminder, or of a promise or discount."""
        notices = self.env["account.dunning.notice"].sudo()
        # sudo: the night's work.
        waiting = notices._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                *("|", ("state", "in", ("draft", "ready", "failed"))),
                *("&", ("date", "=", today), ("state", "in", ("sent", "cancelled"))),
            ],
            ["partner_id"],
        )
        told = self.env["account.dunning.customer"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("told_on", "=", today),
            ],
            ["partner_id"],
        )
        discounts = self.env["account.discount.notice"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("date", "=", today),
                ("state", "=", "sent"),
            ],
            ["partner_id"],
        )
        return {partner.id for [partner] in (*waiting, *told, *discounts)}

    # -------------------------------------------------------------------- send

    @api.model
    def _send(self, company, today, kind, found):
        """Write to customers who can be reached by e-mail.

        :param found: dict of customer id to further values
        :return: the messages whose e-mail is queued
        """
        # sudo: written by the workflow alone.
        partners = self.env["res.partner"].sudo().with_company(company).browse(found)
        roles = partners._dunning_roles_of(partners.ids)
        recipients = partners._dunning_recipients(roles)
        vals_list = []
        for partner in partners:
            recipient = partner.browse(recipients[partner.id])
            if recipient._dunning_email_problem():
                # Nobody misses it: the next reminder says what is wrong with the address.
                continue
            copies = partner.browse()
            if kind == "statement":
                copies = partner._dunning_copies(recipient, roles.get(partner.id), formal=False)
            vals_list.append(
                {
                    "kind": kind,
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "date": today,
                    "recipient_id": recipient.id,
                    "email_cc": copies._dunning_copy_addresses(recipient) or False,
                    **found[partner.id],
                }
            )
        quiet = self.sudo().with_company(company).with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )  # fmt: skip
        created = quiet.browse(quiet.create(vals_list).ids)
        return created._deliver(kind, today)

    def _deliver(self, kind, today):
        """Queue the e-mails; state and mail in one transaction.

        :return: those whose e-mail is queued
        """
        template = self.env.ref(f"account_dunning_plus.mail_template_courtesy_{kind}")
        queued = self.browse()
        for own, mail in self._queue_messages(template).items():
            own.mail_message_id = mail.mail_message_id
            queued |= own
        queued._mark_sent(today)
        customers = self.env["account.dunning.customer"]
        customers._ensure_known({(own.company_id.id, own.partner_id.id) for own in queued})
        customers.search(
            [
                ("company_id", "in", queued.company_id.ids),
                ("partner_id", "in", queued.partner_id.ids),
            ]
        ).told_on = today
        return queued

    def _message_fails(self, template, error):
        self._fail("text", self._text_failure(template, error))

    # ------------------------------------------------------------------- react

    def _mail_failed(self, reason):
        """The mail server did not take the message: the customer was not written to."""
        for own in self.filtered(lambda own: own.state in ("sent", "failed")):
            own._fail(
                "server",
                self.env._(
                    "The e-mail to %(address)s did not leave: %(reason)s.",
                    address=own.recipient_id.email or own.recipient_id.display_name,
                    reason=(reason or self.env._("no reason given")).strip().rstrip("."),
                ),
            )

    def _before_leaving(self):
        """Let nothing leave that was written on another day: it may be true no longer.

        :return: those that must not leave
        """
        late = self.filtered(lambda own: own.date < own.company_id._dunning_today())
        late._cancel(self.env._("Not sent: it waited in the mail queue past its day."))
        return late


class AccountDunningRun(models.Model):
    _inherit = "account.dunning.run"

    @api.model
    def _run_company(self, company):
        if not super()._run_company(company):
            return False
        today = company._dunning_today()
        if not company._dunning_working_days(today).includes(today):
            return True
        name = company.name
        try:
            run = self.search([("company_id", "=", company.id), ("date", "=", today)])
            return run._send_courtesies() if run else True
        except Exception:
            if not may_commit(self.env):
                raise
            # The transaction may be broken: nothing is read before it is rolled back.
            self.env.cr.rollback()
            _logger.exception("Statements and thank-yous of %s stopped", name)
            self._commit()
            return True

    def _deliver_batches(self):
        by_hand = self.state == "queued"
        done = super()._deliver_batches()
        return done and (not by_hand or self._send_courtesies())

    def action_send(self):
        result = super().action_send()
        for run in self.filtered(lambda run: run.state == "done"):
            run._send_courtesies()
        return result

    def _send_courtesies(self):
        """Statements and thank-yous of the company, after its reminders.

        :return: False when the time is up
        """
        self.ensure_one()
        # sudo: whoever started the run, as the night does it.
        courtesies = self.env["account.dunning.courtesy"].sudo().with_company(self.company_id)
        return self.date != self.company_id._dunning_today() or courtesies._run_company(
            self.company_id, self.date, self.excluded_partner_ids.ids
        )
