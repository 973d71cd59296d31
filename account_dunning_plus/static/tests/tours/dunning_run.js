import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openFollowUp = [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open the follow-up app",
        trigger: ".o_app[data-menu-xmlid='account_dunning_plus.menu_dunning_root']",
        run: "click",
    },
    {
        content: "Open the menu of reminders",
        trigger: "[data-menu-xmlid='account_dunning_plus.menu_dunning_reminders']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("dunning_send_reminders", {
    steps: () => [
        ...openFollowUp,
        {
            content: "Ask what is due",
            trigger: "[data-menu-xmlid='account_dunning_plus.menu_dunning_preview']",
            run: "click",
        },
        {
            content: "The preview says how much goes out",
            trigger: ".alert:contains('2 customers')",
        },
        {
            content: "Leave one customer out",
            trigger:
                ".o_data_row:contains('Bakery Left Out') .o_field_widget[name=selected] input",
            run: "click",
        },
        {
            content: "Close the row to see the new count",
            trigger: ".alert:contains('1 customers')",
        },
        {
            content: "Send",
            trigger: "button[name=action_send]",
            run: "click",
        },
        {
            content: "The run is done and one reminder went out",
            trigger: ".oe_stat_button:contains('Sent') .o_stat_value:contains(1)",
        },
        {
            content: "Open the reminder that went out",
            trigger: ".oe_stat_button:contains('Sent')",
            run: "click",
        },
        {
            content: "It is the other customer's",
            trigger: ".o_view_controller.o_list_view .o_data_row td:contains('Bakery Reminded')",
            run: "click",
        },
        {
            content: "Look at the message",
            trigger: "a[name=message]",
            run: "click",
        },
        {
            content: "The message greets the customer",
            trigger: ".o_field_html:contains('Dear Bakery Reminded')",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_approve", {
    steps: () => [
        ...openFollowUp,
        {
            content: "Open the reminders",
            trigger: "[data-menu-xmlid='account_dunning_plus.menu_dunning_notice']",
            run: "click",
        },
        {
            content: "Open the one that waits for approval",
            trigger: ".o_data_row:contains('To Approve') td:contains('Bakery Reminded')",
            run: "click",
        },
        {
            content: "Approve it",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "It has been sent",
            trigger: ".o_arrow_button_current:contains('Sent')",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_invoice_reason", {
    steps: () => [
        {
            content: "Open the dunning tab of the invoice",
            trigger: "a[name=dunning]",
            run: "click",
        },
        {
            content: "It says what comes next",
            trigger: ".o_field_widget[name=dunning_reason]:contains('is due now')",
        },
        {
            content: "Exclude the invoice from follow-up",
            trigger: ".o_field_widget[name=no_followup] input",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "It says so",
            trigger: ".o_field_widget[name=dunning_reason]:contains('Excluded from follow-up')",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_no_rights", {
    steps: () => [
        {
            content: "The contact is shown",
            trigger: ".o_field_widget[name=name] :value('Bakery Reminded')",
        },
        {
            content: "Nothing of dunning is on it, and no menu leads there",
            trigger:
                "body:not(:has([name=dunning_policy_id])):not(:has([data-menu-xmlid^='account_dunning_plus']))",
        },
    ],
});
