import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

import { DunningTrustField } from "@account_dunning_plus/fields/trust/trust_field";

/**
 * A name or a sentence in a list: it wraps, over three lines at most.
 *
 * The option ``note_field`` names a field that is shown below it, smaller; ``trust_field`` one
 * with a rating, shown behind it.
 */
export class DunningWordsField extends Component {
    static template = "account_dunning_plus.WordsField";
    static components = { DunningTrustField };
    static props = {
        ...standardFieldProps,
        note: { type: String, optional: true },
        trust: { type: String, optional: true },
    };

    get value() {
        const value = this.props.record.data[this.props.name];
        return value?.display_name || value || "";
    }

    get note() {
        return this.props.record.data[this.props.note] || "";
    }
}

export const dunningWordsField = {
    component: DunningWordsField,
    displayName: _t("Sentence"),
    supportedTypes: ["char", "text", "many2one"],
    extractProps: ({ options }) => ({ note: options.note_field, trust: options.trust_field }),
    fieldDependencies: ({ options }) => [
        ...(options.note_field ? [{ name: options.note_field, type: "char" }] : []),
        ...(options.trust_field ? [{ name: options.trust_field, type: "selection" }] : []),
    ],
    listViewWidth: [140, 420],
};

registry.category("fields").add("dunning_words", dunningWordsField);
