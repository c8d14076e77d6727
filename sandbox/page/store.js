/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: the spreadsheet as the sandbox has it. Rows are fetched in pages when somebody looks at them; server-sent
 * events say what became stale. Nothing is believed of an event but where to look again.
 *
 * Events: "info" (tabs, sizes), "cells" (detail: [{row, column, source}]: changed by somebody), "status", "tell".
 */
const PAGE = 100;
const GATHER_MS = 20; /* events that come together are fetched together */

async function json(method, path, body) {
    const options = {method, headers: {}};
    if (body !== undefined) {
        options.body = JSON.stringify(body);
        options.headers["Content-Type"] = "application/json";
    }
    let response, text;
    try {
        response = await fetch(path, options);
        text = await response.text();
    } catch {
        throw new Error("The sandbox does not answer.");
    }
    if (!response.ok) {
        let message = text;
        try {
            message = JSON.parse(text).error.message;
        } catch {
            /* not JSON: shown as it is */
        }
        throw new Error(message || `HTTP ${response.status}`);
    }
    return text ? JSON.parse(text) : null;
}

function sameCell(a, b) {
    if (!a || !b)
        return !a === !b;
    return a.d === b.d && a.t === b.t && a.u === b.u && a.f === b.f && a.n === b.n && a.b === b.b;
}

export class Store extends EventTarget {
    constructor(id) {
        super();
        this.path = `/sandbox/v1/spreadsheets/${encodeURIComponent(id)}`;
        this.info = null;
        this.sheetId = null;
        this.user = "";
        this.pages = new Map(); /* number -> {rows, stale, loading, marks} */
        this.pending = [];
        this.retryMs = 500;
    }

    async open() {
        await this.refresh();
        this.listen();
    }

    emit(type, detail) {
        this.dispatchEvent(new CustomEvent(type, {detail}));
    }

    get tab() {
        return this.info?.tabs.find((t) => t.sheetId === this.sheetId) ?? this.info?.tabs[0] ?? null;
    }

    async refresh() {
        this.info = await json("GET", this.path);
        if (!this.info.tabs.some((t) => t.sheetId === this.sheetId)) {
            this.sheetId = this.info.tabs[0].sheetId;
            this.pages.clear();
        }
        this.emit("info");
    }

    show(sheetId) {
        this.sheetId = sheetId;
        this.pages.clear();
        this.emit("info");
    }

    /* undefined: not loaded yet; null: blank */
    cell(row, column) {
        const rows = this.pages.get(Math.floor(row / PAGE))?.rows;
        return rows ? (rows[row % PAGE]?.[column] ?? null) : undefined;
    }

    /* Are rows FIRST to LAST loaded? */
    has(first, last) {
        for (let n = Math.floor(first / PAGE); n <= Math.floor(last / PAGE); n++)
            if (!this.pages.get(n)?.rows)
                return false;
        return true;
    }

    /* Have rows FIRST to LAST loaded and fresh. Throws where they cannot be had. */
    need(first, last) {
        const jobs = [];
        for (let n = Math.floor(first / PAGE); n <= Math.floor(last / PAGE); n++) {
            const page = this.pages.get(n);
            if (!page?.rows || page.stale) /* or is on its way */
                jobs.push(this.load(n));
        }
        return Promise.all(jobs);
    }

    async load(n) {
        let page = this.pages.get(n);
        if (!page)
            this.pages.set(n, (page = {rows: null, stale: true, loading: null, marks: []}));
        if (page.loading)
            return page.loading;
        page.stale = false;
        const marks = page.marks.splice(0);
        page.loading = json("GET", `${this.path}/tabs/${this.sheetId}?row=${n * PAGE}&rows=${PAGE}`)
            .then((answer) => this.take(n, page, answer.rows, marks))
            .catch((error) => {
                page.stale = true;
                page.marks.push(...marks);
                throw error;
            })
            .finally(() => {
                page.loading = null;
            });
        return page.loading;
    }

    take(n, page, rows, marks) {
        if (this.pages.get(n) !== page)
            return; /* another tab is shown by now */
        const before = page.rows;
        page.rows = rows;
        const changed = [];
        for (let r = 0; before && r < Math.max(rows.length, before.length); r++) {
            for (let c = 0; c < Math.max(rows[r]?.length ?? 0, before[r]?.length ?? 0); c++) {
                if (sameCell(rows[r]?.[c], before[r]?.[c]))
                    continue;
                const row = n * PAGE + r;
                const by = marks.findLast((m) => row >= m.row && row < m.endRow && c >= m.column && c < m.endColumn);
                changed.push({row, column: c, source: by?.source ?? "", user: by?.user ?? ""});
            }
        }
        this.emit("cells", changed);
    }

    /* What a person does; the answer's revision. Errors are told and thrown. */
    async act(action) {
        try {
            return await json("POST", `${this.path}/actions`, {user: this.user, sheetId: this.sheetId, ...action});
        } catch (error) {
            const typed = action.action === "edit" && action.value ? ` You typed: ${action.value}` : "";
            this.emit("tell", {title: "Not done.", text: error.message + typed, isFailure: true});
            error.isTold = true;
            throw error;
        }
    }

    listen() {
        const source = new EventSource(`${this.path}/events`);
        let wasLost = false;
        source.onopen = () => {
            this.retryMs = 500;
            this.emit("status", "live");
            if (wasLost)
                this.lookAgain();
            wasLost = false;
        };
        source.onerror = () => {
            wasLost = true;
            this.emit("status", "reconnecting");
            if (source.readyState !== EventSource.CLOSED)
                return; /* the browser tries again by itself */
            setTimeout(() => {
                this.lookAgain();
                this.listen();
            }, this.retryMs);
            this.retryMs = Math.min(this.retryMs * 2, 10000);
        };
        source.addEventListener("change", (e) => this.hear(JSON.parse(e.data)));
        source.addEventListener("tell", (e) => this.emit("tell", JSON.parse(e.data)));
    }

    lookAgain() {
        for (const page of this.pages.values())
            page.stale = true;
        this.refresh().catch(() => {});
    }

    hear(event) {
        this.emit("heard", event);
        this.pending.push(event);
        this.timer ??= setTimeout(() => {
            this.timer = null;
            this.follow(this.pending.splice(0));
        }, GATHER_MS);
    }

    follow(events) {
        let sizes = false;
        for (const event of events) {
            if (event.kind !== "cells") {
                sizes = true;
                /* "tabs" may be anything: an undo that takes a sort back, or events that were not kept for us. */
                if (event.kind === "tabs" || event.sheetId === this.sheetId)
                    for (const page of this.pages.values())
                        page.stale = true;
                continue;
            }
            if (event.sheetId !== this.sheetId)
                continue;
            sizes ||= event.endRow > this.tab.lastRow || event.endColumn > this.tab.lastColumn;
            for (const [n, page] of this.pages) {
                if (n * PAGE >= event.endRow || (n + 1) * PAGE <= event.row)
                    continue;
                page.stale = true;
                page.marks.push(event);
            }
        }
        if (sizes)
            this.refresh().catch(() => {});
        else
            this.emit("cells", []);
    }
}

export {json};
