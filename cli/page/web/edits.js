/* SPDX-License-Identifier: Apache-2.0 */
/* edits: the edit log, filtered, the newest first; an edit can be taken back. */
import {get} from "./api.js";
import {byId, fill, foreign, make, time, value} from "./dom.js";
import {act, canAct, confirm, tell} from "./session.js";

const MARKS = {applied: "good", unchanged: "plain", conflict: "look", waiting: "look", rejected: "bad"};
const WORDS = {insert: "inserted", update: "changed", delete: "deleted"};

/* FILTER: the one that was sent; what is being typed counts when it is sent. */
let shown = [], before = null, filter = new URLSearchParams();

function drawChange(c) {
    const column = make("span", {class: "column"}, foreign(c.column), ": ");
    if (c.change === "deleted")
        return make("li", {}, column, value(c.before));
    if (c.change === "typed")
        return make("li", {}, column, "typed ", value(c.after));
    return make("li", {}, column, ...(c.before.is_unknown ? [] : [value(c.before), " → "]), value(c.after));
}

const changes = (e) => make("ul", {class: "changes"}, ...e.changes.map(drawChange),
    e.more_changes > 0 ? make("li", {}, `and ${e.more_changes} more columns`) : null);

const nameOf = (e) => `${e.mapping} ${e.key ?? (e.row === null ? "" : `row ${e.row}`)}`.trim();

const UNDO = {
    insert: "The row is deleted in MySQL and leaves the tab.",
    delete: "The row is inserted again, with these values:",
    update: "Each column becomes what stands before the arrow, if MySQL still has what stands after it:",
};

async function undo(e, item, force = false) {
    const place = item.querySelector(".problem");
    place.textContent = "";
    const text = force ? "Columns that were changed since become what they were before this edit, too:" : UNDO[e.operation] ?? "";
    if (!await confirm(`Take this edit of ${nameOf(e)} back?`, [make("p", {}, text), changes(e)], force ? "Take back all the same" : "Take back"))
        return;
    try {
        const answer = await act("undo", {edit: e.edit, force});
        if (answer) {
            tell(`Taken back: ${nameOf(e)}. ${answer.message}`);
            await loadEdits();
        }
    } catch (problem) {
        place.replaceChildren(problem.message, problem.code !== "rejected" || force ? "" : make("button", {type: "button",
            click: () => undo(e, item, true)}, "Take back all the same"));
    }
}

function draw(e) {
    const button = make("button", {type: "button", "aria-label": `Take back the edit of ${nameOf(e)}`,
        click: (event) => undo(e, event.currentTarget.closest("li"))}, "Take back");
    const more = [e.message, e.policies && `rule: ${e.policies}`, e.same_as && `the same row as edit ${e.same_as}`].filter(Boolean).join("; ");
    return make("li", {},
        time(e.edited_at),
        make("div", {},
            make("div", {}, foreign(e.editor), ` ${e.kind === "undo" ? "took back" : e.kind === "resolve" ? "decided" : WORDS[e.operation] ?? "edited"} `,
                make("b", {}, foreign(nameOf(e))), " ", make("span", {class: `mark ${MARKS[e.outcome] ?? "plain"}`}, e.outcome)),
            changes(e),
            more ? make("p", {class: "more"}, foreign(more)) : null,
            make("p", {class: "problem", role: "alert"})),
        e.can_undo && e.canAct ? make("div", {}, button) : null);
}

function readFilter() {
    const fields = new URLSearchParams(new FormData(byId("filter")));
    for (const [name, text] of [...fields])
        if (text.trim() === "")
            fields.delete(name);
    return fields;
}

function show() {
    fill(byId("edit-list"), shown.map((e) => ({...e, canAct: canAct()})), (e) => e.edit, draw);
    const empty = byId("no-edits");
    empty.hidden = shown.length > 0;
    empty.textContent = filter.size > 0 ? "No edit is like that." : "Nobody has edited anything in a sheet yet.";
    byId("more").hidden = before === null;
}

/* The newest edits; older ones that were shown stay. */
export async function loadEdits() {
    const asked = filter;
    const answer = await get(`edits?${asked}`);
    if (asked !== filter)
        return; /* another filter was sent meanwhile */
    const newest = new Set(answer.edits.map((e) => e.edit));
    const isJoined = shown.some((e) => newest.has(e.edit));
    const last = answer.edits.at(-1)?.edit, at = shown.findIndex((e) => e.edit === last);
    const older = isJoined && at >= 0 ? shown.slice(at + 1) : [];
    shown = [...answer.edits, ...older];
    if (older.length === 0)
        before = answer.before;
    show();
}

async function loadOlder() {
    const asked = filter, fields = new URLSearchParams(asked);
    fields.set("before", before);
    const answer = await get(`edits?${fields}`);
    if (asked !== filter)
        return;
    const first = answer.edits[0]?.edit;
    shown = [...shown, ...answer.edits];
    before = answer.before;
    show();
    if (first)
        byId("edit-list").querySelector(`[data-key="${CSS.escape(first)}"] button`)?.focus();
}

async function search() {
    const place = byId("filter-problem");
    place.textContent = "";
    filter = readFilter();
    shown = [];
    before = null;
    try {
        await loadEdits();
    } catch (problem) {
        place.textContent = problem.message;
        show();
    }
}

export function showFilter(mappings) {
    const select = byId("filter").elements.mapping;
    fill(select, [{mapping: ""}, ...mappings], (m) => m.mapping, (m) => make("option", {value: m.mapping}, m.mapping || "all"));
}

byId("filter").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
});
for (const name of ["mapping", "outcome"])
    byId("filter").elements[name].addEventListener("change", search);
byId("more").addEventListener("click", () => loadOlder().catch((problem) => tell(problem.message)));
