// The customer's page works without this: it only spares who ticks an item the button. The
// server says what is to be paid of what is ticked, as it does for who presses the button.
(function () {
    "use strict";
    const form = document.querySelector("form.o_dunning_choose");
    if (!form || !window.fetch || !window.DOMParser) {
        return;
    }
    let asked = 0;

    async function update() {
        const turn = ++asked;
        const query = new URLSearchParams(new FormData(form));
        document.body.classList.add("o_dunning_busy");
        try {
            const answer = await fetch(`${form.action}?${query}`, { credentials: "same-origin" });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const parts = page.querySelectorAll("[data-dunning]");
            const own = document.querySelectorAll("[data-dunning]");
            if (!answer.ok || parts.length !== own.length) {
                // Paid meanwhile, or the link has ended: the page says so.
                form.submit();
            } else if (turn === asked) {
                own.forEach((part, at) => part.replaceChildren(...parts[at].childNodes));
            }
        } catch {
            form.submit();
        } finally {
            if (turn === asked) {
                document.body.classList.remove("o_dunning_busy");
            }
        }
    }

    form.classList.add("o_dunning_scripted");
    form.addEventListener("change", update);
})();
