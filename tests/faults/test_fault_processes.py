# SPDX-License-Identifier: Apache-2.0
"""Each process is ended, killed, or gets no processor for a while. Elsewhere: kills at any moment (tests/system/test_kill.py, tests/torture)."""
import contextlib
import os
import signal
import time

import pytest

from fault_world import IS_WHOLE

FROZEN_S = 60 if IS_WHOLE else 4


def end(program, how):
    {"SIGTERM": program.stop, "SIGKILL": program.kill}[how]()


@contextlib.contextmanager
def frozen(program):
    """It gets no processor, as on a host that is suspended."""
    os.kill(program.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(program.process.pid, signal.SIGCONT)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_replicator_is_ended(world, how):
    """replicator: {how}"""
    end(world.stack.replicator, how)
    world.wait_unready(webhook=False)
    world.load_goes_on()
    world.heals()
    world.stack.replicator.start()
    world.recovers()


@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_webhook_is_ended(world, how):
    """webhook: {how}"""
    end(world.stack.webhook, how)
    world.wait_unready(replicator=False)
    world.load_goes_on()
    world.heals()
    world.stack.webhook.start()
    world.recovers(flush=True)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_google_is_ended(world, how):
    """sandbox (as Google): {how}"""
    end(world.stack.sandbox, how)
    world.says("replicator", "(sheets|drive): .*http: ")
    assert world.ready() == (True, True)  # nothing to restart: it is Google's turn
    world.heals()
    world.stack.sandbox.start()
    world.recovers(reconcile=True)


@pytest.mark.parametrize("name", ["replicator", "webhook", "sandbox"])
def test_process_is_frozen(world, name):
    """{name}: SIGSTOP, later SIGCONT"""
    program = getattr(world.stack, name)
    with frozen(program):
        if name != "sandbox":
            world.wait_unready(replicator=name == "replicator", webhook=name == "webhook")
        time.sleep(FROZEN_S)  # the fault itself
        world.heals()
    world.recovers(reconcile=name != "replicator")
