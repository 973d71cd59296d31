import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/**
 * How old the open amounts are, as one bar of coloured parts. Each part's share is its part
 * of what is open; the legend, left out in lists, names the amounts.
 */
export class DunningAgeingField extends Component {
    static template = "account_dunning_plus.AgeingField";
    static props = {
        ...standardFieldProps,
        legend: { type: Boolean, optional: true },
    };
    static defaultProps = { legend: true };

    get parts() {
        return (this.props.record.data[this.props.name] || []).filter((part) => part.amount > 0);
    }

    tooltip(part) {
        return _t("%(age)s: %(amount)s", { age: part.label, amount: part.text });
    }

    get description() {
        return this.parts.map((part) => this.tooltip(part)).join(", ");
    }
}

export const dunningAgeingField = {
    component: DunningAgeingField,
    displayName: _t("Ageing bar"),
    supportedTypes: ["json"],
    extractProps: ({ viewType }) => ({ legend: viewType === "form" }),
    listViewWidth: [90, 140],
};

registry.category("fields").add("dunning_ageing", dunningAgeingField);
