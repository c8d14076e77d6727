# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, on demand: Google's answers, triggers, processes killed or frozen, connections lost."""
import os
import signal
import time

from actors import Actor

READY_S = 120  # after three answers of 429 to reads, some ten seconds lie between two requests

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
HALF = '{"spreadsheetId": "1abc", "updatedSpreadsheet": {"sheets": [{"data": [{"rowData": [{"val'
WAYS = {"status 429": {"status": 429}, "status 500": {"status": 500}, "status 503": {"status": 503},
        "html": {"status": 502, "body": HTML}, "half": {"status": 200, "body": HALF}, "drop": {"drop": True},
        "late": {"delay_ms": 3500}, "after 503": {"status": 503, "after": True}, "after drop": {"drop": True, "after": True},
        "hold": {"hold": True}}
METHODS = {"get": "getByDataFilter"}  # which is how the replicator reads


class Mishaps(Actor):
    def act(self, step):
        getattr(self, "do_" + step["do"])(self.world, step)

    def do_google(self, world, step):
        rules = [{"match": METHODS.get(rule["match"], rule["match"]), "skip": rule["skip"], "count": rule["count"], **WAYS[rule["way"]]} for rule in step["rules"]]
        for rule in step["rules"]:
            world.count(f"google {rule['way']}")
        with world.sandbox_lock:
            world.stack.google.call("PUT", "/sandbox/v1/faults", rules)

    def do_release(self, world, step):
        with world.sandbox_lock:
            world.stack.google.call("PUT", "/sandbox/v1/faults", [])

    def do_script(self, world, step):
        world.has_lost_triggers |= "drop" in step["faults"] or "queue" in step["faults"]
        for name in step["faults"]:
            world.count(f"triggers {name}")
        with world.sandbox_lock:
            world.stack.google.call("PUT", "/sandbox/v1/script/faults", step["faults"])

    def _kill(self, program, step):
        self.world.note_peak(program)
        program.kill()
        time.sleep(step["down_ms"] / 1000)
        program.start(READY_S)

    def do_kill_replicator(self, world, step):
        self._kill(world.stack.replicator, step)

    def do_kill_webhook(self, world, step):
        self._kill(world.stack.webhook, step)

    def do_kill_sandbox(self, world, step):
        """Its triggers that wait are lost with it."""
        world.has_lost_triggers = True
        with world.sandbox_lock:
            self._kill(world.stack.sandbox, step)

    def do_kill_mysql(self, world, step):
        world.server.kill()
        time.sleep(step["down_ms"] / 1000)
        world.server.start()

    def do_disconnect(self, world, step):
        """Every connection of tabrelay's is cut, whatever it is doing."""
        for number, user in world.server.connections():
            try:
                if user.startswith(f"{world.stack.database}_"):
                    world.server.sql(f"KILL {number}")
            except Exception:  # noqa: B902 (it is gone already)
                pass

    def do_freeze(self, world, step):
        """The replicator gets no processor for a while."""
        process = world.stack.replicator.process
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(step["down_ms"] / 1000)
        os.kill(process.pid, signal.SIGCONT)
