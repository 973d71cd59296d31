import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";

import { reactive } from "@odoo/owl";

const DELAY = 300;

/** How many rows of the worklist need a person today; 0 for who may not act on them. */
export const dunningWaitingService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        const state = reactive({ count: 0 });
        const refresh = debounce(async () => {
            if (!(await user.hasGroup("account_dunning_plus.group_dunning_user"))) {
                return;
            }
            try {
                state.count = await orm.silent.call(
                    "account.dunning.followup",
                    "waiting_count",
                    []
                );
            } catch {
                // A number in the menu bar is not worth an error in the user's face.
                state.count = 0;
            }
        }, DELAY);
        env.bus.addEventListener("WEB_CLIENT_READY", refresh, { once: true });
        return { state, refresh };
    },
};

registry.category("services").add("dunning_waiting", dunningWaitingService);
