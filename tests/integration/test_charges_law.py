"""The law of late payment on a calendar: who is charged when, who is held back, and why."""

from datetime import date

from odoo.addons.account_dunning_plus.engine.charges import Why
from odoo.addons.account_dunning_plus.engine.interest import Movement, interest
from odoo.addons.account_dunning_plus.models.public_holidays import public_holidays
from odoo.exceptions import AccessError, UserError, ValidationError

from . import books
from .common import DunningCase as Base


class LawCase(Base):
    """First after 3 days; formal after 14, which announces; last after 21, which charges."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.env["account.dunning.charge.scheme"].create({"name": "By law"})
        cls.policy = books.make_policy(cls.env, cls.company, "With costs", (3, 14, 21))
        cls.first, cls.formal, cls.last = cls.policy.level_ids
        cls.formal.write({"announces_costs": True, "pay_days": 8})
        cls.last.write({"charge_scheme_id": cls.scheme.id, "pay_days": 5})
        cls.company.dunning_policy_id = cls.policy

    @classmethod
    def consumer(cls, code, name="Mevrouw de Vries", **vals):
        country = cls.env.ref(f"base.{code.lower()}")
        return cls.customer(name, is_company=False, country_id=country.id, **vals)

    @classmethod
    def nights(cls, first, last):
        """Every night from a day of March 2026 to another; the days on which something left."""
        days = []
        for ordinal in range(
            date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1
        ):
            day = date.fromordinal(ordinal).isoformat()
            if cls.night(day):
                days.append(day)
        return days

    @classmethod
    def decision(cls, partner):
        """The engine's decision of the customer's first item."""
        today = cls.company._dunning_today()
        [customer] = cls.env["account.dunning.facts"]._decide(
            cls.company, partner.ids, today, cls.company._dunning_working_days(today)
        )
        return customer.decision.items[0]


class TestDutchConsumer(LawCase):
    """Fourteen days from the day after the letter was delivered (BW 6:96 (6))."""

    def test_costs_come_after_the_fourteen_days_of_an_e_mail(self):
        partner = self.consumer("NL")
        invoice = self.overdue(partner, 1000)
        sent = self.nights("2026-03-03", "2026-03-30")
        self.assertEqual(sent, ["2026-03-05", "2026-03-16"])
        formal = self.sent(partner)[-1]
        # E-mailed on the 16th: the 17th is the first of fourteen days.
        self.assertEqual(str(formal.announced_until), "2026-03-30")
        self.assertEqual(str(formal.announced_on), "2026-03-16")
        self.assertEqual(formal.statement["pay_until"], "2026-03-30")
        [row] = formal.statement["announced"]
        self.assertEqual((row["kind"], row["company_amount"]), ("costs", 150))
        # On the day of the last level it is held back, with a reason and a day.
        self.day("2026-03-24")
        self.assertEqual(self.reason(invoice), "unlawful")
        self.assertEqual(str(invoice.dunning_next_date), "2026-03-31")
        self.assertEqual(invoice.dunning_next_level_id, self.last)
        self.assertIn("Monday 30 March", invoice.dunning_reason)
        self.assertIn("Tuesday 31 March", invoice.dunning_reason)
        self.assertTrue(self.night("2026-03-31"))
        self.assertEqual(self.levels(invoice), [1, 2, 3])
        law = self.sent(partner)[-1].statement["law"]
        self.assertEqual(law["level_id"], self.last.id)

    def test_a_letter_counts_from_the_day_on_which_the_post_is_presumed_to_bring_it(self):
        self.formal.write({"send_email": False, "print_letter": True})
        partner = self.consumer("NL")
        invoice = self.overdue(partner, 200)
        self.night("2026-03-05")
        self.night("2026-03-16")
        # Printed on a Friday: Saturday is the first day of post, Tuesday the second.
        self.day("2026-03-20")
        letter = self.notices(partner)[-1]
        letter.action_print_letter()
        self.assertEqual(str(letter.announced_until), "2026-04-07")
        self.assertEqual(letter.statement["pay_until"], "2026-04-07")
        self.assertFalse(self.nights("2026-03-27", "2026-04-07"))
        self.assertEqual(self.reason(invoice), "unlawful")
        self.assertTrue(self.night("2026-04-08"))

    def test_of_an_e_mail_and_a_letter_the_later_period_counts(self):
        self.formal.print_letter = True
        partner = self.consumer("NL")
        self.overdue(partner, 200)
        self.night("2026-03-05")
        self.night("2026-03-16")
        formal = self.sent(partner)[-1]
        # The message states the day for the letter: nobody reads two days.
        self.assertEqual(formal.statement["pay_until"], "2026-04-01")
        self.assertEqual(str(formal.announced_until), "2026-04-01")
        self.day("2026-03-20")
        formal.action_print_letter()
        self.assertEqual(str(formal.announced_until), "2026-04-07")
        self.assertEqual(str(formal.announced_on), "2026-03-16")

    def test_days_without_post_are_the_public_holidays(self):
        self.formal.write({"send_email": False, "print_letter": True})
        partner = self.consumer("NL")
        self.overdue(partner, 200, due="2026-03-16")
        self.night("2026-03-19")
        self.night("2026-03-30")
        # Thursday before Good Friday; then Saturday, and after Easter Monday the Tuesday.
        self.day("2026-04-02")
        letter = self.notices(partner)[-1]
        letter.action_print_letter()
        self.assertEqual(str(letter.announced_until), "2026-04-21")

    def test_a_failed_message_announced_nothing(self):
        partner = self.consumer("NL")
        invoice = self.overdue(partner)
        self.night("2026-03-05")
        self.mail_leaves()
        self.night("2026-03-16")
        self.mail_leaves(refused=["mevrouwdevries"])
        self.assertEqual(self.notices(partner)[-1].state, "failed")
        self.day("2026-04-20")
        self.assertEqual(self.decision(partner).next_level, 1)
        self.assertEqual(self.levels(invoice), [1])

    def test_a_part_payment_in_time_lowers_what_is_announced_anew(self):
        partner = self.consumer("NL")
        invoice = self.overdue(partner, 1000)
        self.night("2026-03-05")
        self.night("2026-03-16")
        formal = self.sent(partner)[-1]
        self.pay(invoice, "2026-03-18", 600)
        self.day("2026-03-19")
        formal.action_resend()
        [row] = formal.statement["announced"]
        self.assertEqual(row["company_amount"], 60)
        self.assertEqual(str(formal.announced_until), "2026-04-02")

    def test_an_announcement_sent_again_heals_the_order(self):
        """The formal level did not announce when it went out."""
        self.formal.announces_costs = False
        partner = self.consumer("NL")
        invoice = self.overdue(partner)
        self.night("2026-03-05")
        self.night("2026-03-16")
        self.formal.announces_costs = True
        self.day("2026-03-24")
        self.assertEqual(self.decision(partner).refusal.why, Why.ORDER)
        self.assertFalse(invoice.dunning_next_date)
        self.assertIn("no message announced", invoice.dunning_reason)
        self.sent(partner)[-1].action_resend()
        self.assertEqual(str(self.decision(partner).next_date), "2026-04-08")
        self.assertEqual(str(self.sent(partner)[-1].announced_on), "2026-03-24")

    def test_other_invoices_of_the_customer_go_on(self):
        partner = self.consumer("NL")
        self.overdue(partner)
        self.night("2026-03-05")
        self.night("2026-03-16")
        fresh = self.overdue(partner, 50, due="2026-03-20")
        self.assertEqual(self.nights("2026-03-23", "2026-03-24"), ["2026-03-23"])
        self.assertEqual(self.levels(fresh), [1])
        # The one that is held back is owed all the same, and stated.
        notice = self.sent(partner)[-1]
        self.assertEqual(notice.amount_due, 1050)
        self.assertEqual(len(notice.statement["others"]), 1)

    def test_a_person_cannot_send_it_before_its_day(self):
        partner = self.consumer("NL")
        self.overdue(partner)
        self.night("2026-03-05")
        self.night("2026-03-16")
        self.day("2026-03-25")
        wizards = self.env["account.dunning.reminder"].with_user(self.dunning_user())
        action = wizards._open(self.company, partner)
        self.assertIn("30 March", wizards.browse(action["res_id"]).why_nothing)

    def test_what_the_letter_says(self):
        self.scheme.vat_percent = 21
        partner = self.consumer("NL")
        self.overdue(partner, 1000)
        self.night("2026-03-05")
        self.night("2026-03-16")
        block = self.sent(partner)[-1]._law_block()
        self.assertEqual(str(block["pay_until"]), "2026-03-30")
        words = " ".join(block["sentences"]).replace("\xa0", " ")
        self.assertIn("fourteen days from the day after this letter was delivered", words)
        self.assertIn("181.50", words)
        self.assertIn("31.50", words)
        self.night("2026-03-31")
        words = " ".join(self.sent(partner)[-1]._law_block()["sentences"])
        self.assertIn("6:96", words)
        self.assertIn("6:119", words)


class TestBelgianConsumer(LawCase):
    """Book XIX of the Code of economic law."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.contract_clause = True

    def test_charges_come_after_a_free_reminder_and_fourteen_days(self):
        partner = self.consumer("BE")
        invoice = self.overdue(partner, 1000)
        self.assertEqual(self.nights("2026-03-03", "2026-03-30"), ["2026-03-05", "2026-03-16"])
        formal = self.sent(partner)[-1]
        # E-mailed on the 16th: fourteen days from the 17th on.
        self.assertEqual(str(formal.announced_until), "2026-03-30")
        [row] = formal.statement["announced"]
        self.assertEqual(row["company_amount"], 90)
        words = " ".join(formal._law_block()["sentences"]).replace("\xa0", " ")
        self.assertIn("free of charge", words)
        self.assertIn("90.00", words)
        self.assertIn(self.company.name, words)
        self.assertTrue(self.night("2026-03-31"))
        self.assertEqual(self.levels(invoice), [1, 2, 3])

    def test_by_post_they_begin_on_the_third_working_day(self):
        self.formal.write({"send_email": False, "print_letter": True})
        partner = self.consumer("BE")
        self.overdue(partner, due="2026-03-16")
        self.night("2026-03-19")
        self.night("2026-03-30")
        # Thursday before Easter: Friday, Tuesday and Wednesday are working days.
        self.day("2026-04-02")
        letter = self.notices(partner)[-1]
        letter.action_print_letter()
        self.assertEqual(str(letter.announced_until), "2026-04-21")
        self.assertFalse(self.nights("2026-04-09", "2026-04-21"))
        self.assertTrue(self.night("2026-04-22"))

    def test_without_a_clause_nothing_but_the_legal_rate_is_announced(self):
        self.scheme.contract_clause = False
        partner = self.consumer("BE")
        self.overdue(partner)
        self.night("2026-03-05")
        self.night("2026-03-16")
        formal = self.sent(partner)[-1]
        self.assertFalse(formal.statement.get("announced"))
        self.assertEqual(str(formal.announced_until), "2026-03-30")
        regime = self.env["account.dunning.facts"]._law(
            self.company, partner.ids, {}, self.company._dunning_today()
        )[partner.id]
        rates, _terms = self.scheme._interest_terms(self.company, regime)
        self.assertEqual(float(rates[-1].percent), 4.5)

    def test_an_own_fee_without_a_clause_is_held_back(self):
        self.scheme.write({"costs": "own", "fee_fixed": 10, "contract_clause": False})
        partner = self.consumer("BE")
        invoice = self.overdue(partner)
        self.night("2026-03-05")
        self.night("2026-03-16")
        self.day("2026-04-20")
        self.assertEqual(self.decision(partner).refusal.why, Why.CLAUSE)
        self.assertIn("only where your terms provide", invoice.dunning_reason)

    def test_a_fee_above_the_cap_is_held_back(self):
        self.scheme.write({"costs": "own", "fee_fixed": 25})
        partner = self.consumer("BE")
        invoice = self.overdue(partner, 100)
        self.night("2026-03-05")
        self.night("2026-03-16")
        self.day("2026-04-20")
        self.assertEqual(self.decision(partner).refusal.why, Why.FEE)
        self.assertIn("20.00", invoice.dunning_reason)

    def test_three_first_reminders_a_year_are_free(self):
        """A fourth due date of regular deliveries may cost 7.50 and the postage."""
        self.company.write({"dunning_regular_deliveries": True, "dunning_postage": 1.0})
        self.scheme.write({"interest": "none", "costs": "own", "fee_fixed": 8.5})
        partner = self.consumer("BE")
        for due in ("2026-01-05", "2026-01-12", "2026-01-19"):
            self.invoice(partner, "2026-01-01", due, 30)
        self.night("2026-03-02")
        self.assertEqual(len(self.sent(partner).line_ids), 3)
        self.policy = books.make_policy(self.env, self.company, "With a fee", (3,))
        self.policy.level_ids.charge_scheme_id = self.scheme
        partner.dunning_policy_id = self.policy
        fourth = self.overdue(partner, 30)
        self.assertEqual(len(self.night("2026-03-05")), 1)
        self.assertEqual(self.levels(fourth), [1])
        # Another customer's first reminder is free.
        other = self.consumer("BE", "Meneer Maes")
        other.dunning_policy_id = self.policy
        held = self.overdue(other, 30)
        self.day("2026-03-05")
        self.assertEqual(self.decision(other).refusal.why, Why.FIRST)
        self.assertIn("first reminder is free", held.dunning_reason)

    def test_agreed_interest_is_within_the_rate_for_businesses(self):
        self.scheme.write({"interest": "agreed", "agreed_percent": 11})
        partner = self.consumer("BE")
        self.company.dunning_small_company = True
        regime = self.env["account.dunning.facts"]._law(
            self.company, partner.ids, {}, self.company._dunning_today()
        )[partner.id]
        self.assertTrue(regime.small_creditor)
        rates, terms = self.scheme._interest_terms(self.company, regime)
        found = interest(
            [Movement(date(2025, 5, 31), 100_000)],
            rates,
            date(2025, 6, 1),
            date(2025, 7, 31),
            *terms,
        )
        # 11.5% is the cap of June 2025; in July it is 10.5% and the legal 4.5% alone is due.
        self.assertEqual(
            [(float(line.percent), line.days, line.amount) for line in found.lines],
            [(11.0, 30, 904), (4.5, 31, 382)],
        )


