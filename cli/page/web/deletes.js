/* SPDX-License-Identifier: Apache-2.0 */
/* deletes: rows that vanished from a tab, too many to be deleted in MySQL unasked. */
import {get} from "./api.js";
import {byId, count, fill, foreign, make, setText} from "./dom.js";
import {act, canAct, confirm, tell} from "./session.js";

/* What was approved a moment ago is still counted until the replicator has done it. */
const approved = new Map();

function listKeys(d) {
    if (!d.keys?.length)
        return null;
    const rest = d.held_deletes - d.keys.length;
    return make("p", {class: "keys"}, "Keys: ", ...d.keys.flatMap((key, i) => [i === 0 ? "" : ", ", make("code", {dir: "auto"}, key)]),
        rest > 0 ? ` and ${count(rest, "more", "more")}` : "");
}

async function run(d, card, path, body, title, text, yes, done) {
    const place = card.querySelector(".problem");
    place.textContent = "";
    if (!await confirm(title, [make("p", {}, text), listKeys(d)].filter(Boolean), yes))
        return;
    try {
        if (!await act(path, {mapping: d.mapping, ...body}))
            return;
        tell(done);
        approved.set(d.mapping, d.held_deletes);
        setText(card.querySelector(".about"), done);
        card.querySelector(".buttons").hidden = true;
        byId("deletes-title").focus();
    } catch (problem) {
        place.textContent = problem.message;
    }
}

function draw(d) {
    const rows = count(d.held_deletes, "row");
    const approve = (event) => run(d, event.currentTarget.closest("li"), "approve", {count: d.held_deletes},
        `Delete ${rows} of ${d.mapping} in MySQL?`, "They are gone from the tab. Each is in the edit log afterwards and can be taken back there.",
        `Delete ${rows}`, `${d.mapping}: ${rows} will be deleted in MySQL.`);
    const restore = (event) => run(d, event.currentTarget.closest("li"), "signal", {kind: "snapshot"},
        `Write ${rows} of ${d.mapping} back?`, "The whole table is written to its tab again; nothing changes in MySQL.",
        `Write ${rows} back`, `${d.mapping}: its table is being written to the tab again.`);
    const buttons = make("p", {class: "buttons"},
        make("button", {type: "button", click: approve, "aria-label": `Delete ${rows} of ${d.mapping} in MySQL, too`}, "Delete in MySQL, too"),
        make("button", {type: "button", click: restore, "aria-label": `Bring ${rows} of ${d.mapping} back into the tab`}, "Bring back into the tab"));
    buttons.hidden = approved.get(d.mapping) === d.held_deletes;
    return make("li", {},
        make("h3", {}, foreign(d.mapping), ` · ${rows}`),
        make("p", {class: "about"}, "Gone from the tab, still in MySQL."),
        listKeys(d), d.canAct ? buttons : null,
        make("p", {class: "problem", role: "alert"}));
}

export async function loadDeletes() {
    const {deletes} = await get("deletes");
    for (const mapping of approved.keys())
        if (!deletes.some((d) => d.mapping === mapping))
            approved.delete(mapping);
    const inOrder = (keys) => keys.toSorted((a, b) => a.localeCompare(b, undefined, {numeric: true}));
    fill(byId("delete-list"), deletes.map((d) => ({...d, keys: inOrder(d.keys), canAct: canAct()})), (d) => d.mapping, draw);
    byId("no-deletes").hidden = deletes.length > 0;
}

export function showDeleteCount(status) {
    const n = (status.status?.mappings ?? []).reduce((sum, m) => sum + (m.held_deletes ?? 0), 0);
    byId("n-deletes").hidden = n === 0;
    setText(byId("n-deletes"), n.toLocaleString());
}
