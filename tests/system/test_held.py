# SPDX-License-Identifier: Apache-2.0
"""What waits for a person is left as it is, by the replicator as well, and the rest of the table flows on."""
import time
import uuid

import pytest

import held
from programs import wait_until
from test_notes import note
from test_placement import post, silent

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);\n"


def filled(make_stack, **mapping):
    stack = make_stack(tables=TABLE, mappings=[{"table": "items", "name": "items", "tab": "Items", "conflict": "manual", **mapping}])
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    wait_until("base", lambda: all(held.base(stack, key) for key in (1, 2, 3)))
    silent(stack)
    return stack


def type_cell(stack, key, column, text):
    cells = stack.cells("Items")
    stack.act({"action": "edit", "tab": "Items", "row": stack.row_of("Items", float(key)), "column": cells[0].index(column),
               "value": text})


def row(stack, key):
    return next((r for r in stack.cells("Items")[1:] if r and r[0] == float(key)), None)


def reconciled(stack):
    """A comparison that begins now has ended."""
    query = f"SELECT reconciled_at FROM {stack.state_database}.mapping_state WHERE mapping = 'items'"
    before = stack.sql(query)
    stack.cli("reconcile", "items")
    wait_until("the comparison", lambda: stack.sql(query) != before)


def test_a_held_cell_keeps_what_the_sheet_shows_and_its_row_flows_on(make_stack):
    stack = filled(make_stack)
    type_cell(stack, 1, "name", "typed")
    held.hold(stack, 1, "name", "typed", "one")
    stack.sql("UPDATE items SET name = 'eins', qty = 11 WHERE id = 1")
    wait_until("the other cell", lambda: row(stack, 1) == [1.0, "typed", 11.0])
    stack.sql("UPDATE items SET name = 'zwei' WHERE id = 2")
    wait_until("the other row", lambda: row(stack, 2)[1] == "zwei")
    reconciled(stack)
    assert row(stack, 1)[1] == "typed" and held.is_held(stack, 1, "name")
    assert stack.sql("SELECT name FROM items WHERE id = 1") == [("eins",)]


def test_a_forced_write_of_a_held_cell_shows_the_held_value(make_stack):
    stack = filled(make_stack)
    held.hold(stack, 1, "name", "typed", "one", force=["name"])  # our own write has landed on what was typed
    wait_until("the held value", lambda: row(stack, 1)[1] == "typed")
    assert held.is_held(stack, 1, "name")
    assert stack.sql("SELECT name FROM items WHERE id = 1") == [("one",)]


def test_a_held_row_is_neither_deleted_nor_inserted(make_stack):
    stack = filled(make_stack)
    held.hold(stack, 1, held.ROW, None, kind="delete_update")
    stack.sql("DELETE FROM items WHERE id = 1")
    held.hold(stack, 2, held.ROW, None, kind="update_delete")
    stack.act({"action": "delete_rows", "tab": "Items", "index": stack.row_of("Items", 2.0), "count": 1})
    stack.sql("UPDATE items SET qty = 22 WHERE id = 2")
    stack.sql("UPDATE items SET qty = 33 WHERE id = 3")
    wait_until("the row that is not held", lambda: row(stack, 3)[2] == 33.0)
    reconciled(stack)
    assert row(stack, 1) == [1.0, "one", 10.0] and row(stack, 2) is None
    assert stack.sql("SELECT id FROM items ORDER BY id") == [(2,), (3,)]


def test_what_a_batch_wrote_is_kept_beside_its_hash_where_the_policy_needs_it(make_stack):
    stack = filled(make_stack)
    stack.sql("UPDATE items SET name = 'eins' WHERE id = 1")
    wait_until("the value", lambda: held.base(stack, 1)[1] is not None and b"eins" in held.base(stack, 1)[1])
    hashes, _, changed_us = held.base(stack, 1)
    assert hashes[held.column_id("name")] == held.hash_value("eins")
    assert abs(changed_us / 1e6 - float(stack.sql("SELECT UNIX_TIMESTAMP(NOW(6))")[0][0])) < 60


def test_a_row_that_mysql_deletes_leaves_a_tombstone_until_it_comes_again(make_stack):
    stack = filled(make_stack)
    query = f"SELECT deleted_by FROM {stack.state_database}.tombstone"
    number = held.hold(stack, 1, "name", "typed", "one")
    stack.sql("DELETE FROM items WHERE id = 1")
    wait_until("the tombstone", lambda: stack.sql(query) == [("mysql",)])
    assert held.conflict(stack, number) == ("resolved", "mysql", "")
    stack.sql("INSERT INTO items VALUES (1, 'again', 1)")
    wait_until("no tombstone", lambda: len(stack.sql(query)) == 0)


