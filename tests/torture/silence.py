# SPDX-License-Identifier: Apache-2.0
"""The silence after the storm: all faults end, and the two sides have PATIENCE_S to be equal and at rest."""
import time

import pymysql

import ledger
from programs import wait_until
from tables import BY_TAB, TABLES, same

PATIENCE_S = 60
QUIET_S = 2.6  # longer than reconcile_every
NOTES_S = 1.5  # notes come 0.7 s after the comparison that asks for them


class Rest:
    """What was seen. `table` and `tab`: name -> {key: cells}; `loose`: rows that stand in a tab only, because they have no key or
    were refused; `twice`: (name, key) of rows whose key stands above them already, and that do not say so; `noted`: (name, key) of
    rows with a note of tabrelay's, and the cells of loose ones; `cells`: cells that the API wrote while nobody did anything."""

    def __init__(self):
        self.table, self.tab, self.loose, self.twice, self.noted = {}, {}, {}, [], []
        self.problem, self.unrest, self.cells, self.revisions = "", "", 0, 0
        self.was_in_vain = False  # a wait, that is
        self.seconds, self.held = 0.0, {}


def come(world):
    """End the faults, wait for rest, compare everything once more by request; what was found at the end."""
    rest, began = Rest(), time.monotonic()
    _end_faults(world)
    _target(world, rest)
    _until_equal(world, rest, "silence")
    _approve(world, rest)
    _decide(world, rest)
    if rest.problem and not rest.was_in_vain:  # what seemed to wait for a person came to rest by itself
        _until_equal(world, rest, "what waited for nobody")
    seen = _last_edit(world)
    if rest.problem == "":
        _compare(world)
        time.sleep(NOTES_S)
        _until_equal(world, rest, "the comparison on request")
    _listen(world, rest, seen)
    rest.seconds = time.monotonic() - began
    return rest


def _end_faults(world):
    world.ready()
    world.stack.google.call("PUT", "/sandbox/v1/faults", [])
    world.stack.google.call("PUT", "/sandbox/v1/script/faults", {})
    world.stack.google.call("POST", "/sandbox/v1/faults/release")


def _target(world, rest):
    """Where the binlog is now; with one more row the checkpoint has to get past it. (For tabrelay's own transactions it is not saved.)"""
    name = "@@gtid_binlog_pos" if world.server.flavour == "mariadb" else "@@gtid_executed"
    rest.target = world.server.sql(f"SELECT {name}")[0][0].replace("\n", "")
    world.stack.sql("INSERT INTO plain (word) VALUES ('last word')")


def is_checkpoint_past(world, rest):
    rows = world.stack.sql(f"SELECT position FROM {world.stack.state_database}.checkpoint")
    if not rows:
        return False
    position = rows[0][0].partition(":")[2]  # after "mariadb:" or "mysql:"
    if world.server.flavour == "mariadb":
        sequence = {part.split("-")[0]: int(part.split("-")[2]) for part in position.split(",")}
        return all(sequence.get(p.split("-")[0], 0) >= int(p.split("-")[2]) for p in rest.target.split(","))
    return world.server.sql("SELECT GTID_SUBSET(%s, %s)", (rest.target, position))[0][0] == 1


def _until_equal(world, rest, when):
    last = [0.0]

    def is_at_rest():
        if time.monotonic() - last[0] > 2:  # the minute's trigger comes a little earlier here
            world.script("flush")
            last[0] = time.monotonic()
        look(world, rest)
        rest.unrest = _unrest(world, rest)
        return (rest.problem == "" or held(world) or open_conflicts(world)) and not rest.unrest
    try:
        wait_until(when, is_at_rest, world.history.get("patience_s", PATIENCE_S), every_s=0.15)
    except AssertionError as why:
        rest.was_in_vain = True
        rest.problem = f"{why}: {rest.problem or rest.unrest}"


def _unrest(world, rest):
    """What is still on its way; "" for nothing."""
    status = world.stack.google.call("GET", "/sandbox/v1/script")
    pending = world.metric("replicator", "tabrelay_pending_rows")
    log = ledger.read_log(world.stack).values() if any(rest.loose.values()) else []
    if status["waiting"] or status["running"]:
        return f"{status['waiting']} triggers wait, {status['running']} run"
    if pending:
        return f"{pending:.0f} rows are pending"
    untold = [(name, row) for name, rows in rest.loose.items() for row in rows if (name, row) not in rest.noted or not is_logged(log, name, row)]
    if untold:
        return f"{untold[0][0]}: the row {untold[0][1]} is neither taken nor told why not"
    if rest.twice:  # by the next comparison, which has to wait for its reads after some answers of 429
        return f"{rest.twice[0][0]}: the key {rest.twice[0][1]} stands twice, and nobody was told"
    return "" if is_checkpoint_past(world, rest) else f"the checkpoint has not reached {rest.target}"


def is_logged(log, name, row):
    """Was a row without a key refused as it is now? (One with a key that stands twice is told by its note only.)"""
    table = TABLES[name]
    shown = [c for c in table.columns if c not in table.computed]
    return table.key_of(row) is not None or any(
        entry.mapping == name and entry.outcome != "applied" and all(entry.cells.get(c) == row[c] for c in shown) for entry in log)


