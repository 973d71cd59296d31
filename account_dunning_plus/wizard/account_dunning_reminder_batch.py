from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class AccountDunningReminderBatch(models.TransientModel):
    """What reminders to selected customers would be, before they are sent."""

    _name = "account.dunning.reminder.batch"
    _description = "Send Reminders"

    line_ids = fields.One2many("account.dunning.reminder.batch.line", "batch_id")
    sent_line_ids = fields.Many2many(
        "account.dunning.reminder.batch.line", string="Reminders", compute="_compute_lines"
    )
    left_out_line_ids = fields.Many2many(
        "account.dunning.reminder.batch.line", string="Left Out", compute="_compute_lines"
    )
    has_early = fields.Boolean(compute="_compute_has_early")
    include_early = fields.Boolean(
        string="Also What Comes Later",
        help="Remind also of overdue items whose next level has not come yet.",
    )
    count = fields.Integer(compute="_compute_lines")
    summary = fields.Text(compute="_compute_summary")
    left_out = fields.Text(string="Reasons", compute="_compute_summary")
    sample_partner_id = fields.Many2one(
        "res.partner", string="Sample For", compute="_compute_sample"
    )
    sample_html = fields.Html(
        string="Sample", compute="_compute_sample", sanitize=False, compute_sudo=False
    )

    def _compute_display_name(self):
        self.display_name = self.env._("Send Reminders")

    # -------------------------------------------------------------------- open

    @api.model
    def _open(self, customers):
        """Open the preview.

        :param customers: dict of res.company to res.partner records
        """
        batch = self.create({})
        lines = [
            vals
            for company, partners in customers.items()
            for vals in self._prepare_lines(company, partners)
        ]
        self.env["account.dunning.reminder.batch.line"].create(
            [dict(vals, batch_id=batch.id) for vals in lines]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Reminders"),
            "res_model": self._name,
            "res_id": batch.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "large"},
        }

    def _notices(self, company):
        # sudo: what is sent is decided and rendered as the night does it; the group's access
        # to this wizard is the right to send.
        return self.env["account.dunning.notice"].sudo().with_company(company)

    @api.model
    def _prepare_lines(self, company, partners):
        """Values of the rows of a company, the largest claim first."""
        notices = self._notices(company)
        facts = self.env["account.dunning.facts"]
        scale = 10**company.currency_id.decimal_places
        choices = notices._choices_by_hand(company, partners.ids)
        done = notices._sent_today(company, partners.ids).partner_id
        claims = self.env["account.dunning.charge"]._claims_totals(
            company,
            [own.everything if own.is_early else own.planned for own in choices.values()],
            company._dunning_today(),
        )
        reasons = dict(facts._reason_selection())
        vals_list = []
        for partner in partners:
            vals = {"company_id": company.id, "partner_id": partner.id}
            choice = choices.get(partner.id)
            if partner in done:
                vals["reason"] = self.env._("Reminded today already")
            elif not choice or choice.everything.decision.level is None:
                own = choice.reason() if choice else None
                vals["reason"] = reasons[own.reason.value] if own else self.env._("Nothing is open")
                vals["explanation"] = notices._why_nothing(company, partner, choice)
            else:
                chosen = choice.everything if choice.is_early else choice.planned
                policy = notices.env["account.dunning.policy"].browse(chosen.policy_id)
                vals.update(
                    level_id=policy.level_ids[chosen.decision.level].id,
                    item_count=sum(own.level is not None for own in chosen.decision.items),
                    amount_due=(chosen.decision.claim + claims.get(partner.id, 0)) / scale,
                    early=choice.is_early,
                )
                if choice.is_early:
                    vals["reason"] = reasons["scheduled"]
                    vals["explanation"] = self.env._(
                        "Planned for %s.", facts._day(choice.early_day())
                    )
                elif chosen.decision.requires_approval:
                    vals["explanation"] = self.env._("Waits for approval.")
            vals_list.append(vals)
        return sorted(vals_list, key=lambda vals: -vals.get("amount_due", 0))

    # ----------------------------------------------------------------- compute

    @api.depends("line_ids.early")
    def _compute_has_early(self):
        for batch in self:
            batch.has_early = any(batch.line_ids.mapped("early"))

    @api.depends("line_ids.level_id", "line_ids.early", "include_early")
    def _compute_lines(self):
        for batch in self:
            batch.sent_line_ids = batch.line_ids.filtered(
                lambda line, batch=batch: line.level_id and (batch.include_early or not line.early)
            )
            batch.left_out_line_ids = batch.line_ids - batch.sent_line_ids
            batch.count = len(batch.sent_line_ids)

    @api.depends("sent_line_ids", "left_out_line_ids")
    def _compute_summary(self):
        for batch in self:
            batch.summary = batch._summary()
            counts = Counter(batch.left_out_line_ids.mapped("reason"))
            batch.left_out = ", ".join(
                f"{count} × {reason}" for reason, count in counts.most_common()
            )

    def _summary(self):
        """How many reminders of which level, and what they ask for."""
        lines = self.sent_line_ids
        if not lines:
            return self.env._("Nobody is due for a reminder.")
        amounts = defaultdict(float)
        for line in lines:
            amounts[line.currency_id] += line.amount_due
        counted = Counter(line.level_id for line in lines)
        levels = ", ".join(
            f"{count} × {level.name}"
            for level, count in sorted(counted.items(), key=lambda pair: pair[0].delay_days)
        )
        return self.env._(
            "Reminders: %(customers)s (%(levels)s), for %(amounts)s in all.",
            customers=len(lines),
            amounts=" + ".join(
                formatLang(self.env, amount, currency_obj=currency)
                for currency, amount in amounts.items()
            ),
            levels=levels,
        )

    @api.depends("sent_line_ids")
    def _compute_sample(self):
        for batch in self:
            line = batch.sent_line_ids[:1]
            batch.sample_partner_id = line.partner_id
            batch.sample_html = line._sample() if line else False

    # -------------------------------------------------------------------- send

    def action_send(self):
        """Send the reminders; many go out in the background."""
        self.ensure_one()
        lines = self.sent_line_ids
        if not lines:
            raise UserError(self.env._("Nobody is due for a reminder."))
        recorded = self.env["account.dunning.notice"]
        for company, own in lines.grouped("company_id").items():
            recorded |= self._record(company, own.partner_id)
        ready = recorded.filtered(lambda notice: notice.state == "ready")
        if len(ready) > self.env["account.dunning.run"]._send_at_once():
            # sudo: notices are written by their workflow alone.
            ready.sudo().queued = True
            # sudo: whoever may send reminders may wake up the scheduled action that sends.
            self.env.ref("account_dunning_plus.ir_cron_dunning_continue").sudo()._trigger()
        else:
            ready._deliver()
        return self._after(recorded)

    def _record(self, company, partners):
        """Decide anew and write the notices of customers of a company."""
        notices = self._notices(company)
        notices._check_by_hand(company, partners)
        run = notices.sudo(False)._run_of_today(company)
        partners -= notices._sent_today(company, partners.ids).partner_id
        decided, early = [], set()
        for choice in notices._choices_by_hand(company, partners.ids).values():
            chosen = choice.planned
            if choice.is_early and self.include_early:
                chosen = choice.everything
                early |= choice.early
            if chosen.decision.level is not None:
                decided.append(chosen)
        return notices.sudo(False)._record_by_hand(run, decided, early)

    def _after(self, notices):
        """Say what became of the notices, and close the window."""
        counts = Counter(notices.mapped("state"))
        words = {
            "sent": self.env._("%s sent", counts["sent"]),
            "ready": self.env._("%s go out in the background", counts["ready"]),
            "draft": self.env._("%s wait for approval", counts["draft"]),
            "failed": self.env._("%s failed: see what to do on each", counts["failed"]),
            "cancelled": self.env._("%s no longer due", counts["cancelled"]),
        }
        said = [text for state, text in words.items() if counts[state]]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Reminders"),
                "type": "warning" if counts["failed"] else "success",
                "message": ", ".join(said) or self.env._("Nothing is due any more."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class AccountDunningReminderBatchLine(models.TransientModel):
    _name = "account.dunning.reminder.batch.line"
    _description = "Send Reminders: Customer"
    _order = "id"

    batch_id = fields.Many2one(
        "account.dunning.reminder.batch", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    level_id = fields.Many2one("account.dunning.level", readonly=True)
    item_count = fields.Integer(string="Invoices", readonly=True)
    amount_due = fields.Monetary(readonly=True)
    early = fields.Boolean(string="Before Its Day", readonly=True)
    reason = fields.Char(readonly=True, help="Why it is left out, in one word.")
    explanation = fields.Char(string="Remark", readonly=True)

    def _sample(self):
        """The customer's reminder as it would be read."""
        self.ensure_one()
        composer = self.env["account.dunning.reminder"].new(
            {"company_id": self.company_id.id, "partner_id": self.partner_id.id}
        )
        choice = composer._choice()
        if not choice or choice.everything.decision.level is None:
            return False
        chosen, _early = composer._chosen(choice)
        return composer._draft(chosen)._render_body()
