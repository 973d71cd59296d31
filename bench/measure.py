"""One measurement, in a process of its own; prints its figures as JSON.

python bench/measure.py STEP DATABASE
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import screens
from first_copy import COMPANY
from ledger import LedgerError, Size
from ledger import build as build_ledger
from odoo.tools import SQL, split_every
from odoo_process import configure, environment

# Notices mailed in one transaction by the floors: as many as by the run itself.
BATCH = 200

# The mail of the floor: ten lines of HTML, three values of the record.
PLAIN_BODY = """
<div style="font-size: 14px; color: #333333;">
    <p>Dear <t t-out="object.recipient_id.name or ''">customer</t>,</p>
    <p>According to our books we have not yet received your payment.</p>
    <p>The invoices are attached to this message.</p>
    <p>The open amount is <t t-out="object.amount_due">0.00</t>.</p>
    <p>Could you have a look and pay it in the next few days?</p>
    <p>If you have already paid, thank you: please disregard this message.</p>
    <p>If something is not right, simply answer it.</p>
    <p>Kind regards,</p>
    <p><t t-out="object.company_id.name or ''">Our company</t></p>
</div>
"""


class Meter:
    """Seconds, queries and memory of what is done inside it.

    ``peak`` is the process's highest memory so far and ``growth`` what that is above
    the memory just before, both in MB.
    """

    def __init__(self, env):
        self.cr = env.cr

    def __enter__(self):
        gc.collect()
        self._memory = _memory_now()
        self._queries = self.cr.sql_log_count
        self._cpu = time.process_time()
        self._start = time.monotonic()
        return self

    def __exit__(self, *_exc):
        self.seconds = time.monotonic() - self._start
        self.cpu = time.process_time() - self._cpu
        self.queries = self.cr.sql_log_count - self._queries
        self.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.growth = max(0, self.peak - self._memory)

    def figures(self, **more):
        """The figures as a dict, with some more."""
        return {
            "seconds": self.seconds,
            "cpu": self.cpu,
            "queries": self.queries,
            "peak": self.peak,
            "growth": self.growth,
            **more,
        }


def _memory_now():
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


# ------------------------------------------------------------------------ steps


def aggregate(env):
    """The floor of preparing: what each customer owes, in plain SQL."""
    company = _company(env)
    seconds = []
    for _attempt in range(5):
        with Meter(env) as meter:
            rows = env.execute_query(
                SQL(
                    """
                    SELECT partner.commercial_partner_id, COUNT(*), SUM(line.amount_residual)
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN res_partner partner ON partner.id = line.partner_id
                     WHERE line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
                       AND line.company_id = %s AND account.account_type = 'asset_receivable'
                     GROUP BY 1
                    """,
                    company.id,
                )
            )
        seconds.append(meter.seconds)
    meter.seconds = statistics.median(seconds)
    return meter.figures(count=len(rows))


def prepare(env):
    """Decide and record the night of today."""
    run = _night(env)
    facts = run.env["account.dunning.facts"]
    # What a server that is up has cached already.
    first = facts._partner_ids_with_open_items(run.company_id)[:20]
    facts._decide(run.company_id, first, run.date, run.company_id._dunning_working_days(run.date))
    run.env.cr.commit()
    with Meter(env) as meter:
        run._prepare_batches()
    return meter.figures(
        notices=len(run.notice_ids),
        items=run.item_count,
        open_items=sum(run.reason_ids.mapped("item_count")),
    )


def deliver(env):
    """Deliver what was prepared: facts read again, mails in the outgoing queue."""
    run = _night(env)
    _warm_up(run)
    mails = env["mail.mail"].search_count([])
    with Meter(env) as meter:
        run._deliver_batches()
    states = {
        state: count
        for state, count in env["account.dunning.notice"]._read_group(
            [("run_id", "=", run.id)], ["state"], ["__count"]
        )
    }
    if states != {"sent": sum(states.values())}:
        print(f"Not all notices were sent: {states}", file=sys.stderr)
    return meter.figures(
        notices=states.get("sent", 0), mails=env["mail.mail"].search_count([]) - mails
    )


def floor_plain(env):
    """The floor of delivering: a plain mail of ten lines a notice."""
    run = _night(env)
    notices = _ready(run)
    template = env["mail.template"].create(
        {
            "name": "Plain",
            "model_id": env["ir.model"]._get_id(notices._name),
            "subject": "Reminder from {{ object.company_id.name }}",
            "email_from": "{{ object.company_id.email_formatted }}",
            "partner_to": "{{ object.recipient_id.id }}",
            "use_default_to": False,
            "lang": "{{ object.recipient_id.lang }}",
            "auto_delete": False,
            "body_html": PLAIN_BODY,
        }
    )
    env.cr.commit()
    return _mail(env, notices, [(template.with_env(run.env), notices.ids)])


def floor_own(env):
    """The same with the notices' own texts, each with its table of items."""
    run = _night(env)
    notices = _ready(run)
    return _mail(
        env,
        notices,
        [
            (level._template(), own.ids)
            for level, own in notices.grouped("level_id").items()
            if level.send_email
        ],
    )


