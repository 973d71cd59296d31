"""A large ledger, quickly: some hundred invoices by Odoo, multiplied in the database.

The first copy is made by the ORM: customers in four languages, some with a contact of their own
for invoices, three currencies, instalments, partial payments, credit notes and paid invoices. All
rows that this made are then copied as often as is needed, every column of them, with references
between copied rows moved along. At the end Odoo itself is asked whether the copies are right.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from first_copy import BASE_CUSTOMERS, FirstCopy, make_company
from multiply import TABLES, columns_of, last_id, multiply
from odoo import fields
from odoo.tools import SQL

# Copies of entries looked at by Odoo.
SAMPLE = 200

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class LedgerError(Exception):
    """The ledger made here is not one that Odoo would have made."""


@dataclass(frozen=True)
class Size:
    """How large a ledger is.

    :param items: open receivable items that are not credits
    :param customers: commercial entities
    """

    items: int
    customers: int

    def __post_init__(self):
        if self.customers % BASE_CUSTOMERS or self.items % self.copies:
            raise LedgerError(
                f"A ledger cannot have {self.items} items over {self.customers} customers: take a "
                f"multiple of {BASE_CUSTOMERS} customers, and of items a multiple of "
                f"customers / {BASE_CUSTOMERS}."
            )
        if self.items < self.customers:
            raise LedgerError("A ledger needs at least one item a customer.")

    @property
    def copies(self) -> int:
        """How often the first copy is there in the end."""
        return self.customers // BASE_CUSTOMERS


def build(env, size: Size):
    """Make a company with a ledger in which every item is overdue and was never dunned.

    :param env: an environment of the superuser; its transaction is committed
    :return: the company
    :raises LedgerError: the copies are not what Odoo would have made
    """
    env = env(
        context={
            "tracking_disable": True,
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            # A new company in Belgium is no reason to install modules.
            "install_mode": True,
        }
    )
    company = make_company(env)
    env = env(context=dict(env.context, allowed_company_ids=company.ids))
    company = company.with_env(env)
    first = {table: last_id(env, table) + 1 for table in TABLES}
    FirstCopy(env, company, size.items // size.copies).make()
    env.flush_all()
    span = {table: last_id(env, table) + 1 - first[table] for table in TABLES}
    multiply(env, size.copies, first, span)
    env.invalidate_all()
    _store_pdfs(env, company)
    # Copies were never posted: make their customers known as an installation does.
    env["account.dunning.customer"]._ensure(SQL("line.company_id = %s", company.id))
    env.flush_all()
    _check(env, company, size)
    env.cr.commit()
    return company


def _store_pdfs(env, company):
    """Store a PDF with each invoice, so that none is rendered; all share one small file."""
    invoices = env["account.move"].search(
        [("company_id", "=", company.id), ("move_type", "in", ("out_invoice", "out_refund"))],
        order="id",
    )
    attachment = env["ir.attachment"].create(
        {
            "name": f"{invoices[0].name}.pdf".replace("/", "_"),
            "raw": PDF,
            "mimetype": "application/pdf",
            "res_model": "account.move",
            "res_field": "invoice_pdf_report_file",
            "res_id": invoices[0].id,
            "company_id": company.id,
        }
    )
    attachment.flush_recordset()
    stored = [*columns_of(env, "ir_attachment", {}, {"ir_attachment": 0})]
    stored.remove("id")
    copied = {"res_id": "move.id", "name": "REPLACE(move.name, '/', '_') || '.pdf'"}
    env.cr.execute(
        f"""
        INSERT INTO ir_attachment ({", ".join(stored)})
        SELECT {", ".join(copied.get(name, f"stored.{name}") for name in stored)}
          FROM ir_attachment stored, account_move move
         WHERE stored.id = %s AND move.id = ANY(%s)
         ORDER BY move.id
        """,
        [attachment.id, invoices[1:].ids],
    )
    env.invalidate_all()


# ------------------------------------------------------------------------ check


def _check(env, company, size):
    """Ask Odoo whether the ledger is right.

    :raises LedgerError: it is not
    """
    receivable = [
        ("company_id", "=", company.id),
        ("account_id.account_type", "=", "asset_receivable"),
        ("parent_state", "=", "posted"),
        ("reconciled", "=", False),
    ]
    found = env["account.move.line"].search_count([*receivable, ("balance", ">", 0)])
    if found != size.items:
        raise LedgerError(f"The ledger has {found} open items, not {size.items}.")
    customers = env["account.move.line"]._read_group(
        receivable, aggregates=["partner_id:count_distinct"]
    )
    if customers != [(size.customers,)]:
        raise LedgerError(f"The ledger has {customers} customers, not {size.customers}.")
    if unbalanced := env.execute_query(
        SQL(
            """
            SELECT move_id FROM account_move_line WHERE company_id = %s
             GROUP BY move_id HAVING SUM(balance) != 0 OR SUM(debit) != SUM(credit)
            """,
            company.id,
        )
    ):
        raise LedgerError(f"{len(unbalanced)} entries of the ledger do not balance.")
    moves = env["account.move"].search([("company_id", "=", company.id)], order="id")
    sample = moves.browse(random.Random(7).sample(moves.ids, min(SAMPLE, len(moves))))
    sample = sample.with_prefetch(sample.ids)
    if sample._get_unbalanced_moves({"records": sample}):
        raise LedgerError("Odoo says that entries of the ledger do not balance.")
    for records in (sample, sample.line_ids, sample.partner_id):
        _check_computed(records)


# Stored values that Odoo computes from others, in which copying could have gone wrong.
_COMPUTED = {
    "account.move": (
        "amount_residual",
        "amount_residual_signed",
        "amount_total",
        "commercial_partner_id",
        "invoice_date_due",
        "invoice_partner_display_name",
        "payment_reference",
        "payment_state",
        "sequence_number",
        "sequence_prefix",
    ),
    "account.move.line": (
        "amount_residual",
        "amount_residual_currency",
        "company_id",
        "date_maturity",
        "move_name",
        "parent_state",
        "reconciled",
    ),
    "res.partner": ("commercial_partner_id", "complete_name", "email_normalized"),
}


def _check_computed(records):
    """Compute stored fields anew and compare."""
    names = _COMPUTED[records._name]
    before = records.read(names, load=None)
    for name in names:
        field = records._fields[name]
        if field.compute or field.related:
            records.env.add_to_compute(field, records)
    records._recompute_recordset(names)
    for old, new in zip(before, records.read(names, load=None), strict=True):
        wrong = [name for name in names if not _same(records._fields[name], old[name], new[name])]
        if wrong:
            raise LedgerError(
                f"Odoo computes otherwise for {records._name} {old['id']}: "
                + ", ".join(f"{name} {old[name]!r} -> {new[name]!r}" for name in wrong)
            )


def _same(field, old, new):
    if field.type in ("float", "monetary"):
        return abs(old - new) < 0.005
    if isinstance(field, fields.Many2one):
        return (old or False) == (new or False)
    return old == new
