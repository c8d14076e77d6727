# SPDX-License-Identifier: Apache-2.0
"""Conflicts from end to end: what people see in the tab while they wait, and after. The replicator stands still while both sides change."""
import pytest

from programs import wait_until
from test_held import row, type_cell

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);\n"


def filled(make_stack, **mapping):
    stack = make_stack(tables=TABLE, mappings=[{"table": "items", "name": "items", "tab": "Items", **mapping}])
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20)")
    stack.wait_equal("Items")
    wait_until("base", lambda: stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.base") == [(2,)])
    return stack


def conflicts(stack):
    names = ("id", "column_name", "state", "outcome", "editor")
    return [dict(zip(names, line)) for line in
            stack.sql(f"SELECT {', '.join(names)} FROM {stack.state_database}.conflicts ORDER BY id")]


def note(stack, key, column):
    """Of the cell in the tab; "" if it has none."""
    at = stack.cells("Items")[0].index(column)
    return (stack.grid("Items")[stack.row_of("Items", float(key))][at] or {}).get("n", "")


def both_change(stack, statement, key, column, text):
    """MySQL's change is not in the tab when the person types."""
    stack.replicator.stop()
    stack.sql(statement)
    type_cell(stack, key, column, text)
    wait_until("the conflict", lambda: conflicts(stack))
    stack.replicator.start()


def test_a_cell_waits_with_a_note_until_a_person_decides(make_stack):
    stack = filled(make_stack, conflict="manual")
    both_change(stack, "UPDATE items SET qty = 11, name = 'eins' WHERE id = 1", 1, "qty", "99")
    wait_until("the other cell", lambda: row(stack, 1) == [1.0, "eins", 99.0])
    assert note(stack, 1, "qty") == 'tabrelay: waiting for a decision: the sheet says "99", the database "11"'
    conflict, = conflicts(stack)
    assert (conflict["column_name"], conflict["state"], conflict["editor"]) == ("qty", "open", "ann@example.com")
    assert stack.sql("SELECT qty FROM items WHERE id = 1") == [(11,)]
    stack.cli("conflicts", "resolve", conflict["id"], "--set", "qty=50")
    stack.wait_equal("Items")
    assert row(stack, 1) == [1.0, "eins", 50.0]
    wait_until("the note to go", lambda: note(stack, 1, "qty") == "")


@pytest.mark.parametrize("is_sheet_later", [True, False])
def test_the_later_write_wins_by_the_time_of_the_commit(make_stack, is_sheet_later):
    stack = filled(make_stack, conflict="last_write_wins")
    stack.replicator.stop()
    if is_sheet_later:
        stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
        stack.sql("DO SLEEP(1.1)")  # MariaDB's binlog has whole seconds
        type_cell(stack, 1, "qty", "99")
    else:
        stack.webhook.stop()  # the script keeps the edit until it can send it
        type_cell(stack, 1, "qty", "99")
        stack.sql("DO SLEEP(1.1)")
        stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
        stack.webhook.start()
        stack.google.call("POST", f"/sandbox/v1/spreadsheets/{stack.spreadsheet}/script",
                          {"function": "flush", "arguments": [], "user": "owner@example.com"})
    wait_until("the conflict", lambda: conflicts(stack))
    assert conflicts(stack)[0]["state"] == "asked"
    stack.replicator.start()
    wait_until("the decision", lambda: conflicts(stack)[0]["state"] == "resolved")
    stack.wait_equal("Items")
    assert row(stack, 1)[2] == (99.0 if is_sheet_later else 11.0)
    lost = 'tabrelay: "99" was not taken over: the database had changed to "11" later'
    wait_until("the note", lambda: note(stack, 1, "qty") == ("" if is_sheet_later else lost))


@pytest.mark.parametrize("own_server", ["mariadb"], indirect=True)
def test_the_later_write_is_asked_for_before_the_conflict_is_visible(make_own_stack):
    """The server shows a commit to replicas before it does to a SELECT. It waits for a semi-synchronous replica in between, and there is
    none: so that takes a while."""
    stack = filled(make_own_stack, conflict="last_write_wins")
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "status": 429, "count": 1}])
    stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
    wait_until("the refusal", lambda: stack.metric("tabrelay_pending_rows") == 1)
    for name, value in (("wait_point", "'AFTER_SYNC'"), ("timeout", "2000"), ("wait_no_slave", "ON"), ("enabled", "ON")):
        stack.sql(f"SET GLOBAL rpl_semi_sync_master_{name} = {value}")
    type_cell(stack, 1, "qty", "99")
    wait_until("the decision", lambda: [c["state"] for c in conflicts(stack)] == ["resolved"], 40)
    stack.wait_equal("Items", 40)
    assert row(stack, 1)[2] == 99.0


