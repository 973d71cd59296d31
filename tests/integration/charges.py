"""What the scenarios of interest and costs share: a scheme, levels that charge, and their log."""

from .common import DunningCase

SECOND, THIRD = "2026-03-16", "2026-04-01"
"""The days of the second and third level of what is due on the first Monday."""


class ChargeCase(DunningCase):
    """Belgian businesses: 10.50 % a year, and EUR 40 for each invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls.new_scheme("By law")
        (cls.second | cls.third).charge_scheme_id = cls.scheme
        cls.bakery = cls.customer(country_id=cls.env.ref("base.be").id)

    @classmethod
    def new_scheme(cls, name, **vals):
        return cls.env["account.dunning.charge.scheme"].create(
            {"name": name, "company_id": cls.company.id, **vals}
        )

    @classmethod
    def nights(cls, *dates):
        """Some nights; the notices of the last one."""
        for date in dates:
            notices = cls.night(date)
        return notices

    @classmethod
    def charges(cls, move=None, states=("claimed", "booked", "waived")):
        """The log of this company, in the order in which it was written."""
        domain = [("company_id", "=", cls.company.id), ("state", "in", states)]
        if move:
            domain.append(("move_id", "=", move.id))
        return cls.env["account.dunning.charge"].sudo().search(domain, order="id")

    @classmethod
    def told(cls, notice):
        """What a notice states of charges: (kind, amount), in its order."""
        return [(row["kind"], row["amount"]) for row in notice._statement_rows()["charges"]]

    @classmethod
    def log(cls, move=None):
        """What holds: (kind, amount, state)."""
        return [(own.kind, own.amount, own.state) for own in cls.charges(move)]
