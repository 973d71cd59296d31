"""The add-on and an independent oracle live through the same ledger."""

import os

from odoo.tests import TransactionCase, tagged

from .ledger import POLICIES
from .lived import replay
from .oracle import SentLine

SHORT = {"seed": 4, "days": 70, "customers": 30}
LONG = {"seed": 2, "days": 730, "customers": 300}


@tagged("standard", "post_install", "-at_install")
class TestReplay(TransactionCase):
    """``DUNNING_REPLAY=long`` lives through two years of 300 customers."""

    def test_the_oracle_agrees_to_the_last_line(self):
        window = LONG if os.environ.get("DUNNING_REPLAY") == "long" else SHORT
        outcome = replay(self.env, **window)
        difference = outcome.difference()
        self.assertFalse(difference, f"\n{difference}")
        self.assertFalse(outcome.paid, "Items on notices that were settled at delivery.")
        self.assertFalse(outcome.messages, "Notices without exactly one message.")
        for state in ("open", "kept", "partial", "broken"):
            self.assertTrue(outcome.promises[state], f"No promise is {state}: {outcome.promises}")
        self.assertTrue(outcome.gone_on, "No plan goes on with an instalment missing.")
        for state in ("open", "credited", "paid", "rejected", "withdrawn"):
            self.assertTrue(outcome.disputes[state], f"No dispute is {state}: {outcome.disputes}")
        for became in ("taken", "granted", "claimed", "late", "excess", "parts"):
            self.assertTrue(outcome.discounts[became], f"{became}: {outcome.discounts}")
        levels = {row.level for row in outcome.actual if isinstance(row, SentLine)}
        self.assertEqual(
            levels,
            {level.name for policy in POLICIES.values() for level in policy.levels},
            "The ledger must bring every level of every policy to life.",
        )