def test_tombstones_go_after_a_day(make_stack):
    stack = filled(make_stack)
    db = stack.state_database
    stack.replicator.stop()
    stack.sql(f"INSERT INTO {db}.tombstone VALUES ('items', REPEAT('o', 16), 'mysql', UTC_TIMESTAMP(3) - INTERVAL 25 HOUR), "
              "('items', REPEAT('n', 16), 'mysql', UTC_TIMESTAMP(3) - INTERVAL 23 HOUR)")
    stack.replicator.start()
    wait_until("the old one to go", lambda: [r[0] for r in stack.sql(f"SELECT key_hash FROM {db}.tombstone")] == [b"n" * 16])


def test_a_renamed_column_keeps_its_conflict_and_a_dropped_one_ends_it(make_stack):
    stack = filled(make_stack)
    type_cell(stack, 1, "name", "typed")
    number = held.hold(stack, 1, "name", "typed", "one")
    stack.sql("ALTER TABLE items RENAME COLUMN name TO title")
    wait_until("the new name", lambda: held.is_held(stack, 1, "title"))
    assert stack.sql(f"SELECT column_name FROM {stack.state_database}.conflicts WHERE id = %s", (number,)) == [("title",)]
    stack.sql("UPDATE items SET title = 'eins', qty = 12 WHERE id = 1")
    wait_until("the other cell", lambda: row(stack, 1) == [1.0, "typed", 12.0])
    stack.sql("ALTER TABLE items DROP COLUMN title")
    wait_until("the end of the conflict", lambda: held.conflict(stack, number) == ("resolved", "agreed", ""))
    wait_until("the mark to go", lambda: not held.is_held(stack, 1, "title"))


# conflicts that need no person


def test_a_conflict_is_over_when_mysql_comes_to_the_held_value_by_itself(make_stack):
    stack = filled(make_stack)
    type_cell(stack, 1, "name", "typed")
    number = held.hold(stack, 1, "name", "typed", "one")
    stack.sql("UPDATE items SET name = 'typed' WHERE id = 1")
    wait_until("the end of the conflict", lambda: held.conflict(stack, number)[:2] == ("resolved", "agreed"))
    wait_until("the mark to go", lambda: not held.is_held(stack, 1, "name"))
    stack.sql("UPDATE items SET name = 'later' WHERE id = 1")
    wait_until("the cell", lambda: row(stack, 1)[1] == "later")


def test_a_conflict_that_was_over_while_the_replicator_was_away(make_stack):
    stack = filled(make_stack)
    type_cell(stack, 1, "name", "typed")
    number = held.hold(stack, 1, "name", "typed", "one")
    stack.replicator.stop()
    stack.sql("UPDATE items SET name = 'typed' WHERE id = 1")
    stack.replicator.start()
    wait_until("the end of the conflict", lambda: held.conflict(stack, number)[:2] == ("resolved", "agreed"))


def test_a_row_whose_delete_waited_is_there_again(make_stack):
    stack = filled(make_stack)
    number = held.hold(stack, 2, held.ROW, None, kind="update_delete")
    reconciled(stack)
    wait_until("the end of the conflict", lambda: held.conflict(stack, number)[0] == "resolved")
    stack.sql("UPDATE items SET qty = 22 WHERE id = 2")
    wait_until("the row flows", lambda: row(stack, 2) == [2.0, "two", 22.0])


@pytest.mark.parametrize("age_s, winner", [(3600, "MySQL"), (-10, "the sheet")])
def test_the_last_write_wins_by_the_time_of_mysqls_commit(make_stack, age_s, winner):
    stack = filled(make_stack, conflict="last_write_wins")
    stack.replicator.stop()
    stack.sql("UPDATE items SET name = 'MySQL' WHERE id = 2")
    type_cell(stack, 2, "name", "the sheet")
    result = post(stack, [{"id": str(uuid.uuid4()), "kind": "upsert", "time": int((time.time() - age_s) * 1000), "row": 3,
                           "edited": ["name"], "cells": {"id": 2, "name": "the sheet", "qty": 20}}])[0]
    assert result["outcome"] == "conflict"
    assert stack.sql(f"SELECT state FROM {stack.state_database}.conflicts") == [("asked",)]
    stack.replicator.start()
    wait_until("the decision", lambda: stack.sql(f"SELECT state FROM {stack.state_database}.conflicts") == [("resolved",)])
    stack.wait_equal("Items")
    assert stack.sql("SELECT name FROM items WHERE id = 2") == [(winner,)]
    if winner == "MySQL":
        wait_until("the note", lambda: "the sheet" in note(stack, 2, 1))
