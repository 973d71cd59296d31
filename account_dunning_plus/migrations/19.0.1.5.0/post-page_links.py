import hashlib
import json
import logging
import re

from lxml import html
from odoo import SUPERUSER_ID, api
from odoo.tools import file_open
from odoo.tools.translate import get_po_paths, translation_file_reader

_logger = logging.getLogger(__name__)

_WORDS = "See what is open, pay it, or answer us"
_LINK = '<p><a t-att-href="{url}" style="font-weight: bold;">{words}</a></p>\n                '
_OWN = "object._dunning_page_url()"
_CUSTOMER = "object._dunning_of_context()._dunning_page_url()"

# By template: how the page is called, how many paragraphs follow the link, and the text that
# earlier versions shipped (see ``_digest``). What other messages state is in views, which
# come with each version.
_TEXTS = {
    "mail_template_statement": (
        _CUSTOMER,
        2,
        "9bd3225def34706915f534588d7a12c2aed0d8d77871aef17d67ea5721516824",
    ),
    "mail_template_answer": (
        _OWN,
        2,
        "03a0ab297d2155cbfefc3ca5ff125685cb9691cc9c355c1e1e1584db259065a0",
    ),
    "mail_template_dispute_answer": (
        _OWN,
        1,
        "fd01a9fbf86eb64fbf26cbb0e70c4c9bcd3d386a23759f4f07580ae2bfcd90d3",
    ),
}


def migrate(cr, version):
    """Texts that nobody changed since they were installed get the link to the customer's page.

    Others stay as they are; the settings name those without the link.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, (url, after, shipped) in _TEXTS.items():
        template = env.ref(f"account_dunning_plus.{name}", raise_if_not_found=False)
        if not template:
            continue
        cr.execute("SELECT body_html FROM mail_template WHERE id = %s", [template.id])
        bodies = cr.fetchone()[0] or {}
        if "_dunning_page_url" in bodies.get("en_US", ""):
            continue
        if not _is_untouched(template, bodies, shipped):
            _logger.info("Text %r was changed and keeps no link to the page", template.name)
            continue
        linked = {
            lang: body
            if "_dunning_page_url" in body
            else _with_link(body, _LINK.format(url=url, words=_translation(lang)), after)
            for lang, body in bodies.items()
        }
        # Not by the ORM: the day of the last change still tells that nobody changed it.
        cr.execute(
            "UPDATE mail_template SET body_html = %s WHERE id = %s",
            [json.dumps(linked), template.id],
        )
        template.invalidate_recordset(["body_html"], flush=False)


def _is_untouched(template, bodies, shipped):
    """Whether a text is as it was shipped, in all its languages.

    Of translations no earlier version is known: what was written to since it was installed may
    have a changed one, and is left alone.
    """
    if _digest(bodies.get("en_US") or "<p/>") != shipped:
        return False
    tags = _tags(bodies["en_US"])
    return len(bodies) == 1 or (
        template.write_date == template.create_date
        # A language that was loaded since has the link already.
        and all(_tags(body) == tags for body in bodies.values() if "_dunning_page_url" not in body)
    )


def _parsed(body):
    return html.fragment_fromstring(body, create_parent="div")


def _tags(body):
    return [element.tag for element in _parsed(body).iter()]


def _digest(body):
    """A number for a text, whichever way its white space and attributes are written."""
    parts = [
        [
            str(element.tag),
            sorted(element.attrib.items()),
            " ".join((element.text or "").split()),
            " ".join((element.tail or "").split()),
        ]
        for element in _parsed(body).iter()
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _with_link(body, link, after):
    """Put the link before the last so many paragraphs; all else stays to the letter."""
    at = [found.start() for found in re.finditer(r"<p[\s>]", body)][-after]
    return body[:at] + link + body[at:]


def _translation(lang):
    """The words of the link in a language, as this version translates them."""
    for path in get_po_paths("account_dunning_plus", lang):
        with file_open(path, "rb") as source:
            rows = list(translation_file_reader(source, "po"))
        for row in rows:
            if row["src"] == _WORDS and row["value"]:
                return row["value"]
    return _WORDS
