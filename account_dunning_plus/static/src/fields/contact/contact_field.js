import { toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** A day in the past, and below it how long ago that was; ``days_field`` names the field with it. */
export class DunningContactField extends Component {
    static template = "account_dunning_plus.ContactField";
    static props = {
        ...standardFieldProps,
        days: { type: String, optional: true },
    };

    get day() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return toLocaleDateString(this.day);
    }

    get ago() {
        const days = this.props.record.data[this.props.days];
        if (days === 0) {
            return _t("today");
        }
        return days === 1 ? _t("yesterday") : _t("%s days ago", days);
    }
}

export const dunningContactField = {
    component: DunningContactField,
    displayName: _t("Day and how long ago"),
    supportedTypes: ["date"],
    extractProps: ({ options }) => ({ days: options.days_field }),
    fieldDependencies: ({ options }) =>
        options.days_field ? [{ name: options.days_field, type: "integer" }] : [],
    listViewWidth: 82,
};

registry.category("fields").add("dunning_contact", dunningContactField);
