/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit: typing into a cell, in place or in the formula bar, and the clipboard. What is typed is sent as typed: the
 * sandbox parses it, as Sheets does.
 */
import {format, letters, parse, place} from "./tsv.js";

const PASTE_CELLS = 2_000_000;
const byId = (id) => document.getElementById(id);

export class Editor {
    constructor(store, selection, view) {
        this.store = store;
        this.selection = selection;
        this.view = view;
        this.cell = byId("editor");
        this.bar = byId("formula");
        this.where = byId("where");
        this.at = null; /* {row, column} while editing */
        this.cell.addEventListener("input", () => this.mirror(this.cell, this.bar));
        this.bar.addEventListener("input", () => this.mirror(this.bar, this.cell));
        this.bar.addEventListener("focus", () => this.begin(null, this.bar));
        for (const field of [this.cell, this.bar])
            field.addEventListener("keydown", (e) => this.key(e));
        this.cell.addEventListener("blur", (e) => e.relatedTarget !== this.bar && this.commit());
        this.bar.addEventListener("blur", (e) => e.relatedTarget !== this.cell && this.commit());
        this.where.addEventListener("keydown", (e) => e.key === "Enter" && this.go());
    }

    /* The text to edit of the active cell. */
    get text() {
        return this.store.cell(this.selection.row, this.selection.column)?.u ?? "";
    }

    /* Follow the selection: the name box and the bar. */
    follow() {
        const {row, column, rows, columns} = this.selection.box;
        if (document.activeElement !== this.where)
            this.where.value = `${letters(column)}${row + 1}` +
                (rows * columns > 1 ? `:${letters(column + columns - 1)}${row + rows}` : "");
        if (!this.at)
            this.bar.value = this.text;
    }

    go() {
        const to = place(this.where.value.split(":")[0]);
        if (to) {
            this.selection.set(to.row, to.column);
            this.view.reveal(this.selection.row, this.selection.column);
        }
        this.view.grid.focus();
    }

    /* Edit the active cell: FIRST replaces its text (a key was typed), null keeps it. */
    begin(first, field = this.cell) {
        if (this.at)
            return;
        const {row, column} = this.selection;
        this.at = {row, column};
        this.was = this.text;
        this.cell.value = this.bar.value = first ?? this.was;
        const box = this.view.box(row, column);
        (box.frozen ? byId("frozen") : byId("space")).append(this.cell);
        this.cell.style.top = `${box.top}px`;
        this.cell.style.left = `${box.left}px`;
        this.cell.style.minWidth = `${box.width + 1}px`;
        this.cell.style.height = `${box.height + 1}px`;
        this.cell.hidden = false;
        this.grow();
        if (field !== this.bar) {
            field.focus({preventScroll: true});
            field.setSelectionRange(field.value.length, field.value.length);
        }
    }

    mirror(from, to) {
        if (!this.at)
            this.begin(null, from);
        to.value = from.value;
        this.grow();
    }

    grow() {
        this.cell.style.width = "0";
        this.cell.style.width = `${Math.min(480, this.cell.scrollWidth + 4)}px`;
        this.cell.style.height = "0";
        this.cell.style.height = `${Math.min(200, Math.max(26, this.cell.scrollHeight))}px`;
    }

    key(event) {
        const moves = {Enter: [event.shiftKey ? -1 : 1, 0], Tab: [0, event.shiftKey ? -1 : 1]};
        event.stopPropagation();
        if (event.isComposing)
            return;
        if (event.key === "Enter" && (event.altKey || event.ctrlKey) && event.target === this.cell) {
            this.cell.setRangeText("\n", this.cell.selectionStart, this.cell.selectionEnd, "end");
            this.mirror(this.cell, this.bar);
        } else if (event.key === "Escape") {
            this.cancel();
        } else if (moves[event.key]) {
            this.commit();
            this.selection.step(...moves[event.key]);
            this.view.reveal(this.selection.row, this.selection.column);
        } else {
            return;
        }
        event.preventDefault();
        this.view.grid.focus({preventScroll: true});
    }

    cancel() {
        this.at = null;
        this.cell.hidden = true;
        this.follow();
    }

    commit() {
        if (!this.at)
            return;
        const {row, column} = this.at;
        const value = (document.activeElement === this.bar ? this.bar : this.cell).value;
        const changed = value !== this.was;
        this.cancel();
        if (changed)
            this.store.act({action: "edit", row, column, value}).catch(() => {});
    }

    clear() {
        const {row, column, rows, columns} = this.selection.box;
        return this.store.act({action: "clear", row, column, rows, columns}).catch(() => {});
    }

    /* The selection's rows and columns; whole columns end where the tab's content ends. */
    get range() {
        const box = this.selection.box, tab = this.store.tab;
        return {
            row: box.row, lastRow: Math.max(box.row, Math.min(box.row + box.rows, tab.lastRow) - 1),
            column: box.column, lastColumn: Math.max(box.column, Math.min(box.column + box.columns, tab.lastColumn) - 1),
        };
    }

    /* The selection as text; null while a part of it is not loaded. */
    selected({row, lastRow, column, lastColumn}) {
        const rows = [];
        for (let r = row; r <= lastRow; r++) {
            rows.push([]);
            for (let c = column; c <= lastColumn; c++) {
                const cell = this.store.cell(r, c);
                if (cell === undefined)
                    return null;
                rows.at(-1).push(cell?.d ?? "");
            }
        }
        return format(rows);
    }

    /* Onto the clipboard: at once through the event's own, or later when rows have to be fetched first. */
    async copy(clipboard = null) {
        const range = this.range;
        let text = this.selected(range);
        if (text !== null && clipboard) {
            clipboard.setData("text/plain", text);
            return;
        }
        await this.store.need(range.row, range.lastRow);
        text = this.selected(range);
        if (text === null)
            throw new Error("Another tab is shown by now.");
        await navigator.clipboard.writeText(text);
    }

    async cut(clipboard = null) {
        await this.copy(clipboard);
        await this.clear();
    }

    /* One copied cell fills the whole selection; a table goes where the selection starts. */
    async paste(text) {
        const {row, column, rows, columns} = this.selection.box;
        let values = parse(text);
        if (values.length === 1 && values[0].length === 1 && rows * columns > 1 && rows * columns <= PASTE_CELLS)
            values = Array.from({length: rows}, () => Array(columns).fill(values[0][0]));
        await this.store.act({action: "paste", row, column, values});
        this.selection.set(row, column, row + values.length - 1, column + values[0].length - 1);
    }
}
