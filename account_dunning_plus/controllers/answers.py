from odoo import http
from odoo.http import request

from ..engine import answers
from .page import DunningPage

_KINDS = "any(promise,plan,dispute,paid,preferences):kind"

# Three files, each larger than may be kept: said at the field; beyond that the server hangs up.
_MOST_BYTES = 48 * 1024 * 1024

# Of what is entered no more is looked at; the form says where it is too long.
_MOST_SIGNS = 20_000

_FIELDS = {
    "promise": ("date", "note"),
    "plan": ("number", "rhythm", "first", "note"),
    "dispute": ("reason", "amount", "note"),
    "paid": ("date", "reference", "amount", "note"),
    "preferences": ("lang", "weekly"),
}


class DunningAnswers(DunningPage):
    """The forms in which customers answer, by their link or from *My account*.

    Each works without any script: a form, a redirect, a confirmation.
    """

    @http.route(
        f"/dunning/<string:token>/<{_KINDS}>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=_MOST_BYTES,
        dunning_form=True,
    )
    def answer(self, token, kind, **kwargs):
        """A form by the link of a message, and what is entered in it."""
        return self._answer_form(self._open(token), kind)

    @http.route(
        f"/my/open-items/<int:company_id>/<{_KINDS}>",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=_MOST_BYTES,
        dunning_form=True,
    )
    def my_answer(self, company_id, kind, **kwargs):
        """A form for who is logged in, and what is entered in it."""
        return self._answer_form(self._open(None, company_id), kind)

    @http.route(
        "/dunning/<string:token>/answered/<int:answer_id>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
    )
    def answered(self, token, answer_id, **kwargs):
        """What has reached us, by the link of a message."""
        return self._answered(self._open(token), answer_id)

    @http.route(
        "/my/open-items/<int:company_id>/answered/<int:answer_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def my_answered(self, company_id, answer_id, **kwargs):
        """What has reached us, for who is logged in."""
        return self._answered(self._open(None, company_id), answer_id)

    # ---------------------------------------------------------------------- work

    def _answer_form(self, opened, kind):
        if kind == "preferences" and not opened.company.dunning_page_preferences:
            self._stop(404)
        sent = request.httprequest.form
        if request.httprequest.method != "POST":
            return self._show_form(opened, kind, request.httprequest.args)
        model = opened.customer.env["account.dunning.answer"]
        answer, faults = model._take(
            kind,
            opened.customer,
            self._entered(kind, sent),
            self._named_ids(sent, "item"),
            contact=self._who_answers(opened),
            files=self._files(),
            line_ids=self._named_ids(sent, "line"),
        )
        if faults:
            return self._show_form(opened, kind, sent, faults)
        return request.redirect(f"{opened.path}/answered/{answer.id}", code=303)

    def _show_form(self, opened, kind, sent, faults=None):
        """A form with what was entered, and what is wrong with it at its field."""
        model = opened.customer.env["account.dunning.answer"]
        form = model._form(
            kind,
            opened.customer,
            self._entered(kind, sent),
            self._named_ids(sent, "item"),
            self._named_ids(sent, "line"),
            is_sent=bool(faults),
        )
        form["faults"] = {**form.get("faults", {}), **(faults or {})}
        return self._answer(
            "account_dunning_plus.page_form",
            {
                "opened": opened,
                "path": opened.path,
                "company": opened.company,
                "page_name": "open_items",
                "kind": kind,
                "form": form,
                "entered": form["entered"],
                "faults": form["faults"],
                "most": {
                    "text": answers.MOST_TEXT,
                    "reference": answers.MOST_REFERENCE,
                    "files": answers.MOST_FILES,
                    "megabytes": answers.MOST_FILE_BYTES // 1024**2,
                },
            },
            422 if faults else 200,
            slim=opened.path.startswith("/dunning/"),
        )

    def _answered(self, opened, answer_id):
        answer = opened.customer.env["account.dunning.answer"].browse(answer_id).exists()
        # The number is in the address: answers of others are as good as none.
        if (
            answer.partner_id != opened.customer.partner_id
            or answer.company_id != opened.customer.company_id
        ):
            self._stop(404)
        return self._answer(
            "account_dunning_plus.page_answered",
            {
                "opened": opened,
                "path": opened.path,
                "company": opened.company,
                "page_name": "open_items",
                "answer": answer,
            },
            slim=opened.path.startswith("/dunning/"),
        )

    # ------------------------------------------------------------- what was sent

    def _entered(self, kind, sent):
        """The texts of a form's own fields, and of no others."""
        return {name: sent.get(name, "")[:_MOST_SIGNS] for name in _FIELDS[kind]}

    def _named_ids(self, sent, name):
        return answers.read_ids(sent.getlist(name))

    def _files(self):
        """The files that were sent, each read a little beyond what may be kept.

        :return: list of (name, bytes)
        """
        sent = request.httprequest.files.getlist("files")[: answers.MOST_FILES + 1]
        return [(file.filename or "", file.read(answers.MOST_FILE_BYTES + 1)) for file in sent]

    def _who_answers(self, opened):
        """Who is logged in, else to whom the message went by which the page was opened."""
        user = request.env.user
        if not user._is_public():
            # sudo: the own contact; whether it is one of the customer's is checked.
            return user.sudo().partner_id
        return opened.notice.recipient_id