def test_a_rule_decides_and_the_person_is_told(make_stack):
    stack = filled(make_stack, columns=["id", "name", {"column": "qty", "rule": "mysql.qty + sheet.qty - base.qty"}])
    both_change(stack, "UPDATE items SET qty = 15 WHERE id = 1", 1, "qty", "13")
    stack.wait_equal("Items")
    assert row(stack, 1)[2] == 18.0
    assert note(stack, 1, "qty") == 'tabrelay: "13" became "18": the database had changed to "15", and a rule decides'


@pytest.mark.parametrize("take", ["sheet", "mysql"])
def test_a_row_that_mysql_deleted_waits_in_the_tab_until_a_person_decides(make_stack, take):
    stack = filled(make_stack, delete_conflict="manual")
    both_change(stack, "DELETE FROM items WHERE id = 1", 1, "qty", "99")
    stack.sql("UPDATE items SET qty = 21 WHERE id = 2")
    wait_until("the other row", lambda: row(stack, 2)[2] == 21.0)
    assert row(stack, 1) == [1.0, "one", 99.0] and "waiting for a decision" in note(stack, 1, "qty")
    stack.cli("conflicts", "resolve", conflicts(stack)[0]["id"], "--take", take)
    stack.wait_equal("Items")
    assert row(stack, 1) == ([1.0, "one", 99.0] if take == "sheet" else None)
    if take == "sheet":
        wait_until("the note to go", lambda: note(stack, 1, "qty") == "")


def updated_and_deleted(stack):
    """MySQL changes a row while a person deletes it: the stream shows the change before the tab is compared."""
    stack.replicator.stop()
    stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
    stack.act({"action": "delete_rows", "tab": "Items", "index": stack.row_of("Items", 1.0), "count": 1})
    stack.replicator.start()


@pytest.mark.parametrize("policy, left", [("sheet_wins", None), ("mysql_wins", 11), ("update_wins", 11), ("delete_wins", None)])
def test_a_row_that_mysql_changed_and_the_sheet_deleted_goes_by_its_policy(make_stack, policy, left):
    stack = filled(make_stack, delete_conflict=policy, delete_limit_percent=100)
    updated_and_deleted(stack)
    wait_until("the conflict", lambda: conflicts(stack))
    stack.wait_equal("Items")
    assert stack.sql("SELECT qty FROM items WHERE id = 1") == ([] if left is None else [(left,)])
    assert [c["outcome"] for c in conflicts(stack)] == ["sheet" if left is None else "mysql"]


def test_a_deleted_row_that_is_back_before_the_comparison_gets_mysql_s_value(make_stack):
    stack = filled(make_stack, delete_limit_percent=100)
    stack.replicator.stop()
    stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
    stack.act({"action": "delete_rows", "tab": "Items", "index": stack.row_of("Items", 1.0), "count": 1})
    stack.webhook.stop()  # the comparison finds the delete, and nobody takes it
    stack.replicator.start()
    wait_until("the comparison", lambda: "cannot" in stack.replicator.log() or "reconcile" in stack.replicator.log())
    stack.act({"action": "undo"})
    stack.webhook.start()
    stack.wait_equal("Items", 60)
    assert row(stack, 1) == [1.0, "one", 11.0] and stack.sql("SELECT qty FROM items WHERE id = 1") == [(11,)]


@pytest.mark.parametrize("take", ["sheet", "mysql"])
def test_a_row_that_the_sheet_deleted_waits_in_mysql_until_a_person_decides(make_stack, take):
    stack = filled(make_stack, delete_conflict="manual", delete_limit_percent=100)
    updated_and_deleted(stack)
    wait_until("the conflict", lambda: conflicts(stack))
    stack.sql("UPDATE items SET qty = 21 WHERE id = 2")
    wait_until("the other row", lambda: row(stack, 2)[2] == 21.0)
    assert row(stack, 1) is None and stack.sql("SELECT qty FROM items WHERE id = 1") == [(11,)]
    stack.cli("conflicts", "resolve", conflicts(stack)[0]["id"], "--take", take)
    stack.wait_equal("Items")
    assert row(stack, 1) == (None if take == "sheet" else [1.0, "one", 11.0])


def test_an_edit_is_taken_back_in_both(make_stack):
    stack = filled(make_stack)
    type_cell(stack, 1, "qty", "99")
    wait_until("the edit", lambda: stack.sql("SELECT qty FROM items WHERE id = 1") == [(99,)])
    (edit_id,), = stack.sql(f"SELECT edit_id FROM {stack.state_database}.edit_log")
    stack.cli("undo", edit_id)
    wait_until("the cell", lambda: row(stack, 1)[2] == 10.0)
    stack.wait_equal("Items")


def test_what_is_not_edited_in_the_sheet_is_put_back_with_a_note(make_stack):
    stack = filled(make_stack, columns=["id", "name", {"column": "qty", "edit": "deny"}])
    type_cell(stack, 1, "qty", "99")
    wait_until("the note", lambda: note(stack, 1, "qty") ==
               'tabrelay: "99" was not taken over: this column is not edited in the sheet')
    stack.wait_equal("Items")
    assert row(stack, 1)[2] == 10.0
