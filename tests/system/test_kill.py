# SPDX-License-Identifier: Apache-2.0
"""Whatever is killed at whatever moment: at the end tab and table are equal, and nothing is there twice."""
import threading
import time

import pytest

from programs import wait_until

ROWS = 500
UPDATES = 5000


@pytest.fixture
def filled(make_stack):
    stack = make_stack()
    fill(stack)
    return stack


@pytest.fixture
def own_filled(make_own_stack):
    stack = make_own_stack()
    fill(stack)
    return stack


def fill(stack):
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(ROWS)))
    stack.wait_equal("Items", 60)


class Writer(threading.Thread):
    """UPDATES single-row transactions: updates, some inserts and deletes."""

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.stack, self.done, self.error = stack, 0, None

    def run(self):
        connection = self.stack.server.connect(database=self.stack.database)
        with connection, connection.cursor() as cursor:
            for n in range(UPDATES):
                if n % 50 == 0:
                    cursor.execute("INSERT INTO items (name) VALUES (%s)", (f"born {n}",))
                elif n % 50 == 25:
                    cursor.execute("DELETE FROM items WHERE id = %s", (n // 50 + 1,))
                else:
                    cursor.execute("UPDATE items SET name = %s, price = %s WHERE id = %s", (f"u{n}", n, n % ROWS + 1))
                self.done = n + 1


def no_key_twice(stack):
    keys = [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]
    assert len(keys) == len(set(keys))


def test_kill_9_of_the_replicator_in_the_middle_of_5000_updates(filled):
    stack = filled
    writer = Writer(stack)
    writer.start()
    for share in (0.2, 0.4, 0.6, 0.8):
        wait_until("the writer", lambda s=share: writer.done >= UPDATES * s or not writer.is_alive(), 60)
        stack.replicator.kill()
        stack.replicator.start()
    writer.join()
    assert writer.done == UPDATES
    stack.wait_equal("Items", 90)
    no_key_twice(stack)


def test_kill_9_of_the_replicator_during_the_first_fill(make_stack):
    stack = make_stack(start=False, replicator={"snapshot_rows": 100})
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(5000)))
    stack.webhook.start()
    for _ in range(3):
        stack.replicator.start()
        time.sleep(0.15)
        stack.replicator.kill()
    stack.replicator.start()
    stack.wait_equal("Items", 60)
    no_key_twice(stack)


def test_kill_9_of_the_webhook_while_people_edit(filled):
    stack = filled
    column = stack.cells("Items")[0].index("name")
    for n in range(40):
        stack.act({"action": "edit", "tab": "Items", "row": n + 1, "column": column, "value": f"hand {n}"})
        if n == 10:
            stack.webhook.kill()
        if n == 25:
            stack.webhook.start()
    wait_until("all edits in MySQL", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name LIKE 'hand %%'") == [(40,)], 120,
               every_s=0.2)
    stack.wait_equal("Items", 60)


def test_kill_9_of_the_sandbox_while_mysql_writes(filled):
    stack = filled
    writer = Writer(stack)
    writer.start()
    wait_until("the writer", lambda: writer.done > UPDATES / 3, 60)
    stack.sandbox.kill()
    time.sleep(2)
    stack.sandbox.start()
    writer.join()
    stack.wait_equal("Items", 120)
    no_key_twice(stack)


def test_mysql_is_stopped_for_some_seconds(own_filled):
    stack = own_filled
    stack.server.stop()
    time.sleep(3)
    stack.server.start()
    stack.sql("UPDATE items SET name = 'after the stop' WHERE id <= 10")
    stack.wait_equal("Items", 60)
    column = stack.cells("Items")[0].index("name")
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": column, "value": "by hand"})
    wait_until("the edit", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name = 'by hand'") == [(1,)], 60)
    assert stack.replicator.running and stack.webhook.running


def test_kill_9_of_mysql_while_both_sides_write(own_filled):
    stack = own_filled
    stack.sql("UPDATE items SET price = price + 1")
    stack.server.kill()
    column = stack.cells("Items")[0].index("note")
    for n in range(5):
        stack.act({"action": "edit", "tab": "Items", "row": n + 1, "column": column, "value": f"while down {n}"})
    time.sleep(1)
    stack.server.start()
    stack.sql("UPDATE items SET price = price + 1 WHERE id % 2 = 0")
    wait_until("the edits", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE note LIKE 'while down %%'") == [(5,)], 120,
               every_s=0.2)
    stack.wait_equal("Items", 60)


def test_the_proof_of_idempotence_starting_again_changes_nothing(filled):
    stack = filled
    before = stack.cells("Items")
    log = stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.edit_log")
    stack.replicator.stop()
    stack.webhook.stop()
    stack.webhook.start()
    stack.replicator.start()
    time.sleep(2)
    assert stack.cells("Items") == before
    assert stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.edit_log") == log
