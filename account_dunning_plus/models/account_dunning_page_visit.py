import hashlib
import hmac
from datetime import timedelta

import psycopg2
from odoo import api, fields, models

# Nothing is counted over more than this.
_KEEP = timedelta(hours=1)


class AccountDunningPageVisit(models.Model):
    """Requests from outside that are counted, so that nobody keeps the server busy with them.

    In the database, as several workers and machines may answer. Written in a transaction of
    its own: a request that fails is counted too, and none waits for another. Who is over the
    limit is not written down any more, so there are never more rows than the limits allow.
    """

    _name = "account.dunning.page.visit"
    _description = "Visit of a Customer's Page"
    _log_access = False

    key = fields.Char(
        required=True, readonly=True, help="Who asked for what, told apart but not legible."
    )
    at = fields.Datetime(required=True, readonly=True)

    _key_at_index = models.Index("(key, at)")

    @api.model
    def _is_allowed(self, words, most, seconds):
        """Count a request and tell whether it is within the limit.

        :param words: texts that tell apart who asks for what
        :param most: requests allowed ...
        :param seconds: ... in as many seconds
        """
        # sudo: the secret, so that no address of a visitor is kept.
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret") or ""
        key = hmac.new(secret.encode(), "\n".join(words).encode(), hashlib.sha256).hexdigest()
        now = fields.Datetime.now()
        try:
            with self.env.registry.cursor() as cr:
                cr.execute(
                    "SELECT COUNT(*) FROM account_dunning_page_visit WHERE key = %s AND at > %s",
                    [key, now - timedelta(seconds=seconds)],
                )
                if cr.fetchone()[0] >= most:
                    return False
                cr.execute(
                    "INSERT INTO account_dunning_page_visit (key, at) VALUES (%s, %s)", [key, now]
                )
        except psycopg2.Error:
            # Better to answer once too often than to let a customer down.
            return True
        return True

    @api.autovacuum
    def _gc_visits(self):
        self.sudo().search([("at", "<", fields.Datetime.now() - _KEEP)]).unlink()
