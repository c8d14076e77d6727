# SPDX-License-Identifier: Apache-2.0
"""A history: all that will happen, made from a seed before it runs; plain data (JSON), so that it can be printed, replayed, shrunk.

    {"seed": 7, "rows": 30, "mapping": {...}, "mappings": {"stock": {...}}, "replicator": {...}, "quota": null, "own_server": false,
     "steps": [{"actor": "sql1", "pause_ms": 40, "do": "update", ...}, ...]}

Each actor does its steps in order, on a thread of its own; the pauses are all that orders the actors among each other. A row is named
by `pick`, a share: 0.5 is the middle one of the rows that there are when the step runs.
"""
import random

from tables import OWN, TABLES
from values import Values, kind_of

SQL_STEPS = {"update": 50, "insert": 14, "delete": 8, "transaction": 10, "bulk": 5, "rollback": 4, "rekey": 2}
PERSON_STEPS = {"edit": 50, "own": 10, "paste": 8, "clear": 5, "new_row": 12, "half_row": 3, "bad": 4, "delete_rows": 5, "insert_rows": 4,
                "clear_row": 2, "move_rows": 4, "sort": 4, "undo": 3, "edit_key": 2, "twin": 2, "rename_tab": 1, "copy_row": 2,
                "cut_row": 2, "copy_cells": 2, "merge_cells": 1, "hide_rows": 1, "filter": 1, "copy_tab": 1, "move_tab": 1}
COLUMN_STEPS = {**PERSON_STEPS, "move_columns": 4}
MISHAPS = {"google": 30, "script": 20, "kill_replicator": 8, "kill_webhook": 8, "kill_sandbox": 4, "disconnect": 8, "freeze": 5}
WAYS = ["status 429", "status 500", "status 503", "html", "half", "drop", "late", "after 503", "after drop"]
BAD = {"price": ["twelve", "1,5", "99999999999999"], "since": ["yesterday", "2024-02-30"], "qty": ["3.5", "99999999999"],
       "big": ["x"], "id": ["x"]}


def generate(seed):
    r = random.Random(seed)
    values = Values(r)
    policies = random.Random(f"policies of {seed}")
    person_steps = COLUMN_STEPS if policies.random() < 0.15 else PERSON_STEPS
    history = {"seed": seed, "rows": r.randrange(12, 40), "quota": None, "own_server": r.random() < 0.12,
               "mapping": {"delete_limit_rows": 1000, "delete_limit_percent": 100},
               "mappings": {table.name: _policies(policies, table, r.choice(["sheet_wins", "mysql_wins", "last_write_wins"]))
                            for table in TABLES.values()},
               "replicator": {"reconcile_every": "2s"}, "steps": []}
    for n in range(r.randrange(2, 4)):
        history["steps"] += [_paced(r, f"sql{n + 1}", _sql_step(r, values)) for _ in range(r.randrange(12, 30))]
    for n in range(r.randrange(2, 4)):
        history["steps"] += [_paced(r, f"person{n + 1}", _person_step(r, values, person_steps)) for _ in range(r.randrange(10, 25))]
    mishaps = dict(MISHAPS, kill_mysql=30) if history["own_server"] else MISHAPS
    for _ in range(r.randrange(2, 9)):
        history["steps"].append(_paced(r, "mishap", _mishap(r, mishaps), 600))
    history["steps"] += [_paced(r, "stranger", {"do": "forge", "how": how}, 800) for how in ("unsigned", "wrong", "old")]
    return history


def _policies(r, table, conflict):
    """Of a mapping: in some a person decides, or a rule; in some that is so for one column only."""
    mapping = {"conflict": "manual" if r.random() < 0.12 else conflict}
    if r.random() < 0.3:
        column = r.choice(table.typed)
        own = r.choice([{"conflict": "manual"}, {"rule": f"IF(mysql.{column} > sheet.{column}, mysql.{column}, sheet.{column})"}])
        mapping["columns"] = [{"column": c, **own} if c == column else c for c in table.columns]
    return mapping


def _paced(r, actor, step, pause_ms=220):
    return {"actor": actor, "pause_ms": r.randrange(pause_ms), **step}


def _choose(r, weights):
    return r.choices(list(weights), list(weights.values()))[0]


def _table(r):
    return TABLES[r.choices(list(TABLES), [5, 3, 2])[0]]


