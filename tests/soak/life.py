# SPDX-License-Identifier: Apache-2.0
"""What happens in a life: both sides are edited, tables change, triggers are lost, Google and MySQL fail, people reload and look."""
import collections
import json
import random
import urllib.error
import urllib.request

import pymysql
from client import Refused
from programs import run, wait_until
from stack import SECRET

ROWS_LOW, ROWS_HIGH = 100, 160  # of each table
PEOPLE = 500
WRONG = [("GET", "/nothing/{n}"), ("POST", "/v1/edits"), ("PUT", "/v1/edits"), ("GET", "/v1/mappings?spreadsheet=none-{n}"), ("GET", "/metrics"),
         ("GET", "/healthz")]
GOOGLE = [{"status": 401}, {"status": 429}, {"status": 500}, {"status": 503, "after": True}, {"drop": True}, {"drop": True, "after": True},
          {"status": 502, "body": "<html>502 Bad Gateway</html>"}]
TRIGGERS = [{"drop": 5}, {"twice": 5}, {"delay_ms": 300}]
TABLES = "".join(f"CREATE TABLE {name} (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NULL, qty INT NULL, "
                 "note VARCHAR(200) NULL);\n" for name in ("items", "others", "guests"))
# A conflict of `note` waits for a person.
MAPPING = {"columns": ["id", "name", "qty", {"column": "note", "conflict": "manual"}], "delete_limit_rows": 1000, "delete_limit_percent": 100}
MAPPINGS = [{"table": "items", "tab": "Items"}, {"table": "others", "tab": "Others", **MAPPING}, {"table": "guests", "tab": "Guests"}]
for _mapping in MAPPINGS:  # items and guests show whatever columns there are
    _mapping.update({"delete_limit_rows": 1000, "delete_limit_percent": 100})
ALWAYS = ("items", "others")
DEEDS = {"sql_update": 30, "sql_insert": 6, "sql_delete": 3, "edit": 30, "type_row": 4, "delete_row": 3, "conflict": 4, "decide": 1, "undo": 1,
         "alter": 1, "lose_triggers": 2, "google_fails": 3, "disconnect": 1, "reload": 1, "compare": 1, "snapshot": 1, "pause": 1, "ask_wrongly": 5,
         "look": 1}


