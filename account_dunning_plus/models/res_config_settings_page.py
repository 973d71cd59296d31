from odoo import api, fields, models

# Messages that state what is open, and what puts the link into their texts: the address, or
# one of the views that state the account.
_STATING = (
    "account.dunning.notice",
    "account.payment.promise",
    "account.discount.notice",
    "account.dunning.courtesy",
    "account.dunning.dispute",
    "account.dunning.answer",
)
_WITH_LINK = (
    "_dunning_page_url",
    "account_dunning_plus.notice_statement",
    "account_dunning_plus.promise_statement",
    "account_dunning_plus.promise_told_statement",
    "account_dunning_plus.discount_word_statement",
    "account_dunning_plus.discount_claim_statement",
    "account_dunning_plus.courtesy_statement",
)
# They ask for nothing.
_THANKS = ("mail_template_courtesy_promise", "mail_template_courtesy_cleared")


class ResConfigSettings(models.TransientModel):
    """The customer's page, and the messages that do not lead to it."""

    _inherit = "res.config.settings"

    dunning_link_days = fields.Integer(related="company_id.dunning_link_days", readonly=False)
    dunning_page_preferences = fields.Boolean(
        related="company_id.dunning_page_preferences", readonly=False
    )
    dunning_texts_without_link = fields.Char(
        compute="_compute_dunning_texts_without_link",
        help="Texts of messages that somebody wrote, without the link to the customer's page.",
    )

    @api.depends("company_id")
    def _compute_dunning_texts_without_link(self):
        names = ", ".join(self._dunning_texts_without_link().mapped("name"))
        self.dunning_texts_without_link = names

    @api.model
    def _dunning_texts_without_link(self):
        """The texts of messages that do not lead to the customer's page."""
        statement = self.env.ref(
            "account_dunning_plus.mail_template_statement", raise_if_not_found=False
        )
        thanks = [
            template.id
            for name in _THANKS
            if (template := self.env.ref(f"account_dunning_plus.{name}", raise_if_not_found=False))
        ]
        texts = self.env["mail.template"].search(
            [
                "|",
                ("model", "in", _STATING),
                ("id", "=", statement.id if statement else False),
                ("id", "not in", thanks),
            ]
        )
        return texts.filtered(
            lambda own: not any(sign in (own.body_html or "") for sign in _WITH_LINK)
        )

    def action_dunning_texts_without_link(self):
        """Open the texts that do not lead to the customer's page."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.template",
            "view_mode": "list,form",
            "domain": [("id", "in", self._dunning_texts_without_link().ids)],
            "name": self.env._("Texts"),
        }
