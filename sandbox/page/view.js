/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view: draws the part of the tab that is seen: rows in view and some around them, the frozen rows and the letters.
 * It reads the store and the selection and changes neither.
 */
import {letters} from "./tsv.js";

const ROW = 25, LETTERS = 26, AROUND = 6;
const MIN_WIDTH = 84, MAX_WIDTH = 300, MAX_SHARE = 0.55;
const FLASH_MS = 1800, RETRY_MS = 1000;
const KIND = {n: "numeric", d: "numeric", b: "bool", e: "error"};

const byId = (id) => document.getElementById(id);

function element(className, role) {
    const made = document.createElement("div");
    made.className = className;
    if (role)
        made.setAttribute("role", role);
    return made;
}

export class View {
    constructor(store, selection) {
        this.store = store;
        this.selection = selection;
        this.grid = byId("grid");
        this.rows = new Map();
        this.widths = [];
        this.lefts = [0];
        this.flashes = new Map();
        this.grid.addEventListener("scroll", () => this.later());
        new ResizeObserver(() => this.later()).observe(this.grid);
    }

    later() {
        this.frame ??= requestAnimationFrame(() => {
            this.frame = null;
            this.draw();
        });
    }

    /* A new tab or another size: forget what was drawn. */
    reset(measure) {
        for (const row of this.rows.values())
            row.remove();
        this.rows.clear();
        if (measure)
            this.widths = [];
        this.later();
    }

    get numbersWidth() {
        return this.store.tab.rows > 9999 ? 60 : 46;
    }

    layout() {
        const tab = this.store.tab;
        if (this.widths.length === 0 && this.store.cell(0, 0) !== undefined)
            this.measure();
        let left = this.numbersWidth;
        this.lefts = [];
        for (let c = 0; c < tab.columns; c++) {
            this.lefts.push(left);
            left += this.widths[c] ?? MIN_WIDTH + 16;
        }
        this.lefts.push(left);
        const space = byId("space");
        space.style.width = `${left}px`;
        space.style.height = `${LETTERS + tab.rows * ROW}px`;
        byId("letters").style.height = `${LETTERS}px`;
        byId("frozen").style.height = `${tab.frozenRows * ROW}px`;
        byId("frozen").style.top = `${LETTERS}px`;
        this.grid.setAttribute("aria-rowcount", tab.rows + 1);
        this.grid.setAttribute("aria-colcount", tab.columns + 1);
    }

    /* Columns as wide as what the first rows hold. */
    measure() {
        const context = document.createElement("canvas").getContext("2d");
        context.font = getComputedStyle(this.grid).font;
        for (let c = 0; c < this.store.tab.lastColumn; c++) {
            let width = 0;
            for (let r = 0; r < 60; r++) {
                const text = this.store.cell(r, c)?.d ?? "";
                width = Math.max(width, context.measureText(text).width * (r === 0 ? 1.08 : 1) + (r === 0 ? 30 : 20));
            }
            this.widths[c] = Math.round(Math.min(MAX_WIDTH, innerWidth * MAX_SHARE, Math.max(MIN_WIDTH, width)));
        }
    }

    draw() {
        const tab = this.store.tab;
        if (!tab)
            return;
        this.layout();
        const first = Math.max(tab.frozenRows, Math.floor(this.grid.scrollTop / ROW) - AROUND);
        const last = Math.min(tab.rows - 1, first + Math.ceil(this.grid.clientHeight / ROW) + 2 * AROUND);
        this.drawLetters();
        const seen = new Set();
        for (let r = 0; r < tab.frozenRows; r++)
            seen.add(this.drawRow(r, byId("frozen"), r * ROW));
        for (let r = first; r <= last; r++)
            seen.add(this.drawRow(r, byId("rows"), r * ROW));
        for (const [r, row] of this.rows) {
            if (!seen.has(row)) {
                row.remove();
                this.rows.delete(r);
            }
        }
        const active = byId(`c${this.selection.row}-${this.selection.column}`);
        this.grid.setAttribute("aria-activedescendant", active ? active.id : "");
        Promise.all([this.store.need(0, Math.max(0, tab.frozenRows - 1)), this.store.need(first, last)])
            .catch(() => this.retryLater());
    }

    /* What could not be had is shaded until it is there. */
    retryLater() {
        this.retry ??= setTimeout(() => {
            this.retry = null;
            this.later();
        }, RETRY_MS);
    }

    /* The columns in view, first and last. */
    columnsInView() {
        const from = this.grid.scrollLeft, to = from + this.grid.clientWidth;
        let first = 0, last = this.store.tab.columns - 1;
        while (first < last && this.lefts[first + 1] < from)
            first++;
        while (last > first && this.lefts[last] > to)
            last--;
        return [first, last];
    }

