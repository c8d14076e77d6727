# SPDX-License-Identifier: Apache-2.0
"""Google's limits: cells of a spreadsheet, characters of a cell."""
import json

import pytest

from programs import wait_until
from stack import ITEMS

LIMIT = 10_000_000
OTHERS = ITEMS.replace("TABLE items", "TABLE others")


def cells_used(stack):
    tabs = stack.google.spreadsheet(stack.spreadsheet)["tabs"]
    return sum(tab["rows"] * tab["columns"] for tab in tabs)


def batch(stack, *requests, spreadsheet=None):
    stack.google.google("POST", f"/v4/spreadsheets/{spreadsheet or stack.spreadsheet}:batchUpdate", {"requests": list(requests)})


def leave_room(stack, rows, columns):
    """People's own tab takes all the room but that of ROWS of COLUMNS; its id."""
    room = LIMIT - cells_used(stack) - rows * columns
    batch(stack, {"addSheet": {"properties": {"sheetId": 77, "title": "Ballast",
                                              "gridProperties": {"rowCount": room // columns, "columnCount": columns}}}})
    return 77


def remove(stack, sheet_id):
    batch(stack, {"deleteSheet": {"sheetId": sheet_id}})


def status(stack, mapping):
    from programs import run
    done = run("tabrelay", "--config", stack.config, "status", "--json")
    return next(m for m in json.loads(done.stdout)["mappings"] if m["mapping"] == mapping)


def insert(stack, table, first, n):
    stack.sql(f"INSERT INTO {table} (name, price) VALUES " + ", ".join(f"('row {i}', {i})" for i in range(first, first + n)))


@pytest.fixture
def two(make_stack):
    """Two mappings, each in a spreadsheet of its own, not started."""
    stack = make_stack(({"table": "items", "tab": "Items"}, {"table": "others", "tab": "Others"}), tables=ITEMS + OTHERS,
                       start=False)
    stack.other = stack.google.create("other", ["Others"])
    stack.mappings[1]["spreadsheet"] = stack.other
    stack._write_config({}, {}, {})
    stack.webhook.start()
    return stack


def others(stack):
    answer = stack.google.google("GET", f"/v4/spreadsheets/{stack.other}/values/Others")
    return len(answer.get("values", [])) - 1


def test_a_table_that_does_not_fit_is_refused_before_anything_is_written_and_the_others_go_on(two):
    insert(two, "items", 0, 40)
    insert(two, "others", 0, 40)
    leave_room(two, 20, 26)
    two.replicator.start()
    wait_until("the refusal", lambda: status(two, "items")["state"] == "error", 20)
    error = status(two, "items")["last_error"]
    assert "its rows do not fit" in error and "of 10000000 cells of the spreadsheet are used" in error
    wait_until("the other mapping", lambda: others(two) == 40, 20)
    assert two.cells("Items") == []
    insert(two, "others", 100, 5)
    wait_until("the other mapping's change", lambda: others(two) == 45, 20)
    assert "delete blank rows and columns and unused tabs" in error


def test_a_tab_that_fills_up_waits_and_goes_on_when_there_is_room(two):
    insert(two, "items", 0, 5)
    ballast = leave_room(two, 20, 26)
    two.replicator.start()
    two.wait_equal("Items")
    insert(two, "items", 100, 30)
    wait_until("the refusal", lambda: status(two, "items")["state"] == "error", 20)
    assert "its new rows do not fit" in status(two, "items")["last_error"]
    insert(two, "others", 0, 7)
    wait_until("the other mapping's change", lambda: others(two) == 7, 20)
    two.sql("UPDATE items SET name = 'changed meanwhile' WHERE id = 1")
    two.sql("DELETE FROM items WHERE id = 2")
    assert two.replicator.log().count("session: streaming") < 5
    remove(two, ballast)
    two.wait_equal("Items", 60)
    wait_until("it streams again", lambda: status(two, "items")["state"] == "streaming", 20)


def test_google_knows_of_cells_that_we_do_not(two):
    """Somebody adds a tab while the session runs: Google refuses, we look, the mapping waits."""
    insert(two, "items", 0, 5)
    two.replicator.start()
    two.wait_equal("Items")
    ballast = leave_room(two, 2, 26)
    insert(two, "items", 100, 30)
    wait_until("the refusal", lambda: status(two, "items")["state"] == "error", 20)
    remove(two, ballast)
    two.wait_equal("Items", 60)


def test_a_spreadsheet_that_is_nearly_full_is_told_of(two):
    leave_room(two, 1_900_000, 1)
    two.replicator.start()
    wait_until("the warning", lambda: "cells of the spreadsheet are used spreadsheet=" in two.replicator.log(), 20)
    used = cells_used(two)
    assert two.metric("tabrelay_spreadsheet_cells", spreadsheet=two.spreadsheet) == used > 0.8 * LIMIT
    assert status(two, "items")["spreadsheet_cells"] == used
    # Growth is told, too.
    insert(two, "items", 0, 100)
    two.wait_equal("Items")
    wait_until("the metric", lambda: two.metric("tabrelay_spreadsheet_cells", spreadsheet=two.spreadsheet) == cells_used(two) == used + 2600, 20)
    wait_until("the status", lambda: status(two, "items")["spreadsheet_cells"] == used + 2600, 20)
    assert two.replicator.log().count("cells of the spreadsheet are used spreadsheet=") == 1


# --- characters of a cell

NOTES = """
CREATE TABLE items (
    id INT NOT NULL PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    body LONGTEXT NULL,
    data LONGBLOB NULL
);
"""
LONG = "".join(f"line {i} of a long text, ä𝄞\n" for i in range(3000))
OUTCOMES = "SELECT outcome FROM {}.edit_log ORDER BY id"


def make_long(make_stack, policy=None):
    extra = {} if policy is None else {"on_long_text": policy}
    stack = make_stack(({"table": "items", "tab": "Items", **extra},), tables=NOTES)
    stack.sql("INSERT INTO items VALUES (1, 'short', 'short', NULL), (2, 'long', %s, NULL), (3, 'other', 'other', NULL)", (LONG,))
    wait_until("the rows", lambda: len(stack.cells("Items")) == 4, 20)
    return stack


def body(stack, key, column="body"):
    return stack.sql(f"SELECT {column} FROM items WHERE id = %s", (key,))[0][0]


def shown(stack, key, column=2):
    row = next(r for r in stack.cells("Items")[1:] if r and r[0] == key)
    return row[column] if len(row) > column else None


@pytest.fixture(params=["reject", "truncate_with_marker"])
def long(request, make_stack):
    stack = make_long(make_stack, request.param)
    stack.policy = request.param
    return stack


def test_a_text_that_is_too_long_for_a_cell_is_shown_as_said(long):
    text = shown(long, 2)
    assert "too long for a cell: " in text and text.endswith("]")
    assert len(text) < 100 if long.policy == "reject" else LONG.startswith(text[:45000])
    assert len(text.encode("utf-16-le")) // 2 <= 50000


def test_what_is_typed_over_a_long_text_is_refused_and_put_back(long):
    before = shown(long, 2)
    long.act({"action": "edit", "tab": "Items", "row": 2, "column": 2, "value": "typed"})
    wait_until("the refusal", lambda: ("rejected",) in long.sql(OUTCOMES.format(long.state_database)), 20)
    wait_until("the cell as it was", lambda: shown(long, 2) == before, 20)
    assert body(long, 2) == LONG
    assert "too long" in wait_until("the note", lambda: (long.grid("Items")[2][2] or {}).get("n"))


def test_a_sort_of_rows_with_a_long_text_changes_nothing(long):
    long.act({"action": "sort", "tab": "Items", "row": 1, "rows": 3, "column": 1})
    long.sql("UPDATE items SET name = 'after' WHERE id = 1")
    wait_until("the update", lambda: shown(long, 1, 1) == "after", 20)
    long.cli("reconcile", "items")
    long.sql("UPDATE items SET name = 'end' WHERE id = 3")
    wait_until("the update", lambda: shown(long, 3, 1) == "end", 20)
    assert [body(long, k) for k in (1, 2, 3)] == ["short", LONG, "other"]
    assert long.sql(f"SELECT COUNT(*) FROM {long.state_database}.edit_log WHERE outcome IN ('applied', 'conflict')") == [(0,)]


def test_another_cell_of_the_row_is_edited_as_ever(long):
    long.act({"action": "paste", "tab": "Items", "row": 2, "column": 1, "values": [["renamed", shown(long, 2)]]})
    wait_until("the edit", lambda: long.sql("SELECT name FROM items WHERE id = 2") == [("renamed",)], 20)
    assert body(long, 2) == LONG


def test_a_stand_in_that_is_copied_to_another_row_is_never_a_value(long):
    long.act({"action": "copy_paste", "tab": "Items", "row": 2, "column": 2, "rows": 1, "columns": 1, "toRow": 1, "toColumn": 2})
    wait_until("the cell as it was", lambda: shown(long, 1) == "short", 20)
    assert body(long, 1) == "short"
    long.act({"action": "paste", "tab": "Items", "row": 5, "column": 0, "values": [["9", "new", shown(long, 2)]]})
    wait_until("the refusal", lambda: long.sql(OUTCOMES.format(long.state_database))[-1:] == [("rejected",)], 20)
    assert long.sql("SELECT COUNT(*) FROM items") == [(3,)]


def test_a_long_text_that_is_typed_over_without_a_trigger_is_put_back(make_stack):
    stack = make_long(make_stack, "truncate_with_marker")
    before = shown(stack, 2)
    batch(stack, {"updateCells": {"start": {"sheetId": 0, "rowIndex": 2, "columnIndex": 2}, "fields": "userEnteredValue",
                                  "rows": [{"values": [{"userEnteredValue": {"stringValue": "X" + before}}]}]}})
    stack.cli("reconcile", "items")
    wait_until("the cell as it was", lambda: shown(stack, 2) == before, 30)
    assert body(stack, 2) == LONG


def test_a_long_text_is_not_written_again_when_its_row_changes(long):
    requests = len(long.google.requests())
    long.sql("UPDATE items SET name = 'after' WHERE id = 2")
    wait_until("the update", lambda: shown(long, 2, 1) == "after", 20)
    sent = [r for r in long.google.requests() if r["method"] == "POST" and "batchUpdate" in r["path"]][-1]
    assert sent["bytes"] < 5000, sent


def test_a_text_becomes_long_and_short_again(long):
    long.sql("UPDATE items SET body = %s WHERE id = 1", (LONG,))
    wait_until("the long one", lambda: "too long for a cell" in str(shown(long, 1)), 20)
    long.sql("UPDATE items SET body = 'short again' WHERE id = 2")
    wait_until("the short one", lambda: shown(long, 2) == "short again", 20)
    long.act({"action": "edit", "tab": "Items", "row": 2, "column": 2, "value": "typed"})
    wait_until("the edit", lambda: body(long, 2) == "typed", 20)
    assert long.cli("verify", "items")


def test_bytes_that_are_too_long_are_shown_as_said(long):
    data = bytes(range(256)) * 300
    long.sql("UPDATE items SET data = %s WHERE id = 1", (data,))
    wait_until("the cell", lambda: "too long for a cell" in str(shown(long, 1, 3)), 20)
    if long.policy != "reject":
        assert shown(long, 1, 3).startswith("0x00010203")
    long.act({"action": "edit", "tab": "Items", "row": 1, "column": 3, "value": "0x01"})
    wait_until("the refusal", lambda: ("rejected",) in long.sql(OUTCOMES.format(long.state_database)), 20)
    assert body(long, 1, "data") == data


# --- blank rows at the end

def grow(stack, rows):
    batch(stack, {"appendDimension": {"sheetId": stack.sheet_id("Items"), "dimension": "ROWS", "length": rows}})


def grid_rows(stack):
    return stack.google.tab(stack.spreadsheet, "Items")["rows"]


def reconciled(stack):
    """A whole comparison that was asked for now has ended."""
    before = stack.metric("tabrelay_reconciles_total")
    stack.cli("reconcile", "items")
    wait_until("a comparison", lambda: stack.metric("tabrelay_reconciles_total") > before, 20)


def test_blank_rows_at_the_end_go_and_what_people_have_there_stays(stack):
    insert(stack, "items", 0, 10)
    stack.wait_equal("Items")
    grow(stack, 5000)
    rows = grid_rows(stack)
    stack.act({"action": "edit", "tab": "Items", "row": 2999, "column": 20, "value": "mine"})
    stack.act({"action": "set_note", "tab": "Items", "row": 3499, "column": 21, "note": "mine, too"})
    stack.cli("reconcile", "items")
    wait_until("the grid to be trimmed", lambda: grid_rows(stack) < rows, 20)
    assert grid_rows(stack) == 4500
    assert stack.grid("Items")[2999][20]["d"] == "mine" and stack.grid("Items")[3499][21]["n"] == "mine, too"
    stack.act({"action": "clear", "tab": "Items", "row": 2999, "column": 20, "rows": 1, "columns": 1})
    stack.act({"action": "set_note", "tab": "Items", "row": 3499, "column": 21, "note": ""})
    stack.cli("reconcile", "items")
    wait_until("the grid to be trimmed again", lambda: grid_rows(stack) == 1011, 20)
    assert "trim: blank rows" in stack.replicator.log()
    # All goes on: rows are inserted, typed, deleted as ever.
    insert(stack, "items", 100, 5)
    stack.wait_equal("Items")
    stack.act({"action": "paste", "tab": "Items", "row": 1010, "column": 1, "values": [["typed at the end"]]})
    wait_until("the typed row", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name = 'typed at the end'") == [(1,)], 20)
    stack.wait_equal("Items")
    assert "warn" not in [line.split()[1] for line in stack.replicator.log().splitlines() if " trim" in line]


def test_a_grid_is_left_alone_where_that_is_configured_and_when_it_is_small(make_stack):
    stack = make_stack(({"table": "items", "tab": "Items", "trim_grid": False},))
    insert(stack, "items", 0, 3)
    stack.wait_equal("Items")
    grow(stack, 5000)
    rows = grid_rows(stack)
    reconciled(stack)
    reconciled(stack)
    assert grid_rows(stack) == rows


def test_rows_that_google_does_not_let_go_stop_nothing(stack):
    insert(stack, "items", 0, 3)
    stack.wait_equal("Items")
    grow(stack, 5000)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 1, "status": 400, "body": json.dumps(
        {"error": {"code": 400, "message": "Invalid requests[0].deleteDimension: You are trying to edit a protected cell or "
                   "object.", "status": "INVALID_ARGUMENT"}})}])
    stack.cli("reconcile", "items")
    wait_until("the warning", lambda: "warn trim: " in stack.replicator.log(), 20)
    insert(stack, "items", 100, 3)
    stack.wait_equal("Items")
    reconciled(stack)
    assert stack.replicator.log().count("session: streaming") == 1
