# SPDX-License-Identifier: Apache-2.0
"""What people do in a tab, and what becomes of it: cut, copy, merge, hide, formulas, columns, tabs, undo, five at once, and each of it
while a write is under way. Both sides must be equal afterwards, and stay so when the tab is compared once more; a person's own column
"mine" must be where its row is."""
import contextlib
import threading
import time

import pytest

from programs import wait_until

CHECKED_S = 1.5  # a row that was written lately is looked at 0.7 s after an edit
SHEET_ONLY = pytest.mark.parametrize("server", ["mariadb"], indirect=True)  # what the server does is no part of it


def act(stack, action, **more):
    return stack.act({"action": action, "tab": "Items", **more})


def column(stack, header, tab="Items"):
    return stack.cells(tab)[0].index(header)


def edit(stack, row, header, value, **more):
    return act(stack, "edit", row=row, column=column(stack, header), value=value, **more)


def shown(stack, row, header, tab="Items"):
    cells, at = stack.cells(tab), column(stack, header, tab)
    return cells[row][at] if row < len(cells) and at < len(cells[row]) else None


def by_key(stack, header, tab="Items"):
    """Key -> the cell of that column, of every row that has a key."""
    key, at = column(stack, "id", tab), column(stack, header, tab)
    rows = [row + [None] * 20 for row in stack.cells(tab)[1:]]
    found = [(row[key], row[at]) for row in rows if row[key] is not None]
    assert len({k for k, _ in found}) == len(found), f"a key stands twice: {found}"
    return dict(found)


def fill(stack, n=6):
    """N rows, and a column of the person's own, which no trigger tells of."""
    stack.sql("INSERT INTO items (name, price, note) VALUES " +
              ", ".join(f"('item {i}', {i}, 'note {i}')" for i in range(1, n + 1)))
    stack.wait_equal("Items")
    values = [["mine"], *([f"mine {i}"] for i in range(1, n + 1))]
    stack.google.google("PUT", f"/v4/spreadsheets/{stack.spreadsheet}/values/Items!I1?valueInputOption=RAW", {"values": values})
    return stack


def reconciled(stack):
    return stack.sql(f"SELECT reconciled_at FROM {stack.state_database}.mapping_state")[0][0]


def compared(stack):
    """The tab is compared, from now on."""
    for _ in range(2):  # one may have been on its way
        before = reconciled(stack)
        stack.cli("reconcile", "items")
        wait_until("a comparison", lambda: reconciled(stack) != before, 20)


def agreed(stack, tab="Items"):
    """Both sides are equal, and another comparison finds nothing to do."""
    stack.wait_equal(tab)
    rows = stack.table(tab)[1]
    compared(stack)
    assert stack.differences(tab) == "" and sorted(map(str, stack.table(tab)[1])) == sorted(map(str, rows))
    return by_key(stack, "mine", tab)


def kept(*keys):
    return {float(k): f"mine {k}" for k in keys}


@contextlib.contextmanager
def on_its_way(stack, statement, holds=1, delay_ms=0):
    """Within the block the write that STATEMENT causes has left, and has not landed yet. With two HOLDS the next one will be held, too.
    The answer comes DELAY_MS after the write has landed."""
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "hold": True, "count": holds, "delay_ms": delay_ms}])
    stack.sql(statement)
    wait_until("a held write", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    yield
    assert stack.google.call("POST", "/sandbox/v1/faults/release") == {"released": 1}


def held_deletes(stack):
    return stack.sql(f"SELECT held_deletes FROM {stack.state_database}.mapping_state")[0][0]


# ---- rows

def test_a_row_is_cut_and_pasted_elsewhere(stack):
    fill(stack)
    act(stack, "cut_paste", row=2, column=0, columns=9, toRow=9, toColumn=0)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 2")
    stack.wait_equal("Items")
    assert shown(stack, 9, "name") == "from MySQL" and shown(stack, 2, "name") is None


def test_a_row_is_cut_and_pasted_over_another(stack):
    fill(stack)
    act(stack, "cut_paste", row=2, column=0, columns=9, toRow=4, toColumn=0)
    wait_until("the delete", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(5,)])
    assert agreed(stack) == kept(1, 2, 3, 5, 6)
    assert stack.sql("SELECT id, name FROM items WHERE id IN (2, 4)") == [(2, "item 2")]
    assert stack.sql(f"SELECT source, outcome FROM {stack.state_database}.edit_log WHERE kind = 'delete'") == [("found", "applied")]