class TestOtherConsumers(LawCase):
    """Germany, France, Luxembourg, and countries whose law is not known here."""

    def test_by_law_the_last_level_goes_out_on_its_day(self):
        partners = [self.consumer(code, f"Consumer {code}") for code in ("DE", "FR", "LU", "AT")]
        for partner in partners:
            self.overdue(partner)
        self.assertEqual(
            self.nights("2026-03-03", "2026-03-24"), ["2026-03-05", "2026-03-16", "2026-03-23"]
        )
        for partner in partners:
            with self.subTest(partner=partner.name):
                formal = self.sent(partner)[1]
                self.assertFalse(formal.announced_until)
                # The days of the level itself.
                self.assertEqual(formal.statement["pay_until"], "2026-03-24")

    def test_a_fee_is_held_back_in_words(self):
        self.scheme.write({"costs": "own", "fee_fixed": 5})
        for code, allowed in (("DE", "1.00"), ("FR", "0.00"), ("LU", "0.00")):
            with self.subTest(country=code):
                self.day("2026-03-02")
                partner = self.consumer(code, f"Consumer {code}")
                invoice = self.overdue(partner)
                self.night("2026-03-05")
                self.night("2026-03-16")
                self.assertFalse(self.night("2026-03-23"))
                self.assertEqual(self.decision(partner).refusal.why, Why.FEE)
                self.assertIn(allowed, invoice.dunning_reason)

    def test_a_first_reminder_with_a_fee_is_held_back_in_germany(self):
        self.scheme.write({"costs": "own", "fee_fixed": 1})
        self.first.charge_scheme_id = self.scheme
        partner = self.consumer("DE")
        invoice = self.overdue(partner)
        self.assertFalse(self.night("2026-03-05"))
        self.assertEqual(self.decision(partner).refusal.why, Why.FIRST)
        self.assertEqual(self.reason(invoice), "unlawful")

    def test_consumers_without_a_country_have_that_of_the_company(self):
        partner = self.customer("Jan Maes", is_company=False, country_id=False)
        self.overdue(partner)
        [customer] = self.env["account.dunning.facts"]._decide(
            self.company, partner.ids, date(2026, 3, 5), self.company._dunning_working_days(MONDAY)
        )
        self.assertEqual((customer.regime.country, customer.regime.debtor), ("BE", "consumer"))


