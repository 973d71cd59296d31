from odoo import api, models

from .account_dunning_reply_incoming import CONVERSATIONS


class MailThread(models.AbstractModel):
    """What comes in by e-mail about what is open, and what people answer."""

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        thread_id = super()._message_route_process(message, message_dict, routes)
        if any(route[0] in CONVERSATIONS for route in routes or ()):
            self.env["account.dunning.reply"]._take(message, message_dict)
        return thread_id

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        self.env["account.dunning.reply"]._take_bounce(email_message, message_dict)
        return result

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        if self._name in CONVERSATIONS and message.message_type == "comment":
            self.env["account.dunning.reply"]._posted(self, message)
        return message

    def _is_copy(self, address):
        """Whether an address got a copy only of what is on this page."""
        return False

    def _sent_messages(self):
        """The messages by which a notice was sent; of other pages none."""
        return self.env["mail.message"]
