/* SPDX-License-Identifier: Apache-2.0 */
/* health: is it well? One sentence, and the reasons. Pure. */
import {clock, count, duration} from "./dom.js";

const LATE_MS = 30_000;
const LEVELS = ["good", "look", "bad"];

const since = (daemon) => (daemon.since_ms ? ` since ${clock(daemon.since_ms)}` : "");

/* What is not as it should be: [level, sentence, what to do]. */
function findings(s) {
    const found = [], mappings = s.status?.mappings ?? [];
    if (!s.mysql.is_up)
        found.push(["bad", `MySQL is away${since(s.mysql)}.`, [s.mysql.message, s.mysql.hint].filter(Boolean).join(". ")]);
    if (s.replicator.is_asked ? s.replicator.since_ms > 0 && !s.replicator.is_up : s.mysql.is_up && s.has_lease !== 1)
        found.push(["bad", `The replicator does not answer${s.replicator.is_asked ? since(s.replicator) : ""}.`,
            "Changes in MySQL do not reach the sheet until it runs; none is lost while the binlog is kept."]);
    if (s.webhook.since_ms > 0 && !s.webhook.is_up)
        found.push(["bad", `The webhook does not answer${since(s.webhook)}.`, "Edits wait in the spreadsheet until it runs."]);
    for (const m of mappings) {
        if (m.state === "error")
            found.push(["bad", `${m.mapping} is in error.`, m.last_error]);
        else if (m.state === "paused" || (m.paused_at && !m.resumed_at))
            found.push(["look", `${m.mapping} is paused.`, ""]);
        else if (m.snapshot === "running")
            found.push(["look", `${m.mapping} is being filled${m.snapshot_percent === null ? "" : `, ${m.snapshot_percent} %`}.`,
                m.snapshot_wait]);
        if (m.lag_ms > LATE_MS && m.state === "streaming")
            found.push(["look", `${m.mapping} is late: its last change took ${duration(m.lag_ms)}.`, ""]);
    }
    for (const f of s.status?.families ?? [])
        if (f.problem)
            found.push(["look", `${f.family}: new values get no tab.`, f.problem]);
    const open = (s.conflicts ?? []).reduce((n, c) => n + c.open, 0);
    const held = mappings.reduce((n, m) => n + (m.held_deletes ?? 0), 0);
    if (open > 0)
        found.push(["look", `${count(open, "conflict")} ${open === 1 ? "waits" : "wait"} for a decision.`, ""]);
    if (held > 0)
        found.push(["look", `${count(held, "delete")} ${held === 1 ? "waits" : "wait"} for approval.`, ""]);
    return found;
}

/* {level, sentence, reasons: [[sentence, what to do]]}; STATUS null: the page's server has never answered. */
export function judge(status, problem) {
    if (problem)
        return {level: "bad", sentence: problem.message, reasons: [["Is tabrelay page running?", "What is shown here is old."]]};
    const found = findings(status);
    const mappings = status.status?.mappings ?? [];
    if (found.length === 0) {
        const lags = mappings.map((m) => m.lag_ms).filter((lag) => lag !== null && lag !== undefined);
        const last = lags.length === 0 ? "" : `, the last change took ${duration(Math.max(...lags))}`;
        return {level: "good", sentence: `All is well: ${count(mappings.length, "mapping")} in step${last}.`, reasons: []};
    }
    const level = LEVELS[Math.max(...found.map((f) => LEVELS.indexOf(f[0])))];
    found.sort((a, b) => LEVELS.indexOf(b[0]) - LEVELS.indexOf(a[0]));
    return {level, sentence: found[0][1], reasons: [["", found[0][2]], ...found.slice(1).map((f) => f.slice(1))].filter((r) => r.join("") !== "")};
}

/* Paths of the sign beside the sentence: a tick, an exclamation mark, a cross, three dots. */
export const SIGNS = {
    good: "M5 12.5l4.5 4.5L19 7",
    look: "M12 5v9M12 18.5v.01",
    bad: "M6 6l12 12M18 6L6 18",
    wait: "M5 12h.01M12 12h.01M19 12h.01",
};
