from odoo import models
from odoo.exceptions import AccessError


class AccountDunningRights(models.AbstractModel):
    """Who may do what with records that the workflow alone writes."""

    _name = "account.dunning.rights"
    _description = "Dunning Rights"

    def _check_user(self):
        """Only those who work with reminders change or send anything.

        :raises AccessError: the user does not, or may not read these records
        """
        self._check_group(
            "account_dunning_plus.group_dunning_user",
            self.env._("Only a dunning user may do this."),
        )

    def _check_group(self, group, refusal):
        """Only a group may go on, with records that it may read.

        :param refusal: what others are told
        """
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(refusal)
        self.check_access("read")

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # Reading is enough to post where only the workflow writes (`_mail_post_access`). An auditor
        # reads as well, but writes to nobody, and is not offered what is refused.
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "create" and not (
            self.env.su or self.env.user.has_group("account_dunning_plus.group_dunning_viewer")
        ):
            operations = dict.fromkeys(operations, "write")
        return operations
