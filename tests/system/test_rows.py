# SPDX-License-Identifier: Apache-2.0
"""Rows that people type and no trigger tells of, keys that stand twice, rows that MySQL deletes, keys that it changes."""
from programs import wait_until
from test_notes import edited, note
from test_placement import keys, silent, type_row

TABLE = "CREATE TABLE items (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, price DECIMAL(8,2) NULL);\n"


def filled(make_stack, every="1s", **mapping):
    stack = make_stack(tables=TABLE, replicator={"reconcile_every": every},
                       mappings=[{"table": "items", "name": "items", "tab": "Items", **mapping}])
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    silent(stack)
    return stack


def names(stack):
    return sorted(row[0] for row in stack.sql("SELECT name FROM items"))


# typed rows


def test_a_typed_row_whose_trigger_never_came_gets_its_key_in_its_own_row(make_stack):
    stack = filled(make_stack)
    type_row(stack, 6, "typed", 7)
    wait_until("the key", lambda: stack.cells("Items")[6][0] is not None)
    stack.wait_equal("Items")
    assert names(stack) == ["one", "three", "two", "typed"]
    assert len(keys(stack)) == 4


def test_two_equal_typed_rows_are_two_rows(make_stack):
    stack = filled(make_stack)
    type_row(stack, 5, "same", 7)
    type_row(stack, 6, "same", 7)
    stack.wait_equal("Items")
    assert names(stack) == ["one", "same", "same", "three", "two"]
    assert len(set(keys(stack))) == 5


def test_a_half_typed_row_waits_says_so_once_and_is_inserted_when_it_is_complete(make_stack):
    stack = filled(make_stack)
    edited(stack, 5, 2, "7")
    wait_until("the note", lambda: note(stack, 5, 0).startswith("tabrelay: waiting: "))
    log = f"SELECT outcome FROM {stack.state_database}.edit_log WHERE operation <> 'update'"
    edited(stack, 1, 1, "eins")  # and some comparisons pass
    wait_until("another edit", lambda: "eins" in names(stack))
    assert stack.sql(log + " AND outcome = 'waiting'") == [("waiting",)]
    edited(stack, 5, 1, "complete")
    wait_until("the row", lambda: "complete" in names(stack))
    stack.wait_equal("Items")
    assert len(set(keys(stack))) == 4


# a key that stands twice


def test_the_second_row_with_a_key_says_so_until_it_has_another(make_stack):
    stack = filled(make_stack)
    edited(stack, 6, 0, "2")
    edited(stack, 6, 1, "copy")
    wait_until("the note", lambda: note(stack, 6, 0) == "tabrelay: this key stands in row 3 already; this row is not synchronised")
    assert note(stack, 2, 0) == "" and "copy" not in names(stack)
    edited(stack, 6, 0, "9")
    wait_until("no note", lambda: note(stack, 6, 0) == "")
    stack.wait_equal("Items")
    assert "copy" in names(stack)
