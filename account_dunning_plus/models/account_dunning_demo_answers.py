from base64 import b64decode
from datetime import timedelta

from odoo import api, fields, models

_MODULE = "account_dunning_plus"

# A photo of a grey pallet, as far as a demonstration needs one.
_PHOTO = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mOoq6v7DwAFgAJ/l1nXOwAAAABJRU5ErkJggg=="
)


class AccountDunningDemo(models.AbstractModel):
    """What demo customers answered on their page this morning: one of each answer."""

    _inherit = "account.dunning.demo"

    @api.model
    def _fill_company(self, company):
        result = super()._fill_company(company)
        self.with_context(promise_confirm_later=True)._make_answers(company.with_env(self.env))
        return result

    @api.model
    def _make_answers(self, company):
        today = company._dunning_today()

        def day(days):
            return fields.Date.to_string(today + timedelta(days=days))

        self._answer(
            company,
            "peper_en_prei",
            "paid",
            {
                "date": day(-3),
                "reference": "Factuur oktober",
                "note": "Overgeschreven bij de Rabobank.",
            },
        )
        self._answer(company, "ossenstaart", "promise", {"date": day(9), "note": ""})
        self._answer(
            company,
            "schelpenpad",
            "plan",
            {
                "number": "5",
                "first": day(7),
                "rhythm": "monthly",
                "note": "Het seizoen begint pas in maart.",
            },
        )
        reason = self.env.ref(f"{_MODULE}.dispute_reason_damaged")
        self._answer(
            company,
            "belleroche",
            "dispute",
            {
                "reason": str(reason.id),
                "amount": "85,00",
                "note": "Deux cartons étaient mouillés à la livraison, voir la photo.",
            },
            files=[("palette.png", _PHOTO)],
        )
        self._answer(
            company,
            "pain_perche",
            "dispute",
            {"note": "Pouvez-vous indiquer notre numéro de commande sur la facture ?"},
            items=0,
        )

    @api.model
    def _answer(self, company, ref, kind, entered, items=1, files=()):
        """An answer about the oldest of what a customer has open.

        :param items: about how many items it is
        """
        customer = self.env.ref(f"{_MODULE}.demo_customer_{ref}")
        known = self.env["account.dunning.customer"]._of(customer, company)
        answers = self.env["account.dunning.answer"].with_context(lang=customer.lang)
        chosen = [own.id for own in answers._answerable(known) if own.asked > 0][:items]
        answer, faults = answers._take(kind, known, entered, frozenset(chosen), files=list(files))
        if faults:
            raise ValueError(faults)
        return answer