def test_a_copied_row_is_a_new_one_once_it_has_a_key_of_its_own(stack):
    fill(stack)
    act(stack, "insert_rows", index=3, count=1)
    act(stack, "copy_paste", row=2, column=0, columns=9, toRow=3, toColumn=0)
    note = wait_until("a note", lambda: (stack.grid("Items")[3][0] or {}).get("n"))
    assert note.startswith("tabrelay: this key stands in another row already")
    edit(stack, 3, "name", "in the copy")  # not taken for an edit of the row that was copied
    compared(stack)
    assert stack.sql("SELECT id, name FROM items WHERE id = 2 OR name = 'in the copy'") == [(2, "item 2")]
    edit(stack, 3, "id", "77")
    wait_until("the copy", lambda: stack.sql("SELECT name FROM items WHERE id = 77") == [("in the copy",)])
    assert agreed(stack) == {**kept(1, 2, 3, 4, 5, 6), 77.0: "mine 2"}
    assert "n" not in stack.grid("Items")[3][0]


@SHEET_ONLY
def test_cells_are_merged(stack):
    fill(stack)
    act(stack, "merge_cells", row=1, column=column(stack, "name"), columns=2)
    compared(stack)
    agreed(stack)
    assert stack.sql("SELECT name, price FROM items WHERE id = 1") == [("item 1", None)]
    act(stack, "merge_cells", row=3, column=column(stack, "note"), rows=2)
    compared(stack)
    agreed(stack)
    assert stack.sql("SELECT note FROM items WHERE id IN (3, 4)") == [("note 3",), (None,)]
    stack.sql("UPDATE items SET price = 7, note = 'below' WHERE id IN (1, 4)")
    stack.wait_equal("Items")
    act(stack, "unmerge_cells", row=1, column=0, rows=5, columns=9)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert shown(stack, 4, "note") == "below"


@SHEET_ONLY
def test_key_cells_are_merged(stack):
    fill(stack)
    act(stack, "merge_cells", row=2, column=0, rows=2)
    compared(stack)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)]


@SHEET_ONLY
def test_a_formula_in_a_mapped_cell(stack):
    fill(stack)
    edit(stack, 2, "mine", "5")
    edit(stack, 2, "price", "=I3*2")
    wait_until("its value", lambda: stack.sql("SELECT price FROM items WHERE id = 2") == [(10,)])
    time.sleep(CHECKED_S)
    edit(stack, 2, "mine", "6")  # the formula is worked out anew, and no trigger tells of the cell
    compared(stack)
    wait_until("its new value", lambda: stack.sql("SELECT price FROM items WHERE id = 2") == [(12,)])
    agreed(stack)
    assert stack.grid("Items")[2][2] == {"d": "12.00", "t": "n", "u": "=I3*2", "f": True}
    stack.sql("UPDATE items SET price = 99 WHERE id = 2")
    agreed(stack)
    assert stack.grid("Items")[2][2] == {"d": "99.00", "t": "n", "u": "99"}


@SHEET_ONLY
def test_5000_rows_are_pasted(stack):
    fill(stack, 1)
    act(stack, "paste", row=2, column=1, values=[[f"pasted {n}", f"{n}"] for n in range(5000)])
    wait_until("5000 rows", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(5001,)], 60)
    stack.wait_equal("Items", 60)
    by_key(stack, "name")


@SHEET_ONLY
def test_blank_rows_between(stack):
    fill(stack)
    act(stack, "insert_rows", index=2, count=3)
    act(stack, "paste", row=15, column=1, values=[["far below", "1"]])
    act(stack, "paste", row=3, column=1, values=[["in the gap", "2"]])
    wait_until("the rows", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(8,)])
    stack.wait_equal("Items")
    stack.sql("INSERT INTO items (name) VALUES ('from MySQL')")
    agreed(stack)
    assert [shown(stack, row, "name") for row in (2, 3, 4, 15, 16)] == [None, "in the gap", None, "far below", "from MySQL"]


