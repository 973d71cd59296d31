from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import engine


class AccountDunningPolicy(models.Model):
    _name = "account.dunning.policy"
    _description = "Dunning Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="The first policy in this order whose rule applies is used."
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: every company can use this policy.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    partner_domain = fields.Char(
        string="Customers",
        default="[]",
        help="Customers to whom this policy applies by itself.",
    )
    use_partner_domain = fields.Boolean(
        string="Applies By Rule",
        compute="_compute_use_partner_domain",
        store=True,
        readonly=False,
        help="Apply this policy by itself to the customers that match. Otherwise it applies "
        "only where it is chosen: on a customer, or as the company's default.",
    )
    applies_to = fields.Char(
        compute="_compute_applies_to", help="Which customers of your company use this policy."
    )
    minimum_amount = fields.Monetary(
        help="A customer whose net overdue amount is lower gets no reminder. In the company's "
        "currency.",
    )
    grace_days = fields.Integer(
        help="Days added to the due date before the days of a level are counted, for payments "
        "on their way through the banks. Reminders before the due date are not affected.",
    )
    level_ids = fields.One2many("account.dunning.level", "policy_id", string="Levels", copy=True)
    note = fields.Text(translate=True, help="What this policy is for.")

    _check_minimum_amount = models.Constraint(
        "CHECK(minimum_amount >= 0)", "The minimum amount of a policy cannot be negative."
    )
    _check_grace_days = models.Constraint(
        "CHECK(grace_days >= 0)", "The grace days of a policy cannot be negative."
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            policy.currency_id = (policy.company_id or self.env.company).currency_id

    @api.depends("partner_domain")
    def _compute_use_partner_domain(self):
        for policy in self:
            policy.use_partner_domain = policy.partner_domain not in (False, "", "[]")

    @api.depends("use_partner_domain")
    @api.depends_context("company", "lang")
    def _compute_applies_to(self):
        default = self.env.company._dunning_default_policy()
        for policy in self:
            words = []
            if policy.use_partner_domain:
                words.append(self.env._("Customers that fit its rule"))
            if policy == default:
                words.append(self.env._("All without another policy"))
            policy.applies_to = ", ".join(words) or self.env._("Where it is chosen")

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for policy in self:
            try:
                self.env["res.partner"].search(policy._partner_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The rule of policy “%(policy)s” cannot be read: %(error)s",
                        policy=policy.name,
                        error=error,
                    )
                ) from error

    @api.constrains("level_ids")
    def _check_levels(self):
        self.level_ids._check_order()

    def write(self, vals):
        return super(AccountDunningPolicy, self.with_context(dunning_policy_saving=True)).write(
            vals
        )

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", policy.name))
            for policy, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.with_context(active_test=False).level_ids._unlink_except_used()

    def _partner_domain(self):
        """The policy's rule as a domain on customers.

        :raises ValueError: the rule is not a domain
        """
        self.ensure_one()
        return Domain(literal_eval(self.partner_domain or "[]"))

    def _engine_policy(self, company):
        """This policy for the engine, amounts in minor units of the company's currency.

        :param company: the company that uses it
        :rtype: engine.Policy
        """
        self.ensure_one()
        currency = company.currency_id
        return engine.Policy(
            id=self.id,
            levels=tuple(
                engine.Level(
                    id=level.id,
                    delay_days=level.delay_days,
                    interval_days=level.interval_days,
                    minimum_amount=minor_units(level.minimum_amount, currency),
                    requires_approval=level.requires_approval,
                    charge=level.charge_scheme_id._engine_scheme(company),
                    announces=level.announces_costs,
                    pay_days=level.pay_days,
                )
                for level in self.level_ids
            ),
            minimum_amount=minor_units(self.minimum_amount, currency),
            grace_days=self.grace_days,
        )

    @api.model
    def _for_partners(self, company, partners):
        """The policy of each customer in a company.

        The customer's own setting, else the first policy in sequence whose rule
        applies, else the company's default.

        :param company: a single company
        :param partners: commercial entities, in that company's context
        :return: dict of partner id to policy (maybe empty)
        """
        default = company._dunning_default_policy()
        chosen = {}
        for partner in partners:
            own = partner.dunning_policy_id
            if own.active and (not own.company_id or own.company_id in _with_parents(company)):
                chosen[partner.id] = own
        rest = [partner_id for partner_id in partners.ids if partner_id not in chosen]
        usable = Domain("company_id", "in", [False, *_with_parents(company).ids])
        for policy in self.search(usable & Domain("use_partner_domain", "=", True)):
            if not rest:
                break
            domain = Domain("id", "in", rest) & policy._partner_domain()
            matching = partners.with_context(active_test=False).search(domain)
            chosen.update(dict.fromkeys(matching.ids, policy))
            rest = [partner_id for partner_id in rest if partner_id not in chosen]
        chosen.update(dict.fromkeys(rest, default))
        return chosen

    @api.model
    def _partner_policy_sql(self, company):
        """The policy of each customer in a company as SQL over ``res_partner partner``.

        The same rule as ``_for_partners``, for lists of all customers.

        :param company: a single company
        """
        # sudo: which policy applies does not depend on who looks.
        policies = self.sudo().with_company(company)
        partners = policies.env["res.partner"].with_context(active_test=False)
        usable = policies.search([("company_id", "in", [False, *_with_parents(company).ids])])
        fallback = partners._fields["dunning_policy_id"].get_company_dependent_fallback(partners)
        own = SQL(
            "COALESCE((partner.dunning_policy_id->>%s)::int, %s)",
            str(company.id),
            fallback.id or None,
        )
        terms = [SQL("WHEN %s = ANY(%s) THEN %s", own, usable.ids, own)]
        for policy in usable.filtered("use_partner_domain"):
            matching = partners._search(policy._partner_domain()).subselect()
            terms.append(SQL("WHEN partner.id IN %s THEN %s", matching, policy.id))
        return SQL(
            "(CASE %s ELSE %s END)::int",
            SQL(" ").join(terms),
            company._dunning_default_policy().id or None,
        )


def _with_parents(company):
    """The company and the companies of which it is a branch."""
    return company.browse(int(part) for part in company.parent_path.split("/") if part)


def minor_units(amount, currency):
    """``amount`` as a whole number of the currency's smallest decimal, exactly."""
    return round(amount * 10**currency.decimal_places)
