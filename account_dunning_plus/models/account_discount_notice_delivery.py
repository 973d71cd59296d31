import logging
from uuid import uuid4

from odoo import api, models
from odoo.tools import SQL, split_every
from psycopg2.errors import UniqueViolation

from .. import engine
from .transactions import call_again, commit, commit_end, each_company, in_transaction, may_commit

_logger = logging.getLogger(__name__)

# Customers in one transaction: large enough that the queries of a batch do not count, small
# enough that little is done again after an interruption.
BATCH = 200


class AccountDiscountNotice(models.Model):
    """How the word in time goes out: each night, in batches, once."""

    _inherit = "account.discount.notice"

    # ------------------------------------------------------------------- night

    @api.model
    def _cron_run(self):
        """Tell customers of the discounts that end in some days, company by company.

        Works in batches, each in its own transaction, and goes on where it was when it is
        called again. One company's trouble does not stop the others.
        """
        for company, night in each_company(self):
            if not night._run_company(company):
                call_again(self.env)
                return
        commit_end(self.env)

    @api.model
    def _run_company(self, company):
        """One company's words.

        :return: False when the time is up and the rest must wait for the next call
        """
        today = company._dunning_today()
        calendar = company._dunning_working_days(today)
        if not calendar.includes(today):
            return True
        name = company.name
        try:
            return self._deliver_again(company) and self._tell_batches(company, today, calendar)
        except Exception:
            if not may_commit(self.env):
                raise
            # The transaction may be broken: nothing is read before it is rolled back.
            self.env.cr.rollback()
            _logger.exception("Words about discounts of %s stopped", name)
            commit(self.env)
            return True

    @api.model
    def _deliver_again(self, company):
        """Deliver what failed or waits, where trying again makes sense.

        What can no longer be said is cancelled by that.

        :return: False when the time is up
        """
        waiting = self.search(
            [("company_id", "=", company.id), ("state", "in", ("ready", "failed"))], order="id"
        )
        remaining = len(waiting)
        for ids in split_every(BATCH, waiting.ids, list):
            remaining -= len(ids)
            if not self._in_transaction(
                lambda ids=ids: self.browse(ids)._deliver_batch(), len(ids), remaining
            ):
                return False
        return True

    def _deliver_batch(self):
        self._deliver(again=True)
        return True

    @api.model
    def _tell_batches(self, company, today, calendar):
        """Tell customers of a company, a transaction for each batch.

        :return: False when the time is up
        """
        days = company.discount_notice_days
        if not days:
            return True
        found = self._candidates(company, today, engine.word_until(today, days, calendar))
        remaining = len(found)
        for partner_ids in split_every(BATCH, sorted(found), list):
            remaining -= len(partner_ids)
            if not self._in_transaction(
                lambda ids=partner_ids: self._tell(
                    company, {partner_id: found[partner_id] for partner_id in ids}, today, calendar
                ),
                len(partner_ids),
                remaining,
            ):
                return False
        return True

    @api.model
    def _in_transaction(self, work, processed, remaining):
        return in_transaction(
            self.env,
            work,
            lambda: self._commit(processed, remaining),
            # Another process has just told the customer.
            retry=(UniqueViolation,) if may_commit(self.env) else (),
        )

    @api.model
    def _commit(self, processed, remaining):
        return commit(self.env, processed, remaining)

    @api.model
    def _tell(self, company, found, today, calendar):
        """Decide a batch of customers, and write to those who are to be told.

        :param found: dict of customer id to the ids of items that end soon
        """
        item_ids = [item_id for ids in found.values() for item_id in ids]
        # A payment that comes meanwhile waits until the message is queued, and stops it then.
        items = self.env["account.move.line"].browse(item_ids)
        locked = set(items.try_lock_for_update(allow_referencing=True).ids)
        offers = self._offers(company, list(found), today)
        known = self._item_ids_told(
            [own.item_id for told, _credit in offers.values() for own in told]
        )
        told_today = self._partner_ids_told(company, list(found), today)
        quiet = self.env["res.partner"].browse(found)._dunning_quiet_today(company, today)
        vals_list = []
        partners = self.env["res.partner"].browse(offers)
        for partner, (own, credits) in zip(partners, offers.values(), strict=True):
            own = {told.item_id: told for told in own}
            ids = engine.word(
                [told.ending(told.item_id in known) for told in own.values()],
                today,
                company.discount_notice_days,
                calendar,
                credits,
                partner.id in told_today,
            )
            told = [own[item_id] for item_id in ids if item_id in locked]
            if told and partner not in quiet:
                vals_list.append(self._notice_values("word", company, partner, told, today))
        self._create_notices(vals_list)._deliver(fresh=True)
        return True

    @api.model
    def _item_ids_told(self, item_ids):
        """Which of some items a word went out of, or is about to."""
        lines = self.env["account.discount.notice.line"]._read_group(
            [
                ("move_line_id", "in", list(item_ids)),
                ("kind", "=", "word"),
                *("|", ("state", "!=", "cancelled")),
                ("notice_id.given_up", "=", True),
            ],
            ["move_line_id"],
        )
        return {line.id for [line] in lines}

    @api.model
    def _notice_values(self, kind, company, partner, told, today):
        """Values of a customer's notice.

        :param told: list of Told
        """
        return {
            "kind": kind,
            "company_id": company.id,
            "partner_id": partner.id,
            "recipient_id": partner.with_company(company)._dunning_recipient().id,
            "date": today,
            "line_ids": [(0, 0, own.line_values()) for own in told],
            **self._sums(company, told),
        }

    @api.model
    def _sums(self, company, told):
        """What a notice says in all, in the company's currency."""
        scale = 10**company.currency_id.decimal_places
        cents = sum(own.cents for own in told)
        # The discount in the same proportion as in the invoice's own currency.
        saved = sum(own.cents * own.discount / (own.amount_open - own.discount) for own in told)
        return {
            "amount_to_pay": cents / scale,
            "amount_discount": company.currency_id.round(saved / scale),
            "last_day": min(filter(None, (own.last_day for own in told)), default=False),
        }

    @api.model
    def _create_notices(self, vals_list):
        """Create notices of which nobody is told but by their own message."""
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        # sudo: notices are written by their workflow alone.
        return self.sudo().browse(quiet.sudo().create(vals_list).ids)

    # ----------------------------------------------------------------- deliver

    def _deliver(self, fresh=False, again=False):
        """Queue the e-mails of notices that are ready; state and mail in one transaction.

        The facts are read again first: what no longer holds is dropped, and a notice left
        empty is cancelled. What cannot be delivered fails with a sentence; the others go out.

        :param fresh: the facts were read in this very transaction
        :param again: failed ones are tried again, where that makes sense
        """
        # sudo: delivery writes notices and mails for whoever may send one.
        for company, notices in self.sudo().grouped("company_id").items():
            notices = notices.with_company(company).try_lock_for_update()
            today = company._dunning_today()
            notices = notices.filtered(
                lambda notice: notice.state == "ready" or (again and notice.state == "failed")
            )
            if not fresh:
                notices = notices._reread(today)
            if again:
                notices = notices.filtered(
                    lambda notice: (
                        notice.state == "ready" or notice._may_retry(notice.recipient_id.id)
                    )
                )
            notices._send_emails()._mark_sent(today)

    def _reread(self, today):
        """Drop from notices what no longer holds, and bring amounts up to date.

        :return: the notices of which something is left
        """
        left = self.browse()
        for notice, told in (self._facts_again(today) if self else {}).items():
            kept = {own.move_id: own for own in told}
            dropped = notice.line_ids.filtered(lambda line, kept=kept: line.move_id.id not in kept)
            names = ", ".join(name for name in dropped.mapped("move_name") if name)
            if not kept:
                notice._cancel(self.env._("Not sent, as it no longer holds: %s.", names))
                continue
            if dropped:
                dropped.unlink()
                notice._message_log(body=self.env._("Left out, no longer open: %s.", names))
            for line in notice.line_ids:
                values = kept[line.move_id.id].line_values()
                if line._says_otherwise(values):
                    line.write(values)
            recipient = notice.partner_id._dunning_recipient()
            notice.write(
                {
                    "date": today,
                    "recipient_id": recipient.id,
                    **self._sums(notice.company_id, told),
                }
            )
            left |= notice
        return left

    def _send_emails(self):
        """Queue the e-mails.

        :return: the notices whose e-mail is queued
        """
        reachable = self
        for notice in self:
            if problem := notice.recipient_id._dunning_email_problem():
                reachable -= notice
                if (notice.state, notice.failure_message) != ("failed", problem):
                    notice._fail("address", problem)
        reachable._ensure_tokens()
        reachable._draw_qr_codes()
        queued = self.browse()
        for kind, notices in reachable.grouped("kind").items():
            notices._cancel_unsent_mails()
            told = notices.with_context(
                discount_pays_online=self._online_payment(self.company_id[:1])
            )
            mails = told._queue_messages(notices._template(kind))
            untracked = self.with_context(tracking_disable=True)
            for notice, mail in mails.items():
                untracked.browse(notice.id).mail_message_id = mail.mail_message_id
                queued |= untracked.browse(notice.id)
        return queued

    @api.model
    def _template(self, kind):
        return self.env.ref(f"account_dunning_plus.mail_template_discount_{kind}")

    def _message_fails(self, template, error):
        self._fail("text", self._text_failure(template, error))

    def _recipient(self):
        self.ensure_one()
        # sudo: the address of a customer whose message may be read.
        return self.sudo().recipient_id

    def _ensure_tokens(self):
        """Give the invoices the tokens of their links, in one statement for all.

        Core gives them one by one, which writes each invoice with all that goes with it.
        """
        moves = self.line_ids.move_id.filtered(lambda move: not move.access_token)
        if not moves:
            return
        moves.flush_recordset(["access_token"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move SET access_token = new.token
                  FROM UNNEST(%s::int[], %s::varchar[]) AS new(id, token)
                 WHERE account_move.id = new.id
                """,
                moves.ids,
                [str(uuid4()) for _move in moves],
            )
        )
        moves.invalidate_recordset(["access_token"])

    # ------------------------------------------------------------------- react

    def _mail_failed(self, reason):
        """The mail server did not take the message: nobody was told."""
        for notice in self.filtered(lambda notice: notice.state in ("sent", "failed")):
            notice._fail(
                "server",
                self.env._(
                    "The e-mail to %(address)s did not leave: %(reason)s. It is tried again next "
                    "night, if it still holds then; correct the address or the mail server.",
                    address=notice.recipient_id.email or notice.recipient_id.display_name,
                    reason=(reason or self.env._("no reason given")).strip().rstrip("."),
                ),
            )

    def _before_leaving(self):
        """Make messages anew that say by now what no longer holds.

        Between the night and the moment when the mail leaves somebody may pay, or a day may
        pass. On a day off what must be made anew waits for the next night.

        :return: the notices whose e-mail must not leave
        """
        outdated = self.browse()
        for company, notices in self.grouped("company_id").items():
            notices = notices.with_company(company)
            today = company._dunning_today()
            facts = notices._facts_again(today)
            changed = notices.filtered(
                lambda notice, facts=facts, today=today: (
                    notice.date != today
                    or len(facts[notice]) != len(notice.line_ids)
                    or any(
                        line._says_otherwise(told.line_values())
                        for line, told in zip(notice.line_ids, facts[notice], strict=True)
                    )
                )
            )
            changed._cancel_unsent_mails()
            changed.state = "ready"
            if company._dunning_working_days(today).includes(today):
                changed._deliver()
            outdated |= changed
        return outdated


class AccountDiscountNoticeLine(models.Model):
    _inherit = "account.discount.notice.line"

    def _says_otherwise(self, values):
        """Whether this line states other amounts, or another day, than these.

        :param values: of Told.line_values
        """
        self.ensure_one()
        return self.last_day != (values["last_day"] or False) or any(
            self.currency_id.compare_amounts(self[name], values[name])
            for name in ("amount_open", "discount")
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _discount_tell_claim(self):
        """Tell customers that a discount was wrongly taken, and what is still open.

        One message a customer for all these invoices; what keeps an item back from reminders
        keeps it back from this.

        :return: the notices
        """
        notices = self.env["account.discount.notice"]
        # sudo: the workflow tells the customer; who may claim is checked by the caller.
        for company, moves in self.sudo().grouped("company_id").items():
            own = notices.sudo().with_company(company)
            today = company._dunning_today()
            open_claims = own.search(
                [
                    ("kind", "=", "claim"),
                    ("state", "in", ("ready", "failed")),
                    ("line_ids.move_id", "in", moves.ids),
                ]
            )
            open_claims._cancel(self.env._("Replaced by a newer message."))
            told = own._claims(company, moves, today)
            vals_list = [
                own._notice_values(
                    "claim",
                    company,
                    partner,
                    [told[move.id] for move in invoices if move.id in told],
                    today,
                )
                for partner, invoices in moves.filtered(lambda move: move.id in told)  # noqa: B023
                .grouped("commercial_partner_id")
                .items()
            ]
            created = own._create_notices(vals_list)
            created._deliver(fresh=True)
            notices |= created
        return notices.with_env(self.env)
