"""Multiplies the rows of a ledger in the database, every column of them."""

from __future__ import annotations

from first_copy import MARK
from odoo.tools import SQL

# Copied tables, each after those it refers to.
TABLES = (
    "res_partner",
    "account_full_reconcile",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
)

# Relations of copied rows: table and its column that refers to the copied row.
RELATIONS = (
    ("account_move_line_account_tax_rel", "account_move_line_id"),
    ("account_account_tag_account_move_line_rel", "account_move_line_id"),
)


def last_id(env, table):
    """The highest id of a table, 0 when it is empty."""
    [[last]] = env.execute_query(SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table)))
    return last


def multiply(env, copies, first, span):
    """Copy all rows from the first ids on.

    Copy ``k`` of a row has its id plus ``k`` times the span of its table, so a reference
    to a copied row is moved by the span of the other table.

    :param first: dict of table to the lowest id of the first copy
    :param span: dict of table to the number of ids of the first copy
    """
    number = "(row.sequence_number + k * row.highest)"
    # As Odoo writes it: five digits at least behind the prefix of the journal and year.
    name = (
        "CASE WHEN row.name = '/' THEN row.name ELSE row.sequence_prefix || "
        f"LPAD({number}::text, GREATEST(5, LENGTH({number}::text)), '0') END"
    )
    sources = {
        "account_move": """(
            SELECT *,
                   MAX(sequence_number) OVER (PARTITION BY journal_id, sequence_prefix) AS highest
              FROM account_move WHERE id >= %(account_move)s
        ) row""",
        "account_move_line": """account_move_line row
            JOIN account_move old ON old.id = row.move_id""",
    }
    special = {
        "account_move": {
            "name": name,
            "sequence_number": number,
            "payment_reference": f"REPLACE(row.payment_reference, row.name, {name})",
        },
        "account_move_line": {
            "move_name": "new.name",
            "name": "REPLACE(row.name, old.name, new.name)",
            "matching_number": """CASE
                WHEN row.matching_number LIKE 'P%%' THEN
                     'P' || SUBSTR(row.matching_number, 2)::int + k * %(partial_span)s
                ELSE (row.matching_number::int + k * %(full_span)s)::text END""",
        },
    }
    values = {
        **first,
        "partial_span": span["account_partial_reconcile"],
        "full_span": span["account_full_reconcile"],
    }
    for table in TABLES:
        source = sources.get(table, f"{table} row")
        joined = ""
        if table == "account_move_line":
            joined = f"JOIN account_move new ON new.id = old.id + k * {span['account_move']}"
        columns = columns_of(env, table, first, span) | special.get(table, {})
        _copy_rows(env, table, "id", columns, copies, (source, joined), first[table], values)
        env.execute_query(
            SQL(
                "SELECT SETVAL(PG_GET_SERIAL_SEQUENCE(%s, 'id'), (SELECT MAX(id) FROM %s))",
                table,
                SQL.identifier(table),
            )
        )
    for table, key in RELATIONS:
        columns = columns_of(env, table, first, span)
        source = (f"{table} row", "")
        _copy_rows(env, table, key, columns, copies, source, first["account_move_line"], values)


def _copy_rows(env, table, key, columns, copies, source, lowest, values):
    """Insert the copies of a table's rows.

    :param key: the column by which rows of the first copy are told from older ones
    :param columns: dict of column to the SQL of its value in copy ``k`` of ``row``
    :param source: what is read as ``row``, and what is joined to a row and a copy
    """
    rows, joined = source
    env.cr.execute(
        f"""
        INSERT INTO {table} ({", ".join(f'"{column}"' for column in columns)})
        SELECT {", ".join(columns.values())}
          FROM {rows} CROSS JOIN GENERATE_SERIES(1, %(last_copy)s) k {joined}
         WHERE row."{key}" >= %(lowest)s
         ORDER BY k, row."{key}"
        """,
        {**values, "last_copy": copies - 1, "lowest": lowest},
    )


def columns_of(env, table, first, span):
    """How each column of a table is copied, as SQL over ``row`` and ``k``."""
    references = dict(
        env.execute_query(
            SQL(
                """
                SELECT attribute.attname, con.confrelid::regclass::text
                  FROM pg_constraint con
                  JOIN pg_attribute attribute
                    ON attribute.attrelid = con.conrelid AND attribute.attnum = con.conkey[1]
                 WHERE con.contype = 'f' AND con.conrelid = %s::regclass
                """,
                table,
            )
        )
    )
    types = env.execute_query(
        SQL(
            """
            SELECT column_name, data_type FROM information_schema.columns
             WHERE table_schema = CURRENT_SCHEMA AND table_name = %s
            """,
            table,
        )
    )
    columns = {}
    for column, data_type in types:
        value = f'row."{column}"'
        other = references.get(column)
        if column == "id":
            value = f"row.id + k * {span[table]}"
        elif other in first:
            value = (
                f"CASE WHEN {value} >= {first[other]} THEN {value} + k * {span[other]} "
                f"ELSE {value} END"
            )
        elif data_type in ("character varying", "text"):
            value = f"REPLACE({value}, '{MARK}', 'copy' || k)"
        columns[column] = value
    return columns
