import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { Component, useState } from "@odoo/owl";

/** The number of customers that wait for a person, in the menu bar; absent when none does. */
export class DunningWaitingMenu extends Component {
    static template = "account_dunning_plus.WaitingMenu";
    static props = {};

    setup() {
        this.action = useService("action");
        this.waiting = useState(useService("dunning_waiting").state);
    }

    get tooltip() {
        return this.waiting.count === 1
            ? _t("1 customer needs you today")
            : _t("%s customers need you today", this.waiting.count);
    }

    open() {
        this.action.doAction("account_dunning_plus.account_dunning_followup_action", {
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("account_dunning_plus.waiting", { Component: DunningWaitingMenu }, { sequence: 30 });
