# SPDX-License-Identifier: Apache-2.0
"""What a history happens to: everything started on one machine, and what the actors share."""
import collections
import json
import pathlib
import threading
import time

import audit
import exposition
import tables
from journal import Journal
from programs import Program, wait_until
from stack import PERSON, SECRET, Stack

FIRST = {"items": ("name, price, code, note", "('item {0}', {0}.5, '00{0}', 'first {0}')"),
         "stock": ("site, sku, qty, remark", "('Home', 'first-{0}', {0}, 'first {0}')"),
         "plain": ("word, first, second", "('first-{0}', 'one {0}', 'two {0}')")}


class Deeds:
    """A person's action that the spreadsheet has taken: which revision it made, when."""

    def __init__(self, revision, action, at_ms):
        self.revision, self.action, self.at_ms = revision, action, at_ms


class World:
    def __init__(self, history, server, database, folder):
        self.history, self.server, self.folder = history, server, pathlib.Path(folder)
        self.counts, self.lock = collections.Counter(), threading.Lock()
        self.is_over = threading.Event()
        self.sandbox_lock = threading.RLock()  # nobody types while Google is away
        self.deeds, self.forged, self.peaks = [], [], {}
        self.has_lost_triggers = False
        self.made = []
        server.sql(f"CREATE DATABASE {database}")
        self.stack = Stack(server, database, self._program, self.folder, tables.mappings(history), tables=tables.SQL,
                           replicator=history["replicator"], start=False, quota=history["quota"])
        self._configure()
        self._fill()
        self._start()

    def _program(self, name, arguments, **kwargs):
        folder = self.folder / name
        folder.mkdir()
        program = Program(name, arguments, folder, **kwargs)
        self.made.append(program)
        return program

    def _configure(self):
        """What a history needs otherwise than the system tests: Google's answers are not waited for long."""
        config = json.loads(self.stack.config.read_text())
        config["google"]["timeout"] = "3s"
        self.stack.config.write_text(json.dumps(config))

    def _fill(self):
        self.server.script(audit.sql(), database=self.stack.database)
        for name, (columns, row) in FIRST.items():
            rows = ", ".join(row.format(n) for n in range(self.history["rows"]))
            self.stack.sql(f"INSERT INTO {name} ({columns}) VALUES {rows}")

    def _start(self):
        stack = self.stack
        self.sheets = {table.tab: stack.sheet_id(table.tab) for table in tables.BY_TAB.values()}
        self.journal = Journal(self.folder / "sandbox" / "books" / f"{stack.spreadsheet}.jsonl")
        stack.webhook.start()
        stack.replicator.start()
        wait_until("the first fill", self._is_filled, 60, every_s=0.05)
        self._add_own_columns()
        stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
        self.first_request = stack.google.requests()[-1]["number"]

    def _is_filled(self):
        self.journal.collect()
        tabs = self.journal.revisions[self.journal.last]
        return all(len(list(tabs[sheet_id].key_rows(tables.BY_TAB[tab]))) >= self.history["rows"] for tab, sheet_id in self.sheets.items())

    def _add_own_columns(self):
        """People's own columns: a text and a formula in each row."""
        for tab, sheet_id in self.sheets.items():
            width = len(tables.BY_TAB[tab].columns)
            rows = [tables.OWN] + [[f"own {tab} {n}", f"=LEN(B{n + 2})"] for n in range(self.history["rows"])]
            self.act({"action": "paste", "sheetId": sheet_id, "row": 0, "column": width, "values": rows, "user": PERSON})

    # what the actors do

    def count(self, what, n=1):
        with self.lock:
            self.counts[what] += n

    def act(self, action):
        with self.sandbox_lock:
            revision = self.stack.google.act(self.stack.spreadsheet, action)["revision"]
        with self.lock:
            self.deeds.append(Deeds(revision, action, int(time.time() * 1000)))

    def grid(self, sheet_id):
        with self.sandbox_lock:
            return self.stack.google.rows(self.stack.spreadsheet, sheet_id)

    def script(self, function):
        return self.stack.google.call("POST", f"/sandbox/v1/spreadsheets/{self.stack.spreadsheet}/script",
                                      {"function": function, "user": "owner@example.com"})

    def note_peak(self, program):
        """The most memory that the process has had; to be asked before it goes."""
        if program.running:
            text = pathlib.Path(f"/proc/{program.process.pid}/status").read_text()
            peak = int(text.split("VmHWM:")[1].split()[0]) // 1024
            self.peaks[program.name] = max(peak, self.peaks.get(program.name, 0))

    def metric(self, program, name):
        return exposition.metric(self.stack.metrics_port if program == "replicator" else self.stack.webhook_port, name)

    def ready(self):
        """Everything runs again, whatever was killed."""
        if self.server.process is None or self.server.process.poll() is not None:
            self.server.start()
        for program in (self.stack.sandbox, self.stack.webhook, self.stack.replicator):
            if not program.running:
                program.start()

    def close(self, is_kept):
        self.journal.collect()
        for program in reversed(self.made):
            self.note_peak(program)
            program.kill()
        for name in (self.stack.database, self.stack.state_database):
            if not is_kept:
                self.server.sql(f"DROP DATABASE IF EXISTS {name}")
