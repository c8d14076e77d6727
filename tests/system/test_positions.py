# SPDX-License-Identifier: Apache-2.0
"""Where the replicator goes on: what it does when the server cannot go on from there, and that it misses nothing otherwise."""
import itertools
import re
import time

import pytest

from programs import run, wait_until

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);\n"


def filled(make_stack, **kwargs):
    stack = make_stack(tables=TABLE, **kwargs)
    stack.sql("INSERT INTO items VALUES (1, 'one'), (2, 'two'), (3, 'three')")
    stack.wait_equal("Items")
    return stack


def position(stack):
    rows = stack.sql(f"SELECT position FROM {stack.state_database}.checkpoint")
    return rows[0][0] if rows else None


def set_position(stack, text):
    stack.sql(f"UPDATE {stack.state_database}.checkpoint SET position = %s", (text,))


def change(stack):
    """What only a comparison of rows can find once the log is gone."""
    stack.sql("INSERT INTO items VALUES (4, 'four')")
    stack.sql("UPDATE items SET name = 'changed' WHERE id = 2")
    stack.sql("DELETE FROM items WHERE id = 1")


def purge(server):
    """The log begins after all that was done."""

    def is_purged():
        # A file that the dump thread of the replicator that has just ended still reads is not deleted.
        server.sql("FLUSH BINARY LOGS")
        server.sql(f"PURGE BINARY LOGS TO '{server.sql('SHOW BINARY LOGS')[-1][0]}'")
        return len(server.sql("SHOW BINARY LOGS")) == 1
    wait_until("the old logs to be deleted", is_purged, 30, every_s=0.2)


def reset(server):
    server.sql("RESET MASTER" if server.flavour == "mariadb" else "RESET BINARY LOGS AND GTIDS")


def goes_on(stack, reason):
    """The reason is said, every table was compared, and the stream flows again."""
    stack.replicator.start()
    stack.wait_equal("Items", 30)
    log = stack.replicator.log()
    assert re.search(f"warn session: binlog: {reason}", log), log[-2000:]
    assert "stream: going on from now, and every mapped table is compared with its tab position=" in log
    stack.sql("UPDATE items SET name = 'after' WHERE id = 3")
    stack.wait_equal("Items")


DELETED = "the server has deleted the binlog that comes after the checkpoint"
UNKNOWN = "the checkpoint names transactions that the server does not have"


def test_a_log_that_was_purged_is_made_good_by_a_comparison(make_own_stack, own_server):
    stack = filled(make_own_stack)
    stack.replicator.stop()
    change(stack)
    purge(own_server)
    goes_on(stack, DELETED)


def test_a_log_that_was_purged_ends_the_replicator_where_the_configuration_says_so(make_own_stack, own_server):
    stack = filled(make_own_stack, replicator={"on_purged": "stop"})
    stack.replicator.stop()
    change(stack)
    purge(own_server)
    done = run("tabrelay-replicator", "--config", stack.config)
    assert done.returncode == 1
    last = done.stderr.rstrip().splitlines()[-1]
    assert re.search(f"error replicator: binlog: {DELETED} .* hint=\"Set replicator.on_purged to snapshot and start again: "
                     "every mapped table is then compared with its tab.\"$", last), last
    assert stack.differences("Items") != ""


def test_a_log_that_was_reset_is_made_good_by_a_comparison(make_own_stack, own_server):
    stack = filled(make_own_stack)
    stack.replicator.stop()
    change(stack)
    reset(own_server)
    goes_on(stack, UNKNOWN if own_server.flavour == "mysql" else f"({UNKNOWN}|{DELETED})")


def test_a_log_that_was_reset_while_the_stream_flows_is_made_good_by_a_comparison(make_own_stack, own_server):
    stack = filled(make_own_stack)
    reset(own_server)
    change(stack)
    own_server.sql("FLUSH BINARY LOGS")
    stack.replicator.stop()
    stack.replicator.start()
    stack.wait_equal("Items", 30)
    stack.sql("UPDATE items SET name = 'after' WHERE id = 3")
    stack.wait_equal("Items")