@SHEET_ONLY
def test_a_typed_row_moves_before_its_trigger_runs(make_stack):
    stack = fill(make_stack(replicator={"reconcile_every": "1s"}))
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 300})
    act(stack, "paste", row=9, column=1, values=[["typed", "1"]])
    act(stack, "insert_rows", index=8, count=3)  # the script will read a blank row
    wait_until("the row", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name = 'typed'") == [(1,)])
    stack.wait_equal("Items")
    assert shown(stack, 12, "id") == 7


@SHEET_ONLY
def test_hidden_and_filtered_rows(stack):
    fill(stack)
    act(stack, "hide_rows", index=2, count=2)
    act(stack, "filter", column=1, value="item 5")
    stack.sql("UPDATE items SET price = price + 10")
    stack.sql("INSERT INTO items (name) VALUES ('new')")
    stack.sql("DELETE FROM items WHERE id = 1")
    stack.wait_equal("Items")
    act(stack, "filter")
    assert {k: v for k, v in agreed(stack).items() if k != 7.0} == kept(2, 3, 4, 5, 6)


# ---- columns

@SHEET_ONLY
def test_columns_change_places(stack):
    fill(stack)
    act(stack, "move_columns", index=0, count=2, to=9)
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 2")
    edit(stack, 3, "name", "by hand")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 3") == [("by hand",)])
    found = agreed(stack)
    assert found.pop(2.0) in ("mine 2", None)  # what a person's own cell held that a write lands on is not known
    assert found == kept(1, 3, 4, 5, 6)
    assert stack.cells("Items")[0][-2:] == ["id", "name"]


@SHEET_ONLY
def test_a_header_that_is_typed_over_or_cleared_is_put_back(stack):
    fill(stack)
    for header, action in (("note", {"action": "edit", "value": "Remarks"}), ("id", {"action": "clear"})):
        at = column(stack, header)
        act(stack, row=0, column=at, **action)
        note = wait_until("a note", lambda: (stack.grid("Items")[0][at] or {}).get("n"))
        assert "known by this header" in note and stack.cells("Items")[0][at] == header
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)


def test_a_header_is_renamed_and_no_trigger_tells(stack):
    fill(stack)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": 1000})
    at = column(stack, "note")
    act(stack, "edit", row=0, column=at, value="Remarks")
    compared(stack)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    stack.sql("UPDATE items SET note = 'from MySQL' WHERE id = 2")
    agreed(stack)
    assert stack.sql("SELECT id FROM items WHERE note <> IF(id = 2, 'from MySQL', CONCAT('note ', id)) OR note IS NULL") == []
    assert shown(stack, 2, "Remarks") == "note 2" and column(stack, "note") == 9


def test_a_mapped_column_is_deleted(stack):
    fill(stack)
    act(stack, "delete_columns", index=column(stack, "price"))
    wait_until("the column", lambda: "price" in stack.cells("Items")[0])
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT id FROM items WHERE price = id") == [(n,) for n in range(1, 7)]


@SHEET_ONLY
@pytest.mark.parametrize("action", [{"action": "delete_columns", "index": 0}, {"action": "delete_rows", "index": 0},
                                    {"action": "clear", "row": 0, "column": 0, "rows": 7, "columns": 9}],
                         ids=["key column", "row 1", "everything"])
def test_without_the_keys_header_the_mapping_waits(stack, action):
    fill(stack)
    act(stack, **action)
    problem = wait_until("the problem", lambda: stack.sql(f"SELECT last_error FROM {stack.state_database}.mapping_state")[0][0])
    assert 'has no column with the header "id"' in problem
    stack.act({"action": "undo"})
    stack.replicator.stop()  # it looks again every 30 s; at once when it starts
    stack.replicator.start()
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)


# ---- tabs

@SHEET_ONLY
def test_the_tab_is_moved_and_copied(stack):
    fill(stack)
    act(stack, "copy_tab")
    act(stack, "move_tab", index=2)
    stack.act({"action": "edit", "tab": "Copy of Items", "row": 1, "column": 1, "value": "in the copy"})
    edit(stack, 2, "name", "by hand")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2") == [("by hand",)])
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 3")
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT name FROM items WHERE id = 1") == [("item 1",)]
    assert [shown(stack, row, "name", "'Copy of Items'".replace(" ", "%20")) for row in (1, 2, 3)] == ["in the copy", "item 2", "item 3"]


