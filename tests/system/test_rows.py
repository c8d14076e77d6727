# SPDX-License-Identifier: Apache-2.0
"""Rows that people type and no trigger tells of, keys that stand twice, rows that MySQL deletes, keys that it changes."""
import pytest

from programs import wait_until
from test_held import reconciled
from test_notes import edited, note
from test_finding import compared
from test_placement import keys, silent, type_row

TABLE = "CREATE TABLE items (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, price DECIMAL(8,2) NULL);\n"


def filled(make_stack, every="1s", **mapping):
    stack = make_stack(tables=TABLE, replicator={"reconcile_every": every},
                       mappings=[{"table": "items", "name": "items", "tab": "Items", **mapping}])
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    compared(stack)
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


@pytest.mark.parametrize("comparisons_between", [0, 1, 3])
def test_two_equal_typed_rows_are_two_rows(make_stack, comparisons_between):
    stack = filled(make_stack)
    type_row(stack, 5, "same", 7)
    for _ in range(comparisons_between):
        reconciled(stack)
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


def test_a_row_with_a_key_that_is_refused_says_so_once(make_stack):
    stack = filled(make_stack)
    edited(stack, 5, 0, "9")
    wait_until("the note", lambda: note(stack, 5, 0) == "tabrelay: waiting: the new row still needs: name")
    for _ in range(3):
        reconciled(stack)
    log = f"SELECT COUNT(*) FROM {stack.state_database}.edit_log WHERE outcome = 'waiting'"
    assert stack.sql(log) == [(1,)]
    edited(stack, 5, 1, "complete")
    stack.wait_equal("Items")
    wait_until("no note", lambda: note(stack, 5, 0) == "")
    assert "complete" in names(stack)


# a key that stands twice


def test_the_second_row_with_a_key_says_so_until_it_has_another(make_stack):
    stack = filled(make_stack)
    edited(stack, 6, 0, "2")
    edited(stack, 6, 1, "copy")
    wait_until("the note", lambda: note(stack, 6, 0) == "tabrelay: this key stands in another row already; this row is not synchronised")
    assert note(stack, 2, 0) == "" and "copy" not in names(stack)
    edited(stack, 6, 0, "9")
    wait_until("no note", lambda: note(stack, 6, 0) == "")
    stack.wait_equal("Items")
    assert "copy" in names(stack)


def test_a_copy_that_comes_to_stand_before_its_row_brings_nothing_back(make_stack):
    stack = filled(make_stack)
    twin = "tabrelay: this key stands in another row already; this row is not synchronised"
    stack.act({"action": "copy_paste", "row": 2, "column": 0, "rows": 1, "columns": 3, "toRow": 5, "toColumn": 0, "tab": "Items"})
    wait_until("the note", lambda: note(stack, 5, 0) == twin)
    stack.sql("UPDATE items SET name = 'newer' WHERE id = 2")
    wait_until("the write", lambda: stack.cells("Items")[2][1] == "newer")
    stack.act({"action": "move_rows", "index": 5, "count": 1, "to": 1, "tab": "Items"})
    wait_until("the other note", lambda: note(stack, 3, 0) == twin and note(stack, 1, 0) == "")
    wait_until("MySQL's value", lambda: stack.cells("Items")[1][1] == "newer")
    assert names(stack) == ["newer", "one", "three"]
    stack.act({"action": "delete_rows", "index": 1, "count": 1, "tab": "Items"})  # the other one is the row now
    wait_until("no note", lambda: note(stack, 2, 0) == "")
    edited(stack, 2, 1, "typed since")
    stack.wait_equal("Items")
    assert names(stack) == ["one", "three", "typed since"]


