import json

from lxml import html
from odoo import SUPERUSER_ID, api

_TEXTS = (
    "answer",
    "courtesy_cleared",
    "courtesy_promise",
    "courtesy_statement",
    "dispute_answer",
    "promise_broken",
    "promise_confirmation",
    "promise_word",
    "statement",
)


def migrate(cr, version):
    """Translations of which only the greeting had been translated make room for whole ones.

    Odoo fills those that are missing once the migrations are done. What somebody wrote does not
    have all the English sentences any more, and stays.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in _TEXTS:
        template = env.ref(f"account_dunning_plus.mail_template_{name}", raise_if_not_found=False)
        if not template:
            continue
        cr.execute("SELECT body_html FROM mail_template WHERE id = %s", [template.id])
        bodies = cr.fetchone()[0] or {}
        if "en_US" not in bodies:
            continue
        english = _sentences(bodies["en_US"])
        kept = {
            lang: body
            for lang, body in bodies.items()
            if lang == "en_US" or not english or _sentences(body) != english
        }
        if kept != bodies:
            # Not by the ORM: the day of the last change still tells that nobody changed it.
            cr.execute(
                "UPDATE mail_template SET body_html = %s WHERE id = %s",
                [json.dumps(kept), template.id],
            )
            template.invalidate_recordset(["body_html"], flush=False)


def _sentences(body):
    """The sentences of a text, without greeting, closing and link."""
    texts = html.fragment_fromstring(body or "<p/>", create_parent="div").xpath(
        ".//text()[not(ancestor::a)]"
    )
    return [words for text in texts if len(words := " ".join(text.split())) > 25]