MONDAY = date(2026, 3, 2)


class TestBusinesses(LawCase):
    """Directive 2011/7/EU in five countries: from the day after due, forty euros an invoice."""

    # EUR 1,000 due on 30 September 2025, claimed on 15 February 2026: 92 days of the second
    # half of 2025 and 46 of 2026, at the rates of each country, days of 365.
    EXPECTED = {
        "NL": [(10.15, 92, 2558), (10.15, 46, 1279)],
        "BE": [(10.5, 92, 2647), (10.5, 46, 1323)],
        "DE": [(10.27, 92, 2589), (10.27, 46, 1294)],
        "FR": [(12.15, 92, 3062), (12.15, 46, 1531)],
        "LU": [(10.15, 92, 2558), (10.15, 46, 1279)],
    }
    # 31 May to 31 July 2024, over a change of the rate: 30 days of June, 31 of July.
    CHANGED = {
        "NL": [(12.5, 30, 1027), (12.25, 31, 1040)],
        "BE": [(12.5, 30, 1027), (12.5, 31, 1062)],
        "DE": [(12.62, 30, 1037), (12.37, 31, 1051)],
        "FR": [(14.5, 30, 1192), (14.25, 31, 1210)],
        "LU": [(12.5, 30, 1027), (12.25, 31, 1040)],
    }

    def regime(self, code, partner):
        self.company.country_id = self.env.ref(f"base.{code.lower()}")
        regimes = self.env["account.dunning.facts"]._law(self.company, partner.ids, {}, MONDAY)
        return regimes[partner.id]

    def test_rates_and_compensation_are_those_of_the_seller(self):
        partner = self.customer(country_id=self.env.ref("base.us").id)
        for expected, start, end in (
            (self.EXPECTED, date(2025, 10, 1), date(2026, 2, 15)),
            (self.CHANGED, date(2024, 6, 1), date(2024, 7, 31)),
        ):
            for code, lines in expected.items():
                with self.subTest(country=code, start=start):
                    regime = self.regime(code, partner)
                    self.assertEqual(
                        (regime.country, regime.debtor, regime.compensation),
                        (code, "business", 4000),
                    )
                    rates, terms = self.scheme._interest_terms(self.company, regime)
                    movement = Movement(date.fromordinal(start.toordinal() - 1), 100_000)
                    found = interest([movement], rates, start, end, *terms)
                    self.assertEqual(
                        [(float(own.percent), own.days, own.amount) for own in found.lines], lines
                    )

    def test_a_business_is_not_held_back(self):
        for code in self.EXPECTED:
            self.company.country_id = self.env.ref(f"base.{code.lower()}")
            self.overdue(self.customer(f"Shop {code}"))
        self.assertEqual(
            self.nights("2026-03-03", "2026-03-24"), ["2026-03-05", "2026-03-16", "2026-03-23"]
        )

    def test_what_a_business_is_told(self):
        partner = self.customer()
        self.overdue(partner)
        self.nights("2026-03-03", "2026-03-23")
        _first, formal, last = self.sent(partner)
        self.assertEqual(formal.statement["pay_until"], "2026-03-24")
        self.assertFalse(formal.announced_until)
        words = " ".join(formal._law_block()["sentences"]).replace("\xa0", " ")
        self.assertIn("statutory interest", words)
        self.assertIn("40.00", words)
        words = " ".join(last._law_block()["sentences"]).replace("\xa0", " ")
        self.assertIn("2 August 2002", words)
        self.assertIn("For each invoice", words)

    def test_who_is_a_business(self):
        cases = [
            ({"is_company": True}, "business"),
            ({"is_company": False, "vat": "BE0477472701"}, "business"),
            ({"is_company": False, "vat": "/"}, "consumer"),
            ({"is_company": False}, "consumer"),
            ({"is_company": True, "dunning_debtor": "consumer"}, "consumer"),
            ({"is_company": False, "dunning_debtor": "business"}, "business"),
        ]
        for vals, kind in cases:
            with self.subTest(**vals):
                partner = self.customer("Jan Maes", **vals)
                regimes = self.env["account.dunning.facts"]._law(
                    self.company, partner.ids, {}, MONDAY
                )
                # The query and the field say the same.
                self.assertEqual(regimes[partner.id].debtor, kind)
                self.assertEqual(partner.dunning_debtor_kind, kind)

    def test_an_agreed_rate_of_a_business_holds_as_it_is(self):
        self.scheme.write({"interest": "agreed", "agreed_percent": 18})
        rates, _terms = self.scheme._interest_terms(
            self.company, self.regime("NL", self.customer())
        )
        self.assertEqual([float(rate.percent) for rate in rates], [18.0])

    def test_a_policy_without_charges_reads_no_law(self):
        plain = books.make_policy(self.env, self.company, "Plain")
        business = self.customer()
        consumer = self.consumer("NL")
        for partner in business | consumer:
            self.overdue(partner)
        facts = self.env["account.dunning.facts"]
        calendar = self.company._dunning_working_days(MONDAY)

        def decide(*partners):
            ids = [partner.id for partner in partners]
            return self.queries(
                lambda: facts._decide(self.company, ids, date(2026, 3, 5), calendar)
            )

        charged = decide(business, consumer)
        self.company.dunning_policy_id = plain
        self.assertLess(decide(business, consumer), charged)

    def test_reading_the_law_takes_as_many_queries_for_many(self):
        facts = self.env["account.dunning.facts"]
        calendar = self.company._dunning_working_days(MONDAY)
        partners = [self.consumer("NL", f"Consumer {number}") for number in range(15)]
        books.make_invoices(
            self.company, [(partner, "2026-02-01", "2026-03-02", 100) for partner in partners]
        )

        def decide(own):
            ids = [partner.id for partner in own]
            return self.queries(
                lambda: facts._decide(self.company, ids, date(2026, 3, 5), calendar)
            )

        decide(partners[:1])
        few, many = decide(partners[:2]), decide(partners)
        self.assertEqual(few, many)


