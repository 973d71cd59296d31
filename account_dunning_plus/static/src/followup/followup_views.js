import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { BankWarning } from "@account_dunning_plus/bank/bank_warning";

/** Whenever the worklist is read, the number in the menu bar is read again as well. */
const refreshesWaiting = (Controller) =>
    class extends Controller {
        setup() {
            this.waiting = useService("dunning_waiting");
            super.setup();
        }

        get modelParams() {
            const params = super.modelParams;
            const onRootLoaded = () => {
                // Not returned: the rows are shown without waiting for the number.
                this.waiting.refresh();
            };
            params.hooks = { ...params.hooks, onRootLoaded };
            return params;
        }
    };

class FollowupListController extends refreshesWaiting(ListController) {
    static template = "account_dunning_plus.FollowupListView";
    static components = { ...ListController.components, BankWarning };
}

class FollowupKanbanController extends refreshesWaiting(KanbanController) {
    static template = "account_dunning_plus.FollowupKanbanView";
    static components = { ...KanbanController.components, BankWarning };
}

registry.category("views").add("dunning_followup_list", {
    ...listView,
    Controller: FollowupListController,
});

registry.category("views").add("dunning_followup_kanban", {
    ...kanbanView,
    Controller: FollowupKanbanController,
});
