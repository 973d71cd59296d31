"""A mail server of our own, and what comes back from those of others."""

import socket
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from unittest.mock import patch

import freezegun
from aiosmtpd.controller import Controller
from odoo.addons.base.models.ir_mail_server import IrMail_Server

# The clock of the tests stands still; that of the mail server does not.
freezegun.config.configure(extend_ignore_list=["_pytest", "asyncio", "aiosmtpd"])


class _Sink:
    """Takes every mail but those to refused addresses."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(message_from_bytes(envelope.original_content, policy=policy.SMTP))
        return "250 Taken"


@contextmanager
def smtp(env):
    """A mail server that Odoo sends through; yields the list of mails it took."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = _Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    server = env["ir.mail_server"].create(
        {"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": port, "sequence": -1}
    )
    try:
        with patch.object(IrMail_Server, "_disable_send", lambda *args: False):
            yield sink.mails
    finally:
        controller.stop()
        server.unlink()


def answer(mail, body="We pay next week.", sender=None, html=None, **headers):
    """An answer to a mail as a mail program writes it; as bytes.

    :param headers: further ones, "_" for "-"; None takes one away
    """
    reply = EmailMessage(policy=policy.SMTP)
    reply["From"] = sender or mail["To"]
    reply["To"] = mail["Reply-To"] or mail["From"]
    reply["Subject"] = f"Re: {mail['Subject']}"
    reply["In-Reply-To"] = mail["Message-Id"]
    reply["References"] = f"{mail['References'] or ''} {mail['Message-Id']}".strip()
    reply["Message-Id"] = f"<answer-{abs(hash((body, html, sender, str(headers))))}@example.com>"
    for name, value in headers.items():
        del reply[name.replace("_", "-")]
        if value is not None:
            reply[name.replace("_", "-")] = value
    if body is not None:
        reply.set_content(body)
    if html is not None:
        reply.add_alternative(html, subtype="html") if body is not None else reply.set_content(
            html, subtype="html"
        )
    return reply.as_bytes()


def bounce(
    mail,
    to,
    address=None,
    code="550 5.1.1 User unknown",
    action="failed",
    status="5.1.1",
    original="message",
    report=True,
    sender="MAILER-DAEMON@mx.example.com",
):
    """What a mail server writes of a mail that it could not deliver (RFC 3464); as bytes.

    :param to: where it goes: the bounce address, else the sender
    :param address: the recipient that failed
    :param original: "message" or "headers" of what failed, None for neither
    :param report: whether there is a part for machines
    """
    parts = MIMEMultipart("report", **{"report-type": "delivery-status"})
    parts["From"] = f"Mail Delivery System <{sender}>"
    parts["To"] = to
    parts["Subject"] = "Undelivered Mail Returned to Sender"
    parts["Auto-Submitted"] = "auto-replied"
    parts["Message-Id"] = f"<bounce-{abs(hash((to, address, code, action, original)))}@mx.example>"
    parts.attach(MIMEText(f"I'm sorry to have to inform you …\n\n<{address}>: {code}\n"))
    if report:
        status_part = MIMEMultipart("delivery-status")
        del status_part["MIME-Version"]
        about = Message()
        about["Reporting-MTA"] = "dns; mx.example.com"
        recipient = Message()
        recipient["Final-Recipient"] = f"rfc822; {address}"
        if action:
            recipient["Action"] = action
        recipient["Status"] = status
        if code:
            recipient["Diagnostic-Code"] = f"smtp; {code}"
        status_part = Message()
        status_part["Content-Type"] = "message/delivery-status"
        status_part.set_payload([about, recipient])
        parts.attach(status_part)
    if original == "message":
        parts.attach(MIMEMessage(mail))
    elif original == "headers":
        headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
        parts.attach(MIMEText(headers, "rfc822-headers"))
    return parts.as_bytes()


def receipt(mail, to):
    """That somebody opened a mail (RFC 8098); as bytes."""
    parts = MIMEMultipart("report", **{"report-type": "disposition-notification"})
    parts["From"] = mail["To"]
    parts["To"] = to
    parts["Subject"] = f"Read: {mail['Subject']}"
    parts["Message-Id"] = "<receipt-1@example.com>"
    parts["In-Reply-To"] = mail["Message-Id"]
    parts.attach(MIMEText("Your message was read."))
    told = Message()
    told["Content-Type"] = "message/disposition-notification"
    told.set_payload(
        "Final-Recipient: rfc822; someone@example.com\n"
        f"Original-Message-ID: {mail['Message-Id']}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n"
    )
    parts.attach(told)
    return parts.as_bytes()
