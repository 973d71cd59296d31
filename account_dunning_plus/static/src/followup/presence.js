import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useEffect, useState } from "@odoo/owl";

/** Tells who else has this customer open, and tells the others that it is open here. */
export class FollowupPresence extends Component {
    static template = "account_dunning_plus.Presence";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ resId: false, others: "" });
        useEffect(
            (resId) => {
                if (resId) {
                    this.opened(resId);
                }
            },
            () => [this.props.record.resId]
        );
    }

    async opened(resId) {
        const { others } = await this.orm.silent.call(
            this.props.record.resModel,
            "action_opened",
            [[resId]]
        );
        Object.assign(this.state, { resId, others });
    }

    get message() {
        const { resId, data } = this.props.record;
        if (this.state.resId === resId && this.state.others) {
            return _t("%s has this customer open as well.", this.state.others);
        }
        return data.worked_by || "";
    }
}

registry.category("view_widgets").add("dunning_presence", {
    component: FollowupPresence,
    fieldDependencies: [{ name: "worked_by", type: "char" }],
});
