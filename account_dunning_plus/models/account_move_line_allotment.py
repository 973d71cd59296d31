from odoo import api, models
from odoo.tools import SQL

from .. import engine
from ..engine import AllotmentOrder


class AccountMoveLine(models.Model):
    """One payment of several items pays costs, interest and invoices in the order of the law.

    Who matches a payment with one item pays that item.
    """

    _inherit = "account.move.line"

    @api.model
    def _optimize_reconciliation_plan(self, reconciliation_plan, shadowed_aml_values=None):
        plans, lines = super()._optimize_reconciliation_plan(
            reconciliation_plan, shadowed_aml_values
        )
        # One item and what pays it are in no order.
        several = [plan for plan in plans if len(plan["amls"]) > 2]
        if several and (places := lines._dunning_allotment_places()):
            for plan in several:
                _sort_plan(plan, places)
        return plans, lines

    def _dunning_allotment_places(self):
        """The place of items that are paid before or after others.

        :return: dict of item id to place; empty where the due date alone decides
        """
        # First: there are seldom any, and the law of a company is not read for nothing.
        parts = self._dunning_claim_parts()
        if not parts:
            return {}
        # sudo: the setting and the country of a company whose items may be matched.
        companies = self.company_id.sudo()
        orders = {company.id: company._dunning_allotment() for company in companies}
        if all(order is AllotmentOrder.OLDEST_FIRST for order in orders.values()):
            return {}
        return {
            line.id: min(
                engine.allot_rank(part, orders[line.company_id.id])
                for part in parts.get(line.id, ("principal",))
            )
            for line in self
            # A payment is no debt that is paid.
            if line.balance > 0 or line.amount_currency > 0
        }

    def _dunning_claim_parts(self):
        """Which of these items are for interest or costs.

        :return: dict of item id to list of ``costs`` and ``interest``
        """
        self.env["account.dunning.charge"].flush_model(["charge_move_id", "kind", "state"])
        self.env["account.payment.promise"].flush_model(["interest_move_id"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.id, ARRAY_AGG(DISTINCT claim.part)
                      FROM account_move_line line
                      JOIN (SELECT charge_move_id AS move_id,
                                   CASE kind WHEN 'interest' THEN kind ELSE 'costs' END AS part
                              FROM account_dunning_charge
                             WHERE charge_move_id = ANY(%(moves)s) AND state = 'booked'
                             UNION
                            SELECT interest_move_id, 'interest'
                              FROM account_payment_promise
                             WHERE interest_move_id = ANY(%(moves)s)
                           ) claim ON claim.move_id = line.move_id
                     WHERE line.id = ANY(%(lines)s)
                     GROUP BY line.id
                    """,
                    moves=self.move_id.ids,
                    lines=self.ids,
                )
            )
        )


def _sort_plan(plan, places):
    """Put the items of a plan, and of the plans in it, in the order in which they are paid."""
    plan["amls"] = plan["amls"].sorted(lambda line: places.get(line.id, 0))
    for node in plan.get("nodes", ()):
        _sort_plan(node, places)
