import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** A name or a sentence in a list: it wraps, takes a fair share of the width, and three lines at most. */
export class DunningWordsField extends Component {
    static template = "account_dunning_plus.WordsField";
    static props = { ...standardFieldProps };

    get value() {
        const value = this.props.record.data[this.props.name];
        return value?.display_name || value || "";
    }
}

export const dunningWordsField = {
    component: DunningWordsField,
    displayName: _t("Sentence"),
    supportedTypes: ["char", "text", "many2one"],
    listViewWidth: [170, 420],
};

registry.category("fields").add("dunning_words", dunningWordsField);
