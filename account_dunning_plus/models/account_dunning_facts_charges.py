from odoo import api, models
from odoo.tools import SQL


class AccountDunningFacts(models.AbstractModel):
    """A debit note of charges goes on from the level that claimed them.

    Its customer was told of it by that reminder, so it is not announced with a friendly word
    of its own; after the last level a person decides.
    """

    _inherit = "account.dunning.facts"

    @api.model
    def _open_items(self, company, partner_ids):
        items = super()._open_items(company, partner_ids)
        claimed = self._claimed_levels(
            company, [item.move_id for own in items.values() for item in own if item.amount > 0]
        )
        if claimed:
            for own in items.values():
                for item in own:
                    if item.move_id in claimed:
                        sent, day = claimed[item.move_id]
                        facts = item.facts
                        facts.sent = (*facts.sent, *sent)
                        facts.last_notice_date = max(facts.last_notice_date or day, day)
        return items

    @api.model
    def _claimed_levels(self, company, move_ids):
        """The levels at which what debit notes book was claimed.

        :return: dict of move id to (tuple of (level id, its days from the due date), last day)
        """
        charges = self.env["account.dunning.charge"]
        booked = [("company_id", "=", company.id), ("state", "=", "booked")]
        # Where nothing is booked, as mostly, no list of thousands of documents is looked up.
        if not move_ids or not charges.search(booked, limit=1):
            return {}
        charges.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT charge.charge_move_id,
                       ARRAY_AGG(DISTINCT ARRAY[level.id, level.delay_days]), MAX(charge.date)
                  FROM account_dunning_charge charge
                  JOIN account_dunning_level level ON level.id = charge.level_id
                 WHERE charge.company_id = %(company)s AND charge.state = 'booked'
                   AND charge.charge_move_id = ANY(%(moves)s)
                 GROUP BY 1
                """,
                company=company.id,
                moves=move_ids,
            )
        )
        return {move_id: (tuple(map(tuple, sent)), day) for move_id, sent, day in rows}