def age(env):
    """Let days pass for one customer in twenty, so that their next level is due."""
    company = _company(env)
    for table in ("account_dunning_run", "account_dunning_notice"):
        env.cr.execute(f"UPDATE {table} SET date = date - 1 WHERE company_id = %s", [company.id])
    env.cr.execute(
        "UPDATE account_dunning_notice SET date = date - 10 "
        "WHERE company_id = %s AND partner_id %% 20 = 0",
        [company.id],
    )
    env.cr.commit()
    return {}


def _mail(env, notices, parts):
    """Mail notices by what Odoo itself does, in batches as the run does.

    Their attachments are known beforehand. The first mails are made before, unmeasured.

    :param parts: list of a template and the ids of its notices
    """
    # Can be imported only once Odoo knows where add-ons are.
    from odoo.addons.account_dunning_plus.models.mail_template import MailTemplate

    stored = _stored_pdfs(env, notices)
    # What they say is known beforehand as well: to find it out is the add-on's work.
    for batch in split_every(BATCH, notices.ids, notices.browse):
        for notice in batch:
            notice.statement = notice.statement_now
        env.flush_all()
        env.invalidate_all()
    env.cr.commit()

    def generate(self, res_ids, render_fields, **kwargs):
        values = super(MailTemplate, self)._generate_template(res_ids, render_fields, **kwargs)
        for notice_id in res_ids:
            values[notice_id]["attachment_ids"] = stored[notice_id]
        return values

    # The add-on's own way of making a notice's mail has no place in a floor.
    with patch.object(MailTemplate, "_generate_template", generate):
        for template, ids in parts:
            template.send_mail_batch(ids[:1])
        env.cr.rollback()
        mails = env["mail.mail"].search_count([])
        with Meter(env) as meter:
            for template, ids in parts:
                for batch in split_every(BATCH, ids, list):
                    template.send_mail_batch(batch, email_values={"auto_delete": False})
                    env.cr.commit()
    return meter.figures(notices=len(notices), mails=env["mail.mail"].search_count([]) - mails)


def _stored_pdfs(env, notices):
    """Ids of the stored PDFs of each notice's invoices."""
    return dict(
        env.execute_query(
            SQL(
                """
                SELECT line.notice_id, ARRAY_AGG(DISTINCT stored.id)
                  FROM account_dunning_notice_line line
                  JOIN ir_attachment stored
                    ON stored.res_model = 'account.move' AND stored.res_id = line.move_id
                   AND stored.res_field = 'invoice_pdf_report_file'
                 WHERE line.notice_id = ANY(%s)
                 GROUP BY 1
                """,
                notices.ids,
            )
        )
    )


# ---------------------------------------------------------------------- helpers


def _company(env):
    return env["res.company"].search([("name", "=", COMPANY)])


def _night(env):
    """Today's run of the ledger's company, with the context of the nightly action."""
    company = _company(env)
    runs = (
        env["account.dunning.run"]
        .with_company(company)
        .with_context(
            allowed_company_ids=company.ids,
            lang=company.partner_id.lang,
            tz=company._dunning_timezone(),
        )
    )
    return runs._get_or_create(company, company._dunning_today())


def _ready(run):
    return run.env["account.dunning.notice"].search(
        [("run_id", "=", run.id), ("state", "=", "ready")], order="id"
    )


def _warm_up(run):
    """Read and compile what a server that is up has cached already."""
    for level, notices in _ready(run).grouped("level_id").items():
        level._template().send_mail_batch(notices[:1].ids)
    run.env.cr.rollback()


def worklist(env):
    """The first page of what needs a person."""
    return screens.worklist(env, Meter)


def worklist_all(env):
    """The first page of all who owe something."""
    return screens.worklist_all(env, Meter)


def worklist_everywhere(env):
    """The same over all companies."""
    return screens.worklist_everywhere(env, Meter)


def customer(env):
    """The screen of a customer with 500 open items."""
    return screens.customer(env, Meter)


STEPS = {
    step.__name__: step
    for step in (
        aggregate,
        prepare,
        deliver,
        floor_plain,
        floor_own,
        age,
        worklist,
        worklist_all,
        worklist_everywhere,
        customer,
    )
}


@contextmanager
def _profile(path):
    """Write a profile of the whole step to a file, where one is named."""
    if not path:
        yield
        return
    import cProfile

    with cProfile.Profile() as profile:
        yield
    profile.dump_stats(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=["build", *STEPS])
    parser.add_argument("database")
    parser.add_argument("--profile", metavar="FILE", help="write a cProfile to this file")
    parser.add_argument("--items", type=int, help="of the ledger to build")
    parser.add_argument("--customers", type=int, help="of the ledger to build")
    options = parser.parse_args()
    configure(options.database)
    with environment(options.database) as env, _profile(options.profile):
        if options.step == "build":
            try:
                build_ledger(env, Size(options.items, options.customers))
            except LedgerError as error:
                sys.exit(str(error))
            figures = {}
        else:
            figures = STEPS[options.step](env)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
