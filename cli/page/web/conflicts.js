/* SPDX-License-Identifier: Apache-2.0 */
/* conflicts: what both sides changed, three values beside each other, and the decision. */
import {get} from "./api.js";
import {byId, fill, foreign, make, setText, time, value} from "./dom.js";
import {act, canAct, tell} from "./session.js";

const KINDS = {
    update_update: "Both sides changed the cell.",
    update_delete: "MySQL changed the row, the sheet deleted it.",
    delete_update: "MySQL deleted the row, the sheet edited it.",
    insert_insert: "Both sides inserted a row with this key.",
};

/* A list that was on its way may still have them. */
const decided = new Set();

let changed = () => {};
/* CALLBACK: after a decision. */
export const onDecided = (callback) => { changed = callback; };

const nameOf = (c) => `${c.header === "" ? "the whole row" : c.header} of ${c.mapping} ${c.key}`;

/* Where the focus goes when a card is gone: to the next one, else to the heading. */
function focusAfter(card) {
    const next = card.nextElementSibling ?? card.previousElementSibling;
    return () => (next?.isConnected ? next.querySelector("button") ?? byId("conflicts-title") : byId("conflicts-title")).focus();
}

async function decide(c, decision, card) {
    const buttons = [...card.querySelectorAll("button")], place = card.querySelector(".problem");
    const focusNext = focusAfter(card), before = document.activeElement;
    place.textContent = "";
    buttons.forEach((button) => { button.disabled = true; });
    try {
        if (await act("resolve", {id: c.id, ...decision})) {
            tell(`Decided: ${nameOf(c)}.`);
            decided.add(c.id);
            card.remove();
            focusNext();
            changed();
        }
    } catch (problem) {
        place.textContent = problem.message;
    } finally {
        buttons.forEach((button) => { button.disabled = false; });
        if (card.isConnected)
            before?.focus();
    }
}

function rowWord(c) {
    return make("span", {class: "value none"}, c.row_in_mysql === null ? "not known" : c.row_in_mysql ? "the row is there" : "no row");
}

function drawSide(c, take, title, shown, label) {
    const button = make("button", {type: "button", "aria-label": `${label} for ${nameOf(c)}`,
        click: (event) => decide(c, {take}, event.currentTarget.closest("li"))}, label);
    return make("div", {class: "side"}, make("h4", {}, title), shown, c.canAct ? button : null);
}

function drawSet(c) {
    const input = make("input", {type: "text", autocomplete: "off", spellcheck: "false"});
    const form = make("form", {class: "set", submit: (event) => {
        event.preventDefault();
        decide(c, {set: input.value}, form.closest("li"));
    }}, make("label", {}, "Another value, as one would type it in the sheet; nothing for a blank cell", input),
    make("button", {type: "submit", "aria-label": `Set this value for ${nameOf(c)}`}, "Set"));
    return form;
}

function draw(c) {
    const isRow = c.column === "";
    const sides = make("div", {class: "sides"});
    if (!isRow)
        sides.append(c.base.is_unknown ? make("div", {class: "side"}, make("h4", {}, "Before"), value(c.base))
            : drawSide(c, "base", "Before", value(c.base), "Take the one before"));
    sides.append(drawSide(c, "mysql", "MySQL now", isRow ? rowWord(c) : value(c.mysql_now), "Take MySQL's"),
        drawSide(c, "sheet", "The sheet", isRow && c.kind === "update_delete" ? make("span", {class: "value none"}, "deleted") : value(c.sheet), "Take the sheet's"));
    return make("li", {class: "conflict"},
        make("h3", {}, foreign(c.mapping), " ", foreign(c.key), " · ", foreign(isRow ? "the whole row" : c.header)),
        make("p", {class: "about"}, `${KINDS[c.kind] ?? c.kind} `, foreign(c.editor), " edited ", time(c.edited_at, true),
            c.state === "asked" ? "; the replicator is being asked when MySQL's change was committed" : ""),
        sides,
        !isRow && c.canAct ? drawSet(c) : null,
        make("p", {class: "problem", role: "alert"}));
}

export async function loadConflicts() {
    const {conflicts} = await get("conflicts");
    /* The oldest first: who waits longest. */
    const items = conflicts.reverse().filter((c) => !decided.has(c.id)).map((c) => ({...c, canAct: canAct()}));
    fill(byId("conflict-list"), items, (c) => c.id, draw);
    byId("no-conflicts").hidden = items.length > 0;
}

export function showConflictCount(status) {
    const n = (status.conflicts ?? []).reduce((sum, c) => sum + c.open, 0);
    byId("n-conflicts").hidden = n === 0;
    setText(byId("n-conflicts"), String(n));
}
