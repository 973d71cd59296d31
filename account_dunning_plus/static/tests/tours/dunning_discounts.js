import { registry } from "@web/core/registry";

const confirm = [
    {
        content: "Confirm it",
        trigger: ".modal .modal-footer .btn-primary",
        run: "click",
    },
    {
        content: "The dialog is closed",
        trigger: "body:not(:has(.modal))",
    },
];

registry.category("web_tour.tours").add("dunning_discount_grace", {
    steps: () => [
        {
            content: "Register a payment",
            trigger: "button[name=action_register_payment]:enabled",
            run: "click",
        },
        {
            content: "The discount is still granted, and the wizard says why",
            trigger: ".modal .o_field_widget[name=discount_hint]:contains('days of grace')",
        },
        {
            content: "What is to be paid is less the discount",
            trigger: ".modal .o_field_widget[name=amount] input:value('980.00')",
        },
        {
            content: "Create the payment",
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "Nothing is left to pay",
            trigger: ".o_form_view:not(:has(button[name=action_register_payment]:visible))",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_discount_decide", {
    steps: () => [
        {
            content: "Grant what the first customer kept back",
            trigger: ".o_data_row:contains('Bakery One') button[name=action_discount_grant]",
            run: "click",
        },
        ...confirm,
        {
            content: "Nobody is needed for that customer any more",
            trigger: ".o_list_renderer:not(:contains('Bakery One'))",
        },
        {
            content: "Claim what the other one kept back",
            trigger: ".o_data_row:contains('Bakery Two') button[name=action_discount_claim]",
            run: "click",
        },
        ...confirm,
        {
            content: "Nobody is needed any more",
            trigger: ".o_list_renderer:not(:contains('Bakery Two')), .o_view_nocontent",
        },
    ],
});
