import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, useState } from "@odoo/owl";

/** All that happened between the company and a customer about money, newest first. */
export class DunningTimelineField extends Component {
    static template = "account_dunning_plus.TimelineField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        // The kind stays chosen when the next customer is opened.
        this.state = useState({ kind: "" });
    }

    get entries() {
        return this.props.record.data[this.props.name] || [];
    }

    get kinds() {
        const counts = new Map();
        for (const { kind } of this.entries) {
            counts.set(kind, (counts.get(kind) || 0) + 1);
        }
        return this.labels
            .filter(([kind]) => counts.has(kind))
            .map(([kind, label]) => ({ kind, label, count: counts.get(kind) }));
    }

    get labels() {
        return [
            ["notice", _t("Reminders")],
            ["courtesy", _t("Statements and thank-yous")],
            ["mail", _t("Mails")],
            ["reply", _t("Replies")],
            ["call", _t("Calls")],
            ["promise", _t("Promises")],
            ["dispute", _t("Disputes")],
            ["payment", _t("Payments")],
            ["note", _t("Notes")],
        ];
    }

    /** The chosen kind, when this customer has any of it. */
    get kind() {
        return this.kinds.some(({ kind }) => kind === this.state.kind) ? this.state.kind : "";
    }

    get shown() {
        return this.kind ? this.entries.filter(({ kind }) => kind === this.kind) : this.entries;
    }

    choose(kind) {
        this.state.kind = this.kind === kind ? "" : kind;
    }

    async open(entry) {
        await this.props.record.save();
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: entry.res_model,
            res_id: entry.res_id,
            views: [[false, "form"]],
            target: "current",
        });
    }
}

export const dunningTimelineField = {
    component: DunningTimelineField,
    displayName: _t("Follow-up timeline"),
    supportedTypes: ["json"],
    isEmpty: () => false,
};

registry.category("fields").add("dunning_timeline", dunningTimelineField);
