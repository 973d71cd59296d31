from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from .. import engine


class AccountPaymentPromise(models.Model):
    """What customers are told of their promises: confirmation, word before, broken."""

    _name = "account.payment.promise"
    _inherit = ["account.payment.promise", "account.dunning.message"]

    broken_message_due = fields.Boolean(
        readonly=True, copy=False, help="The customer is still to be told that it was broken."
    )
    message_problem = fields.Char(
        string="Not Told", readonly=True, copy=False, help="Why the customer cannot be told."
    )
    message_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )

    _broken_message_due_index = models.Index("(company_id) WHERE broken_message_due IS TRUE")

    # ------------------------------------------------------------ confirmation

    def action_confirm(self):
        """Confirm promises to the customer by e-mail, with the dates and amounts as a PDF."""
        self._check_user()
        for promise in self:
            if promise.state != "open":
                raise UserError(
                    self.env._("Only a promise that runs is confirmed: this one does not.")
                )
            if problem := promise._recipient()._dunning_email_problem():
                raise UserError(problem)
        # sudo: sending writes mails and notes; the right was checked above.
        confirmed = self.sudo()._confirm()
        if len(confirmed) < len(self) and len(self) == 1:
            raise UserError(
                self.env._(
                    "The confirmation cannot be made: correct the text of “%s”, or see the "
                    "server's log.",
                    self._confirmation_template().name,
                )
            )
        return True

    @api.model
    def _confirmation_template(self):
        return self.env.ref("account_dunning_plus.mail_template_promise_confirmation")

    def _confirm(self):
        """Send the confirmations.

        :return: the promises whose confirmation is on its way
        """
        confirmed = self.browse()
        for company, promises in self.grouped("company_id").items():
            queued = promises.with_company(company)._queue_messages(self._confirmation_template())
            self.browse([own.id for own in queued])._problem_solved()
            for promise, mail in queued.items():
                promise.confirmed_on = company._dunning_today()
                promise.partner_id._message_log(
                    body=self.env._(
                        "Confirmed to %(contact)s: %(promise)s.",
                        contact=promise._recipient().display_name,
                        promise=promise._words(),
                    )
                )
                mail.send_after_commit()
                confirmed |= promise
        return confirmed

    def _start(self):
        result = super()._start()
        if not self.env.context.get("promise_confirm_later"):
            self._confirm_plans()
        return result

    def _confirm_plans(self):
        """Confirm plans that have begun, where the settings say so."""
        for promise in self:
            if not (
                promise.state == "open"
                and promise.is_plan
                and promise.company_id.promise_confirm_plans
            ):
                continue
            if problem := promise._recipient()._dunning_email_problem():
                promise._message_log(body=self.env._("Not confirmed to the customer: %s", problem))
                promise._tell_problem(problem)
            else:
                promise._confirm()

    # ------------------------------------------------------------------- words

    @api.model
    def _cron_words(self, company, today):
        """Tell customers of the instalments that fall due in some days.

        Once for each instalment, in one message a customer; not of what is paid or on its
        way, nor to who is on hold or archived. What would be said on a day off is said
        before it.

        :param company: a single company
        :param today: its date, a working day
        """
        days = company.promise_word_days
        if not days:
            return
        until = engine.word_until(today, days, company._dunning_working_days(today))
        # sudo: the night's work.
        lines = (
            self.env["account.payment.promise.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("promise_id.state", "=", "open"),
                    ("promise_id.is_plan", "=", True),
                    ("state", "=", "open"),
                    ("word_date", "=", False),
                    ("date", ">=", today),
                    ("date", "<=", until),
                ]
            )
            .try_lock_for_update()
        )
        # Promised within these days: the customer knows.
        lines = lines.filtered(
            lambda line: (
                not line.word_date and line.promise_id.made_on < line.date - timedelta(days=days)
            )
        )
        told = self.sudo()._tell_missing(
            company, today, lines, self.env.ref("account_dunning_plus.mail_template_promise_word")
        )
        told.word_date = today

    # ------------------------------------------------------------------ broken

    def _follow_up_broken(self):
        result = super()._follow_up_broken()
        # sudo: the workflow tells the customer, whoever books the money.
        for company, promises in self.sudo().grouped("company_id").items():
            if company.promise_broken_message:
                promises.broken_message_due = True
                promises._tell_broken(company)
        return result

    @api.model
    def _judge_time(self, company, today):
        result = super()._judge_time(company, today)
        # What could not be told before: no address, or another message on that day.
        # sudo: the night's work.
        due = self.sudo().search(
            [("company_id", "=", company.id), ("broken_message_due", "=", True)]
        )
        due._tell_broken(company)
        return result

    def _tell_broken(self, company):
        """Tell customers what of their promises did not arrive, unless it did since.

        One message a customer; who got another one today is told with the next night, and
        so is who has answered something that waits to be read.
        """
        today = company._dunning_today()
        answered = self.env["account.dunning.answer"]._answering(company, self.partner_id, today)
        self = self.filtered(lambda own: own.partner_id not in answered)
        missing = self.line_ids.filtered(lambda line: line.state in ("partial", "broken"))
        told = self._tell_missing(
            company,
            today,
            missing,
            self.env.ref("account_dunning_plus.mail_template_promise_broken"),
        )
        left = missing._still_to_pay(company, today)
        over = self.filtered(
            lambda own: (
                own.state == "cancelled"
                or own.next_ids
                or not own._may_tell(company, today)
                or not (missing & own.line_ids).filtered(left.get)
            )
        )
        (over | told.promise_id).broken_message_due = False

    # ------------------------------------------------------ one message a day

    def _tell_missing(self, company, today, lines, template):
        """Tell customers of instalments, in one message each.

        Who follows up is told of those who cannot be told.

        :param lines: the instalments, of promises of one company
        :param template: the text
        :return: the instalments that customers are told of
        """
        if not lines:
            return lines
        left = lines._still_to_pay(company, today)
        told_today = self._told_today(company, today, lines.partner_id)
        # Who is closed is told on the next day on which they are not.
        told_today |= lines.partner_id._dunning_quiet_today(company, today)
        words, problems = {}, {}
        for partner, own in lines.filtered(left.get).grouped("partner_id").items():
            first = own.promise_id.sorted(lambda promise: (promise.date, promise.id))[:1]
            if partner in told_today or not first._may_tell(company, today):
                continue
            if problem := first._recipient()._dunning_email_problem():
                problems[first] = problem
            else:
                words[first.id] = [(line.id, left[line]) for line in own]
        for promise, problem in problems.items():
            promise._tell_problem(problem)
        told = (
            self.browse(words)
            .with_company(company)
            .with_context(promise_words=words)
            ._queue_messages(template)
        )
        promises = self.browse([own.id for own in told])
        promises._problem_solved()
        self.env["account.dunning.customer"].search(
            [("company_id", "=", company.id), ("partner_id", "in", promises.partner_id.ids)]
        ).told_on = today
        return lines.browse([line_id for own in told for line_id, _left in words[own.id]])

    @api.model
    def _told_today(self, company, today, partners):
        """The customers who got a message today already: a reminder, or of a promise."""
        told = self.env["account.dunning.customer"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.ids),
                ("told_on", "=", today),
            ]
        )
        reminded = self.env["account.dunning.notice"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.ids),
                ("state", "=", "sent"),
                ("date", "=", today),
            ]
        )
        return told.partner_id | reminded.partner_id

    # ------------------------------------------------- what could not be told

    def _tell_problem(self, problem):
        """Let the responsible see to it that a customer can be told; once for each problem.

        :param problem: why the customer cannot be, as a sentence
        """
        new = self.filtered(lambda own: own.message_problem != problem)
        known = self.search(
            [
                ("partner_id", "in", new.partner_id.ids),
                ("company_id", "in", new.company_id.ids),
                ("message_problem", "=", problem),
                ("message_activity_id", "!=", False),
            ]
        )
        new.message_problem = problem
        told = {(own.partner_id, own.company_id) for own in known}
        untold = new.filtered(lambda own: (own.partner_id, own.company_id) not in told)
        activities = untold._plan_for_responsible(
            "mail.mail_activity_data_todo", lambda promise: problem
        )
        for promise, activity in activities.items():
            promise.message_activity_id = activity

    def _problem_solved(self):
        """The customers of these promises were told after all."""
        solved = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("message_problem", "!=", False),
            ]
        )
        solved.message_activity_id.filtered("active").unlink()
        solved.message_problem = False

    def _message_failed(self, problem):
        """Said once, and somebody corrects it; the message is tried again by night."""
        if self.message_problem == problem:
            return None
        result = super()._message_failed(problem)
        self._tell_problem(problem)
        return result

    def _may_tell(self, company, today):
        """Whether the customer is written to: not when archived or on hold."""
        self.ensure_one()
        partner = self.partner_id.with_company(company)
        hold = partner.dunning_hold_until
        return partner.active and not (hold and hold >= today)

    def _quiet_amount(self, known, today):
        """What of the covered items nobody is to be asked for.

        :param known: dict of item id to OpenItem
        :param today: the company's date
        """
        self.ensure_one()
        total = 0
        for item in self.item_ids:
            own = known.get(item.move_line_id.id)
            if own is None or not (
                own.facts.settled
                or own.facts.excluded
                or (own.facts.hold_until and own.facts.hold_until >= today)
            ):
                continue
            residual = (
                own.residual
                if own.currency_id == self.currency_id.id
                else own.amount / 10**self.company_id.currency_id.decimal_places
            )
            total += min(item.amount, residual)
        return total

    # --------------------------------------------------------- what is written

    def _told_lines(self):
        """The instalments that a message is about, ready to be formatted by its text.

        :return: list of dicts with day, amount, paid and left
        """
        self.ensure_one()
        told = (self.env.context.get("promise_words") or {}).get(self.id)
        if told is None:
            # As an example, when the text is looked at in the settings.
            told = [(line.id, line.amount - line.amount_paid) for line in self.line_ids[:1]]
        lines = self.env["account.payment.promise.line"].browse([line_id for line_id, _ in told])
        return [
            {
                "day": self._format_day(line.date),
                "amount": format_amount(self.env, line.amount, line.currency_id),
                "paid": format_amount(self.env, line.amount - left, line.currency_id),
                "left": format_amount(self.env, left, line.currency_id),
            }
            for line, (_line_id, left) in zip(lines, told, strict=True)
        ]

    def _told_promises(self):
        """The promises that a message is about."""
        self.ensure_one()
        told = (self.env.context.get("promise_words") or {}).get(self.id, ())
        lines = self.env["account.payment.promise.line"].browse([line_id for line_id, _ in told])
        return lines.promise_id or self

    def _plan_rows(self):
        """The dates and amounts of the promise, as its confirmation lists them.

        :return: list of (number, day, amount, interest in it)
        """
        self.ensure_one()
        return [
            (
                number,
                self._format_day(line.date),
                format_amount(self.env, line.amount_with_interest, self.currency_id),
                format_amount(self.env, line.amount_interest, self.currency_id),
            )
            for number, line in enumerate(self.line_ids, start=1)
        ]

    def _item_rows(self):
        """What is promised to be paid, as the confirmation lists it.

        :return: list of (name, amount)
        """
        self.ensure_one()
        # sudo: the invoices that the customer has got.
        return [
            (item.move_line_id.move_name, format_amount(self.env, item.amount, self.currency_id))
            for item in self.sudo().item_ids
        ]

    def _total_words(self):
        self.ensure_one()
        return format_amount(self.env, self.amount_with_interest, self.currency_id)

    def _interest_words(self):
        """The interest of the plan in all, empty when it is free of interest."""
        self.ensure_one()
        if not self.amount_interest:
            return ""
        return format_amount(self.env, self.amount_interest, self.currency_id)

    def _rest_words(self):
        """What falls due with a broken plan beside what is missing, empty when nothing."""
        self.ensure_one()
        ended = self._told_promises().filtered(lambda own: own.state in ("partial", "broken"))
        rests = {}
        for line in ended.line_ids.filtered(lambda line: line.state == "open"):
            left = line.amount - line.amount_paid
            rests[line.currency_id] = rests.get(line.currency_id, 0) + left
        return " + ".join(
            format_amount(self.env, rest, currency) for currency, rest in rests.items() if rest
        )

    def _bank_account(self):
        """The company's account to which the customer pays, as the first invoice says."""
        self.ensure_one()
        # sudo: the account is printed on the invoices themselves.
        own = self.sudo()
        return own.item_ids.move_line_id.move_id.partner_bank_id[:1] or own.company_id.bank_ids[:1]

    def _payment_reference(self):
        """What the customer is asked to state with the payment: the invoices' references."""
        # sudo: see _item_rows.
        lines = self.sudo().item_ids.move_line_id
        lines = lines.filtered(lambda line: not line.reconciled) or lines
        references = [line.move_id.payment_reference or line.move_name or "" for line in lines]
        return ", ".join(filter(None, dict.fromkeys(references)))

    def _confirmation_name(self):
        """File name of the confirmation, without ending, in its reader's language."""
        self.ensure_one()
        reader = self.with_context(lang=self._recipient_lang())
        name = (
            reader.env._("Payment plan %(date)s %(name)s", date=self.made_on, name=self._who())
            if self.is_plan
            else reader.env._(
                "Payment promise %(date)s %(name)s", date=self.made_on, name=self._who()
            )
        )
        return name.replace("/", "-")

    def _who(self):
        # sudo: the name of a customer whose promise may be read.
        return self.sudo().partner_id.name or ""