def _some(r, table, values, by_sql, most=3):
    """Values for some columns that may be written."""
    columns = r.sample(table.typed, r.randrange(1, min(most, len(table.typed)) + 1))
    return {c: values.take(kind_of(table, c), by_sql) for c in columns}


def _key(r, table, values):
    """Of a new row; empty where MySQL numbers it."""
    values.n += 1
    if table.name == "items":
        return {}
    if table.name == "stock":
        return {"site": r.choice(["Rome", "ROME", "Köln", "Oslo"]), "sku": r.choice(["sku-{}", "SKU-{}", "k{}x"]).format(values.n)}
    return {"word": f"w-{values.n}"}


def _new(r, table, values, by_sql):
    row = {**_key(r, table, values), **_some(r, table, values, by_sql)}
    if table.name == "items":
        row["name"] = values.take("empty", by_sql)
    return row


# --- SQL writers ---

def _sql_step(r, values):
    do = _choose(r, SQL_STEPS)
    table = _table(r)
    if do in ("transaction", "rollback"):
        return {"do": do, "statements": [_statement(r, values, _choose(r, {"update": 6, "insert": 2, "delete": 1}))
                                         for _ in range(r.randrange(2, 6))]}
    if do == "bulk":
        values.n += 1
        column = r.choice([c for c in table.typed if table.kinds[c] in ("text", "empty")])
        return {"do": "bulk", "table": table.name, "column": column, "value": f"bulk {values.n}", "part": r.randrange(2, 5)}
    if do == "rekey":
        table = TABLES["stock"]
        return {"do": "rekey", "table": "stock", "pick": r.random(), "values": _key(r, table, values)}
    return _statement(r, values, do)


def _statement(r, values, do):
    table = _table(r)
    if do == "insert":
        return {"do": "insert", "table": table.name, "values": _new(r, table, values, True)}
    if do == "delete":
        return {"do": "delete", "table": table.name, "pick": r.random()}
    return {"do": "update", "table": table.name, "pick": r.random(), "values": _some(r, table, values, True)}


# --- people ---

def _person_step(r, values, weights):
    do = _choose(r, weights)
    table = _table(r)
    step = {"do": do, "tab": table.tab, "pick": r.random()}
    if do == "edit":
        return {**step, "column": (column := r.choice(table.typed)), "value": values.take(kind_of(table, column), False)}
    if do == "own":
        values.n += 1
        return {**step, "column": OWN[0], "value": f"mine {values.n}"}
    if do == "paste":
        columns = table.typed[:r.randrange(1, 3)]
        return {**step, "column": columns[0], "values": [[values.take(kind_of(table, c), False) or "" for c in columns]
                                                         for _ in range(r.randrange(2, 6))]}
    if do == "clear":
        return {**step, "column": r.choice(table.typed)}
    if do == "new_row":
        return {**step, "values": _new(r, table, values, False)}
    if do == "half_row":
        return {**step, "tab": "Items", "values": {"price": values.take("number", False) or "1.25"}}
    if do == "bad":
        column = r.choice(list(BAD))
        table = TABLES["stock" if column == "qty" else "items"]
        return {**step, "tab": table.tab, "column": column, "value": r.choice(BAD[column])}
    if do == "edit_key":
        return {**step, "tab": "Stock", "column": "sku", "value": f"key-{r.randrange(1000)}"}
    if do == "sort":
        return {**step, "column": r.choice(table.columns), "descending": r.random() < 0.5}
    if do == "rename_tab":
        return {**step, "title": f"{table.tab} {r.randrange(100)}"}
    return {**step, "count": r.randrange(1, 4), "to": r.random(), "column": r.choice(table.typed)}


# --- mishaps ---

def _mishap(r, weights):
    do = _choose(r, weights)
    if do == "google":
        return {"do": do, "rules": [{"way": r.choice(WAYS), "match": r.choice(["batchUpdate", "batchUpdate", "get", "token", ""]),
                                     "skip": r.randrange(3), "count": r.randrange(1, 4)} for _ in range(r.randrange(1, 4))]}
    if do == "script":
        return {"do": do, "faults": r.choice([{"drop": r.randrange(1, 8)}, {"twice": r.randrange(1, 8)},
                                              {"delay_ms": r.randrange(100, 1500)}, {"queue": 2}])}
    return {"do": do, "down_ms": r.randrange(50, 900)}
