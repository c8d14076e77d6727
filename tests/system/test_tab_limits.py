# SPDX-License-Identifier: Apache-2.0
"""Google's limits: cells of a spreadsheet, characters of a cell."""
import json
import urllib.request

import pytest

from programs import wait_until
from stack import ITEMS

LIMIT = 10_000_000
OTHERS = ITEMS.replace("TABLE items", "TABLE others")


def metric(stack, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.metrics_port}/metrics", timeout=5) as answer:
        return next(int(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith(name + " "))


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
    stack._write_config({}, {}, 6000)
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
    assert "Delete blank rows and columns and unused tabs" in two.replicator.log()


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
    assert metric(two, "tabrelay_spreadsheet_cells") == used > 0.8 * LIMIT
    assert status(two, "items")["spreadsheet_cells"] == used
    # Growth is told, too.
    insert(two, "items", 0, 100)
    two.wait_equal("Items")
    wait_until("the metric", lambda: metric(two, "tabrelay_spreadsheet_cells") == cells_used(two) == used + 2600, 20)
    wait_until("the status", lambda: status(two, "items")["spreadsheet_cells"] == used + 2600, 20)
    assert two.replicator.log().count("cells of the spreadsheet are used spreadsheet=") == 1
