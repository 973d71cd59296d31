"""Lives through a ledger day by day, in Odoo and in the oracle."""

from collections import Counter
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from typing import NamedTuple
from unittest.mock import patch

from freezegun import freeze_time

from .books import Books
from .corners import generate
from .ledger import Item, is_working_day
from .oracle import SentLine, SentNotice
from .oracle_discounts import Became, DiscountOracle, SentWord

# The scheduled action runs when it is past midnight for the company, and still the
# day before in UTC.
NIGHT = (timedelta(days=-1), time(23, 30))
DAYTIME = (timedelta(0), time(9, 0))
AFTERNOON = (timedelta(0), time(13, 0))
MONDAY = 0


class Outcome(NamedTuple):
    """What a replay brought to light.

    :param expected: the oracle's lines and notices
    :param actual: the lines and notices of the add-on
    :param paid: descriptions of sent lines whose item was settled at delivery
    :param messages: descriptions of sent notices without exactly one message
    :param promises: how many promises ended in which state
    :param gone_on: how many plans went on with an instalment missing
    :param disputes: how many disputes ended in which state
    :param discounts: how many discounts were taken, or what was decided of them
    """

    expected: Counter
    actual: Counter
    paid: list[str]
    messages: list[str]
    promises: Counter
    gone_on: int
    disputes: Counter
    discounts: Counter

    def difference(self, limit=40):
        """What the two do not agree on, in order of time, for a person to read."""
        rows = [
            *(("missing ", row) for row in (self.expected - self.actual).elements()),
            *(("too much", row) for row in (self.actual - self.expected).elements()),
        ]
        rows.sort(key=lambda row: (row[1].day, row[1].customer, row[0]))
        words = [f"{what}  {_words(row)}" for what, row in rows[:limit]]
        if len(rows) > limit:
            words.append(f"… and {len(rows) - limit} more")
        return "\n".join(words)


def replay(env, seed, days, customers):
    """Live through a ledger of so many days and customers.

    :param env: a superuser's environment, in a transaction that may be thrown away
    :rtype: Outcome
    """
    ledger = generate(seed, days, customers)
    oracle = DiscountOracle(ledger)
    paid = []
    # Only an accounting application that is no part of the test's database tells
    # payments on their way from those that arrived.
    on_its_way = patch.object(
        env.registry["account.move"], "_get_invoice_in_payment_state", lambda self: "in_payment"
    )
    with ExitStack() as stack:
        stack.enter_context(on_its_way)
        clock = stack.enter_context(freeze_time(_at(ledger.days[0], DAYTIME)))
        books = Books(env, ledger)
        # It never changes, and to ask for it is slow under a frozen clock: it is read once.
        calendar = books.working_days()
        read_once = patch.object(
            env.registry["res.company"], "_dunning_working_days", lambda *args: calendar
        )
        stack.enter_context(read_once)
        for day in ledger.days:
            if day.day == 1:
                books.settle()
            by_night = env["account.dunning.notice"]
            if day not in ledger.missed:
                clock.move_to(_at(day, NIGHT))
                env["account.dunning.run"]._cron_run()
                env["account.discount.notice"]._cron_run()
                oracle.night(day)
                by_night = _sent_notices(books, [("date", "=", day)])
                paid += _settled(by_night, day)
            clock.move_to(_at(day, DAYTIME))
            books.happen(ledger.events[day])
            for event in ledger.events[day]:
                oracle.happen(event, day)
            if day.weekday() == MONDAY and is_working_day(day):
                clock.move_to(_at(day, AFTERNOON))
                books.approve()
                oracle.approve(day)
                paid += _settled(_sent_notices(books, [("date", "=", day)]) - by_night, day)
        notices = _sent_notices(books, [])
        return Outcome(
            expected=Counter([*oracle.lines, *oracle.notices, *oracle.words, *oracle.became()]),
            actual=Counter(
                [*_in_words_of_the_oracle(books, notices), *_words_said(books), *_became(books)]
            ),
            paid=paid,
            messages=_wrong_messages(notices) + _wrong_words(books),
            promises=Counter(books.promises.mapped("state")),
            gone_on=sum(not own.rest_falls_due and bool(own.broken_on) for own in books.promises),
            disputes=Counter(books.disputes.mapped("state")),
            discounts=Counter(row.decision or row.outcome for row in oracle.became()),
        )


