/* SPDX-License-Identifier: Apache-2.0 */
/* panel: what programs do on the API, and how long an edit takes until it is answered in the sheet. */
import {json} from "./store.js";

const SHOWN = 60, EVERY_MS = 1000;
const byId = (id) => document.getElementById(id);

function span(className, text) {
    const made = document.createElement("span");
    made.className = className;
    made.textContent = text;
    return made;
}

function median(numbers) {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted.length ? sorted[Math.floor(sorted.length / 2)] : null;
}

const milliseconds = (n) => (n === null || n === undefined ? "–" : n < 1 ? "< 1 ms" : `${Math.round(n)} ms`);

export class Panel {
    constructor(store) {
        this.after = 0;
        this.recent = [];
        this.written = 0;
        this.edits = [];
        this.answered = null;
        this.button = byId("panel-button");
        this.box = byId("panel");
        this.button.addEventListener("click", () => this.toggle(this.box.hidden));
        store.addEventListener("heard", (e) => this.hear(e.detail));
        this.toggle(localStorage.panel ? localStorage.panel === "open" : innerWidth > 900);
        this.poll();
    }

    toggle(isOpen) {
        this.box.hidden = !isOpen;
        this.button.setAttribute("aria-expanded", isOpen);
        localStorage.panel = isOpen ? "open" : "closed";
    }

    /* An edit is answered by the first write of a program into the same rows. */
    hear(event) {
        const now = performance.now();
        if (event.source === "user") {
            this.edits = [...this.edits.slice(-20), {...event, at: now}];
            return;
        }
        const edit = this.edits.find((e) => e.sheetId === event.sheetId && e.row < event.endRow && event.row < e.endRow);
        if (edit) {
            this.answered = now - edit.at;
            this.edits = [];
            this.figures();
        }
    }

    async poll() {
        if (!this.box.hidden && !document.hidden) {
            try {
                const answer = await json("GET", `/sandbox/v1/requests?after=${this.after}`);
                this.take(answer.requests ?? answer);
            } catch {
                /* The sandbox is away: the next poll tries again. */
            }
        }
        setTimeout(() => this.poll(), EVERY_MS);
    }

    take(requests) {
        if (requests.length === 0)
            return;
        this.after = requests.at(-1).number;
        for (const request of requests)
            this.written += request.cells ?? 0;
        this.recent = [...this.recent, ...requests].slice(-SHOWN);
        byId("requests").replaceChildren(...this.recent.toReversed().map((r) => this.line(r)));
        this.figures();
    }

    line(request) {
        const item = document.createElement("li");
        /* Without what all have in common; an id says nothing that the title of the page does not. */
        const path = decodeURIComponent(request.path.replace(/^\/v4\/spreadsheets(\/[\w-]{20,})?/, "").replace(/\/[\w-]{20,}/, "/…") || "/");
        item.append(span(request.status < 400 ? "status-ok" : "status-bad", request.status), span("method", request.method),
                    span("path", path), span("ms", milliseconds(request.ms)));
        item.title = `${request.method} ${request.path}: ${request.bytes} bytes`;
        if (request.cells)
            item.append(span("cells", `${request.cells.toLocaleString("en")} cell${request.cells === 1 ? "" : "s"} written`));
        return item;
    }

    figures() {
        const rows = [
            ["your last edit was answered in", milliseconds(this.answered)],
            ["a request takes (median)", milliseconds(median(this.recent.map((r) => r.ms)))],
            ["cells written", this.written.toLocaleString("en")],
        ];
        byId("figures").replaceChildren(...rows.flatMap(([name, value]) => {
            const dt = document.createElement("dt"), dd = document.createElement("dd");
            dt.textContent = name;
            dd.textContent = value;
            return [dt, dd];
        }));
    }
}
