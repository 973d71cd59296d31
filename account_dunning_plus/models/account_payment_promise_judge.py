from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .. import engine
from .account_dunning_policy import minor_units


class AccountPaymentPromise(models.Model):
    """What became of promises, by what the bank shows."""

    _inherit = "account.payment.promise"

    def _judge(self, today=None):
        """Bring the states of promises in line with what the bank shows.

        :param today: the company's date, else that of now
        :return: the promises that were broken by this
        """
        broken = self.browse()
        # sudo: states are written by the workflow alone.
        running = self.sudo().filtered(
            lambda own: own.state not in ("draft", "cancelled") and not own._is_being_corrected()
        )
        for company, promises in running.grouped("company_id").items():
            day = today or company._dunning_today()
            days = promises.line_ids.mapped("date")
            # Long enough for the longest tolerance after the last instalment.
            calendar = company._dunning_working_days(min(days), max(days) + timedelta(days=150))
            receipts = promises._receipts()
            for promise in promises:
                if promise._apply(receipts[promise.id], day, calendar):
                    broken |= promise
        return broken

    def _is_being_corrected(self):
        """Whether an invoice of a promise that is over is a draft again, or was cancelled.

        What became of the promise stays as it is: its money did not fail to come.
        """
        self.ensure_one()
        return self.state != "open" and any(
            line.parent_state != "posted" for line in self.item_ids.move_line_id
        )

    def _receipts(self):
        """What reached the covered items since each promise was made.

        :return: dict of promise id to dict of item to list of engine.Receipt
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.payment.promise.item"].flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.promise_id, item.id, part.max_date,
                       CASE WHEN promise.currency_id = line.currency_id
                            THEN part.debit_amount_currency ELSE part.amount END
                  FROM account_payment_promise_item item
                  JOIN account_payment_promise promise ON promise.id = item.promise_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                  JOIN account_partial_reconcile part ON part.debit_move_id = line.id
                 WHERE item.promise_id = ANY(%s)
                   AND part.id > promise.since_partial_id
                 ORDER BY part.max_date, part.id
                """,
                self.ids,
            )
        )
        receipts = {promise.id: {item.id: [] for item in promise.item_ids} for promise in self}
        for promise_id, item_id, day, amount in rows:
            receipts[promise_id][item_id].append((day, amount))
        return receipts

    def _received(self):
        """What reached each covered item since the promise was made, by item id."""
        self.ensure_one()
        return {
            item_id: sum(amount for _day, amount in parts)
            for item_id, parts in self._receipts()[self.id].items()
        }

    def _apply(self, received, today, calendar):
        """Judge this promise and write what changed.

        :param received: dict of item id to list of (date, amount)
        :return: whether it was broken by this
        """
        self.ensure_one()
        currency = self.currency_id
        scale = 10**currency.decimal_places
        receipts, rooms = [], {}
        for item in self.item_ids:
            room = minor_units(item.amount, currency)
            for day, amount in received.get(item.id, ()):
                part = min(room, minor_units(amount, currency))
                if part > 0:
                    receipts.append(engine.Receipt(day, part))
                    room -= part
            rooms[item] = room
        lines = self.line_ids.sorted(lambda line: (line.date, line.id))
        judged = engine.judge(
            [engine.Instalment(line.date, minor_units(line.amount, currency)) for line in lines],
            receipts,
            today,
            self.tolerance_days,
            calendar,
            self.rest_falls_due,
        )
        for line, own in zip(lines, judged.instalments, strict=True):
            _write_changed(
                line,
                {
                    "state": own.state.value,
                    "amount_paid": own.paid / scale,
                    "amount_in_time": own.in_time / scale,
                    "paid_on": own.paid_on,
                    "paid_late": own.late,
                    "broken_on": own.broken_on,
                },
            )
        # Last due first: what comes first is asked for first when the rest goes on.
        items = sorted(rooms, key=lambda item: (item.date_maturity or today, item.id), reverse=True)
        for item, part in zip(
            items, engine.spread(judged.covered, [rooms[item] for item in items]), strict=True
        ):
            _write_changed(item, {"amount_covered": part / scale})
        was = self.state
        _write_changed(
            self,
            {
                "state": judged.state.value,
                "amount_paid": judged.paid / scale,
                "broken_on": judged.broken_on,
                "paid_late": judged.late,
            },
        )
        missing = self._missing_count()
        told = min(self.broken_told, missing)
        _write_changed(self, {"broken_told": told, "is_untold": missing > told})
        if not missing and self.broken_activity_id.active:
            # It was paid after all: nobody needs to ask why not.
            self.broken_activity_id.unlink()
        return was in ("open", "kept") and self.state in ("partial", "broken")

    def _missing_count(self):
        """How many instalments somebody must hear of: not paid in time, nor since.

        A promise that was broken as a whole is one of them.
        """
        self.ensure_one()
        if self.rest_falls_due:
            return int(bool(self.broken_on) and not self.paid_late)
        failed = self.line_ids.filtered(lambda line: line.state in ("partial", "broken"))
        return len(failed.filtered(lambda line: not line.paid_late))

    @api.model
    def _judge_time(self, company, today):
        """Judge what time alone changes, and tell of what was broken since the last night.

        :param company: a single company
        :param today: its date
        """
        # sudo: the night's work.
        lines = (
            self.env["account.payment.promise.line"]
            .sudo()
            .search(
                [
                    ("promise_id.company_id", "=", company.id),
                    ("promise_id.state", "=", "open"),
                    ("state", "=", "open"),
                    ("date", "<", today),
                ]
            )
        )
        lines.promise_id._judge(today)
        # Also what was broken by day, by money that came too late or was taken back.
        untold = self.sudo().search([("company_id", "=", company.id), ("is_untold", "=", True)])
        untold.filtered(lambda own: own.state != "cancelled")._follow_up_broken()

    def _follow_up_broken(self):
        """Tell the responsible of each promise that was broken, and the customer if wished."""
        untold = self.filtered(lambda own: not own.broken_activity_id.active)
        activities = untold._plan_for_responsible(
            "mail.mail_activity_data_call",
            lambda promise: promise.env._("Promise broken: %s", promise._words()),
        )
        for promise, activity in activities.items():
            promise.broken_activity_id = activity
        for promise in self:
            promise.write({"broken_told": promise._missing_count(), "is_untold": False})

    def _plan_for_responsible(self, kind, summary):
        """Let the responsible of each promise's customer do something today.

        :param kind: xmlid of the type of activity
        :param summary: function of a promise in that user's language to what is to be done
        :return: dict of promise to its activity, for those whose customer is known
        """
        rows = self.env["account.dunning.followup"]
        model_id = self.env["ir.model"]._get_id(rows._name)
        activity_type = self.env.ref(kind)
        customers = self.env["account.dunning.customer"].search(
            [("partner_id", "in", self.partner_id.ids), ("company_id", "in", self.company_id.ids)]
        )
        # Read at once: an activity looks its document's name up by itself.
        rows.browse(customers.ids).mapped("display_name")
        known = {(own.partner_id, own.company_id): own for own in customers}
        planned, vals_list, users = self.browse(), [], {}
        for promise in self:
            company = promise.company_id
            customer = known.get((promise.partner_id, company))
            if not customer:
                continue
            candidates = customer.user_id | promise.user_id | company.dunning_user_id
            if (company, candidates) not in users:
                users[company, candidates] = self.env["account.dunning.notice"]._followup_user(
                    company, candidates
                )
            user = users[company, candidates]
            planned |= promise
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": customer.id,
                    "activity_type_id": activity_type.id,
                    "user_id": user.id,
                    "date_deadline": company._dunning_today(),
                    "summary": summary(promise.with_context(lang=user.lang)),
                }
            )
        # quick_update: a morning's calls are seen in the list, not in as many e-mails.
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(vals_list)
        )
        return dict(zip(planned, activities, strict=True))


def _write_changed(record, vals):
    """Write what differs, so that what stays the same leaves no trace."""
    changed = {}
    for name, value in vals.items():
        field = record._fields[name]
        old = record[name]
        if field.type == "monetary":
            if record.currency_id.compare_amounts(old, value):
                changed[name] = value
        elif (old or False) != (value or False):
            changed[name] = value or False
    if changed:
        record.write(changed)
