# SPDX-License-Identifier: Apache-2.0
"""Let a history happen, and judge what is left."""
import itertools
import os
import pathlib
import shutil
import tempfile
import time

import audit
import evidence
import silence
import verdict
from actors import actor_for
from mishaps import Mishaps
from world import World

_number = itertools.count(1)


def play(history, server):
    """What was found wrong ({check: [sentence, ...]}), and the counts."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"tabrelay-torture-{history['seed']}-"))
    database = f"t{os.getpid()}_{next(_number)}"
    world, found = None, {"run": ["it did not end"]}
    try:
        world = World(history, server, database, folder)
        storm(world)
        rest = silence.come(world)
        for program in world.made:
            world.note_peak(program)
        changes = audit.read(world.stack)
        found = verdict.judge(world, rest, changes)
        if found:
            evidence.write(world, changes, found, folder / "evidence.txt")
            found["evidence"] = [str(folder / "evidence.txt")]
        return found, world.counts
    finally:
        if world is not None:
            world.close(is_kept=bool(found))
        if not found:
            shutil.rmtree(folder, ignore_errors=True)


def storm(world):
    """All actors at once, until each has done its steps."""
    steps = {}
    for step in world.history["steps"]:
        steps.setdefault(step["actor"], []).append(step)
    actors = [Mishaps(name, own, world) if name == "mishap" else actor_for(name, own, world) for name, own in steps.items()]
    for actor in actors:
        actor.start()
    until = time.monotonic() + 120
    while any(actor.is_alive() for actor in actors) and time.monotonic() < until:
        time.sleep(0.1)
        world.journal.collect()
    failures = [actor for actor in actors if actor.failure is not None or actor.is_alive()]
    world.is_over.set()
    if failures:
        raise RuntimeError(f"{failures[0].name} did not do its steps: {failures[0].failure!r}") from failures[0].failure
