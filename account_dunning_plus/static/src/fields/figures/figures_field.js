import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** The figures of a customer that matter in a conversation about money, as tiles. */
export class DunningFiguresField extends Component {
    static template = "account_dunning_plus.FiguresField";
    static props = { ...standardFieldProps };

    get tiles() {
        const { data } = this.props.record;
        const figures = data[this.props.name] || {};
        const tiles = [
            {
                key: "overdue",
                label: _t("Overdue"),
                value: this.money(data.amount_overdue),
                tone: data.amount_overdue > 0 ? "text-danger" : "",
                tooltip: _t("What is past its due date, less open credits."),
            },
            {
                key: "upcoming",
                label: _t("Not yet due"),
                value: this.money(data.amount_upcoming),
            },
            {
                key: "credit",
                label: _t("Open credits"),
                value: this.money(data.amount_credit),
                tone: data.amount_credit > 0 ? "text-success" : "",
                tooltip: _t("Credit notes and payments not yet matched with an invoice."),
            },
        ];
        if (figures.credit_limit) {
            const use = figures.credit_limit_use || 0;
            tiles.push({
                key: "limit",
                label: _t("Credit limit used"),
                value: _t("%s%%", this.number(use, 0)),
                note: _t("of %s", figures.credit_limit),
                tone: use > 100 ? "text-danger" : "",
            });
        }
        tiles.push(
            this.punctuality(figures.average_days_late),
            {
                key: "reminders",
                label: _t("Reminders sent"),
                value: String(figures.reminders_sent || 0),
                tooltip: _t("In the last year."),
            }
        );
        if (data.promise_amount > 0) {
            tiles.push({
                key: "promised",
                label: _t("Promised"),
                value: this.money(data.promise_amount),
                tooltip: _t("What is promised and not yet paid. No reminder goes out for it."),
            });
        }
        if (data.amount_disputed > 0) {
            tiles.push({
                key: "disputed",
                label: _t("In dispute"),
                value: this.money(data.amount_disputed),
                tone: "text-warning",
                tooltip: _t("What the customer does not want to pay. No reminder goes out for it."),
            });
        }
        if (figures.promises_judged) {
            const { promises_kept: kept, promises_judged: judged } = figures;
            tiles.push({
                key: "kept",
                label: _t("Promises kept"),
                value: _t("%(kept)s of %(judged)s", { kept, judged }),
                tone: kept < judged / 2 ? "text-danger" : "",
                tooltip: _t("In the last year, paid in full and in time."),
            });
        }
        if (figures.discounts_late) {
            tiles.push({
                key: "discounts_late",
                label: _t("Discounts taken late"),
                value: String(figures.discounts_late),
                tooltip: _t("Invoices of which a discount was taken late, or too much of it."),
            });
        }
        return tiles;
    }

    money(value) {
        return formatMonetary(value || 0, {
            currencyId: this.props.record.data.currency_id?.id,
        });
    }

    number(value, decimals) {
        return formatFloat(value, { digits: [16, decimals] });
    }

    /** How late, or early, the customer pays on average; null when nothing was paid yet. */
    punctuality(average) {
        const days = Math.round(average || 0);
        const count = Math.abs(days);
        let value = count === 1 ? _t("1 day") : _t("%s days", count);
        if (typeof average !== "number") {
            value = "–";
        } else if (!days) {
            value = _t("on the day");
        }
        return {
            key: "late",
            label: days > 0 ? _t("Pays late by") : days < 0 ? _t("Pays early by") : _t("Pays"),
            value,
            tooltip: _t("The average over the invoices paid in the last year."),
            tone: days > 30 ? "text-danger" : "",
        };
    }
}

export const dunningFiguresField = {
    component: DunningFiguresField,
    displayName: _t("Follow-up figures"),
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "amount_overdue", type: "monetary" },
        { name: "amount_upcoming", type: "monetary" },
        { name: "amount_credit", type: "monetary" },
        { name: "amount_disputed", type: "monetary" },
        { name: "promise_amount", type: "monetary" },
        { name: "currency_id", type: "many2one", relation: "res.currency" },
    ],
    isEmpty: () => false,
};

registry.category("fields").add("dunning_figures", dunningFiguresField);
