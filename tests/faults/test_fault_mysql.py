# SPDX-License-Identifier: Apache-2.0
"""MySQL goes, refuses, or keeps us waiting. Elsewhere: it is stopped and killed at other moments (tests/system/test_kill.py), its binlog is
purged or reset in every way (tests/system/test_positions.py)."""
import contextlib
import time

import pymysql
import pytest

from conftest import IS_WHOLE
from programs import wait_until
from stack import USER

LOCKED_S = 60 if IS_WHOLE else 12
KILLED_S = 10 if IS_WHOLE else 3


def kill_ours(world):
    """End every connection of tabrelay's; how many there were."""
    killed = 0
    admin = world.server.connect()
    with admin, admin.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.PROCESSLIST WHERE user = %s", (USER,))
        for number, in cursor.fetchall():
            with contextlib.suppress(pymysql.err.MySQLError):  # it is gone already
                cursor.execute(f"KILL {number}")
                killed += 1
    return killed


@pytest.mark.parametrize("how", ["shut down", "SIGKILL"])
def test_mysql_is_ended(own_world, how):
    """MySQL: {how}, and started again"""
    world = own_world
    {"shut down": world.server.stop, "SIGKILL": world.server.kill}[how]()
    world.wait_unready()
    world.says("replicator", 'mysql: .*hint="Check mysql.host and mysql.port, and that the server is up')
    world.heals()
    world.server.start()
    world.recovers(flush=True)


def test_mysql_is_read_only(own_world):
    """MySQL: read-only"""
    world = own_world
    world.server.sql(f"SET GLOBAL {'super_read_only' if world.server.flavour == 'mysql' else 'read_only'} = ON")
    world.wait_unready()
    world.says("replicator", "read.only.* hint=")
    world.says("webhook", "not done .*read.only.* hint=")
    world.heals()
    world.server.sql("SET GLOBAL read_only = OFF")
    world.recovers(flush=True)


def test_mysql_has_no_connection_left(own_world):
    """MySQL: out of connections"""
    world = own_world
    admin = world.server.connect()
    with admin, admin.cursor() as cursor, contextlib.ExitStack() as others:
        for _ in range(10):
            others.enter_context(world.server.connect())
        before = world.server.sql("SELECT @@GLOBAL.max_connections")[0][0]
        cursor.execute("SET GLOBAL max_connections = 10")
        cursor.execute("SELECT id FROM information_schema.PROCESSLIST WHERE user = %s", (USER,))
        for number, in cursor.fetchall():
            with contextlib.suppress(pymysql.err.MySQLError):
                cursor.execute(f"KILL {number}")
        world.wait_unready()
        world.says("replicator", "Too many connections.* hint=")
        world.says("webhook", "Too many connections.* hint=")
        world.heals()
        cursor.execute("SET GLOBAL max_connections = %s", (before,))
    world.recovers(flush=True)


def test_binlog_is_purged_while_we_are_away(own_world):
    """MySQL: the binlog after the checkpoint is purged"""
    world = own_world
    world.stack.replicator.stop()
    world.load_goes_on()
    world.server.sql("FLUSH BINARY LOGS")
    world.load_goes_on()
    last = world.server.sql("SHOW BINARY LOGS")[-1][0]
    wait_until("the purge", lambda: not world.server.sql(f"PURGE BINARY LOGS TO '{last}'") and len(world.server.sql("SHOW BINARY LOGS")) == 1, 30, 0.2)
    world.heals()
    world.stack.replicator.start()
    world.says("replicator", "the server has deleted the binlog that comes after the checkpoint.* hint=.*binlog_expire_logs_seconds")
    world.says("replicator", "going on from now, and every mapped table is compared with its tab")
    world.recovers()


def test_password_changes(make_own_world):
    """MySQL: our password is changed, and a while later our secret file"""
    world = make_own_world(begin=False)
    secret = world.stack.folder / "mysql-password"
    secret.write_text(world.configure(lambda config: config["mysql"].pop("password")) + "\n")
    world.configure(lambda config: config["mysql"].update(password="file:mysql-password"))
    world.start()
    world.server.sql(f"ALTER USER '{USER}'@'%' IDENTIFIED BY 'another-password'")
    kill_ours(world)
    world.wait_unready()
    for program in ("replicator", "webhook"):
        world.says(program, "Access denied .* hint=.*Check mysql.user and mysql.password")
    world.heals()
    secret.write_text("another-password\n")
    world.recovers(flush=True)


def test_connections_are_killed(world):
    """MySQL: all our connections are killed, again and again"""
    until = time.monotonic() + KILLED_S
    killed = 0
    while time.monotonic() < until:
        killed += kill_ours(world)
        time.sleep(0.3)
    assert killed > 10
    world.recovers(flush=True)


LOCKS = {"20 rows": ("SELECT * FROM items WHERE id <= 20 FOR UPDATE", "ROLLBACK"), "the mapped table": ("LOCK TABLES items WRITE", "UNLOCK TABLES"),
         "every table": ("FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES")}


@pytest.mark.parametrize("what", LOCKS)
def test_somebody_holds_a_lock(own_world, what):
    """MySQL: somebody locks {what}"""
    world = own_world
    lock, unlock = LOCKS[what]
    somebody = world.server.connect(database=world.stack.database, autocommit=False)
    with somebody, somebody.cursor() as cursor:
        cursor.execute(lock)
        held_s = time.monotonic()
        world.says("webhook", "not done .*Lock wait timeout", LOCKED_S + 30)
        time.sleep(max(0.0, LOCKED_S - (time.monotonic() - held_s)))
        world.runs()
        world.heals()
        cursor.execute(unlock)
    world.recovers(flush=True)
