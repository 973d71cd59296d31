from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from .. import engine
from .account_dunning_policy import minor_units

money = engine.incoming_money

# A payment that somebody registered by hand is the transaction of some days before or after.
_REGISTERED_DAYS = 10

# A reference as ``money.reference_key`` writes it, as far as references have these in them.
_PLAIN = " /+-.,:;*_#"


class AccountDunningMoney(models.Model):
    """Looks for the customers from whom unmatched money plausibly is."""

    _inherit = "account.dunning.money"

    @api.model
    def _look(self, company, today):
        """Write down from whom a company's unmatched money plausibly is.

        :param company: a single company
        :param today: its date
        """
        if not company.dunning_money_stops:
            return
        for model in (
            *("account.bank.statement.line", "account.move", "account.move.line"),
            *("account.payment", "res.partner", "res.partner.bank"),
        ):
            self.env[model].flush_model()
        receipts = self._receipts(company, today)
        guesses = {}
        if receipts:
            ledger = money.Ledger(self._owed(company, today, receipts))
            guesses = {
                (own.receipt_id, own.partner_id): own
                for receipt, _day in receipts
                for own in money.whose(receipt, ledger)
            }
            for pair in self._registered(company, today, receipts, guesses):
                del guesses[pair]
        self._keep(company, guesses)

    @api.model
    def _keep(self, company, guesses):
        """Bring what is written down up to date; what people dismissed stays dismissed."""
        known = {
            (own.statement_line_id.id, own.partner_id.id): own
            for own in self.search([("company_id", "=", company.id)])
        }
        gone = self.browse(
            own.id for pair, own in known.items() if pair not in guesses and not own.dismissed_on
        )
        gone.unlink()
        new = []
        for (line_id, partner_id), guess in guesses.items():
            vals = {
                "evidence": guess.evidence.value,
                "certain": guess.certain,
                "move_line_id": guess.item_id or False,
            }
            own = known.get((line_id, partner_id))
            if own is None:
                vals.update(statement_line_id=line_id, partner_id=partner_id, company_id=company.id)
                new.append(vals)
            elif any(
                own[name] != value for name, value in vals.items() if name != "move_line_id"
            ) or own.move_line_id.id != (guess.item_id or False):
                own.write(vals)
        self.create(new)

    # -------------------------------------------------------------------- read

    @api.model
    def _receipts(self, company, today):
        """Money that came in and is not matched.

        :return: list of (money.Receipt, its day)
        """
        # sudo in the callers: what is found is the company's.
        journals = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "in", ("bank", "cash", "credit"))]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, ABS(line.amount_residual),
                       COALESCE(line.foreign_currency_id, line.currency_id),
                       CONCAT_WS(' ; ', line.payment_ref, entry.ref), line.partner_name,
                       line.account_number, partner.commercial_partner_id, entry.date
                  FROM account_bank_statement_line line
                  JOIN account_move entry ON entry.id = line.move_id
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.is_reconciled IS NOT TRUE
                   AND line.journal_id = ANY(%(journals)s)
                   AND line.company_id = %(company)s
                   AND line.internal_index >= %(first)s
                   AND line.amount > 0
                   AND line.amount_residual != 0
                   AND entry.state = 'posted'
                """,
                journals=journals.ids,
                company=company.id,
                first=(today - timedelta(days=money.MONEY_DAYS)).strftime("%Y%m%d"),
            )
        )
        owners = self._owners(company, {row[5] for row in rows if row[5]})
        currencies = {
            own.id: own for own in self.env["res.currency"].browse({row[2] for row in rows})
        }
        return [
            (
                money.Receipt(
                    line_id,
                    minor_units(amount, currencies[currency_id]),
                    currency_id,
                    text,
                    name or "",
                    partner_id,
                    () if partner_id else tuple(owners.get(money.reference_key(number), ())),
                ),
                day,
            )
            for line_id, amount, currency_id, text, name, number, partner_id, day in rows
        ]

    @api.model
    def _owners(self, company, numbers):
        """The commercial entities that have bank accounts.

        :param numbers: the accounts' numbers as the bank writes them
        :return: dict of number as ``money.reference_key`` writes it to list of partner ids
        """
        if not numbers:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT account.sanitized_acc_number, partner.commercial_partner_id
                  FROM res_partner_bank account
                  JOIN res_partner partner ON partner.id = account.partner_id
                 WHERE account.sanitized_acc_number = ANY(%s)
                   AND account.active
                   AND (account.company_id IS NULL OR account.company_id = %s)
                 ORDER BY 1, 2
                """,
                [money.reference_key(number) for number in numbers],
                company.id,
            )
        )
        owners = defaultdict(list)
        for number, partner_id in rows:
            owners[number].append(partner_id)
        return owners

    @api.model
    def _owed(self, company, today, receipts):
        """What is open of all from whom the money may be.

        By reference and amount of all that is open; by partner, account and name all that
        these customers owe, since an amount may be that of everything.

        :rtype: list of money.Owed
        """
        receipts = [receipt for receipt, _day in receipts]
        currencies = self.env["res.currency"].browse({own.currency_id for own in receipts})
        keys = set().union(*(money.reference_keys(own.text) for own in receipts))
        partners = {own.partner_id for own in receipts if own.partner_id}
        partners.update(*(own.owners for own in receipts))
        partners.update(self._namesakes(company, receipts))
        digits = {own.id: own.decimal_places for own in currencies}
        facts = self.env["account.dunning.facts"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, partner.commercial_partner_id, line.amount_residual_currency,
                       line.currency_id, move.name, move.payment_reference, move.ref,
                       customer.name, COALESCE(line.date_maturity, line.date) < %(today)s
                  FROM %(source)s
                  JOIN res_partner customer ON customer.id = partner.commercial_partner_id
                 WHERE %(condition)s
                   AND line.amount_residual > 0
                   AND (partner.commercial_partner_id = ANY(%(partners)s)
                        OR TRANSLATE(UPPER(move.payment_reference), %(plain)s, '') = ANY(%(keys)s)
                        OR TRANSLATE(UPPER(move.name), %(plain)s, '') = ANY(%(keys)s)
                        OR TRANSLATE(UPPER(move.ref), %(plain)s, '') = ANY(%(keys)s)
                        OR line.amount_residual_currency = ANY(%(amounts)s::numeric[]))
                 ORDER BY line.id
                """,
                today=today,
                source=facts._open_items_source(),
                condition=facts._open_items_condition(company),
                partners=list(partners),
                plain=_PLAIN,
                keys=list(keys),
                amounts=[
                    f"{own.amount / 10 ** digits[own.currency_id]:.{digits[own.currency_id]}f}"
                    for own in receipts
                ],
            )
        )
        return [
            money.Owed(
                line_id,
                partner_id,
                minor_units(amount, self.env["res.currency"].browse(currency_id)),
                currency_id,
                tuple({money.reference_key(own) for own in references if own}),
                money.name_key(name),
                overdue,
            )
            for line_id, partner_id, amount, currency_id, *references, name, overdue in rows
        ]

    @api.model
    def _namesakes(self, company, receipts):
        """Ids of the customers with open items who are called like a sender.

        Names are compared where nothing else says whose it is.
        """
        senders = {
            money.name_key(own.name) for own in receipts if not (own.partner_id or own.owners)
        } - {""}
        if not senders:
            return []
        partner_ids = self.env["account.dunning.facts"]._partner_ids_with_open_items(company)
        names = self.env.execute_query(
            SQL("SELECT id, name FROM res_partner WHERE id = ANY(%s)", partner_ids)
        )
        return [partner_id for partner_id, name in names if money.name_key(name) in senders]

    @api.model
    def _registered(self, company, today, receipts, guesses):
        """Guesses of money for which somebody registered a payment already.

        Whoever registers payments by hand and does not match them with the bank has done all
        that is to be done: the invoice is paid, and the transaction would be counted twice. One
        payment is one transaction.

        :return: list of (statement line id, partner id)
        """
        partner_ids = {partner_id for _line, partner_id in guesses}
        if not partner_ids:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, payment.currency_id, payment.amount,
                       payment.date
                  FROM account_payment payment
                  JOIN res_partner partner ON partner.id = payment.partner_id
                 WHERE payment.company_id = %(company)s
                   AND payment.payment_type = 'inbound'
                   AND payment.state IN ('in_process', 'paid')
                   -- Without an entry it is "matched" by being paid.
                   AND (payment.is_matched IS NOT TRUE OR payment.move_id IS NULL)
                   AND payment.date >= %(first)s
                   AND partner.commercial_partner_id = ANY(%(partners)s)
                 ORDER BY payment.date, payment.id
                """,
                company=company.id,
                first=today - timedelta(days=money.MONEY_DAYS + _REGISTERED_DAYS),
                partners=list(partner_ids),
            )
        )
        payments = defaultdict(list)
        for partner_id, currency_id, amount, day in rows:
            currency = self.env["res.currency"].browse(currency_id)
            payments[partner_id, currency_id, minor_units(amount, currency)].append(day)
        partners = defaultdict(list)
        for line_id, partner_id in guesses:
            partners[line_id].append(partner_id)
        registered, used = [], Counter()
        for receipt, day in sorted(receipts, key=lambda own: (own[1], own[0].id)):
            for partner_id in partners[receipt.id]:
                key = (partner_id, receipt.currency_id, receipt.amount)
                near = [own for own in payments[key] if abs((own - day).days) <= _REGISTERED_DAYS]
                if used[key] < len(near):
                    used[key] += 1
                    registered.append((receipt.id, partner_id))
        return registered