def _at(day, moment):
    """A moment of a day as the server's clock has it, in UTC."""
    offset, clock = moment
    return datetime.combine(day + offset, clock)


def _sent_notices(books, domain):
    return books.env["account.dunning.notice"].search(
        [("company_id", "=", books.company.id), ("state", "=", "sent"), *domain]
    )


def _settled(notices, day):
    """Descriptions of the items of notices just sent that were settled already."""
    return [
        f"{day}: {line.partner_id.ref} {line.move_id.ref}"
        for line in notices.line_ids
        if line.move_line_id.reconciled
        or line.move_id.payment_state in ("in_payment", "paid", "reversed")
    ]


def _wrong_messages(notices):
    """Sent notices of which not exactly one message was made, by the channel of its level."""
    mails, activities = (
        Counter(
            dict(
                notices.env[model]._read_group(
                    [(model_field, "=", notices._name), ("res_id", "in", notices.ids)],
                    ["res_id"],
                    ["__count"],
                )
            )
        )
        for model, model_field in (("mail.mail", "model"), ("mail.activity", "res_model"))
    )
    wrong = []
    for notice in notices:
        made = (mails[notice.id], activities[notice.id])
        wanted = (0, 1) if notice.level_id.activity_type_id else (1, 0)
        if made != wanted:
            wrong.append(
                f"{notice.date} {notice.partner_id.ref} {notice.level_id.name}: "
                f"{made[0]} e-mails, {made[1]} activities"
            )
    return wrong


def _in_words_of_the_oracle(books, notices):
    """The notices in the oracle's words."""
    names = {line.id: key for key, line in books.lines.items() if isinstance(key, Item)}
    rates = books.rates
    for notice in notices:
        customer = notice.partner_id.ref
        yield SentNotice(
            notice.date, customer, notice.level_id.name, round(notice.amount_due * 100)
        )
        for line in notice.line_ids:
            item = names[line.move_line_id.id]
            cents = round(line.amount_residual * 100 / rates[customer])
            yield SentLine(notice.date, customer, *item, line.level_id.name, cents)


def _words_said(books):
    """The words about discounts in the oracle's words."""
    for line in _word_lines(books, [("state", "=", "sent")]):
        yield SentWord(
            line.date, line.partner_id.ref, line.move_id.ref, round(line.amount_to_pay * 100)
        )


def _became(books):
    """What became of each discount in the oracle's words."""
    moves = books.env["account.move"].search(
        [("company_id", "=", books.company.id), ("discount_outcome", "!=", False)]
    )
    for move in moves:
        yield Became(
            move.invoice_date,
            move.commercial_partner_id.ref,
            move.ref,
            move.discount_outcome,
            move.discount_decision or "",
        )


def _word_lines(books, domain):
    return books.env["account.discount.notice.line"].search(
        [("company_id", "=", books.company.id), ("kind", "=", "word"), *domain]
    )


def _wrong_words(books):
    """Words about discounts that did not go out, or not by exactly one e-mail."""
    notices = _word_lines(books, []).notice_id
    mails = Counter(
        books.env["mail.mail"]
        .search([("model", "=", notices._name), ("res_id", "in", notices.ids)])
        .mapped("res_id")
    )
    return [
        f"{notice.date} {notice.partner_id.ref} {notice.state}: {mails[notice.id]} e-mails"
        for notice in notices
        if notice.state != "sent" or mails[notice.id] != 1
    ]


def _words(row):
    if isinstance(row, SentWord):
        return f"{row.day:%a %Y-%m-%d} {row.customer} {row.document} word {row.amount / 100:.2f}"
    if isinstance(row, Became):
        return (
            f"{row.day:%a %Y-%m-%d} {row.customer} {row.document} became {row.outcome}, "
            f"{row.decision or 'not decided'}"
        )
    if isinstance(row, SentLine):
        return (
            f"{row.day:%a %Y-%m-%d} {row.customer} {row.document}/{row.instalment} "
            f"“{row.level}” {row.amount / 100:.2f}"
        )
    return f"{row.day:%a %Y-%m-%d} {row.customer} notice “{row.level}” asks {row.claim / 100:.2f}"
