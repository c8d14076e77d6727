# SPDX-License-Identifier: Apache-2.0
"""The first synchronisation of a table and a tab that are both filled."""
import contextlib
import signal

import pytest

import held
from programs import wait_until
from stack import SECRET

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);\n"


def both_filled(make_stack, rows, sheet, **mapping):
    """Nothing runs but the webhook."""
    stack = make_stack(tables=TABLE, start=False, mappings=[{"table": "items", "name": "items", "tab": "Items", **mapping}])
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({id}, '{name}', {qty})" for id, name, qty in rows))
    stack.act({"action": "paste", "tab": "Items", "row": 0, "column": 0,
               "values": [["id", "name", "qty"]] + [[str(cell) for cell in row] for row in sheet]})
    stack.webhook.start()
    return stack


def start(stack):
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.replicator.start()


ROWS = [(1, "one", 10), (2, "two", 20), (3, "three", 30), (4, "MySQL only", 40)]
SHEET = [(3, "three", 30), (2, "zwei", 20), (1, "one", 11), (5, "tab only", 50)]


@pytest.mark.parametrize("initial, name, qty", [("mysql", "two", 10), ("sheet", "zwei", 11)])
def test_where_cells_differ_one_side_counts(make_stack, initial, name, qty):
    stack = both_filled(make_stack, ROWS, SHEET, initial=initial)
    start(stack)
    stack.wait_equal("Items")
    assert stack.sql("SELECT * FROM items ORDER BY id") == [(1, "one", qty), (2, name, 20), (3, "three", 30), (4, "MySQL only", 40),
                                                            (5, "tab only", 50)]
    assert [row[0] for row in stack.cells("Items")[1:5]] == [3.0, 2.0, 1.0, 5.0]


def test_merge_goes_by_the_policy_and_manual_waits(make_stack):
    stack = both_filled(make_stack, ROWS, SHEET, initial="merge", conflict="manual",
                        columns=["id", "name", {"column": "qty", "conflict": "sheet_wins"}])
    start(stack)
    wait_until("the rows", lambda: len(stack.sql("SELECT id FROM items")) == 5 and len(stack.cells("Items")) == 6)
    assert stack.sql("SELECT qty FROM items WHERE id = 1") == [(11,)]
    assert stack.sql("SELECT name FROM items WHERE id = 2") == [("two",)]
    assert stack.cells("Items")[2] == [2.0, "zwei", 20.0]
    assert held.is_held(stack, 2, "name")
    assert stack.sql(f"SELECT column_name FROM {stack.state_database}.conflicts WHERE state = 'open'") == [("name",)]


@contextlib.contextmanager
def webhook_waits(stack):
    """It is stopped, and goes on afterwards."""
    stack.webhook.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        stack.webhook.process.send_signal(signal.SIGCONT)


def bases(stack):
    return stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.base")[0][0]


def test_the_replicator_is_killed_meanwhile(make_stack):
    rows = [(n, f"item {n}", n) for n in range(1, 3001)]  # two pages
    sheet = [(n, f"item {n}", n + 1 if n in (5, 2900) else n) for n in range(3000, 0, -1)]
    stack = both_filled(make_stack, rows, sheet, initial="sheet")
    with webhook_waits(stack):
        stack.replicator.start()
        wait_until("the first page", lambda: bases(stack) == 2000, 30)
        assert stack.sql(f"SELECT is_joined FROM {stack.state_database}.mapping_state") == [(2,)]
        stack.replicator.kill()
    start(stack)
    stack.wait_equal("Items", 60)
    assert stack.sql("SELECT id, qty FROM items WHERE qty <> id ORDER BY id") == [(5, 6), (2900, 2901)]
    assert stack.sql(f"SELECT is_joined FROM {stack.state_database}.mapping_state") == [(1,)]
    assert stack.cells("Items")[1][0] == 3000.0


def test_a_change_of_mysql_meanwhile_is_not_lost(make_stack):
    stack = both_filled(make_stack, ROWS, SHEET, initial="sheet")
    with webhook_waits(stack):
        stack.replicator.start()
        wait_until("the join", lambda: bases(stack) == 3)
        stack.sql("UPDATE items SET name = 'drei' WHERE id = 3")
    stack.wait_equal("Items")
    assert stack.sql("SELECT name, qty FROM items WHERE id < 4 ORDER BY id") == [("one", 11), ("zwei", 20), ("drei", 30)]
