import { formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { RibbonWidget } from "@web/views/widgets/ribbon/ribbon";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, xml } from "@odoo/owl";

/** Tells on a contact until when the customer has promised to pay. */
export class PromisedRibbon extends Component {
    static template = xml`<RibbonWidget t-props="ribbon" />`;
    static components = { RibbonWidget };
    static props = { ...standardWidgetProps };

    get ribbon() {
        const day = this.props.record.data.dunning_promised_until;
        return {
            text: day
                ? _t("Promised: %s", day.toLocaleString({ day: "numeric", month: "short" }))
                : "",
            title: day ? _t("Promised until %s: see the follow-up", formatDate(day)) : "",
            bgClass: "text-bg-info",
        };
    }
}

registry.category("view_widgets").add("dunning_promised_ribbon", {
    component: PromisedRibbon,
    fieldDependencies: [{ name: "dunning_promised_until", type: "date" }],
});
