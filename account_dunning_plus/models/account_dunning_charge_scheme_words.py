from odoo import api, fields, models
from odoo.tools import formatLang


class AccountDunningChargeScheme(models.Model):
    """What a scheme means for each kind of debtor, in words, with where it is written."""

    _inherit = "account.dunning.charge.scheme"

    summary = fields.Html(compute="_compute_summary", sanitize=False)

    @api.depends(
        "interest",
        "agreed_percent",
        "costs",
        "graded",
        "fee_fixed",
        "fee_percent",
        "fee_minimum",
        "fee_maximum",
        "fee_per",
        "contract_clause",
        "vat_percent",
        "company_id",
    )
    @api.depends_context("company", "lang")
    def _compute_summary(self):
        for scheme in self:
            scheme.summary = self.env["ir.qweb"]._render(
                "account_dunning_plus.charge_scheme_summary", {"rows": scheme._summary_rows()}
            )

    def _summary_rows(self):
        """What is claimed from whom: dicts of who, what (list of sentences) and source."""
        self.ensure_one()
        country = (self.company_id or self.env.company).country_id.code
        return [
            {
                "who": self.env._("Businesses"),
                "what": self._business_words(country),
                "source": self.env["account.dunning.notice"]._business_source(country),
            },
            {
                "who": self.env._("Consumers in the Netherlands"),
                "what": self._dutch_words(),
                "source": self.env._(
                    "BW 6:96 (5) and (6), 6:119; Besluit vergoeding voor buitengerechtelijke "
                    "incassokosten, art. 2"
                ),
            },
            {
                "who": self.env._("Consumers in Belgium"),
                "what": self._belgian_words(),
                "source": self.env._("WER / CDE art. XIX.2 and XIX.4"),
            },
            {
                "who": self.env._("Consumers in Germany"),
                "what": self._german_words(),
                "source": self.env._("BGB §§ 286, 288 (1); BGH 26 June 2019, VIII ZR 95/18"),
            },
            {
                "who": self.env._("Consumers in France and Luxembourg"),
                "what": self._free_words(),
                "source": self.env._(
                    "FR: Code civil 1231-6, CPCE L111-8; LU: law of 18 April 2004"
                ),
            },
            {
                "who": self.env._("Consumers elsewhere"),
                "what": self._elsewhere_words(),
                "source": "",
            },
        ]

    def _nothing(self):
        return [self.env._("Nothing is claimed.")]

    def _business_words(self, country):
        words = []
        if self.interest == "statutory":
            words.append(self.env._("Statutory interest from the day after the due date."))
        elif self.interest == "agreed":
            words.append(
                self.env._(
                    "Interest of %s%% a year from the day after the due date.", self._rate_words()
                )
            )
        if self.costs == "statutory":
            words.append(self.env._("The fixed sum of the law, 40 euros, once for each invoice."))
            if self.graded and country == "NL":
                words.append(self.env._("The graded costs where they are more than that."))
        elif self.costs == "own":
            words.append(self._fee_words())
        return words or self._nothing()

    def _dutch_words(self):
        words = []
        if self.interest == "statutory":
            words.append(self.env._("Statutory interest from the day after the due date."))
        elif self.interest == "agreed":
            words.append(
                self.env._(
                    "Interest of %s%% a year from the day after the due date, at most the "
                    "statutory rate.",
                    self._rate_words(),
                )
            )
        after = self.env._("Only after a letter that gave fourteen days and stated the amount.")
        if self.costs == "statutory":
            words.append(self.env._("Graded costs: 15% and less, from 40 to 6,775 euros."))
            words.append(after)
        elif self.costs == "own":
            words += [self._fee_words(), self.env._("At most the graded costs."), after]
        if self.costs == "statutory" and self.vat_percent:
            words.append(
                self.env._(
                    "VAT of %s%% on these costs.",
                    self.env["account.dunning.notice"]._percent_words(self.vat_percent),
                )
            )
        return words or self._nothing()

    def _belgian_words(self):
        takes_clause = self.costs == "own" or self.interest == "agreed"
        if takes_clause and not self.contract_clause:
            return [self.env._("Held back: it takes a clause in your terms.")]
        words = []
        if self.interest == "agreed":
            words.append(
                self.env._(
                    "Interest of %s%% a year, at most the rate for businesses.", self._rate_words()
                )
            )
        elif self.interest == "statutory":
            words.append(self.env._("Interest at the legal rate."))
        if self.costs == "statutory" and self.contract_clause:
            words.append(
                self.env._(
                    "A lump sum: 20 euros up to 150 euros; 30 euros and 10% of what is above up to "
                    "500 euros; 65 euros and 5% of what is above that, at most 2,000 euros."
                )
            )
        elif self.costs == "own":
            words += [self._fee_words(), self.env._("At most the lump sum of the law.")]
        if not words:
            return self._nothing()
        words.append(
            self.env._(
                "Only after a first reminder, which is free, announced it and fourteen days passed."
            )
        )
        return words

    def _german_words(self):
        words = []
        if self.interest == "agreed":
            words.append(
                self.env._(
                    "Interest of %s%% a year from the day after the first reminder, at most the "
                    "rate for consumers.",
                    self._rate_words(),
                )
            )
        elif self.interest == "statutory":
            words.append(
                self.env._("Interest for consumers from the day after the first reminder.")
            )
        if self.costs == "own":
            words.append(self._fee_words())
            words.append(
                self.env._("At most 1 euro a reminder, for paper and postage; the first is free.")
            )
        return words or self._nothing()

    def _free_words(self):
        words = self._nothing()
        if self.costs == "own":
            words = [self.env._("Held back: costs of collection stay with the creditor.")]
        return words

    def _elsewhere_words(self):
        if self.costs == "own":
            return [
                self._fee_words(),
                self.env._("Nothing is known here of the law of their country: look it up."),
            ]
        return self._nothing()

    def _fee_words(self):
        """The creditor's own fee."""
        parts = []
        if self.fee_fixed:
            parts.append(self._amount_words(self.fee_fixed))
        if self.fee_percent:
            parts.append(
                self.env._(
                    "%s%% of what is open",
                    self.env["account.dunning.notice"]._percent_words(self.fee_percent),
                )
            )
        fee = " + ".join(parts) or self._amount_words(0)
        if self.fee_minimum:
            fee += self.env._(", at least %s", self._amount_words(self.fee_minimum))
        if self.fee_maximum:
            fee += self.env._(", at most %s", self._amount_words(self.fee_maximum))
        if self.fee_per == "invoice":
            return self.env._("A fee for each invoice: %s.", fee)
        return self.env._("A fee for each reminder: %s.", fee)

    def _rate_words(self):
        return self.env["account.dunning.notice"]._percent_words(self.agreed_percent)

    def _amount_words(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)