class TestClaims(LawCase):
    """What the law allows meets what is claimed."""

    def test_what_is_announced_counts_what_was_claimed_before(self):
        """The scale is on the sum of the invoices: of the second one less is left."""
        partner = self.consumer("NL")
        first = self.overdue(partner, 200)
        self.nights("2026-03-05", "2026-03-31")
        self.assertEqual(self.levels(first), [1, 2, 3])
        self.assertEqual(self.costs(partner), {first: 40})
        second = self.overdue(partner, 300, due="2026-03-31")
        self.nights("2026-04-01", "2026-04-14")
        formal = self.sent(partner)[-1]
        [row] = formal.statement["announced"]
        self.assertEqual((row["move_id"], row["company_amount"]), (second.id, 35))
        self.nights("2026-04-15", "2026-04-29")
        self.assertEqual(self.levels(second), [1, 2, 3])
        # 15 percent of 500, as announced.
        self.assertEqual(sum(self.costs(partner).values()), 75)

    def test_a_debit_note_of_a_consumer_is_reminded_without_charges(self):
        self.scheme.book = True
        collection = self.last.copy({"name": "Collection", "delay_days": 60, "sequence": 9})
        partner = self.consumer("NL")
        self.overdue(partner, 1000)
        self.nights("2026-03-05", "2026-03-31")
        charges = self.env["account.dunning.charge"].search([("partner_id", "=", partner.id)])
        note = charges.charge_move_id
        self.assertTrue(note)
        self.night("2026-04-20")
        self.day("2026-07-01")
        [customer] = self.env["account.dunning.facts"]._decide(
            self.company, partner.ids, date(2026, 7, 1), self.company._dunning_working_days(MONDAY)
        )
        decided = {
            item.move_id: own.reason.value
            for item, own in zip(customer.items, customer.decision.items, strict=True)
        }
        self.assertEqual(decided[note.id], "due")
        self.assertEqual(self.policy.level_ids[-1], collection)

    def test_announcing_takes_as_many_queries_for_many(self):
        def prepare(date):
            self.day(date)
            return self.queries(self.env["account.dunning.run"].create({}).action_prepare)

        def ledger(names):
            partners = [self.consumer("NL", name) for name in names]
            books.make_invoices(
                self.company, [(own, "2026-02-01", "2026-03-02", 100) for own in partners]
            )

        ledger(f"Few {number}" for number in range(10))
        self.night("2026-03-05")
        few = prepare("2026-03-16")
        self.env["account.dunning.run"].search([]).action_send()
        ledger(f"Many {number}" for number in range(40))
        self.night("2026-03-17")
        many = prepare("2026-03-28")
        announced = self.notices(states=["ready"]).filtered(
            lambda notice: notice.statement_now.get("announced")
        )
        self.assertEqual(len(announced), 40)
        self.assertLessEqual(many, few + 3)

    def costs(self, partner):
        """{invoice: amount} of the costs that are claimed of a customer."""
        charges = self.env["account.dunning.charge"].search(
            [("partner_id", "=", partner.id), ("kind", "=", "costs"), ("state", "=", "claimed")]
        )
        return {charge.move_id: charge.amount for charge in charges}


