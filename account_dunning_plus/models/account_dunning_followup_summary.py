from odoo import api, fields, models
from odoo.tools import formatLang


class AccountDunningFollowup(models.Model):
    """A row in one line, for screens of others: who sells to the customer, delivers, repairs."""

    _inherit = "account.dunning.followup"

    summary = fields.Char(
        compute="_compute_summary",
        help="What the customer owes and what is done about it; empty when all is well.",
    )

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        self.summary = False
        told = self.filtered(
            lambda row: (
                row.is_open
                and (row.amount_overdue > 0 or row.amount_disputed > 0 or row.situation != "quiet")
            )
        )
        reminded = told._reminded_words()
        for row in told:
            parts = [row._overdue_words(), reminded.get(row)]
            if row.amount_disputed > 0:
                amount = formatLang(self.env, row.amount_disputed, currency_obj=row.currency_id)
                parts.append(self.env._("%s in dispute", amount))
            if row.situation != "quiet":
                parts.append(row.reason)
            row.summary = " · ".join(filter(None, parts))

    def _status_words(self):
        """Why a person is needed, else who or what is at work, as the lists name it."""
        self.ensure_one()
        field = self._fields["attention" if self.attention else "situation"]
        return dict(field._description_selection(self.env)).get(self[field.name], False)

    def _overdue_words(self):
        """How much is overdue, and for how long; None when nothing is."""
        self.ensure_one()
        if self.amount_overdue <= 0:
            return None
        amount = formatLang(self.env, self.amount_overdue, currency_obj=self.currency_id)
        if self.days_overdue == 1:
            return self.env._("%s overdue, 1 day", amount)
        return self.env._(
            "%(amount)s overdue, %(days)s days", amount=amount, days=self.days_overdue
        )

    def _reminded_words(self):
        """The last reminder of each row of which something that was reminded is open.

        :return: dict of row to words
        """
        reminded = self.filtered("level_id")
        if not reminded:
            return {}
        # sudo: what a customer was sent is shown to all who may read the row.
        notices = (
            self.env["account.dunning.notice"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", reminded.partner_id.ids),
                    ("company_id", "in", reminded.company_id.ids),
                    ("date", "in", reminded.mapped("last_notice_date")),
                    ("state", "=", "sent"),
                ],
                ["partner_id", "company_id", "date", "level_id"],
                order="date, id",
            )
        )
        last = {(own.partner_id.id, own.company_id.id): own for own in notices}
        words = {}
        for row in reminded:
            notice = last.get((row.partner_id.id, row.company_id.id))
            if notice:
                words[row] = self.env._(
                    "%(level)s on %(date)s",
                    level=notice.level_id.name,
                    date=self.env["account.dunning.facts"]._day(notice.date),
                )
        return words
