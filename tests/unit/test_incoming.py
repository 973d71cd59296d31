"""Which e-mails a machine wrote, and what mail servers say of those that failed."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .engine_path import engine

HUMAN = {"Subject": "Re: Reminder", "From": "an@example.com"}


def mail(**headers):
    message = EmailMessage()
    for name, value in {**HUMAN, **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Hello")
    return message


def test_a_persons_answer():
    assert not engine.is_automatic(mail())


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner-email=x"},
        {"Auto_Submitted": "auto-notified (why not)"},
        {"X_Auto_Response_Suppress": "OOF, AutoReply"},
        {"Precedence": "Bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "on"},
        {"Return_Path": "<>"},
    ],
)
def test_headers_of_machines(headers):
    assert engine.is_automatic(mail(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"Auto_Submitted": "No (a person)"},
        {"X_Auto_Response_Suppress": "None"},
        {"Precedence": "list"},
        {"Return_Path": "<an@example.com>"},
        # What a header says goes before words.
        {"Auto_Submitted": "no", "Subject": "Out of office"},
    ],
)
def test_headers_of_persons(headers):
    assert not engine.is_automatic(mail(**headers))


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Reminder of 3 invoices",
        "AutoReply: invoice",
        "Auto: Reminder",
        "Out of Office Re: Reminder",
        "Out of the office until Monday",
        "I am out of office",
        "Automatisch antwoord: Herinnering",
        "Afwezigheidsbericht",
        "Afwezig: Herinnering",
        "Réponse automatique : Rappel",
        "Reponse automatique: Rappel",
        "Absence du bureau",
        "Message d'absence",
        "Absent du bureau : Rappel",
        "Automatische Antwort: Erinnerung",
        "Abwesenheitsnotiz: Erinnerung",
        "Abwesend bis Montag",
        "[Out of office] Reminder",
    ],
)
def test_subjects_of_machines(subject):
    assert engine.is_automatic(mail(Subject=subject))


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: Reminder",
        "AW: Abwesenheitsnotiz: Erinnerung",
        "Automatic payment was refused",
        "Autobanden, factuur 12",
        "Automatische incasso mislukt",
        "Absolutely not our invoice",
        "Absence of goods in delivery 12",
        "Automatisering factuur",
        "RE : Rappel",
        "",
    ],
)
def test_subjects_of_persons(subject):
    assert not engine.is_automatic(mail(Subject=subject))


def test_a_report_names_the_server_and_the_message():
    raw = b"""From: MAILER-DAEMON@mx.example.com
Content-Type: multipart/report; report-type=delivery-status; boundary=x

--x
Content-Type: text/plain

It failed.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; an@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <an@example.com>:
 Recipient address rejected: User unknown
--x
Content-Type: message/rfc822

Message-Id: <1-openerp-2@vm>
To: An <an@example.com>

Hello
--x--
"""
    failure = engine.delivery_failure(message_from_bytes(raw, policy=policy.SMTP))
    assert failure.reason == (
        "550 5.1.1 <an@example.com>: Recipient address rejected: User unknown"
    )
    assert failure.message_ids == ("<1-openerp-2@vm>",)
    assert failure.sent_to == "An <an@example.com>"
    delayed = raw.replace(b"Action: failed", b"Action: delayed")
    assert engine.delivery_failure(message_from_bytes(delayed, policy=policy.SMTP)) is None


def test_one_line_is_cut_at_a_word():
    assert engine.one_line("a  b\n c", 90) == "a b c"
    assert engine.one_line("lorem ipsum dolor", 12) == "lorem ipsum…"
    assert engine.one_line("x" * 50, 10) == "x" * 9 + "…"


_LINES = st.sampled_from(
    [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        b"Content-Type: message/delivery-status",
        b"Content-Type: message/rfc822",
        b"Content-Type: text/rfc822-headers",
        b"Content-Type: message/disposition-notification",
        b"Content-Type: text/plain; charset=nonsense",
        b"Content-Transfer-Encoding: base64",
        b"Action: failed",
        b"Final-Recipient: rfc822; a@b.c",
        b"Diagnostic-Code: smtp; 550 no",
        b"Message-Id: <a@b>",
        b"Auto-Submitted: =?utf-8?q?no?=",
        b"From: <<>>,,",
        b"--x",
        b"--x--",
        b"",
        b" folded",
    ]
)


@given(st.lists(_LINES | st.binary(max_size=40), max_size=30))
def test_whatever_comes_in_is_read_without_an_error(lines):
    message = message_from_bytes(b"\n".join(lines), policy=policy.SMTP)
    assert engine.is_automatic(message) in (True, False)
    failure = engine.delivery_failure(message)
    assert failure is None or len(failure.reason) <= 250


@given(st.text(max_size=300), st.integers(10, 60))
def test_one_line_is_one_line(text, most):
    line = engine.one_line(text, most)
    assert len(line) <= most
    assert "\n" not in line