def test_a_copy_that_comes_to_stand_before_its_row_unnoticed_brings_nothing_back(make_stack):
    """No comparison has come by between the copy and the sort."""
    stack = filled(make_stack, every="10m", sheet_changes="poll")
    stack.act({"action": "copy_paste", "row": 2, "column": 0, "rows": 1, "columns": 3, "toRow": 5, "toColumn": 0, "tab": "Items"})
    stack.sql("UPDATE items SET name = 'newer' WHERE id = 2")
    wait_until("the write", lambda: stack.cells("Items")[2][1] == "newer")
    stack.act({"action": "move_rows", "index": 5, "count": 1, "to": 1, "tab": "Items"})
    stack.cli("reconcile", "items")
    wait_until("the note", lambda: note(stack, 3, 0) == "tabrelay: this key stands in another row already; this row is not synchronised")
    wait_until("MySQL's value", lambda: stack.cells("Items")[1][1] == "newer")
    assert names(stack) == ["newer", "one", "three"]
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "typed since"})
    stack.cli("reconcile", "items")
    wait_until("the edit", lambda: "typed since" in names(stack))


def test_a_copy_that_is_left_alone_counts_but_what_mysql_s_values_never_reached_is_no_edit(make_stack):
    """Copied, told that it does not count, outdated by MySQL, edited, and then the row that counted is deleted."""
    stack = filled(make_stack, every="10m", sheet_changes="poll", delete_limit_percent=100)
    stack.act({"action": "copy_paste", "row": 2, "column": 0, "rows": 1, "columns": 3, "toRow": 5, "toColumn": 0, "tab": "Items"})
    stack.cli("reconcile", "items")
    wait_until("the note", lambda: note(stack, 5, 0) == "tabrelay: this key stands in another row already; this row is not synchronised")
    stack.sql("UPDATE items SET name = 'newer' WHERE id = 2")
    wait_until("the write", lambda: stack.cells("Items")[2][1] == "newer")
    stack.act({"action": "edit", "tab": "Items", "row": 5, "column": 2, "value": "22"})
    stack.act({"action": "delete_rows", "tab": "Items", "index": 2, "count": 1})
    stack.cli("reconcile", "items")
    wait_until("the edit", lambda: stack.sql("SELECT name, price FROM items WHERE id = 2") == [("newer", 22)])
    stack.wait_equal("Items")
    wait_until("no note", lambda: note(stack, 4, 0) == "")


def test_a_copy_whose_row_gets_another_key_brings_nothing_back(make_stack):
    """No comparison has come by between the copy, MySQL's change and the new key: no note says which row is the copy."""
    stack = filled(make_stack, every="10m", sheet_changes="poll", delete_limit_percent=100)
    stack.act({"action": "copy_paste", "row": 2, "column": 0, "rows": 1, "columns": 3, "toRow": 5, "toColumn": 0, "tab": "Items"})
    stack.sql("UPDATE items SET name = 'newer' WHERE id = 2")
    wait_until("the write", lambda: stack.cells("Items")[2][1] == "newer")
    stack.act({"action": "edit", "tab": "Items", "row": 2, "column": 0, "value": "9"})
    stack.cli("reconcile", "items")
    wait_until("the new row", lambda: stack.sql("SELECT name, price FROM items WHERE id = 9") == [("newer", 20)])
    stack.wait_equal("Items")
    assert stack.sql("SELECT name, price FROM items WHERE id = 2") == [("newer", 20)]


# rows that MySQL deletes


def beside(stack, row, text):
    """A cell of the people's own, right of the mapped ones."""
    edited(stack, row, 4, text)


def test_the_people_s_own_cells_of_a_row_that_is_removed_are_in_the_edit_log(make_stack):
    stack = filled(make_stack, every="10m")
    edited(stack, 0, 4, "Comment")
    beside(stack, 2, "ask Bob")
    stack.sql("DELETE FROM items WHERE id IN (1, 2)")
    stack.wait_equal("Items")
    log = stack.sql(f"SELECT source, kind, operation, row_key, cells, outcome, message FROM {stack.state_database}.edit_log")
    assert log == [("found", "delete", "none", '["2"]', '{"Comment":"ask Bob"}', "ignored",
                    "the row was deleted in MySQL; cells that MySQL did not know")]