def test_transactions_that_the_server_does_not_have_are_made_good_by_a_comparison(make_own_stack, own_server):
    stack = filled(make_own_stack)
    stack.replicator.stop()
    change(stack)
    at = position(stack)
    if own_server.flavour == "mysql":
        uuid = own_server.sql("SELECT @@server_uuid")[0][0]
        set_position(stack, re.sub(f"({uuid}:1)-\\d+", r"\1-99999", at))
    else:
        set_position(stack, re.sub(r"(\d+)$", "99999", at))
    assert position(stack) != at
    goes_on(stack, UNKNOWN)


@pytest.mark.parametrize("own_server", ["mariadb"], indirect=True)
def test_a_mariadb_position_keeps_every_domain(make_own_stack, own_server):
    stack = filled(make_own_stack)
    for domain in (11, 12, 13):
        own_server.script(f"SET SESSION gtid_domain_id = {domain};\nINSERT INTO items VALUES ({domain}, 'of domain {domain}');\n",
                          database=stack.database)
    stack.wait_equal("Items")
    wait_until("a checkpoint of all domains", lambda: all(f"{d}-" in position(stack) for d in (11, 12, 13)), 15)
    stack.replicator.stop()
    for domain in (13, 11):
        own_server.script(f"SET SESSION gtid_domain_id = {domain};\nUPDATE items SET name = 'again' WHERE id = {domain};\n",
                          database=stack.database)
    stack.replicator.start()
    stack.wait_equal("Items")
    assert "going on from now" not in stack.replicator.log()
    # A domain that the position lacks begins with its first event, which is gone.
    stack.replicator.stop()
    change(stack)
    purge(own_server)
    set_position(stack, "mariadb:" + re.sub(r",?12-\d+-\d+", "", position(stack).split(":")[1]).lstrip(","))
    goes_on(stack, f"({DELETED}|{UNKNOWN})")


def starts_a_transaction(server, at):
    name, offset = at[len("file:"):].rsplit(":", 1)
    events = server.sql(f"SHOW BINLOG EVENTS IN '{name}' FROM {offset} LIMIT 1")
    return not events or events[0][2] in ("Gtid", "Anonymous_Gtid", "Rotate", "Stop", "Previous_gtids", "Format_desc")


@pytest.fixture
def file_server(request, flavours):
    """A MySQL that writes no GTIDs, so that positions are of the kind file:offset."""
    cls, base = flavours("mysql")
    server = cls(base, 9001, extra=["--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"])
    request.node.logs = getattr(request.node, "logs", [])
    request.node.logs.append(("server", server.log))
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def make_file_stack(file_server, programs, tmp_path):
    from fixtures import _stack_factory
    return _stack_factory(file_server, programs, tmp_path)


def test_a_checkpoint_is_never_within_a_transaction(make_file_stack, file_server):
    """Also not when a transaction is larger than memory, so that part of it is in the tab before its end is read."""
    stack = make_file_stack(tables=TABLE.replace("50", "2000"), replicator={"memory_limit": "1MiB"})
    stack.wait_equal("Items")
    seen = set()

    def is_equal():
        seen.add(position(stack))
        return stack.differences("Items") == ""
    with file_server.connect(database=stack.database, autocommit=False) as connection, connection.cursor() as cursor:
        for n in range(1, 2001):
            cursor.execute("INSERT INTO items VALUES (%s, REPEAT('x', 1000))", (n,))
        connection.commit()
        for _ in range(3):
            cursor.execute("UPDATE items SET name = REVERSE(CONCAT(id, name))")
        connection.commit()
    wait_until("the tab to be equal", is_equal, 60)
    seen.add(position(stack))
    assert len(seen) > 1
    assert [at for at in seen if at and not starts_a_transaction(file_server, at)] == []


