/* SPDX-License-Identifier: Apache-2.0 */
/* mappings: the table of all mappings, and what can be asked of the replicator for one. */
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

const isPaused = (m) => Boolean(m.paused_at) && !m.resumed_at;

function drawState(m) {
    const [kind, word] = STATES[isPaused(m) ? "paused" : m.state] ?? ["plain", m.state];
    const children = [make("span", {class: `mark ${kind}`}, word)];
    if (isPaused(m))
        children.push(make("small", {}, time(m.paused_at, true), " by ", foreign(m.paused_by), m.pause_reason ? ": " : "",
            m.pause_reason ? foreign(m.pause_reason) : null));
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

/* What can be asked for: the question, what it means, the button's word, what is told then. */
const ASKS = {
    reconcile: (m) => [`Compare ${m} now?`, "Each row of the tab is compared with MySQL, and what nothing told of is mended; it costs requests of Google's quota.",
        "Compare", `${m}: a comparison was asked for.`],
    pause: (m) => [`Pause ${m}?`, "Nothing flows in either direction until it is resumed. Both sides may be changed meanwhile: resuming compares them.",
        "Pause", `${m} is being paused.`],
    resume: (m) => [`Resume ${m}?`, "Both sides are compared, then changes flow again.", "Resume", `${m} is being resumed.`],
};

async function ask(kind, mapping, button) {
    const [title, text, yes, done] = ASKS[kind](mapping);
    if (!await confirm(title, [make("p", {}, text)], yes))
        return;
    button.disabled = true;
    try {
        if (await act("signal", {kind, mapping}))
            tell(done);
    } catch (problem) {
        tell(`${mapping}: ${problem.message}`);
    } finally {
        button.disabled = false;
    }
}

function drawButtons(m) {
    const button = (kind, word, label) => make("button", {type: "button", "aria-label": label,
        click: (event) => ask(kind, m.mapping, event.currentTarget)}, word);
    if (!m.canAct)
        return [];
    return [isPaused(m) ? button("resume", "Resume", `Resume ${m.mapping}`) : button("reconcile", "Compare", `Compare ${m.mapping} with its tab now`),
        isPaused(m) ? null : button("pause", "Pause", `Pause ${m.mapping}`)];
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
        make("td", {class: "asks"}, ...drawButtons(m)));
}

/* A mapping with a tab for each value of a column: how many there are, and why others get none. */
function drawFamily(f) {
    return make("li", {}, foreign(f.family), `: ${count(f.tabs ?? 0, "tab")}, one for each value of `, foreign(f.tabs_by), ` (at most ${f.tabs_limit})`,
        f.problem ? make("small", {}, "new values get no tab since ", time(f.problem_at), ": ", foreign(f.problem)) : null);
}

export function showMappings(status) {
    const open = new Map((status.conflicts ?? []).map((c) => [c.mapping, c.open]));
    const rows = (status.status?.mappings ?? []).map((m) => ({...m, open: open.get(m.mapping) ?? 0, canAct: canAct()}));
    fill(byId("mapping-rows"), rows, (m) => m.mapping, drawRow);
    fill(byId("families"), status.status?.families ?? [], (f) => f.family, drawFamily);
}
