# SPDX-License-Identifier: Apache-2.0
"""Another server takes the place of the one that tabrelay was connected to: a promoted replica, a member of a group."""
import contextlib
import itertools
import json
import re
import threading
import time

import pymysql
import pytest

from programs import wait_until
from replication import Group, Pair
from servers import Unavailable

_numbers = itertools.count(601)


@pytest.fixture(params=["mariadb", "mysql"])
def pair(request, flavours):
    cls, base = flavours(request.param)
    made = Pair(cls, base, _numbers)
    try:
        yield made.start()
    finally:
        made.remove()


@pytest.fixture
def group(request, flavours):
    cls, base = flavours("mysql")
    made = Group(cls, base, _numbers)
    request.node.logs = [("server", member.log) for member in made.members]
    try:
        yield made.start()
    finally:
        made.remove()


def start(make_stack_on, server, others, **more):
    """A stack that names SERVER and OTHERS as mysql.host, running, and filled."""
    stack = make_stack_on(server, start=False, **more)
    config = json.loads(stack.config.read_text())
    config["mysql"]["host"] = [f"127.0.0.1:{s.port}" for s in [server, *others]]
    stack.config.write_text(json.dumps(config))
    stack.webhook.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, "a-secret-for-tests-0123456789")
    stack.replicator.start()
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(100)))
    stack.wait_equal("Items")
    return stack


@pytest.fixture
def make_stack_on(programs, tmp_path):
    from fixtures import _stack_factory

    def make(server, **more):
        return _stack_factory(server, programs, tmp_path)(**more)
    return make


def edit(stack, row, value):
    stack.act({"action": "edit", "tab": "Items", "row": row, "column": stack.cells("Items")[0].index("name"), "value": value})


def no_key_twice(stack):
    assert "a copy of this state database" not in stack.replicator.log()  # it is the same one
    keys = [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]
    assert len(keys) == len(set(keys))


def test_a_replica_is_promoted_in_the_primarys_place(make_stack_on, pair):
    stack = start(make_stack_on, pair.primary, [pair.replica])
    stack.sql("UPDATE items SET name = 'seen by both' WHERE id <= 10")
    stack.wait_equal("Items")
    pair.catch_up()
    pair.primary.kill()
    begun = time.monotonic()
    edit(stack, 1, "typed while MySQL was away")
    pair.promote()
    stack.server = pair.replica
    stack.sql("UPDATE items SET name = 'of the new primary' WHERE id BETWEEN 20 AND 30")
    stack.sql("INSERT INTO items (name) VALUES ('new')")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1") == [("typed while MySQL was away",)], 60, every_s=0.1)
    stack.wait_equal("Items", 60)
    assert time.monotonic() - begun < 60
    no_key_twice(stack)
    assert stack.replicator.running and stack.webhook.running
    assert "lacks transactions" not in stack.replicator.log()


def test_a_primary_that_gives_its_place_up_and_lives_on(make_stack_on, pair):
    """Connections stay open: writes are refused, and that is the sign."""
    stack = start(make_stack_on, pair.primary, [pair.replica])
    pair.primary.sql("SET GLOBAL read_only = ON")
    pair.catch_up()
    pair.promote()
    stack.server = pair.replica
    stack.sql("UPDATE items SET name = 'of the new primary' WHERE id <= 10")
    edit(stack, 50, "typed")
    stack.wait_equal("Items", 60)
    wait_until("the edit", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name = 'typed'") == [(1,)], 60, every_s=0.1)
    stack.wait_equal("Items", 60)


def test_a_promoted_replica_that_was_behind_is_noticed(make_stack_on, pair):
    stack = start(make_stack_on, pair.primary, [pair.replica])
    wait_until("base to know the rows", lambda: stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.base") == [(100,)])
    pair.catch_up()
    pair.stop_receiving()
    stack.sql("UPDATE items SET name = 'the replica never got it' WHERE id = 7")
    stack.sql("INSERT INTO items (id, name) VALUES (500, 'nor that')")
    stack.wait_equal("Items")
    pair.primary.kill()
    pair.promote()
    stack.server = pair.replica
    assert stack.sql("SELECT COUNT(*) FROM items WHERE id = 500") == [(0,)]
    # The stream, when it is taken up at the new primary, or the next session notices, whichever comes first.
    wait_until("it to be noticed", lambda: re.search("the server lacks transactions that were read already|"
                                                     "the checkpoint names transactions that the server does not have",
                                                     stack.replicator.log()), 60)
    # What the tab has shown comes back as edits that a comparison found.
    stack.wait_equal("Items", 60)
    assert stack.sql("SELECT name FROM items WHERE id IN (7, 500) ORDER BY id") == [("the replica never got it",), ("nor that",)]
    assert {row[0] for row in stack.server.sql(f"SELECT source FROM {stack.state_database}.edit_log")} == {"found"}


class Load(threading.Thread):
    """Inserts rows of known ids through whichever member takes writes, and goes on when it dies."""

    def __init__(self, stack, group):
        super().__init__(daemon=True)
        self.stack, self.group, self.done, self.must_stop = stack, group, [], threading.Event()

    def run(self):
        connection = None
        for n in itertools.count(1000):
            while not self.must_stop.is_set():
                try:
                    connection = connection or self.group.primary().connect(database=self.stack.database, read_timeout=5)
                    with connection.cursor() as cursor:
                        cursor.execute("INSERT INTO items (id, name) VALUES (%s, %s) ON DUPLICATE KEY UPDATE name = VALUES(name)", (n, f"load {n}"))
                        cursor.execute("UPDATE items SET price = COALESCE(price, 0) + 1 WHERE id = %s", (n % 100 + 1,))
                    self.done.append(n)
                    break
                except (pymysql.err.MySQLError, AttributeError):
                    with contextlib.suppress(Exception):
                        connection.close()
                    connection = None
                    time.sleep(0.1)
            if self.must_stop.wait(0.005):
                return


def test_the_primary_of_a_group_is_killed_under_load(make_stack_on, group):
    first = group.primary()
    stack = start(make_stack_on, first, [m for m in group.members if m is not first])
    load = Load(stack, group)
    load.start()
    wait_until("some load", lambda: len(load.done) > 200, 60)
    first.kill()
    begun = time.monotonic()
    for n in range(5):
        edit(stack, n + 40, f"typed {n}")
    stack.server = wait_until("another primary", group.primary, 60, every_s=0.1)
    elected_s = time.monotonic() - begun
    before = len(load.done)
    wait_until("load on the new one", lambda: len(load.done) > before + 200, 60)
    taken = stack.replicator.log().count("session: streaming")
    wait_until("the replicator on the new one", lambda: "session: streaming" in stack.replicator.log()[-20000:] and taken >= 2 or
               stack.replicator.log().count("session: streaming") >= 2, 60)
    streaming_s = time.monotonic() - begun
    load.must_stop.set()
    load.join()
    wait_until("the edits", lambda: stack.sql("SELECT COUNT(*) FROM items WHERE name LIKE 'typed %%'") == [(5,)], 120, every_s=0.2)
    stack.wait_equal("Items", 120)
    no_key_twice(stack)
    kept = {row[0] for row in stack.sql("SELECT id FROM items WHERE id >= 1000")}
    assert set(load.done) <= kept
    assert "lacks transactions" not in stack.replicator.log()
    print(f"failover: elected after {elected_s:.1f} s, streaming by {streaming_s:.1f} s, equal after {time.monotonic() - begun:.1f} s")
