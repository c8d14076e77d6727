# SPDX-License-Identifier: Apache-2.0
"""The running stack (stack.py), Prometheus scraping it with our rules, and Alertmanager delivering to a receiver of the test's."""
import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request

from programs import Program, wait_until
from prometheus import DOCKER, Alertmanager, Prometheus, faster
from receiver import Receiver
from stack import PERSON, SECRET, Stack

INTERVAL = "500ms"
FACTOR = 120  # an hour of the rules is half a minute of the tests
TABLES = """
CREATE TABLE items (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, qty INT NULL, text VARCHAR(2000) NULL);
CREATE TABLE others (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);
CREATE TABLE places (id INT NOT NULL PRIMARY KEY, country VARCHAR(50) NOT NULL);
"""
# Held changes fill half of the memory limit, the queue behind them an eighth: some hundred rows of 2,000 characters.
REPLICATOR = {"memory_limit": "1MiB", "heartbeat_every": "1s", "reconcile_every": "2s"}


def hurried(text, changes):
    """The rules with each `for` and each range FACTOR times shorter; CHANGES: {part of an expression: what takes its place}."""
    for old, new in changes.items():
        assert old in text, f"no rule has {old!r}"
        text = text.replace(old, new)
    text = re.sub(r"(?m)^(\s+for: )(\w+)$", lambda found: found[1] + faster(found[2], FACTOR), text)
    return re.sub(r"\[(\w+)\]", lambda found: f"[{faster(found[1], FACTOR)}]", text)


