from odoo import api, fields, models

# Those who work with reminders, those who read them, those who set companies up.
_GROUPS = (
    "account_dunning_plus.group_dunning_user,account.group_account_readonly,base.group_erp_manager"
)

# Where the window of envelopes is on the left, as DIN 5008 has it.
_LEFT = ("AT", "DE")


class ResCompany(models.Model):
    """Settings of letters."""

    _inherit = "res.company"

    dunning_letter_window = fields.Selection(
        [("right", "On the right"), ("left", "On the left")],
        string="Window of Envelopes",
        compute="_compute_dunning_letter_window",
        store=True,
        readonly=False,
        groups=_GROUPS,
        help="Where the address is printed. On the left is DIN 5008, form B.",
    )
    dunning_letter_both_sides = fields.Boolean(
        string="Letters on Both Sides",
        groups=_GROUPS,
        help="Each letter of a file with several begins on a new sheet when printed on both sides.",
    )
    dunning_letter_signer = fields.Char(
        string="Letters Signed By",
        groups=_GROUPS,
        help="Empty: the person responsible for follow-up.",
    )
    dunning_letter_function = fields.Char(
        string="Function of the Signer",
        translate=True,
        groups=_GROUPS,
        help="Printed under the name, such as Credit Controller.",
    )
    dunning_letter_signature = fields.Image(
        string="Signature",
        max_width=800,
        max_height=400,
        groups=_GROUPS,
        help="A picture of the signature, printed above the name.",
    )

    @api.depends("partner_id.country_id")
    def _compute_dunning_letter_window(self):
        for company in self:
            if not company.dunning_letter_window:
                company.dunning_letter_window = (
                    "left" if company.country_id.code in _LEFT else "right"
                )