class AccountPaymentPromiseLine(models.Model):
    _inherit = "account.payment.promise.line"

    def _still_to_pay(self, company, today):
        """What of instalments has not been paid, also not by money that is on its way.

        Payments that are registered but not yet reconciled, credits that are not yet
        allocated, and items that are excluded or on hold are taken off, earliest
        instalment first.

        :param company: the company of all of them
        :param today: its date
        :return: dict of instalment to amount in its currency
        """
        items = self.env["account.dunning.facts"]._open_items(company, self.partner_id.ids)
        result = {}
        for partner, own in self.grouped("partner_id").items():
            known = {item.id: item for item in items[partner.id]}
            credit = (
                -sum(
                    item.amount
                    for item in items[partner.id]
                    if item.amount < 0 and not item.facts.excluded
                )
                / 10**company.currency_id.decimal_places
            )
            others = self._open_of(partner, company)
            quiet = {
                promise: promise._quiet_amount(known, today)
                for promise in (own | others).promise_id
            }
            for line in (own | others).sorted(lambda line: (line.date, line.id)):
                promise, currency = line.promise_id, line.currency_id
                left = line.amount - line.amount_paid
                part = min(left, quiet[promise])
                quiet[promise] -= part
                left -= part
                own_credit = company.currency_id._convert(credit, currency, company, today)
                part = min(left, own_credit)
                credit -= currency._convert(part, company.currency_id, company, today)
                if line in own:
                    result[line] = currency.round(left - part)
        return result

    @api.model
    def _open_of(self, partner, company):
        return self.search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", company.id),
                ("promise_id.state", "=", "open"),
                ("state", "=", "open"),
            ]
        )
