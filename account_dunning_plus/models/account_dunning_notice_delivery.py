import logging

import psycopg2
from odoo import api, models
from odoo.tools import SQL

from ..engine import EVERY_DAY
from .account_dunning_run import RENDER_BATCH
from .account_move import InvoiceDocumentError

_logger = logging.getLogger(__name__)

# A reminder's e-mail stays with the notice: it is the proof of what was sent.
KEEP = {"auto_delete": False}

# With more invoices than this none is attached: no mailbox takes them, and to render them
# would outlast the server's time limit. The message lists them all.
MAX_ATTACHED = 20


class AccountDunningNotice(models.Model):
    """How notices reach the customer: e-mail, letter, activity."""

    _inherit = "account.dunning.notice"

    def _deliver(self):
        """Deliver ready notices by the channels of their level.

        The facts are read again first: what is no longer due is dropped, and a notice
        left empty is cancelled. State and outgoing mail are written in one transaction.
        A notice that cannot be delivered fails with a sentence; the others go out.
        """
        # sudo: delivery writes notices, mails and activities for whoever may send one.
        for company, notices in self.sudo().grouped("company_id").items():
            notices = notices.with_company(company).try_lock_for_update()
            ready = notices.filtered(lambda notice: notice.state == "ready")
            ready._reread()
            ready = ready.filtered(lambda notice: notice.state == "ready")
            reached = ready._send_emails()
            reached |= (
                (ready - reached).filtered(lambda notice: notice.state == "ready")._plan_only()
            )
            reached._plan_activities()
            reached._mark_sent(company._dunning_today())

    def _delivery_batches(self, size, renders):
        """Cut notices into batches of at most ``size``, with few PDFs to render in each.

        :param size: most notices in a batch
        :param renders: most invoices without a stored PDF in a batch, unless one
            notice alone has more
        :return: iterator of recordsets, in the order of ``self``
        """
        if not self:
            return
        to_render = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.notice_id, COUNT(DISTINCT line.move_id)
                      FROM account_dunning_notice_line line
                      JOIN account_dunning_notice notice ON notice.id = line.notice_id
                      JOIN account_dunning_level level ON level.id = notice.level_id
                     WHERE line.notice_id IN %s
                       AND COALESCE(notice.channel IN ('email', 'both'), level.send_email)
                       AND level.attach_invoices
                       AND NOT EXISTS (
                           SELECT 1 FROM ir_attachment stored
                            WHERE stored.res_model = 'account.move'
                              AND stored.res_field = 'invoice_pdf_report_file'
                              AND stored.res_id = line.move_id
                           )
                     GROUP BY line.notice_id
                    """,
                    self._ids,
                )
            )
        )
        batch, weight = [], 0
        for notice_id in self._ids:
            own = to_render.get(notice_id, 0)
            if own > MAX_ATTACHED:
                own = 0
            if batch and (len(batch) >= size or weight + own > renders):
                yield self.browse(batch)
                batch, weight = [], 0
            batch.append(notice_id)
            weight += own
        yield self.browse(batch)

    # ------------------------------------------------------------------ reread

    def _reread(self):
        """Drop from notices what is no longer due, and bring amounts up to date."""
        if not self:
            return
        today = self.company_id._dunning_today()
        self.line_ids.fetch(
            ["move_line_id", "level_id", "currency_id", "amount_residual", "days_overdue"]
        )
        customers, due_again, claims = self._facts_again(today)
        roles = self.partner_id._dunning_roles_of(self.partner_id.ids)
        recipients = self.partner_id._dunning_recipients(roles)
        for notice, due in due_again.items():
            customer = customers.get(notice.partner_id.id)
            kept = notice.line_ids.filtered(
                lambda line, due=due: due.get(line.move_line_id.id, (None,))[0] == line.level_id.id
            )
            dropped = notice.line_ids - kept
            if dropped:
                names = ", ".join(dropped.mapped("move_name"))
                dropped.unlink()
                if not kept:
                    notice._cancel(self.env._("No longer due: %s.", names))
                    continue
                notice._message_log(body=self.env._("Left out, no longer due: %s.", names))
                notice.level_id = kept.level_id.sorted("number")[-1:]
            for line in kept:
                _level, item = due[line.move_line_id.id]
                if line.currency_id.compare_amounts(line.amount_residual, item.asked_residual):
                    line.amount_residual = item.asked_residual
                days = (today - item.due_date).days
                if line.days_overdue != days:
                    line.days_overdue = days
            notice._restate(
                customer,
                set(kept.move_line_id.ids),
                today,
                recipients,
                claims.get(notice.partner_id.id, ()),
                roles,
            )

    def _facts_again(self, today):
        """What holds now of what notices of one company were made of.

        :return: of ``_decide_again``, for each notice that of ``_due_again``, and of
            ``_claims_again``
        """
        customers = self._decide_again(today)
        due_again = {
            notice: notice._due_again(customers.get(notice.partner_id.id)) for notice in self
        }
        return customers, due_again, self._claims_again(customers, due_again, today)

    def _decide_again(self, today):
        """Fresh decisions about the notices' customers, whatever day of the week it is.

        What a person sent before its day still goes out, unless something else than time
        keeps it back by now.

        :return: dict of partner id to DecidedCustomer
        """
        return {
            customer.partner_id: customer
            for customer in self.env["account.dunning.facts"]._decide(
                self.company_id,
                self.partner_id.ids,
                today,
                EVERY_DAY,
                set(self.filtered("early").line_ids.move_line_id.ids),
                # Also a day that the customer does not wish: a person sends it on that day.
                any_day=True,
            )
        }

    def _due_again(self, customer):
        """The items of a customer that get a level now.

        :param customer: DecidedCustomer, None when nothing is open
        :return: dict of item id to (level id, OpenItem)
        """
        if not customer:
            return {}
        levels = customer.level_ids
        return {
            item.id: (levels[own.level], item)
            for item, own in zip(customer.items, customer.decision.items, strict=True)
            if own.level is not None
        }

    def _restate(self, customer, item_ids, today, recipients, charges=(), roles=None):
        """Bring recipient, statement and amount up to date, writing only what changed.

        :param recipients: of ``_dunning_recipients``
        :param charges: rows of ``_claims``
        :param roles: of ``_dunning_roles_of``
        """
        self.ensure_one()
        stated = self._stated_items(customer, item_ids, today, charges)
        said = (self.company_id, customer, stated, today, charges)
        vals = {**self._prepare_amounts(*said), "statement": self._prepare_statement(*said)}
        if vals["statement"] == self.statement:
            del vals["statement"]
        for name in ("amount_due", "amount_charges"):
            if not self.currency_id.compare_amounts(vals[name], self[name]):
                del vals[name]
        recipient = self._addressee(recipients)
        if recipient != self.recipient_id:
            vals["recipient_id"] = recipient.id
        vals.update(self._wished_again(customer, recipient, roles or {}))
        if vals:
            written = self._composed_text()
            self.write(vals)
            if written and not self._composed_text():
                self._message_log(
                    body=self.env._(
                        "The account changed since the text was written: the level's own text "
                        "goes out."
                    )
                )

    # ------------------------------------------------------------------- email

    def _send_emails(self):
        """Queue the e-mails of notices that go by one.

        :return: the notices whose e-mail is queued
        """
        queued = self.browse()
        by_mail = self.filtered(lambda notice: notice._goes_by_email())
        for notice in by_mail:
            if problem := notice.recipient_id._dunning_email_problem():
                by_mail -= notice
                if notice._goes_by_letter():
                    # The letter takes over; said once, not each night it waits.
                    if notice.failure_message != problem:
                        notice.failure_message = problem
                else:
                    notice._fail("address", problem)
        for level, notices in by_mail.grouped("level_id").items():
            template = level._template()
            if problem := notices[:1]._sender_problem(template):
                letters = notices.filtered(lambda own: own._goes_by_letter())
                # As above.
                said = letters.filtered(lambda own, why=problem: own.failure_message == why)
                (letters - said).failure_message = problem
                (notices - letters)._fail("address", problem)
                continue
            queued |= notices._queue_emails(template)
        for notice in queued.filtered(lambda notice: notice._too_many_invoices()):
            notice._message_log(
                body=self.env._(
                    "No invoice is attached: more than %s are too many for an e-mail. The message "
                    "lists them all.",
                    MAX_ATTACHED,
                )
            )
        return queued

    def _sender_problem(self, template):
        """Why a company's messages have no sender, as a sentence; None when they have one.

        At night the sender would be the system's own user, whom nobody can answer.
        """
        self.ensure_one()
        # sudo: a branch sends as its parent, which its people need not see.
        if self.company_id.sudo()._dunning_sender():
            return None
        sender = template._render_field("email_from", self.ids)[self.id]
        # sudo: the system's own user.
        if sender and sender != self.env.ref("base.user_root").sudo().email_formatted:
            return None
        return self.env._(
            "%(company)s has no e-mail address to send from: enter one for the company, or a "
            "sender in the text “%(template)s”.",
            company=self.company_id.name,
            template=template.name,
        )

    def _queue_emails(self, template):
        """Queue one e-mail a notice; halve the batch around those that cannot be made.

        :return: the notices whose e-mail is queued
        """
        try:
            with self.env.cr.savepoint():
                self._cancel_unsent_mails()
                untracked = self.with_context(tracking_disable=True)
                for mail in template.send_mail_batch(self.ids, email_values=KEEP):
                    untracked.browse(mail.res_id).mail_message_id = mail.mail_message_id
            return self
        except psycopg2.OperationalError:
            # The database asks to try the whole transaction again.
            raise
        except Exception as error:
            if len(self) > 1:
                middle = len(self) // 2
                return self[:middle]._queue_emails(template) | self[middle:]._queue_emails(template)
            _logger.warning("Notice %s cannot be made", self.id, exc_info=True)
            self._fail(*self._failure_of(error, template))
            return self.browse()

    def _failure_of(self, error, template):
        """Type and sentence of a failure to make the message."""
        self.ensure_one()
        if isinstance(error, InvoiceDocumentError):
            return "document", self.env._(
                "The message for %(customer)s cannot be made: %(error)s. Print the invoice to see "
                "what is wrong with it, or attach no invoices to this level.",
                customer=self.partner_id.display_name,
                error=error,
            )
        return "text", self._text_failure(template, error)

    def _invoice_attachments(self):
        """The invoices to attach to each notice.

        Stored PDFs are attached as they are; an invoice without one is rendered.

        :return: dict of notice id to (attachment ids, list of (file name, base64 data))
        """
        move_ids = {
            notice: notice._stated_move_ids()
            for notice in self
            if notice._attaches_invoices() and not notice._too_many_invoices()
        }
        moves = self.env["account.move"].browse(set().union(*move_ids.values()))
        # All that an invoice has would be read for each of them.
        moves.fetch(["invoice_pdf_report_id", "move_type"])
        moves = moves.filtered(lambda move: move.is_invoice())
        invoice_ids = set(moves.ids)
        invoices = {
            notice: moves.browse(sorted(ids & invoice_ids)).with_prefetch(moves.ids)
            for notice, ids in move_ids.items()
        }
        stored = {move: move.invoice_pdf_report_id for move in moves}
        missing = moves.filtered(lambda move: not stored[move])
        rendered = missing._dunning_render_pdfs()
        return {
            notice.id: (
                [stored[move].id for move in own - missing],
                [rendered[move.id] for move in own & missing],
            )
            for notice, own in invoices.items()
        }

    def _stated_move_ids(self):
        self.ensure_one()
        return {row["move_id"] for row in (self.statement_now or {}).get("items", ())}

    def _too_many_invoices(self):
        """Whether there are more invoices to attach than an e-mail can take."""
        return self._attaches_invoices() and len(self._stated_move_ids()) > MAX_ATTACHED

    def _mail_failed(self, reason):
        """The mail server did not take the message: nobody was reminded, but by a letter."""
        for notice in self.filtered(lambda notice: notice.state in ("sent", "failed")):
            message = self.env._(
                "The e-mail to %(address)s did not leave: %(reason)s. It is tried again "
                "next night; correct the address or the mail server, or print a letter.",
                address=notice.recipient_id.email or notice.recipient_id.display_name,
                reason=(reason or self.env._("no reason given")).strip().rstrip("."),
            )
            notice._undelivered("server", message)

    def _undelivered(self, failure_type, message):
        """Nobody was reminded, but by a letter, or by another notice that is on its way."""
        self.ensure_one()
        beside = self.search_count(
            [
                ("run_id", "=", self.run_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("state", "in", ("draft", "ready", "failed")),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if self.letter_date or beside:
            self._message_log(body=message)
        else:
            self._fail(failure_type, message)

    def _mail_outdated(self):
        """The message waited in the queue past its day: make it again from today's facts.

        On a day off it waits for the next run. Many are made in the background: a queue
        that stood still for a weekend must not outlast the server's time limit.
        """
        runs = self.env["account.dunning.run"]
        self._cancel_unsent_mails()
        # The letter reached the customer: no message is missing.
        late = self.filtered(lambda notice: not notice.letter_date)
        late.state = "ready"
        for company, notices in late.grouped("company_id").items():
            today = company._dunning_today()
            if not company._dunning_working_days(today).includes(today):
                continue
            notices -= notices._wait_for_their_day()
            if len(list(notices._delivery_batches(runs._send_at_once(), RENDER_BATCH))) > 1:
                notices.queued = True
                runs._wake_up()
            else:
                notices._deliver()

    # ---------------------------------------------------------------- activity

    def _plan_only(self):
        """Notices that need no paper to count as delivered: their activity is enough."""
        return self.filtered(
            lambda notice: notice._planned_activity_type() and not notice._goes_by_email()
        )

    def _plan_activities(self):
        """Plan the activities of the notices' levels, such as phone calls."""
        model_id = self.env["ir.model"]._get_id(self._name)
        vals_list = []
        for notice in self.filtered(lambda notice: notice._planned_activity_type()):
            level = notice.level_id
            activity_type = notice._planned_activity_type()
            if activity_type in notice.activity_ids.activity_type_id:
                # Planned when an e-mail of this notice was first tried.
                continue
            user = notice._activity_user()
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": notice.id,
                    "activity_type_id": activity_type.id,
                    "user_id": user.id,
                    "date_deadline": notice.company_id._dunning_today(),
                    "summary": notice.with_context(lang=user.lang).display_name,
                    "note": level.with_context(lang=user.lang).activity_note,
                }
            )
        # quick_update: a morning's calls are seen in the list, not in as many e-mails.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)

    def _activity_user(self):
        """Who makes the call: the level's person, the settings', the salesperson, a manager."""
        self.ensure_one()
        return self._followup_user(
            self.company_id,
            self.level_id.activity_user_id
            | self.company_id.dunning_user_id
            | self.partner_id.user_id,
        )

    @api.model
    def _followup_user(self, company, candidates):
        """The first of some people who can follow up for a company, else a manager.

        :param candidates: users, the preferred ones first
        """
        candidates |= self.env.ref("account_dunning_plus.group_dunning_manager").user_ids
        for user in candidates:
            if (
                user.active
                and user._is_internal()
                and user != self.env.ref("base.user_root")
                and company in user.company_ids
                and user.has_group("account_dunning_plus.group_dunning_user")
            ):
                return user
        return self.env.ref("base.user_admin")
