import { _t } from "@web/core/l10n/translation";

import { Component } from "@odoo/owl";

/** The standing views of the worklist: names of filters in its search view. */
const STANDING = ["attention", "overdue", "quiet", "hold"];

/**
 * What an empty worklist means: a standing view, "open" without any filter, else "search".
 *
 * Groupings show the same customers in another way, so they change nothing.
 *
 * @param {SearchModel} searchModel
 * @returns {string}
 */
export function emptyView(searchModel) {
    const ticked = searchModel.filters.some((section) =>
        [...section.values.values()].some((value) => value.checked)
    );
    const chosen = new Set(searchModel.query.map(({ searchItemId }) => searchItemId));
    const narrowing = searchModel
        .getSearchItems((item) => chosen.has(item.id))
        .filter(({ type }) => !["groupBy", "dateGroupBy"].includes(type));
    if (ticked || narrowing.length > 1) {
        return "search";
    }
    if (!narrowing.length) {
        return "open";
    }
    const [{ name }] = narrowing;
    return STANDING.includes(name) ? name : "search";
}

/** Says why the worklist is empty, and what to do next. */
export class FollowupEmpty extends Component {
    static template = "account_dunning_plus.FollowupEmpty";
    static props = { view: String };

    /** Its face, title and text, and where a button leads: another view, all, or nowhere. */
    get words() {
        return {
            attention: {
                face: "smiling_face",
                title: _t("Nothing needs you today"),
                text: _t(
                    "Customers are reminded by themselves. Who waits for a person shows up here: a call that is due, a reminder to approve, a message that did not arrive."
                ),
                button: _t("See Everything Overdue"),
                leads: "overdue",
            },
            overdue: {
                face: "smiling_face",
                title: _t("Nothing is overdue"),
                text: _t(
                    "Every customer has paid what fell due. What is not due yet is reminded of by itself, when its day comes."
                ),
                button: _t("See All That Is Open"),
                leads: "open",
            },
            quiet: {
                face: "neutral_face",
                title: _t("The robot has nobody to remind"),
                text: _t(
                    "Who is reminded without any help is listed here, with what goes out next and when. Whoever owes something now needs a person, is on hold or has promised to pay."
                ),
                button: _t("See Who Needs Me Today"),
                leads: "attention",
            },
            hold: {
                face: "neutral_face",
                title: _t("Nobody is on hold or has promised to pay"),
                text: _t(
                    "A hold or a promise keeps reminders back until its day, and lists the customer here. Both are taken down on the customer's screen."
                ),
                button: _t("See Everything Overdue"),
                leads: "overdue",
            },
            open: {
                face: "smiling_face",
                title: _t("No customer owes anything"),
                text: _t(
                    "Customers are listed here as soon as an invoice of theirs is posted, and leave when it is paid."
                ),
            },
            search: {
                face: "empty_folder",
                title: _t("No customer is found"),
                text: _t(
                    "Nobody is in all that is chosen. Take one of the filters away, or look among everybody with something open."
                ),
                button: _t("See All That Is Open"),
                leads: "open",
            },
        }[this.props.view];
    }

    /** Show another standing view, or everybody, instead of what is chosen. */
    lead() {
        const { searchModel } = this.env;
        const { leads } = this.words;
        const [item] = searchModel.getSearchItems(({ name }) => name === leads);
        searchModel.blockNotification = true;
        searchModel.clearSections(searchModel.filters.map(({ id }) => id));
        if (item) {
            searchModel.clearQuery();
        }
        // Read once, with the last change.
        searchModel.blockNotification = false;
        if (item) {
            searchModel.toggleSearchItem(item.id);
        } else {
            searchModel.clearQuery();
        }
    }
}

/** A part of a view which, when it is empty, tells what that means. */
export const tellsWhyEmpty = (Base, template) =>
    class extends Base {
        static template = template;
        static components = { ...Base.components, FollowupEmpty };

        get emptyView() {
            return emptyView(this.env.searchModel);
        }
    };
