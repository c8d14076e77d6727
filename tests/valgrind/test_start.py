# SPDX-License-Identifier: Apache-2.0
"""Each program from its start to an orderly end, with rows on their way, under valgrind's memcheck: its complaints are in the program's log, and
make its status 99."""
import functools
import subprocess

import pytest

from memcheck import MEMCHECK
from programs import BUILD

SLOWER = 10
COMMANDS = ["check", "status", "verify --all", "plan", "conflicts", "log", "grants"]


@pytest.fixture
def programs(programs):
    def make(*arguments, **options):
        program = programs(*arguments, **options)
        program.arguments = [*MEMCHECK, *program.arguments]
        program.start = functools.partial(program.start, 30 * SLOWER)
        program.stop_within_s *= SLOWER
        return program
    return make


def test_daemons(make_stack):
    stack = make_stack()
    stack.sql("INSERT INTO items (name, price, since) VALUES ('lamp', 12.5, '2024-05-06'), ('chair', NULL, NULL)")
    stack.wait_equal("Items", 30 * SLOWER)
    for program in (stack.replicator, stack.webhook, stack.sandbox):
        program.stop()  # status 0: nothing was found


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(make_stack, command):
    stack = make_stack(start=False)
    done = subprocess.run([*MEMCHECK, BUILD / "tabrelay", "--config", stack.config, *command.split()], capture_output=True, text=True, timeout=30 * SLOWER)
    assert done.returncode in (0, 1, 3) and "==" not in done.stderr, done.stderr  # 3: tab and table differ
