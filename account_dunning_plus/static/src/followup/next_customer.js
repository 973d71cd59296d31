import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useRef, useState } from "@odoo/owl";

/**
 * The pager's "next" as a button beside the actions, so that a list is worked through in its
 * own order and filter. Unlike the pager it stops at the end.
 */
export class NextCustomer extends Component {
    static template = "account_dunning_plus.NextCustomer";
    static props = { ...standardWidgetProps };

    setup() {
        this.button = useRef("button");
        this.pager = useState(this.env.config.pagerProps);
        this.state = useState({ busy: false });
        // The pager has the same key; this one is asked first and does not start over.
        useHotkey("alt+n", () => this.next(), {
            bypassEditableProtection: true,
            withOverlay: () => this.button.el,
        });
    }

    get isListed() {
        return (this.pager.total || 0) > 1;
    }

    get isLast() {
        return this.pager.offset + 1 >= this.pager.total;
    }

    get tooltip() {
        return this.isLast
            ? _t("This is the last customer of the list.")
            : _t("Go on with the next customer of the list (Alt+N)");
    }

    async next() {
        if (this.state.busy || !this.isListed || this.isLast) {
            return;
        }
        this.state.busy = true;
        try {
            await this.pager.onUpdate({ offset: this.pager.offset + 1, limit: 1 }, true);
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("view_widgets").add("dunning_next_customer", { component: NextCustomer });
