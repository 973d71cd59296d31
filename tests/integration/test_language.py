"""Everything a customer reads is in the customer's language, formats included."""

from odoo.tools import formatLang

from .common import DunningCase as Base


class TestFrench(Base):
    """A French customer of a company whose users work in English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        template = cls.env["mail.template"].create(
            {
                "name": "Reminder",
                "model_id": cls.env["ir.model"]._get_id("account.dunning.notice"),
                "subject": "Reminder from {{ object.company_id.name }}",
                "email_from": "debtors@example.com",
                "lang": "{{ object.recipient_id.lang }}",
                "body_html": "<div><p>Please pay</p>"
                "<t t-call='account_dunning_plus.notice_statement'/>"
                "<p>Level: <t t-out='object.level_id.name'/></p></div>",
            }
        )
        template.with_context(lang="fr_FR").write(
            {
                "subject": "Rappel de {{ object.company_id.name }}",
                "body_html": template.body_html.replace("Please pay", "Veuillez payer"),
            }
        )
        cls.first.mail_template_id = template
        cls.first.with_context(lang="fr_FR").name = "Premier rappel"
        cls.env.ref("account_dunning_plus.notice_statement").update_field_translations(
            "arch_db",
            {
                "fr_FR": {
                    "Invoice": "Facture",
                    "Due": "Échéance",
                    "Due Date": "Échéance",
                    "Open Amount": "Montant ouvert",
                    "To pay": "À payer",
                    "In your favour:": "En votre faveur :",
                }
            },
        )

    def boulanger(self, **vals):
        partner = self.customer("Boulangerie", lang="fr_FR", **vals)
        self.overdue(partner, 1234.56)
        self.credit(partner, "2026-03-01", 34.56)
        return partner

    def assert_french(self, text):
        text = text.replace("\u202f", " ").replace("\xa0", " ")
        for part in ("Facture", "Échéance", "Montant ouvert", "À payer", "En votre faveur",
                     "02/03/2026", "1 234,56 €", "1 200,00 €"):  # fmt: skip
            self.assertIn(part, text)
        for part in ("Invoice<", "Due Date", "To pay", "In your favour", "03/02/2026", "1,234.56"):
            self.assertNotIn(part, text)

    def test_the_whole_message(self):
        self.boulanger()
        self.overdue(self.customer())
        self.night("2026-03-05")
        french = self.mails(self.sent().filtered(lambda n: n.partner_id.name == "Boulangerie"))
        self.assertEqual(french.subject, "Rappel de Wholesale Ltd")
        self.assertIn("Veuillez payer", french.body_html)
        self.assertIn("Premier rappel", french.body_html)
        self.assert_french(french.body_html)
        english = self.mails() - french
        self.assertEqual(english.subject, "Reminder from Wholesale Ltd")
        for part in ("Please pay", "Level 1", "Invoice", ">Due<", "To pay", "03/02/2026"):
            self.assertIn(part, english.body_html)

    def test_the_contact_who_reads_it_decides(self):
        bakery = self.customer(lang="en_US")
        bakery.dunning_contact_id = self.env["res.partner"].create(
            {"name": "Jeanne", "parent_id": bakery.id, "email": "j@example.com", "lang": "fr_FR"}
        )
        self.overdue(bakery)
        self.night("2026-03-05")
        self.assertEqual(self.mails().subject, "Rappel de Wholesale Ltd")

    def test_the_preview_of_a_notice_is_what_the_customer_reads(self):
        self.boulanger()
        self.night("2026-03-05")
        self.assert_french(self.sent().with_user(self.billing_user()).preview_html)

    def test_the_letter(self):
        self.first.write({"send_email": False, "print_letter": True})
        self.boulanger()
        self.night("2026-03-05")
        notice = self.notices()
        notice.action_print_letter()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", notice._name), ("res_id", "=", notice.id)]
        )
        letter = attachment.raw.decode()
        self.assert_french(letter)
        self.assertIn("Premier rappel", letter)
        self.assertIn("5 mars 2026", letter)
        self.assertNotIn("Level 1", letter)

    def test_a_user_reads_the_reason_in_the_users_language(self):
        """The date in French, for a French colleague, whatever the customer speaks."""
        invoice = self.invoice(self.customer(), "2026-03-01", "2026-12-01", 100)
        colleague = self.user("jean", "account.group_account_invoice", lang="fr_FR")
        words = invoice.with_user(colleague).with_context(lang="fr_FR").dunning_reason
        self.assertIn("Premier rappel", words)
        self.assertIn("vendredi 4 décembre", words)
        self.assertIn("Level 1", invoice.with_context(lang="en_US").dunning_reason)

    def test_a_call_is_for_the_colleague_in_the_colleagues_language(self):
        colleague = self.user("jean", "account.group_account_invoice", lang="fr_FR")
        self.first.write(
            {
                "send_email": False,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "activity_user_id": colleague.id,
                "activity_note": "Ask when",
            }
        )
        self.first.with_context(lang="fr_FR").activity_note = "Demandez quand"
        self.overdue(self.customer())
        activity = self.night("2026-03-05").activity_ids
        self.assertIn("Premier rappel", activity.summary)
        self.assertIn("Demandez quand", activity.note)


class TestShippedTexts(Base):
    """The shipped texts state what a reminder must state, for every level."""

    def test_each_states_the_items_the_total_and_where_to_pay(self):
        self.env["res.partner.bank"].create(
            {
                "acc_number": "BE71096123456769",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        bakery = self.customer()
        invoice = self.overdue(bakery, 1234.5)
        templates = self.env["mail.template"].search(
            [("model", "=", "account.dunning.notice"), ("name", "=like", "Dunning:%")]
        )
        self.assertEqual(len(templates), 5)
        self.night("2026-03-05")
        notice = self.sent()
        for template in templates:
            with self.subTest(template.name):
                body = template._render_field("body_html", notice.ids)[notice.id]
                body = body.replace("\xa0", " ")
                for part in ("Dear Bakery Peeters", invoice.name, "1,234.50 €", "Wholesale Ltd",
                             "BE71", invoice.payment_reference):  # fmt: skip
                    self.assertIn(part, body)


class TestAmounts(Base):
    def test_an_amount_is_said_as_odoo_says_it(self):
        codes = ("en_US", "fr_FR", "de_CH", "hi_IN")
        for code in codes:
            self.env["res.lang"]._activate_lang(code)
        currencies = self.env["res.currency"].with_context(active_test=False)
        currencies = currencies.search([("name", "in", ("EUR", "USD", "JPY", "BHD", "INR"))])
        for code in codes:
            facts = self.env["account.dunning.facts"].with_context(lang=code)
            say = facts._amount_sayer()
            for currency in currencies.with_env(facts.env):
                for value in (0, 0.005, -0.5, 999.995, -1234.5, 12345678.9, 3):
                    with self.subTest(lang=code, currency=currency.name, value=value):
                        self.assertEqual(
                            say(value, currency),
                            formatLang(facts.env, value, currency_obj=currency),
                        )
