import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { SearchPanel } from "@web/search/search_panel/search_panel";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

import { BankWarning } from "@account_dunning_plus/bank/bank_warning";
import { tellsWhyEmpty } from "@account_dunning_plus/followup/empty";

/** A window narrower than this, in pixels, begins with the search panel folded away. */
const PANEL_FROM = 1160;

/** Columns left out of a window narrower than this, in pixels, unless the user chose columns. */
const COLUMN_FROM = {
    promise_date: 1720,
    amount_due: 1560,
    level_id: 1310,
    last_contact_date: 1400,
    user_id: 980,
    days_overdue: 980,
};

/** Buttons in the rows need this much; below, the customer's screen has them. */
const BUTTONS_FROM = 980;

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

class FollowupListRenderer extends tellsWhyEmpty(
    ListRenderer,
    "account_dunning_plus.FollowupListRenderer"
) {
    computeOptionalActiveFields() {
        const active = super.computeOptionalActiveFields();
        if (browser.localStorage.getItem(this.keyOptionalFields) === null) {
            for (const [name, width] of Object.entries(COLUMN_FROM)) {
                active[name] = active[name] && browser.innerWidth >= width;
            }
        }
        return active;
    }

    getActiveColumns() {
        const columns = super.getActiveColumns();
        return browser.innerWidth >= BUTTONS_FROM
            ? columns
            : columns.filter(({ type }) => type !== "button_group");
    }
}

class FollowupListController extends refreshesWaiting(ListController) {
    static template = "account_dunning_plus.FollowupListView";
    static components = { ...ListController.components, BankWarning };
}

class FollowupKanbanController extends refreshesWaiting(KanbanController) {
    static template = "account_dunning_plus.FollowupKanbanView";
    static components = { ...KanbanController.components, BankWarning };
}

class FollowupSearchPanel extends SearchPanel {
    setup() {
        super.setup();
        const chosen = browser.localStorage.getItem(this.keyExpandSidebar) !== null;
        if (!chosen && !this.hasImportedState && browser.innerWidth < PANEL_FROM) {
            this.state.sidebarExpanded = false;
        }
    }
}

registry.category("views").add("dunning_followup_list", {
    ...listView,
    Controller: FollowupListController,
    Renderer: FollowupListRenderer,
    SearchPanel: FollowupSearchPanel,
});

registry.category("views").add("dunning_followup_kanban", {
    ...kanbanView,
    Controller: FollowupKanbanController,
    Renderer: tellsWhyEmpty(KanbanRenderer, "account_dunning_plus.FollowupKanbanRenderer"),
    SearchPanel: FollowupSearchPanel,
});
