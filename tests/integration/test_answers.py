"""What customers answer on their page, what becomes of it, and who sees it at once."""

from odoo.exceptions import AccessError, UserError

from .answers import JPG, PDF, PNG
from .answers import AnswerCase as Base


class TestPromise(Base):
    def test_a_promise_within_the_limits_holds_at_once(self):
        bakery = self.customer()
        late, other = self.overdue(bakery, 1000), self.overdue(bakery, 200)
        self.day("2026-03-05")
        path = self.path(bakery)
        answer = self.answer(self.send(path, "promise", [late], date="2026-03-13"))

        promise = answer.promise_id
        self.assertEqual(
            (promise.state, promise.amount, str(promise.date)), ("open", 1000, "2026-03-13")
        )
        self.assertEqual(promise.move_ids, late)
        self.assertEqual((promise.channel, promise.user_id), ("portal", self.clerk))
        self.assertEqual(promise.contact_id, bakery)
        self.night("2026-03-06")
        self.assertEqual(self.reason(late), "promised")
        self.assertEqual(self.levels(other), [1])
        self.assertEqual(self.levels(late), [])
        row = self.row(bakery)
        self.assertEqual(row.promise_amount, 1000)
        self.assertFalse(row.needs_reply, "nobody has to do anything")
        self.assertIn("promise", [own["kind"] for own in row.timeline])

        page = self.url_open(f"{path}/answered/{answer.id}")
        self.assertIn("Your promise is noted", page.text)
        self.assertIn("Friday 13 March", page.text)
        [(to, subject, text)] = self.confirmations()
        self.assertEqual(to, bakery)
        self.assertIn("Your promise is noted", subject)
        self.assertIn("13 March", text)

    def test_what_was_chosen_comes_along_and_else_what_is_overdue(self):
        bakery = self.customer()
        late = self.overdue(bakery, 1000)
        coming = self.invoice(bakery, "2026-02-20", "2026-04-20", 50)
        self.day("2026-03-05")
        path = self.path(bakery)
        response, page = self.form(path, "promise")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.ticked(page), self.item(late).ids)
        _response, page = self.form(path, "promise", item=self.item(coming).id)
        self.assertEqual(self.ticked(page), self.item(coming).ids)

    def test_beyond_the_limits_somebody_approves_and_reminders_wait(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1000)
        self.day("2026-03-03")
        path = self.path(bakery)
        answer = self.answer(
            self.send(path, "promise", [invoice], date="2026-04-30", note="After the season")
        )
        promise = answer.promise_id
        self.assertEqual(promise.state, "draft")
        self.assertIn("more time", promise.approval_reason)
        self.assertIn("We look at it", self.url_open(f"{path}/answered/{answer.id}").text)
        row = self.row(bakery, self.clerk)
        self.assertEqual((row.attention, row.needs_approve), ("reply", True))
        self.assertIn("After the season", " ".join(own["text"] for own in row.timeline))
        self.assertFalse(self.night("2026-03-05"), "level 1 would be due")
        self.assertEqual(self.reason(invoice), "replied")

        promise.with_user(self.dunning_manager()).action_approve()
        row = self.row(bakery)
        self.assertEqual((promise.state, row.needs_reply), ("open", False))
        self.assertEqual(answer.reply_id.read_how, "answered")

    def test_who_broke_promises_needs_approval(self):
        bakery = self.customer()
        first = self.overdue(bakery, 100)
        self.env["account.payment.promise"].create(
            {
                "partner_id": bakery.id,
                "company_id": self.company.id,
                "amount": 100,
                "date": "2026-03-03",
                "move_line_ids": [(6, 0, self.item(first).ids)],
            }
        )
        self.night("2026-03-10")
        answer = self.answer(self.send(self.path(bakery), "promise", [first], date="2026-03-12"))
        self.assertEqual(answer.promise_id.state, "draft")
        self.assertIn("50%", answer.promise_id.approval_reason)

    def test_the_settings_say_how_far_customers_may_go(self):
        self.company.promise_page_days = 0
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-05")
        answer = self.answer(self.send(self.path(bakery), "promise", [invoice], date="2026-03-06"))
        self.assertEqual(answer.promise_id.state, "draft")

    def test_another_day_for_what_is_promised_is_asked_for(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-05")
        path = self.path(bakery)
        first = self.answer(self.send(path, "promise", [invoice], date="2026-03-10"))
        second = self.answer(self.send(path, "promise", [invoice], date="2026-03-16"))
        self.assertEqual(first.promise_id.state, "open")
        self.assertFalse(second.promise_id)
        self.assertIn("Monday 16 March", second.reply_id.summary)
        self.assertTrue(self.row(bakery).needs_reply)

    def test_mistakes_are_said_at_the_field_and_what_was_typed_stays(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-05")
        path = self.path(bakery)
        response = self.send(path, "promise", [invoice], date="2026-03-01", note="<b>Soon</b>")
        self.assertEqual(response.status_code, 422)
        self.assertEqual(list(self.errors(response)), ["date"])
        self.assertIn("This day is over", self.errors(response)["date"])
        self.assertIn('value="2026-03-01"', response.text)
        self.assertIn("&lt;b&gt;Soon&lt;/b&gt;", response.text)
        self.assertNotIn("<b>Soon", response.text)
        self.assertIn("fault-date", response.text.partition('aria-describedby="')[2][:40])
        for entered, field in (
            ({"date": ""}, "date"),
            ({"date": "tomorrow"}, "date"),
            ({"date": "2030-01-01"}, "date"),
            ({"date": "2026-03-10", "note": "x" * 2001}, "note"),
        ):
            self.assertIn(field, self.errors(self.send(path, "promise", [invoice], **entered)))
        self.assertIn("items", self.errors(self.send(path, "promise", [], date="2026-03-10")))
        self.assertFalse(self.answers())


class TestPlan(Base):
    def test_a_plan_is_seen_before_it_is_agreed_on(self):
        self.company.promise_confirm_plans = True
        bakery = self.customer()
        invoice = self.overdue(bakery, 1000)
        self.day("2026-03-05")
        path = self.path(bakery)
        response, page = self.form(path, "plan", number=3, first="2026-03-09", rhythm="weekly")
        self.assertFalse(self.answers(), "looking writes nothing")
        self.assertEqual(response.status_code, 200)
        text = page.text_content().replace("\xa0", " ")
        for part in ("333.33", "333.34", "03/09/2026", "03/23/2026", "I agree to this plan"):
            self.assertIn(part, text)
        answer = self.answer(
            self.send(path, "plan", [invoice], number="3", first="2026-03-09", rhythm="weekly")
        )
        plan = answer.promise_id
        self.assertEqual((plan.state, plan.is_plan), ("open", True))
        self.assertEqual(plan.line_ids.mapped("amount"), [333.33, 333.33, 333.34])
        self.assertEqual(str(plan.date), "2026-03-23")
        self.assertIn(
            "Your payment plan has begun", self.url_open(f"{path}/answered/{answer.id}").text
        )
        [(to, _subject, text)] = self.confirmations()
        self.assertEqual(to, bakery)
        self.assertIn("333.34", text)

    def test_more_instalments_are_asked_for(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1000)
        self.day("2026-03-05")
        path = self.path(bakery)
        _response, page = self.form(path, "plan", number=6, first="2026-03-09", rhythm="monthly")
        self.assertIn("Ask for this plan", page.text_content())
        answer = self.answer(
            self.send(path, "plan", [invoice], number="6", first="2026-03-09", rhythm="monthly")
        )
        self.assertEqual(answer.promise_id.state, "draft")
        self.assertEqual(len(answer.promise_id.line_ids), 6)
        self.assertIn("more instalments", answer.promise_id.approval_reason)
        self.assertTrue(self.row(bakery).needs_reply)

    def test_amounts_of_the_visitor_are_not_believed(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 1000)
        self.day("2026-03-05")
        answer = self.answer(
            self.send(
                self.path(bakery),
                "plan",
                [invoice],
                number="2",
                first="2026-03-09",
                rhythm="hourly",
                amount="1",
                state="kept",
                partner_id="1",
                line_ids="[]",
            )  # fmt: skip
        )
        self.assertEqual(answer.promise_id.amount, 1000)
        self.assertEqual(answer.promise_id.plan_rhythm, "monthly")
        self.assertEqual(answer.promise_id.partner_id, bakery)
        for wrong in ({"number": "1"}, {"number": "25"}, {"number": "x"}, {"first": "2026-01-01"}):
            entered = {"number": "2", "first": "2026-03-09", "rhythm": "weekly", **wrong}
            response = self.send(self.path(bakery), "plan", [invoice], **entered)
            self.assertEqual(response.status_code, 422)
        self.assertEqual(len(self.answers()), 1)


class TestDispute(Base):
    def test_a_dispute_with_photos(self):
        bakery = self.customer()
        invoice, other = self.overdue(bakery, 1000), self.overdue(bakery, 300)
        self.day("2026-03-04")
        path = self.path(bakery)
        answer = self.answer(
            self.send(
                path,
                "dispute",
                [invoice],
                reason=self.wrong.id,
                amount="250,00",
                note="A pallet fell <over>",
                files=[
                    ("files", ("Schade.jpeg", JPG, "image/jpeg")),
                    ("files", ("evil.svg.pdf", PDF, "image/svg+xml")),
                ],
            )  # fmt: skip
        )
        dispute = answer.dispute_ids
        self.assertEqual((dispute.move_id, dispute.amount_open), (invoice, 250))
        self.assertEqual((dispute.state, dispute.user_id), ("open", self.clerk))
        self.assertEqual(dispute.note, "A pallet fell <over>")
        files = self.env["ir.attachment"].search(
            [("res_model", "=", dispute._name), ("res_id", "=", dispute.id)], order="id"
        )
        self.assertEqual(files.mapped("name"), ["Schade.jpg", "evil.svg.pdf"])
        self.assertEqual(files.mapped("mimetype"), ["image/jpeg", "application/pdf"])
        self.assertFalse(any(files.mapped("public")))
        self.assertEqual(dispute.message_ids.attachment_ids, files)
        self.assertIn(
            "A pallet fell &lt;over&gt;", self.url_open(f"{path}/answered/{answer.id}").text
        )
        for file in files:
            self.assertEqual(self.url_open(f"/web/content/{file.id}").status_code, 404)

        row = self.row(bakery)
        self.assertEqual((row.attention, row.amount_disputed), ("reply", 250))
        self.assertFalse(self.night("2026-03-05"), "an answer waits to be read")
        self.row(bakery, self.clerk).action_read()
        self.assertEqual(self.night("2026-03-06").amount_due, 1050)
        self.assertEqual(self.levels(other), [1])

    def test_lines_say_how_much(self):
        bakery = self.customer()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": bakery.id,
                "invoice_date": "2026-02-01",
                "invoice_date_due": "2026-03-02",
                "invoice_line_ids": [
                    (0, 0, {"name": f"Box {own}", "price_unit": 10 * own, "tax_ids": False})
                    for own in (1, 2, 3)
                ],
            }
        )
        invoice.action_post()
        stranger = self.overdue(self.customer("Stranger"), 999)
        self.day("2026-03-04")
        path = self.path(bakery)
        _response, page = self.form(path, "dispute")
        self.assertEqual(len(page.xpath("//input[@name='line']")), 3)
        lines = invoice.invoice_line_ids[1:] | stranger.invoice_line_ids
        answer = self.answer(
            self.send(path, "dispute", [invoice], lines=lines, reason=self.wrong.id, note="Gone")
        )
        self.assertEqual(answer.dispute_ids.amount, 50)
        self.assertEqual(answer.dispute_ids.invoice_line_ids, invoice.invoice_line_ids[1:])

    def test_without_an_invoice_it_is_a_question(self):
        bakery = self.customer()
        self.overdue(bakery)
        self.day("2026-03-04")
        path = self.path(bakery)
        answer = self.answer(
            self.send(path, "dispute", note="Which account?", files=[("files", ("a.png", PNG))])
        )
        self.assertEqual(answer.kind, "question")
        self.assertFalse(answer.dispute_ids)
        self.assertIn("Which account?", answer.reply_id.summary)
        self.assertEqual(self.row(bakery).attention, "reply")
        self.assertTrue(
            self.env["ir.attachment"].search(
                [("res_model", "=", answer._name), ("res_id", "=", answer.id)]
            )
        )

    def test_mistakes_are_said_at_the_field(self):
        bakery = self.customer()
        first, second = self.overdue(bakery, 100), self.overdue(bakery, 100)
        hidden = self.wrong.copy({"name": "Hidden", "on_page": False})
        self.day("2026-03-04")
        path = self.path(bakery)
        ok = {"reason": self.wrong.id, "note": "Broken"}
        large = PDF + b"." * 5 * 1024 * 1024
        for items, entered, files, field in (
            ([first], {"note": "Broken"}, (), "reason"),
            ([first], {"note": "Broken", "reason": hidden.id}, (), "reason"),
            ([first], {"reason": self.wrong.id}, (), "note"),
            ([first], {**ok, "amount": "100.01"}, (), "amount"),
            ([first], {**ok, "amount": "-1"}, (), "amount"),
            ([first], {**ok, "amount": "ten"}, (), "amount"),
            ([first, second], {**ok, "amount": "10"}, (), "amount"),
            ([], ok, (), "items"),
            ([first], ok, [("x.pdf", b"<html><script>alert(1)</script>")], "files"),
            ([first], ok, [("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")], "files"),
            ([first], ok, [("x.pdf", b"")], "files"),
            ([first], ok, [("x.pdf", large)], "files"),
            ([first], ok, [(f"{own}.pdf", PDF) for own in range(4)], "files"),
        ):
            response = self.send(
                path, "dispute", items, files=[("files", own) for own in files], **entered
            )
            self.assertEqual(response.status_code, 422)
            self.assertEqual(list(self.errors(response)), [field])
        self.assertFalse(self.answers())
        self.assertFalse((first | second).dunning_dispute_ids)

    def test_what_is_in_dispute_is_not_disputed_again(self):
        bakery = self.customer()
        invoice = self.overdue(bakery, 100)
        self.day("2026-03-04")
        path = self.path(bakery)
        self.answer(self.send(path, "dispute", [invoice], reason=self.wrong.id, note="Broken"))
        again = self.answer(
            self.send(path, "dispute", [invoice], reason=self.wrong.id, note="And wet")
        )
        self.assertEqual(again.kind, "question")
        self.assertEqual(len(invoice.dunning_dispute_ids), 1)


