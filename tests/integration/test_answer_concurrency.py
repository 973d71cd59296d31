"""A customer who presses a button twice at once has answered once."""

import threading

from odoo.service.model import retrying
from odoo.tools import mute_logger

from . import books
from .processes import PATIENCE, ProcessesCase


class TestAnswerTwice(ProcessesCase):
    def setUp(self):
        super().setUp()
        with self.process() as env:
            company = self.reminding_company(env, "Answering")
            partner = books.make_customer(env, f"Baker {self.number}")
            move = books.make_document(
                company, "out_invoice", partner, "2026-02-01", "2026-03-02", 1000
            )
            self.item_ids = frozenset(books.receivable_items(move).ids)
            self.customer_id = env["account.dunning.customer"]._of(partner, company).id

    def answers(self, env):
        customer = env["account.dunning.customer"].browse(self.customer_id)
        return env["account.dunning.answer"].search([("partner_id", "=", customer.partner_id.id)])

    def twice(self, kind, entered):
        """The same answer, two at once, each in a request of its own.

        :return: ids of the answers to which the two led
        """
        barrier = threading.Barrier(2)
        led_to = []

        def request(env):
            begun = []

            def answer():
                customer = env["account.dunning.customer"].browse(self.customer_id)
                customer.company_id.name  # noqa: B018 - the transaction has its snapshot
                if not begun:
                    begun.append(True)
                    barrier.wait(PATIENCE)
                taken, faults = env["account.dunning.answer"]._take(
                    kind, customer, entered, self.item_ids
                )
                return (taken.id, faults)

            led_to.append(retrying(answer, env))

        self.assertFalse(self.both(request, request))
        return led_to

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_said_to_be_paid_once(self):
        led_to = self.twice("paid", {"date": "2026-03-03"})
        with self.process() as env:
            [answer] = self.answers(env)
            self.assertEqual(led_to, [(answer.id, {})] * 2)
            said = env["account.dunning.said.paid"].search(
                [("partner_id", "=", answer.partner_id.id)]
            )
            self.assertEqual(said, answer.said_paid_id)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_promised_once(self):
        led_to = self.twice("promise", {"date": "2026-03-10"})
        with self.process() as env:
            [answer] = self.answers(env)
            self.assertEqual(led_to, [(answer.id, {})] * 2)
            self.assertEqual(len(answer.promise_id.item_ids), 1)