def test_the_tab_is_deleted_and_a_new_one_gets_its_name(stack):
    fill(stack)
    stack.act({"action": "add_tab", "title": "Other"})
    act(stack, "delete_tab")
    stack.sql("UPDATE items SET name = 'meanwhile' WHERE id = 2")
    problem = wait_until("the problem", lambda: stack.sql(f"SELECT last_error FROM {stack.state_database}.mapping_state")[0][0])
    assert 'no tab "Items"' in problem
    stack.act({"action": "add_tab", "title": "Items"})
    stack.replicator.stop()
    stack.replicator.start()
    stack.wait_equal("Items")
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)] and held_deletes(stack) == 0
    edit(stack, 3, "name", "by hand")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 3") == [("by hand",)])
    stack.wait_equal("Items")


# ---- while a write is under way

def test_the_tab_is_renamed_during_a_write(stack):
    fill(stack)
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id IN (2, 5)"):
        act(stack, "rename_tab", title="Things")
    stack.mappings[0]["tab"] = "Things"
    assert agreed(stack, "Things") == kept(1, 2, 3, 4, 5, 6)
    assert shown(stack, 2, "name", "Things") == "from MySQL"


def sort_is_told(stack):
    return stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.signals WHERE reason = 'OTHER'")[0][0] > 0


def test_rows_are_sorted_during_a_write(stack):
    fill(stack)
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2"):
        act(stack, "sort", row=1, column=0, descending=True)
        wait_until("the sort's trigger", lambda: sort_is_told(stack))
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT id FROM items WHERE name = 'from MySQL'") == [(2,)] and shown(stack, 5, "name") == "from MySQL"


def test_what_is_typed_into_a_row_that_moved_during_a_write_is_not_written_over(make_stack):
    """The write lands on another row, and no trigger tells of the edit: it is found before the row is written again."""
    stack = fill(make_stack([{"table": "items", "tab": "Items", "sheet_changes": "poll"}],
                            replicator={"reconcile_every": "0s", "poll_every": "1h"}, script=False))
    compared(stack)
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2"):
        act(stack, "sort", row=1, column=0, descending=True)
        edit(stack, 5, "name", "typed")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2") == [("typed",)])
    stack.wait_equal("Items")
    assert stack.sql("SELECT COUNT(*) FROM items WHERE name = CONCAT('item ', id)") == [(5,)]


