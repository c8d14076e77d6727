# SPDX-License-Identifier: Apache-2.0
"""A paused mapping: nothing flows in either direction, nothing is lost, and resuming brings both sides together."""
import json
import os
import re
import signal
import threading

from programs import run, wait_until
from stack import PERSON
from test_positions import purge

TABLES = """
CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);
CREATE TABLE others (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);
"""


def filled(make_stack, conflict="mysql_wins", **kwargs):
    """Rows 1 to 6 on both sides of Items; Others flows beside it, in the same spreadsheet."""
    stack = make_stack([{"table": "items", "tab": "Items", "conflict": conflict, "delete_limit_percent": 100},
                        {"table": "others", "tab": "Others"}], tables=TABLES, **kwargs)
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, 'name {n}', {n})" for n in range(1, 7)))
    stack.sql("INSERT INTO others VALUES (1, 'one')")
    stack.wait_equal("Items")
    stack.wait_equal("Others")
    return stack


def change_in_mysql(stack):
    stack.sql("UPDATE items SET qty = 10 WHERE id = 1")
    stack.sql("UPDATE items SET name = 'M' WHERE id = 2")
    stack.sql("UPDATE items SET qty = 33 WHERE id = 3")
    stack.sql("DELETE FROM items WHERE id = 4")
    stack.sql("INSERT INTO items VALUES (7, 'seven', 7)")


def edit(stack, tab, cell, value):
    stack.act({"action": "edit", "tab": tab, "range": cell, "value": value})


def change_in_sheet(stack):
    """Row 2: the same cell as in MySQL. Row 3: another one. Row 5 goes, row 8 comes, row 6 is edited."""
    edit(stack, "Items", "B3", "S")
    edit(stack, "Items", "B4", "three")
    edit(stack, "Items", "C7", "66")
    stack.act({"action": "paste", "tab": "Items", "row": 7, "column": 0, "values": [["8", "eight", "8"]]})
    stack.act({"action": "delete_rows", "tab": "Items", "index": 5, "count": 1})


SHEET = [[1.0, "name 1", 1.0], [2.0, "S", 2.0], [3.0, "three", 3.0], [4.0, "name 4", 4.0], [6.0, "name 6", 66.0], [8.0, "eight", 8.0]]
MYSQL = ((1, "name 1", 10), (2, "M", 2), (3, "name 3", 33), (5, "name 5", 5), (6, "name 6", 6), (7, "seven", 7))
BOTH = ((1, "name 1", 10), (2, "M", 2), (3, "three", 33), (6, "name 6", 66), (7, "seven", 7), (8, "eight", 8))


def rows(stack):
    return tuple(stack.sql("SELECT id, name, qty FROM items ORDER BY id"))


def others_flow(stack, name):
    """In both directions, past the paused tab."""
    stack.sql("UPDATE others SET name = %s WHERE id = 1", (name,))
    stack.wait_equal("Others")
    edit(stack, "Others", "B2", f"{name}, edited")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM others")[0][0] == f"{name}, edited")


def nothing_has_flowed(stack):
    assert stack.cells("Items")[1:] == SHEET
    assert rows(stack) == MYSQL


def both_have_met(stack):
    """Changes of one side are on both; of the cell that both changed there is a conflict, decided by the policy."""
    wait_until("both sides", lambda: rows(stack) == BOTH, 30)
    stack.wait_equal("Items")
    conflicts = stack.sql("SELECT column_name, state, outcome, mysql_value, sheet_value "
                          f"FROM {stack.state_database}.conflicts WHERE mapping = 'items'")
    assert list(conflicts) == [("name", "resolved", "mysql", '"M"', '"S"')]


def test_what_both_sides_change_meets_after_the_pause(make_stack):
    stack = filled(make_stack)
    assert stack.cli("pause", "items", "--reason", "new prices") == "items: edits of the sheet are not taken any more\nitems: paused\n"
    change_in_mysql(stack)
    change_in_sheet(stack)
    others_flow(stack, "during")
    nothing_has_flowed(stack)
    status = stack.cli("status")
    assert "new prices" in status and "tabrelay resume items" in status, status
    # Who typed what is in the log, and it says why nothing became of it.
    logged = stack.sql(f"SELECT editor, outcome, message FROM {stack.state_database}.edit_log WHERE mapping = 'items'")
    assert set(logged) == {(PERSON, "ignored", "the mapping is paused; what the sheet shows is compared when it is resumed")}

    assert stack.cli("resume", "items", "--wait", 60) == "items: resume asked for\nitems: resumed; both sides are compared\n"
    both_have_met(stack)
    assert list(stack.sql(f"SELECT mapping FROM {stack.state_database}.pause")) == []
    stack.sql("UPDATE items SET name = 'after' WHERE id = 1")
    stack.wait_equal("Items")
    assert stack.cli("resume", "items") == "items: is not paused\n"


def test_a_pause_survives_kill_9_and_a_purged_binlog(make_own_stack, own_server):
    stack = filled(make_own_stack)
    stack.cli("pause", "items")
    stack.replicator.kill()
    change_in_mysql(stack)
    change_in_sheet(stack)
    purge(own_server)
    stack.replicator.start()
    others_flow(stack, "after the purge")
    nothing_has_flowed(stack)
    # And the way back survives it, too.
    stack.cli("resume", "items")
    stack.replicator.kill()
    stack.replicator.start()
    both_have_met(stack)


