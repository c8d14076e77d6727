/* SPDX-License-Identifier: Apache-2.0 */
/* grid: puts the page together: mouse, keyboard and clipboard on one side, the store's events on the other. */
import {Editor} from "./edit.js";
import {closeMenu, FAILURE_MS, showMenu, showNote, tellFailure, toast} from "./menu.js";
import {Panel} from "./panel.js";
import {Selection} from "./selection.js";
import {Store} from "./store.js";
import {Tabs} from "./tabs.js";
import {letters} from "./tsv.js";
import {View} from "./view.js";

const byId = (id) => document.getElementById(id);
const store = new Store(decodeURIComponent(location.pathname.split("/")[2]));
const selection = new Selection(store);
const view = new View(store, selection);
const editor = new Editor(store, selection, view);
const tabs = new Tabs(store, show);
const grid = view.grid;
const quiet = () => {}; /* errors of actions were told already */

function show(sheetId) {
    editor.cancel();
    store.show(sheetId);
    grid.scrollTop = grid.scrollLeft = 0;
    selection.set(0, 0);
    view.reset(true);
}

/* ---- what a person does to rows and columns ---- */

function insertRows(index, count) {
    return store.act({action: "insert_rows", index, count});
}

function deleteRows() {
    const {row, rows} = selection.box;
    return store.act({action: "delete_rows", index: row, count: Math.min(rows, store.tab.rows - row)});
}

function sort(column, descending) {
    const tab = store.tab;
    return store.act({
        action: "sort", row: tab.frozenRows, rows: Math.max(1, tab.lastRow - tab.frozenRows), column, descending,
    });
}

function editNote() {
    const {row, column} = selection;
    const note = prompt("Note", store.cell(row, column)?.n ?? "");
    return note === null ? null : store.act({action: "set_note", row, column, note});
}

function several(count, one) {
    return count === 1 ? `1 ${one}` : `${count} ${one}s`;
}

function cellMenu(x, y) {
    const {row, rows} = selection.box;
    showMenu(x, y, [
        ["Cut", () => editor.cut(), "Ctrl+X"],
        ["Copy", () => editor.copy(), "Ctrl+C"],
        ["Paste", async () => editor.paste(await navigator.clipboard.readText()), "Ctrl+V"],
        ["Clear", () => editor.clear(), "Delete"],
        null,
        [`Insert ${several(rows, "row")} above`, () => insertRows(row, rows), "Ctrl+Alt+="],
        [`Insert ${several(rows, "row")} below`, () => insertRows(row + rows, rows)],
        [`Delete ${several(rows, "row")}`, deleteRows, "Ctrl+Alt+-"],
        null,
        ["Note", editNote, "Shift+F2"],
        ["Undo", () => store.act({action: "undo"}), "Ctrl+Z"],
    ], grid);
}

function columnMenu(column, x, y) {
    showMenu(x, y, [
        ["Sort A to Z", () => sort(column, false)],
        ["Sort Z to A", () => sort(column, true)],
        null,
        ["Insert 1 column left", () => store.act({action: "insert_columns", index: column, count: 1})],
        ["Insert 1 column right", () => store.act({action: "insert_columns", index: column + 1, count: 1})],
        [`Delete column ${letters(column)}`, () => store.act({action: "delete_columns", index: column, count: 1})],
    ], grid);
}

/* ---- keyboard ---- */

const ARROWS = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};

function move(event) {
    const options = {far: event.ctrlKey || event.metaKey, extend: event.shiftKey};
    const page = view.rowsPerPage, tab = store.tab;
    if (ARROWS[event.key])
        selection.step(...ARROWS[event.key], options);
    else if (event.key === "PageDown" || event.key === "PageUp")
        selection.step(event.key === "PageDown" ? page : -page, 0, {extend: event.shiftKey});
    else if (event.key === "Home")
        selection.set(options.far ? 0 : selection.row, 0);
    else if (event.key === "End")
        selection.set(options.far ? tab.lastRow - 1 : selection.row, Math.max(0, tab.lastColumn - 1));
    else if (event.key === "Enter" || event.key === "Tab")
        selection.step(event.key === "Enter" ? (event.shiftKey ? -1 : 1) : 0,
                       event.key === "Tab" ? (event.shiftKey ? -1 : 1) : 0);
    else
        return false;
    if (event.shiftKey && event.key !== "Enter" && event.key !== "Tab")
        view.reveal(selection.endRow, selection.endColumn);
    else
        view.reveal(selection.row, selection.column);
    return true;
}

