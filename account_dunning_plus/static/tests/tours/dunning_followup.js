import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const { DateTime } = luxon;

/** A day as a person types it, some days from now. */
const inDays = (days) => DateTime.now().plus({ days }).toFormat("MM/dd/yyyy");

const customerIs = (name) => ({
    content: `${name} is shown`,
    trigger: `.o_dunning_title .o_field_widget[name=partner_id]:contains('${name}')`,
});

const nextCustomer = (name) => [
    {
        content: "Go on with the next customer",
        trigger: "button[name=next_customer]:enabled",
        run: "click",
    },
    customerIs(name),
];

const noDialog = {
    content: "The dialog is closed",
    trigger: "body:not(:has(.modal))",
};

/** Log a call in its dialog. */
const logCall = (outcome, ...more) => [
    {
        content: "Log a call",
        trigger: "button[name=action_log_call]",
        run: "click",
    },
    {
        content: `What came of it: ${outcome}`,
        trigger: `.modal .o_field_widget[name=outcome] .o_radio_item:contains('${outcome}') input`,
        run: "click",
    },
    ...more,
    {
        content: "Save the call",
        trigger: ".modal button[name=action_done]",
        run: "click",
    },
    noDialog,
    {
        content: "The call is in the timeline",
        trigger: `.o_dunning_event[data-kind=call]:contains('${outcome}')`,
    },
];

const onDay = (days) => ({
    content: "On which day",
    trigger: ".modal .o_field_widget[name=next_date] input",
    run: `edit ${inDays(days)}`,
});

const note = (text) => ({
    content: "What was said",
    trigger: ".modal .o_field_widget[name=note] textarea",
    run: `edit ${text}`,
});

