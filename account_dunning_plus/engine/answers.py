"""What a customer says on the page behind a message: read, checked, and measured by rules.

Everything here comes from outside: nothing of it is believed before it has passed. What
fails has a ``Fault``, of which the caller makes a sentence beside the field.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from .working_days import EVERY_DAY, WorkingDays

MOST_TEXT = 2000
"""Characters of a free text."""
MOST_REFERENCE = 140
"""Characters of a payment's reference: as many as a bank transfer carries."""
MOST_DAYS_PAID = 90
"""How long ago somebody may have paid what is not in the books yet."""
MOST_DAYS_AHEAD = 366
"""How far ahead a day may be at all."""
MOST_FILES = 3
MOST_FILE_BYTES = 5 * 1024 * 1024


class Fault(str, Enum):
    """What is wrong with something that was entered."""

    MISSING = "missing"
    NOT_A_DAY = "not_a_day"
    PAST = "past"
    FUTURE = "future"
    TOO_LONG_AGO = "too_long_ago"
    TOO_FAR = "too_far"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_POSITIVE = "not_positive"
    TOO_MUCH = "too_much"
    NOT_A_NUMBER = "not_a_number"
    ONE_INVOICE = "one_invoice"
    TOO_LONG = "too_long"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    FILE_TYPE = "file_type"
    FILE_EMPTY = "file_empty"


@dataclass(frozen=True, slots=True)
class Checked:
    """Something entered that was read: its value, or what is wrong with it."""

    value: object = None
    fault: Fault | None = None


# ---------------------------------------------------------------------- days

_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
# Browsers send the former; where they have no field for days, people write the latter.
_WRITTEN_DAY = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})", re.ASCII)


def read_day(text: str) -> Checked:
    """A day as a browser sends or a European writes it: 2026-11-23, 23/11/2026, 23.11.2026."""
    text = text.strip()
    if not text:
        return Checked(fault=Fault.MISSING)
    if match := _ISO_DAY.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _WRITTEN_DAY.fullmatch(text):
        day, month, year = map(int, match.groups())
    else:
        return Checked(fault=Fault.NOT_A_DAY)
    try:
        return Checked(date(year, month, day))
    except ValueError:
        return Checked(fault=Fault.NOT_A_DAY)


def read_coming_day(text: str, today: date) -> Checked:
    """The day on which somebody says to pay: today or later, within a year."""
    checked = read_day(text)
    if checked.fault:
        return checked
    if checked.value < today:
        return Checked(fault=Fault.PAST)
    if (checked.value - today).days > MOST_DAYS_AHEAD:
        return Checked(fault=Fault.TOO_FAR)
    return checked


def read_paid_day(text: str, today: date) -> Checked:
    """The day on which somebody says to have paid: not after today, nor long ago."""
    checked = read_day(text)
    if checked.fault:
        return checked
    if checked.value > today:
        return Checked(fault=Fault.FUTURE)
    if (today - checked.value).days > MOST_DAYS_PAID:
        return Checked(fault=Fault.TOO_LONG_AGO)
    return checked


# ------------------------------------------------------------------- amounts

_SIGNS = re.compile(r"[^\d.,'’-]")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’]\d{3})+", re.ASCII)
_PLAIN = re.compile(r"\d+", re.ASCII)
# A currency's name has three letters and stands apart: "1e9" is nobody's amount.
_NO_AMOUNT = re.compile(r"[^\W\d_]{4,}|\d[^\W\d_]+\d")
# More digits than any invoice has: nothing is computed with them.
_MOST_DIGITS = 15


def read_amount(text: str, decimals: int = 2, most: int | None = None) -> Checked:
    """An amount in minor units as people write it: 1.234,56 or 1,234.56 or 1234.5 or € 1 234.

    The last separator is that of the decimals unless exactly three digits follow it, as in
    "1.234"; in a currency with three decimals a single one is theirs.

    :param decimals: of the currency
    :param most: the largest amount that makes sense, minor units
    """
    if not text.strip():
        return Checked(fault=Fault.MISSING)
    bare = _SIGNS.sub("", text)
    if bare.startswith("-"):
        return Checked(fault=Fault.NOT_POSITIVE)
    if _NO_AMOUNT.search(text) or len(bare) > 2 * _MOST_DIGITS:
        return Checked(fault=Fault.NOT_AN_AMOUNT)
    whole, fraction = bare, ""
    at = max(bare.rfind("."), bare.rfind(","))
    thousands = at >= 0 and len(bare) - at - 1 == 3
    if thousands and decimals == 3 and len(re.findall(r"[.,]", bare)) == 1:
        thousands = False
    if at >= 0 and not thousands:
        whole, fraction = bare[:at], bare[at + 1 :]
    if whole == "" and fraction:
        whole = "0"
    if (
        not (_PLAIN.fullmatch(whole) or _GROUPED.fullmatch(whole))
        or (fraction and not _PLAIN.fullmatch(fraction))
        or len(fraction) > decimals
        or len(whole) > _MOST_DIGITS
    ):
        return Checked(fault=Fault.NOT_AN_AMOUNT)
    amount = int(re.sub(r"\D", "", whole)) * 10**decimals + int(fraction.ljust(decimals, "0") or 0)
    if amount <= 0:
        return Checked(fault=Fault.NOT_POSITIVE)
    if most is not None and amount > most:
        return Checked(fault=Fault.TOO_MUCH)
    return Checked(amount)


