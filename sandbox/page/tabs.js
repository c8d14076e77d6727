/* SPDX-License-Identifier: Apache-2.0 */
/* tabs: the tabs at the bottom: choose, rename (double-click or F2), add, delete. */
import {showMenu} from "./menu.js";

const byId = (id) => document.getElementById(id);

export class Tabs {
    constructor(store, show) {
        this.store = store;
        this.show = show;
        this.renaming = false;
        byId("add-tab").addEventListener("click", () => this.add());
        byId("tabs").addEventListener("keydown", (e) => this.key(e));
    }

    draw() {
        if (this.renaming)
            return;
        const hadFocus = byId("tabs").contains(document.activeElement);
        byId("tabs").replaceChildren(...this.store.info.tabs.map((tab) => this.button(tab)));
        if (hadFocus)
            byId("tabs").querySelector("[aria-selected=true]")?.focus();
    }

    button(tab) {
        const button = document.createElement("button");
        const isShown = tab.sheetId === this.store.sheetId;
        button.type = "button";
        button.textContent = tab.title;
        button.dataset.sheet = tab.sheetId;
        button.tabIndex = isShown ? 0 : -1;
        button.setAttribute("role", "tab");
        button.setAttribute("aria-selected", isShown);
        button.setAttribute("aria-controls", "grid");
        /* The click redraws the buttons, so a double click is told by its count. */
        button.addEventListener("click", (e) => (e.detail === 2 ? this.rename(tab) : isShown || this.show(tab.sheetId)));
        button.addEventListener("contextmenu", (e) => {
            e.preventDefault();
            this.menu(tab, e.clientX, e.clientY);
        });
        return button;
    }

    menu(tab, x, y) {
        const button = byId("tabs").querySelector(`[data-sheet="${tab.sheetId}"]`);
        showMenu(x, y, [
            ["Rename", () => this.rename(tab), "F2"],
            ["Delete", () => this.store.act({action: "delete_tab", sheetId: tab.sheetId})],
        ], button);
    }

    key(event) {
        if (this.renaming)
            return;
        const tabs = this.store.info.tabs, now = tabs.findIndex((t) => t.sheetId === this.store.sheetId);
        if (event.key === "F2")
            this.rename(tabs[now]);
        else if (event.key === "ArrowRight")
            this.show(tabs[(now + 1) % tabs.length].sheetId);
        else if (event.key === "ArrowLeft")
            this.show(tabs[(now + tabs.length - 1) % tabs.length].sheetId);
        else
            return;
        event.preventDefault();
    }

    rename(tab) {
        const button = byId("tabs").querySelector(`[data-sheet="${tab.sheetId}"]`);
        const field = document.createElement("input");
        field.value = tab.title;
        field.className = "rename";
        field.size = Math.max(8, tab.title.length + 2);
        field.setAttribute("aria-label", "New name of the tab");
        this.renaming = true;
        button.replaceWith(field);
        field.select();
        field.focus();
        const end = (keep) => {
            if (!this.renaming)
                return;
            this.renaming = false;
            const title = field.value.trim();
            if (keep && title && title !== tab.title)
                this.store.act({action: "rename_tab", sheetId: tab.sheetId, title}).catch(() => {});
            this.draw();
        };
        field.addEventListener("blur", () => end(true));
        field.addEventListener("keydown", (e) => {
            e.stopPropagation();
            if (e.key === "Enter" || e.key === "Escape")
                end(e.key === "Enter");
        });
    }

    add() {
        const taken = new Set(this.store.info.tabs.map((t) => t.title));
        let n = this.store.info.tabs.length + 1;
        while (taken.has(`Sheet${n}`))
            n++;
        this.store.act({action: "add_tab", title: `Sheet${n}`}).catch(() => {});
    }
}
