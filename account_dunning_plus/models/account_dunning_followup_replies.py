from odoo import api, models

_TIMELINE = 60


class AccountDunningFollowup(models.Model):
    """What customers wrote: in the list, in the timeline, and read."""

    _inherit = "account.dunning.followup"

    def action_read(self):
        """Somebody has read what these customers wrote, or answered it elsewhere."""
        self._check_user()
        self.env["account.dunning.reply"]._waiting_of(self._pairs())._end("read", self.env.user)
        # Figures come from a query: what was read of it is no longer so.
        self.invalidate_recordset()
        return True

    def _pairs(self):
        """Ids of the rows' customers and companies."""
        return {(row.partner_id.id, row.company_id.id) for row in self}

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_words(self):
        result = super()._compute_words()
        unread = self._unread_words()
        for row, words in unread["bounce"].items():
            if not row.is_open:
                row.reason = self.env._("Message not delivered")
                row.next_step = words
        for row, words in unread["reply"].items():
            row.reason = f"{words}; {row.reason}"
            row.next_step = self.env._("Read it and answer, then press Read / Answered")
        return result

    def _failure_messages(self):
        # Of a notice that failed first: something is to be sent again.
        said = {row: words for row, words in super()._failure_messages().items() if words}
        return self._unread_words()["bounce"] | said

    def _unread_words(self):
        """What waits to be read, in a line.

        :return: for "reply" and "bounce" each a dict of row to words
        """
        unread = {"reply": {}, "bounce": {}}
        rows = {(row.partner_id.id, row.company_id.id): row for row in self if row.needs_reading}
        if not rows:
            return unread
        waiting = self.env["account.dunning.reply"]._waiting_of(rows)
        for (partner, company, kind), replies in waiting.grouped(
            lambda own: (own.partner_id.id, own.company_id.id, own.kind)
        ).items():
            unread[kind][rows[partner, company]] = replies._short_words()
        return unread

    def _replies(self):
        # sudo: what a customer wrote is shown to all who may read the row.
        return (
            self.env["account.dunning.reply"]
            .sudo()
            .search(
                [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)],
                limit=_TIMELINE,
            )
        )

    def _timeline_replies(self):
        """Replies, automatic answers and reports of messages that did not arrive."""
        titles = {
            "reply": self.env._("Reply"),
            "automatic": self.env._("Automatic answer"),
            "bounce": self.env._("E-mail did not arrive"),
        }
        icons = {"reply": "fa-reply", "automatic": "fa-cog", "bounce": "fa-exclamation-circle"}
        for reply in self._replies():
            # sudo: the title leads to the page on which the message is.
            page = self.env[reply.res_model].browse(reply.res_id) if reply.res_model else reply
            yield self._event(
                "reply",
                reply.date,
                (reply.kind == "reply" and reply.subject) or titles[reply.kind],
                page,
                icon=icons[reply.kind],
                text=reply.summary or "",
                author=reply.email if reply.kind == "bounce" else reply._who(),
                state=reply._state_words(),
                tone=(reply.is_waiting and "warning")
                or (reply.kind == "bounce" and "danger")
                or "",
            )
