"""Customers who choose how they are reminded: their days, their way, their language."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .common import DunningCase as Base


class PreferenceCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.billing_user()

    def nights(self, first, last):
        """What goes out in the nights from one day of March 2026 to another, with its day."""
        found = []
        for number in range(first, last + 1):
            date = f"2026-03-{number:02}"
            found += [(date, notice.level_id.number) for notice in self.night(date)]
        return found

    def composer(self, partner):
        """The composer that the clerk opens for a customer."""
        row = self.env["account.dunning.followup"].with_user(self.clerk)
        row = row.search([("partner_id", "=", partner.id)])
        return Form(
            self.env["account.dunning.reminder"]
            .with_user(self.clerk)
            .browse(row.action_send_reminder()["res_id"])
        )


class TestDays(PreferenceCase):
    def test_a_customer_who_is_told_once_a_week(self):
        bakery = self.customer(dunning_weekly_day="0")
        invoice = self.overdue(bakery)
        other = self.overdue(self.customer("Garage"), due="2026-03-02")
        self.assertEqual(invoice.with_user(self.clerk).dunning_reason_code, "scheduled")
        self.assertIn("Monday 9 March", invoice.with_user(self.clerk).dunning_reason)
        self.assertIn("weekly day", invoice.with_user(self.clerk).dunning_reason)
        self.assertEqual(str(invoice.dunning_next_date), "2026-03-09")
        self.assertNotIn("weekly day", other.with_user(self.clerk).dunning_reason)
        self.nights(3, 31)
        self.assertEqual(
            [str(notice.date) for notice in self.sent(bakery)], ["2026-03-09", "2026-03-16"]
        )
        self.night("2026-04-06")
        self.assertEqual(self.levels(invoice), [1, 2, 3])

    def test_quiet_days_of_the_week(self):
        bakery = self.customer(dunning_quiet_thursday=True, dunning_quiet_friday=True)
        invoice = self.overdue(bakery)
        self.assertIn("as the customer wishes", invoice.with_user(self.clerk).dunning_reason)
        self.assertEqual(self.nights(3, 31), [("2026-03-07", 1), ("2026-03-16", 2)])

    def test_closed_for_some_days(self):
        bakery = self.customer(dunning_closed_from="2026-03-03", dunning_closed_until="2026-03-12")
        invoice = self.overdue(bakery)
        self.assertIn("13 March", invoice.with_user(self.clerk).dunning_reason)
        self.assertIn("open again", invoice.with_user(self.clerk).dunning_reason)
        self.assertEqual(self.nights(3, 15), [("2026-03-13", 1)])

    def test_closed_each_year(self):
        bakery = self.customer(
            dunning_closed_from="2020-12-20",
            dunning_closed_until="2021-01-05",
            dunning_closed_yearly=True,
        )
        days = bakery._dunning_days_of(self.company, bakery.ids, self.company._dunning_today())
        own = days[bakery.id]
        day = self.company._dunning_today()
        self.assertTrue(own.includes(day))
        self.assertEqual(str(own.next(day.replace(month=12, day=24))), "2027-01-06")
        # Asked on New Year's day, the period of the year before still runs.
        self.day("2027-01-01")
        days = bakery._dunning_days_of(self.company, bakery.ids, self.company._dunning_today())
        self.assertEqual(str(days[bakery.id].next(self.company._dunning_today())), "2027-01-06")

    def test_a_day_off_moves_the_weekly_day(self):
        self.company.dunning_working_days_only = True
        bakery = self.customer(dunning_weekly_day="6")
        self.overdue(bakery)
        self.assertEqual(self.nights(3, 12), [("2026-03-09", 1)])

    def test_missed_nights_are_caught_up_on_the_next_weekly_day(self):
        bakery = self.customer(dunning_weekly_day="0")
        self.overdue(bakery)
        self.assertEqual(self.nights(10, 20), [("2026-03-16", 1)])

    def test_wishes_that_cannot_be_met_are_refused(self):
        days = ("monday", "tuesday", "wednesday", "thursday", "friday")
        with self.assertRaises(ValidationError):
            self.customer(**{f"dunning_quiet_{day}": True for day in days})

    def test_nothing_is_withdrawn_because_the_day_is_over(self):
        """What waits for approval stays, and goes out on the customer's next day."""
        self.first.requires_approval = True
        bakery = self.customer(dunning_weekly_day="0")
        self.overdue(bakery)
        self.assertFalse(self.night("2026-03-09"))
        notice = self.notices(bakery)
        self.assertEqual(notice.state, "draft")
        self.night("2026-03-10")
        self.assertEqual((notice.state, len(self.notices(bakery))), ("draft", 1))
        notice.with_user(self.dunning_manager()).action_approve()
        self.assertEqual(notice.state, "ready")
        self.assertIn("Monday 16 March", notice.message_ids[0].body)
        self.assertFalse(self.night("2026-03-11"))
        self.assertEqual(self.night("2026-03-16"), notice)
        self.assertFalse(self.mails(notice).filtered(lambda mail: mail.state != "outgoing"))

    def test_a_run_started_by_hand_keeps_to_the_days(self):
        self.first.requires_approval = True
        weekly = self.customer(dunning_weekly_day="0")
        self.overdue(weekly)
        self.night("2026-03-09")
        self.day("2026-03-10")
        self.notices(weekly).with_user(self.dunning_manager()).action_approve()
        self.first.requires_approval = False
        other = self.customer("Garage")
        self.overdue(other)
        run = self.env["account.dunning.run"].with_user(self.clerk)
        run = run.create({"company_id": self.company.id})
        run.action_send()
        self.assertEqual(self.sent().partner_id, other)
        self.assertEqual(self.night("2026-03-16").partner_id, weekly | other)

    def test_what_is_paid_meanwhile_is_withdrawn(self):
        self.first.requires_approval = True
        bakery = self.customer(dunning_weekly_day="0")
        invoice = self.overdue(bakery)
        self.night("2026-03-09")
        self.pay(invoice, "2026-03-10")
        self.night("2026-03-11")
        self.assertEqual(self.notices(bakery, ["draft", "ready", "cancelled"]).state, "cancelled")

    def test_a_failed_one_waits_for_the_next_day_as_well(self):
        bakery = self.customer(dunning_weekly_day="0", email=False)
        self.overdue(bakery)
        self.night("2026-03-09")
        notice = self.notices(bakery)
        self.assertEqual(notice.state, "failed")
        bakery.email = "bakery@example.com"
        self.assertFalse(self.night("2026-03-10"))
        self.assertEqual(self.night("2026-03-16"), self.sent(bakery))
        self.assertEqual(len(self.sent(bakery)), 1)

    def test_a_mail_that_waited_past_the_day_waits_for_the_next(self):
        bakery = self.customer(dunning_weekly_day="0")
        self.overdue(bakery)
        [notice] = self.night("2026-03-09")
        self.day("2026-03-10")
        self.assertEqual(self.mail_leaves(), [])
        self.assertEqual(self.night("2026-03-16"), notice)
        self.assertEqual(self.mail_leaves(), ['"Bakery Peeters" <bakerypeeters@example.com>'])

    def test_a_person_may_remind_on_another_day(self):
        bakery = self.customer(dunning_weekly_day="0")
        invoice = self.overdue(bakery)
        self.day("2026-03-06")
        composer = self.composer(bakery)
        self.assertIn("Monday 9 March", composer.hint)
        composer.record.action_send()
        self.assertEqual(self.levels(invoice), [1])
        # The next one keeps its distance, and comes on the weekly day again.
        self.assertEqual(self.nights(7, 20), [("2026-03-16", 2)])

    def test_words_of_promises_wait_while_the_customer_is_closed(self):
        bakery = self.customer(dunning_closed_from="2026-03-05", dunning_closed_until="2026-03-09")
        self.overdue(bakery, 900)
        promises = self.env["account.payment.promise"].with_user(self.clerk)
        promise = promises.create(
            {
                "partner_id": bakery.id,
                "amount": 900,
                "line_ids": [
                    Command.create({"date": day, "amount": 450})
                    for day in ("2026-03-11", "2026-03-25")
                ],
            }
        )
        for number in range(3, 10):
            self.night(f"2026-03-{number:02}")
        self.assertFalse(any(promise.line_ids.mapped("word_date")))
        self.night("2026-03-10")
        self.assertEqual(str(promise.line_ids[0].word_date), "2026-03-10")

    def test_customers_without_wishes_cost_no_more(self):
        for number in range(3):
            self.overdue(self.customer(f"Customer {number}"))
        partners = self.env["res.partner"].search([("name", "=like", "Customer _")])
        facts = self.env["account.dunning.facts"]
        today = self.company._dunning_today()
        calendar = self.company._dunning_working_days(today)
        few = self.queries(lambda: facts._decide(self.company, partners.ids, today, calendar))
        partners.write({"dunning_weekly_day": "2", "dunning_channel": "both"})
        many = self.queries(lambda: facts._decide(self.company, partners.ids, today, calendar))
        self.assertEqual(few, many)