def read_number(text: str, least: int, most: int) -> Checked:
    """A whole number within bounds."""
    text = text.strip()
    if not text:
        return Checked(fault=Fault.MISSING)
    if not _PLAIN.fullmatch(text) or len(text) > 9 or not least <= int(text) <= most:
        return Checked(fault=Fault.NOT_A_NUMBER)
    return Checked(int(text))


# --------------------------------------------------------------------- texts


def read_text(text: str, most: int = MOST_TEXT, required: bool = False) -> Checked:
    """A plain text: without control characters and what turns the direction of a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in _NO_TEXT
    ).strip()
    if required and not text:
        return Checked(fault=Fault.MISSING)
    if len(text) > most:
        return Checked(fault=Fault.TOO_LONG)
    return Checked(text)


# Control and format characters, surrogates, what is not assigned or private. A joiner of emoji
# goes along: what is read by accountants is words.
_NO_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


# --------------------------------------------------------------------- files

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


def sniff(data: bytes) -> str | None:
    """The type of a file by what it begins with, not by its name.

    :return: jpg, png, webp, heic or pdf; None for all others
    """
    if data[:3] == b"\xff\xd8\xff":
        return "jpg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "heic"
    if data[:5] == b"%PDF-":
        return "pdf"
    return None


MIMETYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": "application/pdf",
}


def read_file(data: bytes) -> Checked:
    """A file of a type that may be sent; the value is its kind."""
    if not data:
        return Checked(fault=Fault.FILE_EMPTY)
    if len(data) > MOST_FILE_BYTES:
        return Checked(fault=Fault.FILE_TOO_LARGE)
    kind = sniff(data)
    return Checked(kind) if kind else Checked(fault=Fault.FILE_TYPE)


# --------------------------------------------------------------------- rules


class Limit(str, Enum):
    """Why a customer's own promise waits for a person."""

    DAYS = "days"
    INSTALMENTS = "instalments"
    AMOUNT = "amount"
    KEPT = "kept"
    PROMISED = "promised"


@dataclass(frozen=True, slots=True)
class PageRules:
    """What customers may agree on by themselves.

    :param days: a single promise runs so many days at most; 0: each waits for a person
    :param plan_days: a plan runs so many days at most; 0: no limit
    :param instalments: a plan has so many at most; below 2: each plan waits for a person
    :param amount: the largest amount, minor units; 0: no limit
    :param kept_percent: the least share of promises kept
    """

    days: int
    plan_days: int
    instalments: int
    amount: int
    kept_percent: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants to promise.

    :param dates: of the payments, at least one, in their order
    :param amount: minor units in all
    :param kept: promises kept in the last year
    :param judged: promises of the last year that are over
    """

    dates: tuple[date, ...]
    amount: int
    kept: int = 0
    judged: int = 0


def beyond(wish: Wish, rules: PageRules, today: date) -> Limit | None:
    """The first limit that a wish exceeds, None when it holds at once.

    Who never promised anything has broken nothing either.
    """
    days = (wish.dates[-1] - today).days
    if len(wish.dates) > 1:
        if len(wish.dates) > rules.instalments:
            return Limit.INSTALMENTS
        if rules.plan_days and days > rules.plan_days:
            return Limit.DAYS
    elif days > rules.days or not rules.days:
        return Limit.DAYS
    if rules.amount and wish.amount > rules.amount:
        return Limit.AMOUNT
    if wish.judged and wish.kept * 100 < rules.kept_percent * wish.judged:
        return Limit.KEPT
    return None


def held_until(today: date, days: int, calendar: WorkingDays = EVERY_DAY) -> date | None:
    """The last of so many working days from tomorrow on, None for no days.

    Banks work on working days: who paid on Friday may be in the books on Tuesday.
    """
    if days <= 0:
        return None
    day = today
    for _count in range(days):
        day = calendar.next(day + timedelta(days=1))
    return day


# --------------------------------------------------------------------- faults


@dataclass(slots=True)
class Entries:
    """What was entered in a form: values that passed, and faults by field."""

    values: dict = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def take(self, name: str, checked: Checked, optional: bool = False) -> None:
        """Keep a value or its fault; an optional field may be left empty."""
        if checked.fault is Fault.MISSING and optional:
            self.values[name] = None
        elif checked.fault:
            self.faults[name] = checked.fault
        else:
            self.values[name] = checked.value

    @property
    def ok(self) -> bool:
        return not self.faults


def read_ids(texts: Iterable[str], most: int = 1000) -> frozenset[int]:
    """The ids among texts; what is none is left out."""
    ids = set()
    for text in texts:
        text = str(text).strip()
        if _PLAIN.fullmatch(text) and len(text) <= 10:
            ids.add(int(text))
            if len(ids) >= most:
                break
    return frozenset(number for number in ids if 0 < number < 2**31)


_NO_NAME = re.compile(r"[^\w.,()+ -]+")


def file_name(name: str, kind: str) -> str:
    """A harmless name of a file, ending as its contents demand.

    :param kind: as of ``sniff``
    """
    bare = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    bare = _NO_NAME.sub("_", bare.rsplit(".", 1)[0]).strip(" ._")[:80]
    return f"{bare or 'file'}.{kind}"
