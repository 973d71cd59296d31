from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from odoo import api, models
from odoo.tools import SQL, formatLang

from ..engine.charges import Regime, Why
from .account_dunning_policy import minor_units

_DAY = timedelta(days=1)


class AccountDunningFacts(models.AbstractModel):
    """Which law holds for customers, and what it must know of a consumer's items.

    Read only where a policy charges: the others cost nothing.
    """

    _inherit = "account.dunning.facts"

    @api.model
    def _law(self, company, partner_ids, items, today):
        """The law of customers; what it needs is written into the facts of consumers' items.

        :param company: a single company
        :param partner_ids: commercial entities whose policy charges
        :param items: dict of partner id to list of OpenItem
        :param today: the company's date
        :return: dict of partner id to engine.charges.Regime
        """
        if not partner_ids:
            return {}
        business = self._business_regime(company, today)
        regimes = dict.fromkeys(partner_ids, business)
        regimes |= self._consumer_regimes(company, partner_ids, today, business)
        protected = [
            item
            for partner_id, regime in regimes.items()
            if regime.consumer
            for item in items.get(partner_id, ())
            if item.amount > 0
        ]
        self._read_history(company, protected)
        return regimes

    @api.model
    def _business_regime(self, company, today):
        """The law between a company and businesses: that of the company's country."""
        # sudo: settings of the company, whoever looks at a decision.
        company = company.sudo()
        table = self.env["account.dunning.rate.table"]._for_law(company.country_id.code, "business")
        euro = self.env.ref("base.EUR")
        currency = company.currency_id
        compensation = euro._convert(table.fixed_compensation, currency, company, today)
        return Regime(
            company.country_id.code or "",
            "business",
            company.dunning_small_company,
            minor_units(compensation, currency),
            company.dunning_regular_deliveries,
            minor_units(company.dunning_postage, currency),
            0,
            Fraction(1)
            if currency == euro
            else Fraction(
                str(self.env["res.currency"]._get_conversion_rate(euro, currency, company, today))
            )
            * 10**currency.decimal_places
            / 100,
        )

    @api.model
    def _consumer_regimes(self, company, partner_ids, today, business):
        """The law of those who are consumers: that of their own country.

        Businesses are told apart as ``dunning_debtor_kind`` does.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, country.code
                  FROM res_partner partner
                  LEFT JOIN res_country country ON country.id = partner.country_id
                 WHERE partner.id = ANY(%s)
                   AND COALESCE(partner.dunning_debtor,
                                CASE WHEN partner.is_company OR partner.vat NOT IN ('', '/')
                                     THEN 'business' ELSE 'consumer' END) = 'consumer'
                """,
                list(partner_ids),
            )
        )
        regimes = {}
        known = {}
        for partner_id, code in rows:
            country = code or business.country
            if country not in known:
                known[country] = replace(
                    business, country=country, debtor="consumer", compensation=0
                )
            regimes[partner_id] = known[country]
        if business.regular:
            regular = [id_ for id_, regime in regimes.items() if regime.country == "BE"]
            for partner_id, count in self._first_reminders(company, regular, today).items():
                regimes[partner_id] = replace(regimes[partner_id], reminders=count)
        return regimes

    @api.model
    def _first_reminders(self, company, partner_ids, today):
        """For how many due dates customers got a first reminder this calendar year."""
        if not partner_ids:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT partner_id, COUNT(DISTINCT date_maturity)
                      FROM (
                            SELECT notice.partner_id, past.move_line_id, past.date_maturity,
                                   MIN(notice.date) AS first_date
                              FROM account_dunning_notice_line past
                              JOIN account_dunning_notice notice ON notice.id = past.notice_id
                             WHERE notice.partner_id = ANY(%(partner_ids)s)
                               AND notice.company_id = %(company_id)s
                               AND past.state = 'sent'
                               AND past.days_overdue > 0
                             GROUP BY 1, 2, 3
                           ) reminded
                     WHERE first_date >= %(new_year)s
                     GROUP BY 1
                    """,
                    partner_ids=list(partner_ids),
                    company_id=company.id,
                    new_year=date(today.year, 1, 1),
                )
            )
        )

    @api.model
    def _read_history(self, company, items):
        """Write into consumers' items what was announced and claimed, and what was allowed."""
        if not items:
            return
        known = {
            line_id: history
            for line_id, *history in self.env.execute_query(
                SQL(
                    """
                    SELECT past.move_line_id, MIN(notice.date),
                           MIN(notice.announced_until) FILTER (WHERE past.announced),
                           (ARRAY_AGG(notice.announced_on ORDER BY notice.announced_until)
                            FILTER (WHERE past.announced))[1]
                      FROM account_dunning_notice_line past
                      JOIN account_dunning_notice notice ON notice.id = past.notice_id
                     WHERE past.move_line_id = ANY(%s)
                       AND past.state = 'sent'
                       AND past.days_overdue > 0
                     GROUP BY 1
                    """,
                    [item.id for item in items],
                )
            )
        }
        move_ids = {item.move_id for item in items}
        allowed = self.env["account.dunning.legal.override"]._level_ids(move_ids)
        charges = self.env["account.dunning.charge"]
        costs = charges._costs_before(company, list(known))
        claims = charges._claim_move_ids(move_ids)
        for item in items:
            facts = item.facts
            if history := known.get(item.id):
                facts.first_notice_date, facts.announced_until, facts.announced_on = history
            if item.move_id in allowed:
                facts.overridden = allowed[item.move_id]
            facts.costs_before = costs.get(item.id, 0)
            facts.is_charge = item.move_id in claims

    @api.model
    def _refusal_words(self, company, level, decision):
        """Why the law holds a level back, and what to do about it.

        :param level: the account.dunning.level
        :param decision: engine.ItemDecision with a refusal
        """
        refusal = decision.refusal
        name = level.display_name
        match refusal.why:
            case Why.DATE:
                return self.env._(
                    "%(level)s on %(date)s: by law a consumer pays without charges until %(until)s",
                    level=name,
                    date=self._day(decision.next_date),
                    until=self._day(refusal.day - _DAY),
                )
            case Why.ORDER:
                return self.env._(
                    "Held back by law: “%(level)s” charges a consumer to whom no message announced "
                    "it. Send a notice that announces it again, or let a manager allow it",
                    level=name,
                )
            case Why.FIRST:
                return self.env._(
                    "Held back by law: “%(level)s” charges a fee, and a consumer's first reminder "
                    "is free. Take the charges off that level, or let a manager allow it",
                    level=name,
                )
            case Why.FEE:
                return self.env._(
                    "Held back by law: the fee of “%(level)s” is above the %(amount)s that this "
                    "consumer may be charged. Lower it, or let a manager allow it",
                    level=name,
                    amount=formatLang(
                        self.env,
                        refusal.allowed / 10**company.currency_id.decimal_places,
                        currency_obj=company.currency_id,
                    ),
                )
            case Why.CLAUSE:
                return self.env._(
                    "Held back by law: a consumer in Belgium owes the charges of “%(level)s” only "
                    "where your terms provide for them. Say so on the charge scheme, or let a "
                    "manager allow it",
                    level=name,
                )
