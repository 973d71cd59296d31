import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** The rating of a debtor as a face: its shape says the same as its colour. */
export class DunningTrustField extends Component {
    static template = "account_dunning_plus.TrustField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return formatSelection(this.value, { selection });
    }

    get icon() {
        return {
            good: "fa-smile-o text-success",
            normal: "fa-meh-o text-muted",
            bad: "fa-frown-o text-danger",
        }[this.value];
    }
}

export const dunningTrustField = {
    component: DunningTrustField,
    displayName: _t("Debtor rating"),
    supportedTypes: ["selection"],
    label: false,
    listViewWidth: 20,
};

registry.category("fields").add("dunning_trust", dunningTrustField);
