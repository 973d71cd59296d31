from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from .. import engine

_GROUPS = "account_dunning_plus.group_dunning_user,account.group_account_readonly"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""In the order of Python's weekdays."""

_QUIET = tuple(f"dunning_quiet_{day}" for day in WEEKDAYS)

# Of all others nothing more is read.
_HAS_WISHES = " OR ".join(
    (
        "dunning_channel IS NOT NULL",
        "dunning_weekly_day IS NOT NULL",
        "dunning_closed_from IS NOT NULL",
        *(f"{name} IS TRUE" for name in _QUIET),
    )
)

# Whoever is closed for longer is on hold, and somebody should say why.
MOST_CLOSED_DAYS = 120

# A period of each year is looked at for as long ahead as next dates are shown.
_YEARS_AHEAD = 2


class Preferences(NamedTuple):
    """What one customer wishes; most wish nothing.

    :param wishes: engine.Wishes, None when any day will do
    :param channel: by which way the customer is reminded, None for the level's own
    """

    wishes: engine.Wishes | None
    channel: str | None


class ResPartner(models.Model):
    """How a customer wants to be reminded: when, by which way, in which language.

    They are of the customer, whichever of the companies reminds; those of its contacts are
    not read.
    """

    _inherit = "res.partner"

    dunning_channel = fields.Selection(
        [
            ("email", "By e-mail"),
            ("letter", "By letter"),
            ("both", "By e-mail and letter"),
            ("call", "Phone call first"),
        ],
        string="Reminded",
        groups=_GROUPS,
        help="Empty: as each level says. Phone call first: instead of the first reminder after "
        "the due date a call is planned; later ones go out as their levels say. A level that "
        "announces or charges costs always goes out in writing, by its own way as well.",
    )
    dunning_lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language of Reminders",
        groups=_GROUPS,
        help="Empty: the language of the contact who gets them.",
    )
    dunning_weekly_day = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        string="Once a Week On",
        groups=_GROUPS,
        help="Reminders wait for this day, and one message says all. When nothing is to be "
        "reminded of but something is overdue, a statement of account goes out. On a day off "
        "it is the next working day. Empty: each reminder on its own day.",
    )
    dunning_quiet_monday = fields.Boolean(string="No Reminders on Monday", groups=_GROUPS)
    dunning_quiet_tuesday = fields.Boolean(string="No Reminders on Tuesday", groups=_GROUPS)
    dunning_quiet_wednesday = fields.Boolean(string="No Reminders on Wednesday", groups=_GROUPS)
    dunning_quiet_thursday = fields.Boolean(string="No Reminders on Thursday", groups=_GROUPS)
    dunning_quiet_friday = fields.Boolean(string="No Reminders on Friday", groups=_GROUPS)
    dunning_quiet_saturday = fields.Boolean(string="No Reminders on Saturday", groups=_GROUPS)
    dunning_quiet_sunday = fields.Boolean(string="No Reminders on Sunday", groups=_GROUPS)
    dunning_closed_from = fields.Date(
        string="Closed From",
        groups=_GROUPS,
        help="Nothing goes out from this day on, until the customer is open again.",
    )
    dunning_closed_until = fields.Date(
        string="Closed Until", groups=_GROUPS, help="The last day on which the customer is closed."
    )
    dunning_closed_yearly = fields.Boolean(
        string="Closed Each Year", groups=_GROUPS, help="The same days each year."
    )
    dunning_preferences = fields.Char(
        string="Preferences",
        compute="_compute_dunning_preferences",
        groups="account_dunning_plus.group_dunning_viewer,account.group_account_readonly",
        help="How the customer wants to be reminded, in words.",
    )

    _dunning_wishes_index = models.Index(f"(id) WHERE {_HAS_WISHES}")
    _dunning_closed_in_order = models.Constraint(
        "CHECK(dunning_closed_from IS NULL = (dunning_closed_until IS NULL)"
        " AND (dunning_closed_from IS NULL OR dunning_closed_until - dunning_closed_from"
        f" BETWEEN 0 AND {MOST_CLOSED_DAYS - 1}))",
        "Enter the first and the last day on which the customer is closed, no more than "
        f"{MOST_CLOSED_DAYS} days; for longer hold the reminders.",
    )

    @api.constrains(*_QUIET)
    def _check_dunning_quiet(self):
        for partner in self:
            if all(partner[name] for name in _QUIET[:5]):
                raise ValidationError(
                    self.env._(
                        "%s would never get a reminder: leave one day from Monday to Friday, or "
                        "hold the reminders.",
                        partner.display_name,
                    )
                )

    def _dunning_is_quiet(self, weekday):
        """Whether this customer wants no reminders on a weekday.

        :param weekday: 0 for Monday
        """
        return self[_QUIET[weekday]]

    # -------------------------------------------------------------------- read

    @api.model
    def _dunning_preferences_of(self, partner_ids, today):
        """What customers wish; one query, which finds nothing where nobody wishes anything.

        :param partner_ids: ids of commercial entities, None for all
        :param today: the first date of interest
        :return: dict of partner id to Preferences, for those who wish something
        """
        names = [*_QUIET, "dunning_channel", "dunning_weekly_day", "dunning_closed_from",
                 "dunning_closed_until", "dunning_closed_yearly"]  # fmt: skip
        self.env["res.partner"].flush_model(names)
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT id, %s FROM res_partner WHERE (%s) AND %s",
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(_HAS_WISHES),
                SQL("TRUE") if partner_ids is None else SQL("id = ANY(%s)", list(partner_ids)),
            )
        )
        return {row["id"]: Preferences(_wishes(row, today), row["dunning_channel"]) for row in rows}

    @api.model
    def _dunning_days_of(self, company, partner_ids, today, preferences=None):
        """On which days those customers are written to who do not take any day.

        :param company: a single company
        :param partner_ids: ids of commercial entities, None for all
        :param preferences: of ``_dunning_preferences_of``, where they are known already
        :return: dict of partner id to engine.CustomerDays
        """
        found = preferences
        if found is None:
            found = self._dunning_preferences_of(partner_ids, today)
        found = {partner_id: own.wishes for partner_id, own in found.items() if own.wishes}
        calendar = company._dunning_working_days(today) if found else None
        return {
            partner_id: engine.CustomerDays(calendar, wishes)
            for partner_id, wishes in found.items()
        }

    @api.model
    def _dunning_not_today(self, company, today, preferences=None):
        """Ids of the customers who are sent no reminder today, as they wish.

        :param company: a single company
        :param today: its date
        :param preferences: of ``_dunning_preferences_of``, None to ask for all customers
        """
        days = self._dunning_days_of(company, None, today, preferences)
        return [partner_id for partner_id, own in days.items() if not own.includes(today)]

    def _dunning_quiet_today(self, company, today):
        """Those of these customers to whom nothing is said today, as they wish.

        The weekly day is one of reminders: what a customer agreed on, or asked for, does not
        wait for it.

        :param company: a single company
        :param today: its date
        """
        days = self._dunning_days_of(company, self.ids, today)
        return self.filtered(
            lambda partner: partner.id in days and not days[partner.id].wishes.allow(today)
        )

    def _dunning_chosen_lang(self):
        """The language in which this customer wants to be reminded, None for the reader's."""
        self.ensure_one()
        return self._dunning_langs(self.ids).get(self.id)

    @api.model
    def _dunning_langs(self, partner_ids):
        """The languages in which customers want to be reminded.

        :param partner_ids: ids of commercial entities
        :return: dict of partner id to code, for those who chose one that is installed
        """
        self.env["res.partner"].flush_model(["dunning_lang"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT partner.id, partner.dunning_lang
                      FROM res_partner partner
                      JOIN res_lang lang ON lang.code = partner.dunning_lang AND lang.active
                     WHERE partner.dunning_lang IS NOT NULL AND partner.id = ANY(%s)
                    """,
                    list(partner_ids),
                )
            )
        )

    # ------------------------------------------------------------------- words

    @api.depends(
        "dunning_channel",
        "dunning_lang",
        "dunning_weekly_day",
        "dunning_closed_from",
        "dunning_closed_until",
        "dunning_closed_yearly",
        *_QUIET,
    )
    @api.depends_context("lang")
    def _compute_dunning_preferences(self):
        # sudo: what sales staff may know of a customer whose row or page they read.
        wishes = ("dunning_channel", "dunning_weekly_day", "dunning_closed_from", "dunning_lang")
        for partner, own in zip(self, self.sudo(), strict=True):
            # Most wish nothing: what their words would be made of is not looked up.
            has_wishes = any(own[name] for name in (*wishes, *_QUIET))
            partner.dunning_preferences = has_wishes and " · ".join(own._dunning_preference_words())

    def _dunning_preference_words(self):
        """What a customer wishes, a few words each."""
        self.ensure_one()
        if self.dunning_channel:
            yield dict(self._fields["dunning_channel"]._description_selection(self.env))[
                self.dunning_channel
            ]
        days = dict(self._fields["dunning_weekly_day"]._description_selection(self.env))
        if self.dunning_weekly_day:
            yield self.env._("Once a week on %s", days[self.dunning_weekly_day])
        quiet = [days[str(number)] for number, name in enumerate(_QUIET) if self[name]]
        if quiet:
            yield self.env._("Not on %s", ", ".join(quiet))
        if self.dunning_closed_from:
            yield self._dunning_closed_words()
        if self.dunning_lang:
            languages = dict(self._fields["dunning_lang"]._description_selection(self.env))
            yield self.env._("In %s", languages.get(self.dunning_lang, self.dunning_lang))

    def _dunning_closed_words(self):
        self.ensure_one()
        pattern = self.env._("d MMMM") if self.dunning_closed_yearly else None
        first, last = (
            format_date(self.env, day, date_format=pattern)
            for day in (self.dunning_closed_from, self.dunning_closed_until)
        )
        if self.dunning_closed_yearly:
            return self.env._("Closed each year %(first)s – %(last)s", first=first, last=last)
        return self.env._("Closed %(first)s – %(last)s", first=first, last=last)


def _wishes(row, today):
    """What a row of the query wishes of days; None when any day will do.

    :param row: dict of column to value
    """
    quiet = frozenset(number for number, name in enumerate(_QUIET) if row[name])
    weekly = row["dunning_weekly_day"]
    closed = tuple(_closed(row, today))
    if weekly is None and not quiet and not closed:
        return None
    return engine.Wishes(int(weekly) if weekly is not None else None, quiet, closed)


def _closed(row, today):
    """The periods in which a customer is closed that are not over."""
    first, last = row["dunning_closed_from"], row["dunning_closed_until"]
    if first is None:
        return
    if not row["dunning_closed_yearly"]:
        if last >= today:
            yield first, last
        return
    length = last - first
    for year in range(today.year - 1, today.year + _YEARS_AHEAD + 1):
        start = _in_year(first, year)
        if start + length >= today:
            yield start, start + length


def _in_year(day, year):
    """A day in another year; 29 February is the day before March."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1) - timedelta(days=1)