registry.category("web_tour.tours").add("dunning_monday", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='account_dunning_plus.menu_dunning_root']",
            run: "click",
        },
        {
            content: "The menu bar tells that five customers wait",
            trigger: ".o_dunning_waiting .badge:contains(5)",
        },
        {
            content: "The most important one is first",
            trigger: ".o_data_row:first-child td[name=partner_id]:contains('Bakery One')",
            run: "click",
        },
        customerIs("Bakery One"),
        ...logCall("Will pay", onDay(7), note("Next Friday")),
        {
            content: "The promise keeps reminders back",
            trigger: ".alert:contains('promised, the next payment by')",
        },
        ...nextCustomer("Bakery Two"),
        ...logCall("Call back", onDay(2)),
        ...nextCustomer("Bakery Three"),
        ...logCall("No answer"),
        ...nextCustomer("Bakery Four"),
        {
            content: "The reminder did not arrive; write it again",
            trigger: "button[name=action_send_reminder]",
            run: "click",
        },
        {
            content: "Send it",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        noDialog,
        {
            content: "It has been sent",
            trigger: ".o_dunning_event[data-kind=notice]:contains('Sent')",
        },
        ...nextCustomer("Bakery Five"),
        {
            content: "This was the last one",
            trigger: "button[name=next_customer]:disabled",
        },
        {
            content: "Tick what was paid",
            trigger: ".o_dunning_items thead input",
            run: "click",
        },
        {
            content: "Register the payment",
            trigger: "button[name=items_register_payment]:enabled",
            run: "click",
        },
        {
            content: "As proposed",
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        noDialog,
        {
            content: "Nothing is open any more",
            trigger: ".o_dunning_items:contains('Nothing is open.')",
        },
        {
            content: "Back to the list",
            trigger: ".o_back_button a, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The list is empty",
            trigger: ".o_nocontent_help:contains('Nothing needs you today')",
        },
        {
            content: "Nobody waits any more",
            trigger: "body:not(:has(.o_dunning_waiting))",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_sales_logs_call", {
    steps: () => [
        {
            content: "Sales staff see the worklist",
            trigger: ".o_data_row td[name=partner_id]:contains('Bakery One')",
            run: "click",
        },
        customerIs("Bakery One"),
        {
            content: "They cannot send, hold or register anything",
            trigger:
                ".o_form_statusbar:not(:has([name=action_send_reminder], [name=action_hold], [name=action_register_payment]))",
        },
        {
            content: "Of items they can only open a dispute",
            trigger:
                ".o_dunning_items_toolbar:has([name=items_dispute]):not(:has([name=items_register_payment], [name=items_promise], [name=items_toggle]))",
        },
        {
            content: "Log a call",
            trigger: "button[name=action_log_call]",
            run: "click",
        },
        {
            content: "The customer disputes something",
            trigger: ".modal .o_field_widget[name=outcome] .o_radio_item:contains('Disputes') input",
            run: "click",
        },
        note("Two boxes were broken"),
        {
            content: "Save the call",
            trigger: ".modal button[name=action_done]",
            run: "click",
        },
        {
            content: "Which invoice it is about can be said at once",
            trigger: ".modal .o_field_widget[name=move_id]",
        },
        {
            content: "Or later",
            trigger: ".modal button:contains('Close')",
            run: "click",
        },
        noDialog,
        {
            content: "What was said is there for the accountant",
            trigger: ".o_dunning_event[data-kind=call]:contains('Two boxes were broken')",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_batch_reminder", {
    steps: () => [
        {
            content: "Nobody needs a person",
            trigger: ".o_nocontent_help:contains('Nothing needs you today')",
        },
        {
            content: "See all who owe something",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            content: "Both customers are there",
            trigger: ".o_list_renderer:has(.o_data_row:contains('Bakery One')) .o_data_row:contains('Bakery Two')",
        },
        {
            content: "Choose all",
            trigger: ".o_list_record_selector input",
            run: "click",
        },
        {
            content: "Remind them",
            trigger: "button[name=action_send_reminder]",
            run: "click",
        },
        {
            content: "The preview names them",
            trigger: ".modal .o_data_row:contains('Bakery Two')",
        },
        {
            content: "Look at a sample",
            trigger: ".modal a[name=sample]",
            run: "click",
        },
        {
            content: "It greets the customer",
            trigger: ".modal .o_field_widget[name=sample_html]:contains('Dear')",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        noDialog,
    ],
});

registry.category("web_tour.tours").add("dunning_phone", {
    steps: () => [
        {
            content: "The worklist is a column of cards",
            trigger: ".o_kanban_record:contains('Bakery One')",
            run: "click",
        },
        customerIs("Bakery One"),
        {
            content: "Nothing is wider than the screen",
            trigger: ".o_dunning_columns",
            run() {
                const wide = document.querySelector(".o_form_view .o_content");
                if (wide.scrollWidth > wide.clientWidth + 1) {
                    throw new Error("The customer's screen scrolls sideways on a phone");
                }
            },
        },
        {
            content: "Tick an item",
            trigger: ".o_dunning_item input",
            run: "click",
        },
        {
            content: "Its amount is counted",
            trigger: ".o_dunning_items_toolbar:contains('1 of 1')",
        },
        {
            content: "Open the other actions",
            trigger: ".o_statusbar_buttons button[title=More], .o_statusbar_buttons .o-dropdown",
            run: "click",
        },
        ...logCall("No answer"),
    ],
});

/** The empty worklist tells what is empty, as `view`, in these words. */
const saysEmpty = (view, title) => ({
    content: `Empty: ${view}`,
    trigger: `.o_nocontent_help[data-view=${view}]:contains('${title}')`,
});

const lead = (label) => ({
    content: `What to do next: ${label}`,
    trigger: `.o_nocontent_help button[name=empty_leads]:contains('${label}')`,
    run: "click",
});

/** Choose a filter instead of the one that is chosen. */
const onlyFilter = (label) => [
    {
        content: "Take the filter away",
        trigger: ".o_facet_remove",
        run: "click",
    },
    {
        content: "Open the filters",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        content: label,
        trigger: `.o_filter_menu .o_menu_item:contains('${label}')`,
        run: "click",
    },
    {
        content: "Close the filters",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
];

/** The view before is gone: what is clicked next belongs to this one. */
const switchTo = (type) => [
    {
        content: `Look at it as ${type}`,
        trigger: `.o_switch_view.o_${type}`,
        run: "click",
    },
    {
        content: `It is a ${type}`,
        trigger: `.o_${type}_view .o_nocontent_help`,
    },
];

registry.category("web_tour.tours").add("dunning_empty", {
    steps: () => [
        saysEmpty("attention", "Nothing needs you today"),
        lead("See Everything Overdue"),
        saysEmpty("overdue", "Nothing is overdue"),
        ...onlyFilter("Quiet"),
        saysEmpty("quiet", "The robot has nobody to remind"),
        ...switchTo("kanban"),
        saysEmpty("quiet", "The robot has nobody to remind"),
        lead("See Who Needs Me Today"),
        saysEmpty("attention", "Nothing needs you today"),
        ...switchTo("pivot"),
        saysEmpty("attention", "Nothing needs you today"),
        ...switchTo("graph"),
        saysEmpty("attention", "Nothing needs you today"),
        ...switchTo("list"),
        ...onlyFilter("On Hold or Promised"),
        saysEmpty("hold", "Nobody is on hold or has promised to pay"),
        {
            content: "Look for somebody as well",
            trigger: ".o_searchview_input",
            run: "edit Nobody",
        },
        {
            content: "By name",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains('Customer')",
            run: "click",
        },
        saysEmpty("search", "No customer is found"),
        lead("See All That Is Open"),
        saysEmpty("open", "No customer owes anything"),
        {
            content: "There is nothing more to see",
            trigger: ".o_nocontent_help:not(:has(button))",
        },
    ],
});

registry.category("web_tour.tours").add("dunning_rare_actions", {
    steps: () => [
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
        customerIs("Bakery One"),
        {
            content: "Interest is not asked for every day",
            trigger: ".o_statusbar_buttons:not(:has([name=action_interest])) button[name=more]",
            run: "click",
        },
        {
            content: "It is in the menu, and says its key",
            trigger: ".o-dropdown--menu button[name=action_interest][data-tooltip*='Alt+I']",
            run: "click",
        },
        {
            content: "Two clicks",
            trigger: ".modal .o_form_view",
        },
        {
            content: "Close it",
            trigger: ".modal .btn-close",
            run: "click",
        },
        noDialog,
        {
            content: "Or its key",
            trigger: ".o_dunning_title",
            run: "press alt+i",
        },
        {
            content: "The same dialog",
            trigger: ".modal .o_form_view",
        },
        {
            content: "Close it again",
            trigger: ".modal .btn-close",
            run: "click",
        },
        noDialog,
    ],
});

/** Fail when one of these elements shows less than it has, or breaks into several lines. */
const fits = (content, trigger, selector) => ({
    content,
    trigger,
    run() {
        for (const el of document.querySelectorAll(selector)) {
            if (el.scrollWidth > el.clientWidth + 1) {
                throw new Error(`Cut at ${window.innerWidth} px: "${el.textContent.trim()}"`);
            }
        }
    },
});

registry.category("web_tour.tours").add("dunning_layout", {
    steps: () => [
        {
            content: "What is due in all and what is promised are columns where there is room",
            trigger: ".o_data_row",
            run() {
                for (const name of ["amount_due", "promise_date"]) {
                    const there = Boolean(document.querySelector(`th[data-name=${name}]`));
                    if (there !== window.innerWidth >= 1900) {
                        throw new Error(`${name} is ${there ? "" : "not "}shown`);
                    }
                }
            },
        },
        fits(
            "The list is not cut, nor is a header",
            ".o_data_row",
            ".o_list_renderer, .o_list_renderer thead th, .o_list_renderer thead th span"
        ),
        {
            content: "Open the customer",
            trigger: ".o_data_row td[name=partner_id]",
            run: "click",
        },
        {
            content: "Its actions are one line",
            trigger: ".o_form_view .o_dunning_figures",
            run() {
                const bar = document.querySelector(".o_statusbar_buttons");
                const tops = [...bar.querySelectorAll("button")].map(
                    (button) => button.getBoundingClientRect().top
                );
                if (window.innerWidth >= 1400 && Math.max(...tops) > Math.min(...tops) + 8) {
                    throw new Error(`The actions wrap: ${bar.textContent}`);
                }
            },
        },
        fits(
            "Nothing is wider than the screen",
            ".o_dunning_columns",
            ".o_form_view .o_content, .o_dunning_items_scroll"
        ),
    ],
});
