"""Interest and costs that reminders claim: to the cent, once, and never of what is not owed."""

from odoo.tests import Form
from odoo.tools import mute_logger

from . import books
from .charges import SECOND, THIRD, ChargeCase


class TestClaim(ChargeCase):
    def test_interest_and_compensation(self):
        invoice = self.overdue(self.bakery)
        first = self.night("2026-03-05")
        self.assertFalse(self.told(first), "the first level charges nothing")
        self.assertEqual((first.amount_charges, first.amount_due), (0, 1000))
        notice = self.night(SECOND)
        # 14 days at 10.50 %: 4.027.
        self.assertEqual(self.told(notice), [("interest", 4.03), ("compensation", 40)])
        self.assertEqual((notice.amount_charges, notice.amount_due), (44.03, 1044.03))
        [total] = notice._statement_rows()["totals"].values()
        [principal] = notice._statement_rows()["principal_totals"].values()
        self.assertEqual((total, principal), (1044.03, 1000))
        self.assertEqual(
            self.log(invoice), [("interest", 4.03, "claimed"), ("compensation", 40, "claimed")]
        )
        [line] = self.charges(invoice)[0].lines
        self.assertEqual(
            line,
            {
                "date_from": "2026-03-03",
                "date_to": "2026-03-16",
                "days": 14,
                "principal": 1000.0,
                "percent": 10.5,
                "amount": 4.03,
            },
        )
        self.assertFalse(self.charges().charge_move_id, "this scheme books nothing by itself")

    def test_claimed_again_later_with_more_interest(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        notice = self.night(THIRD)
        # 30 days: 8.63. The compensation is the same one.
        self.assertEqual(self.told(notice), [("interest", 8.63), ("compensation", 40)])
        self.assertEqual(notice.amount_due, 1048.63)
        self.assertEqual(
            self.log(invoice), [("interest", 8.63, "claimed"), ("compensation", 40, "claimed")]
        )
        replaced = self.charges(states=["replaced"])
        self.assertEqual(replaced.mapped("amount"), [4.03, 40])
        self.assertEqual(replaced.replaced_by_id, self.charges())

    def test_a_payment_that_the_bank_dates_earlier(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        self.day("2026-03-20")
        self.pay(invoice, "2026-03-10", 400)
        notice = self.night(THIRD)
        # 8 days on 1000, 22 on 600.
        self.assertEqual(self.told(notice), [("interest", 2.30 + 3.80), ("compensation", 40)])
        lines = self.charges(invoice)[0].lines
        self.assertEqual([line["principal"] for line in lines], [1000, 600])
        self.assertEqual([line["days"] for line in lines], [8, 22])

    def test_rates_that_change(self):
        invoice = self.invoice(self.bakery, "2025-11-01", "2025-12-15", 1000)
        table = self.env.ref("account_dunning_plus.rate_table_be_b2b")
        table.rate_ids.filtered(lambda rate: str(rate.date_from) == "2026-01-01").percent = 12
        self.nights("2026-03-02", "2026-03-05")
        lines = self.charges(invoice)[0].lines
        self.assertEqual(
            [(line["percent"], line["date_from"], line["date_to"]) for line in lines],
            [(10.5, "2025-12-16", "2025-12-31"), (12, "2026-01-01", "2026-03-05")],
        )

    def test_without_a_confirmed_rate(self):
        """Claimed up to the last day that has one, and said so: never guessed."""
        table = self.env.ref("account_dunning_plus.rate_table_be_b2b")
        invoice = self.invoice(self.bakery, "2025-11-01", "2025-12-15", 1000)
        table.rate_ids.filtered(lambda rate: rate.date_from.year > 2025).active = False
        notice = self.nights("2026-03-02", "2026-03-05")
        interest = self.charges(invoice)[0]
        self.assertEqual(str(interest.date_to), "2025-12-31")
        self.assertIn("rate", interest.note)
        self.assertEqual(interest.amount, self.told(notice)[0][1])

    def test_several_invoices_each_have_their_own(self):
        first = self.overdue(self.bakery)
        other = self.overdue(self.bakery, amount=500)
        notice = self.nights("2026-03-05", SECOND)
        self.assertEqual(
            self.told(notice),
            [("interest", 4.03), ("interest", 2.01), ("compensation", 40), ("compensation", 40)],
        )
        self.assertEqual(len(self.charges(first)), 2)
        self.assertAlmostEqual(
            notice.amount_charges, sum(self.charges().mapped("amount")), places=9
        )
        self.assertEqual(self.charges(other)[0].amount, 2.01)

    def test_what_is_disputed_bears_none(self):
        invoice = self.overdue(self.bakery)
        self.env["account.dunning.dispute"].create(
            {"move_id": invoice.id, "amount": 400, "reason_id": self.reason_id()}
        )
        notice = self.nights("2026-03-05", SECOND)
        self.assertEqual(self.told(notice), [("interest", 2.42), ("compensation", 40)])

    def reason_id(self):
        return self.env["account.dunning.dispute.reason"].search([], limit=1).id

    def test_money_on_account_stops_interest(self):
        self.overdue(self.bakery)
        self.on_account(self.bakery, "2026-03-10", 400)
        notice = self.nights("2026-03-05", SECOND)
        # 8 days on 1000, 6 on 600: the money is there, only nobody has allocated it.
        self.assertEqual(self.told(notice), [("interest", 3.34), ("compensation", 40)])
        self.assertEqual(notice.amount_due, 643.34)

    def test_another_currency(self):
        dollar = self.currency("USD", 2)
        invoice = self.invoice(self.bakery, "2026-02-01", "2026-03-02", 2000, dollar)
        notice = self.nights("2026-03-05", SECOND)
        charges = self.charges(invoice)
        interest = charges.filtered(lambda own: own.kind == "interest")
        self.assertEqual(
            (interest.amount, interest.currency_id, interest.company_amount), (8.05, dollar, 4.03)
        )
        rest = charges - interest
        self.assertEqual((rest.amount, rest.currency_id), (40, self.company.currency_id))
        self.assertEqual(notice.amount_charges, 44.03)
        self.assertEqual(
            notice._statement_rows()["totals"], {dollar: 2008.05, self.company.currency_id: 40}
        )

    def test_a_preview_says_the_same_and_claims_nothing(self):
        self.overdue(self.bakery)
        self.nights("2026-03-05")
        self.day(SECOND)
        action = self.env["account.dunning.reminder"]._open(self.company, self.bakery)
        wizard = self.env["account.dunning.reminder"].browse(action["res_id"])
        self.assertIn("1,044.03", wizard.summary.replace("\xa0", " "))
        self.assertFalse(self.charges())

    def test_a_level_without_a_scheme_costs_no_query(self):
        self.policy.level_ids.charge_scheme_id = False
        self.overdue(self.bakery)
        self.assertFalse(self.nights("2026-03-05", SECOND).amount_charges)
        self.assertFalse(self.charges())

    def test_queries_do_not_grow_with_customers(self):
        def claims(count):
            partners = [self.customer(f"Shop {count} {number}") for number in range(count)]
            for partner in partners:
                self.overdue(partner, due="2026-02-10")
            self.day("2026-03-02")
            facts = self.env["account.dunning.facts"]
            today = self.company._dunning_today()
            calendar = self.company._dunning_working_days(today)
            ids = [partner.id for partner in partners]
            decided = facts._decide(self.company, ids, today, calendar)
            levels = {item.id: self.second.id for customer in decided for item in customer.items}
            charges = self.env["account.dunning.charge"]
            found = {}

            def step():
                found.update(charges._claims(self.company, decided, today, levels))

            queries = self.queries(step)
            self.assertEqual(len(found), count)
            return queries

        claims(1)
        self.assertEqual(claims(20), claims(3))


class TestOutOfItsTime(ChargeCase):
    """A message that does not leave claims nothing."""

    def test_a_mail_that_fails_later(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05")
        self.mail_leaves()
        self.night(SECOND)
        self.assertEqual(len(self.charges()), 2)
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.mail_leaves(refused=[self.bakery.email])
        self.assertFalse(self.charges())
        self.assertEqual(set(self.charges(states=["cancelled"]).mapped("amount")), {4.03, 40})
        self.night("2026-03-17")
        self.mail_leaves()
        self.assertEqual(
            self.log(invoice), [("interest", 4.32, "claimed"), ("compensation", 40, "claimed")]
        )

    def test_what_it_took_the_place_of_holds_again(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        self.mail_leaves()
        self.night(THIRD)
        with mute_logger("odoo.addons.mail.models.mail_mail"):
            self.mail_leaves(refused=[self.bakery.email])
        self.assertEqual(
            self.log(invoice), [("interest", 4.03, "claimed"), ("compensation", 40, "claimed")]
        )

    def test_a_mail_that_waited_a_day(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05")
        self.mail_leaves()
        self.night(SECOND)
        self.day("2026-03-17")
        self.mail_leaves()
        self.mail_leaves()
        self.assertEqual(self.log(invoice)[0], ("interest", 4.32, "claimed"))
        self.assertIn(
            "1,044.32", str(sum(self.charges().mapped("amount")) + 1000).replace("1044", "1,044")
        )

    def test_sent_again_it_claims_up_to_that_day(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05")
        notice = self.night(SECOND)
        self.mail_leaves()
        self.day("2026-03-20")
        notice.action_resend()
        self.assertEqual(self.told(notice), [("interest", 5.18), ("compensation", 40)])
        self.assertEqual(self.log(invoice)[0], ("compensation", 40, "claimed"))
        self.assertEqual(self.log(invoice)[1], ("interest", 5.18, "claimed"))


class TestFees(ChargeCase):
    def test_each_reminder_has_its_own_fee(self):
        fee = self.new_scheme("Fee", interest="none", costs="own", fee_fixed=10)
        (self.second | self.third).charge_scheme_id = fee
        invoice = self.overdue(self.bakery)
        self.assertEqual(self.told(self.nights("2026-03-05", SECOND)), [("fee", 10)])
        notice = self.night(THIRD)
        self.assertEqual(self.told(notice), [("fee", 10), ("fee", 10)])
        self.assertEqual(notice.amount_charges, 20)
        self.assertEqual(self.log(invoice), [("fee", 10, "claimed"), ("fee", 10, "claimed")])


class TestScreens(ChargeCase):
    def test_the_log_is_seen_and_written_by_nobody(self):
        invoice = self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        user = self.user("billing", "account.group_account_invoice")
        charge = self.charges().with_user(user)[0]
        self.assertIn("10.50", charge.lines_html)
        row = (
            self.env["account.dunning.followup"]
            .with_user(user)
            .search([("partner_id", "=", self.bakery.id)])
        )
        self.assertEqual(row.amount_charges, 44.03)
        self.assertTrue(row.charges_to_book)
        for view in ("list", "form", "pivot", "search"):
            charge.get_view(view_type=view)
        with Form(invoice.with_user(user)) as form:
            self.assertTrue(form.id)

    def test_the_timeline_tells_of_them(self):
        self.overdue(self.bakery)
        self.nights("2026-03-05", SECOND)
        row = self.env["account.dunning.followup"].search([("partner_id", "=", self.bakery.id)])
        self.charges()[0].action_waive()
        self.charges().filtered(lambda own: own.state == "claimed").action_book()
        kinds = [event["kind"] for event in row.timeline]
        self.assertEqual(kinds.count("charge"), 2)


class TestConsumer(ChargeCase):
    """The Dutch scale on what was open when the period to pay was over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second.charge_scheme_id = False
        cls.second.announces_costs = True
        cls.jansen = cls.customer("Jansen", is_company=False, country_id=cls.env.ref("base.nl").id)

    def test_no_costs_before_the_period_is_over(self):
        invoice = self.overdue(self.jansen)
        self.nights("2026-03-05")
        announcement = self.night(SECOND)
        self.mail_leaves()
        self.assertFalse(self.told(announcement))
        self.assertTrue(announcement.announced_until)
        self.day("2026-03-31")
        # After the period: it makes the costs no less.
        self.pay(invoice, "2026-03-31", 500)
        notice = self.night(THIRD)
        self.assertIn(("costs", 150), self.told(notice))

    def test_who_pays_in_time_pays_no_costs_on_that(self):
        invoice = self.overdue(self.jansen)
        self.nights("2026-03-05", SECOND)
        self.mail_leaves()
        self.day("2026-03-25")
        self.pay(invoice, "2026-03-25", 500)
        notice = self.night(THIRD)
        self.assertIn(("costs", 75), self.told(notice))
        # Nor does a payment that the bank dates back into the period.
        fourth = self.env["account.dunning.level"].create(
            {
                "name": "Level 4",
                "policy_id": self.policy.id,
                "sequence": 4,
                "delay_days": 45,
                "attach_invoices": False,
                "charge_scheme_id": self.scheme.id,
            }
        )
        self.assertTrue(fourth)
        self.pay(invoice, "2026-03-26", 100)
        notice = self.night("2026-04-16")
        self.assertIn(("costs", 60), self.told(notice))


class TestBooks(ChargeCase):
    def test_journal_items_add_up(self):
        self.scheme.book = True
        self.overdue(self.bakery)
        notice = self.nights("2026-03-05", SECOND)
        move = self.charges().charge_move_id
        self.assertEqual(len(move), 1)
        self.assertEqual(books.receivable_items(move).balance, notice.amount_charges)
