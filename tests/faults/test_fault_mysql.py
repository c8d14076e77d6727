# SPDX-License-Identifier: Apache-2.0
"""MySQL goes, refuses, or keeps us waiting. Elsewhere: it is stopped and killed at other moments (tests/system/test_kill.py), its binlog is
purged or reset in every way (tests/system/test_positions.py)."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

import pymysql
import pytest

from programs import wait_until

LOCKED_S = 12
KILLED_S = 3


def users(stack):
    return [stack.user(role) for role in ("replicator", "webhook")]


def ours(cursor, stack):
    """The numbers of tabrelay's connections. What statements are doing may be no UTF-8 for a moment: then the server refuses the list."""
    found = []

    def is_told():
        try:
            cursor.execute("SELECT id FROM information_schema.PROCESSLIST WHERE user IN %s", (users(stack),))
        except pymysql.err.OperationalError:
            return False
        found[:] = [number for number, in cursor.fetchall()]
        return True
    wait_until("the list of connections", is_told)
    return found


def kill_ours(world, cursor=None):
    """End every connection of tabrelay's; how many there were."""
    if cursor is None:
        admin = world.server.connect()
        with admin, admin.cursor() as own:
            return kill_ours(world, own)
    killed = 0
    for number in ours(cursor, world.stack):
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
        kill_ours(world, cursor)
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
    for user in users(world.stack):
        world.server.sql(f"ALTER USER '{user}'@'%' IDENTIFIED BY 'another-password'")
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
    assert killed > 5
    world.recovers(flush=True)


LOCKS = {"20 rows": ("SELECT * FROM items WHERE id <= 20 FOR UPDATE", "ROLLBACK"), "the mapped table": ("LOCK TABLES items WRITE", "UNLOCK TABLES"),
         "every table": ("FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES")}


@pytest.mark.parametrize("what", ["the mapped table", *(pytest.param(what, marks=pytest.mark.slow) for what in ("20 rows", "every table"))])
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
    world.recovers(reconcile=True)


@pytest.mark.slow
def test_mysql_is_frozen(own_world):
    """MySQL: SIGSTOP, later SIGCONT"""
    world = own_world
    pid = world.server.process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        world.wait_unready(timeout_s=60)
        world.runs()
        time.sleep(LOCKED_S)  # the fault itself
        world.heals()
    finally:
        os.kill(pid, signal.SIGCONT)
    world.recovers(reconcile=True)


@contextlib.contextmanager
def small_disk(server, spare_mib):
    """The server, which is down, gets a file system of its own for its data, with so much to spare."""
    if os.geteuid() != 0:
        pytest.skip("a small file system cannot be mounted here: that needs root")
    data, whole = server.dir / "data", server.dir / "data.whole"
    data.rename(whole)
    data.mkdir(mode=0o700)
    used_kib = int(subprocess.run(["du", "-sk", whole], capture_output=True, text=True, check=True).stdout.split()[0])
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={used_kib + spare_mib * 1024}k,mode=700", "tabrelay-test", data], check=True)
    try:
        shutil.copytree(whole, data, symlinks=True, dirs_exist_ok=True)
        yield data
    finally:
        server.kill()
        subprocess.run(["umount", data], check=True)


@pytest.mark.slow  # the servers look once a minute whether there is room again
def test_disk_of_mysql_is_full(request, make_own_world):
    """MySQL: its disk is full"""
    world = make_own_world(begin=False)
    world.server.stop()
    with small_disk(world.server, 64) as data:
        world.server.start()
        world.start()
        ballast = data / "ballast"
        with open(ballast, "wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 65536)
                file.flush()
        world.wait_unready(webhook=False, timeout_s=120)
        world.runs()
        world.heals()
        ballast.unlink()
        world.recovers(within_s=150, reconcile=True)
        world.end()
        for program in (world.stack.replicator, world.stack.webhook):
            program.stop()