def test_the_script_reads_sorted_rows_before_a_write_is_mended(stack):
    fill(stack)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 300})
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2", holds=2):
        act(stack, "sort", row=1, column=0, descending=True)
    wait_until("the mending", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    wait_until("the sort's trigger", lambda: sort_is_told(stack))
    stack.google.call("POST", "/sandbox/v1/faults/release")
    agreed(stack)
    assert stack.sql("SELECT id FROM items WHERE name = 'from MySQL'") == [(2,)]


def test_the_written_row_is_deleted_during_a_write(stack):
    fill(stack)
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2"):
        act(stack, "delete_rows", index=2)
    wait_until("the row to go", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE id = 2") == [(0,)])
    assert agreed(stack) == kept(1, 3, 4, 5, 6)  # sheet_wins; the conflict says what MySQL had
    conflict = f"SELECT kind, outcome, mysql_value LIKE '%%from MySQL%%' FROM {stack.state_database}.conflicts"
    assert stack.sql(conflict) == [("update_delete", "sheet", 1)]


def test_another_row_is_deleted_during_a_write(stack):
    fill(stack)
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 4"):
        act(stack, "delete_rows", index=2)
    wait_until("the delete", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(5,)])
    assert agreed(stack) == kept(1, 3, 4, 5, 6)


def test_both_sides_delete_a_row_at_once(stack):
    """The person is first, so the row below goes as well; it comes back, without what MySQL does not know."""
    fill(stack)
    with on_its_way(stack, "DELETE FROM items WHERE id = 2"):
        act(stack, "delete_rows", index=2)
    assert agreed(stack) == {**kept(1, 4, 5, 6), 3.0: None}
    assert stack.sql("SELECT COUNT(*) FROM items") == [(5,)]


def test_two_writes_land_in_one_blank_row(make_stack):
    """The first leaves its cell in a row that a person has just inserted, and the person moves that row under the second, before the
    first is taken back: nothing of either stays there."""
    stack = fill(make_stack([{"table": "items", "tab": "Items", "sheet_changes": "poll"}], script=False,
                            replicator={"reconcile_every": "0s", "poll_every": "1h"}))
    compared(stack)
    with on_its_way(stack, "UPDATE items SET price = 99 WHERE id = 2", holds=2):
        act(stack, "insert_rows", index=2, count=1)
        stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 5")
    wait_until("the first write", lambda: shown(stack, 2, "price") == 99)
    wait_until("the second one", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    act(stack, "move_rows", index=2, count=1, to=7)
    stack.google.call("POST", "/sandbox/v1/faults/release")
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert all(cell is None for cell in stack.cells("Items")[6])


@SHEET_ONLY
def test_the_written_row_is_cut_and_pasted_during_a_write(stack):
    fill(stack)
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2"):
        act(stack, "cut_paste", row=2, column=0, columns=9, toRow=9, toColumn=0)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert shown(stack, 9, "name") == "from MySQL" and shown(stack, 2, "name") is None


@SHEET_ONLY
def test_the_tab_is_deleted_during_a_write_and_comes_back(stack):
    fill(stack)
    stack.act({"action": "add_tab", "title": "Other"})
    with on_its_way(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2"):
        act(stack, "delete_tab")
    wait_until("the problem", lambda: stack.sql(f"SELECT last_error FROM {stack.state_database}.mapping_state")[0][0])
    stack.act({"action": "undo"})
    stack.replicator.stop()
    stack.replicator.start()
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)


@SHEET_ONLY
def test_what_mysql_changes_while_the_tab_is_gone_is_there_when_it_comes_back(stack):
    """With the id that it had: an undone delete."""
    fill(stack)
    stack.act({"action": "add_tab", "title": "Other"})
    act(stack, "delete_tab")
    stack.sql("UPDATE items SET name = 'noticed' WHERE id = 1")
    wait_until("the problem", lambda: stack.sql(f"SELECT last_error FROM {stack.state_database}.mapping_state")[0][0])
    position = f"SELECT position FROM {stack.state_database}.checkpoint"
    before = stack.sql(position)
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 2")
    wait_until("the checkpoint to pass the change", lambda: stack.sql(position) != before)
    stack.act({"action": "undo"})
    stack.replicator.stop()
    stack.replicator.start()
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert by_key(stack, "name")[1.0] == "noticed" and by_key(stack, "name")[2.0] == "from MySQL"


MOVES = [pytest.param({"action": "move_columns", "index": 1, "to": 6}, id="moved"),
         pytest.param({"action": "move_columns", "index": 0, "count": 2, "to": 9}, id="key moved"),
         pytest.param({"action": "move_columns", "index": 8, "to": 0}, id="own moved")]
ROW_WRITES = pytest.mark.parametrize("statement", [
    "UPDATE items SET name = 'from MySQL', price = 99 WHERE id = 2",
    "INSERT INTO items (id, name, price) VALUES (9, 'from MySQL', 99)"], ids=["update", "insert"])


def expect_mysqls_write(stack):
    """One of ROW_WRITES stands on both sides, and every other row as it was."""
    found = agreed(stack)
    found.pop(9.0, None)
    assert found.pop(2.0) in ("mine 2", None)
    assert found == kept(1, 3, 4, 5, 6)
    assert stack.sql("SELECT id FROM items WHERE id NOT IN (2, 9) AND (name <> CONCAT('item ', id) OR price <> id)") == []
    assert stack.sql("SELECT name, price, state, note FROM items WHERE name = 'from MySQL'") in (
        [("from MySQL", 99, "new", "note 2")], [("from MySQL", 99, "new", None)])


@SHEET_ONLY
@pytest.mark.parametrize("action", [pytest.param({"action": "insert_columns", "index": 1}, id="inserted"),
                                    pytest.param({"action": "delete_columns", "index": 2}, id="deleted"), *MOVES])
@ROW_WRITES
def test_columns_change_during_a_write(stack, action, statement):
    fill(stack)
    with on_its_way(stack, statement):
        act(stack, **action)
    expect_mysqls_write(stack)


@SHEET_ONLY
@pytest.mark.parametrize("action", MOVES)
@ROW_WRITES
def test_the_script_reads_what_landed_in_moved_columns(stack, action, statement):
    """A move of columns is told as an edit of their cells, and those show what the write left there until the replicator, whose answer
    is late, has put them right. Nobody typed that."""
    fill(stack)
    with on_its_way(stack, statement, delay_ms=1000):
        stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 300})
        act(stack, **action)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {})
    expect_mysqls_write(stack)
    assert stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.conflicts") == [(0,)]