class TestChannels(PreferenceCase):
    def test_a_letter_in_place_of_an_e_mail(self):
        bakery = self.customer(dunning_channel="letter", street="Kaai 1", city="Gent")
        self.overdue(bakery)
        self.night("2026-03-05")
        notice = self.notices(bakery)
        self.assertEqual((notice.state, notice.channel, notice.letter_due), ("ready", "letter", 1))
        self.assertFalse(self.mails(notice))
        self.assertIn(notice, notice.search([("letter_due", "=", True)]))
        notice.with_user(self.clerk).action_print_letter()
        self.assertEqual(notice.state, "sent")

    def test_no_letter_to_nowhere(self):
        bakery = self.customer(dunning_channel="letter")
        self.overdue(bakery)
        self.assertTrue(self.night("2026-03-05"))
        self.assertTrue(self.mails(self.sent(bakery)))

    def test_an_e_mail_in_place_of_a_letter_unless_it_cannot_arrive(self):
        self.first.write({"send_email": False, "print_letter": True})
        bakery = self.customer(dunning_channel="email")
        baker = self.customer("Baker", dunning_channel="email", email=False)
        self.overdue(bakery)
        self.overdue(baker)
        self.night("2026-03-05")
        self.assertEqual(self.sent().partner_id, bakery)
        self.assertTrue(self.notices(baker).letter_due)

    def test_both(self):
        bakery = self.customer(dunning_channel="both", street="Kaai 1", city="Gent")
        self.overdue(bakery)
        [notice] = self.night("2026-03-05")
        self.assertTrue(self.mails(notice))
        self.assertTrue(notice.letter_due)

    def test_a_call_first_and_then_in_writing(self):
        bakery = self.customer(dunning_channel="call")
        invoice = self.overdue(bakery)
        [notice] = self.night("2026-03-05")
        self.assertFalse(self.mails(notice))
        self.assertEqual(
            notice.activity_ids.activity_type_id, self.env.ref("mail.mail_activity_data_call")
        )
        [second] = self.night("2026-03-16")
        self.assertTrue(self.mails(second))
        self.assertEqual(self.levels(invoice), [1, 2])

    def test_costs_are_announced_by_the_level_s_own_way_too(self):
        """Never less than the law asks for."""
        self.first.announces_costs = True
        self.first.print_letter = True
        for wish, way in (("email", False), ("call", False), ("letter", False)):
            with self.subTest(wish):
                partner = self.customer(f"Customer {wish}", dunning_channel=wish, street="Kaai 1")
                channel = self.env["account.dunning.notice"]._channel_of(self.first, wish, partner)
                self.assertEqual(channel or False, way, "the level's own: e-mail and letter")
        self.first.print_letter = False
        self.assertEqual(
            self.env["account.dunning.notice"]._channel_of(self.first, "letter", partner), "both"
        )

    def test_by_hand_it_goes_the_customer_s_way(self):
        bakery = self.customer(dunning_channel="call")
        self.overdue(bakery)
        self.day("2026-03-06")
        composer = self.composer(bakery)
        self.assertIn("Phone call", composer.hint)
        self.assertFalse(composer.send_email)
        composer.record.action_send()
        self.assertTrue(self.sent(bakery).activity_ids)


