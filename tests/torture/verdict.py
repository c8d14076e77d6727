# SPDX-License-Identifier: Apache-2.0
"""What must be true at the end. Each check returns the sentences that say what is not."""
import collections

import ledger
from tables import BY_TAB, OWN, TABLES

MEMORY_MB = {"tabrelay-replicator": 64, "tabrelay-webhook": 64}  # at most, whatever happened
LATE_MS = 3600  # so long Google holds a request back at most (mishaps.py), and rows move meanwhile
RACE_MS = 300  # rows that people move so shortly before a delete of ours may make it hit another row: nothing can prevent that
MOVING = ("insert_rows", "delete_rows", "move_rows", "sort", "cut_paste", "undo")
CELLS_PER_WRITE = 6  # the API's, for each cell that anybody has changed: retries and repairs are in it


def judge(world, rest, changes):
    """All checks; {name: [sentence, ...]} of those that failed."""
    world.deeds.sort(key=lambda deed: deed.revision)
    found = {
        "equal": [rest.problem] if rest.problem else [],
        "keys": keys(world, rest, changes, ledger.read_log(world.stack)),
        "ledger": ledger.check(world, rest, changes),
        "own cells": own_cells(world, changes),
        "echo": echo(world, rest, changes),
        "strangers": strangers(world, changes),
        "deletes": deletes(world, rest),
        "memory": memory(world),
    }
    return {name: sentences for name, sentences in found.items() if sentences}


def keys(world, rest, changes, log):
    """No key twice in a tab unless a person typed it there and was told; no typed row inserted more often than people made it: who
    copies a row before it has its key has made two."""
    found = [f"{name}: the key {key} stands twice in the tab, and nobody was told" for name, key in rest.twice]
    seen = collections.defaultdict(list)
    for change in changes:
        entry = log.get(change.edit)
        is_typed = change.is_ours and change.op == "INSERT" and entry and entry.kind == "upsert"
        if is_typed and all(entry.cells.get(c) is None for c in change.table.key):
            seen[change.table.name, _content(change.table, change.new)].append(change)
    made = _rows_made(world)
    return found + [f"{twins[0]} was made again: {', '.join(map(str, twins[1:]))}" for name, twins in seen.items()
                    if len(twins) > max(1, made[name])]


def _content(table, cells):
    return tuple(str(cells[c]) for c in table.typed)


def _rows_made(world):
    """(table, content) -> how many rows with that content, and without a key, people have made."""
    by_people = {deed.revision for deed in world.deeds}
    made = collections.Counter()
    for tab, sheet_id in world.sheets.items():
        table = BY_TAB[tab]
        for number, before, after in world.journal.steps(sheet_id):
            if number in by_people:
                more = _loose(table, after)
                more.subtract(_loose(table, before))
                made.update({(table.name, content): n for content, n in more.items() if n > 0})
    return made


def _loose(table, tab):
    rows = (tab.values(row, table.columns) for row in range(1, len(tab.rows)))
    return collections.Counter(_content(table, cells) for cells in rows if table.key_of(cells) is None)


# --- people's own columns ---

def own_cells(world, changes):
    """Only people change unmapped cells; one of theirs goes only with its row, when MySQL has deleted that."""
    by_people = {deed.revision for deed in world.deeds}
    gone = collections.defaultdict(set)
    for change in changes:
        if change.new_key != change.key:
            gone[change.table.name].add(change.key)
    found = []
    for tab, sheet_id in world.sheets.items():
        table, have_moved, strays = BY_TAB[tab], False, set()
        for number, before, after in world.journal.steps(sheet_id):
            have_moved |= any(after.headers.get(header) != column for header, column in before.headers.items())
            if number in by_people or OWN[0] not in before.headers:
                continue
            lost = _lost(table, number, before, after, gone[table.name], strays, world)
            if lost and (have_moved or _is_race(world, sheet_id, number)):
                have_moved = False  # the first write after columns were moved goes to their old places ...
                strays |= _own(after).keys() - _own(before).keys()  # ... and what it left among people's cells is taken away
                world.count("own cells lost to a race", len(lost))
                continue
            found += lost
    return found


def _is_race(world, sheet_id, number):
    at = world.journal.modified[number]
    within = LATE_MS if world.counts["google late"] else RACE_MS
    return any(deed.action["sheetId"] == sheet_id and deed.action["action"] in MOVING and deed.revision < number and
               at - world.journal.modified.get(deed.revision, 0) <= within for deed in world.deeds)


def _lost(table, number, before, after, gone, strays, world):
    was, now = _own(before), _own(after)
    found = [f"revision {number} of {table.tab}: {value!r} appeared in a column of people's own"
             for value in now if value not in was]
    left = {key for _, key in after.key_rows(table)}
    for value in was:
        if value in now or value in strays:
            continue
        row = was[value]
        key = table.key_of(before.values(row, table.key))
        if key in left and key not in gone:
            found.append(f"revision {number} of {table.tab}: {value!r} of row {key} was blanked")
        elif key is not None and key not in gone:
            found.append(f"revision {number} of {table.tab}: row {key} was removed with {value!r}, and MySQL never deleted it")
        else:
            world.count("own cells gone with their row")
    return found


def _own(tab):
    """Text of people's own -> its row."""
    cells = ((i, tab.cell(i, OWN[0])) for i in range(1, len(tab.rows)))
    return {value: i for i, value in cells if value is not None}


# --- echo ---

def echo(world, rest, changes):
    found = []
    if rest.cells or rest.revisions:
        found.append(f"in the silence {rest.cells} cells were written, {rest.revisions} revisions made")
    written = sum(request["cells"] for request in world.stack.google.requests(world.first_request))
    changed = sum(len(change.columns()) for change in changes[3 * world.history["rows"]:])
    world.count("cells written by the API", written)
    world.count("cells changed in MySQL", changed)
    bound = world.history.get("cells_at_most", CELLS_PER_WRITE * (changed + 50))
    if written > bound:
        found.append(f"{written} cells were written for {changed} that changed in MySQL; at most {bound} were expected")
    return found


# --- the rest ---

def strangers(world, changes):
    found = list(world.forged)
    found += [str(change) for change in changes if any(str(v).startswith("forged") for v in (change.new or {}).values())]
    return found


def deletes(world, rest):
    """Of the deletes that comparisons found, before anybody approved any, no more than the limit belong to one comparison."""
    limit = world.history["mapping"]["delete_limit_rows"]
    rows = world.stack.sql(f"SELECT mapping, received_at, COUNT(*) FROM {world.stack.state_database}.edit_log WHERE operation = 'delete' "
                           "AND source = 'found' AND received_at < %s GROUP BY mapping, received_at", (rest.approved_at,))
    found = [f"{n} rows of {mapping} were deleted at once, past the limit of {limit}, and nobody was asked"
             for mapping, _, n in rows if n > limit]
    if world.history.get("must_hold") and not rest.held:
        found.append("no deletes were held, and some should have been")
    return found


def memory(world):
    limits = {**MEMORY_MB, **world.history.get("memory_mb", {})}
    return [f"{name} had {world.peaks[name]} MB of memory, past {limit}" for name, limit in limits.items()
            if world.peaks.get(name, 0) > limit]

