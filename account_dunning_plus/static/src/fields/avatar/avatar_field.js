import "@mail/views/web/fields/many2one_avatar_user_field/kanban_many2one_avatar_user_field";

import { registry } from "@web/core/registry";

const fields = registry.category("fields");

/** Who it is, as a picture alone: a column of a list that needs no more room than that. */
fields.add("dunning_avatar", {
    ...fields.get("kanban.many2one_avatar_user"),
    listViewWidth: 34,
});
