"""What customers enter on their page: read as people write, refused where it makes no sense."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

answers = engine.answers
Fault = answers.Fault
TODAY = date(2026, 3, 2)
PDF = b"%PDF-1.7 ..."
PNG = b"\x89PNG\r\n\x1a\n...."


@pytest.mark.parametrize(
    "text", ["2026-03-05", " 2026-3-5 ", "05/03/2026", "5.3.2026", "05-03-2026", "5 3 2026"]
)
def test_days_as_people_write_them(text):
    assert answers.read_day(text).value == date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "31/04/2026", "5/3/26", "Friday", "٢٠٢٦-٠٣-٠٥", "2026-03-05T10:00", "0/0/0000"],
)
def test_what_is_no_day(text):
    assert answers.read_day(text).fault is Fault.NOT_A_DAY


def test_a_day_to_come():
    assert answers.read_coming_day("2026-03-02", TODAY).value == TODAY
    assert answers.read_coming_day("2026-03-01", TODAY).fault is Fault.PAST
    assert answers.read_coming_day("2027-03-04", TODAY).fault is Fault.TOO_FAR
    assert answers.read_coming_day("", TODAY).fault is Fault.MISSING


def test_a_day_that_was():
    assert answers.read_paid_day("2026-03-02", TODAY).value == TODAY
    assert answers.read_paid_day("2026-03-03", TODAY).fault is Fault.FUTURE
    oldest = TODAY - timedelta(days=answers.MOST_DAYS_PAID)
    assert answers.read_paid_day(oldest.isoformat(), TODAY).value == oldest
    older = oldest - timedelta(days=1)
    assert answers.read_paid_day(older.isoformat(), TODAY).fault is Fault.TOO_LONG_AGO


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234,56", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1 234,56 €", 123456),
        ("€ 1.234", 123400),
        ("EUR 12", 1200),
        ("1'234.50", 123450),
        ("1.234.567", 123456700),
        ("0,5", 50),
        (",5", 50),
        ("5,", 500),
    ],
)
def test_amounts_as_people_write_them(text, amount):
    assert answers.read_amount(text).value == amount


@pytest.mark.parametrize(
    "text", ["abc", "1,2,3", "12.34.56", "1,2345", "twelve", "1e9", "--", ".", "9" * 40, "1.23,4.5"]
)
def test_what_is_no_amount(text):
    assert answers.read_amount(text).fault in (Fault.NOT_AN_AMOUNT, Fault.NOT_POSITIVE)


def test_amounts_have_bounds():
    assert answers.read_amount("0").fault is Fault.NOT_POSITIVE
    assert answers.read_amount("-5").fault is Fault.NOT_POSITIVE
    assert answers.read_amount("100.01", 2, 10000).fault is Fault.TOO_MUCH
    assert answers.read_amount("100.00", 2, 10000).value == 10000
    assert answers.read_amount("1.5", 0).fault is Fault.NOT_AN_AMOUNT
    assert answers.read_amount("1.234", 3).value == 1234


@given(st.integers(min_value=1, max_value=10**11))
def test_every_amount_is_read_as_it_was_written(cents):
    whole, fraction = divmod(cents, 100)
    for text in (
        f"{whole},{fraction:02}",
        f"{whole}.{fraction:02}",
        f"{whole:,}.{fraction:02}",
        f"{whole:,}".replace(",", ".") + f",{fraction:02}",
        f"{whole:,}".replace(",", " ") + f",{fraction:02} €",
    ):
        assert answers.read_amount(text).value == cents


@given(st.text(max_size=60), st.integers(min_value=0, max_value=3))
def test_anything_entered_has_a_value_or_a_fault(text, decimals):
    for checked in (
        answers.read_amount(text, decimals),
        answers.read_coming_day(text, TODAY),
        answers.read_paid_day(text, TODAY),
        answers.read_number(text, 2, 24),
        answers.read_text(text, required=True),
    ):
        assert (checked.value is None) != (checked.fault is None)
    amount = answers.read_amount(text, decimals).value
    assert amount is None or amount > 0


@given(st.text(max_size=200))
def test_texts_are_plain(text):
    value = answers.read_text(text).value
    assert all(sign in "\n\t" or sign.isprintable() or sign.isspace() for sign in value)
    assert answers.read_text(value).value == value


def test_texts_have_a_length():
    assert answers.read_text("a" * answers.MOST_TEXT).value
    assert answers.read_text("a" * (answers.MOST_TEXT + 1)).fault is Fault.TOO_LONG
    assert answers.read_text(" \r\n\x00", required=True).fault is Fault.MISSING
    assert answers.read_text("a\r\nb\rc\x1b\u202ed").value == "a\nb\ncd"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0..", "jpg"),
        (PNG, "png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x18ftypheic....", "heic"),
        (PDF, "pdf"),
        (b"<svg onload='x'>", None),
        (b"MZ\x90", None),
        (b"<html>", None),
        (b"\x00\x00\x00\x18ftypmp42", None),
        (b"", None),
    ],
)
def test_files_are_what_they_begin_with(data, kind):
    assert answers.sniff(data) == kind


def test_files_have_limits():
    assert answers.read_file(PDF).value == "pdf"
    assert answers.read_file(b"").fault is Fault.FILE_EMPTY
    assert answers.read_file(b"GIF89a").fault is Fault.FILE_TYPE
    large = PDF + b"." * answers.MOST_FILE_BYTES
    assert answers.read_file(large).fault is Fault.FILE_TOO_LARGE


@given(st.text(max_size=300), st.sampled_from(["jpg", "pdf"]))
def test_names_of_files_are_harmless(name, kind):
    clean = answers.file_name(name, kind)
    assert clean.endswith(f".{kind}") and len(clean) <= 90
    assert not set(clean) & set("/\\<>\"'&\x00\n")
    assert not clean.startswith(".")


def test_names_keep_what_people_called_them():
    assert answers.file_name("C:\\Users\\an\\Schade à Gent.jpeg", "jpg") == "Schade à Gent.jpg"
    assert answers.file_name("../../etc/passwd", "png") == "passwd.png"
    assert answers.file_name("shell.php.jpg", "jpg") == "shell.php.jpg"


@given(st.lists(st.text(max_size=15)))
def test_ids_are_numbers_of_the_database(texts):
    assert all(0 < number < 2**31 for number in answers.read_ids(texts))


def test_ids_are_few():
    assert answers.read_ids(["3", " 4 ", "x", "-5", "4", "99999999999", "٣"]) == {3, 4}
    assert len(answers.read_ids(map(str, range(1, 5000)))) == 1000


# --------------------------------------------------------------------- rules

RULES = answers.PageRules(days=14, plan_days=60, instalments=3, amount=0, kept_percent=50)


def wish(*days, amount=100_00, kept=0, judged=0):
    return answers.Wish(tuple(TODAY + timedelta(days=own) for own in days), amount, kept, judged)


@pytest.mark.parametrize(
    ("own", "rules", "limit"),
    [
        (wish(14), {}, None),
        (wish(15), {}, answers.Limit.DAYS),
        (wish(0), {"days": 0}, answers.Limit.DAYS),
        (wish(7, 37, 60), {}, None),
        (wish(7, 37, 61), {}, answers.Limit.DAYS),
        (wish(7, 37, 400), {"plan_days": 0}, None),
        (wish(1, 2, 3, 4), {}, answers.Limit.INSTALMENTS),
        (wish(1, 2), {"instalments": 0}, answers.Limit.INSTALMENTS),
        (wish(3), {"amount": 99_99}, answers.Limit.AMOUNT),
        (wish(3), {"amount": 100_00}, None),
        (wish(3, kept=1, judged=2), {}, None),
        (wish(3, kept=1, judged=3), {}, answers.Limit.KEPT),
        (wish(3, kept=0, judged=0), {"kept_percent": 100}, None),
    ],
)
def test_what_customers_may_agree_on(own, rules, limit):
    changed = {name: rules.get(name, getattr(RULES, name)) for name in RULES.__slots__}
    assert answers.beyond(own, answers.PageRules(**changed), TODAY) is limit


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(min_value=0, max_value=30))
def test_held_for_as_many_working_days(day, days):
    week = engine.WorkingDays(frozenset(range(5)))
    until = answers.held_until(day, days, week)
    if not days:
        assert until is None
        return
    between = [day + timedelta(days=own) for own in range(1, (until - day).days + 1)]
    assert sum(week.includes(own) for own in between) == days
    assert week.includes(until)
