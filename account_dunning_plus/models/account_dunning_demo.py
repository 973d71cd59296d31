import csv
import random
from datetime import timedelta

from odoo import Command, api, models
from odoo.tools.misc import file_open

_MODULE = "account_dunning_plus"

# Nights lived through before the day of installation.
_NIGHTS = 365


def _copy(row, *names):
    """The columns of a row that have a text."""
    return {name: row[name] for name in names if row[name]}


class AccountDunningDemo(models.AbstractModel):
    """Builds the demo company's receivables, alive on the day of installation.

    The tables in ``demo/*.csv`` say who buys what and how late each pays, in days
    before or after the due date, counted from the day of installation. What customers
    were reminded of in the year before is found by asking the engine, night by night.
    """

    _name = "account.dunning.demo"
    _description = "Dunning Demo Data"

    @api.model
    def _install(self):
        """Fill the demo company, once: a company that has its accounts is left alone."""
        company = self.env.ref(f"{_MODULE}.demo_company")
        if company.chart_template:
            return
        self.with_company(company).with_context(
            allowed_company_ids=company.ids,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            tracking_disable=True,
        )._fill_company(company)

    @api.model
    def _fill_company(self, company):
        company = company.with_env(self.env)
        today = company._dunning_today()
        self._load_chart(company)
        self._prepare_company(company)
        customers = self._create_customers(company)
        products = self._create_products(company)
        rows = self._read_rows("invoices")
        for row in rows:
            row["due"] = today - timedelta(days=int(row["overdue"]))
        moves = self._create_moves(company, rows, customers, products)
        self._receive_payments(company, rows, moves, customers)
        self._live_the_past(company, today)
        self._stop_reminders(rows, moves, customers, today)

    # ------------------------------------------------------------- the company

    @api.model
    def _load_chart(self, company):
        """Give the company the Belgian chart of accounts where it is installed."""
        belgian = "l10n_be" in self.env["ir.module.module"]._installed()
        code = "be_comp" if belgian else "generic_coa"
        # Not try_loading(): while modules are being installed it warns, unless it also
        # fills the company with the demo data of the accounting application.
        self.env["account.chart.template"]._load(code, company, install_demo=False)
        # The generic chart brings the currency of the United States.
        company.currency_id = self.env.ref("base.EUR")

    @api.model
    def _prepare_company(self, company):
        company.partner_id.lang = self._language("nl", company.country_id)
        company.resource_calendar_id.tz = company.partner_id.tz
        company.dunning_user_id = self.env.ref(f"{_MODULE}.demo_user_accountant")
        account = self.env.ref(f"{_MODULE}.demo_bank_account")
        account.allow_out_payment = True
        self._journal(company, "bank").bank_account_id = account
        sales = self._journal(company, "sale")
        if "be" in sales._fields["invoice_reference_model"].get_values(self.env):
            sales.invoice_reference_model = "be"

    @api.model
    def _journal(self, company, kind):
        return self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", kind)], limit=1
        )

    # --------------------------------------------- customers and what they buy

    @api.model
    def _create_customers(self, company):
        """Create the customers and their contacts.

        :return: dict of the reference in the table to the partner
        """
        rows = self._read_rows("customers")
        countries = {row["country"]: self.env.ref(f"base.{row['country'].lower()}") for row in rows}
        values = {
            row["ref"]: {
                **_copy(row, "name", "street", "zip", "city", "vat", "phone", "email"),
                "is_company": True,
                "company_id": company.id,
                "country_id": countries[row["country"]].id,
                "lang": self._language(row["lang"], countries[row["country"]]),
                "tz": "Europe/Brussels",
                "user_id": self.env.ref(f"{_MODULE}.demo_user_sales").id,
                "customer_rank": 1,
                "property_payment_term_id": self.env.ref(
                    f"account.account_payment_term_{row['term']}days"
                ).id,
            }
            for row in rows
        }
        customers = self._create_named("res.partner", "customer", values)
        contacts = {
            row["ref"]: {
                **_copy(row, "type", "name", "function", "email", "street", "zip", "city"),
                "parent_id": customers[row["customer"]].id,
                "company_id": company.id,
                "country_id": customers[row["customer"]].country_id.id,
                "lang": customers[row["customer"]].lang,
            }
            for row in self._read_rows("contacts")
        }
        contacts = self._create_named("res.partner", "contact", contacts)
        customers["scheldemeet"].dunning_contact_id = contacts["scheldemeet_dunning"]
        customers["rheinaue"].dunning_policy_id = self.env.ref(f"{_MODULE}.dunning_policy_firm")
        return customers

    @api.model
    def _create_products(self, company):
        return self._create_named(
            "product.product",
            "product",
            {
                row["ref"]: {
                    "name": row["name"],
                    "default_code": row["code"],
                    "list_price": float(row["price"]),
                    "company_id": company.id,
                    "type": "service" if row["ref"] == "delivery" else "consu",
                    "taxes_id": [Command.set(company.account_sale_tax_id.ids)],
                    "supplier_taxes_id": [Command.set(company.account_purchase_tax_id.ids)],
                }
                for row in self._read_rows("products")
            },
        )

    # -------------------------------------------------------------- the ledger

    @api.model
    def _create_moves(self, company, rows, customers, products):
        """Create and post what the table of invoices says, payments apart.

        :return: list of the move, maybe empty, of each row
        """
        rng = random.Random(1830)
        values = {}
        for index, row in enumerate(rows):
            customer = customers[row["customer"]]
            if row["kind"] == "opening":
                values[index] = self._opening_values(company, customer, row)
            elif row["kind"] != "payment":
                values[index] = self._invoice_values(customer, row, products, rng)
        posted = self.env["account.move"].create(list(values.values()))
        posted.action_post()
        # Long since sent, so that nothing is listed as still to be sent.
        posted.filtered(lambda move: move.is_invoice()).is_move_sent = True
        moves = dict(zip(values, posted, strict=True))
        return [moves.get(index, posted.browse()) for index in range(len(rows))]

    @api.model
    def _invoice_values(self, customer, row, products, rng):
        if row["kind"] == "instalments":
            term = self.env.ref(f"{_MODULE}.demo_payment_term_instalments")
        else:
            term = customer.property_payment_term_id
        currency = customer.company_id.currency_id
        if row["customer"] == "kaaizicht":
            currency = self.env.ref("base.USD")
        refund = row["kind"] == "credit_note"
        return {
            "move_type": "out_refund" if refund else "out_invoice",
            "partner_id": customer.id,
            "currency_id": currency.id,
            "invoice_date": row["due"] - timedelta(days=0 if refund else term.line_ids[0].nb_days),
            "invoice_payment_term_id": False if refund else term.id,
            "invoice_user_id": customer.user_id.id,
            "invoice_line_ids": [
                Command.create({"product_id": product.id, "quantity": quantity})
                for product, quantity in self._basket(row, products, rng)
            ],
        }

    @api.model
    def _basket(self, row, products, rng):
        """Some products whose prices come to about the row's net amount.

        What was paid long ago gets one line: the year's history is made in half the time.

        :return: list of (product, whole quantity)
        """
        net = float(row["net"])
        affordable = [product for product in products.values() if product.list_price <= net / 3]
        chosen = rng.sample(affordable, 1 if row["paid_after"] else rng.randint(1, 3))
        share = net / len(chosen)
        return [(product, max(1, round(share / product.list_price))) for product in chosen]

    @api.model
    def _opening_values(self, company, customer, row):
        amount = float(row["net"])
        return {
            "move_type": "entry",
            "journal_id": self._journal(company, "general").id,
            "date": row["due"] - timedelta(days=30),
            "ref": "Opening balance",
            "line_ids": [
                Command.create(
                    {
                        "name": "Opening balance",
                        "account_id": account.id,
                        "partner_id": customer.id,
                        "date_maturity": row["due"],
                        "debit": max(balance, 0),
                        "credit": max(-balance, 0),
                        # Entries are left out of follow-up by themselves; this one is chased.
                        "no_followup": False,
                    }
                )
                for account, balance in (
                    (customer.property_account_receivable_id, amount),
                    (company.get_unaffected_earnings_account(), -amount),
                )
            ],
        }

    @api.model
    def _receive_payments(self, company, rows, moves, customers):
        """Book the receipts at the bank and match them with what they pay."""
        receipts, plan = [], []
        bank = self._journal(company, "bank")
        for row, move in zip(rows, moves, strict=True):
            customer = customers[row["customer"]]
            if row["kind"] == "payment":
                amount, day = float(row["net"]), row["due"]
            elif row["paid_after"]:
                amount = company.currency_id.round(move.amount_total * float(row["part"] or 1))
                day = row["due"] + timedelta(days=int(row["paid_after"]))
            else:
                continue
            receipts.append(
                {
                    "journal_id": bank.id,
                    "date": day,
                    "partner_id": customer.id,
                    "amount": amount,
                    "payment_ref": move.payment_reference or "On account",
                    "counterpart_account_id": customer.property_account_receivable_id.id,
                }
            )
            plan.append(move)
        statement_lines = self.env["account.bank.statement.line"].create(receipts)
        self.env["account.move.line"]._reconcile_plan(
            [
                self._receivables(move) | self._receivables(line.move_id)
                for line, move in zip(statement_lines, plan, strict=True)
                if move
            ]
        )
        for row, move in zip(rows, moves, strict=True):
            if row["kind"] == "in_process":
                # Paid in the books, not yet seen at the bank.
                self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=move.ids
                ).create({})._create_payments()

    @api.model
    def _receivables(self, moves):
        return moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @api.model
    def _stop_reminders(self, rows, moves, customers, today):
        """Stop reminding some customers from now on, each for a reason of its own."""
        for row, move in zip(rows, moves, strict=True):
            if row["kind"] == "excluded":
                move.no_followup = True
        days_to_friday = (4 - today.weekday()) % 7 or 7
        customers["proefkamer"].dunning_hold_until = today + timedelta(days=days_to_friday)
        customers["orme"].action_archive()

    # ------------------------------------------------------------------ helpers

    @api.model
    def _read_rows(self, name):
        """The rows of one of the tables in ``demo/``, as dicts of text."""
        with file_open(f"{_MODULE}/demo/{name}.csv", "r") as file:
            return list(csv.DictReader(file))

    @api.model
    def _create_named(self, model, kind, values):
        """Create records with an external identifier, ``demo_<kind>_<key>``.

        :param values: dict of key to field values
        :return: dict of key to record
        """
        records = self.env[model]._load_records(
            [
                {"xml_id": f"{_MODULE}.demo_{kind}_{key}", "noupdate": True, "values": vals}
                for key, vals in values.items()
            ]
        )
        return dict(zip(values, records, strict=True))

    @api.model
    def _language(self, iso, country):
        """The installed language nearest to what is spoken there, else English.

        :param iso: ``nl``, ``fr`` or ``de``
        """
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        spoken = [code for code in installed if code.startswith(f"{iso}_")]
        own = f"{iso}_{country.code}"
        return own if own in spoken else (spoken or ["en_US"])[0]
