"""What customers choose on their page: the language and the day of reminders."""

from lxml import html
from odoo.tests import new_test_user

from .answers import AnswerCase as Base


class PreferencePageCase(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("nl_NL")

    def setUp(self):
        super().setUp()
        self.bakery = self.customer(lang="en_US")
        self.overdue(self.bakery)
        self.day("2026-03-04")
        self.where = self.path(self.bakery)

    def options(self, name):
        _response, page = self.form(self.where, "preferences")
        field = page.xpath(f"//select[@name='{name}']")[0]
        return field.xpath("option/@value"), field.xpath("option[@selected]/@value")

    def choose(self, **entered):
        values = {"lang": "en_US", "weekly": "", **entered}
        return self.send(self.where, "preferences", **values)

    def chosen(self):
        return self.bakery.dunning_lang, self.bakery.dunning_weekly_day


class TestPreferencesOnThePage(PreferencePageCase):
    def test_the_page_says_how_the_customer_is_reminded(self):
        self.bakery.dunning_weekly_day = "0"
        text = self.url_open(self.where).text
        self.assertIn("Once a week, on Monday", text)
        self.assertIn(f'href="{self.where}/preferences"', text)
        self.assertEqual(self.options("lang")[1], ["en_US"])
        self.assertNotIn("it_IT", self.options("lang")[0])
        days, chosen = self.options("weekly")
        self.assertEqual(chosen, ["0"])
        self.assertEqual(days, ["", "0", "1", "2", "3", "4", "5", "6"], "Monday first")

    def test_a_choice_holds_is_confirmed_and_seen_by_colleagues(self):
        email, lang = self.bakery.email, self.bakery.lang
        answer = self.answer(self.choose(lang="nl_NL", weekly="2"))
        self.assertEqual(self.chosen(), ("nl_NL", "2"))
        self.assertEqual((self.bakery.email, self.bakery.lang), (email, lang))
        self.assertEqual((answer.kind, answer.moves_day), ("preferences", True))
        [(to, _subject, _text)] = self.confirmations()
        self.assertEqual(to, self.bakery)
        row = self.row(self.bakery)
        self.assertFalse(row.needs_reply, "nobody has to do anything")
        self.assertTrue(
            any("Wednesday" in own["text"] for own in row.timeline if own["kind"] == "note")
        )
        page = html.fromstring(self.url_open(self.where).text)
        self.assertEqual(page.get("lang"), "nl-NL", "the page speaks the chosen language")

    def test_each_on_its_own_day_again(self):
        self.bakery.dunning_weekly_day = "0"
        self.answer(self.choose(weekly=""))
        self.assertEqual(self.chosen(), (False, False))

    def test_what_is_not_offered_is_refused(self):
        self.bakery.dunning_quiet_friday = True
        self.company.resource_calendar_id = self.env.ref("resource.resource_calendar_std")
        self.company.dunning_working_days_only = True
        self.assertEqual(self.options("weekly")[0], ["", "0", "1", "2", "3"])
        for entered in (
            {"lang": "it_IT"},
            {"lang": "xx"},
            {"lang": ""},
            {"lang": "nl_NL' --"},
            {"weekly": "4"},
            {"weekly": "6"},
            {"weekly": "7"},
            {"weekly": "-1"},
            {"weekly": "1.0"},
        ):
            response = self.choose(**entered)
            self.assertEqual(response.status_code, 422, entered)
            self.assertEqual(list(self.errors(response)), list(entered))
        self.assertEqual(self.chosen(), (False, False))
        self.assertFalse(self.answers())

    def test_nothing_else_can_be_changed(self):
        before = self.bakery.read()[0]
        self.answer(
            self.choose(
                weekly="1",
                email="thief@example.com",
                dunning_contact_id="1",
                dunning_channel="call",
                dunning_closed_from="2026-03-01",
                dunning_closed_until="2026-06-01",
            )
        )
        after = self.bakery.read()[0]
        changed = {name for name in before if before[name] != after[name]}
        self.assertLessEqual(
            {name for name in changed if "message" not in name},
            {"dunning_weekly_day", "dunning_preferences", "write_date", "write_uid"},
        )

    def test_the_same_again_counts_once_and_is_confirmed_once(self):
        first = self.answer(self.choose(weekly="1"))
        self.assertEqual(self.answer(self.choose(weekly="1")), first)
        self.assertEqual(len(self.confirmations()), 1)
        self.answer(self.choose(weekly="2"))
        again = self.answer(self.choose(weekly="1"))
        self.assertNotEqual(again, first)
        self.assertEqual(self.chosen(), (False, "1"))

    def test_reminders_are_not_put_off_for_ever(self):
        """Who moves the day on each time it comes would never be reminded."""
        for day in ("1", "2", "3"):
            self.answer(self.choose(weekly=day))
        response = self.choose(weekly="4")
        self.assertEqual(response.status_code, 422)
        self.assertEqual(self.chosen(), (False, "3"))
        self.answer(self.choose(weekly="3", lang="nl_NL"))
        self.assertEqual(self.chosen(), ("nl_NL", "3"))

    def test_the_company_may_keep_it_to_itself(self):
        self.company.dunning_page_preferences = False
        token = self.form(self.where, "promise")[1].xpath("//input[@name='csrf_token']/@value")[0]
        text = self.url_open(self.where).text
        self.assertIn("Each reminder comes on its own day", text)
        self.assertNotIn("/preferences", text)
        self.assertEqual(self.url_open(f"{self.where}/preferences").status_code, 404)
        self.assertEqual(self.choose(weekly="1", csrf=token).status_code, 404)
        self.assertEqual(self.chosen(), (False, False))

    def test_a_level_that_charges_goes_its_own_way_all_the_same(self):
        self.answer(self.choose(weekly="0"))
        self.assertEqual(self.bakery.dunning_channel, False)
        notices = self.night("2026-03-05")
        self.assertFalse(notices, "the reminder waits for Monday, and no longer")
        self.assertTrue(self.night("2026-03-09"))

    def test_who_is_logged_in_has_it_under_my_account(self):
        contact = self.env["res.partner"].create(
            {"name": "Clerk of the bakery", "parent_id": self.bakery.id}
        )
        new_test_user(
            self.env,
            "clerk.bakery",
            groups="base.group_portal",
            partner_id=contact.id,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
            context={"no_reset_password": True},
        )
        self.authenticate("clerk.bakery", "clerk.bakery")
        self.where = f"/my/open-items/{self.company.id}"
        self.assertIn(f'href="{self.where}/preferences"', self.url_open(self.where).text)
        answer = self.answer(self.choose(weekly="3"))
        self.assertEqual((answer.contact_id, self.bakery.dunning_weekly_day), (contact, "3"))
