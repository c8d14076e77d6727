# SPDX-License-Identifier: Apache-2.0
"""Large tables: the first fill while MySQL goes on writing, killed again and again, slowed down, and within its memory."""
import random
import threading

from programs import wait_until

ITEM = "('item {n}', {n})"


def insert(stack, n):
    for first in range(0, n, 5000):
        stack.sql("INSERT INTO items (name, price) VALUES " +
                  ", ".join(ITEM.format(n=k) for k in range(first, min(first + 5000, n))))


class Writer(threading.Thread):
    """Changes rows anywhere in the table, one transaction each, until it is told to stop."""

    def __init__(self, stack, rows, pause_s):
        super().__init__(daemon=True)
        self.stack, self.rows, self.pause_s = stack, rows, pause_s
        self.over, self.n, self.random = threading.Event(), 0, random.Random(1)

    def run(self):
        connection = self.stack.server.connect(database=self.stack.database)
        with connection, connection.cursor() as cursor:
            while not self.over.wait(self.pause_s):
                self.n += 1
                row = self.random.randrange(1, self.rows)
                if self.n % 10 == 0:
                    cursor.execute("INSERT INTO items (name) VALUES (%s)", (f"born {self.n}",))
                elif self.n % 10 == 5:
                    cursor.execute("DELETE FROM items WHERE id = %s", (row,))
                else:
                    cursor.execute("UPDATE items SET name = %s WHERE id = %s", (f"changed {self.n}", row))

    def end(self):
        self.over.set()
        self.join()


def state(stack, what="snapshot, snapshot_rows"):
    rows = stack.sql(f"SELECT {what} FROM {stack.state_database}.mapping_state WHERE mapping = 'items'")
    return rows[0] if rows else ("none", 0)


def is_done(stack):
    return state(stack)[0] == "done"


def test_a_table_that_is_written_to_is_filled_to_its_last_row(make_stack):
    stack = make_stack(start=False, replicator={"snapshot_rows": 200})
    insert(stack, 6000)
    writer = Writer(stack, 6000, 0.002)
    writer.start()
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the snapshot's end", lambda: is_done(stack), 60)
    writer.end()
    stack.wait_equal("Items", 60)
