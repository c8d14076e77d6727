/* SPDX-License-Identifier: Apache-2.0 */
/* selection: the active cell and the rectangle around it. Emits "move". */
const clamp = (n, low, high) => Math.min(high, Math.max(low, n));

export class Selection extends EventTarget {
    constructor(store) {
        super();
        this.store = store;
        this.row = 0; /* the active cell: where typing goes */
        this.column = 0;
        this.endRow = 0; /* the other corner */
        this.endColumn = 0;
    }

    get box() {
        return {
            row: Math.min(this.row, this.endRow), column: Math.min(this.column, this.endColumn),
            rows: Math.abs(this.row - this.endRow) + 1, columns: Math.abs(this.column - this.endColumn) + 1,
        };
    }

    has(row, column) {
        return this.touchesRow(row) && this.touchesColumn(column);
    }

    touchesRow(row) {
        return row >= Math.min(this.row, this.endRow) && row <= Math.max(this.row, this.endRow);
    }

    touchesColumn(column) {
        return column >= Math.min(this.column, this.endColumn) && column <= Math.max(this.column, this.endColumn);
    }

    set(row, column, endRow = row, endColumn = column) {
        const tab = this.store.tab;
        this.row = clamp(row, 0, tab.rows - 1);
        this.column = clamp(column, 0, tab.columns - 1);
        this.endRow = clamp(endRow, 0, tab.rows - 1);
        this.endColumn = clamp(endColumn, 0, tab.columns - 1);
        this.dispatchEvent(new Event("move"));
    }

    extend(row, column) {
        this.set(this.row, this.column, row, column);
    }

    /* By the keyboard: one step, or with FAR to the edge of what is filled; EXTEND keeps the active cell. */
    step(rows, columns, {far = false, extend = false} = {}) {
        const tab = this.store.tab;
        let row = (extend ? this.endRow : this.row) + rows;
        let column = (extend ? this.endColumn : this.column) + columns;
        if (far && rows)
            row = rows < 0 ? 0 : row <= tab.lastRow - 1 ? tab.lastRow - 1 : tab.rows - 1;
        if (far && columns)
            column = columns < 0 ? 0 : column <= tab.lastColumn - 1 ? tab.lastColumn - 1 : tab.columns - 1;
        if (extend)
            this.extend(row, column);
        else
            this.set(row, column);
    }

    rowsWhole(row, endRow = row) {
        this.set(row, 0, endRow, this.store.tab.columns - 1);
    }

    columnsWhole(column, endColumn = column) {
        this.set(0, column, this.store.tab.rows - 1, endColumn);
    }

    all() {
        const tab = this.store.tab;
        this.set(0, 0, Math.max(0, tab.lastRow - 1), Math.max(0, tab.lastColumn - 1));
    }
}
