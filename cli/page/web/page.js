/* SPDX-License-Identifier: Apache-2.0 */
/* page: asks the server every two seconds, and shows what has changed. */
import {get} from "./api.js";
import {drawChart} from "./chart.js";
import {loadConflicts, onDecided, showConflictCount} from "./conflicts.js";
import {loadDeletes, showDeleteCount} from "./deletes.js";
import {byId, clock, duration, fill, foreign, make, refreshAges, setText} from "./dom.js";
import {loadEdits, showFilter} from "./edits.js";
import {judge, SIGNS} from "./health.js";
import {showMappings} from "./mappings.js";
import {needLogin, onLogin, setSession, tell} from "./session.js";

const EVERY_MS = 2000, LISTS_EVERY_MS = 10_000, HISTORY_MS = 3_600_000;
const AT = {lag: 1, cells: 3, edits: 4, editLag: 5};

let status = null, samples = [], seen = "", listsAt = 0, isRunning = false;

function showBanner(problem) {
    const {level, sentence, reasons} = judge(status, problem);
    byId("banner").dataset.level = level;
    byId("sign").setAttribute("d", SIGNS[level]);
    setText(byId("sentence"), sentence);
    fill(byId("reasons"), reasons, (r) => r.join("|"), (r) => make("li", {}, foreign(r.filter(Boolean).join(" "))));
    const isOld = Boolean(problem) || (status !== null && !status.mysql.is_up);
    document.body.classList.toggle("old", isOld);
    setText(byId("age"), !isOld || !status?.status_at_ms ? "" : `What follows is of ${clock(status.status_at_ms)}.`);
    document.title = `${{good: "✓", look: "!", bad: "✗"}[level] ?? ""} tabrelay ${status?.status?.instance ?? ""}`.trim();
}

const rate = (v) => (v === null || v === undefined ? "–" : v >= 10 || v === 0 ? String(Math.round(v)) : v.toFixed(1));
const newest = (at) => samples.at(-1)?.[at] ?? null;
const lastKnown = (at) => samples.findLast((s) => s[at] !== null)?.[at] ?? null;

function showCharts() {
    setText(byId("lag-now"), duration(lastKnown(AT.lag)));
    setText(byId("edit-lag-now"), duration(lastKnown(AT.editLag)));
    setText(byId("cells-now"), rate(newest(AT.cells)));
    setText(byId("edits-now"), rate(newest(AT.edits)));
    drawChart(byId("lag-chart"), samples, [{at: AT.lag, name: "MySQL to sheet"}, {at: AT.editLag, name: "sheet to MySQL", dashed: true}],
        {scale: "log", format: duration, title: "Lag in the last hour"});
    drawChart(byId("rate-chart"), samples, [{at: AT.cells, name: "cells written a second"}, {at: AT.edits, name: "edits applied a second", dashed: true}],
        {scale: "linear", format: rate, title: "Rates in the last hour"});
}

async function loadHistory() {
    const answer = await get(`history?after=${samples.at(-1)?.[0] ?? 0}`);
    samples = [...samples, ...answer.samples].filter((s) => s[0] > Date.now() - HISTORY_MS - EVERY_MS);
    showCharts();
}

/* When something has come or gone, and now and then: what MySQL has now is shown beside a conflict. */
async function loadLists() {
    const glance = JSON.stringify([status.conflicts, status.newest_edit, status.status?.mappings.map((m) => m.held_deletes)]);
    if (!status.mysql.is_up || (glance === seen && Date.now() - listsAt < LISTS_EVERY_MS))
        return;
    await Promise.all([loadConflicts(), loadDeletes(), loadEdits()]);
    seen = glance;
    listsAt = Date.now();
}

async function load() {
    status = await get("status");
    setSession(status);
    setText(byId("instance"), status.status?.instance ?? "");
    setText(byId("version"), status.version);
    showBanner();
    showMappings(status);
    showConflictCount(status);
    showDeleteCount(status);
    showFilter(status.status?.mappings ?? []);
    refreshAges();
    await loadHistory();
    await loadLists();
}

async function tick() {
    if (isRunning || document.hidden)
        return;
    isRunning = true;
    try {
        await load();
    } catch (problem) {
        if (problem.code === "token_needed") {
            setText(byId("sentence"), "Log in with the page's token to see how it is.");
            await needLogin();
        } else if (problem.status === 0)
            showBanner(problem);
        else if (problem.status !== 503) /* MySQL went away in between: the next look says so */
            tell(problem.message);
    } finally {
        isRunning = false;
    }
}

const again = () => {
    seen = "";
    tick();
};
onDecided(again);
onLogin(again);
document.addEventListener("visibilitychange", tick);
addEventListener("resize", () => samples.length > 0 && showCharts());
setInterval(tick, EVERY_MS);
tick();
