# SPDX-License-Identifier: Apache-2.0
"""Rows that are gone from the tab: what is a delete, what waits, and what is none. No trigger tells of them here."""
import json

import pytest

from programs import wait_until
from test_held import reconciled
from test_placement import silent

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);\n"


def filled(make_stack, rows=12, **mapping):
    stack = make_stack(tables=TABLE, mappings=[{"table": "items", "name": "items", "tab": "Items", "delete_limit_rows": 2,
                                                "delete_limit_percent": 100, **mapping}])
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, 'item {n}', {n})" for n in range(1, rows + 1)))
    stack.wait_equal("Items")
    base = f"SELECT COUNT(*) FROM {stack.state_database}.base"
    wait_until("base", lambda: stack.sql(base) == [(rows,)])
    silent(stack)
    return stack


def delete_rows(stack, key, count=1):
    stack.act({"action": "delete_rows", "tab": "Items", "index": stack.row_of("Items", float(key)), "count": count})


def clear(stack, row, column=0, rows=1, columns=3):
    stack.act({"action": "clear", "tab": "Items", "row": row, "column": column, "rows": rows, "columns": columns})


def ids(stack):
    return [row[0] for row in stack.sql("SELECT id FROM items ORDER BY id")]


def held(stack):
    return stack.sql(f"SELECT held_deletes FROM {stack.state_database}.mapping_state")[0][0]


def test_an_approval_is_for_the_rows_that_waited(make_stack):
    stack = filled(make_stack)
    delete_rows(stack, 1, 4)
    reconciled(stack)
    assert held(stack) == 4 and len(ids(stack)) == 12
    told, = json.loads(stack.cli("deletes", "--json"))
    assert told["held_deletes"] == 4 and sorted(told["keys"]) == [["1"], ["2"], ["3"], ["4"]]
    delete_rows(stack, 10, 3)  # more than the limit, and nobody has seen them when the approval is given
    stack.cli("deletes", "approve", "items")
    wait_until("the approved ones to go", lambda: ids(stack) == [5, 6, 7, 8, 9, 10, 11, 12])
    reconciled(stack)
    assert held(stack) == 3 and ids(stack) == [5, 6, 7, 8, 9, 10, 11, 12]


def test_rows_that_are_there_again_wait_no_longer(make_stack):
    stack = filled(make_stack)
    delete_rows(stack, 1, 3)
    reconciled(stack)
    assert held(stack) == 3
    for n in (1, 2, 3):
        stack.act({"action": "paste", "tab": "Items", "row": 20 + n, "column": 0, "values": [[str(n), f"item {n}", str(n)]]})
    reconciled(stack)
    assert held(stack) == 0
    assert len(ids(stack)) == 12
    stack.wait_equal("Items")


def test_an_emptied_tab_deletes_nothing(make_stack):
    stack = filled(make_stack, rows=2)  # two rows are within the limit
    clear(stack, 1, rows=2)
    reconciled(stack)
    assert held(stack) == 2 and ids(stack) == [1, 2]


def test_a_read_that_is_cut_off_or_empty_deletes_nothing(make_stack):
    stack = filled(make_stack, rows=3, delete_limit_rows=10)
    header = [{"effectiveValue": {"stringValue": name}} for name in ("id", "name", "qty")]
    empty = json.dumps({"sheets": [{"properties": {"sheetId": stack.sheet_id("Items"), "title": "Items"},
                                    "data": [{"rowData": [{"values": header}]}, {"startRow": 1}]}]})
    for body in (empty[:-20], empty):
        stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "getByDataFilter", "status": 200, "body": body, "count": 1}])
        reconciled(stack)
        assert ids(stack) == [1, 2, 3] and held(stack) == 0
    delete_rows(stack, 2)
    reconciled(stack)
    wait_until("a delete that is one", lambda: ids(stack) == [1, 3])


@pytest.mark.parametrize("policy, after", [("delete", [1, 3]), ("restore", [1, 2, 3])])
def test_a_cleared_row(make_stack, policy, after):
    stack = filled(make_stack, rows=3, on_cleared_row=policy)
    clear(stack, stack.row_of("Items", 2.0))
    reconciled(stack)
    wait_until("the outcome", lambda: ids(stack) == after)
    stack.wait_equal("Items")
    if policy == "restore":
        assert stack.cells("Items")[2] == [2.0, "item 2", 2.0]


def test_a_deleted_row_is_not_restored(make_stack):
    stack = filled(make_stack, rows=3, on_cleared_row="restore")
    delete_rows(stack, 2)
    stack.cli("reconcile", "items")
    wait_until("the delete", lambda: ids(stack) == [1, 3])
    stack.wait_equal("Items")


@pytest.mark.parametrize("reason", ["REMOVE_ROW", ""])
def test_a_cleared_key_is_written_back_whichever_comparison_comes(make_stack, reason):
    stack = filled(make_stack, rows=4)
    clear(stack, stack.row_of("Items", 2.0), columns=1)
    delete_rows(stack, 4)
    stack.sql(f"INSERT INTO {stack.state_database}.signals (kind, mapping, reason, created_at) "
              "VALUES ('reconcile', 'items', %s, UTC_TIMESTAMP(3))", (reason,))
    wait_until("the delete", lambda: ids(stack) == [1, 2, 3])
    stack.wait_equal("Items")
    assert stack.cells("Items")[2] == [2.0, "item 2", 2.0]


def test_cleared_keys_of_equal_rows_come_back_once_each(make_stack):
    stack = filled(make_stack, rows=4)
    stack.sql("UPDATE items SET name = 'same', qty = 7 WHERE id IN (2, 3)")
    stack.wait_equal("Items")
    clear(stack, 2, rows=2, columns=1)
    reconciled(stack)
    stack.wait_equal("Items")
    assert ids(stack) == [1, 2, 3, 4] and len(stack.cells("Items")) == 5