function command(event) {
    const control = event.ctrlKey || event.metaKey;
    const {row, rows, column, columns} = selection.box;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (control && event.altKey && (key === "=" || key === "+"))
        insertRows(row, rows).catch(quiet);
    else if (control && event.altKey && key === "-")
        deleteRows().catch(quiet);
    else if (control && key === "z")
        store.act({action: "undo"}).catch(quiet);
    else if (control && key === "a")
        selection.all();
    else if (control && key === " ")
        selection.columnsWhole(column, column + columns - 1);
    else if (event.shiftKey && key === " ")
        selection.rowsWhole(row, row + rows - 1);
    else if (event.shiftKey && key === "F2")
        editNote()?.catch(quiet);
    else if (key === "F2")
        editor.begin(null);
    else if (key === "Delete" || key === "Backspace")
        editor.clear();
    else if (key === "Escape")
        closeMenu();
    else if (key === "ContextMenu" || (event.shiftKey && key === "F10"))
        menuAtActive();
    else if (key.length === 1 && !control && !event.altKey)
        return type();
    else
        return false;
    return true;
}

/* The key itself lands in the editor, which has the focus when the browser inserts it: input methods work, too. */
function type() {
    editor.begin("");
    return false;
}

/* Of the column, where all of it is selected. */
function menuAtActive() {
    const box = byId(`c${selection.row}-${selection.column}`)?.getBoundingClientRect() ?? grid.getBoundingClientRect();
    const show = selection.box.rows === store.tab.rows ? (x, y) => columnMenu(selection.column, x, y) : cellMenu;
    show(box.left + 8, box.bottom);
}

grid.addEventListener("keydown", (event) => {
    if (event.target !== grid || !store.tab)
        return;
    if (event.key === "Tab" && !event.shiftKey && selection.column === store.tab.columns - 1)
        return; /* the way out of the grid */
    if (event.key === "Tab" && event.shiftKey && selection.column === 0)
        return;
    if (move(event) || command(event))
        event.preventDefault();
});

/* ---- mouse and touch ---- */

function cellOf(event) {
    const cell = event.target.closest?.(".cell");
    return cell && {row: Number(cell.dataset.row), column: Number(cell.dataset.column)};
}

function press(event) {
    const at = cellOf(event);
    const number = event.target.closest(".number"), letter = event.target.closest(".letter");
    if (event.target.closest(".open-menu")) {
        const box = event.target.getBoundingClientRect();
        event.preventDefault();
        columnMenu(Number(event.target.dataset.column), box.left, box.bottom);
        return;
    }
    if (event.target === byId("editor") || (event.button !== 0 && at && selection.has(at.row, at.column)))
        return;
    if (at && event.pointerType === "touch" && at.row === selection.row && at.column === selection.column) {
        event.preventDefault();
        editor.begin(null);
        return;
    }
    editor.commit();
    if (at && event.shiftKey)
        selection.extend(at.row, at.column);
    else if (at)
        selection.set(at.row, at.column);
    else if (number)
        selection.rowsWhole(event.shiftKey ? selection.row : Number(number.dataset.row), Number(number.dataset.row));
    else if (letter)
        selection.columnsWhole(event.shiftKey ? selection.column : Number(letter.dataset.column), Number(letter.dataset.column));
    else if (event.target.closest(".corner"))
        selection.all();
    dragging = at && event.button === 0 && event.pointerType !== "touch";
}