# ---- undo

@SHEET_ONLY
def test_undo_of_a_paste_and_of_a_sort(stack):
    fill(stack)
    act(stack, "paste", row=1, column=1, values=[["over 1", "11"], ["over 2", "12"]])
    wait_until("the paste", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name LIKE 'over%'") == [(2,)])
    stack.wait_equal("Items")
    stack.act({"action": "undo"})
    wait_until("the old values", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name = CONCAT('item ', id) AND price = id") == [(6,)])
    agreed(stack)
    act(stack, "sort", row=1, column=0, descending=True)
    stack.act({"action": "undo"})
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert [row[0] for row in stack.cells("Items")[1:]] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


@SHEET_ONLY
def test_undo_of_pasted_new_rows_leaves_them_to_be_deleted(stack):
    fill(stack)
    act(stack, "paste", row=7, column=1, values=[["new 1", "1"], ["new 2", "2"]])
    wait_until("the rows", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(8,)])
    stack.wait_equal("Items")
    stack.act({"action": "undo"})
    wait_until("the cells", lambda: stack.sql("SELECT id FROM items WHERE name = '' AND price IS NULL") == [(7,), (8,)])
    assert {key: mine for key, mine in agreed(stack).items() if key < 7} == kept(1, 2, 3, 4, 5, 6)


def test_undo_of_a_row_delete_before_and_after_mysql_has_deleted_it(stack):
    fill(stack)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 300})
    act(stack, "delete_rows", index=2)
    stack.act({"action": "undo"})
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    act(stack, "delete_rows", index=3)
    wait_until("the delete", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(5,)])
    stack.act({"action": "undo"})
    wait_until("the row again", lambda: stack.sql("SELECT name, price FROM items WHERE id = 3") == [("item 3", 3)])
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)


# ---- five at once

PEOPLE = [f"{name}@example.com" for name in ("ann", "ben", "cem", "dua", "eva")]


def test_rows_go_on_while_somebody_types_without_a_pause(stack):
    """Faster than the script tells, into rows that MySQL changes all the time: only the row in which something was typed waits."""
    fill(stack, 30)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 1500})
    stopping, typed = threading.Event(), []

    def type_in():
        for n in range(2, 30):
            if stopping.wait(0.2):
                return
            edit(stack, n, "note", f"typed {n}")
            typed.append(n)

    edit(stack, 30, "note", "somebody is at work")
    wait_until("the edit", lambda: stack.sql("SELECT note FROM items WHERE id = 30") == [("somebody is at work",)])
    typist = threading.Thread(target=type_in)
    typist.start()
    price = 100
    try:
        while len(typed) < 15 and typist.is_alive():
            price += 1
            stack.sql("UPDATE items SET price = %s", (price,))
            wait_until("the row in which nobody types", lambda: shown(stack, 1, "price") == price)
        assert typist.is_alive(), "it came only when nobody typed any longer"
    finally:
        stopping.set()
        typist.join()
    stack.wait_equal("Items", 60)
    assert [note for note, in stack.sql("SELECT note FROM items WHERE id > 1 ORDER BY id")][:len(typed)] == [f"typed {n}" for n in typed]