class Life:
    """Deeds one after the other, of a random order that SEED gives."""

    def __init__(self, stack, seed):
        self.stack, self.random, self.counts, self.n = stack, random.Random(seed), collections.Counter(), 0
        self.has_guests, self.has_extra = True, False

    def deed(self):
        self.n += 1
        name = self.random.choices(list(DEEDS), DEEDS.values())[0]
        self.counts[name] += 1
        try:
            getattr(self, name)()
        except (pymysql.err.Error, Refused, urllib.error.HTTPError, LookupError, ValueError) as why:  # a row or header that is not there now
            self.counts[f"refused: {type(why).__name__}"] += 1

    def _table(self):
        return self.random.choice(ALWAYS)

    def _keys(self, table):
        return [key for key, in self.stack.sql(f"SELECT id FROM {table} ORDER BY id")]

    def _person(self):
        return f"person{self.random.randrange(PEOPLE)}@example.com"

    def _cells(self, tab):
        """What a person sees: not by way of the API, whose faults are meant for the replicator. No blank rows at the end."""
        rows = [[cell and cell.get("u") for cell in row] for row in self.stack.grid(tab)]
        while len(rows) > 1 and not any(rows[-1]):
            rows.pop()
        return rows

    def _row(self, tab):
        """Some row of the tab; all of them."""
        cells = self._cells(tab)
        return self.random.randrange(1, max(2, len(cells))), cells

    # MySQL's side

    def sql_update(self):
        table = self._table()
        key = self.random.choice(self._keys(table))
        self.stack.sql(f"UPDATE {table} SET name = %s, qty = %s WHERE id = %s", (f"name {self.n}", self.n, key))

    def sql_insert(self):
        table = self._table()
        while len(self._keys(table)) < ROWS_HIGH and self.random.random() < 0.7:
            self.stack.sql(f"INSERT INTO {table} (name, qty, note) VALUES (%s, %s, 'new')", (f"name {self.n}", self.n))

    def sql_delete(self):
        table = self._table()
        keys = self._keys(table)
        for key in self.random.sample(keys, 5 if len(keys) > ROWS_LOW else 0):
            self.stack.sql(f"DELETE FROM {table} WHERE id = %s", (key,))

    def alter(self):
        self.stack.sql("ALTER TABLE items DROP COLUMN extra" if self.has_extra else "ALTER TABLE items ADD COLUMN extra VARCHAR(20) NULL")
        self.has_extra = not self.has_extra

    def disconnect(self):
        for number, user in self.stack.server.connections():
            if user == "tabrelay":
                self.stack.server.sql(f"KILL {number}")

    # people

    def edit(self, tab=None, column="name"):
        tab = tab or self.random.choice(("Items", "Others"))
        row, cells = self._row(tab)
        self.stack.act({"user": self._person(), "action": "edit", "tab": tab, "row": row, "column": cells[0].index(column), "value": f"typed {self.n}"})

    def type_row(self):
        tab = self.random.choice(("Items", "Others"))
        cells = self._cells(tab)
        if len(cells) <= ROWS_HIGH:
            self.stack.act({"user": self._person(), "action": "edit", "tab": tab, "row": len(cells), "column": cells[0].index("name"),
                            "value": f"row {self.n}"})

    def delete_row(self):
        tab = self.random.choice(("Items", "Others"))
        row, cells = self._row(tab)
        if len(cells) > ROWS_LOW:
            self.stack.act({"user": self._person(), "action": "delete_rows", "tab": tab, "index": row, "count": 1})

    def conflict(self):
        """The two sides change a cell at the same time: its note in MySQL, then in the tab, which does not show that yet."""
        row, cells = self._row("Others")
        headers = cells[0]
        self.stack.sql("UPDATE others SET note = %s WHERE id = %s", (f"mysql {self.n}", cells[row][headers.index("id")]))
        self.stack.act({"user": self._person(), "action": "edit", "tab": "Others", "row": row, "column": headers.index("note"),
                        "value": f"sheet {self.n}"})

    # the operator

    def tabrelay(self, *arguments):
        return run("tabrelay", "--config", self.stack.config, *arguments)

    def decide(self):
        self.tabrelay("conflicts", "resolve", "--mapping", "others", "--all", "--take", self.random.choice(("mysql", "sheet")))

    def undo(self):
        newest = self.stack.sql(f"SELECT edit_id FROM {self.stack.state_database}.edit_log WHERE operation = 'update' ORDER BY id DESC LIMIT 1")
        if newest:
            self.tabrelay("undo", newest[0][0])

    def reload(self):
        """A mapping goes, or comes back."""
        config = json.loads(self.stack.config.read_text())
        if self.has_guests:
            self.guests = config["mappings"].pop()
        else:
            config["mappings"].append(self.guests)
        self.has_guests = not self.has_guests
        self.stack.config.write_text(json.dumps(config))
        self.tabrelay("reload")

    def compare(self):
        self.tabrelay("reconcile", self._table())

    def snapshot(self):
        self.tabrelay("snapshot", self._table())

    def pause(self):
        self.tabrelay("pause", "others", "--reason", f"soak {self.n}")
        self.edit("Others")
        self.tabrelay("resume", "others")

    def look(self):
        for command in ("status", "log", "lag", "conflicts"):
            self.tabrelay(command)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stack.metrics_port}/metrics", timeout=10) as answer:
            answer.read()

    # what goes wrong

    def lose_triggers(self):
        self.stack.google.call("PUT", "/sandbox/v1/script/faults", self.random.choice(TRIGGERS))

    def google_fails(self):
        self.stack.google.call("PUT", "/sandbox/v1/faults", [self.random.choice(GOOGLE)])

    def ask_wrongly(self):
        method, path = self.random.choice(WRONG)
        request = urllib.request.Request(self.stack.webhook_url.rstrip("/") + path.format(n=self.n), method=method,
                                         data=b"{}" if method != "GET" else None)
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()

    # the end

    def settle(self):
        """Nothing is wrong any more, and nothing waits for a person."""
        self.stack.google.call("PUT", "/sandbox/v1/script/faults", {})
        self.stack.google.call("PUT", "/sandbox/v1/faults", [])
        self.stack.google.install_script(self.stack.spreadsheet, self.stack.webhook_url, SECRET)
        self.tabrelay("resume", "others")

        def is_equal():
            for table in ALWAYS:
                self.tabrelay("reconcile", table, "--wait", "20")
            self.tabrelay("conflicts", "resolve", "--mapping", "others", "--all", "--take", "mysql")
            return all(not self.stack.differences(tab) for tab in ("Items", "Others"))
        try:
            wait_until("both sides to be equal", is_equal, 90, every_s=0.5)
        except AssertionError:
            pass
        return [why for why in map(self.stack.differences, ("Items", "Others")) if why]
