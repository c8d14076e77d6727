# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the system and browser tests (their conftest.py imports them): real servers for the session, our programs for a test.

    server           each test runs on MariaDB 10.11 and on MySQL 9.7; a Server of servers.py, shared by the session
    own_server       the same, but this test's own: it may be stopped and killed
    every_server     a server of the test's own, on MariaDB 11.8, too: for tests of the reader
    old_server       MySQL 5.6, a server of the test's own
    programs         programs(name, arguments, ...) makes a Program of programs.py and stops it after the test
    make_stack       make_stack(mappings, tables=SQL, ...) starts everything together (stack.py)
    stack            everything, with the table items (stack.ITEMS) mapped to the tab Items
"""
import contextlib
import os
import shutil
import zlib

import pytest

import servers as _servers
from programs import Program
from stack import Stack

_number = iter(range(101, 100000))


@pytest.fixture(scope="session")
def flavours(tmp_path_factory):
    """flavour -> (class, folder), asked for when first needed."""
    ready, temporary = {}, []

    def get(flavour):
        if flavour in ready:
            return ready[flavour]
        cls = _servers.FLAVOURS[flavour]
        try:
            cls.require()
        except _servers.Unavailable as why:
            if os.environ.get(cls.require_by):
                pytest.fail(f"{flavour} is required here, but: {why}")
            pytest.skip(f"{flavour} cannot be had: {why}")
        folder, is_temporary = cls.folder()
        if is_temporary:
            temporary.append(folder)
        ready[flavour] = (cls, folder)
        return ready[flavour]

    yield get
    temporary += [cls.templates.pop(flavour) for flavour, (cls, _) in ready.items() if flavour in cls.templates]
    for folder in temporary:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_servers(flavours):
    running = {}

    def get(flavour):
        if flavour not in running:
            cls, base = flavours(flavour)
            running[flavour] = cls(base, next(_number))
            running[flavour].start()
        elif running[flavour].process is None or running[flavour].process.poll() is not None:
            running[flavour].start()
        return running[flavour]

    yield get
    for server in running.values():
        server.remove()


@pytest.fixture(params=["mariadb", "mysql"])
def server(request, shared_servers):
    """A running server that other tests share: make a database of your own in it (database fixture)."""
    request.node.logs = getattr(request.node, "logs", [])
    running = shared_servers(request.param)
    request.node.logs.append(("server", running.log))
    return running


@contextlib.contextmanager
def _own_server(request, flavours, flavour):
    cls, base = flavours(flavour)
    running = cls(base, next(_number))
    request.node.logs = getattr(request.node, "logs", [])
    request.node.logs.append(("server", running.log))
    try:
        yield running.start()
    finally:
        running.remove()


@pytest.fixture(params=["mariadb", "mysql"])
def own_server(request, flavours):
    """A running server of this test's own."""
    with _own_server(request, flavours, request.param) as running:
        yield running


@pytest.fixture(params=["mariadb", "mysql", "mariadb11"])
def every_server(request, flavours):
    with _own_server(request, flavours, request.param) as running:
        yield running


@pytest.fixture
def old_server(request, flavours):
    with _own_server(request, flavours, "mysql56") as running:
        yield running


@pytest.fixture
def database(request, server):
    """The name of a new, empty database on the shared server, dropped after the test."""
    name = f"t{next(_number)}"
    server.sql(f"CREATE DATABASE {name}")
    yield name
    server.sql(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def programs(request, tmp_path):
    """Make a Program whose log is printed on failure and which is stopped, in reverse order, after the test."""
    made = []
    request.node.logs = getattr(request.node, "logs", [])

    def make(name, arguments, **kwargs):
        folder = tmp_path / f"{len(made)}"
        folder.mkdir()
        program = Program(name, arguments, folder, **kwargs)
        request.node.logs.append((name, program.log))
        made.append(program)
        return program

    yield make
    failures = []
    for program in reversed(made):
        try:
            program.stop()
        except AssertionError as failure:
            failures.append(str(failure))
    assert not failures, "\n".join(failures)


def _stack_factory(server, programs, tmp_path):
    made = []

    def make(mappings=({"table": "items", "tab": "Items"},), **kwargs):
        database = f"s{next(_number)}"
        server.sql(f"CREATE DATABASE {database}")
        folder = tmp_path / database
        folder.mkdir()
        made.append(Stack(server, database, programs, folder, mappings, **kwargs))
        return made[-1]
    return make


@pytest.fixture
def make_stack(server, programs, tmp_path):
    return _stack_factory(server, programs, tmp_path)


@pytest.fixture
def make_own_stack(own_server, programs, tmp_path):
    """The same on a server that may be stopped and killed."""
    return _stack_factory(own_server, programs, tmp_path)


@pytest.fixture
def stack(make_stack):
    return make_stack()


# What reads binlogs and values is tested on all servers, whatever is asked for; but where the other run has done so.
EVERY_SERVER = ("test_events", "test_older", "test_positions", "test_reading", "test_servers", "test_values", "test_versioned", "test_live_units")


# Files that take minutes come first, so that no worker is left alone with one at the end.
LONG = ("test_writer_faults", "test_fault_mysql", "test_live.py", "test_bench_sheets", "test_large", "test_formats", "test_people", "test_ddl",
        "test_finding", "test_lost", "test_failover", "test_lease", "test_owner")


def _flavour(item):
    """The server of the two that a test runs on by turns; None: it runs on others, or on none."""
    params = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return next((value for value in params if value in ("mariadb", "mysql")), None)


def _wanted(item, setting):
    """The server that SETTING asks for. By turns: a test, with all its parameters, has one of the two by its name, and the other one in the
    other run."""
    if setting not in ("turns", "other-turns"):
        return setting
    turn = zlib.crc32(f"{item.path.name} {item.originalname}".encode()) % 2
    return ("mysql", "mariadb")[turn ^ (setting == "other-turns")]


def pytest_collection_modifyitems(config, items):
    """TABRELAY_TEST_SERVER names a flavour, or is "turns" or "other-turns": what runs on both of the two servers runs on that one only."""
    items.sort(key=lambda item: not item.path.name.startswith(LONG))
    setting = os.environ.get("TABRELAY_TEST_SERVER")
    if not setting:
        return
    ours = {(item.path, item.originalname) for item in items if _flavour(item) == _wanted(item, setting)}
    always = () if setting == "other-turns" else EVERY_SERVER
    left_out = {item for item in items if _flavour(item) not in (None, _wanted(item, setting)) and
                (item.path, item.originalname) in ours and not item.path.name.startswith(always)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for name, log in getattr(item, "logs", []):
            lines = [line for line in log().splitlines() if "MY-010235" not in line]  # a user exists already
            report.sections.append((f"log of {name}", "\n".join(lines)[-4000 if name == "server" else -12000:]))
