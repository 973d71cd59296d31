from odoo import api, models
from odoo.tools import formatLang

from .. import engine


class AccountDunningAnswer(models.Model):
    """What the customer reads: why something was not taken, and what becomes of an answer."""

    _inherit = "account.dunning.answer"

    # ------------------------------------------------------------------- faults

    @api.model
    def _fault_sentences(self, kind, faults):
        """A sentence for each field at which something is wrong, in the reader's language.

        :param faults: dict of field to engine.answers.Fault
        """
        return {name: self._fault_sentence(kind, name, fault) for name, fault in faults.items()}

    @api.model
    def _fault_sentence(self, kind, name, fault):
        faults = engine.answers.Fault
        match name, fault:
            case "items", _ if kind == "dispute":
                return self.env._(
                    "Tick the invoice it is about; for a question, leave out what is wrong."
                )
            case "items", _:
                return self.env._("Tick at least one open item.")
            case "lang", _:
                return self.env._("Choose one of these languages.")
            case "weekly", faults.TOO_MUCH:
                return self.env._(
                    "This day was changed several times of late: please call or write to us."
                )
            case "weekly", _:
                return self.env._("Choose one of these days.")
            case "reason", _:
                return self.env._("Choose what is wrong.")
            case "number", _:
                return self.env._("Choose how many payments you would like to make.")
            case "note", faults.MISSING:
                return self.env._("Tell us in a few words what is wrong, or what you ask.")
            case "date", faults.MISSING if kind == "paid":
                return self.env._("Enter the day on which you paid.")
            case (("date" | "first"), faults.MISSING):
                return self.env._("Enter the day on which you will pay.")
        return (
            self._day_sentence(fault)
            or self._amount_sentence(fault)
            or self._file_sentence(fault)
            or self.env._("Please fill this in.")
        )

    @api.model
    def _day_sentence(self, fault):
        faults = engine.answers.Fault
        match fault:
            case faults.NOT_A_DAY:
                return self.env._("This is not a date: enter day, month and year.")
            case faults.PAST:
                return self.env._("This day is over: choose today or a later day.")
            case faults.FUTURE:
                return self.env._("This day is still to come: enter the day on which you paid.")
            case faults.TOO_LONG_AGO:
                return self.env._(
                    "This is more than %s days ago: please send us a message, so that we can "
                    "look for your payment.",
                    engine.answers.MOST_DAYS_PAID,
                )
            case faults.TOO_FAR:
                return self.env._("This is more than a year ahead: choose an earlier day.")
        return ""

    @api.model
    def _amount_sentence(self, fault):
        faults = engine.answers.Fault
        match fault:
            case faults.NOT_AN_AMOUNT:
                return self.env._("This is not an amount: enter it as in 1234.56.")
            case faults.NOT_POSITIVE:
                return self.env._("Enter an amount above 0.")
            case faults.TOO_MUCH:
                return self.env._("This is more than what is open: enter that at most.")
            case faults.ONE_INVOICE:
                return self.env._(
                    "An amount is of one invoice: tick one invoice only, or leave it empty."
                )
        return ""

    @api.model
    def _file_sentence(self, fault):
        faults = engine.answers.Fault
        limits = engine.answers
        match fault:
            case faults.TOO_LONG:
                return self.env._("This is too long: please shorten it.")
            case faults.TOO_MANY_FILES:
                return self.env._("Choose %s files at most.", limits.MOST_FILES)
            case faults.FILE_TOO_LARGE:
                return self.env._(
                    "A file is larger than %s MB: choose a smaller one.",
                    limits.MOST_FILE_BYTES // 1024**2,
                )
            case faults.FILE_TYPE:
                return self.env._("Only photos (JPEG, PNG, WebP, HEIC) and PDF files can be sent.")
            case faults.FILE_EMPTY:
                return self.env._("A file is empty: choose it again.")
        return ""

    @api.model
    def _too_many_sentence(self, customer):
        """That somebody should rather talk with us, and how."""
        # sudo: what is printed on each invoice.
        company = customer.sudo().company_id
        return self.env._(
            "You have told us a lot today. Please call or write to us: %s.",
            ", ".join(filter(None, (company.phone, company.email))) or company.name,
        )

    @api.model
    def _changed_sentence(self):
        return self.env._("What is open has changed meanwhile: please look at it again.")

    # ------------------------------------------------------------ confirmation

    def _received_title(self):
        """What the customer is thanked for, in a line."""
        self.ensure_one()
        if self._holds():
            match self.kind:
                case "promise":
                    return self.env._("Your promise is noted")
                case "plan":
                    return self.env._("Your payment plan has begun")
        match self.kind:
            case "paid":
                return self.env._("Thank you: we look for your payment")
            case "dispute":
                return self.env._("We look into what is wrong")
            case "question":
                return self.env._("Your question has reached us")
        return self.env._("Your request has reached us")

    def _received_words(self):
        """What becomes of the answer, as sentences.

        :return: list of str
        """
        self.ensure_one()
        facts = self.env["account.dunning.facts"]
        # sudo: what this very customer has answered.
        own = self.sudo()
        if own.kind in ("promise", "plan"):
            if own._holds():
                return [
                    self.env._("You pay %s.", own._with_reader(own.promise_id)._words()),
                    self.env._(
                        "Until then we send you no reminders of what it covers, as long as your "
                        "payment reaches us in time."
                    ),
                ]
            return [
                self.env._("You asked for this: %s.", own._with_reader(own.promise_id)._words())
                if own.promise_id
                else self.env._("You asked for another day than the one you had promised."),
                self.env._("We look at it and answer you. Until then your promise stands.")
                if not own.promise_id
                else self.env._("We look at it and answer you."),
            ]
        if own.kind == "paid":
            said = own.said_paid_id
            words = [
                self.env._(
                    "You paid %(items)s on %(date)s.",
                    items=said.item_names,
                    date=facts._day(said.date),
                )
            ]
            if said.held_until:
                words.append(
                    self.env._(
                        "We look for your payment, and send you no reminders of it until %s.",
                        facts._day(said.held_until),
                    )
                )
            return words
        if own.kind == "dispute":
            return [
                *(
                    self.env._(
                        "Invoice %(invoice)s: %(reason)s, %(amount)s.",
                        invoice=dispute.move_id.name,
                        reason=own._with_reader(dispute.reason_id).name,
                        amount=formatLang(
                            self.env, dispute.amount, currency_obj=dispute.currency_id
                        ),
                    )
                    for dispute in own.dispute_ids
                ),
                self.env._(
                    "We look into it and answer you. Until then we do not ask for this amount."
                ),
            ]
        return [self.env._("We read it and answer you.")]

    def _with_reader(self, record):
        """A record in the language of who reads the page or the message."""
        return record.with_context(lang=self.env.lang)

    def _holds(self):
        """Whether what was promised holds at once."""
        self.ensure_one()
        # sudo: what this very customer has answered.
        state = self.sudo().promise_id.state
        return bool(state) and state not in ("draft", "cancelled")

    def _is_confirmed(self):
        """Whether the customer gets it by e-mail, too."""
        self.ensure_one()
        # sudo: what this very customer has answered.
        return bool(self.sudo().confirmed)

    def _confirm_received(self):
        """Tell the customer by e-mail what has reached us; once for each answer."""
        if self.env.context.get("promise_confirm_later"):
            return
        for answer in self:
            if answer._recipient()._dunning_email_problem():
                continue
            promise = answer.promise_id
            if promise.is_plan and promise.state == "open":
                # The dates and amounts of a plan that has begun have their own confirmation.
                answer.confirmed = bool(promise._confirm())
                continue
            template = self.env.ref("account_dunning_plus.mail_template_answer")
            for mail in answer.with_company(answer.company_id)._queue_messages(template).values():
                answer.confirmed = True
                mail.send_after_commit()