    drawLetters() {
        const row = byId("letters");
        const [first, last] = this.columnsInView();
        const cells = [element("corner", "gridcell")];
        cells[0].style.width = `${this.numbersWidth}px`;
        cells[0].setAttribute("aria-label", "Select all");
        for (let c = first; c <= last; c++) {
            const cell = element(this.selection.touchesColumn(c) ? "letter selected" : "letter", "columnheader");
            cell.textContent = letters(c);
            cell.dataset.column = c;
            cell.setAttribute("aria-colindex", c + 2);
            cell.style.left = `${this.lefts[c]}px`;
            cell.style.width = `${this.lefts[c + 1] - this.lefts[c]}px`;
            const open = element("open-menu", "");
            open.dataset.column = c;
            open.title = "Sort, insert, delete";
            cell.append(open);
            cells.push(cell);
        }
        row.replaceChildren(...cells);
    }

    drawRow(r, parent, top) {
        let row = this.rows.get(r);
        if (!row || row.parentNode !== parent) {
            row?.remove();
            row = element("row", "row");
            row.append(element("number", "rowheader"));
            row.firstChild.textContent = r + 1;
            row.firstChild.dataset.row = r;
            row.setAttribute("aria-rowindex", r + 2);
            this.rows.set(r, row);
            parent.append(row);
        }
        row.style.top = parent.id === "frozen" ? `${top}px` : `${top + LETTERS}px`;
        row.firstChild.style.width = `${this.numbersWidth}px`;
        row.firstChild.classList.toggle("selected", this.selection.touchesRow(r));
        const [first, last] = this.columnsInView();
        while (row.childNodes.length - 1 > last - first + 1)
            row.lastChild.remove();
        while (row.childNodes.length - 1 < last - first + 1)
            row.append(element("cell", "gridcell"));
        for (let c = first; c <= last; c++)
            this.drawCell(row.childNodes[1 + c - first], r, c);
        return row;
    }

    drawCell(cell, r, c) {
        const value = this.store.cell(r, c);
        const chosen = this.selection.has(r, c);
        const names = ["cell", KIND[value?.t] ?? "text"];
        if (value?.b || r < this.store.tab.frozenRows)
            names.push("bold");
        if (value?.n)
            names.push("noted");
        if (value === undefined)
            names.push("loading");
        if (chosen)
            names.push("selected");
        if (r === this.selection.row && c === this.selection.column)
            names.push("active");
        const className = names.join(" ");
        if (cell.className !== className)
            cell.className = className;
        const text = value?.d ?? "";
        if (cell.textContent !== text)
            cell.textContent = text;
        if (cell.id !== `c${r}-${c}`) {
            cell.id = `c${r}-${c}`;
            cell.dataset.row = r;
            cell.dataset.column = c;
            cell.setAttribute("aria-colindex", c + 2);
            for (const animation of cell.getAnimations())
                animation.cancel();
            delete cell.dataset.flash;
        }
        cell.setAttribute("aria-selected", chosen);
        cell.style.left = `${this.lefts[c]}px`;
        cell.style.width = `${this.lefts[c + 1] - this.lefts[c]}px`;
        const note = value?.n ?? "";
        if ((cell.getAttribute("aria-description") ?? "") !== note) {
            if (note)
                cell.setAttribute("aria-description", note);
            else
                cell.removeAttribute("aria-description");
        }
    }

    /* Show that SOURCE ("api", "script", "user") has just written these cells. */
    flash(changes) {
        this.draw();
        const style = getComputedStyle(document.documentElement);
        for (const {row, column, source} of changes) {
            const cell = source && byId(`c${row}-${column}`);
            if (!cell)
                continue;
            cell.dataset.flash = source;
            const colour = style.getPropertyValue(`--flash-${source}`);
            const animation = cell.animate([{backgroundColor: colour}, {backgroundColor: colour, offset: 0.35}, {}], FLASH_MS);
            animation.onfinish = () => delete cell.dataset.flash;
        }
    }

    /* Where a cell is, in the coordinates of #space; frozen rows: of #frozen. */
    box(r, c) {
        const frozen = r < this.store.tab.frozenRows;
        return {
            frozen, top: r * ROW + (frozen ? 0 : LETTERS), left: this.lefts[c],
            width: this.lefts[c + 1] - this.lefts[c], height: ROW,
        };
    }

    reveal(r, c) {
        const tab = this.store.tab, grid = this.grid;
        if (r >= tab.frozenRows) {
            const top = (r - tab.frozenRows) * ROW;
            const room = grid.clientHeight - LETTERS - (tab.frozenRows + 1) * ROW;
            if (top < grid.scrollTop)
                grid.scrollTop = top;
            else if (top > grid.scrollTop + room)
                grid.scrollTop = top - room;
        }
        const left = this.lefts[c] - this.numbersWidth;
        if (left < grid.scrollLeft)
            grid.scrollLeft = left;
        else if (this.lefts[c + 1] > grid.scrollLeft + grid.clientWidth)
            grid.scrollLeft = Math.min(left, this.lefts[c + 1] - grid.clientWidth);
        this.later();
    }

    get rowsPerPage() {
        return Math.max(1, Math.floor((this.grid.clientHeight - LETTERS) / ROW) - 2);
    }
}