def test_what_was_pasted_while_the_replicator_was_away_is_seen_before_it_is_written_over(make_stack):
    """No trigger tells of it, and MySQL has changed one of the cells: its write comes before the first comparison does."""
    stack = fill(make_stack())
    compared(stack)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": 9})
    stack.replicator.stop()
    act(stack, "paste", row=2, column=column(stack, "name"), values=[["pasted", "77"]])
    stack.sql("UPDATE items SET price = 20 WHERE id = 2")
    stack.replicator.start()
    stack.wait_equal("Items")
    assert stack.sql("SELECT name, price FROM items WHERE id = 2") == [("pasted", 77)]
    assert stack.sql(f"SELECT kind, outcome FROM {stack.state_database}.conflicts") == [("update_update", "sheet")]


def test_what_we_wrote_over_an_edit_on_its_way_is_nobodys_wish(stack):
    """The script cannot send an edit, and the row is written again from MySQL. Then the edit comes; and before its cell is put right,
    which another edit puts off, MySQL changes a third one of the row, which is read before it is written."""
    fill(stack)
    compared(stack)
    stack.webhook.stop()
    edit(stack, 2, "name", "typed")
    stack.replicator.stop()  # what it knows of people at work goes with it
    stack.replicator.start()
    stack.sql(f"""INSERT INTO {stack.state_database}.signals (kind, mapping, reason, row_keys, created_at)
                  VALUES ('repair', 'items', 'a test', '[["2"]]', UTC_TIMESTAMP(3))""")
    wait_until("the old value", lambda: shown(stack, 2, "name") == "item 2")
    stack.webhook.start()
    stack.google.call("POST", f"/sandbox/v1/spreadsheets/{stack.spreadsheet}/script",
                      {"function": "flush", "arguments": [], "user": "owner@example.com"})
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2") == [("typed",)])
    stack.sql("UPDATE items SET note = 'from MySQL' WHERE id = 2")
    time.sleep(0.4)
    edit(stack, 2, "price", 20)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT name, price, note FROM items WHERE id = 2") == [("typed", 20, "from MySQL")]


def test_what_is_pasted_beside_a_refused_value_is_seen_before_it_is_written_over(stack):
    """The refused cell gives way to MySQL's value whatever it shows; another cell of the row, which MySQL has changed, does not."""
    fill(stack)
    compared(stack)
    edit(stack, 2, "price", "not a number")
    wait_until("the refusal", lambda: stack.sql(f"SELECT outcome FROM {stack.state_database}.edit_log WHERE outcome = 'rejected'"))
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": 9})
    act(stack, "paste", row=2, column=column(stack, "name"), values=[["pasted"], ["pasted"]])
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 2")
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT name, price FROM items WHERE id = 2") == [("pasted", 2)]
    conflicts = f"SELECT kind, outcome FROM {stack.state_database}.conflicts"
    assert stack.sql(conflicts) == [("update_update", "sheet")]


def test_five_people_edit_at_once(stack):
    fill(stack, 5)
    at, failures = column(stack, "name"), []

    def work(number, person):
        try:
            for turn in range(8):
                row, value = (number + 1, f"{person} {turn}") if turn != 4 else (1, f"shared {person}")
                stack.google.act(stack.spreadsheet, {"action": "edit", "user": person, "tab": "Items", "row": row,
                                                     "column": at if turn != 4 else at + 4, "value": value})
        except Exception as failure:  # told by the main thread
            failures.append(failure)

    threads = [threading.Thread(target=work, args=each) for each in enumerate(PEOPLE)]
    for thread in threads:
        thread.start()
    stack.sql("UPDATE items SET price = price + 1")
    for thread in threads:
        thread.join()
    assert not failures
    wait_until("the last values", lambda: stack.sql("SELECT id, name FROM items ORDER BY id") ==
               [(n + 1, f"{person} 7") for n, person in enumerate(PEOPLE)], 40)
    assert agreed(stack) == kept(1, 2, 3, 4, 5)
    assert stack.sql("SELECT note FROM items WHERE id = 1")[0][0] in [f"shared {person}" for person in PEOPLE]
    editors = stack.sql(f"SELECT DISTINCT editor FROM {stack.state_database}.edit_log WHERE source = 'script' ORDER BY editor")
    assert editors == [(person,) for person in PEOPLE]
