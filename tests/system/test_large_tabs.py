# SPDX-License-Identifier: Apache-2.0
"""Deletes in a tab of more than 5,000 rows: proven by the rows around them, and put right where these have moved meanwhile."""
import pytest

from programs import wait_until
from test_people import act, on_its_way

ROWS = 6000


@pytest.fixture
def stack(make_stack):
    made = make_stack(start=False)
    for first in range(1, ROWS + 1, 2000):
        made.sql("INSERT INTO items (id, name, price) VALUES " + ", ".join(f"({n}, 'item {n}', {n})" for n in range(first, first + 2000)))
    made.webhook.start()
    made.replicator.start()
    made.wait_equal("Items", 60)
    wait_until("the first fill", lambda: made.sql(f"SELECT snapshot FROM {made.state_database}.mapping_state") == [("done",)])
    return made


def newest(stack):
    return stack.google.requests()[-1]["number"]


def ids(stack):
    """The keys that the tab shows."""
    keys = [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]
    assert len(keys) == len(set(keys))
    return set(keys)


def agreed(stack, *gone):
    """Both sides have all rows but GONE."""
    stack.wait_equal("Items", 60)
    assert set(range(1, ROWS + 1)) - {row[0] for row in stack.sql("SELECT id FROM items")} == set(gone)


def test_a_delete_asks_for_the_rows_around_it_only(stack):
    seen = newest(stack)
    stack.sql("DELETE FROM items WHERE id IN (1, 3000, 6000)")
    agreed(stack, 1, 3000, 6000)
    stack.sql("UPDATE items SET name = 'below' WHERE id = 4000")
    stack.sql("DELETE FROM items WHERE id = 4001")
    stack.wait_equal("Items")
    assert max(request["answer"] for request in stack.google.requests(seen) if request["path"].endswith("batchUpdate")) < 8000


def test_one_batch_writes_inserts_and_deletes(stack):
    seen = newest(stack)
    with stack.server.connect(database=stack.database, autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM items WHERE id BETWEEN 2001 AND 2050 OR id IN (10, 12, 5999)")
        cursor.execute("UPDATE items SET name = 'changed' WHERE id IN (9, 11, 13, 2000, 2051, 6000)")
        cursor.execute("INSERT INTO items (id, name) VALUES (7001, 'new'), (7002, 'new')")
        connection.commit()
    agreed(stack, *range(2001, 2051), 10, 12, 5999)
    stack.sql("UPDATE items SET name = 'again' WHERE id IN (1, 3000, 7001, 7002)")
    stack.wait_equal("Items")
    assert stack.metric("tabrelay_moved_rows_total", mapping="items") == 0
    assert max(request["answer"] for request in stack.google.requests(seen) if request["path"].endswith("batchUpdate")) < 60000


@pytest.mark.parametrize("action", [
    {"action": "sort", "row": 1, "column": 0, "descending": True},
    {"action": "insert_rows", "index": 5, "count": 1},
    {"action": "move_rows", "index": 100, "count": 3, "to": 4000},
], ids=lambda action: action["action"])
def test_rows_move_while_a_delete_is_on_its_way(stack, action):
    """Another row goes, and comes back."""
    with on_its_way(stack, "DELETE FROM items WHERE id = 2000"):
        stack.act({"tab": "Items", **action})
    agreed(stack, 2000)
    assert stack.metric("tabrelay_moved_rows_total", mapping="items") > 0


def test_a_person_deletes_the_same_row_while_a_delete_is_on_its_way(stack):
    with on_its_way(stack, "DELETE FROM items WHERE id = 2000"):
        act(stack, "delete_rows", index=2000)
    agreed(stack, 2000)


def test_the_look_after_a_delete_that_hit_another_row_fails(stack):
    """What the delete did is not known, and Google does not answer; nothing is lost when it does again."""
    with on_its_way(stack, "DELETE FROM items WHERE id = 2000"):
        act(stack, "sort", row=1, column=0, descending=True)
        stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "getByDataFilter", "status": 503, "count": 6}])
    agreed(stack, 2000)


def test_the_replicator_is_killed_before_it_knows_what_its_delete_did(stack):
    with on_its_way(stack, "DELETE FROM items WHERE id = 2000"):
        act(stack, "sort", row=1, column=0, descending=True)
        stack.replicator.kill()
    stack.replicator.start()
    agreed(stack, 2000)


def test_rows_are_cleared(make_stack):
    made = make_stack([{"table": "items", "tab": "Items", "on_delete": "clear"}], start=False)
    made.sql("INSERT INTO items (id, name) VALUES " + ", ".join(f"({n}, 'item {n}')" for n in range(1, ROWS + 1)))
    made.webhook.start()
    made.replicator.start()
    wait_until("the first fill", lambda: made.sql(f"SELECT snapshot FROM {made.state_database}.mapping_state") == [("done",)], 60)
    made.sql("DELETE FROM items WHERE id IN (5, 3000)")
    wait_until("the rows to be blank", lambda: ids(made) == set(range(1, ROWS + 1)) - {5, 3000})
    with on_its_way(made, "DELETE FROM items WHERE id = 2000"):
        act(made, "sort", row=1, column=0, descending=True)
    wait_until("row 2000, and no other, to be blank", lambda: ids(made) == set(range(1, ROWS + 1)) - {5, 2000, 3000}, 30)
    wait_until("nothing to be pending", lambda: made.metric("tabrelay_pending_rows") == 0)
    assert made.sql("SELECT COUNT(*) FROM items") == [(ROWS - 3,)]