class TestSaidPaid(Base):
    def said(self, partner, invoices, **entered):
        values = {"date": "2026-03-02", "reference": "RF18 5390", **entered}
        return self.answer(self.send(self.path(partner), "paid", invoices, **values))

    def test_reminders_wait_and_somebody_looks(self):
        bakery = self.customer()
        paid, other = self.overdue(bakery, 1000), self.overdue(bakery, 200)
        self.day("2026-03-04")
        answer = self.said(bakery, [paid], amount="1.000,00", note="By instant transfer")
        said = answer.said_paid_id
        self.assertEqual((said.state, said.move_line_ids), ("waiting", self.item(paid)))
        self.assertEqual((said.amount, said.reference), (1000, "RF18 5390"))
        self.assertEqual(str(said.held_until), "2026-03-09")

        [notice] = self.night("2026-03-05")
        self.assertEqual(notice.amount_due, 200)
        self.assertEqual((self.levels(paid), self.levels(other)), ([], [1]))
        self.assertEqual(self.reason(paid), "said_paid")
        self.assertIn("9 March", paid.dunning_reason)
        row = self.row(bakery, self.clerk)
        self.assertEqual((row.attention, row.situation), ("said_paid", "attention"))
        self.assertEqual(row.priority, 100)
        self.assertAlmostEqual(row.priority, row._row_priority().value, 6)
        self.assertIn("RF18 5390", row.reason)
        self.assertIn("Looked Into", row.next_step)
        [event] = [own for own in row.timeline if own["kind"] == "said_paid"]
        self.assertEqual(event["state"], "To look into")
        self.assertIn("By instant transfer", event["text"])
        [(to, subject, text)] = self.confirmations()
        self.assertEqual(to, bakery)
        self.assertIn("we look for your payment", subject)
        self.assertIn("9 March", text)

        self.assertFalse(self.night("2026-03-09"))
        self.night("2026-03-10")
        self.assertEqual(self.levels(paid), [1], "the days are over")

    def test_somebody_has_looked_and_reminders_still_wait(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        said = self.said(bakery, [invoice]).said_paid_id
        self.row(bakery, self.clerk).action_said_paid_seen()
        self.assertEqual((said.state, said.handled_user_id), ("seen", self.clerk))
        self.assertFalse(self.row(bakery).needs_said_paid)
        self.assertFalse(self.night("2026-03-05"))

    def test_nothing_was_found_and_reminders_go_on(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        said = self.said(bakery, [invoice]).said_paid_id
        said.with_user(self.clerk).action_not_found()
        self.assertEqual(said.state, "not_found")
        self.assertTrue(self.night("2026-03-05"))
        with self.assertRaises(UserError):
            said.with_user(self.clerk).action_seen()
        with self.assertRaises(AccessError):
            said.with_user(
                self.user("sales", "account_dunning_plus.group_dunning_viewer")
            ).action_seen()

    def test_the_bank_says_that_it_is_paid(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        said = self.said(bakery, [invoice]).said_paid_id
        self.pay(invoice, "2026-03-04")
        self.assertFalse(self.row(bakery).needs_said_paid, "the ledger says so at once")
        self.assertTrue(said.is_found)
        self.night("2026-03-05")
        self.assertEqual(said.state, "found")

    def test_the_days_of_waiting_do_not_begin_anew(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        first = self.said(bakery, [invoice]).said_paid_id
        self.day("2026-03-09")
        self.assertEqual(self.said(bakery, [invoice], reference="Again").said_paid_id, first)
        self.assertEqual(str(first.held_until), "2026-03-09")

    def test_it_is_said_on_the_phone(self):
        bakery = self.customer()
        late = self.overdue(bakery)
        coming = self.invoice(bakery, "2026-02-20", "2026-03-20", 50)
        self.day("2026-03-04")
        calls = self.env["account.dunning.call"].with_user(
            self.user("sales", "account_dunning_plus.group_dunning_viewer")
        )
        call = {"partner_id": bakery.id, "company_id": self.company.id, "outcome": "has_paid"}
        for wrong in (False, "2026-03-05"):
            with self.assertRaises(UserError):
                calls.create({**call, "paid_on": wrong})
        calls.create({**call, "paid_on": "2026-03-03", "note": "By KBC"})
        said = self.env["account.dunning.said.paid"].search([("partner_id", "=", bakery.id)])
        self.assertEqual((said.move_line_ids, said.channel), (self.item(late), "phone"))
        self.assertNotIn(self.item(coming), said.move_line_ids)
        self.assertEqual(self.row(bakery).attention, "said_paid")
        self.assertFalse(self.night("2026-03-05"))

    def test_no_days_no_waiting(self):
        self.company.dunning_said_paid_days = 0
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        self.said(bakery, [invoice])
        self.assertTrue(self.row(bakery).needs_said_paid)
        self.assertTrue(self.night("2026-03-05"))

    def test_mistakes_are_said_at_the_field(self):
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.day("2026-03-04")
        for entered, field in (
            ({"date": ""}, "date"),
            ({"date": "2026-03-05"}, "date"),
            ({"date": "2025-11-01"}, "date"),
            ({"amount": "x"}, "amount"),
            ({"reference": "R" * 141}, "reference"),
        ):
            values = {"date": "2026-03-02", **entered}
            response = self.send(self.path(bakery), "paid", [invoice], **values)
            self.assertEqual((response.status_code, list(self.errors(response))), (422, [field]))
        self.assertFalse(self.answers())

    def test_a_broken_promise_is_not_told_while_it_is_said_to_be_paid(self):
        self.company.promise_broken_message = True
        bakery = self.customer()
        invoice = self.overdue(bakery)
        self.env["account.payment.promise"].create(
            {
                "partner_id": bakery.id,
                "company_id": self.company.id,
                "amount": 1000,
                "date": "2026-03-03",
                "move_line_ids": [(6, 0, self.item(invoice).ids)],
            }
        )
        self.day("2026-03-05")
        self.said(bakery, [invoice], date="2026-03-03")
        before = len(self.confirmations())
        self.night("2026-03-06")
        self.assertEqual(len(self.confirmations()), before)
        self.night("2026-03-13")
        self.assertEqual(len(self.confirmations()), before + 1, "nothing was found: told now")
