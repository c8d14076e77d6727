# SPDX-License-Identifier: Apache-2.0
"""The steady load of a case, and what must be true of it at the end: a program that writes SQL and a person in the sandbox.

Each cell has one writer, and each value is written once: so what stands there at the end tells whether a write was lost, and the
server's own record (triggers) whether one was made twice. What was not acknowledged may have been done or not.
"""
import collections
import contextlib
import json
import threading
import urllib.error

import pymysql

from client import Refused
from stack import PERSON

MAPPINGS = [{"table": "items", "tab": "Items"}, {"table": "orders", "tab": "Orders"}]
TABLES = """
CREATE TABLE items (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);
CREATE TABLE orders (id INT UNSIGNED NOT NULL PRIMARY KEY, what VARCHAR(50) NOT NULL);
CREATE TABLE typed (at BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, id INT UNSIGNED NOT NULL, name VARCHAR(50) NULL);
CREATE TRIGGER items_i AFTER INSERT ON items FOR EACH ROW INSERT INTO typed (id, name) VALUES (NEW.id, NEW.name);
CREATE TRIGGER items_u AFTER UPDATE ON items FOR EACH ROW
    INSERT INTO typed (id, name) SELECT NEW.id, NEW.name FROM DUAL WHERE NOT NEW.name <=> OLD.name;
"""
ROWS = 400  # a cell is typed again after two minutes
NAME, QTY = 1, 2  # columns of Items
SQL_EVERY_S, PERSON_EVERY_S = 0.05, 0.3


class Actor(threading.Thread):
    """Acts again and again until it is told to stop. `failures`: how often it could not."""

    every_s = 0.0

    def __init__(self, world):
        super().__init__(daemon=True)
        self.world, self.stack = world, world.stack
        self.stopping, self.done, self.failures, self.broken = threading.Event(), 0, 0, None

    def run(self):
        try:
            while not self.stopping.wait(self.every_s):
                self.act(self.done + self.failures)
        except Exception as error:  # noqa: B902 (the case has to say it)
            self.broken = error

    def act(self, n):
        raise NotImplementedError

    def stop(self):
        self.stopping.set()
        self.join(90)
        assert not self.is_alive(), f"{type(self).__name__} hangs"
        if self.broken:
            raise self.broken


class SqlWriter(Actor):
    """One small transaction after the other: items.qty counts up, orders come, change and go."""

    every_s = SQL_EVERY_S

    def __init__(self, world):
        super().__init__(world)
        self.connection = None
        self.qty = {}  # id -> what was acknowledged last, and what may have been written since

    def act(self, n):
        key = n % ROWS + 1
        order = n // 3
        statement, values = [("UPDATE items SET qty = %s WHERE id = %s", (n, key)),
                             ("REPLACE INTO orders VALUES (%s, %s)", (order % 30 + 1, f"order {n}")),
                             ("DELETE FROM orders WHERE id = %s", ((order + 15) % 30 + 1,))][n % 3]
        if n % 3 == 0:
            self.qty.setdefault(key, [None]).append(n)
        try:
            if self.connection is None:
                self.connection = self.stack.server.connect(database=self.stack.database, read_timeout=60, write_timeout=60)
            with self.connection.cursor() as cursor:
                cursor.execute(statement, values)
            if n % 3 == 0:
                self.qty[key] = [n]
            self.done += 1
        except (pymysql.err.MySQLError, OSError):
            self.failures += 1
            with contextlib.suppress(Exception):
                self.connection.close()
            self.connection = None

    def stop(self):
        super().stop()
        if self.connection is not None:
            self.connection.close()

    def check(self):
        found = dict(self.stack.sql("SELECT id, qty FROM items"))
        lost = {key: (found.get(key), may_be) for key, may_be in self.qty.items() if found.get(key) not in may_be}
        assert not lost, f"what SQL wrote was written over (id: (found, written)): {lost}"


class Person(Actor):
    """Types a name into one row after the other; each eighth is a new row, without a key."""

    every_s = PERSON_EVERY_S

    def __init__(self, world):
        super().__init__(world)
        self.names, self.born = {}, []  # row -> as SqlWriter.qty; the names of new rows
        self.maybe = set()  # nobody told whether these were typed
        self.next_row = ROWS + 1

    def act(self, n):
        name, row = f"typed {n}", n % ROWS + 1
        is_new = n % 8 == 7
        if is_new:
            name, row = f"born {n}", self.next_row
        else:
            self.names.setdefault(row, [None]).append(name)
        try:
            self.stack.google.act(self.stack.spreadsheet, {"user": PERSON, "action": "edit", "tab": "Items", "row": row,
                                                           "column": NAME, "value": name, "sheetId": self.world.items_id})
        except (Refused, urllib.error.URLError, OSError, ValueError):
            self.failures += 1
            self.maybe.add(name)
            self.next_row += is_new  # it may be there
            return
        self.done += 1
        if is_new:
            self.next_row += 1
            self.born.append(name)
        else:
            self.names[row] = [name]

    def missing(self):
        """What MySQL lacks: {row: (what it has, what was typed last)}, and the new rows that are not there just once; "": nothing."""
        found = self.stack.sql("SELECT id, name FROM items")
        by_id, names = dict(found), [name for _, name in found]
        lost = {row: (by_id.get(row), may_be) for row, may_be in self.names.items() if by_id.get(row) not in may_be}
        born = [(name, names.count(name)) for name in self.born if names.count(name) != 1]
        return f"{lost} {born}" if lost or born else ""

    def check(self):
        assert self.missing() == ""
        names = [name for name, in self.stack.sql("SELECT name FROM items")]
        self._check_once()
        known = set(self.born) | self.maybe | {name for may_be in self.names.values() for name in may_be}
        strangers = [name for name in names if name and name.startswith("born") and name not in known]
        assert not strangers, f"nobody typed {strangers}"

    def _check_once(self):
        """Each change that we made of a name has an edit of its own in the log. A value may come twice where a comparison found it before
        its late trigger told of it: these are two edits."""
        edits = self.stack.sql(f"SELECT cells FROM {self.stack.state_database}.edit_log WHERE mapping = 'items' AND outcome = 'applied'")
        logged = collections.Counter(json.loads(cells).get("name") for cells, in edits)
        changes = self.stack.sql("SELECT name, COUNT(*) FROM typed WHERE name IS NOT NULL GROUP BY name")
        twice = [(name, n, logged[name]) for name, n in changes if n > logged[name]]
        assert not twice, f"applied more often than there are edits (name, times, edits): {twice}"
