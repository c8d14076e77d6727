# SPDX-License-Identifier: Apache-2.0
"""Our wall clock jumps by an hour, while everything runs, and back."""
import pathlib
import subprocess
import time

import pytest

HOUR_S = 3600
JUMPED_S = 6


class Clock:
    """The wall clock of the programs that it is given to (clock.c)."""

    def __init__(self, folder):
        self.offset, self.library = folder / "offset", folder / "clock.so"
        self.jump(0)
        source = pathlib.Path(__file__).with_name("clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", self.library, source], check=True)

    def jump(self, seconds):
        with open(self.offset, "r+b" if self.offset.exists() else "wb") as file:  # it is mapped: the same file, always
            file.write(seconds.to_bytes(8, "little", signed=True))

    def given_to(self, program):
        program.environment.update(LD_PRELOAD=str(self.library), FAULT_CLOCK=str(self.offset))


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


@pytest.mark.parametrize("where", ["forward", pytest.param("back", marks=pytest.mark.slow)])
def test_clock_of_the_replicator_jumps(make_world, clock, where):
    """clock of the replicator: an hour {where}, and right again"""
    world = make_world(begin=False)
    clock.given_to(world.stack.replicator)
    world.start()
    clock.jump(HOUR_S if where == "forward" else -HOUR_S)
    world.load_goes_on()
    world.flows()  # nothing waits for the clock
    time.sleep(JUMPED_S)  # the fault itself
    assert world.ready() == (True, True)
    world.heals()
    clock.jump(0)
    world.recovers()


@pytest.mark.parametrize("where", ["forward", pytest.param("back", marks=pytest.mark.slow)])
def test_clock_of_the_webhook_jumps(make_world, clock, where):
    """clock of the webhook: an hour {where}, and right again"""
    world = make_world(begin=False)
    clock.given_to(world.stack.webhook)
    world.start()
    clock.jump(HOUR_S if where == "forward" else -HOUR_S)
    world.says("webhook", "refused .*problem=stale_timestamp")
    time.sleep(JUMPED_S)  # the fault itself
    world.heals()
    clock.jump(0)
    world.recovers(flush=True)
