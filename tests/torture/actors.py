# SPDX-License-Identifier: Apache-2.0
"""Who does the steps: SQL writers, people in the spreadsheet, and a stranger without the secret. Each is a thread."""
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request

import pymysql

from client import Refused
from stack import SECRET
from tables import BY_TAB, TABLES


class Actor(threading.Thread):
    """Does STEPS, each after its pause; `world` is what the actors share (world.py)."""

    def __init__(self, name, steps, world):
        super().__init__(name=name, daemon=True)
        self.steps, self.world, self.failure = steps, world, None

    def run(self):
        try:
            for step in self.steps:
                time.sleep(step["pause_ms"] / 1000)
                if self.world.is_over.is_set():
                    break
                self.world.count(f"{step['do']}")
                self.act(step)
        except Exception as failure:  # noqa: B902 (whatever it is, the run has to say it)
            self.failure = failure
        finally:
            self.close()

    def act(self, step):
        raise NotImplementedError

    def close(self):
        pass


class SqlWriter(Actor):
    """What is lost with its connection or a deadlock is lost: the audit knows what was committed."""

    connection = None

    def act(self, step):
        statements = step.get("statements") or [step]
        try:
            if self.connection is None:
                self.connection = self.world.stack.server.connect(database=self.world.stack.database, autocommit=False)
            with self.connection.cursor() as cursor:
                for statement in statements:
                    getattr(self, "do_" + statement["do"])(cursor, statement)
            if step["do"] == "rollback":
                self.connection.rollback()
            else:
                self.connection.commit()
        except (pymysql.err.OperationalError, pymysql.err.InterfaceError, pymysql.err.IntegrityError):
            self.world.count("sql refused")
            self._reset()

    def _reset(self):
        try:
            self.connection.rollback()
        except (AttributeError, pymysql.err.Error):
            self.close()
            self.connection = None
            time.sleep(0.2)

    def _where(self, cursor, table, pick):
        keys = ", ".join(table.key)
        cursor.execute(f"SELECT COUNT(*) FROM {table.name}")
        count = cursor.fetchone()[0]
        cursor.execute(f"SELECT {keys} FROM {table.name} ORDER BY {keys} LIMIT %s, 1", (int(pick * count),))
        return " AND ".join(f"{c} = %s" for c in table.key), cursor.fetchone()

    def do_update(self, cursor, step):
        table = TABLES[step["table"]]
        where, key = self._where(cursor, table, step["pick"])
        if key:
            sets = ", ".join(f"{c} = %s" for c in step["values"])
            cursor.execute(f"UPDATE {table.name} SET {sets} WHERE {where}", [*_given(table, step["values"]), *key])

    do_rekey = do_update

    def do_insert(self, cursor, step):
        table, values = TABLES[step["table"]], step["values"]
        cursor.execute(f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})",
                       _given(table, values))

    def do_delete(self, cursor, step):
        table = TABLES[step["table"]]
        where, key = self._where(cursor, table, step["pick"])
        if key:
            cursor.execute(f"DELETE FROM {table.name} WHERE {where}", key)

    def do_bulk(self, cursor, step):
        table = TABLES[step["table"]]
        keys = ", '-', ".join(table.key)
        cursor.execute(f"UPDATE {table.name} SET {step['column']} = CONCAT(%s, ' ', {keys}) WHERE CRC32(CONCAT({keys})) %% %s = 0",
                       (step["value"], step["part"]))

    def do_fill(self, cursor, step):
        """Many large rows (of the directed histories)."""
        for n in range(step["rows"]):
            cursor.execute("REPLACE INTO plain (word, first) VALUES (%s, %s)", (f"fill-{n}", f"{step['value']} {n} " + "x" * step["size"]))

    def do_unfill(self, cursor, step):
        cursor.execute("UPDATE plain SET first = CONCAT('small ', word) WHERE word LIKE 'fill-%'")

    def close(self):
        if self.connection is not None:
            try:
                self.connection.close()
            except pymysql.err.Error:
                pass


def _given(table, values):
    """The empty text where a column may not be NULL."""
    return ["" if value is None and table.kinds[column] == "empty" else value for column, value in values.items()]


