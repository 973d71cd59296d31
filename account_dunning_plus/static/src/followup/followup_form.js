import { useDropdownState } from "@web/core/dropdown/dropdown_hooks";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { useChildRef } from "@web/core/utils/hooks";
import { FormCompiler } from "@web/views/form/form_compiler";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";
import { StatusBarButtons } from "@web/views/form/status_bar_buttons/status_bar_buttons";
import { toStringExpression } from "@web/views/utils";

/** The class of a button in the header that stands in the menu "More". */
const RARE = "o_dunning_rare";

/** Tells of each button in the header whether it is a rare one, and its hotkey. */
class FollowupFormCompiler extends FormCompiler {
    compileHeader(el, params) {
        const rare = [...el.querySelectorAll(`button.${RARE}`)].map((button) => ({
            name: button.getAttribute("name"),
            hotkey: button.getAttribute("data-hotkey") || "",
        }));
        const compiled = super.compileHeader(el, params);
        for (const slot of compiled.querySelectorAll("[t-set-slot]")) {
            const { name } = JSON.parse(
                slot.firstElementChild.getAttribute("clickParams") || "{}"
            );
            const own = rare.find((button) => button.name === name);
            if (own) {
                slot.setAttribute("isRare", "true");
                slot.setAttribute("hotkey", toStringExpression(own.hotkey));
            }
        }
        return compiled;
    }
}

/**
 * What is done every day stands in the bar, the rest in a menu, so that the bar is one line.
 *
 * On a phone all but the first are in a menu anyway.
 */
class FollowupStatusBarButtons extends StatusBarButtons {
    static template = "account_dunning_plus.StatusBarButtons";

    setup() {
        this.more = useDropdownState();
        this.menuRef = useChildRef();
        this.pressed = "";
        // Buttons that are not there have no hotkey: the menu is opened for it.
        for (const [slot, { isRare, hotkey }] of Object.entries(this.props.slots || {})) {
            if (isRare && hotkey) {
                useHotkey(`alt+${hotkey}`, () => this.press(hotkey), {
                    bypassEditableProtection: true,
                    isAvailable: () =>
                        !this.env.isSmall && !this.more.isOpen && this.rareSlotNames.includes(slot),
                });
            }
        }
    }

    get dailySlotNames() {
        return this.visibleSlotNames.filter((name) => !this.props.slots[name].isRare);
    }

    get rareSlotNames() {
        return this.visibleSlotNames.filter((name) => this.props.slots[name].isRare);
    }

    press(hotkey) {
        this.pressed = hotkey;
        this.more.open();
    }

    onOpened() {
        const button = this.menuRef.el?.querySelector(`[data-hotkey="${this.pressed}"]`);
        this.pressed = "";
        button?.click();
    }
}

class FollowupFormRenderer extends FormRenderer {
    static components = {
        ...FormRenderer.components,
        StatusBarButtons: FollowupStatusBarButtons,
    };
}

registry.category("views").add("dunning_followup_form", {
    ...formView,
    Compiler: FollowupFormCompiler,
    Renderer: FollowupFormRenderer,
});
