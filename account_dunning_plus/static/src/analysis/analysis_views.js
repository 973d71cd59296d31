import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

import { tellsWhyEmpty } from "@account_dunning_plus/followup/empty";

// Loaded with Odoo's own pivot and graph, when somebody opens one of them.

registry.category("views").add("dunning_followup_pivot", {
    ...pivotView,
    Controller: tellsWhyEmpty(PivotController, "account_dunning_plus.FollowupPivotView"),
});

registry.category("views").add("dunning_followup_graph", {
    ...graphView,
    Controller: tellsWhyEmpty(GraphController, "account_dunning_plus.FollowupGraphView"),
});