class TestOverride(LawCase):
    """Nobody but a manager, with a reason that is kept."""

    def setUp(self):
        super().setUp()
        self.formal.announces_costs = False
        self.partner = self.consumer("NL")
        self.invoice = self.overdue(self.partner)
        self.night("2026-03-05")
        self.night("2026-03-16")
        self.day("2026-03-23")
        self.assertEqual(self.reason(self.invoice), "unlawful")

    def wizard(self, user):
        action = self.invoice.with_user(user).action_dunning_allow()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def test_a_manager_allows_it_and_it_goes_out(self):
        wizard = self.wizard(self.user("admin", "account.group_account_manager"))
        self.assertEqual(wizard.line_ids.level_id, self.last)
        self.assertIn("no message announced", wizard.line_ids.refusal)
        with self.assertRaisesRegex(UserError, "reason is kept"):
            wizard.action_allow()
        wizard.reason = "Announced by registered letter of 3 March"
        wizard.action_allow()
        kept = self.env["account.dunning.legal.override"].search(
            [("move_id", "=", self.invoice.id)]
        )
        self.assertEqual(kept.user_id.login, "scenario.admin")
        self.assertEqual((str(kept.date), kept.level_id), ("2026-03-23", self.last))
        self.assertIn("registered letter", kept.reason)
        self.assertIn("registered letter", self.invoice.message_ids[0].body)
        self.assertEqual(self.reason(self.invoice), "due")
        self.assertTrue(self.night("2026-03-24"))
        self.assertEqual(self.levels(self.invoice), [1, 2, 3])

    def test_others_are_refused(self):
        for user in (self.dunning_user(), self.billing_user()):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.invoice.with_user(user).action_dunning_allow()
        clerk = self.user("clerk", "account_dunning_plus.group_dunning_user")
        with self.assertRaises(AccessError):
            self.env["account.dunning.legal.override"].with_user(clerk).create(
                {
                    "move_id": self.invoice.id,
                    "level_id": self.last.id,
                    "date": "2026-03-23",
                    "reason": "I say so",
                }
            )

    def test_what_is_kept_is_not_changed(self):
        wizard = self.wizard(self.user("admin", "account.group_account_manager"))
        wizard.reason = "Announced by registered letter"
        wizard.action_allow()
        kept = self.env["account.dunning.legal.override"].search([])
        with self.assertRaisesRegex(UserError, "kept as it was"):
            kept.reason = "Something else"
        with self.assertRaisesRegex(UserError, "kept as it was"):
            kept.unlink()

    def test_from_the_worklist(self):
        manager = self.dunning_manager()
        row = (
            self.env["account.dunning.followup"]
            .with_user(manager)
            .search([("partner_id", "=", self.partner.id)])
        )
        self.assertTrue(row.is_held_by_law)
        action = row.action_allow_charges()
        wizard = self.env[action["res_model"]].with_user(manager).browse(action["res_id"])
        self.assertEqual(wizard.line_ids.move_id, self.invoice)
        wizard.reason = "Announced by telephone and confirmed"
        wizard.action_allow()
        self.assertEqual(self.reason(self.invoice), "due")
        self.pay(self.invoice, "2026-03-23")
        with self.assertRaisesRegex(UserError, "holds nothing back"):
            row.action_allow_charges()

    def test_whoever_reads_the_invoice_reads_the_reason(self):
        invoice = self.invoice.with_user(self.billing_user())
        self.assertIn("Held back by law", invoice.dunning_reason)
        self.assertEqual(
            invoice.search([("dunning_reason_code", "in", ["unlawful"])]).ids, self.invoice.ids
        )