let dragging = false;
grid.addEventListener("pointerdown", press);
grid.addEventListener("pointerup", () => (dragging = false));
grid.addEventListener("pointerover", (event) => {
    const at = cellOf(event);
    showNote(event.target, at ? (store.cell(at.row, at.column)?.n ?? "") : "");
    if (dragging && event.buttons === 1 && at)
        selection.extend(at.row, at.column);
});
grid.addEventListener("pointerleave", () => showNote(grid, ""));
grid.addEventListener("scroll", () => showNote(grid, ""));
grid.addEventListener("dblclick", (event) => cellOf(event) && editor.begin(null));
grid.addEventListener("contextmenu", (event) => {
    const letter = event.target.closest(".letter");
    if (event.target === byId("editor"))
        return;
    event.preventDefault();
    if (letter)
        columnMenu(Number(letter.dataset.column), event.clientX, event.clientY);
    else
        cellMenu(event.clientX, event.clientY);
});

/* ---- clipboard ---- */

const inGrid = () => document.activeElement === grid;
document.addEventListener("copy", (event) => {
    if (inGrid()) {
        event.preventDefault();
        editor.copy(event.clipboardData).catch((error) => tellFailure("Not copied.", error));
    }
});
document.addEventListener("cut", (event) => {
    if (inGrid()) {
        event.preventDefault();
        editor.cut(event.clipboardData).catch((error) => tellFailure("Not cut.", error));
    }
});
document.addEventListener("paste", (event) => {
    if (inGrid()) {
        event.preventDefault();
        editor.paste(event.clipboardData.getData("text/plain")).catch((error) => tellFailure("Not pasted.", error));
    }
});

/* ---- what the store says ---- */

selection.addEventListener("move", () => {
    editor.follow();
    sum().catch(quiet); /* no sum is shown */
    view.later();
    requestAnimationFrame(() => requestAnimationFrame(noteOfActive));
});

/* The note of the cell that the keyboard is at, once it is drawn. */
function noteOfActive() {
    const {row, column} = selection;
    const cell = byId(`c${row}-${column}`);
    showNote(cell ?? grid, (cell && store.cell(row, column)?.n) ?? "");
}

const SUM_ROWS = 20_000; /* of more rows no sum is shown: they would have to be fetched */
let summing = 0;

/* As Sheets does at the lower right: the sum of what is selected. Nothing, until all of it is loaded. */
async function sum() {
    const {row, lastRow, column, lastColumn} = editor.range, turn = ++summing;
    const place = byId("sum");
    if ((row === lastRow && column === lastColumn) || lastRow - row >= SUM_ROWS) {
        place.textContent = "";
        return;
    }
    if (!store.has(row, lastRow)) {
        place.textContent = "";
        await store.need(row, lastRow);
        if (turn !== summing)
            return;
    }
    place.textContent = describe(row, lastRow, column, lastColumn);
}

function describe(row, lastRow, column, lastColumn) {
    let total = 0, numbers = 0, count = 0;
    for (let r = row; r <= lastRow; r++) {
        for (let c = column; c <= lastColumn; c++) {
            const cell = store.cell(r, c);
            count += cell?.d ? 1 : 0;
            if (cell?.t === "n") {
                numbers++;
                total += Number(cell.u) || 0;
            }
        }
    }
    if (count < 2)
        return "";
    return numbers > 0 ? `Sum: ${Number(total.toPrecision(12)).toLocaleString("en")}` : `Count: ${count.toLocaleString("en")}`;
}

store.addEventListener("info", () => {
    byId("title").textContent = store.info.title;
    document.title = `${store.info.title} - tabrelay sandbox`;
    tabs.draw();
    selection.set(selection.row, selection.column, selection.endRow, selection.endColumn);
    view.later();
});
store.addEventListener("cells", (event) => {
    view.flash(event.detail.map((c) => (c.source === "user" && c.user === store.user ? {...c, source: ""} : c)));
    editor.follow();
    sum().catch(quiet);
});
store.addEventListener("status", (event) => {
    byId("status").textContent = event.detail;
    byId("status").dataset.state = event.detail;
});
store.addEventListener("tell", ({detail}) => toast(detail.title, detail.text, detail.isFailure ? FAILURE_MS : undefined));

byId("user").value = store.user = localStorage.user || "you@example.com";
byId("user").addEventListener("change", (event) => {
    localStorage.user = store.user = event.target.value.trim() || "you@example.com";
});

new Panel(store);
store.open().then(() => grid.focus(), (error) => {
    byId("title").textContent = "No such spreadsheet";
    byId("status").textContent = error.message;
});
