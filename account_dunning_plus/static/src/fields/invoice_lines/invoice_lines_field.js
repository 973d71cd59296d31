import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart } from "@odoo/owl";

/** The lines of a disputed invoice, to tick those that are meant. */
export class DunningInvoiceLinesField extends Component {
    static template = "account_dunning_plus.InvoiceLinesField";
    static props = { ...standardFieldProps };

    setup() {
        onWillStart(async () => {
            this.canRead = await user.checkAccessRight("account.move.line", "read");
        });
        this.lines = useSpecialData(async (orm, props) => {
            const moveId = props.record.data.move_id?.id;
            if (!moveId || !(await user.checkAccessRight("account.move.line", "read"))) {
                return [];
            }
            return orm.searchRead(
                "account.move.line",
                [
                    ["move_id", "=", moveId],
                    ["display_type", "=", "product"],
                ],
                ["name", "product_id", "quantity", "price_total", "currency_id"]
            );
        });
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    isTicked(line) {
        return this.list.currentIds.includes(line.id);
    }

    label(line) {
        return line.name || line.product_id?.[1] || "";
    }

    quantity(line) {
        return formatFloat(line.quantity, { trailingZeros: false });
    }

    amount(line) {
        return formatMonetary(line.price_total, { currencyId: line.currency_id[0] });
    }

    tick(line, ev) {
        const ids = [line.id];
        return this.list.addAndRemove(ev.target.checked ? { add: ids } : { remove: ids });
    }
}

export const dunningInvoiceLinesField = {
    component: DunningInvoiceLinesField,
    displayName: _t("Invoice lines"),
    supportedTypes: ["many2many"],
    fieldDependencies: [{ name: "move_id", type: "many2one", relation: "account.move" }],
    isEmpty: () => false,
};

registry.category("fields").add("dunning_invoice_lines", dunningInvoiceLinesField);