class Person(Actor):
    def act(self, step):
        view = View(self.world, step["tab"])
        action = getattr(self, "do_" + step["do"])(view, step)
        if action is None:
            return
        actions = action if isinstance(action, list) else [action]
        for one in actions:
            try:
                self.world.act({"user": f"{self.name}@example.com", "sheetId": view.sheet_id, **one})
            except Refused:
                self.world.count("person refused")

    def _cell(self, view, step, value):
        row, column = view.pick(step["pick"]), view.column(step["column"])
        return row and column is not None and {"action": "edit", "row": row, "column": column, "value": value or ""} or None

    def do_edit(self, view, step):
        return self._cell(view, step, step["value"])

    do_own = do_bad = do_edit_key = do_edit

    def do_clear(self, view, step):
        row, column = view.pick(step["pick"]), view.column(step["column"])
        return row and column is not None and {"action": "clear", "row": row, "column": column, "rows": 1, "columns": 1} or None

    def do_paste(self, view, step):
        row, column = view.pick(step["pick"]), view.column(step["column"])
        return row and column is not None and {"action": "paste", "row": row, "column": column, "values": step["values"]} or None

    def do_new_row(self, view, step):
        """One cell after the other, as people type."""
        row = view.last + 1
        return [{"action": "edit", "row": row, "column": view.column(c), "value": v} for c, v in step["values"].items()
                if v is not None and view.column(c) is not None]

    do_half_row = do_new_row

    def do_twin(self, view, step):
        """The key of another row, typed into a new one."""
        of = view.pick(step["pick"])
        cells = of and view.rows[of] or []
        return [{"action": "edit", "row": view.last + 1, "column": view.column(c), "value": cells[view.column(c)]["u"]}
                for c in view.table.key if view.column(c) is not None and len(cells) > view.column(c) and cells[view.column(c)]]

    def do_delete_rows(self, view, step):
        row = view.pick(step["pick"])
        return row and {"action": "delete_rows", "index": row, "count": min(step["count"], view.last - row + 1)} or None

    def do_insert_rows(self, view, step):
        row = view.pick(step["pick"])
        return row and {"action": "insert_rows", "index": row, "count": step["count"]} or None

    def do_clear_row(self, view, step):
        row = view.pick(step["pick"])
        return row and {"action": "clear", "row": row, "column": 0, "rows": 1, "columns": len(view.table.columns)} or None

    def do_move_rows(self, view, step):
        row, to = view.pick(step["pick"]), view.pick(step["to"])
        return row and to and {"action": "move_rows", "index": row, "count": 1, "to": to} or None

    def do_sort(self, view, step):
        column = view.column(step["column"])
        return view.last > 1 and column is not None and {
            "action": "sort", "row": 1, "rows": view.last, "column": column, "descending": step["descending"]} or None

    def _whole(self, view, step, action, to):
        row = view.pick(step["pick"])
        return row and to and {"action": action, "row": row, "column": 0, "rows": 1, "columns": len(view.headers), "toRow": to,
                               "toColumn": 0} or None

    def do_copy_row(self, view, step):
        """To the first empty row: with its key, which then stands twice."""
        return self._whole(view, step, "copy_paste", view.last + 1)

    def do_cut_row(self, view, step):
        return self._whole(view, step, "cut_paste", view.last + 1)

    def do_copy_cells(self, view, step):
        """One column's cells, over those of other rows."""
        row, to, column = view.pick(step["pick"]), view.pick(step["to"]), view.column(step["column"])
        return row and column is not None and {"action": "copy_paste", "row": row, "column": column, "rows": step["count"], "columns": 1,
                                               "toRow": to, "toColumn": column} or None

    def do_merge_cells(self, view, step):
        row, column = view.pick(step["pick"]), view.column(step["column"])
        return row and column is not None and {"action": "merge_cells", "row": row, "column": column, "rows": 2, "columns": 1} or None

    def do_hide_rows(self, view, step):
        row = view.pick(step["pick"])
        return row and {"action": "hide_rows", "index": row, "count": step["count"]} or None

    def do_filter(self, view, step):
        column = view.column(step["column"])
        return column is not None and {"action": "filter", "column": column, "value": "nothing shows this"} or None

    def do_move_columns(self, view, step):
        column = view.column(step["column"])
        return column is not None and {"action": "move_columns", "index": column, "count": 1, "to": int(step["to"] * len(view.headers))} or None

    def do_copy_tab(self, view, step):
        return {"action": "copy_tab"}

    def do_move_tab(self, view, step):
        return {"action": "move_tab", "index": 0}

    def do_undo(self, view, step):
        return {"action": "undo"}

    def do_rename_tab(self, view, step):
        return {"action": "rename_tab", "title": step["title"]}


class View:
    """A tab as a person sees it in this moment."""

    def __init__(self, world, tab):
        self.table, self.sheet_id = BY_TAB[tab], world.sheets[tab]
        self.rows = world.grid(self.sheet_id)
        filled = [i for i, row in enumerate(self.rows) if any(cell and cell.get("u") for cell in row)]
        self.last = filled[-1] if filled else 0
        self.headers = [cell["d"] if cell else None for cell in self.rows[0]] if self.rows else []

    def column(self, header):
        return self.headers.index(header) if header in self.headers else None

    def pick(self, share):
        """A row below the header; None if there is none."""
        return 1 + int(share * self.last) if self.last > 0 else None


class Stranger(Actor):
    """Sends edits that nobody who knows the secret has signed; none may be taken."""

    def act(self, step):
        world = self.world
        word = f"forged {step['how']} {world.history['seed']}"
        body = json.dumps({"version": 1, "spreadsheet": world.stack.spreadsheet, "sheet_id": world.sheets["Plain"], "tab": "Plain",
                           "editor": "stranger@example.com", "source": "script", "edits": [
                               {"id": word.replace(" ", "-"), "kind": "upsert", "time": int(time.time() * 1000), "row": 2,
                                "edited": ["word", "first"], "cells": {"word": word, "first": word, "second": None}}]}).encode()
        at = str(int(time.time()) - (4000 if step["how"] == "old" else 0))
        headers = {"Content-Type": "application/json", "X-Tabrelay-Timestamp": at}
        if step["how"] != "unsigned":
            secret = SECRET if step["how"] == "old" else "not the secret at all"
            headers["X-Tabrelay-Signature"] = "v1=" + hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        try:
            urllib.request.urlopen(urllib.request.Request(world.stack.webhook_url + "v1/edits", body, headers), timeout=5).close()
            world.forged.append(f"{step['how']}: answered 200")
        except urllib.error.HTTPError as error:
            if error.code not in (401, 503):
                world.forged.append(f"{step['how']}: answered {error.code}")
        except (urllib.error.URLError, OSError):
            pass  # the webhook is down just now


def actor_for(name, steps, world):
    kinds = {"sql": SqlWriter, "per": Person, "str": Stranger}
    return kinds[name[:3]](name, steps, world)