class World:
    """start() fills the tables and starts all; `stack` and `prometheus` are what the tests use."""

    def __init__(self, server, folder, changes):
        self.server, self.folder, self.changes = server, folder, changes
        self.made, self.receiver = [], Receiver()

    def programs(self, name, arguments, **kwargs):
        """As the fixture of that name."""
        return self._own(Program(name, arguments, self._folder(), **kwargs))

    def _folder(self):
        folder = self.folder / str(len(self.made))
        folder.mkdir()
        return folder

    def _own(self, program):
        self.made.append(program)
        return program

    def start(self):
        self.server.start()
        self.server.sql("CREATE DATABASE shop")
        self.stack = Stack(self.server, "shop", self.programs, self.folder, [
            {"table": "items", "tab": "Items", "conflict": "manual", "delete_limit_rows": 2, "delete_limit_percent": 100},
            {"table": "others", "tab": "Others"},
            {"name": "places", "table": "places", "tab": "{value}", "tabs_by": "country", "tabs_limit": 2}], TABLES, start=False)
        self.other = self.stack.google.create("other", ["Others"])
        self.stack.mappings[1]["spreadsheet"] = self.other
        self.configure()
        self.stack.sql("INSERT INTO items (name, qty) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(1, 61)))
        self.stack.sql("INSERT INTO others VALUES " + ", ".join(f"({n}, 'other {n}')" for n in range(1, 21)))
        self.stack.sql("INSERT INTO places VALUES (1, 'DE')")
        self._watch()
        self.stack.webhook.start()
        self.stack.google.install_script(self.stack.spreadsheet, self.stack.webhook_url, SECRET)
        self.stack.replicator.start()
        self.stack.wait_equal("Items")
        wait_until("both to be scraped", lambda: len(self.prometheus.query('up{job=~"tabrelay-.*"} == 1')) == 2, 30)
        return self

    def configure(self, writes=6000, **replicator):
        """The configuration, which a daemon reads when it starts; WRITES: the quota, a minute."""
        self.stack._write_config({**REPLICATOR, **replicator}, {}, {})
        config = json.loads(self.stack.config.read_text())
        config["google"]["writes_per_minute"] = writes
        self.stack.config.write_text(json.dumps(config))

    def _watch(self):
        self.alertmanager = self._own(Alertmanager(self._folder(), self.receiver.url)).start()
        targets = {"tabrelay-replicator": f"127.0.0.1:{self.stack.metrics_port}",
                   "tabrelay-webhook": f"127.0.0.1:{self.stack.webhook_port}"}
        rules = hurried((DOCKER / "prometheus/rules.yml").read_text(), self.changes)
        self.prometheus = self._own(Prometheus(self._folder(), targets, rules, self.alertmanager.port, INTERVAL)).start()
        self.since_s = time.time()

    def end(self):
        failures = []
        for program in reversed(self.made):
            try:
                program.stop()
            except AssertionError as failure:
                failures.append(str(failure))
        self.receiver.close()
        self.server.remove()
        assert not failures, "\n".join(failures)

    def logs(self):
        return [(program.name, program.log) for program in self.made]

    # alerts

    def told(self, name, status="firing", after=0):
        """The alerts of that NAME which Alertmanager has delivered with that STATUS, but for the first AFTER messages."""
        found = [alert for _, _, body in self.receiver.requests[after:] for alert in json.loads(body)["alerts"]]
        return [alert for alert in found if alert["labels"]["alertname"] == name and alert["status"] == status]

    def wait_told(self, name, after, timeout_s=40):
        """Wait until the alert was delivered after the first AFTER messages, and fires; how it was delivered."""
        try:
            wait_until(f"{name} to be told of", lambda: self.told(name, after=after), timeout_s, 0.1)
        except AssertionError as why:
            raise AssertionError(f"{why}; there are {self.prometheus.alerts()}") from None
        assert self.prometheus.alerts().get(name) == "firing"
        return self.told(name, after=after)[-1]

    def wait_over(self, names, timeout_s=40):
        """Wait until none of these alerts is pending or firing."""
        wait_until(f"{', '.join(names)} to be over", lambda: not set(names) & set(self.prometheus.alerts()), timeout_s, 0.1)

    def wait_quiet(self, timeout_s=40):
        """Wait until no alert is firing or pending."""
        state = [None]

        def is_quiet():
            state[0] = self.prometheus.alerts()
            return not state[0]
        try:
            wait_until("no alert", is_quiet, timeout_s, 0.2)
        except AssertionError as why:
            raise AssertionError(f"{why}: {state[0]}") from None

    def wait_well(self):
        """Wait until all mappings follow again: whatever is done next is not a consequence of what was before."""
        self.stack.wait_equal("Items", 60)
        follow = ('min(tabrelay_stream_connected) == 1 and sum(tabrelay_mapping_state{state="streaming"}) == 3 '
                  'and sum(tabrelay_pending_rows) == 0 and sum(up{job=~"tabrelay-.*"}) == 2')
        wait_until("all mappings to follow", lambda: self.prometheus.query(follow), 40)

    # what happens

    def faults(self, *rules):
        """Of Google's side (docs/sandbox.md); without rules all is well again, and what was held is released."""
        self.stack.google.call("PUT", "/sandbox/v1/faults", list(rules))

    def triggers(self, **faults):
        """The script's triggers: drop=N loses so many."""
        self.stack.google.call("PUT", "/sandbox/v1/script/faults", faults)

    def edit(self, key, column, value):
        """A person types into the cell of the row with that key."""
        cells = self.stack.cells("Items")
        self.stack.act({"action": "edit", "tab": "Items", "row": self.stack.row_of("Items", float(key)),
                        "column": cells[0].index(column), "value": str(value)})

    def post(self, secret=SECRET, tab="Items", time_s=None, cells=None):
        """One edit as the script sends it, made at TIME_S; the HTTP status."""
        spreadsheet = self.stack.spreadsheet if tab == "Items" else self.other
        edit = {"id": f"made-{time.monotonic_ns()}", "kind": "upsert", "time": int((time_s or time.time()) * 1000), "row": 2,
                "edited": list(cells or {}), "cells": {"id": 1, **(cells or {})}}
        sheet_id = self.stack.google.tab(spreadsheet, tab)["sheetId"]
        body = json.dumps({"version": 1, "spreadsheet": spreadsheet, "sheet_id": sheet_id, "tab": tab, "editor": PERSON,
                           "source": "script", "edits": [edit], "changes": []}).encode()
        stamp = str(int(time.time()))
        mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(self.stack.webhook_url + "v1/edits", data=body, method="POST", headers={
            "Content-Type": "application/json", "X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": f"v1={mac}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def reconcile(self, mapping="items"):
        """A comparison of the tab that begins now has ended."""
        query = f"SELECT reconciled_at FROM {self.stack.state_database}.mapping_state WHERE mapping = '{mapping}'"
        before = self.stack.sql(query)
        self.stack.cli("reconcile", mapping)
        wait_until("the comparison", lambda: self.stack.sql(query) != before, 30)

    def restart_replicator(self, **configuration):
        self.stack.replicator.stop()
        self.configure(**configuration)
        self.stack.replicator.start()
