from datetime import date

from odoo import models

# Before any day on which a hold may end.
_NEVER = date.min


class ResPartner(models.Model):
    """What customers promised, said and asked for goes with them when they move.

    A customer may become part of another one, or two cards of one customer may be merged.
    """

    _inherit = "res.partner"

    def write(self, vals):
        if not {"parent_id", "is_company"} & set(vals):
            return super().write(vals)
        family = self._dunning_family()
        before = {partner: partner.commercial_partner_id for partner in family}
        result = super().write(vals)
        moved = family.filtered(lambda own: own.commercial_partner_id != before[own])
        if moved:
            for partner in moved.filtered(lambda own: before[own] == own):
                partner._dunning_hand_over(partner.commercial_partner_id)
            entities = self.browse(own.id for own in before.values())
            (entities | moved.commercial_partner_id)._dunning_follow()
        return result

    def _dunning_hand_over(self, customer):
        """Let another customer take over what people planned and set for these ones.

        :param customer: the commercial entity of which they are part from now on
        """
        # sudo: whoever moves a contact, the follow-up must know.
        self = self.sudo()
        memories = self.env["account.dunning.customer"]
        old = memories.search([("partner_id", "in", self.ids)])
        new = {own.company_id: own for own in memories.search([("partner_id", "=", customer.id)])}
        for own in old:
            target = new.get(own.company_id) or memories.create(
                {"partner_id": customer.id, "company_id": own.company_id.id}
            )
            new[own.company_id] = target
            self.env["mail.activity"].search(
                [("res_model", "=", "account.dunning.followup"), ("res_id", "=", own.id)]
            ).res_id = target.id
            target.user_id = target.user_id or own.user_id
            target.note = "\n".join(filter(None, (target.note, own.note))) or False
        self.env["account.dunning.courtesy"]._merge_cards(self | customer, customer)
        # The longest hold of them is that of the whole.
        for company in self.env["res.company"].search([("active", "=", True)]):
            own = customer.sudo().with_company(company)
            longest = max(
                (own, *self.with_company(company)),
                key=lambda partner: partner.dunning_hold_until or _NEVER,
            )
            if longest != own and longest.dunning_hold_until >= company._dunning_today():
                own.write(
                    {
                        "dunning_hold_until": longest.dunning_hold_until,
                        "dunning_hold_reason": longest.dunning_hold_reason,
                    }
                )

    def _dunning_follow(self):
        """Let promises, disputes, charges and calls be those of who owes by now.

        A promise is of who owes what it covers; a call of whose part its customer became.
        """
        # sudo: see _dunning_hand_over.
        self = self.sudo()
        promises = self.env["account.payment.promise"].search([("partner_id", "in", self.ids)])
        for promise in promises:
            owes = promise.item_ids.move_line_id.partner_id.commercial_partner_id
            if len(owes) == 1 and owes != promise.partner_id:
                promise.partner_id = owes
        charges = self.env["account.dunning.charge"].search([("partner_id", "in", self.ids)])
        for owes, own in charges.grouped(
            lambda charge: charge.move_line_id.partner_id.commercial_partner_id
        ).items():
            if owes:
                own.partner_id = owes
        calls = self.env["account.dunning.call"].search([("partner_id", "in", self.ids)])
        for call in calls:
            if call.partner_id != call.partner_id.commercial_partner_id:
                call.partner_id = call.partner_id.commercial_partner_id
        for model in (
            "account.dunning.reply",
            "account.dunning.answer",
            "account.dunning.said.paid",
        ):
            for own in self.env[model].search([("partner_id", "in", self.ids)]):
                if own.partner_id != own.partner_id.commercial_partner_id:
                    own.partner_id = own.partner_id.commercial_partner_id