class TestSetup(LawCase):
    """What can be set, and what cannot."""

    def test_charges_come_after_the_due_date_only(self):
        with self.assertRaisesRegex(ValidationError, "before the customer is late"):
            self.first.write({"delay_days": 0, "announces_costs": True})
        with self.assertRaisesRegex(ValidationError, "before the customer is late"):
            self.first.write({"delay_days": -3, "charge_scheme_id": self.scheme.id})

    def test_who_only_calls_announces_and_charges_nothing(self):
        call = self.env.ref("mail.mail_activity_data_call")
        with self.assertRaisesRegex(ValidationError, "takes an e-mail or a letter"):
            self.formal.write({"send_email": False, "activity_type_id": call.id})
        with self.assertRaisesRegex(ValidationError, "takes an e-mail or a letter"):
            self.last.write({"send_email": False, "activity_type_id": call.id})

    def test_a_level_says_what_is_missing(self):
        self.assertFalse(self.last.charge_hint)
        self.formal.announces_costs = False
        self.assertIn("held back here", self.last.charge_hint)
        self.last.charge_scheme_id = False
        self.formal.announces_costs = True
        self.assertIn("nothing to announce", self.formal.charge_hint)

    def test_a_scheme_in_use_stays(self):
        with self.assertRaisesRegex(UserError, "used by a level"):
            self.scheme.unlink()
        self.last.charge_scheme_id = False
        self.scheme.unlink()

    def test_a_scheme_says_what_it_means(self):
        words = str(self.scheme.summary)
        self.assertIn("Consumers in Belgium", words)
        self.assertIn("40 euros", words)
        self.assertNotIn("lump sum", words)
        self.scheme.contract_clause = True
        self.assertIn("lump sum", str(self.scheme.summary))
        self.scheme.write({"costs": "own", "fee_fixed": 10, "contract_clause": False})
        self.assertIn("it takes a clause", str(self.scheme.summary))
        self.assertIn("at most the graded costs", str(self.scheme.summary).lower())

    def test_a_user_reads_schemes_and_a_manager_sets_them(self):
        user = self.dunning_user()
        self.assertTrue(self.scheme.with_user(user).summary)
        with self.assertRaises(AccessError):
            self.scheme.with_user(user).name = "Mine"
        self.scheme.with_user(self.dunning_manager()).fee_fixed = 3

    def test_the_presets_announce_before_they_charge(self):
        for name in ("friendly", "firm"):
            with self.subTest(policy=name):
                levels = self.env.ref(f"account_dunning_plus.dunning_policy_{name}").level_ids
                *_others, formal, last = levels
                self.assertTrue(formal.announces_costs)
                self.assertEqual(
                    last.charge_scheme_id, self.env.ref("account_dunning_plus.charge_scheme_law")
                )
                self.assertFalse(levels[:-1].charge_scheme_id)

    def test_another_company_does_not_see_a_scheme(self):
        other = books.make_company(self.env, "Other Ltd")
        own = self.user("other", "account_dunning_plus.group_dunning_manager", companies=other)
        schemes = self.env["account.dunning.charge.scheme"].with_user(own)
        self.assertNotIn(
            self.scheme, schemes.with_context(allowed_company_ids=other.ids).search([])
        )

    def test_public_holidays(self):
        dutch, belgian = (public_holidays(code, 2026) for code in ("NL", "BE"))
        # Good Friday, Easter Monday, King's Day, Ascension, Whit Monday.
        for day in ("04-03", "04-06", "04-27", "05-14", "05-25", "12-26"):
            self.assertIn(date.fromisoformat(f"2026-{day}"), dutch)
        for day in ("04-06", "05-01", "05-14", "05-25", "07-21", "08-15", "11-01", "11-11"):
            self.assertIn(date.fromisoformat(f"2026-{day}"), belgian)
        self.assertNotIn(date(2026, 4, 3), belgian)
        # On a Sunday the King's day is the day before; the next year's are there as well.
        self.assertIn(date(2031, 4, 26), public_holidays("NL", 2031))
        self.assertIn(date(2027, 1, 1), dutch)
        self.assertFalse(public_holidays("DE", 2026))

    def test_settings(self):
        settings = self.env["res.config.settings"].create(
            {"dunning_small_company": True, "dunning_postage": 1.5}
        )
        settings.execute()
        self.assertTrue(self.company.dunning_small_company)
        self.assertEqual(self.company.dunning_postage, 1.5)

    def test_levels_copied_with_their_policy_keep_their_charges(self):
        copy = self.policy.copy()
        self.assertEqual(copy.level_ids[-1].charge_scheme_id, self.scheme)
        self.assertTrue(copy.level_ids[1].announces_costs)
        self.assertEqual(copy.level_ids.mapped("pay_days"), [0, 8, 5])
