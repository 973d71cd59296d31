"""Answers on the page that are given twice, by others, without right, or beyond measure."""

from random import Random

from lxml import html
from odoo.service.server import CommonRequestHandler

from .answers import PDF, PNG
from .answers import AnswerCase as Base


class TestSafety(Base):
    def test_the_same_again_counts_once(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        path = self.path(bakery)
        first = self.answer(self.send(path, "paid", [invoice], date="2026-03-02"))
        again = self.answer(self.send(path, "paid", [invoice], date="2026-03-02"))
        self.assertEqual(first, again)
        self.assertEqual(len(self.confirmations()), 1)
        promise = self.answer(self.send(path, "promise", [invoice], date="2026-03-10"))
        self.assertEqual(
            self.answer(self.send(path, "promise", [invoice], date="2026-03-10")), promise
        )
        self.assertEqual(len(self.answers()), 2)

    def test_some_answers_a_day(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.day("2026-03-04")
        path = self.path(bakery)
        for number in range(12):
            self.answer(self.send(path, "dispute", note=f"Question {number}"))
        response = self.send(path, "dispute", note="And this")
        self.assertEqual(response.status_code, 422)
        self.assertIn("You have told us a lot today", response.text)
        self.assertIn("debtors@example.com", response.text)
        self.assertIn("And this", response.text)
        self.day("2026-03-06")
        self.answer(self.send(path, "dispute", note="And this"))

    def test_nothing_without_the_forms_own_token(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        path = self.path(bakery)
        for csrf in ("", "x", "0" * 50):
            response = self.send(path, "paid", [invoice], date="2026-03-02", csrf=csrf)
            self.assertEqual(response.status_code, 400)
            page = html.fromstring(response.text)
            self.assertEqual(page.xpath("//main//a/@href"), [f"{path}/paid"], "the way back")
            self.assertEqual(response.headers["Cache-Control"], "no-store, private")
            self.assertNotIn("2026-03-02", response.text)
        self.assertFalse(self.answers())
        self.assertEqual(self.url_open(f"{path}/paid").status_code, 200)

    def test_an_expired_form_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["account_dunning_plus"], ["fr_FR"])
        bakery = self.customer(lang="fr_FR")
        self.overdue(bakery)
        path = self.path(bakery)
        response = self.url_open(f"{path}/paid", data={"csrf_token": "x"})
        self.assertEqual(response.status_code, 400)
        self.assertIn(self.company.name, response.text)
        wrong = self.url_open(f"{path[:-4]}AAAA/paid", data={"csrf_token": "x"})
        self.assertEqual(wrong.status_code, 404)
        self.assertEqual(html.fromstring(response.text).get("lang"), "fr-FR")

    def test_items_of_others_are_nobodys(self):
        bakery, stranger = self.customer(), self.customer("Stranger")
        self.overdue(bakery)
        foreign = self.overdue(stranger)
        self.day("2026-03-04")
        path = self.path(bakery)
        for kind, entered in (
            ("promise", {"date": "2026-03-10"}),
            ("paid", {"date": "2026-03-02"}),
            ("dispute", {"note": "x", "reason": self.wrong.id}),
        ):
            response = self.send(path, kind, [foreign], **entered)
            self.assertEqual((response.status_code, list(self.errors(response))), (422, ["items"]))
        self.assertFalse(self.answers())
        page = self.form(path, "paid", item=self.item(foreign).id)[0]
        self.assertNotIn(foreign.name, page.text)

    def test_answers_of_others_are_not_shown(self):
        bakery, stranger = self.customer(), self.customer("Stranger")
        invoice = self.overdue(bakery)
        self.overdue(stranger)
        self.day("2026-03-04")
        answer = self.answer(
            self.send(self.path(bakery), "paid", [invoice], date="2026-03-02", note="Secret")
        )
        for answer_id in (answer.id, 0, 10**8, 2**40):
            response = self.url_open(f"{self.path(stranger)}/answered/{answer_id}")
            self.assertEqual(response.status_code, 404)
            self.assertNotIn("Secret", response.text)

    def test_what_is_paid_meanwhile_is_not_answered_about(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.overdue(bakery, 20)
        self.day("2026-03-04")
        self.pay(invoice, "2026-03-04")
        response = self.send(self.path(bakery), "promise", [invoice], date="2026-03-10")
        self.assertEqual(list(self.errors(response)), ["items"])

    def test_the_log_has_addresses_and_nothing_that_was_said(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        path = self.path(bakery)
        logged = []
        self.patch(
            CommonRequestHandler,
            "log",
            lambda _handler, _kind, message, *args: logged.append(message % args),
        )
        self.url_open(path)
        self.answer(
            self.send(path, "paid", [invoice], date="2026-03-02", reference="RF18", note="Secret")
        )
        lines = "\n".join(logged)
        self.assertIn(path, lines)
        for word in (bakery.name, invoice.name, "1000", "1,000", "RF18", "Secret", "csrf"):
            self.assertNotIn(word, lines)

    def test_a_customer_on_hold_may_answer(self):
        bakery = self.customer(dunning_hold_until="2026-03-31")
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        answer = self.answer(self.send(self.path(bakery), "promise", [invoice], date="2026-03-10"))
        self.assertEqual(answer.promise_id.state, "open")

    def test_without_an_address_nothing_is_confirmed(self):
        bakery = self.customer(email=False)
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        path = self.path(bakery)
        answer = self.answer(self.send(path, "paid", [invoice], date="2026-03-02"))
        self.assertFalse(self.confirmations())
        self.assertNotIn("by e-mail as well", self.url_open(f"{path}/answered/{answer.id}").text)

    def test_nothing_is_asked_of_who_owes_nothing(self):
        bakery = self.customer()
        self.day("2026-03-04")
        response, _page = self.form(self.path(bakery), "promise")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Nothing is open", response.text)


class TestAccount(Base):
    """The same forms for who is logged in."""

    def portal_user(self, partner, login):
        return self.env["res.users"].create(
            {
                "login": login,
                "password": login * 2,
                "partner_id": partner.id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )

    def test_a_contact_answers_for_the_customer(self):
        bakery = self.customer()
        contact = self.customer(
            "An Peeters", parent_id=bakery.id, is_company=False, email="an@example.com"
        )
        invoice = self.overdue(bakery)
        foreign = self.overdue(self.customer("Stranger"))
        self.day("2026-03-04")
        self.portal_user(contact, "an.peeters")
        self.authenticate("an.peeters", "an.peeters" * 2)
        path = f"/my/open-items/{self.company.id}"
        answer = self.answer(self.send(path, "paid", [invoice, foreign], date="2026-03-02"))
        self.assertEqual((answer.partner_id, answer.contact_id), (bakery, contact))
        self.assertEqual(answer.said_paid_id.move_line_ids, self.item(invoice))
        page = self.url_open(f"{path}/answered/{answer.id}")
        self.assertIn("we look for your payment", page.text)
        [(to, _subject, _text)] = self.confirmations()
        self.assertEqual(to, contact)

    def test_another_customers_contact_sees_its_own_only(self):
        bakery, stranger = self.customer(), self.customer("Stranger")
        invoice = self.overdue(bakery)
        self.overdue(stranger, 30)
        self.day("2026-03-04")
        answer = self.answer(self.send(self.path(bakery), "paid", [invoice], date="2026-03-02"))
        self.portal_user(stranger, "stranger")
        self.authenticate("stranger", "stranger" * 2)
        path = f"/my/open-items/{self.company.id}"
        self.assertNotIn(invoice.name, self.form(path, "promise")[0].text)
        self.assertEqual(self.url_open(f"{path}/answered/{answer.id}").status_code, 404)
        response = self.send(path, "promise", [invoice], date="2026-03-10")
        self.assertEqual(list(self.errors(response)), ["items"])

    def test_nobody_who_is_not_logged_in(self):
        response = self.url_open(f"/my/open-items/{self.company.id}/promise", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])


class TestFuzz(Base):
    """Whatever is sent ends in a clean page, and nothing is written that should not be."""

    def test_thousands_of_odd_values(self):
        bakery, stranger = self.customer(), self.customer("Stranger")
        invoice = self.overdue(bakery)
        foreign = self.overdue(stranger)
        self.day("2026-03-04")
        customer = self.env["account.dunning.customer"]._of(bakery, self.company)
        answers = self.env["account.dunning.answer"]
        odd = Random(7)
        own, other = self.item(invoice).id, self.item(foreign).id
        texts = [
            "", "0", "-1", "1e9", "NaN", "ten", "2026-03-10", "2026-02-30", "9999-12-31", "\x00",
            "' OR 1=1 --", "<script>alert(1)</script>", "{{ 7*7 }}", "${jndi}", "%s%s%n", "\u202e",
            "a" * 19_000, str(2**70), "1.000,00", "weekly", str(self.wrong.id), "../../etc/passwd",
            "en_US",
        ]  # fmt: skip
        fields = (
            "date", "first", "number", "rhythm", "reason", "amount", "reference", "note", "lang",
            "weekly",
        )  # fmt: skip
        files = [(), [("a.pdf", PDF)], [("<b>.svg", b"<svg/>")], [("", b"")], [("x", PNG)] * 5]
        for _turn in range(2000):
            kind = odd.choice(["promise", "plan", "dispute", "paid", "preferences"])
            entered = {name: odd.choice(texts) for name in fields if odd.random() < 0.7}
            ids = frozenset(odd.sample([own, other, 0, 7, 2**31 - 1], odd.randrange(4)))
            taken, faults = answers._take(
                kind, customer, entered, ids, files=odd.choice(files), line_ids=ids
            )
            self.assertNotEqual(bool(taken), bool(faults))
            for sentence in faults.values():
                self.assertTrue(sentence)
            if odd.random() < 0.02:
                answers.sudo()._form(kind, customer, entered, ids, ids)
        taken = self.answers()
        self.assertTrue(0 < len(taken) <= 12)
        self.assertEqual(taken.partner_id, bakery)
        told = (
            taken.promise_id.item_ids.move_line_id
            | taken.said_paid_id.move_line_ids
            | self.item(taken.dispute_ids.move_id)
        )
        self.assertFalse(told & self.item(foreign))
        for dispute in taken.dispute_ids:
            self.assertTrue(0 < dispute.amount <= 1000)

    def test_a_body_that_is_no_form(self):
        bakery = self.customer()
        self.overdue(bakery)
        path = self.path(bakery)
        for data, kind in (
            (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
            (b"--x\r\nnot a part", "multipart/form-data; boundary=x"),
            (b"{}", "application/json"),
            (b"", "multipart/form-data"),
        ):
            for form in ("promise", "paid", "dispute", "plan", "preferences", "other"):
                response = self.url_open(
                    f"{path}/{form}", data=data or b"x", headers={"Content-Type": kind}
                )
                self.assertIn(response.status_code, range(400, 500), (form, kind))
        self.assertFalse(self.answers())