class TestLanguage(PreferenceCase):
    def test_reminders_in_the_language_of_the_customer_s_choice(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        # None of the demo's, so that it can be switched off again.
        self.env["res.lang"]._activate_lang("it_IT")
        template = self.first._template()
        template.with_context(lang="nl_NL").subject = "Herinnering"
        template.with_context(lang="it_IT").subject = "Sollecito"
        dutch = self.customer("Bakkerij", lang="nl_NL")
        italian = self.customer("Panetteria", lang="nl_NL", dunning_lang="it_IT")
        self.overdue(dutch)
        self.overdue(italian)
        notices = self.night("2026-03-05")
        subjects = {notice.partner_id.name: self.mails(notice).subject for notice in notices}
        self.assertEqual(subjects, {"Bakkerij": "Herinnering", "Panetteria": "Sollecito"})
        self.assertEqual(self.sent(italian)._letter_lang(), "it_IT")
        self.assertEqual(italian._dunning_statement_lang(), "it_IT")
        # A language that was switched off since is passed over.
        self.env["res.lang"]._lang_get("it_IT").active = False
        self.assertEqual(self.sent(italian)._letter_lang(), "nl_NL")


class TestRoles(PreferenceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls.customer()

    def contact(self, name, role=False, **vals):
        return self.env["res.partner"].create(
            {
                "name": name,
                "parent_id": self.bakery.id,
                "email": f"{name.lower()}@bakery.example",
                "dunning_role": role,
                **vals,
            }
        )

    def test_who_gets_the_reminders_and_who_a_copy(self):
        invoices = self.contact("Invoices", type="invoice")
        an = self.contact("An", "reminders")
        self.contact("Bert", "copy")
        self.contact("Chief", "formal")
        self.contact("Dora", "never")
        self.third.requires_approval = True
        self.overdue(self.bakery)
        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.recipient_id, an)
        self.assertEqual(notice.email_cc, '"Bert" <bert@bakery.example>')
        mail = self.mails(notice)
        self.assertEqual(mail.recipient_ids, an)
        # One e-mail, in which each sees the others.
        [sent] = mail._prepare_outgoing_list()
        self.assertEqual(len(sent["email_to"]), 1)
        self.assertEqual(sent["email_cc"], ['"Bert" <bert@bakery.example>'])
        self.assertEqual(
            sorted(sent["email_to_normalized"]), ["an@bakery.example", "bert@bakery.example"]
        )
        self.night("2026-03-16")
        # From the formal level on, which here is the one that needs approval.
        self.night("2026-04-01")
        self.assertIn("chief@bakery.example", self.notices(self.bakery)[-1].email_cc)
        self.assertNotIn("dora", self.notices(self.bakery)[-1].email_cc)
        # Who was chosen as the contact comes before all roles.
        self.bakery.dunning_contact_id = invoices
        self.assertEqual(self.bakery._dunning_recipient(), invoices)

    def test_one_and_many_agree(self):
        self.contact("Invoices", "never", type="invoice")
        garage = self.customer("Garage")
        both = self.bakery | garage
        self.assertEqual(
            both._dunning_recipients(), {own.id: own._dunning_recipient().id for own in both}
        )
        self.assertEqual(self.bakery._dunning_recipient(), self.bakery, "she gets none")

    def test_an_archived_contact_gets_nothing(self):
        an = self.contact("An", "reminders")
        an.active = False
        self.assertEqual(self.bakery._dunning_recipient(), self.bakery)

    def test_a_copy_that_does_not_work_fails_nothing(self):
        self.contact("Bert", "copy", email="not an address")
        self.contact("Chief", "copy")._dunning_mark_bounced("chief@bakery.example", "unknown")
        self.overdue(self.bakery)
        [notice] = self.night("2026-03-05")
        self.assertFalse(notice.email_cc)

    def test_a_person_chooses_other_copies(self):
        bert = self.contact("Bert", "copy")
        carl = self.contact("Carl")
        self.overdue(self.bakery)
        self.day("2026-03-06")
        composer = self.composer(self.bakery)
        self.assertEqual(composer.copy_ids[:], bert)
        composer.copy_ids.remove(bert.id)
        composer.copy_ids.add(carl)
        composer.save().action_send()
        self.assertEqual(self.sent(self.bakery).email_cc, '"Carl" <carl@bakery.example>')

    def test_copies_are_of_the_customer_s_own_people_only(self):
        stranger = self.customer("Stranger")
        self.overdue(self.bakery)
        self.day("2026-03-06")
        composer = self.composer(self.bakery)
        composer.copy_ids.add(stranger)
        composer.save().action_send()
        self.assertFalse(self.sent(self.bakery).email_cc)
