# SPDX-License-Identifier: Apache-2.0
"""Large tables: the first fill while MySQL goes on writing, killed again and again, slowed down, and within its memory."""
import json
import random
import re
import threading
import time

import pytest

from programs import BUILD, wait_until

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


def test_a_first_fill_that_is_killed_ten_times_goes_on_where_it_was(make_stack):
    rows = 20000
    stack = make_stack(start=False, replicator={"snapshot_rows": 200})
    insert(stack, rows)
    slow(stack, 30)
    chance, read = random.Random(7), 0
    writer = Writer(stack, rows, 0.02)
    writer.start()
    stack.webhook.start()
    stack.replicator.start()
    for n in range(10):
        goal = rows * (n + chance.random()) / 11
        wait_until(f"row {goal:.0f}", lambda g=goal: is_done(stack) or state(stack)[1] >= g, 60)
        read += stack.metric("tabrelay_snapshot_rows_total")
        before = state(stack)
        stack.replicator.kill()
        stack.replicator.start()
        assert state(stack)[1] >= before[1] or before[0] == "done"
    wait_until("the snapshot's end", lambda: is_done(stack), 60)
    read += stack.metric("tabrelay_snapshot_rows_total")
    writer.end()
    slow(stack, 0)
    stack.wait_equal("Items", 120)
    keys = [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]
    assert len(keys) == len(set(keys))
    assert read < 2 * rows, "it began anew"


def slow(stack, ms):
    """Google takes that long for each write."""
    rules = [{"match": "batchUpdate", "count": 100000, "delay_ms": ms}] if ms > 0 else []
    stack.google.call("PUT", "/sandbox/v1/faults", rules)


def test_status_tells_how_far_the_first_fill_is(make_stack):
    stack = make_stack(start=False, replicator={"snapshot_rows": 100}, log_level="info")
    insert(stack, 12000)
    stack.sql("ANALYZE TABLE items")
    slow(stack, 400)
    stack.webhook.start()
    stack.replicator.start()

    def told():
        mapping = json.loads(stack.cli("status", "--json"))["mappings"][0]
        return mapping if mapping["snapshot"] == "running" and mapping["snapshot_left_s"] is not None else None
    mapping = wait_until("progress", told, 30)
    assert 0 < mapping["snapshot_rows"] <= 12000
    assert 6000 < mapping["snapshot_total"] < 24000
    assert 0 <= mapping["snapshot_percent"] <= 99
    assert re.search(r"running \(\d+ of about \d+ rows, \d+ %, \d+ (s|min) left\)", stack.cli("status")) or is_done(stack)
    assert stack.metric("tabrelay_snapshot_left_rows") > 0 or is_done(stack)
    wait_until("the snapshot's end", lambda: is_done(stack), 120)
    mapping = json.loads(stack.cli("status", "--json"))["mappings"][0]
    assert (mapping["snapshot_rows"], mapping["snapshot_total"], mapping["snapshot_wait"]) == (12000, None, "")
    assert stack.metric("tabrelay_snapshot_left_rows") == 0


def busy(server, n):
    """N connections that run something."""
    connections = [server.connect() for _ in range(n)]
    threads = [threading.Thread(target=lambda c=c: c.cursor().execute("SELECT SLEEP(20)"), daemon=True) for c in connections]
    for thread in threads:
        thread.start()
    return connections


def test_a_busy_mysql_makes_the_first_fill_wait_while_changes_flow(make_own_stack):
    stack = make_own_stack(start=False, replicator={"snapshot_rows": 50, "snapshot_max_threads_running": 8})
    insert(stack, 12000)
    slow(stack, 400)
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the first rows", lambda: state(stack)[1] > 0, 30)
    sleeping = busy(stack.server, 12)
    wait_until("the snapshot to wait", lambda: "Threads_running is" in stack.cli("status"), 30)
    assert stack.metric("tabrelay_snapshot_waiting") == 1
    wait_until("what was read to be written", lambda: stack.metric("tabrelay_pending_rows") == 0, 30)
    before = state(stack)
    stack.sql("UPDATE items SET name = 'live' WHERE id = 1")
    wait_until("the change", lambda: stack.cells("Items")[1][1] == "live", 15, 0.1)
    assert state(stack) == before, "it went on"
    for connection in sleeping:
        stack.server.sql(f"KILL {connection.thread_id()}")
    slow(stack, 0)
    wait_until("the snapshot's end", lambda: is_done(stack), 60)
    assert state(stack, "snapshot_wait") == ("",)
    stack.wait_equal("Items", 60)
    assert "snapshot: goes on" in stack.replicator.log()


def test_changes_that_wait_make_the_first_fill_wait(make_stack):
    stack = make_stack(start=False, replicator={"snapshot_rows": 50, "snapshot_max_lag": "1s"})
    insert(stack, 3000)
    slow(stack, 100)
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the first rows", lambda: state(stack)[1] > 0, 30)
    stack.replicator.kill()
    for n in range(50):
        stack.sql("UPDATE items SET name = %s WHERE id = %s", (f"while away {n}", n + 1))
    time.sleep(2)
    assert not is_done(stack)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 12, "status": 503}])
    stack.replicator.start()
    wait_until("the snapshot to wait", lambda: "longer than snapshot_max_lag: 1000 ms" in stack.replicator.log(), 30)
    wait_until("the snapshot's end", lambda: is_done(stack), 120)
    assert state(stack, "snapshot_wait") == ("",)
    stack.wait_equal("Items", 60)


