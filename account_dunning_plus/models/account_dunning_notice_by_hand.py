from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..engine import Reason
from .account_dunning_facts import DecidedCustomer
from .account_dunning_run import DELIVER_BATCH, RENDER_BATCH, notices_open_domain

# With several items, the reason that a person who wants to send must hear of first.
_URGENCY = (
    Reason.DUE,
    Reason.TOLD,
    Reason.REPLIED,
    Reason.LOOKS_PAID,
    Reason.BANK_OLD,
    Reason.ON_HOLD,
    Reason.SAID_PAID,
    Reason.NOT_DELIVERED,
    Reason.PROMISED,
    Reason.DISPUTED,
    Reason.DISCOUNT,
    Reason.ARCHIVED,
    Reason.NO_POLICY,
    Reason.COVERED,
    Reason.BELOW_MINIMUM,
    Reason.UNLAWFUL,
    Reason.FINAL,
    Reason.SCHEDULED,
    Reason.EXCLUDED,
    Reason.PAID,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person may send to a customer today.

    :param planned: what goes out by itself, and what a person sent early and still waits
    :param everything: the same, with all overdue items that only time keeps back
    :param early: ids of those items
    """

    planned: DecidedCustomer
    everything: DecidedCustomer
    early: frozenset[int]

    @property
    def is_early(self):
        """Whether nothing goes out by itself, but something can be sent before its day."""
        return self.planned.decision.level is None and bool(self.early)

    def early_day(self):
        """The day for which the first of the early items was planned."""
        return min(
            own.next_date for own in self.planned.decision.items if own.item_id in self.early
        )

    def reason(self):
        """The decision of the item that best says why nothing can be sent; None without items."""
        return min(
            self.everything.decision.items,
            key=lambda own: (
                _URGENCY.index(own.reason),
                own.next_date is None,
                own.next_date or fields.Date.today(),
            ),
            default=None,
        )


class AccountDunningNotice(models.Model):
    """Notices that a person sends, by the same steps as those of the night."""

    _inherit = "account.dunning.notice"

    early = fields.Boolean(
        string="Before Its Day",
        readonly=True,
        copy=False,
        help="A person sent it before the day of its level.",
    )
    composed = fields.Json(
        readonly=True,
        copy=False,
        help="What a person changed before sending: recipient_id, attach_invoices, subject and "
        "body_html; stated is the account for which that text was written.",
    )
    queued = fields.Boolean(
        readonly=True, copy=False, help="A person sent it; it goes out in the background."
    )

    # ------------------------------------------------------------------ decide

    @api.model
    def _choices_by_hand(self, company, partner_ids):
        """What a person may send to customers of a company today.

        :return: dict of partner id to Choice, for customers with open items
        """
        facts = self.env["account.dunning.facts"]
        today = company._dunning_today()
        calendar = company._dunning_working_days(today)
        everything = {
            customer.partner_id: customer
            for customer in facts._decide(company, partner_ids, today, calendar, early=True)
        }
        choices = {}
        waiting = self._early_item_ids(company, partner_ids)
        for planned in facts._decide(company, partner_ids, today, calendar, waiting):
            full = everything[planned.partner_id]
            early = frozenset(
                after.item_id
                for before, after in zip(planned.decision.items, full.decision.items, strict=True)
                if before.level is None and after.level is not None
            )
            choices[planned.partner_id] = Choice(planned, full, early)
        return choices

    @api.model
    def _why_nothing(self, company, partner, choice):
        """Why nothing can be sent to a customer, as a sentence.

        :param choice: Choice, None when the customer has no open items
        """
        own = choice.reason() if choice else None
        if own is None:
            return self.env._("Nothing is open.")
        # sudo: the policy and hold of a customer whom the user may read.
        policy = self.env["account.dunning.policy"].sudo().browse(choice.planned.policy_id)
        partner = partner.sudo().with_company(company)
        item = next((item for item in choice.planned.items if item.id == own.item_id), None)
        words = self.env["account.dunning.facts"]._reason_words(
            company, policy, own, partner.dunning_hold_until, partner.dunning_hold_reason, item
        )
        return words + "."

    @api.model
    def _sent_today(self, company, partner_ids):
        """The notices that customers were sent today."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("date", "=", company._dunning_today()),
                ("state", "=", "sent"),
            ]
        )

    @api.model
    def _waiting_for_approval(self, company, partners):
        """The notices of customers that a manager must approve."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partners.ids),
                ("state", "=", "draft"),
            ]
        )

    @api.model
    def _early_item_ids(self, company, partner_ids):
        """Items on open notices that a person sends before their day.

        The night goes on with these notices: it tries again those that failed, and leaves
        those that wait for approval waiting.
        """
        # sudo: what is decided does not depend on who looks.
        notices = self.sudo().search(
            Domain(notices_open_domain(company))
            & Domain("early", "=", True)
            & Domain("partner_id", "in", partner_ids)
        )
        return set(notices.line_ids.move_line_id.ids)

    @api.model
    def _kept_item_ids(self, company, preferences, today):
        """Items on open notices of customers who are not written to today.

        What was made on their own day, and waits for approval or failed, is not withdrawn
        because that day is over; it goes out on their next one.

        :param preferences: of ``_dunning_preferences_of``, of the customers in question
        """
        waiting = self.env["res.partner"]._dunning_not_today(company, today, preferences)
        if not waiting:
            return set()
        # sudo: see above.
        notices = self.sudo().search(
            Domain(notices_open_domain(company)) & Domain("partner_id", "in", waiting)
        )
        return set(notices.line_ids.move_line_id.ids)

    # ------------------------------------------------------------------ record

    @api.model
    def _check_by_hand(self, company, partners):
        """Only those who send reminders do so, to customers and for companies they may see."""
        user = self.env.user
        if not user.has_group("account_dunning_plus.group_dunning_user"):
            raise AccessError(self.env._("Only a dunning user may do this."))
        if company not in user.company_ids:
            raise AccessError(self.env._("You have no access to %s.", company.name))
        partners.sudo(False).check_access("read")

    @api.model
    def _run_of_today(self, company):
        """The run to which what is sent by hand today belongs."""
        runs = self.env["account.dunning.run"]
        today = company._dunning_today()
        run = runs.search([("company_id", "=", company.id), ("date", "=", today)])
        if not run:
            run = runs._get_or_create(company, today)
            # Nothing is left to be done in it; a night or a preview opens it again.
            run.state = "done"
        if not run or run.state == "queued":
            raise UserError(self.env._("A run is at work for today: wait until it is done."))
        return run

    @api.model
    def _record_by_hand(self, run, decided, early_ids, composed=None):
        """Write the notices of customers to whom a person sends now.

        :param run: today's run
        :param decided: list of DecidedCustomer, each with something to send
        :param early_ids: ids of the items that are sent before their day
        :param composed: what the person changed, see the field
        :return: the notices: ready, or draft when a manager must approve them first
        """
        partner_ids = [customer.partner_id for customer in decided]
        # sudo: notices are written by their workflow alone; callers check the right.
        notices = self.sudo()
        notices._record(run, partner_ids, decided, by_hand=True)
        notices = notices.search(
            Domain(notices_open_domain(run.company_id)) & Domain("partner_id", "in", partner_ids)
        )
        notices.filtered(
            lambda notice: not early_ids.isdisjoint(notice.line_ids.move_line_id.ids)
        ).early = True
        notices.composed = composed
        if composed:
            # Who approved it has not seen this text.
            notices.approved_user_id = False
            if "body_html" in composed:
                # What the text relies on: it is told when that changes before it leaves.
                for notice in notices:
                    notice.statement = notice.statement_now
            if "recipient_id" in composed:
                notices.recipient_id = composed["recipient_id"]
            for notice in notices.filtered(lambda own: "copy_ids" in (own.composed or {})):
                contacts = notice._own_contacts(composed["copy_ids"]) - notice.recipient_id
                notice.email_cc = contacts._dunning_copy_addresses(notice.recipient_id) or False
        approval = {
            customer.partner_id for customer in decided if customer.decision.requires_approval
        }
        waiting = notices.filtered(
            lambda notice: notice.partner_id.id in approval and not notice.approved_user_id
        )
        if waiting and self.env.user.has_group("account_dunning_plus.group_dunning_manager"):
            waiting.approved_user_id = self.env.user
            waiting = notices.browse()
        waiting.state = "draft"
        (notices - waiting).state = "ready"
        words = self.env._("Sent by %s.", self.env.user.name)
        notices._message_log_batch(bodies=dict.fromkeys((notices - waiting).ids, words))
        words = self.env._("%s asks for approval.", self.env.user.name)
        waiting._message_log_batch(bodies=dict.fromkeys(waiting.ids, words))
        return notices

    # ----------------------------------------------------------------- deliver

    @api.model
    def _deliver_queued(self):
        """Deliver what was sent by hand in the background, a transaction for each batch.

        :return: False when the time is up
        """
        runs = self.env["account.dunning.run"]
        notices = self.search(
            [("queued", "=", True), ("state", "=", "ready")], order="company_id, level_id, id"
        )
        remaining = len(notices)
        for company, own in notices.grouped("company_id").items():
            own = own.with_company(company).with_context(
                allowed_company_ids=company.ids,
                lang=company.partner_id.lang or self.env.lang,
                tz=company._dunning_timezone(),
            )
            for batch in own._delivery_batches(DELIVER_BATCH, RENDER_BATCH):
                remaining -= len(batch)
                batch._deliver()
                batch.queued = False
                if not runs._commit(len(batch), remaining):
                    return False
        return True

    def _attaches_invoices(self):
        """Whether the invoices go with the e-mail: the person's choice, else the level's."""
        self.ensure_one()
        return (self.composed or {}).get("attach_invoices", self.level_id.attach_invoices)

    def _addressee(self, recipients=None):
        """Who gets the notice: the contact that a person chose, else the customer's own.

        :param recipients: of ``_dunning_recipients``, when they are known already
        """
        self.ensure_one()
        chosen = self.recipient_id.browse((self.composed or {}).get("recipient_id")).exists()
        if chosen.active and chosen.commercial_partner_id == self.partner_id:
            return chosen
        if recipients is not None:
            return self.partner_id.browse(recipients[self.partner_id.id])
        return self.partner_id._dunning_recipient()

    def _stated(self):
        """What a text written by hand relies on: the level, the documents, their amounts."""
        self.ensure_one()
        return [
            [self.level_id.id],
            *(
                [kind, row["name"], row["amount"], row.get("currency_id", self.currency_id.id)]
                for kind in ("items", "others", "credits", "charges")
                for row in (self.statement_now or {}).get(kind, ())
            ),
        ]

    def _composed_text(self):
        """Subject and body that a person wrote, as long as the account is what they saw.

        Else nothing, and the level's own text is used: it never asks for what is paid.
        """
        self.ensure_one()
        composed = self.composed or {}
        if "body_html" not in composed or composed["stated"] != self._stated():
            return {}
        return {name: composed[name] for name in ("subject", "body_html")}