def test_what_was_just_typed_into_a_row_that_mysql_deletes_is_in_the_edit_log(make_stack):
    stack = filled(make_stack, every="10m")
    edited(stack, 2, 1, "typed")  # its trigger is lost
    stack.sql("DELETE FROM items WHERE id = 2")
    stack.wait_equal("Items")
    # Told by the delete, or as a conflict where a comparison came by before it.
    log = stack.sql(f"SELECT row_key, cells, outcome FROM {stack.state_database}.edit_log")
    assert log in ([('["2"]', '{"name":"typed"}', "ignored")], [('["2"]', '{"id":2,"name":"typed","price":20}', "conflict")])


def test_what_was_typed_into_a_copy_of_a_row_that_mysql_deletes_is_in_the_edit_log(make_stack):
    """The copy has the row's key, so it goes, too."""
    stack = filled(make_stack, every="10m")
    stack.act({"action": "copy_paste", "row": 2, "column": 0, "rows": 1, "columns": 3, "toRow": 5, "toColumn": 0, "tab": "Items"})
    edited(stack, 5, 1, "in the copy")
    stack.sql("DELETE FROM items WHERE id = 2")
    stack.wait_equal("Items")
    log = stack.sql(f"SELECT row_key, cells, outcome FROM {stack.state_database}.edit_log")
    assert log == [('["2"]', '{"name":"in the copy"}', "ignored")]


def test_on_delete_clear_blanks_the_mapped_cells_and_keeps_the_row(make_stack):
    stack = filled(make_stack, on_delete="clear")
    beside(stack, 2, "ask Bob")
    stack.sql("DELETE FROM items WHERE id = 2")
    stack.wait_equal("Items")
    assert stack.cells("Items")[2] == [None, None, None, None, "ask Bob"]
    stack.sql("INSERT INTO items VALUES (4, 'four', 40)")
    stack.wait_equal("Items")
    edited(stack, 1, 1, "eins")  # comparisons pass, and take the blank row for nothing
    wait_until("the edit", lambda: names(stack) == ["eins", "four", "three"])
    assert stack.cells("Items")[2] == [None, None, None, None, "ask Bob"]


def test_on_delete_mark_keeps_the_row_with_a_note_until_mysql_has_it_again(make_stack):
    stack = filled(make_stack, on_delete="mark")
    stack.sql("DELETE FROM items WHERE id = 2")
    wait_until("the note", lambda: note(stack, 2, 0).startswith("tabrelay: deleted in MySQL at "))
    assert stack.cells("Items")[2] == [2.0, "two", 20.0]
    edited(stack, 1, 1, "eins")  # comparisons pass, and take the row for no new one
    wait_until("the edit", lambda: names(stack) == ["eins", "three"])
    assert stack.cells("Items")[2] == [2.0, "two", 20.0]
    stack.sql("INSERT INTO items VALUES (2, 'again', 22)")
    wait_until("no note", lambda: note(stack, 2, 0) == "")
    stack.wait_equal("Items")


def test_a_delete_takes_no_other_row_s_own_cells_when_rows_have_moved_unnoticed(make_stack):
    stack = filled(make_stack, every="0s")
    stack.act({"action": "paste", "tab": "Items", "row": 0, "column": 4, "values": [["Mine"], ["a"], ["b"], ["c"]]})
    stack.act({"action": "insert_rows", "tab": "Items", "index": 1, "count": 1})  # no trigger tells
    stack.sql("DELETE FROM items WHERE id = 2")
    stack.wait_equal("Items")
    assert [(row[0], row[4]) for row in stack.cells("Items")[1:] if len(row) > 4] == [(1.0, "a"), (3.0, "c")]


# repair


def test_a_repair_by_mysql_writes_rows_again_and_takes_out_those_it_has_not(make_stack):
    stack = filled(make_stack, every="10m")
    edited(stack, 2, 1, "behind our back")
    for column, text in enumerate(("77", "only here", "7")):
        edited(stack, 5, column, text)
    stack.sql(f"INSERT INTO {stack.state_database}.signals (kind, mapping, row_keys, created_at) "
              """VALUES ('repair', 'items', '[["2"],["77"],"not a key"]', UTC_TIMESTAMP(3))""")
    stack.wait_equal("Items")
    assert names(stack) == ["one", "three", "two"]


