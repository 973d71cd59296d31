"""How the work of a night is cut into transactions."""

import logging
import time

from odoo import modules
from odoo.service.model import (
    MAX_TRIES_ON_CONCURRENCY_FAILURE,
    PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
)

_logger = logging.getLogger(__name__)


def each_company(records):
    """The records of a model as each company's night sees them.

    :return: iterator of (company, records): in the company's own language and time zone, and
        with no other company's records
    """
    # sudo: the scheduled actions work for all companies.
    for company in records.env["res.company"].sudo().search([("active", "=", True)]):
        yield (
            company,
            records.sudo()
            .with_company(company)
            .with_context(
                allowed_company_ids=company.ids,
                lang=company.partner_id.lang or records.env.lang,
                tz=company._dunning_timezone(),
            ),
        )


def in_transaction(env, work, end, retry=()):
    """Do a batch's work and commit it; again when another transaction was in the way.

    :param work: function without arguments; with None it says that another process is at it
    :param end: function without arguments that commits and tells the seconds left
    :param retry: exceptions that, beside the database's own, tell of another transaction
    :return: seconds left for the scheduled action, 0 when the time is up, None when another
        process is at it
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            if work() is None:
                return None
            return end()
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, *retry):
            if attempt == MAX_TRIES_ON_CONCURRENCY_FAILURE or not may_commit(env):
                raise
            _logger.info("A batch is tried again, attempt %s", attempt)
            env.cr.rollback()
            env.invalidate_all()
            time.sleep(attempt / 10)


def commit(env, processed=0, remaining=0):
    """End a batch's transaction so that an interruption loses no more than one batch.

    :param processed: customers or messages of the batch
    :param remaining: how many are left; something always is until ``commit_end``, or the
        server would not call again when the time is up
    :return: seconds left for the scheduled action
    """
    if not may_commit(env):
        return float("inf")
    return env["ir.cron"]._commit_progress(processed, remaining=max(remaining, 1))


def commit_end(env):
    """End the last transaction of a scheduled action that has nothing left to do."""
    if may_commit(env):
        env["ir.cron"]._commit_progress(0, remaining=0)


def call_again(env):
    """Leave what is left to the server's next job, and have that begin at once.

    The server's workers sleep a minute between jobs, unless something wakes them; what else is
    scheduled has its turn before.
    """
    env.cr.postcommit.add(env["ir.cron"]._notifydb)


def may_commit(env):
    """Whether transactions may be ended here: always, but in a test that shares one."""
    return bool(env.context.get("ir_cron_progress_id")) or not modules.module.current_test
