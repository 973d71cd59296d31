from odoo import api, fields, models
from odoo.tools import formatLang


class AccountDunningNotice(models.Model):
    """The sentences that the law asks for, in the language of who reads them.

    They rest on what the notice states alone: nothing is looked up for them but a scheme. Sources
    stand beside the rules in ``engine``; nothing here is legal advice.
    """

    _inherit = "account.dunning.notice"

    def _law_block(self):
        """What the law asks a notice to say.

        :return: dict of ``pay_until`` (date or None) and ``sentences`` (list of str in the
            language of the environment)
        """
        self.ensure_one()
        statement = self.statement_now or {}
        until = statement.get("pay_until")
        law = statement.get("law")
        sentences = []
        if law:
            level = self.env["account.dunning.level"].browse
            if law["level_id"]:
                scheme = level(law["level_id"]).charge_scheme_id
                sentences += self._charged_sentences(law, scheme)
            if law["next_level_id"]:
                scheme = level(law["next_level_id"]).charge_scheme_id
                sentences += self._announced_sentences(law, scheme)
        return {"pay_until": fields.Date.to_date(until), "sentences": sentences}

    # ------------------------------------------------------------------ charged

    def _charged_sentences(self, law, scheme):
        """Why the charges of a notice are due."""
        match law["country"], law["debtor"]:
            case _, "business":
                words = self._charged_business(law, scheme)
            case "NL", _:
                words = self._charged_dutch_consumer(law, scheme)
            case "BE", _:
                words = self._charged_belgian_consumer(law, scheme)
            case "DE", _:
                words = self._charged_german_consumer(scheme)
            case _:
                words = [scheme.costs == "own" and self._own_fee_words(scheme)]
        return [sentence for sentence in words if sentence]

    def _charged_business(self, law, scheme):
        source = self._business_source(law["country"])
        if scheme.interest == "agreed":
            yield self.env._(
                "Interest is calculated from the day after the due date at the agreed rate of "
                "%(rate)s%% a year.",
                rate=self._percent_words(scheme.agreed_percent),
            )
        elif scheme.interest == "statutory":
            yield self.env._(
                "Interest is calculated from the day after the due date at the statutory rate for "
                "late payment between businesses (%(law)s).",
                law=source,
            )
        if scheme.costs == "statutory" and law["compensation"]:
            yield self.env._(
                "For each invoice that is paid late a fixed sum of %(amount)s is due for the costs "
                "of collection (%(law)s).",
                amount=self._amount_words(law["compensation"]),
                law=source,
            )
            if scheme.graded and law["country"] == "NL":
                yield self.env._(
                    "Where they are higher, the costs of collection are those of the decree on the "
                    "compensation of extrajudicial collection costs."
                )
        elif scheme.costs == "own":
            yield self._own_fee_words(scheme)

    def _charged_dutch_consumer(self, law, scheme):
        if scheme.costs != "none":
            announced = law["announced_on"]
            yield (
                self.env._(
                    "The invoices were not paid within the fourteen days of our letter of "
                    "%(date)s: the costs of collection that it stated are due (article 6:96 of "
                    "the Dutch Civil Code).",
                    date=self._format_day(fields.Date.to_date(announced)),
                )
                if announced
                else self.env._(
                    "The costs of collection are due by article 6:96 of the Dutch Civil Code."
                )
            )
        if scheme.interest != "none":
            yield self.env._(
                "Interest is calculated from the day after the due date, at no more than the "
                "statutory rate (article 6:119 of the Dutch Civil Code)."
            )

    def _charged_belgian_consumer(self, law, scheme):
        if law["announced_on"]:
            yield self.env._(
                "The period of fourteen days that began with our free reminder of %(date)s is over "
                "(article XIX.2 of the Belgian Code of economic law).",
                date=self._format_day(fields.Date.to_date(law["announced_on"])),
            )
        if scheme.costs == "statutory" and scheme.contract_clause:
            yield self.env._(
                "As our terms provide, a lump sum within the limits of article XIX.4 of that code "
                "is due."
            )
        elif scheme.costs == "own":
            yield self.env._(
                "As our terms provide, a lump sum is due, which is not above the limits of article "
                "XIX.4 of that code."
            )
        if scheme.interest != "none":
            begin = (
                self.env._("from the day after that reminder")
                if law["small"]
                else self.env._("from the end of that period")
            )
            yield (
                self.env._(
                    "Interest is calculated %(begin)s at the agreed rate, which is not above that "
                    "of the law of 2 August 2002.",
                    begin=begin,
                )
                if scheme.interest == "agreed"
                else self.env._("Interest is calculated %(begin)s at the legal rate.", begin=begin)
            )

    def _charged_german_consumer(self, scheme):
        if scheme.interest != "none":
            yield self.env._(
                "Interest is calculated from the day after our first reminder, at no more than the "
                "rate for consumers (BGB §§ 286, 288 (1))."
            )
        if scheme.costs == "own":
            yield self.env._("The fee covers the paper and the postage of this reminder.")

    def _own_fee_words(self, scheme):
        if scheme.fee_per == "invoice":
            return self.env._("For each invoice that is paid late we charge a fee.")
        return self.env._("For this reminder we charge a fee.")

    # ---------------------------------------------------------------- announced

    def _announced_sentences(self, law, scheme):
        """Until when is paid without charges, and what comes after."""
        match law["country"], law["debtor"]:
            case _, "business":
                words = self._announced_business(law, scheme)
            case "NL", _:
                words = self._announced_dutch_consumer(law, scheme)
            case "BE", _:
                words = self._announced_belgian_consumer(law, scheme)
            case "DE", _:
                words = self._announced_german_consumer(scheme)
            case _:
                words = []
        return [sentence for sentence in words if sentence]

    def _announced_business(self, law, scheme):
        parts = []
        if scheme.interest == "statutory":
            parts.append(self.env._("statutory interest from the day after the due date"))
        elif scheme.interest == "agreed":
            parts.append(
                self.env._(
                    "interest of %(rate)s%% a year from the day after the due date",
                    rate=self._percent_words(scheme.agreed_percent),
                )
            )
        if scheme.costs == "statutory" and law["compensation"]:
            parts.append(
                self.env._(
                    "%(amount)s for each invoice", amount=self._amount_words(law["compensation"])
                )
            )
        elif scheme.costs == "own":
            parts.append(self.env._("the costs of collection"))
        if not parts:
            return
        charged = self.env._(" and ").join(parts)
        source = self._business_source(law["country"])
        yield self.env._(
            "If you do not pay in time, we claim %(charges)s (%(law)s).",
            charges=charged,
            law=source,
        )

    def _announced_dutch_consumer(self, law, scheme):
        costs, vat = self._announced_amounts()
        if not law["until"]:
            if scheme.interest != "none":
                yield self.env._(
                    "If you do not pay in time, we claim the statutory interest of article 6:119 "
                    "of the Dutch Civil Code from the day after the due date."
                )
            return
        yield self.env._(
            "You can still pay without costs, within fourteen days from the day after this letter "
            "was delivered to you. We take %(date)s for the last of these days.",
            date=self._format_day(fields.Date.to_date(law["until"])),
        )
        if costs and vat:
            yield self.env._(
                "If you do not pay within that period, you owe us %(amount)s for the costs of "
                "collection, of which %(vat)s is VAT that we cannot deduct (article 6:96 of the "
                "Dutch Civil Code).",
                amount=self._amount_words(costs + vat),
                vat=self._amount_words(vat),
            )
        elif costs:
            yield self.env._(
                "If you do not pay within that period, you owe us %(amount)s for the costs of "
                "collection (article 6:96 of the Dutch Civil Code).",
                amount=self._amount_words(costs),
            )
        if scheme.interest != "none":
            yield self.env._(
                "Interest is then claimed as well, from the day after the due date (article 6:119 "
                "of the Dutch Civil Code)."
            )

    def _announced_belgian_consumer(self, law, scheme):
        costs, _vat = self._announced_amounts()
        company = self.company_id
        yield self.env._(
            "This reminder is free of charge. You have at least fourteen calendar days to pay "
            "without any costs, that is until %(date)s (article XIX.2 of the Belgian Code of "
            "economic law).",
            date=self._format_day(fields.Date.to_date(law["until"])),
        )
        if costs:
            yield self.env._(
                "If you do not pay by then, you owe us a lump sum of %(amount)s, as our terms "
                "provide.",
                amount=self._amount_words(costs),
            )
        if scheme.interest == "agreed":
            yield self.env._(
                "Interest of %(rate)s%% a year, at most that of the law of 2 August 2002, is then "
                "due as well.",
                rate=self._percent_words(scheme.agreed_percent),
            )
        elif scheme.interest == "statutory":
            yield self.env._("Interest at the legal rate is then due as well.")
        number = company.company_registry or company.vat
        yield (
            self.env._(
                "Creditor: %(name)s, enterprise number %(number)s. What was delivered is described "
                "on the invoices listed here.",
                name=company.name,
                number=number,
            )
            if number
            else self.env._(
                "Creditor: %(name)s. What was delivered is described on the invoices listed here.",
                name=company.name,
            )
        )

    def _announced_german_consumer(self, scheme):
        if scheme.interest != "none":
            yield self.env._(
                "With this reminder you are in default; we claim interest of at most five points "
                "above the base rate from the day after our first reminder (BGB §§ 286, 288 (1))."
            )

    def _announced_amounts(self):
        """Costs, and VAT on them, that this notice announces, in the company's currency."""
        amounts = {"vat": 0.0, "costs": 0.0}
        for row in (self.statement_now or {}).get("announced", ()):
            amounts["vat" if row["kind"] == "vat" else "costs"] += row["company_amount"]
        return tuple(self.currency_id.round(amounts[kind]) for kind in ("costs", "vat"))

    # -------------------------------------------------------------------- words

    @api.model
    def _business_source(self, country):
        """Where the law of a country sets interest and costs between businesses."""
        sources = {
            "NL": self.env._("articles 6:119a and 6:96 (4) of the Dutch Civil Code"),
            "BE": self.env._("Belgian law of 2 August 2002 on late payment, articles 5 and 6"),
            "DE": self.env._("BGB § 288 (2) and (5)"),
            "FR": self.env._("article L441-10 of the French Commercial Code"),
            "LU": self.env._("Luxembourg law of 18 April 2004, as amended"),
        }
        return sources.get(country) or self.env._("Directive 2011/7/EU")

    def _amount_words(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    @api.model
    def _percent_words(self, percent):
        """A rate as it is read: without noughts at its end."""
        words = f"{percent:.2f}".rstrip("0").rstrip(".")
        point = self.env["res.lang"]._get_data(code=self.env.lang or "en_US").decimal_point
        return words.replace(".", point or ".")