def look(world, rest):
    """Both sides as they are now, and the first difference."""
    rest.problem = ""
    world.journal.collect()
    connection = world.server.connect(database=world.stack.database, init_command="SET time_zone = '+00:00'",
                                      cursorclass=pymysql.cursors.DictCursor)
    with connection, connection.cursor() as cursor:
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        for table in TABLES.values():
            columns = ", ".join(f"CAST({c} AS CHAR) AS {c}" for c in table.columns)
            cursor.execute(f"SELECT {columns} FROM {table.name}")
            rows = [table.cells(row) for row in cursor.fetchall()]
            rest.table[table.name] = {table.key_of(row): row for row in rows}
    for tab, table in BY_TAB.items():
        _look_at_tab(world.journal.tab(world.journal.last, world.sheets[tab]), table, rest)
        rest.problem = rest.problem or _difference(table, rest)


def _look_at_tab(tab, table, rest):
    name, known = table.name, rest.table[table.name]
    rest.tab[name], rest.loose[name] = {}, []
    rest.twice = [(n, key) for n, key in rest.twice if n != name]
    rest.noted = [(n, what) for n, what in rest.noted if n != name]
    for row in range(1, len(tab.rows)):
        cells = tab.values(row, table.columns)
        key, is_noted = table.key_of(cells), tab.is_noted(row)
        if all(v is None for v in cells.values()):
            continue
        if is_noted:
            rest.noted += [(name, key), (name, cells)]
        if key is None or (is_noted and key not in known):
            rest.loose[name].append(cells)
        elif key in rest.tab[name]:
            rest.twice += [] if is_noted else [(name, key)]
        else:
            rest.tab[name][key] = cells


def _difference(table, rest):
    ours, theirs = rest.table[table.name], rest.tab[table.name]
    for key in ours.keys() | theirs.keys():
        if key not in theirs:
            return f"{table.name} {key} is not in the tab: {ours[key]}"
        if key not in ours:
            return f"{table.name} {key} is in the tab only: {theirs[key]}"
        for column in table.columns:
            if not same(ours[key][column], theirs[key][column]):
                return f"{table.name} {key} {column}: MySQL has {ours[key][column]!r}, the tab shows {theirs[key][column]!r}"
    return ""


def held(world):
    """Mapping -> deletes that wait for approval."""
    return dict(world.stack.sql(f"SELECT mapping, held_deletes FROM {world.stack.state_database}.mapping_state WHERE held_deletes > 0"))


def _approve(world, rest):
    """Deletes that were held are approved, and everything has to be equal then."""
    rest.held = held(world)
    rest.approved_at = world.server.sql("SELECT UTC_TIMESTAMP(3)")[0][0]
    for mapping in rest.held:
        world.stack.cli("deletes", "approve", mapping)
    if rest.held:
        _until_equal(world, rest, "the approved deletes")


def open_conflicts(world):
    """What waits for a person."""
    return [row[0] for row in world.stack.sql(f"SELECT id FROM {world.stack.state_database}.conflicts WHERE state = 'open' ORDER BY id")]


def _decide(world, rest):
    """A person decides about what waits, this way and that; a decision about a row may leave others about its cells."""
    for _ in range(4):
        waiting = open_conflicts(world)
        if rest.problem != "" and not waiting:
            return
        for number in waiting:
            world.count("conflicts decided in the silence")
            world.stack.cli("conflicts", "resolve", str(number), "--take", "sheet" if number % 2 else "mysql")
        if not waiting:
            return
        _until_equal(world, rest, "the decided conflicts")


def _compare(world):
    before = _reconciled(world)
    world.stack.cli("reconcile", "--all")
    wait_until("a comparison of every mapping", lambda: all(a > b for a, b in zip(_reconciled(world), before)), 30, every_s=0.1)


def _reconciled(world):
    return [row[0] for row in world.stack.sql(
        f"SELECT COALESCE(reconciled_at, '1970-01-01') FROM {world.stack.state_database}.mapping_state ORDER BY mapping")]


def _listen(world, rest, seen):
    """Nobody does anything, so nothing may be written. Unless an edit came after the one that was SEEN (a row that was typed without a
    key, and whose trigger was lost, is told when it was seen twice): what it makes of the row, a note 0.7 s later or a cell, is no echo
    of nothing. Then there has to be silence once more, twice at most."""
    for _ in range(3):
        at_start = _last_edit(world)
        if rest.problem == "":
            _until_equal(world, rest, "the edits that were found last")
        requests = world.stack.google.requests()
        after = requests[-1]["number"] if requests else 0
        revision = world.journal.last
        time.sleep(QUIET_S)
        world.journal.collect()
        rest.cells = sum(request["cells"] for request in world.stack.google.requests(after))
        rest.revisions = len([number for number in world.journal.revisions if number > revision])
        if not rest.revisions or _last_edit(world) == seen:
            break
        seen = at_start


def _last_edit(world):
    return world.stack.sql(f"SELECT MAX(id) FROM {world.stack.state_database}.edit_log")[0][0]
