from odoo import models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _dunning_qr_params(self, currency, amount, reference, debtor, known):
        """What core draws for a payment to this account, None where it has no code for it.

        :param reference: what the payment states
        :param debtor: who pays
        :param known: dict that remembers for an account and a currency, by their ids, that the
            European code fits, whoever pays
        """
        vals = {
            "qr_method": known.get((self.id, currency.id)),
            "amount": amount,
            "currency": currency,
            "debtor_partner": debtor,
            "free_communication": reference,
            "structured_communication": reference,
        }
        if not vals["qr_method"]:
            vals = self._build_qr_code_vals(amount, reference, reference, currency, debtor)
            if vals and vals["qr_method"] == "sct_qr":
                known[self.id, currency.id] = "sct_qr"
        return vals and self._get_qr_code_generation_params(**vals) or None
