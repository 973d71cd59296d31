from odoo import models
from odoo.tools import format_amount


class AccountDunningDispute(models.Model):
    """What the customer is told when a dispute was looked into."""

    _name = "account.dunning.dispute"
    _inherit = ["account.dunning.dispute", "account.dunning.message"]

    def _tell_answer(self):
        """Send the answer to the customer.

        :return: the disputes whose message is on its way
        """
        # sudo: sending writes mails; the right was checked by the caller.
        own = self.sudo()
        template = own.env.ref("account_dunning_plus.mail_template_dispute_answer")
        told = own.browse()
        for company, disputes in own.grouped("company_id").items():
            for dispute, mail in disputes.with_company(company)._queue_messages(template).items():
                mail.send_after_commit()
                told |= dispute
        return told

    def _amount_words(self):
        self.ensure_one()
        return format_amount(self.env, self.amount, self.currency_id)
