from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountDunningLevel(models.Model):
    _name = "account.dunning.level"
    _description = "Dunning Level"
    _order = "policy_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    policy_id = fields.Many2one(
        "account.dunning.policy", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="policy_id.company_id")
    currency_id = fields.Many2one(related="policy_id.currency_id")
    number = fields.Integer(
        compute="_compute_number", help="The level's place in its policy, counted from 1."
    )
    delay_days = fields.Integer(
        string="Days After Due",
        help="Days from the due date to this level; a negative number is before it.",
    )
    interval_days = fields.Integer(
        string="Days Since Last",
        help="This level comes no earlier than so many days after the item's last reminder.",
    )
    minimum_amount = fields.Monetary(
        help="A customer whose net overdue amount is lower does not get this level. In the "
        "company's currency.",
    )
    send_email = fields.Boolean(string="E-mail", default=True)
    print_letter = fields.Boolean(string="Letter", help="Put up for printing and posting.")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Activity",
        ondelete="restrict",
        help="An activity for a person, such as a phone call.",
    )
    activity_user_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        domain="[('share', '=', False)]",
        help="Empty: the person responsible for follow-up in the settings, else the customer's "
        "salesperson.",
    )
    activity_note = fields.Text(
        string="What To Do", translate=True, help="Shown to the person who gets the activity."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Text",
        domain="[('model', '=', 'account.dunning.notice')]",
        help="Text of the e-mail and of the letter. Empty: the friendly reminder.",
    )
    pay_days = fields.Integer(
        string="Days to Pay",
        help="The message asks for payment within so many days, and states the date. 0: at once. "
        "A consumer always gets at least the period of the law.",
    )
    charge_scheme_id = fields.Many2one(
        "account.dunning.charge.scheme",
        string="Charges",
        ondelete="restrict",
        index="btree_not_null",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        help="What this level claims beside what is open. Empty: nothing.",
    )
    announces_costs = fields.Boolean(
        string="Announces Charges",
        help="The message states what the next level that charges will claim, and until when it "
        "is paid without. The law asks for it before consumers in the Netherlands and in "
        "Belgium are charged.",
    )
    charge_hint = fields.Char(compute="_compute_charge_hint")
    attach_invoices = fields.Boolean(default=True, help="Attach the PDF of each invoice, up to 20.")
    requires_approval = fields.Boolean(
        string="Approval",
        help="Reminders of this level wait until a dunning manager approves them.",
    )

    _check_interval_days = models.Constraint(
        "CHECK(interval_days >= 0)", "The days since the last reminder cannot be negative."
    )
    _check_minimum_amount = models.Constraint(
        "CHECK(minimum_amount >= 0)", "The minimum amount of a level cannot be negative."
    )
    _check_pay_days = models.Constraint(
        "CHECK(pay_days >= 0)", "The days to pay cannot be negative."
    )
    _check_channel = models.Constraint(
        "CHECK(send_email OR print_letter OR activity_type_id IS NOT NULL)",
        "A level needs at least one way to reach the customer: an e-mail, a letter or an activity.",
    )

    @api.depends("sequence", "active", "policy_id.level_ids.sequence", "policy_id.level_ids.active")
    def _compute_number(self):
        places = {
            level: place
            for policy in self.policy_id
            for place, level in enumerate(policy.level_ids.sorted(), start=1)
        }
        for level in self:
            level.number = places.get(level._origin) or places.get(level, 0)

    @api.depends("name", "number")
    def _compute_display_name(self):
        for level in self:
            number = level.number
            level.display_name = f"{number}. {level.name}" if number else level.name

    @api.constrains("delay_days", "sequence", "active", "policy_id")
    def _check_order_changed(self):
        # While a whole policy is saved its levels change one by one; it checks at the end.
        if not self.env.context.get("dunning_policy_saving"):
            self._check_order()

    @api.constrains("delay_days", "charge_scheme_id", "announces_costs")
    def _check_charges_after_due(self):
        for level in self:
            if level.delay_days <= 0 and (level.charge_scheme_id or level.announces_costs):
                raise ValidationError(
                    self.env._(
                        "Level “%s” comes before the customer is late: charges are claimed and "
                        "announced only after the due date.",
                        level.name,
                    )
                )

    @api.constrains("announces_costs", "charge_scheme_id", "send_email", "print_letter")
    def _check_charges_in_writing(self):
        for level in self:
            charges = level.announces_costs or level.charge_scheme_id
            if charges and not (level.send_email or level.print_letter):
                raise ValidationError(
                    self.env._(
                        "Level “%s” charges or announces something: that takes an e-mail or a "
                        "letter.",
                        level.name,
                    )
                )

    @api.depends(
        "charge_scheme_id.costs",
        "charge_scheme_id.interest",
        "announces_costs",
        "sequence",
        "policy_id.level_ids.announces_costs",
        "policy_id.level_ids.charge_scheme_id",
        "policy_id.level_ids.sequence",
        "policy_id.level_ids.active",
    )
    def _compute_charge_hint(self):
        for level in self:
            levels = level.policy_id.level_ids.sorted()
            place = (level.sequence, level._origin.id or 0)
            before = levels.filtered(
                lambda own, place=place: (own.sequence, own._origin.id or 0) < place
            )
            hint = False
            announced = level.announces_costs or any(before.mapped("announces_costs"))
            if level.charge_scheme_id and not announced:
                hint = self.env._(
                    "No level before this one announces the charges: consumers in the "
                    "Netherlands and in Belgium are held back here."
                )
            elif level.announces_costs and not (levels - before).charge_scheme_id:
                hint = self.env._(
                    "No level from this one on charges anything: there is nothing to announce."
                )
            level.charge_hint = hint

    def _check_order(self):
        """Refuse a policy whose levels do not come in the order of their days."""
        for policy in self.policy_id:
            levels = policy.level_ids.sorted()
            for earlier, later in zip(levels, levels[1:], strict=False):
                if later.delay_days < earlier.delay_days:
                    raise ValidationError(
                        self.env._(
                            "Level “%(later)s” (%(later_days)s days) comes after “%(earlier)s” "
                            "(%(earlier_days)s days): order the levels of a policy by their days.",
                            later=later.name,
                            later_days=later.delay_days,
                            earlier=earlier.name,
                            earlier_days=earlier.delay_days,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: a level is in use whoever's company used it
        lines = self.env["account.dunning.notice.line"].sudo()
        notices = self.env["account.dunning.notice"].sudo()
        domain = [("level_id", "in", self.ids)]
        if used := (lines.search(domain, limit=1) or notices.search(domain, limit=1)):
            raise UserError(
                self.env._(
                    "Level “%s” has been used for reminders: archive it instead of deleting it.",
                    used.level_id.name,
                )
            )

    def _template(self):
        """The text of this level's message."""
        self.ensure_one()
        return self.mail_template_id or self.env.ref(
            "account_dunning_plus.mail_template_reminder_first"
        )
