/* SPDX-License-Identifier: Apache-2.0 */
/* mappings: the table of all mappings, and asking for a comparison. */
import {byId, count, duration, fill, foreign, make, time} from "./dom.js";
import {act, canAct, confirm, tell} from "./session.js";

const CELLS_MAX = 10_000_000; /* of a spreadsheet, as Google counts */

/* How a state is shown: the kind of mark, and the word. */
const STATES = {
    streaming: ["good", "in step"],
    snapshot: ["look", "being filled"],
    starting: ["plain", "starting"],
    paused: ["look", "paused"],
    error: ["bad", "error"],
    "not started": ["plain", "not started"],
};

function drawState(m) {
    const [kind, word] = STATES[m.state] ?? ["plain", m.state];
    const children = [make("span", {class: `mark ${kind}`}, word)];
    if (m.snapshot === "running") {
        const total = m.snapshot_total ? ` of about ${Number(m.snapshot_total).toLocaleString()}` : "";
        const left = m.snapshot_left_s === null ? "" : `, ${duration(m.snapshot_left_s * 1000)} left`;
        children.push(
            make("progress", {max: 100, value: m.snapshot_percent, "aria-label": `Filling ${m.mapping}`}),
            make("small", {}, `${count(m.snapshot_rows, "row")}${total}${left}${m.snapshot_wait ? `; waits: ${m.snapshot_wait}` : ""}`));
    }
    if (m.last_error)
        children.push(make("small", {}, "last error, ", time(m.last_error_at, true), ": ", foreign(m.last_error)));
    return children;
}

function drawWaiting(m) {
    const parts = [];
    if (m.open > 0)
        parts.push(make("a", {href: "#conflicts"}, count(m.open, "conflict")));
    if (m.held_deletes > 0)
        parts.push(make("a", {href: "#deletes"}, count(m.held_deletes, "delete")));
    return parts.flatMap((part, i) => (i === 0 ? [part] : [", ", part]));
}

async function compare(mapping, button) {
    const text = make("p", {}, "Each row of the tab is compared with MySQL, and what nothing told of is mended; it costs requests of Google's quota.");
    if (!await confirm(`Compare ${mapping} now?`, [text], "Compare"))
        return;
    button.disabled = true;
    try {
        if (await act("signal", {kind: "reconcile", mapping}))
            tell(`${mapping}: a comparison was asked for.`);
    } catch (problem) {
        tell(`${mapping}: ${problem.message}`);
    } finally {
        button.disabled = false;
    }
}

function drawRow(m) {
    const cell = (label, className, ...children) => make("td", {"data-label": label, class: className}, ...children);
    const full = m.spreadsheet_cells ? `${Math.floor(m.spreadsheet_cells / CELLS_MAX * 100)} %` : null;
    return make("tr", {},
        make("th", {scope: "row"}, foreign(m.mapping)),
        make("td", {}, ...drawState(m)),
        cell("lag", "number", m.lag_ms === null || m.lag_ms === undefined ? null : duration(m.lag_ms)),
        cell("rows", "number", m.sheet_rows === undefined ? null : Number(m.sheet_rows).toLocaleString()),
        cell("last change", null, m.last_change_at ? time(m.last_change_at, true) : null),
        cell("compared", null, m.reconciled_at ? time(m.reconciled_at, true) : null),
        cell("full", "number", full),
        make("td", {}, ...drawWaiting(m)),
        make("td", {}, m.canAct ? make("button", {type: "button", "aria-label": `Compare ${m.mapping} with its tab now`,
            click: (event) => compare(m.mapping, event.currentTarget)}, "Compare") : null));
}

export function showMappings(status) {
    const open = new Map((status.conflicts ?? []).map((c) => [c.mapping, c.open]));
    const rows = (status.status?.mappings ?? []).map((m) => ({...m, open: open.get(m.mapping) ?? 0, canAct: canAct()}));
    fill(byId("mapping-rows"), rows, (m) => m.mapping, drawRow);
}
