import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import OrderedSet
from odoo.tools.pdf import merge_pdf


class AccountDunningFollowup(models.Model):
    """What is done from the worklist and from the customer's screen."""

    _inherit = "account.dunning.followup"

    hold_reason = fields.Char(string="On Hold Because", compute="_compute_hold_reason")

    # ------------------------------------------------------------------- send

    def action_send_reminder(self):
        """Send the next reminder now: a composer for one customer, a preview for several."""
        self._check_user()
        if len(self) == 1:
            return self.env["account.dunning.reminder"]._open(self.company_id, self.partner_id)
        return self.env["account.dunning.reminder.batch"]._open(
            {company: rows.partner_id for company, rows in self.grouped("company_id").items()}
        )

    def action_approve(self):
        """Approve the reminders of these customers that wait for it, and send them."""
        notices = self.env["account.dunning.notice"]
        for company, rows in self.grouped("company_id").items():
            notices |= notices._waiting_for_approval(company, rows.partner_id)
        return notices.action_approve()

    # -------------------------------------------------------------------- call

    def action_log_call(self):
        """Log a call with the customer."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a Call with %s", self.partner_id.display_name),
            "res_model": "account.dunning.call",
            "view_mode": "form",
            "views": [
                (self.env.ref("account_dunning_plus.account_dunning_call_view_form").id, "form")
            ],
            "target": "new",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "dialog_size": "medium",
            },
        }

    def action_plan_call(self):
        """Plan a call with each customer."""
        return self._wizard("account.dunning.plan.call", self.env._("Plan a Call"))

    # -------------------------------------------------------------------- hold

    def action_hold(self):
        """Send no reminders until a day."""
        return self._wizard("account.dunning.hold", self.env._("Hold Reminders"))

    def action_resume(self):
        """End the hold."""
        self._check_user()
        self._set_hold(False, False)
        return True

    def _compute_hold_reason(self):
        self.hold_reason = False
        # sudo: why a customer whose row may be read is on hold.
        held = self.sudo().filtered("hold_until")
        for company, rows in held.grouped("company_id").items():
            partners = rows.partner_id.with_company(company)
            for row, partner in zip(rows, partners, strict=True):
                row.hold_reason = partner.dunning_hold_reason

    def _set_hold(self, until, reason):
        """Put customers on hold, each in the company of its row, and note it on them."""
        words = self.env._("Reminders go out again.")
        if until:
            words = self.env._(
                "No reminders until %(date)s: %(reason)s",
                date=self.env["account.dunning.facts"]._day(until),
                reason=reason,
            )
        # sudo: who works with reminders need not be allowed to change contacts; callers
        # check the group and that the rows may be read.
        for company, rows in self.sudo().grouped("company_id").items():
            partners = rows.partner_id.with_company(company)
            if not until:
                partners = partners.filtered("dunning_hold_until")
            partners.write({"dunning_hold_until": until, "dunning_hold_reason": reason})
            partners._message_log_batch(bodies=dict.fromkeys(partners.ids, words))

    # ------------------------------------------------------------------ assign

    def action_assign(self):
        """Choose who follows these customers up."""
        return self._wizard("account.dunning.assign", self.env._("Assign"))

    def _wizard(self, model, name):
        """Open a dialog about these rows."""
        self._check_user()
        wizard = self.env[model].create({"followup_ids": self.ids})
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    # --------------------------------------------------------------- statement

    def action_statement_print(self):
        """Print what is open, a statement for each customer."""
        self._check_user()
        report = self.env.ref("account_dunning_plus.action_report_dunning_statement_followup")
        if len(self) == 1:
            return report.report_action(self, config=False)
        # One by one: not every wkhtmltopdf prints the documents of several records at once.
        contents = [row._statement_pdf()[1] for row in self]
        return self._download(self.env._("Statements of account.pdf"), contents)

    def action_statement_send(self):
        """Write to the customer with the statement of account attached."""
        self.ensure_one()
        self._check_user()
        company = self.company_id
        recipient = self.partner_id.sudo().with_company(company)._dunning_recipient()
        name, content = self._statement_pdf()
        # Kept for the composer as its own attachments are: unused ones are swept away.
        attachment = self.env["ir.attachment"].create(
            {"name": name, "raw": content, "res_model": "mail.compose.message", "res_id": 0}
        )
        template = self.env.ref("account_dunning_plus.mail_template_statement")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement of Account"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": self.partner_id.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id,
                "default_partner_ids": recipient.ids,
                "default_attachment_ids": attachment.ids,
                "dunning_company_id": company.id,
                "dunning_statement": True,
            },
        }

    def _statement_pdf(self):
        """The statement of account as (file name, content)."""
        self.ensure_one()
        report = self.env.ref("account_dunning_plus.action_report_dunning_statement_followup")
        # sudo: the company, bank account and items of a customer whose row may be read.
        content, kind = report.sudo()._render_qweb_pdf(report.report_name, self.ids)
        partner = self.partner_id.with_company(self.company_id)
        return f"{partner._dunning_statement_name()}.{kind}", content

    def action_interest(self):
        """Calculate the interest that the customer owes."""
        self.ensure_one()
        self._check_user()
        return self.env["account.dunning.interest"]._open(self.company_id, self.partner_id)

    # ------------------------------------------------------------------- items

    def _item_lines(self, item_ids):
        """Those of some journal items that are this customer's own open ones.

        The ids come from the browser.
        """
        self.ensure_one()
        facts = self.env["account.dunning.facts"].sudo()
        # sudo: sales staff tick items as well, and do not read the company's settings.
        company = self.company_id.sudo()
        own = {
            item.id for item in facts._open_items(company, self.partner_id.ids)[self.partner_id.id]
        }
        ids = [item_id for item_id in OrderedSet(item_ids) if item_id in own and item_id]
        if not ids:
            raise UserError(self.env._("Choose one or more of the open items."))
        return self.env["account.move.line"].browse(ids)

    def action_register_payment(self, item_ids=None):
        """Register a payment of the chosen items, else of all that is due."""
        self.ensure_one()
        self._check_user()
        if item_ids is None:
            facts = self.env["account.dunning.facts"].sudo()
            today = self.company_id._dunning_today()
            debits = [
                item
                for item in facts._open_items(self.company_id, self.partner_id.ids)[
                    self.partner_id.id
                ]
                if item.amount > 0 and not item.facts.settled
            ]
            due = [item.id for item in debits if item.due_date <= today]
            item_ids = due or [item.id for item in debits]
        lines = self._item_lines(item_ids)
        # Only those who may register payments: core checks it.
        self.env["account.payment"].check_access("create")
        # Back to the customer afterwards, not on to the payments.
        return lines.action_register_payment({"dont_redirect_to_payments": True})

    def action_print_invoices(self, item_ids):
        """The PDFs of the chosen invoices in one file; missing ones are rendered."""
        self._check_user()
        # sudo: the documents that go with reminders; the right to send was checked above.
        moves = self._item_lines(item_ids).sudo().move_id
        moves = moves.filtered(lambda move: move.is_invoice())
        if not moves:
            raise UserError(self.env._("None of the chosen items is an invoice."))
        stored = {move: move.invoice_pdf_report_id for move in moves}
        rendered = moves.filtered(lambda move: not stored[move])._dunning_render_pdfs()
        contents = [
            stored[move].raw if stored[move] else base64.b64decode(rendered[move.id][1])
            for move in moves
        ]
        name = self.env._("Invoices %s.pdf", self.partner_id.name)
        if len(moves) == 1:
            name = stored[moves].name or rendered[moves.id][0]
        return self._download(name.replace("/", "-"), contents)

    def _download(self, name, contents):
        """Let the browser download PDFs in one file.

        :param contents: list of bytes
        """
        # Of the composer's kind, which are swept away when a day old.
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": merge_pdf(contents) if len(contents) > 1 else contents[0],
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def action_toggle_followup(self, item_ids):
        """Exclude items from follow-up, or take them all back in when all are excluded."""
        self._check_user()
        # sudo: a setting of follow-up on the item; the right was checked above.
        lines = self._item_lines(item_ids).sudo()
        exclude = not all(lines.mapped("no_followup"))
        lines = lines.filtered(lambda line: line.no_followup != exclude)
        lines.no_followup = exclude
        words = (
            self.env._("Excluded from follow-up.")
            if exclude
            else self.env._("Taken back into follow-up.")
        )
        lines.move_id._message_log_batch(bodies=dict.fromkeys(lines.move_id.ids, words))
        return True

    # -------------------------------------------------------------------- open

    def action_open_partner(self):
        """Open the customer's contact."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_notices(self):
        """Open the customers' reminders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning_plus.account_dunning_notice_action"
        )
        return dict(
            action,
            domain=[
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            context={},
        )
