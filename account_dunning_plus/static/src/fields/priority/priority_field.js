import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** A priority from 0 to 100 as a short bar; its tooltip says what it is made of. */
export class DunningPriorityField extends Component {
    static template = "account_dunning_plus.PriorityField";
    static props = {
        ...standardFieldProps,
        explanation: { type: String, optional: true },
    };

    get value() {
        return Math.round(this.props.record.data[this.props.name] || 0);
    }

    get width() {
        return Math.min(100, Math.max(0, this.value));
    }

    get tone() {
        if (this.value >= 60) {
            return "bg-danger";
        }
        return this.value >= 30 ? "bg-warning" : "bg-success";
    }

    get tooltipInfo() {
        const text = this.props.record.data[this.props.explanation] || "";
        return JSON.stringify({ lines: text.split("\n").filter(Boolean) });
    }
}

export const dunningPriorityField = {
    component: DunningPriorityField,
    displayName: _t("Priority bar"),
    supportedTypes: ["float", "integer"],
    extractProps: ({ options }) => ({ explanation: options.explanation_field }),
    fieldDependencies: ({ options }) =>
        options.explanation_field ? [{ name: options.explanation_field, type: "text" }] : [],
    listViewWidth: 84,
};

registry.category("fields").add("dunning_priority", dunningPriorityField);
