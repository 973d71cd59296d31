from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# How long a customer that someone opened counts as open.
_OPEN_FOR = timedelta(minutes=15)


class AccountDunningCustomer(models.Model):
    """What the follow-up of one customer of one company remembers.

    Who is responsible, notes, who has the customer open. All figures are read from the
    ledger when they are shown, see ``account.dunning.followup``, which has the same ids.
    """

    _name = "account.dunning.customer"
    _description = "Follow-up Customer"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", string="Responsible", ondelete="set null", index="btree_not_null"
    )
    note = fields.Text(string="Notes")
    opened_user_id = fields.Many2one("res.users", ondelete="set null")
    opened_at = fields.Datetime()
    written_message_ids = fields.Many2many(
        "mail.message",
        "account_dunning_written_message",
        string="Written to the Customer",
        help="What was written on the contact's own page about what is open, such as statements "
        "of account: an answer to it is a matter of the follow-up.",
    )
    answered_on = fields.Datetime(help="When the customer last answered on its page.")
    told_on = fields.Date(help="When the customer last got a message that is no reminder.")

    # A constraint, not an index: by it Odoo's merging of contacts knows what to expect.
    _company_partner_unique = models.Constraint(
        "UNIQUE(company_id, partner_id)", "A customer is followed up once in a company."
    )

    def _opened_by_other(self):
        """The colleague who has this customer open, empty when nobody has.

        :rtype: res.users
        """
        self.ensure_one()
        is_open = self.opened_at and fields.Datetime.now() - self.opened_at < _OPEN_FOR
        return self.opened_user_id - self.env.user if is_open else self.env["res.users"]

    @api.model
    def _ensure_known(self, pairs):
        """Give customers a record who have none yet.

        :param pairs: of company id and id of the commercial entity
        """
        if not pairs:
            return
        companies, partners = map(list, zip(*sorted(pairs), strict=True))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO account_dunning_customer (
                       company_id, partner_id, create_uid, create_date, write_uid, write_date)
                SELECT new.company_id, new.partner_id,
                       %(uid)s, %(now)s::timestamp, %(uid)s, %(now)s::timestamp
                  FROM UNNEST(%(companies)s::int[], %(partners)s::int[])
                       AS new(company_id, partner_id)
                 -- Most are known: a conflict would cost a number of the sequence each.
                 WHERE NOT EXISTS (
                       SELECT 1 FROM account_dunning_customer known
                        WHERE known.company_id = new.company_id
                          AND known.partner_id = new.partner_id)
                    ON CONFLICT (company_id, partner_id) DO NOTHING
                """,
                companies=companies,
                partners=partners,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    @api.model
    def _ensure(self, condition):
        """Give every customer with receivable items among some a record.

        :param condition: SQL on ``line``, the journal items to look at
        """
        self.env["account.move.line"].flush_model(
            ["account_id", "company_id", "parent_state", "partner_id", "reconciled"]
        )
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["account.account"].flush_model(["account_type"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO account_dunning_customer (
                       partner_id, company_id, create_uid, create_date, write_uid, write_date)
                SELECT DISTINCT partner.commercial_partner_id, line.company_id,
                       %(uid)s, %(now)s::timestamp, %(uid)s, %(now)s::timestamp
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN account_dunning_customer known
                         ON known.partner_id = partner.commercial_partner_id
                        AND known.company_id = line.company_id
                 WHERE known.id IS NULL
                   AND partner.commercial_partner_id IS NOT NULL
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND account.account_type = 'asset_receivable'
                   AND %(condition)s
                    ON CONFLICT (company_id, partner_id) DO NOTHING
                """,
                uid=self.env.uid,
                now=self.env.cr.now(),
                condition=condition,
            )
        )
