"""How the early-payment discount of an invoice stands: for records, lists, and in words."""

from datetime import date, timedelta

from odoo import Command
from odoo.addons.account_dunning_plus.hooks import record_discounts
from odoo.exceptions import AccessError
from odoo.tests import tagged

from . import books, common

FIELDS = ("discount_state", "discount_last_day", "discount_amount", "discount_days_left")


def make_term(env, name="2/10 net 30", percent=2, days=10, net=30, **vals):
    """A payment term with a discount; the tax is not reduced, as no invoice here has any."""
    return env["account.payment.term"].create(
        {
            "name": name,
            "early_discount": True,
            "discount_percentage": percent,
            "discount_days": days,
            "early_pay_discount_computation": "included",
            "line_ids": [
                Command.clear(),
                Command.create({"value": "percent", "value_amount": 100, "nb_days": net}),
            ],
            **vals,
        }
    )


@tagged("standard", "post_install", "-at_install")
class DiscountCase(common.DunningCase):
    """Invoices of the first of March 2026 over 4,300, of which 86 may be kept back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = make_term(cls.env)
        cls.sliding = make_term(cls.env, "Sliding", 2, 29, discount_sliding=True)
        cls.partner = cls.customer()
        cls.move = cls.offered()

    @classmethod
    def offered(cls, day="2026-03-01", amount=4300, term=None, currency=None, company=None):
        company = company or cls.company
        return books.make_document(
            company, "out_invoice", cls.partner, day, None, amount, currency, term or cls.term
        )


class TestDiscountState(DiscountCase):
    def stands(self, move, state, amount, days):
        self.assertEqual(move.discount_state, state)
        self.assertEqual(move.discount_amount, amount)
        self.assertEqual(move.discount_days_left, days)

    def test_it_is_to_be_had_until_it_ends(self):
        self.assertEqual(self.move.discount_last_day, date(2026, 3, 11))
        self.stands(self.move, "open", 86, 9)
        for day, state, days in (
            ("2026-03-07", "open", 4),
            ("2026-03-08", "closing", 3),
            ("2026-03-11", "closing", 0),
        ):
            self.day(day)
            self.env.invalidate_all()
            self.stands(self.move, state, 86, days)
        self.day("2026-03-12")
        self.env.invalidate_all()
        self.stands(self.move, "missed", 0, 0)

    def test_the_end_begins_when_the_company_says(self):
        self.company.discount_notice_days = 9
        self.assertEqual(self.move.discount_state, "closing")

    def test_a_sliding_discount_falls_each_day(self):
        move = self.offered(term=self.sliding)
        self.assertEqual(move.discount_amount, 83.13)
        self.day("2026-03-16")
        self.env.invalidate_all()
        self.assertEqual(move.discount_amount, 43)
        self.assertEqual(move.discount_state, "open")

    def test_what_is_paid_or_credited_has_no_discount_to_be_had(self):
        self.pay(self.move, "2026-03-02", 1000)
        self.stands(self.move, "missed", 0, 0)
        paid = self.offered()
        self.pay(paid, "2026-03-02")
        self.stands(paid, "missed", 0, 0)

    def test_undoing_a_payment_brings_it_back(self):
        self.pay(self.move, "2026-03-02", 1000)
        self.move.line_ids.remove_move_reconcile()
        self.stands(self.move, "open", 86, 9)

    def test_a_term_that_lost_its_discount_gives_none(self):
        """As Odoo itself, which asks the term at the time of the payment."""
        self.term.early_discount = False
        self.env.invalidate_all()
        self.assertEqual(self.move.discount_state, "missed")

    def test_others_have_no_state(self):
        plain = self.invoice(self.partner, "2026-03-01", "2026-03-31", 100)
        draft = self.move.copy()
        refund = self.credit(self.partner, "2026-03-01", 100)
        for move in (plain, draft, refund):
            self.assertFalse(move.discount_state)
            self.assertFalse(move.discount_last_day)
            self.assertEqual(move.discount_amount, 0)
            self.assertFalse(move.discount_words)

    def test_today_is_the_day_of_the_companys_clock(self):
        """Midnight has come in Auckland, not in Brussels."""
        there = books.make_company(self.env, "Far Ltd", tz="Pacific/Auckland")
        companies = self.company | there
        self.partner.company_id = False
        far = self.offered(company=there)
        self.day("2026-03-11", "13:00")
        self.env.invalidate_all()
        moves = (self.move | far).with_context(allowed_company_ids=companies.ids)
        self.assertEqual(moves.mapped("discount_state"), ["closing", "missed"])
        self.assertEqual(
            moves.search([("id", "in", moves.ids), ("discount_state", "=", "closing")]),
            self.move,
        )


class TestDiscountQueries(DiscountCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dollar, yen = cls.currency("USD", 1.1), cls.currency("JPY", 160)
        moves = cls.move
        for term in (cls.term, cls.sliding):
            for currency in (None, dollar, yen):
                for amount, day in (
                    (4300, "2026-02-10"),
                    (0.05, "2026-03-01"),
                    (333, "2026-03-01"),
                ):
                    moves |= cls.offered(day, amount, term, currency)
        rounding = cls.env["account.cash.rounding"].create(
            {
                "name": "Coins",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": books.account(cls.company, "income").id,
                "loss_account_id": books.account(cls.company, "expense").id,
            }
        )
        coins = cls.move.copy(
            {
                "invoice_date": "2026-03-01",
                "invoice_payment_term_id": cls.sliding.id,
                "invoice_cash_rounding_id": rounding.id,
            }
        )
        coins.action_post()
        moves |= coins
        part, paid, credited = (cls.offered(), cls.offered(), cls.offered())
        cls.pay(part, "2026-03-02", 10)
        cls.pay(paid, "2026-03-02")
        refund = cls.credit(cls.partner, "2026-03-02", 100)
        books.receivable_items(credited | refund).reconcile()
        outcomes = [cls.offered() for _outcome in range(4)]
        for move, outcome in zip(outcomes, ("taken", "late", "excess", "parts"), strict=True):
            move.discount_outcome = outcome
        moves |= part | paid | credited | refund
        moves |= moves.browse(move.id for move in outcomes)
        moves |= cls.invoice(cls.partner, "2026-03-01", "2026-03-31", 100) | cls.move.copy()
        cls.moves = moves

    def test_queries_and_records_say_the_same_each_day(self):
        for days in range(0, 35, 3):
            self.day(date(2026, 3, 2) + timedelta(days=days))
            self.env.invalidate_all()
            seen = set()
            for fname in FIELDS:
                with self.subTest(day=days, field=fname):
                    found = dict(self.read_in_sql(fname))
                    for move in self.moves:
                        value = found[move.id] or (0 if "amount" in fname else False)
                        self.assertEqual(value or 0, move[fname] or 0, move.amount_total)
                        if fname == "discount_state":
                            seen.add(value)
            self.assertLessEqual({"missed", "taken", "late"}, seen)

    def read_in_sql(self, fname):
        query = self.moves._as_query(ordered=False)
        column = self.moves._field_to_sql(query.table, fname, query)
        return self.env.execute_query(query.select("id", column))

    def search(self, *domain):
        return self.moves.search([("id", "in", self.moves.ids), *domain])

    def in_state(self, state):
        return self.moves.filtered(lambda move: move.discount_state == state)

    def test_each_state_is_found(self):
        for value in ("open", "closing", "taken", "missed", "late", False):
            with self.subTest(value=value):
                expected = self.moves.filtered(
                    lambda move, value=value: move.discount_state == value
                )
                self.assertEqual(self.search(("discount_state", "=", value)), expected.sorted())
                self.assertEqual(
                    self.search(("discount_state", "!=", value)),
                    (self.moves - expected).sorted(),
                )

    def test_days_and_amounts_are_found(self):
        day = date(2026, 3, 11)
        for domain, matches in (
            (("discount_last_day", "=", day), lambda move: move.discount_last_day == day),
            (
                ("discount_last_day", ">", "2026-03-11"),
                lambda move: move.discount_last_day and move.discount_last_day > day,
            ),
            (("discount_last_day", "=", False), lambda move: not move.discount_last_day),
            (("discount_amount", ">", 0), lambda move: move.discount_amount > 0),
            (("discount_amount", "<=", 10), lambda move: move.discount_amount <= 10),
            (("discount_amount", "=", 86), lambda move: move.discount_amount == 86),
            (("discount_days_left", ">", 5), lambda move: move.discount_days_left > 5),
            (("discount_days_left", "=", 0), lambda move: move.discount_days_left == 0),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.search(domain), self.moves.filtered(matches).sorted())

    def test_lists_group_and_order_by_it(self):
        groups = self.env["account.move"]._read_group(
            [("id", "in", self.moves.ids)], ["discount_state"], ["__count"]
        )
        for state, count in groups:
            self.assertEqual(
                count,
                len(self.moves.filtered(lambda move, state=state: move.discount_state == state)),
            )
        ordered = self.moves.search(
            [("id", "in", self.moves.ids), ("discount_last_day", "!=", False)],
            order="discount_last_day, id",
        )
        self.assertEqual(ordered, ordered.sorted(lambda move: (move.discount_last_day, move.id)))

    def test_a_list_is_read_in_a_few_queries(self):
        one = self.queries(lambda: self.moves[1].discount_words)
        many = self.queries(lambda: self.moves.mapped("discount_words"))
        self.assertLess(many, one + 10)

    def test_who_may_not_read_invoices_groups_by_nothing(self):
        clerk = self.user("sales", "account_dunning_plus.group_dunning_viewer")
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(clerk)._read_group([], ["discount_state"])


class TestDiscountWords(DiscountCase):
    def test_the_offer_states_both_amounts_and_the_official_day(self):
        self.company.discount_grace_days = 5
        words = self.move.discount_words
        for part in ("4,214.00", "4,300.00", "86.00", "11", "9"):
            self.assertIn(part, words)
        self.assertNotIn("16", words)

    def test_a_customer_reads_them_in_their_language(self):
        self.env["res.lang"]._activate_lang("nl_BE")
        words = self.move.with_context(lang="nl_BE")._discount_offer_words()
        self.assertIn("maart", words)
        self.assertIn("4.214,00", words)

    def test_a_sliding_discount_says_how_it_falls(self):
        move = self.offered(term=self.sliding)
        self.assertIn("2.87", move.discount_words)
        self.assertIn("2.87", move._discount_schedule_words())
        self.assertEqual(self.move._discount_schedule_words(), "")

    def test_why_there_is_none_any_more(self):
        gone = self.move.discount_words
        self.pay(self.move, "2026-03-02", 1000)
        self.assertNotEqual(self.move.discount_words, gone)
        part = self.move.discount_words
        self.day("2026-03-20")
        self.env.invalidate_all()
        self.assertNotEqual(self.move.discount_words, part)

    def test_each_outcome_has_words_of_its_own(self):
        said = set()
        for outcome in ("taken", "late", "excess", "parts"):
            move = self.offered()
            move.write({"discount_outcome": outcome, "discount_paid_on": "2026-03-14"})
            said.add(move.discount_words)
        for decision in ("granted", "claimed"):
            move.discount_decision = decision
            said.add(move.discount_words)
        self.assertEqual(len(said), 6)
        self.assertNotIn(False, said)

    def test_the_follow_up_screen_shows_what_is_to_be_had(self):
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.partner.id)])
        self.move.flush_recordset()
        [item] = row.items["rows"]
        self.assertIn("86.00", item["discount"])
        self.day("2026-03-12")
        self.env.invalidate_all()
        [item] = row.items["rows"]
        self.assertEqual(item["discount"], "")


class TestDiscountForCustomers(DiscountCase):
    """What a customer reads on the portal and on the invoice itself."""

    def portal(self, move):
        return move._get_invoice_portal_extra_values()

    def printed(self, move):
        report = self.env["ir.actions.report"].with_context(lang="en_US")
        html, _kind = report._render_qweb_html("account.report_invoice", move.ids)
        return html.decode()

    def test_the_portal_states_what_to_pay_and_by_when(self):
        self.assertEqual(
            self.portal(self.move)["epd_discount_msg"], self.move._discount_offer_words()
        )

    def test_the_portal_says_nothing_of_the_grace(self):
        self.company.discount_grace_days = 5
        self.day("2026-03-12")
        self.env.invalidate_all()
        self.assertNotIn("epd_discount_msg", self.portal(self.move))
        self.assertEqual(self.move._discount_short_words(), "")

    def test_a_sliding_discount_is_printed_in_words(self):
        move = self.offered(term=self.sliding)
        printed = self.printed(move)
        self.assertIn(move._discount_schedule_words(), printed)
        self.assertNotIn('id="early_payment_discount"', printed)

    def test_a_fixed_discount_is_printed_as_odoo_does(self):
        printed = self.printed(self.move)
        self.assertIn('id="early_payment_discount"', printed)
        self.assertNotIn('id="discount_sliding"', printed)


class TestDiscountsBeforeInstallation(DiscountCase):
    def test_what_payments_made_of_discounts_is_found_at_once(self):
        late = self.offered("2026-02-10")
        self.pay(late, "2026-03-01", 4214)
        untouched = self.move
        (late | untouched).write(
            {"discount_outcome": False, "discount_paid_on": False, "discount_undecided": False}
        )
        record_discounts(self.env)
        self.assertEqual(late.discount_state, "late")
        self.assertTrue(late.discount_undecided)
        self.assertEqual(untouched.discount_state, "open")
