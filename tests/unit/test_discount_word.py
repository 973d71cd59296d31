"""The word in time: on which day, and of what, whatever comes."""

import unittest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

MONDAY = date(2026, 3, 2)
WORKING = engine.WorkingDays(frozenset(range(5)))
days = st.integers(0, 40).map(lambda offset: MONDAY + timedelta(days=offset))
endings = st.lists(
    st.builds(engine.Ending, st.integers(1, 10**6), days, st.integers(1, 500), st.booleans()),
    max_size=8,
    unique_by=lambda own: own.id,
)
calendars = st.builds(
    engine.WorkingDays,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.frozensets(days, max_size=5),
)


class TestWord(unittest.TestCase):
    @given(endings, days, st.integers(1, 10), calendars, st.integers(0, 1000), st.booleans())
    def test_never_late_told_paid_or_on_a_day_off(self, known, today, ahead, calendar, paid, told):
        ids = engine.word(known, today, ahead, calendar, paid, told)
        by_id = {own.id: own for own in known}
        chosen = [by_id[own] for own in ids]
        self.assertEqual(len(set(ids)), len(ids))
        if chosen:
            self.assertTrue(calendar.includes(today))
            self.assertLessEqual(chosen[0].last_day, engine.word_until(today, ahead, calendar))
            span = chosen[-1].last_day - chosen[0].last_day
            self.assertLessEqual(span.days, engine.TOGETHER_DAYS)
        for own in chosen:
            self.assertGreaterEqual(own.last_day, today)
            self.assertFalse(own.told)
            self.assertGreater(own.to_pay, 0)

    @given(endings, days, st.integers(1, 10), calendars)
    def test_none_is_forgotten(self, known, start, ahead, calendar):
        """With a night a day, each discount is told of once, in time, but for days off only."""
        told = {}
        for offset in range(60):
            today = start + timedelta(days=offset)
            left = [own for own in known if own.id not in told]
            for own in engine.word(left, today, ahead, calendar):
                told[own] = today
        for own in known:
            could = [
                start + timedelta(days=offset)
                for offset in range((own.last_day - start).days + 1)
                if calendar.includes(start + timedelta(days=offset))
            ]
            self.assertEqual(own.id in told, bool(could) and not own.told)
            if own.id in told:
                early = own.last_day - timedelta(days=ahead)
                late = [day for day in could if day > early]
                before = [day for day in could if day <= early]
                self.assertLessEqual(told[own.id], before[-1] if before else late[0])

    @given(endings, st.integers(0, 2000))
    def test_credits_pay_what_ends_first(self, known, credits):
        left = engine.unpaid(known, credits)
        paid = [own for own in known if own not in left]
        self.assertLessEqual(sum(own.to_pay for own in paid), credits)
        rest = credits - sum(own.to_pay for own in paid)
        for own in left:
            self.assertGreater(own.to_pay, rest)

    def test_order_does_not_matter(self):
        known = [engine.Ending(number, MONDAY, 5) for number in (3, 1, 2)]
        self.assertEqual(engine.word(known, MONDAY, 3, WORKING), [1, 2, 3])

    def test_another_message_today_makes_it_wait_unless_too_late(self):
        friday = date(2026, 3, 6)
        for last_day, waits in ((date(2026, 3, 9), True), (date(2026, 3, 8), False)):
            known = [engine.Ending(1, last_day, 5)]
            self.assertEqual(engine.word(known, friday, 3, WORKING, told_today=True) == [], waits)

    def test_what_would_be_said_on_days_off_is_said_before(self):
        friday = date(2026, 3, 6)
        self.assertEqual(engine.word_until(friday, 3, WORKING), date(2026, 3, 11))
        self.assertEqual(engine.word_until(friday, 3, engine.EVERY_DAY), date(2026, 3, 9))
