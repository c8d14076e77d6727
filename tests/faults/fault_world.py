# SPDX-License-Identifier: Apache-2.0
"""A case's world: everything runs (stack.py) under a steady load (load.py). A case injects, says what must hold meanwhile, heals, and ends
with recovers(), which measures and judges."""
import json
import os
import re
import time

import exposition
from load import ROWS, Person, SqlWriter
from programs import answers, run, wait_until
from stack import SECRET

IS_WHOLE = os.environ.get("TABRELAY_FAULTS") == "whole"
RECOVERY_S = 60  # the most that a recovery may take, unless the case says why


class World:
    """`stack`: what runs. `server`: its MySQL. `node`: the test, which gets the seconds as a property."""

    def __init__(self, stack, node):
        self.stack, self.server, self.node = stack, stack.server, node
        self.stack.replicator.ready_url = None  # some cases start it while it cannot be ready
        self.healed_s, self.probes = None, 0
        self.actors = []

    def configure(self, change):
        """Change the configuration file; what CHANGE returns. Programs that run take it when they are told."""
        config = json.loads(self.stack.config.read_text())
        result = change(config)
        self.stack.config.write_text(json.dumps(config, indent=2))
        return result

    def start(self):
        self.stack.sql("INSERT INTO items (id) VALUES " + ", ".join(f"({n})" for n in range(1, ROWS + 1)))
        self.stack.webhook.start()
        self.stack.google.install_script(self.stack.spreadsheet, self.stack.webhook_url, SECRET)
        self.stack.replicator.start()
        self.stack.wait_equal("Items", 60)
        self.items_id = self.stack.sheet_id("Items")
        self.header = self.stack.cells("Items")[0]
        self.sql, self.person = SqlWriter(self), Person(self)
        self.actors = [self.sql, self.person]
        for actor in self.actors:
            actor.start()
        self.load_goes_on()
        return self

    def end(self):
        """The test is over, however it went."""
        for actor in self.actors:
            actor.stopping.set()

    # ---- what must hold

    def load_goes_on(self, timeout_s=30):
        """Both actors get something done from now on, and each other's side sees it."""
        sql, person = self.sql.done, self.person.done
        wait_until("both sides to write", lambda: self.sql.done > sql + 5 and self.person.done > person + 1, timeout_s)

    def ready(self):
        """The replicator's /readyz and the webhook's."""
        return (answers(f"http://127.0.0.1:{self.stack.metrics_port}/readyz"), answers(f"{self.stack.webhook_url}readyz"))

    def wait_unready(self, replicator=True, webhook=True, timeout_s=30):
        """/readyz of these says 503 (or nobody answers)."""
        def is_unready():
            ours, hooks = self.ready()
            return not (replicator and ours) and not (webhook and hooks)
        wait_until("/readyz to say that it is not ready", is_unready, timeout_s, 0.1)

    def says(self, program, pattern, timeout_s=30, since=0):
        """PROGRAM ("replicator", "webhook") logs a line that matches."""
        found = []

        def is_said():
            found[:] = re.findall(f".*(?:{pattern}).*", getattr(self.stack, program).log()[since:])
            return found
        wait_until(f"the {program} to say /{pattern}/", is_said, timeout_s, 0.1)
        return found[0]

    def status(self):
        """tabrelay status of the mappings: {name: (state, last error)}."""
        done = run("tabrelay", "--config", self.stack.config, "status", "--json")
        return {m["mapping"]: (m["state"], m["last_error"]) for m in json.loads(done.stdout)["mappings"]}

    def runs(self, *programs):
        for program in programs or ("replicator", "webhook"):
            process = getattr(self.stack, program).process
            assert process is not None and process.poll() is None, f"the {program} has ended"

    def metric(self, program, name, **labels):
        port = self.stack.metrics_port if program == "replicator" else self.stack.webhook_port
        return exposition.metric(port, name, **labels)

    # ---- the end

    def heals(self):
        """From now on it is measured: call it just before what mends the fault."""
        self.healed_s = time.monotonic()

    def recovers(self, within_s=RECOVERY_S, reconcile=False, flush=False):
        """Well again: both programs ready, and a change made after the healing goes through, both ways. Then the load ends, and nothing of
        it may be lost or there twice. FLUSH: what the script keeps is sent now, not at its next minute. RECONCILE: the same, and what only a
        comparison finds is looked for: triggers go with the sandbox, and Google drops them while a script hangs."""
        began = self.healed_s or time.monotonic()
        until = began + within_s
        wait_until("both to be ready", lambda: self.ready() == (True, True), within_s, 0.05)
        self._probe(until)
        took_s = time.monotonic() - began
        assert took_s <= within_s, f"{took_s:.1f} s to recover, {within_s} s are allowed"
        self.node.user_properties.append(("seconds", f"{took_s:.1f}"))
        self.load_goes_on()
        self.settles(reconcile, flush)

    def flows(self, within_s=RECOVERY_S):
        """A write of either side arrives at the other."""
        self._probe(time.monotonic() + within_s)

    def _probe(self, until):
        """SQL's is in a row of its own, which the load leaves alone."""
        self.probes += 1
        key = 1000 + self.probes
        seen = f"probe {self.probes}"

        def left_s():
            return max(until - time.monotonic(), 1)
        wait_until("MySQL to take a row", lambda: self._try(lambda: self.stack.sql("INSERT IGNORE INTO orders VALUES (%s, %s)", (key, seen)) is not None),
                   left_s(), 0.05)
        wait_until("MySQL's change in the tab", lambda: self._try(lambda: [r for r in self.stack.cells("Orders") if seen in r]), left_s(), 0.05)
        done = self.person.done
        wait_until("the person to type", lambda: self.person.done > done + 1, left_s())
        last = f"typed {self._last_typed()}"
        wait_until("the edit in MySQL", lambda: self._try(lambda: self.stack.sql("SELECT 1 FROM typed WHERE name = %s", (last,))), left_s(), 0.05)

    def _last_typed(self):
        return max(int(may_be[0].split()[1]) for may_be in list(self.person.names.values()) if len(may_be) == 1)

    @staticmethod
    def _try(ask):
        try:
            return ask()
        except Exception:  # noqa: B902 (not yet)
            return None

    def settles(self, reconcile=False, flush=False):
        """The load ends; both sides become equal, and all that was acknowledged to either is there, once."""
        for actor in self.actors:
            actor.stop()
        if flush or reconcile:
            self.flush()
        if reconcile:
            self.stack.cli("reconcile", "--all", "--wait", 60)
        last = [""]

        def is_there():
            last[0] = self.person.missing()
            return last[0] == ""
        try:
            wait_until("what was typed in MySQL", is_there, 90, 0.2)
        except AssertionError as why:
            raise AssertionError(f"{why}: {last[0]}") from None
        for tab in ("Items", "Orders"):
            self.stack.wait_equal(tab, 60)
        self.sql.check()
        self.person.check()
        keys = [row[0] for row in self.stack.cells("Items")[1:] if row and row[0] is not None]
        assert len(keys) == len(set(keys)), "a key is in the tab twice"
        self.runs()

    def flush(self):
        """The script's trigger of each minute."""
        self.stack.google.call("POST", f"/sandbox/v1/spreadsheets/{self.stack.spreadsheet}/script",
                               {"function": "flush", "user": "owner@example.com"})


