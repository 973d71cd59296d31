from datetime import timedelta

from babel.dates import get_day_names
from odoo import api, fields, models
from odoo.tools import get_lang

from .. import engine

# A weekly day that is moved again and again would put reminders off for ever: so often in so
# many days, then a person should talk.
_MOST_MOVES = 3
_MOVES_DAYS = 30


class AccountDunningAnswer(models.Model):
    """The customer's own choice of language and weekly day.

    It chooses when reminders come and in which language, never whether: what announces or
    charges costs goes out by its level's own way, whatever is chosen. No address is changed.
    """

    _inherit = "account.dunning.answer"

    @api.model
    def _reminder_languages(self):
        """The languages that may be chosen, code to name."""
        # "German / Deutsch": whoever looks for a language knows its own name, not the English one.
        return {
            code: name.rpartition("/")[2].strip()
            for code, name in self.env["res.lang"].get_installed()
        }

    @api.model
    def _reminder_days(self, customer):
        """The weekdays that may be chosen: those of the company's work, not the quiet ones.

        :return: dict of ``dunning_weekly_day`` to name, in the reader's language; the day that
            is chosen now is always among them
        """
        partner, company = customer.partner_id, customer.company_id
        working = company._dunning_working_days(company._dunning_today()).weekdays
        # As they are written within a sentence of the language.
        names = get_day_names("wide", locale=get_lang(self.env).code)
        return {
            str(number): name
            for number, name in sorted(names.items())
            if str(number) == partner.dunning_weekly_day
            or (number in working and not partner._dunning_is_quiet(number))
        }

    @api.model
    def _preferences_now(self, customer):
        """What holds now, as the form would send it."""
        partner = customer.partner_id.with_company(customer.company_id)
        return {
            "lang": partner._dunning_statement_lang(),
            "weekly": partner.dunning_weekly_day or "",
        }

    # --------------------------------------------------------------------- form

    @api.model
    def _form_preferences(self, form, customer, items, line_ids, today):
        form["languages"] = self._reminder_languages()
        form["days"] = self._reminder_days(customer)
        if not form["entered"].get("lang"):
            form["entered"] = self._preferences_now(customer)

    @api.model
    def _read_preferences(self, customer, entered, item_ids, files=(), line_ids=()):
        entries = engine.answers.Entries()
        now = self._preferences_now(customer)
        for name, known in (
            ("lang", self._reminder_languages()),
            ("weekly", {"": "", **self._reminder_days(customer)}),
        ):
            value = entered.get(name, "")
            entries.values[name] = value
            if value not in known:
                entries.faults[name] = engine.answers.Fault.MISSING
        entries.values["changed"] = {
            name: entries.values[name] for name in now if entries.values[name] != now[name]
        }
        if "weekly" in entries.values["changed"] and self._moved_often(customer):
            entries.faults["weekly"] = engine.answers.Fault.TOO_MUCH
        return entries, []

    @api.model
    def _moved_often(self, customer):
        since = fields.Datetime.now() - timedelta(days=_MOVES_DAYS)
        return (
            self.search_count(
                [
                    ("partner_id", "=", customer.partner_id.id),
                    ("kind", "=", "preferences"),
                    ("moves_day", "=", True),
                    ("date", ">=", since),
                ]
            )
            >= _MOST_MOVES
        )

    # ----------------------------------------------------------------------- do

    def _do_preferences(self, customer, values, _files):
        """Keep what was chosen, and tell the colleagues on the contact."""
        changed, partner = values["changed"], customer.partner_id
        if not changed:
            return
        if "lang" in changed:
            partner.dunning_lang = changed["lang"]
        if "weekly" in changed:
            partner.dunning_weekly_day = changed["weekly"] or False
            self.moves_day = True
        self.wish = " ".join(self._preferences_words())
        partner._message_log(
            body=self.env._("Chosen on the customer's page: %s", self.wish),
        )

    def _preferences_words(self):
        """What holds now, as sentences in the reader's language."""
        self.ensure_one()
        customer = self.env["account.dunning.customer"]._of(self.partner_id, self.company_id)
        return customer._preference_sentences()

    def _stands(self):
        if self.kind != "preferences":
            return super()._stands()
        customer = self.env["account.dunning.customer"]._of(self.partner_id, self.company_id)
        return self.digest == self._digest(self.kind, (), self._preferences_now(customer))

    def _received_title(self):
        if self.kind == "preferences":
            return self.env._("Your choice is noted")
        return super()._received_title()

    def _received_words(self):
        if self.kind == "preferences":
            # sudo: what this very customer has chosen.
            return self.sudo()._preferences_words()
        return super()._received_words()

    def _confirm_received(self):
        # What was chosen already is not confirmed again.
        unchanged = self.filtered(lambda own: own.kind == "preferences" and not own.wish)
        return super(AccountDunningAnswer, self - unchanged)._confirm_received()


class AccountDunningCustomer(models.Model):
    _inherit = "account.dunning.customer"

    def _preference_sentences(self):
        """In which language and when this customer is reminded, in the reader's language."""
        self.ensure_one()
        answers = self.env["account.dunning.answer"]
        now = answers._preferences_now(self)
        languages = answers._reminder_languages()
        day = answers._reminder_days(self).get(now["weekly"])
        return [
            self.env._("Language of our reminders: %s.", languages.get(now["lang"], now["lang"])),
            self.env._("Once a week, on %s, one message says all.", day)
            if day
            else self.env._("Each reminder comes on its own day."),
        ]


class AccountDunningPage(models.AbstractModel):
    """How the customer is reminded, at the end of its page."""

    _inherit = "account.dunning.page"

    @api.model
    def _page(self, customer, notice, chosen_ids=None):
        page = super()._page(customer, notice, chosen_ids)
        page["preferences"] = customer._preference_sentences()
        return page
