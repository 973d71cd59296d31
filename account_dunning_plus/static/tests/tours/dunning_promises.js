import { registry } from "@web/core/registry";

const { DateTime } = luxon;

/** A day as a person types it, some days from now. */
const inDays = (days) => DateTime.now().plus({ days }).toFormat("MM/dd/yyyy");

const noDialog = {
    content: "The dialog is closed",
    trigger: "body:not(:has(.modal))",
};

const takeDown = [
    {
        content: "Take it down",
        trigger: ".modal button[name=action_take_down]",
        run: "click",
    },
    noDialog,
];

const openCustomer = [
    {
        content: "See all who owe something",
        trigger: ".o_facet_remove",
        run: "click",
    },
    {
        content: "Open the customer",
        trigger: ".o_data_row td[name=partner_id]:contains('Bakery One')",
        run: "click",
    },
    {
        content: "The customer is shown",
        trigger: ".o_dunning_title .o_field_widget[name=partner_id]:contains('Bakery One')",
    },
];

registry.category("web_tour.tours").add("dunning_promise_phone", {
    steps: () => [
        {
            content: "The customer needs a call",
            trigger: ".o_data_row:contains('Bakery One') button[name=action_promise]",
            run() {
                // Whoever is on the phone has no patience.
                sessionStorage.setItem("dunning_promise_start", String(Date.now()));
                this.anchor.click();
            },
        },
        {
            content: "What is open is filled in",
            trigger: ".modal .o_field_widget[name=amount] input:value('1,000.00')",
        },
        {
            content: "When will they pay?",
            trigger: ".modal .o_field_widget[name=date] input",
            run: "edit +7d",
        },
        ...takeDown,
        {
            content: "It did not take 15 seconds",
            trigger: ".o_list_renderer",
            run() {
                const start = Number(sessionStorage.getItem("dunning_promise_start"));
                if (Date.now() - start > 15000) {
                    throw new Error("To take a promise down took more than 15 seconds");
                }
            },
        },
        ...openCustomer,
        {
            content: "The item is promised",
            trigger: ".o_dunning_item td[data-reason=promised]",
        },
        {
            content: "The promise is in the timeline",
            trigger: ".o_dunning_event[data-kind=promise]:contains('1,000.00')",
        },
        {
            content: "And among the figures",
            trigger: "[data-figure=promised]:contains('1,000.00')",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_promise_plan", {
    steps: () => [
        ...openCustomer,
        {
            content: "Take a promise down",
            trigger: "button[name=action_promise]",
            run: "click",
        },
        {
            content: "In instalments",
            trigger: ".modal .o_field_widget[name=in_instalments] input",
            run: "click",
        },
        {
            content: "Six of them",
            trigger: ".modal .o_field_widget[name=plan_number] input",
            run: "edit 6",
        },
        {
            content: "The first one in two weeks",
            trigger: ".modal .o_field_widget[name=first_date] input",
            run: `edit ${inDays(14)}`,
        },
        {
            content: "Each month",
            trigger: ".modal .o_field_widget[name=plan_rhythm] .o_radio_item:contains('Monthly') input",
            run: "click",
        },
        {
            content: "The last one takes the rounding",
            trigger:
                ".modal .o_field_widget[name=line_ids] .o_data_row:eq(5) td[name=amount]:contains('166.70')",
        },
        ...takeDown,
        {
            content: "The plan is in the timeline",
            trigger: ".o_dunning_event[data-kind=promise]:contains('6 instalments') button",
            run: "click",
        },
        {
            content: "It waits for a manager, since it runs for long",
            trigger: ".o_form_view .alert:contains('approved by a manager')",
        },
        {
            content: "All instalments are there",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:eq(5)",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_dispute_lines", {
    steps: () => [
        ...openCustomer,
        {
            content: "Tick the invoice",
            trigger: ".o_dunning_item input",
            run: "click",
        },
        {
            content: "It is disputed",
            trigger: "button[name=items_dispute]:enabled",
            run: "click",
        },
        {
            content: "Why?",
            trigger: ".modal .o_field_widget[name=reason_id] input",
            run: "edit Tour damaged",
        },
        {
            content: "Damaged",
            trigger: ".o-autocomplete--dropdown-item:contains('Tour damaged')",
            run: "click",
        },
        {
            content: "All ten lines are there",
            trigger: ".modal .o_dunning_invoice_line:eq(9)",
        },
        {
            content: "The third is wrong",
            trigger: ".modal .o_dunning_invoice_line:eq(2) input",
            run: "click",
        },
        {
            content: "Its amount is disputed",
            trigger: ".modal .o_field_widget[name=amount] input:value('30.00')",
        },
        {
            content: "The seventh as well",
            trigger: ".modal .o_dunning_invoice_line:eq(6) input",
            run: "click",
        },
        {
            content: "Both amounts are disputed",
            trigger: ".modal .o_field_widget[name=amount] input:value('100.00')",
        },
        {
            content: "What is wrong",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit Two boxes were wet",
        },
        ...takeDown,
        {
            content: "The dispute is in the timeline",
            trigger: ".o_dunning_event[data-kind=dispute]:contains('Two boxes were wet')",
        },
        {
            content: "And among the figures",
            trigger: "[data-figure=disputed]:contains('100.00')",
        },
    ],
});
