import { useService } from "@web/core/utils/hooks";

import { Component, onWillStart, useState } from "@odoo/owl";

/** Tells above the worklist that the bank's statements are too old, if they are. */
export class BankWarning extends Component {
    static template = "account_dunning_plus.BankWarning";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({ words: "" });
        onWillStart(() => {
            // Not waited for: the list is shown at once.
            this.read();
        });
    }

    async read() {
        try {
            this.state.words = await this.orm.silent.call(
                "account.dunning.followup",
                "bank_warning",
                []
            );
        } catch {
            // Nothing to be told is not worth an error in the user's face.
            this.state.words = "";
        }
    }

    async checked() {
        await this.orm.call("account.dunning.followup", "action_bank_checked", []);
        this.state.words = "";
    }
}