def test_a_server_without_gtids_is_followed_by_file_and_offset(make_file_stack, file_server):
    stack = filled(make_file_stack)
    wait_until("a position in a file", lambda: (position(stack) or "").startswith("file:"), 15)
    file_server.sql("FLUSH BINARY LOGS")
    stack.sql("UPDATE items SET name = 'in the next file' WHERE id = 2")
    stack.wait_equal("Items")
    last = file_server.sql("SHOW BINARY LOGS")[-1][0]
    wait_until("a position in the next file", lambda: position(stack).startswith(f"file:{last}:"), 15)
    stack.replicator.stop()
    assert starts_a_transaction(file_server, position(stack))
    stack.sql("DELETE FROM items WHERE id = 1")
    file_server.sql("FLUSH BINARY LOGS")
    stack.sql("INSERT INTO items VALUES (9, 'two files on')")
    stack.replicator.start()
    stack.wait_equal("Items")
    assert "going on from now" not in stack.replicator.log()
    stack.replicator.stop()
    change_and_purge_file(stack, file_server)
    goes_on(stack, DELETED)
    stack.replicator.stop()
    change_beyond = position(stack).rsplit(":", 1)[0] + ":999999999"
    set_position(stack, change_beyond)
    goes_on(stack, "the binlog ends before the checkpoint: it was reset, or is another server's")


def change_and_purge_file(stack, server):
    stack.sql("UPDATE items SET name = 'purged' WHERE id = 2")
    stack.sql("DELETE FROM items WHERE id = 9")
    purge(server)


GTID_MODES = ("OFF_PERMISSIVE", "ON_PERMISSIVE", "ON")


def test_gtid_mode_may_be_turned_on_and_off_while_the_stream_flows(make_file_stack, file_server):
    stack = filled(make_file_stack)
    file_server.sql("SET GLOBAL enforce_gtid_consistency = ON")
    for n, mode in enumerate(GTID_MODES):
        file_server.sql(f"SET GLOBAL gtid_mode = {mode}")
        stack.sql(f"INSERT INTO items VALUES ({20 + n}, '{mode}')")
        stack.wait_equal("Items")
        stack.replicator.stop()
        stack.sql(f"UPDATE items SET name = 'away in {mode}' WHERE id = 2")
        stack.replicator.start()
        stack.wait_equal("Items")
    assert position(stack).startswith("file:")
    assert "going on from now" not in stack.replicator.log()


@pytest.mark.parametrize("own_server", ["mysql"], indirect=True)
def test_a_gtid_position_on_a_server_that_has_turned_them_off_is_made_good_by_a_comparison(make_own_stack, own_server):
    stack = filled(make_own_stack)
    wait_until("a GTID position", lambda: (position(stack) or "").startswith("mysql:"), 15)
    stack.replicator.stop()
    change(stack)
    own_server.sql("SET GLOBAL gtid_mode = ON_PERMISSIVE")
    goes_on(stack, "the checkpoint is a GTID set, and the server's gtid_mode is not ON any more")
    wait_until("a position in a file", lambda: position(stack).startswith("file:"), 15)


def test_a_replicator_that_is_behind_nothing_starts_without_reading_rows(make_own_stack, own_server):
    stack = filled(make_own_stack)
    stack.replicator.stop()
    own_server.sql("FLUSH BINARY LOGS")
    stack.replicator.start()
    stack.sql("UPDATE items SET name = 'next' WHERE id = 1")
    stack.wait_equal("Items")
    assert stack.replicator.log().count("snapshot: done") == 1, "the table was read again although nothing was missed"



def test_the_position_goes_on_while_people_are_at_work_without_a_pause(make_stack):
    """Cells that a write may have landed on are looked at a moment later: there is always one that waits. Behind it nothing is read again."""
    stack = make_stack()
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {i}', {i})" for i in range(1, 7)))
    stack.wait_equal("Items")

    def work(seconds):
        """MySQL and a person write the same rows, one after the other."""
        until = time.monotonic() + seconds
        for n in itertools.count():
            if time.monotonic() > until:
                return
            row = n % 6 + 1
            stack.sql(f"UPDATE items SET price = {n} WHERE id = {row}")
            stack.act({"action": "edit", "tab": "Items", "row": row, "column": 1, "value": f"typed {n}"})
            time.sleep(0.1)

    work(3)
    positions = []
    for _ in range(3):
        positions.append(position(stack))
        work(4)
    assert len(set(positions)) == 3, positions
    stack.replicator.kill()
    stack.sql("UPDATE items SET note = 'meanwhile'")
    stack.replicator.start()
    stack.wait_equal("Items")
    assert stack.sql("SELECT COUNT(*) FROM items WHERE name LIKE 'typed %' AND note = 'meanwhile'") == [(6,)]