def test_a_fill_makes_full_batches_and_takes_what_the_minute_has_left(make_stack):
    """Some 40 batches: without the rest of the minute the quota gives 12 of them at once, and then one in 1.33 s."""
    limit = 64 * 1024
    stack = make_stack(start=False, quota=60, google={"batch_bytes": "64KiB"})
    insert(stack, 8000)
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the snapshot's end", lambda: is_done(stack), 120)
    requests = [r for r in stack.google.requests() if r["path"].endswith(":batchUpdate")]
    assert [r for r in requests if r["status"] != 200] == []
    filled = sum(r["plain"] for r in requests)
    assert filled / limit > 25, "too little to tell"
    assert len(requests) < filled / limit * 1.25 + 3, [r["plain"] for r in requests]
    assert max(r["plain"] for r in requests) < limit * 1.15
    assert stack.metric("tabrelay_quota_wait_seconds_total", kind="write") == 0
    stack.wait_equal("Items", 60)


def test_batches_become_smaller_when_answers_do_not_come(make_stack):
    stack = make_stack(start=False)
    insert(stack, 20000)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "skip": 3, "count": 3, "status": 503, "after": True}])
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the batches to be halved", lambda: 0 < stack.metric("tabrelay_batch_limit_bytes") < 512 * 1024, 60)
    stack.wait_equal("Items", 90)
    assert max(r["bytes"] for r in stack.google.requests() if ":batchUpdate" in r["path"]) < 1900 * 1024


def peak_kib(program):
    for line in open(f"/proc/{program.process.pid}/status", encoding="ascii"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


@pytest.mark.skipif("san" in BUILD.name, reason="a sanitizer's own memory is not ours")
def test_while_google_is_away_the_backlog_waits_in_the_binlog(make_stack):
    """200,000 changes of 10,000 rows: some 140 MB of images, with a memory_limit of 16 MiB."""
    stack = make_stack(start=False, replicator={"memory_limit": "16MiB"}, log_level="info")
    insert(stack, 10000)
    stack.webhook.start()
    stack.replicator.start()
    stack.wait_equal("Items", 120)
    at_rest = peak_kib(stack.replicator)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 1000000, "status": 503}])
    for n in range(20):
        stack.sql("UPDATE items SET note = CONCAT(%s, id, REPEAT('x', 100))", (n,))
    changes = stack.metric("tabrelay_changes_total")
    time.sleep(5)
    assert stack.metric("tabrelay_changes_total") - changes < 200000
    while_away = peak_kib(stack.replicator)
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    stack.wait_equal("Items", 180)
    grown = peak_kib(stack.replicator) - at_rest
    assert while_away - at_rest < 20 * 1024 and grown < 24 * 1024, \
        f"{at_rest} KiB, then {while_away}, then {peak_kib(stack.replicator)}"


MAPPINGS, BOOKS = 200, 50


def test_two_hundred_tables_in_fifty_spreadsheets(make_stack, capsys):
    names = [f"things_{n}" for n in range(MAPPINGS)]
    tables = "".join(f"CREATE TABLE {name} (id INT NOT NULL PRIMARY KEY, name VARCHAR(20) NULL);\n"
                     f"INSERT INTO {name} VALUES (1, 'one'), (2, 'two'), (3, '{name}');\n" for name in names)
    stack = make_stack([{"table": name, "tab": name} for name in names], tables=tables, start=False, log_level="info")
    books = [stack.google.create(f"book {n}", names[n::BOOKS]) for n in range(BOOKS)]
    config = json.loads(stack.config.read_text())
    for n, mapping in enumerate(config["mappings"]):
        mapping["spreadsheet"] = books[n % BOOKS]
    stack.config.write_text(json.dumps(config))

    def cells(n):
        return stack.google.google("GET", f"/v4/spreadsheets/{books[n % BOOKS]}/values/{names[n]}").get("values")

    def begin():
        before = len_requests(stack)
        began = time.monotonic()
        stack.replicator.start(wait_s=120)
        wait_until("the session", lambda: "session: streaming" in stack.replicator.log()[seen:], 120)
        return time.monotonic() - began, len_requests(stack) - before
    seen = 0
    stack.webhook.start()
    first_s, first_n = begin()
    for n in range(MAPPINGS):
        wait_until(names[n], lambda k=n: cells(k) == [["id", "name"], ["1", "one"], ["2", "two"], ["3", names[k]]], 120, 0.1)
    for n in range(0, MAPPINGS, 7):
        stack.sql(f"UPDATE {names[n]} SET name = 'changed' WHERE id = 2")
    for n in range(0, MAPPINGS, 7):
        wait_until(names[n], lambda k=n: cells(k)[2] == ["2", "changed"], 60, 0.1)
    wait_until("rest", lambda: stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.mapping_state WHERE snapshot = 'done' "
                               "AND reconciled_at IS NOT NULL") == [(MAPPINGS,)], 120)
    rss = peak_kib(stack.replicator)
    stack.replicator.stop()
    seen = len(stack.replicator.log())
    again_s, again_n = begin()
    stack.sql(f"UPDATE {names[199]} SET name = 'again' WHERE id = 1")
    wait_until("the change", lambda: cells(199)[1] == ["1", "again"], 60, 0.1)
    with capsys.disabled():
        print(f"\n  {stack.server.flavour}: {MAPPINGS} mappings: first start {first_s:.1f} s and {first_n} requests, "
              f"the second {again_s:.1f} s and {again_n}; peak {rss / 1024:.1f} MiB")


def len_requests(stack):
    requests = stack.google.requests()
    return requests[-1]["number"] if requests else 0
