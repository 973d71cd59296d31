import { currencies } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

/** An amount in a currency that is known by its name. */
function money(amount, name) {
    const id = Object.keys(currencies).find((key) => currencies[key].name === name);
    return id ? formatMonetary(amount, { currencyId: Number(id) }) : formatFloat(amount);
}

/**
 * The open items of a customer, to tick and act on.
 *
 * One plain table, drawn from what came with the record: hundreds of rows cost no component
 * and no call each. Ticks outlast a reload for the rows that are still there.
 */
export class DunningItemsField extends Component {
    static template = "account_dunning_plus.ItemsField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ ticked: new Set(), settled: null });
        onWillStart(async () => {
            [this.canAct, this.canTick, this.canOpen] = await Promise.all([
                user.hasGroup("account_dunning_plus.group_dunning_user"),
                user.hasGroup("account_dunning_plus.group_dunning_viewer"),
                user.checkAccessRight("account.move", "read"),
            ]);
        });
        onWillUpdateProps((nextProps) => this.onRecordChanged(nextProps));
    }

    onRecordChanged(nextProps) {
        const [before, after] = [this.props.record, nextProps.record];
        if (before.id === after.id) {
            return;
        }
        const sameCustomer = before.resId === after.resId;
        const ids = new Set(this.rowsOf(nextProps).map(({ id }) => id));
        this.state.ticked = new Set(
            sameCustomer ? [...this.state.ticked].filter((id) => ids.has(id)) : []
        );
        if (!sameCustomer) {
            this.state.settled = null;
        } else if (this.state.settled) {
            this.loadSettled(after);
        }
    }

    rowsOf(props) {
        return props.record.data[props.name]?.rows || [];
    }

    get rows() {
        return this.rowsOf(this.props);
    }

    /** Payments without a journal entry have no item to tick. */
    get tickable() {
        return this.rows.filter(({ id }) => id);
    }

    get columns() {
        const rows = [...this.rows, ...(this.state.settled || [])];
        return {
            level: rows.some(({ level }) => level),
            discount: rows.some(({ discount }) => discount),
            count: 6 + rows.some(({ level }) => level) + rows.some(({ discount }) => discount),
        };
    }

    get ticked() {
        return this.tickable.filter(({ id }) => this.state.ticked.has(id));
    }

    get allTicked() {
        return this.tickable.length > 0 && this.ticked.length === this.tickable.length;
    }

    get tickedText() {
        const totals = new Map();
        for (const { amount, currency } of this.ticked) {
            totals.set(currency, (totals.get(currency) || 0) + amount);
        }
        return _t("%(ticked)s of %(all)s chosen: %(total)s", {
            ticked: this.ticked.length,
            all: this.tickable.length,
            total: [...totals].map(([currency, total]) => money(total, currency)).join(" · "),
        });
    }

    /** Whether all that is ticked is excluded: then the button takes it back in. */
    get tickedExcluded() {
        return this.ticked.length > 0 && this.ticked.every(({ excluded }) => excluded);
    }

    /** Whether all that is ticked is owed: credits are neither promised nor disputed. */
    get tickedDebits() {
        return this.ticked.length > 0 && this.ticked.every(({ credit }) => !credit);
    }

    daysText(row, settled) {
        if (row.credit || (settled && row.days <= 0)) {
            return "";
        }
        if (!row.days) {
            return _t("today");
        }
        if (this.env.isSmall) {
            // Without a heading above it.
            return row.days > 0 ? _t("%s days late", row.days) : _t("in %s days", -row.days);
        }
        return row.days > 0 ? String(row.days) : _t("in %s", -row.days);
    }

    isLate(row, settled) {
        return !settled && !row.credit && !row.excluded && row.days > 0;
    }

    tick(row, ev) {
        if (ev.target.checked) {
            this.state.ticked.add(row.id);
        } else {
            this.state.ticked.delete(row.id);
        }
    }

    tickAll(ev) {
        this.state.ticked = new Set(ev.target.checked ? this.tickable.map(({ id }) => id) : []);
    }

    /** Call a method of the record with the ticked items, as a button of the form would. */
    act(method) {
        return this.env.onClickViewButton({
            clickParams: {
                type: "object",
                name: method,
                args: JSON.stringify([this.ticked.map(({ id }) => id)]),
            },
            getResParams: () => {
                const { context, evalContext, resModel, resId, resIds } = this.props.record;
                return { context, evalContext, resModel, resId, resIds };
            },
        });
    }

    async openMove(row) {
        await this.props.record.save();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: row.move_id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    async toggleSettled() {
        if (this.state.settled) {
            this.state.settled = null;
        } else {
            await this.loadSettled(this.props.record);
        }
    }

    async loadSettled({ resModel, resId, context }) {
        const rows = await this.orm.call(resModel, "get_settled_items", [[resId]], { context });
        if (resId === this.props.record.resId) {
            this.state.settled = rows;
        }
    }
}

export const dunningItemsField = {
    component: DunningItemsField,
    displayName: _t("Open items"),
    supportedTypes: ["json"],
    isEmpty: () => false,
};

registry.category("fields").add("dunning_items", dunningItemsField);