def test_a_pause_under_load_loses_nothing_and_holds_no_position_back(make_stack):
    stack = filled(make_stack)
    stopping = threading.Event()

    def write():
        connection = stack.server.connect(database=stack.database)
        with connection, connection.cursor() as cursor:
            for n in range(100000):
                if stopping.is_set():
                    return
                cursor.execute("UPDATE items SET qty = %s WHERE id = %s", (n, n % 6 + 1))
                cursor.execute("UPDATE others SET name = %s", (f"n {n}",))

    def position():
        return stack.sql(f"SELECT position FROM {stack.state_database}.checkpoint")[0][0]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            stack.cli("pause", "items")
            shown, before = stack.cells("Items"), position()
            wait_until("the position to go on", lambda: position() != before)
            assert stack.cells("Items") == shown
            stack.cli("resume", "items")
            wait_until("the tab to follow", lambda: stack.cells("Items") != shown, 30)
    finally:
        stopping.set()
        writer.join()
    stack.wait_equal("Items")
    stack.wait_equal("Others")


def test_a_batch_without_an_answer_is_settled_before_the_pause(make_stack):
    """Else our own cells would be taken for a person's when the mapping is resumed."""
    stack = filled(make_stack, conflict="sheet_wins")
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 1, "after": True, "delay_ms": 60000}])
    stack.sql("UPDATE items SET name = 'ours' WHERE id = 1")
    wait_until("the batch", lambda: stack.cells("Items")[1][1] == "ours")
    stack.replicator.kill()
    stack.cli("pause", "items")
    stack.sql("UPDATE items SET name = 'newer' WHERE id = 1")
    stack.replicator.start()
    wait_until("the pause", lambda: "mapping: paused mapping=items" in stack.replicator.log())
    assert stack.cells("Items")[1][1] == "ours"
    stack.cli("resume", "items", "--wait", 60)
    stack.wait_equal("Items")
    assert rows(stack)[0][1] == "newer"


def test_what_cannot_be_done_in_a_pause_says_so(make_stack):
    stack = filled(make_stack, conflict="manual")
    stack.cli("pause", "items")
    done = run("tabrelay", "--config", stack.config, "snapshot", "items", "--wait", 20)
    assert (done.returncode, done.stdout) == (1, "items: snapshot asked for\n")
    assert "items: paused; it is compared when it is resumed" in done.stderr
    stack.replicator.stop()
    done = run("tabrelay", "--config", stack.config, "resume", "items", "--wait", 20)
    assert done.returncode == 1 and "the replicator does not run" in done.stderr


def test_signals_say_what_became_of_them(make_stack):
    stack = filled(make_stack)
    assert stack.cli("snapshot", "items", "--wait", 30) == "items: snapshot asked for\nitems: snapshot done, 6 rows\n"
    assert stack.cli("reconcile", "--all", "--wait", 30).splitlines() == [
        "items: reconcile asked for", "others: reconcile asked for",
        "items: compared, 0 edits found", "others: compared, 0 edits found"]


def test_lag_tells_what_waits_and_how_far_the_binlog_is_read(make_stack):
    stack = filled(make_stack)
    now = json.loads(stack.cli("lag", "items", "--json"))
    assert now["replicator_runs"] and [m["mapping"] for m in now["mappings"]] == ["items"]
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 1000, "status": 503}])
    stack.sql("UPDATE items SET qty = 5 WHERE id = 1")
    waits = wait_until("the wait to be told", lambda: json.loads(stack.cli("lag", "items", "--json"))["mappings"][0]["waits_ms"])
    assert waits >= 1000 and json.loads(stack.cli("lag", "--json"))["mappings"][0]["waiting_rows"] == 1
    stack.replicator.kill()
    done = run("tabrelay", "--config", stack.config, "lag")
    assert done.returncode == 1 and "the replicator does not run" in done.stdout
    before = json.loads(run("tabrelay", "--config", stack.config, "lag", "--json").stdout)["behind_transactions"]
    stack.sql("UPDATE items SET qty = 6 WHERE id = 1")
    assert json.loads(run("tabrelay", "--config", stack.config, "lag", "--json").stdout)["behind_transactions"] == before + 1


def test_all_commands_agree_on_whether_a_replicator_runs(make_stack):
    """One that is frozen keeps its connections and loses the lease."""
    stack = filled(make_stack)
    os.kill(stack.replicator.process.pid, signal.SIGSTOP)
    try:
        wait_until("the lease to expire", lambda: not json.loads(run("tabrelay", "--config", stack.config, "status", "--json").stdout)["is_running"])
        done = run("tabrelay", "--config", stack.config, "lag", "--json")
        assert done.returncode == 1 and json.loads(done.stdout)["replicator_runs"] is False
        done = run("tabrelay", "--config", stack.config, "reconcile", "items", "--wait", 20)
        assert done.returncode == 1 and "items: the replicator does not run" in done.stderr
        assert stack.cli("pause", "items", "--wait", 20).splitlines()[1] == "items: paused (the replicator does not run)"
    finally:
        os.kill(stack.replicator.process.pid, signal.SIGCONT)


def test_repair_is_verify_with_a_side(make_stack):
    stack = filled(make_stack)
    assert stack.cli("repair", "items", "mysql").startswith("items: MATCH: 6 rows")
    stack.cli("pause", "items")  # so that the two stay apart
    edit(stack, "Items", "B2", "other")
    asked = run("tabrelay", "--config", stack.config, "verify", "items", "--repair", "sheet", "--wait", 1)
    named = run("tabrelay", "--config", stack.config, "repair", "items", "sheet", "--wait", 1)
    assert (named.returncode, strip(named.stdout)) == (asked.returncode, strip(asked.stdout))
    done = run("tabrelay", "--config", stack.config, "repair", "items", "google")
    assert done.returncode == 2 and 'expected mysql or sheet, got "google"' in done.stderr


def strip(text):
    """Without the position, which moves on."""
    return re.sub(r"(mysql|mariadb):[-0-9a-f:]+", "POSITION", text)
