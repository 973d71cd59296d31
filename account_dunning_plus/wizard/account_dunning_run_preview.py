from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import formatLang


class AccountDunningRunPreview(models.TransientModel):
    """What the run would send, before it is sent; customers can be left out."""

    _name = "account.dunning.run.preview"
    _description = "Dunning Run Preview"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    is_today = fields.Boolean(compute="_compute_is_today")
    summary = fields.Text(compute="_compute_summary")
    line_ids = fields.One2many("account.dunning.run.preview.line", "preview_id", string="Customers")

    def _compute_display_name(self):
        self.display_name = self.env._("Send Reminders")

    @api.depends("date", "company_id")
    def _compute_is_today(self):
        for preview in self:
            preview.is_today = preview.date == preview.company_id._dunning_today()

    @api.depends("line_ids.selected", "date")
    def _compute_summary(self):
        for preview in self:
            lines = preview.line_ids.filtered("selected")
            if not preview.line_ids:
                preview.summary = self.env._("Nobody is due for a reminder.")
                continue
            day = self.env["account.dunning.facts"]._day(preview.date)
            counts = Counter(line.level_id for line in lines)
            levels = [
                f"{count} × {level.name}"
                for level, count in sorted(counts.items(), key=lambda pair: pair[0].delay_days)
            ]
            summary = self.env._(
                "%(day)s: %(customers)s customers, %(items)s invoices, %(amount)s",
                day=self.env._("Now") if preview.is_today else day,
                customers=len(lines),
                items=sum(lines.mapped("item_count")),
                amount=formatLang(
                    self.env, sum(lines.mapped("amount_due")), currency_obj=preview.currency_id
                ),
            )
            if levels:
                summary += ": " + ", ".join(levels)
            attention = len(lines.filtered("attention"))
            if attention:
                summary += "; " + self.env._("%s need you", attention)
            preview.summary = summary + "."

    @api.model
    def action_open(self):
        """Decide what is due today for the current company, and show it."""
        company = self.env.company
        today = company._dunning_today()
        calendar = company._dunning_working_days(today)
        day = calendar.next(today)
        facts = self.env["account.dunning.facts"]
        run = self.env["account.dunning.run"]
        run = run.search([("company_id", "=", company.id), ("date", "=", day)]) or run.new(
            {"company_id": company.id, "date": day}
        )
        partner_ids = facts._partner_ids_with_open_items(company)
        notices = self.env["account.dunning.notice"]
        done = notices._partner_ids_done(run, partner_ids)
        early = notices._early_item_ids(company, partner_ids)
        decided = [
            customer
            for customer in facts._decide(company, partner_ids, day, calendar, early)
            if customer.decision.level is not None and customer.partner_id not in done
        ]
        preview = self.create(
            {
                "company_id": company.id,
                "date": day,
                "line_ids": [
                    Command.create(vals) for vals in self._prepare_lines(company, decided, day)
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Reminders"),
            "res_model": self._name,
            "res_id": preview.id,
            "view_mode": "form",
            "target": "current",
        }

    @api.model
    def _prepare_lines(self, company, decided, decided_on):
        """Values of the preview's rows, the largest claim first."""
        scale = 10**company.currency_id.decimal_places
        vals_list = []
        claims = self.env["account.dunning.charge"]._claims_totals(company, decided, decided_on)
        partners = (
            self.env["res.partner"]
            .with_company(company)
            .browse([customer.partner_id for customer in decided])
        )
        notices = self.env["account.dunning.notice"]
        for partner, customer in zip(partners, decided, strict=True):
            policy = self.env["account.dunning.policy"].browse(customer.policy_id)
            level = policy.level_ids[customer.decision.level]
            attention = False
            if customer.decision.requires_approval:
                attention = self.env._("Waits for approval")
            elif level.send_email:
                recipient = partner._dunning_recipient()
                channel = notices._channel_of(level, customer.channel, recipient)
                if channel in (None, "email", "both"):
                    attention = recipient._dunning_email_problem()
            vals_list.append(
                {
                    "partner_id": partner.id,
                    "level_id": level.id,
                    "item_count": sum(
                        1 for own in customer.decision.items if own.level is not None
                    ),
                    "amount_due": (customer.decision.claim + claims.get(partner.id, 0)) / scale,
                    "attention": attention,
                }
            )
        return sorted(vals_list, key=lambda vals: -vals["amount_due"])

    def action_send(self):
        """Start the run without the customers that were left out."""
        self.ensure_one()
        if not self.is_today:
            raise UserError(
                self.env._(
                    "Today is not a working day: the reminders go out on %s.",
                    self.env["account.dunning.facts"]._day(self.date),
                )
            )
        run = self.env["account.dunning.run"]._get_or_create(self.company_id, self.date)
        if not run or run.state == "queued":
            raise UserError(self.env._("A run is at work for today: wait until it is done."))
        left_out = self.line_ids.filtered(lambda line: not line.selected).partner_id
        run.write(
            {
                "state": "draft",
                "prepared_partner_id": 0,
                "excluded_partner_ids": [Command.set(left_out.ids)],
            }
        )
        if len(self.line_ids) > run._send_at_once():
            run.action_queue()
        else:
            run.action_send()
        return {
            "type": "ir.actions.act_window",
            "res_model": run._name,
            "res_id": run.id,
            "view_mode": "form",
        }


class AccountDunningRunPreviewLine(models.TransientModel):
    _name = "account.dunning.run.preview.line"
    _description = "Dunning Run Preview: Customer"
    _order = "id"

    preview_id = fields.Many2one(
        "account.dunning.run.preview", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="preview_id.currency_id")
    selected = fields.Boolean(string="Send", default=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    level_id = fields.Many2one("account.dunning.level", required=True, readonly=True)
    item_count = fields.Integer(string="Invoices", readonly=True)
    amount_due = fields.Monetary(readonly=True)
    attention = fields.Char(readonly=True, help="What needs a person.")

    def action_open_customer(self):
        """Look at the customer before deciding; the way back leads here."""
        return self.partner_id.action_dunning_followup()
