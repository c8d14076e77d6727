# SPDX-License-Identifier: Apache-2.0
"""The shape of things changes while tabrelay runs: tables are altered, truncated, columns and tabs are moved."""
import time

from programs import wait_until


def fill(stack, rows=20):
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(rows)))
    stack.wait_equal("Items")


def settled(stack):
    """The replicator is not starting sessions over and over."""
    time.sleep(1.5)
    before = stack.replicator.log().count("session: streaming")
    time.sleep(1.5)
    return stack.replicator.log().count("session: streaming") == before


def test_a_column_that_is_added_appears_in_the_tab(stack):
    fill(stack)
    stack.sql("ALTER TABLE items ADD COLUMN colour VARCHAR(20) NOT NULL DEFAULT 'red' AFTER name")
    stack.sql("UPDATE items SET colour = 'blue' WHERE id <= 5")
    stack.wait_equal("Items", 30)
    assert "colour" in stack.cells("Items")[0]
    assert settled(stack)


def test_a_column_that_is_dropped_stays_in_the_tab_and_the_rest_goes_on(stack):
    fill(stack)
    stack.sql("ALTER TABLE items DROP COLUMN note")
    stack.sql("UPDATE items SET name = 'after' WHERE id = 3")
    wait_until("the update", lambda: any("after" in row for row in stack.cells("Items")), 30)
    assert "note" in stack.cells("Items")[0]
    assert settled(stack)


def test_a_truncated_table_empties_the_tab(stack):
    fill(stack, 5)
    stack.sql("TRUNCATE TABLE items")
    stack.sql("INSERT INTO items (name) VALUES ('the only one')")
    wait_until("one row", lambda: len([r for r in stack.cells("Items") if r and r[0] is not None]) == 2, 30)
    stack.wait_equal("Items", 30)
    assert settled(stack)


def test_columns_that_people_move_are_found_again(stack):
    fill(stack)
    stack.act({"action": "insert_columns", "tab": "Items", "index": 1, "count": 1})
    stack.act({"action": "edit", "tab": "Items", "row": 0, "column": 1, "value": "mine"})
    stack.sql("UPDATE items SET name = 'moved', price = 77 WHERE id <= 10")
    stack.wait_equal("Items", 30)
    column = stack.cells("Items")[0].index("mine")
    assert all(len(row) <= column or row[column] in (None, "mine") for row in stack.cells("Items"))


def test_a_key_that_is_changed_in_mysql_moves_the_row(stack):
    fill(stack, 5)
    stack.sql("UPDATE items SET id = 100 WHERE id = 2")
    stack.wait_equal("Items")
    keys = [row[0] for row in stack.cells("Items")[1:] if row]
    assert 100.0 in keys and 2.0 not in keys


def test_a_cleared_key_is_written_back(stack):
    fill(stack, 5)
    stack.act({"action": "clear", "tab": "Items", "row": 3, "column": 0, "rows": 1, "columns": 1})
    stack.wait_equal("Items", 30)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(5,)]


def test_a_cleared_row_is_deleted(stack):
    fill(stack, 5)
    width = len(stack.cells("Items")[0])
    stack.act({"action": "clear", "tab": "Items", "row": 3, "column": 0, "rows": 1, "columns": width})
    wait_until("the delete", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(4,)], 30)
