/* SPDX-License-Identifier: Apache-2.0 */
/* menu: context menus, the tooltip of a note, short messages. */
export const FAILURE_MS = 20_000;
const TOAST_MS = 6000;
const byId = (id) => document.getElementById(id);
let open = null;

export function closeMenu() {
    open?.remove();
    open = null;
}

/* Show ITEMS ([text, action, hint] or null for a line) at X, Y; focus goes back to RETURN_TO. */
export function showMenu(x, y, items, returnTo) {
    closeMenu();
    const menu = document.createElement("div");
    menu.className = "menu";
    menu.setAttribute("role", "menu");
    for (const item of items) {
        if (!item) {
            menu.append(document.createElement("hr"));
            continue;
        }
        const [text, action, hint] = item;
        const button = document.createElement("button");
        button.type = "button";
        button.setAttribute("role", "menuitem");
        const label = document.createElement("span");
        label.textContent = text;
        const key = document.createElement("kbd");
        key.textContent = hint ?? "";
        button.append(label, key);
        button.addEventListener("click", () => {
            closeMenu();
            returnTo.focus({preventScroll: true});
            Promise.resolve(action()).catch((error) => tellFailure("Not done.", error));
        });
        menu.append(button);
    }
    menu.addEventListener("keydown", (e) => walk(e, menu, returnTo));
    document.querySelector("main").append(menu);
    const box = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - box.width - 4))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, innerHeight - box.height - 4))}px`;
    open = menu;
    menu.querySelector("button").focus();
}

function walk(event, menu, returnTo) {
    const buttons = [...menu.querySelectorAll("button")];
    const now = buttons.indexOf(document.activeElement);
    event.stopPropagation();
    if (event.key === "Escape" || event.key === "Tab") {
        closeMenu();
        returnTo.focus({preventScroll: true});
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const by = event.key === "ArrowDown" ? 1 : -1;
        buttons[(now + by + buttons.length) % buttons.length].focus();
    } else {
        return;
    }
    event.preventDefault();
}

addEventListener("pointerdown", (e) => open && !open.contains(e.target) && closeMenu(), true);

/* The note of a cell beside it; "" hides. */
export function showNote(cell, text) {
    const tip = byId("tooltip");
    tip.hidden = !text;
    if (!text)
        return;
    tip.textContent = text;
    const at = cell.getBoundingClientRect(), box = tip.getBoundingClientRect();
    const left = at.right + box.width + 8 < innerWidth ? at.right + 4 : at.left - box.width - 4;
    tip.style.left = `${Math.max(4, left)}px`;
    tip.style.top = `${Math.max(4, Math.min(at.top, innerHeight - box.height - 8))}px`;
}

/* An error, unless it was told already. */
export function tellFailure(title, error) {
    if (!error.isTold)
        toast(title, error.message, FAILURE_MS);
}

export function toast(title, text, ms = TOAST_MS) {
    const box = document.createElement("div");
    box.className = "toast";
    const strong = document.createElement("strong");
    strong.textContent = title;
    box.append(strong, ` ${text}`);
    byId("toasts").append(box);
    setTimeout(() => box.remove(), ms);
}
