# SPDX-License-Identifier: Apache-2.0
"""What we ourselves run out of: room for the log (the one thing that we write to a disk), descriptors, memory."""
import contextlib
import json
import re
import resource
import time
import urllib.error
import urllib.request

import pytest

from test_fault_mysql import kill_ours

SHORT_S = 6
LARGE_BYTES = 12 << 20  # below the servers' max_allowed_packet


@pytest.mark.parametrize("name", ["replicator", "webhook"])
def test_log_cannot_be_written(make_world, name):
    """{name}: the disk that its log goes to is full"""
    world = make_world(begin=False)
    program = getattr(world.stack, name)
    program.arguments = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh", *program.arguments]
    world.start()
    time.sleep(SHORT_S)  # the fault itself
    world.load_goes_on()
    world.recovers()  # nothing else is affected, so there is nothing to heal


@contextlib.contextmanager
def limited(program, what, to):
    """The running PROGRAM may have no more than TO of WHAT."""
    before = resource.prlimit(program.process.pid, what)
    resource.prlimit(program.process.pid, what, (to, before[1]))
    try:
        yield
    finally:
        resource.prlimit(program.process.pid, what, before)


def data_bytes(program):
    """What it has asked the kernel for, to write into."""
    return int(re.search(r"VmData:\s+(\d+) kB", open(f"/proc/{program.process.pid}/status").read())[1]) * 1024


@pytest.mark.parametrize("name", ["replicator", "webhook"])
def test_no_descriptor_is_left(world, name):
    """{name}: no file descriptor is left, and its connections are killed"""
    program = getattr(world.stack, name)
    with limited(program, resource.RLIMIT_NOFILE, 3):
        kill_ours(world)
        world.says(name, "Too many open files|mysql: connect to ", 40)
        time.sleep(SHORT_S)  # the fault itself
        world.runs()
        world.heals()
    world.recovers(flush=True)


def test_webhook_has_no_memory_left(world):
    """webhook: no more memory is to be had, and large requests come"""
    with limited(world.stack.webhook, resource.RLIMIT_DATA, data_bytes(world.stack.webhook)):
        large = urllib.request.Request(world.stack.webhook_url + "v1/edits", data=b"x" * 1000000, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(large, timeout=10)
        assert (refused.value.code, json.load(refused.value)["error"]["code"]) == (503, "out_of_memory")
        time.sleep(SHORT_S)  # the fault itself
        world.runs()
        world.heals()
    world.recovers(flush=True)


def test_replicator_has_no_memory_left(world):
    """replicator: no more memory is to be had, and a large row comes"""
    world.stack.sql("CREATE TABLE papers (id INT PRIMARY KEY, text LONGTEXT)")
    with limited(world.stack.replicator, resource.RLIMIT_DATA, data_bytes(world.stack.replicator)):
        # It is nobody's, but it comes in one piece: no free block of what the process has is as large.
        world.stack.sql("INSERT INTO papers VALUES (1, REPEAT('x', %s))", (LARGE_BYTES,))
        world.says("replicator", "binlog: out of memory for the next event.* hint=", 40)
        world.wait_unready(webhook=False)
        time.sleep(SHORT_S)  # the fault itself
        world.runs()
        world.heals()
    world.recovers()
