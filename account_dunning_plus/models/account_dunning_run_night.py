import logging
import time

from odoo import api, models
from odoo.addons.base.models import ir_cron
from odoo.service.server import SLEEP_INTERVAL
from odoo.tools import SQL, config

from .transactions import call_again, commit_end, each_company, in_transaction, may_commit

_logger = logging.getLogger(__name__)

# Seconds; the server's workers sleep some seconds more than they say, each another number.
_LONGEST_SLEEP = SLEEP_INTERVAL + 10


class AccountDunningRun(models.Model):
    """The scheduled actions: a night for every company, and what goes on in the background."""

    _inherit = "account.dunning.run"

    @api.model
    def _cron_run(self):
        """Do a night's work for every company: prepare, and deliver what needs no approval.

        Works in batches, each in its own transaction, and goes on where it was when it
        is called again. One company's trouble does not stop the others.
        """
        if self._is_job_too_long():
            call_again(self.env)
            return
        for company, night in each_company(self):
            if not night._run_company(company):
                call_again(self.env)
                return
        # Again when another process ends its night at the same moment.
        in_transaction(self.env, self._end_night, lambda: commit_end(self.env))

    @api.model
    def _end_night(self):
        # sudo: the runs of all companies, as the night made them.
        self.sudo().search([("tonight", "=", True)]).tonight = False
        return True

    @api.model
    def _run_company(self, company):
        """One company's night.

        :return: False when the time is up and the rest must wait for the next call
        """
        today = company._dunning_today()
        if not company._dunning_working_days(today).includes(today):
            return True
        name = company.name
        run = self.browse()
        try:
            run = self._get_or_create(company, today)
            if not run or (run.tonight and run.state == "done"):
                return True
            if not run.tonight and run._in_transaction(run._begin_tonight, 0, 0) is None:
                return True
            return run._prepare_batches() and run._deliver_batches()
        except Exception as error:
            if not may_commit(self.env):
                raise
            # The transaction may be broken: nothing is read before it is rolled back.
            self.env.cr.rollback()
            _logger.exception("Dunning run of %s stopped", name)
            if run:
                run.message = str(error)
            self._commit()
            return True

    def _begin_tonight(self):
        """The night comes to a company: its run is opened, and its promises are judged."""
        self.tonight = True
        if self.state == "done":
            self.write({"state": "draft", "prepared_partner_id": 0})
        self.env["account.dunning.customer"]._ensure(
            SQL("line.company_id = %s", self.company_id.id)
        )
        self.env["account.dunning.said.paid"]._close_found(self.company_id)
        # What a night decides is that a promise was broken; it is dunned the same night.
        self.env["account.payment.promise"]._judge_time(self.company_id, self.date)
        self.env["account.payment.promise"]._cron_words(self.company_id, self.date)

    @api.model
    def _cron_continue(self):
        """Go on with what was started by hand: notices to deliver, whole runs."""
        if self._is_job_too_long():
            call_again(self.env)
            return
        # sudo: the scheduled action works for all companies.
        if not self.env["account.dunning.notice"].sudo()._deliver_queued():
            call_again(self.env)
            return
        for run in self.sudo().search([("state", "=", "queued")]):
            company = run.company_id
            run = run.with_company(company).with_context(
                allowed_company_ids=company.ids,
                lang=company.partner_id.lang or self.env.lang,
                tz=company._dunning_timezone(),
            )
            if not (run._prepare_batches() and run._deliver_batches()):
                call_again(self.env)
                return
        commit_end(self.env)

    @api.model
    def _is_job_too_long(self):
        """Whether this call is better left to the server's next job.

        The server calls a scheduled action ten times in a job at least, however long each
        takes, and stops a job that takes longer than its limit. What its worker slept before
        counts as well. Half of what is left is for the batch that is begun last.
        """
        end = self.env.context.get("cron_end_time")
        limit = config["limit_time_real_cron"]
        if limit < 0:
            limit = config["limit_time_real"]
        if not end or not limit:
            return False
        spent = time.monotonic() - (end - ir_cron.MIN_TIME_PER_JOB)
        if spent < max((limit - _LONGEST_SLEEP) / 2, ir_cron.MIN_TIME_PER_JOB):
            return False
        self._commit(0, 1)
        return True