# keys that MySQL changes


def own_cells(stack):
    stack.act({"action": "paste", "tab": "Items", "row": 0, "column": 4, "values": [["Mine"], ["a"], ["b"], ["c"]]})


def own(stack):
    return [(row[0], row[4]) for row in stack.cells("Items")[1:] if len(row) > 4]


def test_a_row_whose_key_mysql_changes_keeps_its_row_and_the_people_s_own_cells(make_stack):
    stack = filled(make_stack, every="10m")
    own_cells(stack)
    stack.sql("UPDATE items SET id = 100, name = 'hundred' WHERE id = 2")
    stack.wait_equal("Items")
    assert own(stack) == [(1.0, "a"), (100.0, "b"), (3.0, "c")]
    stack.sql("UPDATE items SET id = id + 1000")
    stack.wait_equal("Items")
    assert own(stack) == [(1001.0, "a"), (1100.0, "b"), (1003.0, "c")]


def test_keys_that_change_twice_or_take_each_others_place(make_stack):
    stack = filled(make_stack, every="10m")
    own_cells(stack)
    connection = stack.server.connect(database=stack.database)
    with connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE items SET id = 50 WHERE id = 1")
        cursor.execute("UPDATE items SET id = 51 WHERE id = 50")
        cursor.execute("UPDATE items SET id = 60 WHERE id = 2")
        cursor.execute("UPDATE items SET id = 2 WHERE id = 3")
        cursor.execute("UPDATE items SET id = 3 WHERE id = 60")
        cursor.execute("COMMIT")
    stack.wait_equal("Items")
    assert own(stack)[0] == (51.0, "a")


def test_a_key_is_written_into_no_other_row_when_rows_have_moved_unnoticed(make_stack):
    stack = filled(make_stack, every="0s")
    own_cells(stack)
    stack.act({"action": "insert_rows", "tab": "Items", "index": 1, "count": 1})  # no trigger tells
    stack.sql("UPDATE items SET id = 100 WHERE id = 2")
    stack.wait_equal("Items")
    assert own(stack) == [(1.0, "a"), (100.0, "b"), (3.0, "c")]


MOVES = {"sorted": {"action": "sort", "tab": "Items", "row": 1, "column": 1, "descending": False},  # one, three, two
         "inserted": {"action": "insert_rows", "tab": "Items", "index": 1, "count": 1}}


@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "lost"])
@pytest.mark.parametrize("moved", MOVES)
@pytest.mark.parametrize("changed", [(2,), (1, 2), (2, 3), (1, 2, 3)], ids=str)
def test_new_keys_that_land_in_other_rows_are_taken_back(make_stack, changed, moved, is_lost):
    """Rows move while keys are on their way: a new key stands where another row's key stood, which may have got one, too."""
    stack = filled(make_stack, every="0s")
    own_cells(stack)
    fault = {"match": "batchUpdate", "hold": True, **({"status": 503, "after": True} if is_lost else {})}
    stack.google.call("PUT", "/sandbox/v1/faults", [fault])
    stack.sql(f"UPDATE items SET id = id + 100 WHERE id IN ({', '.join(map(str, changed))})")
    wait_until("the keys on their way", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    stack.act(MOVES[moved])
    stack.google.call("POST", "/sandbox/v1/faults/release")
    stack.wait_equal("Items")
    compared(stack)
    stack.wait_equal("Items")
    key = {n: n + 100 if n in changed else n for n in (1, 2, 3)}
    assert stack.sql("SELECT id, name, price FROM items ORDER BY price") == [(key[1], "one", 10), (key[2], "two", 20), (key[3], "three", 30)]
    assert sorted(own(stack)) == sorted([(float(key[1]), "a"), (float(key[2]), "b"), (float(key[3]), "c")])
    assert list(stack.sql(f"SELECT outcome, cells FROM {stack.state_database}.edit_log WHERE outcome = 'applied'")) == []
