# SPDX-License-Identifier: Apache-2.0
"""Commits at a pace: each changes two cells of some rows of one table, and remembers when COMMIT had returned."""
import random
import time


class Traffic:
    """TABLES: {table: sheet id}, of ROWS rows each. A transaction changes IN_TRANSACTION rows of one of them, chosen at random; the
    rows show its sequence number."""

    def __init__(self, server, database, tables, rows, seed=1):
        self.tables, self.rows = list(tables.items()), rows
        self.random = random.Random(seed)
        self.connection = server.connect(database=database, autocommit=False)
        self.sequence = 1000  # more than any row shows at first
        self.commits = []  # (sheet id, row ids, sequence, ms since 1970)

    def run(self, changes_per_s, in_transaction, seconds):
        """Row changes a second that were made. Each transaction comes at a random moment of its own slot, so that the pace does
        not fall into step with anything; one that is late is made at once."""
        slot_s = in_transaction / changes_per_s
        before, began = self.changes(), time.monotonic()
        for number in range(round(seconds / slot_s)):
            wait_s = began + (number + self.random.random()) * slot_s - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            self._commit(in_transaction)
        return (self.changes() - before) / max(time.monotonic() - began, seconds, 1e-9)

    def _commit(self, in_transaction):
        table, sheet = self.random.choice(self.tables)
        ids = self.random.sample(range(1, self.rows + 1), in_transaction)
        self.sequence += 1
        with self.connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET quantity = {self.sequence}, price = {self.sequence % 1000000}.25 "
                           f"WHERE id IN ({','.join(map(str, ids))})")
        self.connection.commit()
        self.commits.append((sheet, ids, self.sequence, time.time() * 1000))

    def changes(self):
        return sum(len(ids) for _, ids, _, _ in self.commits)

    def close(self):
        self.connection.close()
