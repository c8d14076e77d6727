# SPDX-License-Identifier: Apache-2.0
"""Nothing that anybody wrote disappears in silence.

Every value is used once, so three records can be laid side by side: the spreadsheet's revisions (journal.py), the rows' changes in
MySQL (audit.py), and the edit log, which is what tabrelay says itself.
"""
import bisect
import collections

from tables import BY_TAB, TABLES, from_protocol, parse

REQUEST_MS = 300  # so long a request takes here, when the machine is busy
TYPING = ("edit", "paste", "clear", "undo", "copy_paste", "cut_paste", "merge_cells")


class Entry:
    """A row of the edit log."""

    def __init__(self, row):
        self.id, self.mapping, self.source, self.operation, columns, cells, self.outcome, self.message, self.kind = row
        self.columns = parse(columns)
        self.cells = {header: from_protocol(value) for header, value in parse(cells).items()}

    def made(self, change):
        """Is CHANGE this edit's, by its row?"""
        return (self.mapping == change.table.name and self.operation == change.op.lower() and
                TABLES[self.mapping].key_of(self.cells) in (change.key, None))

    @property
    def is_told(self):
        """As a conflict, or as what became of one."""
        return self.outcome == "conflict" or self.kind in ("decide", "resolve", "undo")


class Typed:
    """A value that a person put into a cell."""

    def __init__(self, revision, table, column, value, key):
        self.revision, self.table, self.column, self.value, self.key = revision, table, column, value, key

    def __str__(self):
        return f"{self.table.tab} {self.column} of {self.key}: {self.value!r} typed at revision {self.revision}"


def read_log(stack):
    rows = stack.sql("SELECT id, mapping, source, operation, edited_columns, cells, outcome, message, kind "
                     f"FROM {stack.state_database}.edit_log ORDER BY id")
    return {row[0]: Entry(row) for row in rows}


def name_edits(changes, log):
    """The audit names an edit by LAST_INSERT_ID(): of edits that shared a transaction, the first. Each of these has its own row."""
    for change in changes:
        first = log.get(change.edit)
        if change.is_ours and first is not None and not first.made(change):
            change.edit = next((entry.id for entry in log.values() if entry.id > first.id and entry.made(change)), change.edit)


def check(world, rest, changes):
    log = read_log(world.stack)
    name_edits(changes, log)
    for entry in log.values():
        world.count(f"edits {entry.outcome}")
    for policy, state, outcome, n in world.stack.sql(f"SELECT policy, state, outcome, COUNT(*) FROM {world.stack.state_database}.conflicts "
                                                     "GROUP BY policy, state, outcome"):
        world.count(f"conflict {policy} {state} {outcome or ''}".strip(), n)
    typed = typed_values(world)
    shown = Shown(world)
    return (typed_is_kept(world, rest, changes, log, typed, shown) + ours_are_logged(changes, log) +
            conflicts_are_told(changes, log, typed, shown) + nothing_is_made_up(changes, typed, world) + order_is_kept(changes, typed, world) +
            rows_are_right(world, changes) +
            loose_rows_are_told(rest, log, world))


# --- what people typed ---

def typed_values(world):
    """All that people typed, in order."""
    deeds = {deed.revision: deed for deed in world.deeds}
    found = []
    for tab, sheet_id in world.sheets.items():
        table = BY_TAB[tab]
        for number, before, after in world.journal.steps(sheet_id):
            if number in deeds and deeds[number].action["action"] in TYPING and len(before.headers) >= len(table.columns):
                found += _typed_at(number, table, before, after)
    return sorted(found, key=lambda one: one.revision)


def _typed_keys(world):
    """(table, column, value) -> the keys of the rows that showed it when a person had changed them; None: one that had no key."""
    by_people = {deed.revision for deed in world.deeds}
    keys = collections.defaultdict(set)
    for tab, sheet_id in world.sheets.items():
        table = BY_TAB[tab]
        for number, before, after in world.journal.steps(sheet_id):
            if number not in by_people:
                continue
            old = {id(row) for row in before.rows}
            for row in range(1, len(after.rows)):
                if id(after.rows[row]) in old:
                    continue
                cells = after.values(row, table.columns)
                for column, value in cells.items():
                    keys[table.name, column, value].add(table.key_of(cells))
    return keys


def _typed_at(number, table, before, after):
    for row in range(1, len(after.rows)):
        if row < len(before.rows) and after.rows[row] is before.rows[row]:
            continue
        was = before.values(row, table.columns) if row < len(before.rows) else {}
        now = after.values(row, table.columns)
        for column in table.columns:
            if now[column] is not None and now[column] != was.get(column):
                yield Typed(number, table, column, now[column], table.key_of(now))


class Shown:
    """When each value stood in a column of its tab: the first and the last revision."""

    def __init__(self, world):
        self.world, self.first, self.last, self.twins = world, {}, {}, set()
        self.by_people = {deed.revision: deed for deed in world.deeds}
        for tab, sheet_id in world.sheets.items():
            table = BY_TAB[tab]
            seen = {}
            for number, _, after in world.journal.steps(sheet_id):
                for row in after.rows[1:]:
                    if id(row) not in seen:
                        seen[id(row)] = row
                times = collections.Counter(key for _, key in after.key_rows(table))
                self.twins |= {(table.name, key) for key, n in times.items() if n > 1}
                for row in range(1, len(after.rows)):
                    for column in table.columns:
                        value = after.cell(row, column)
                        if value is not None:
                            self.first.setdefault((table.name, column, value), number)
                            self.last[table.name, column, value] = number
        self.numbers = {BY_TAB[tab].name: [n for n, _, _ in world.journal.steps(i)] for tab, i in world.sheets.items()}

    def gone_at(self, typed):
        """The revision that took the value away."""
        numbers = self.numbers[typed.table.name]
        at = bisect.bisect_right(numbers, self.last.get((typed.table.name, typed.column, typed.value), typed.revision))
        return numbers[at] if at < len(numbers) else None

    def was_hit(self, typed, of_rows):
        """Was it pasted, and taken away by a write that was meant for another row? Google tells only of single cells what was typed."""
        gone = self.gone_at(typed)
        if self.by_people[typed.revision].action["action"] == "edit":
            return False
        tab = self.world.journal.tab(gone, self.world.sheets[typed.table.tab])
        now = [tab.cell(row, typed.column) for row, key in tab.key_rows(typed.table) if key == typed.key]
        return any((typed.table.name, typed.key, typed.column, value) not in of_rows for value in now)

    def has_crossed(self, typed):
        """Was it pasted in the request's time between our last look at the row and our writing (or deleting) it? Nobody can know of it
        then (docs/limits.md); a single cell is told by its trigger."""
        gone = self.gone_at(typed)
        modified = self.world.journal.modified
        return (self.by_people[typed.revision].action["action"] != "edit" and self.gave_way_to_news(typed, gone) and
                modified[gone] - modified[typed.revision] < REQUEST_MS)

    def gave_way_to_news(self, typed, revision):
        """Does its row show, since REVISION, something that it had not shown before the person typed?"""
        sheet_id = self.world.sheets[typed.table.tab]
        tab = self.world.journal.tab(revision, sheet_id)
        now = [tab.cell(row, typed.column) for row, key in tab.key_rows(typed.table) if key == typed.key]
        return not now or self.first.get((typed.table.name, typed.column, now[0]), revision) > typed.revision


def typed_is_kept(world, rest, changes, log, typed, shown):
    """There, or was in MySQL (and then overwritten there), or in the log with a reason, or overwritten by a person before it was seen."""
    in_mysql = {(c.table.name, column, value) for c in changes if c.new for column, value in c.new.items()}
    of_rows = {(c.table.name, c.new_key, column, value) for c in changes if c.new for column, value in c.new.items()}
    logged = collections.defaultdict(list)
    for entry in log.values():
        for column, value in entry.cells.items():
            logged[entry.mapping, column, value].append(entry)
    found = []
    for one in typed:
        name = (one.table.name, one.column, one.value)
        fate = _fate(one, rest, name in in_mysql, logged[name], shown, world)
        if fate[0] == "lost" and shown.was_hit(one, of_rows):
            fate = "overwritten, rows had moved", ""
        if fate[0] == "lost" and shown.has_crossed(one):
            fate = "crossed with a write", ""
        world.count(f"typed: {fate[0]}")
        if fate[1]:
            found.append(f"{one}: {fate[1]}")
    return found


def _fate(one, rest, was_in_mysql, entries, shown, world):
    """What became of it, and what is wrong with that ("" for nothing)."""
    if any(row[one.column] == one.value for row in rest.table[one.table.name].values()):
        return "there", ""
    if was_in_mysql:
        return "overwritten in MySQL", ""
    if any(row[one.column] == one.value for row in rest.loose[one.table.name]):
        return "waiting in its row", ""
    told = [entry for entry in entries if one.column in entry.columns and entry.outcome != "applied"]
    if told:
        reasons = [entry for entry in told if entry.message or entry.outcome in ("unchanged", "ignored")]
        return f"told: {told[-1].outcome}", "" if reasons else f"the log says {told[-1].outcome} without a reason"
    gone = shown.gone_at(one)
    if gone is None and any(name == one.table.name and (what == one.key or _shows(what, one)) for name, what in rest.noted):
        return "in a row with a note", ""
    if gone is None:
        return "in the tab only", "it stands in the tab, and neither MySQL nor the log knows it"
    if gone in shown.by_people:
        return "overwritten by a person", ""
    if entries and any(one.column not in entry.columns for entry in entries):
        return "in the log beside another edit", ""
    if world.has_lost_triggers and shown.gave_way_to_news(one, gone):
        return "overwritten, its trigger was lost", ""
    return "lost", f"revision {gone}, which was no person's, took it away, and the log does not know it"


def _shows(cells, one):
    """Its row may have got another key since."""
    return isinstance(cells, dict) and cells[one.column] == one.value


# --- what tabrelay wrote ---

def ours_are_logged(changes, log):
    """Every change that tabrelay made in MySQL is the edit log's: same mapping, same operation, only edited columns."""
    found = []
    for change in changes:
        if not change.is_ours:
            continue
        entry = log.get(change.edit)
        if entry is None or entry.mapping != change.table.name or entry.operation != change.op.lower():
            found.append(f"{change}: the edit log has no such {change.op.lower()}")
            continue
        if entry.outcome not in ("applied", "conflict"):
            found.append(f"{change}: the edit log says {entry.outcome}")
        beyond = [c for c in change.columns() if c not in entry.columns and c not in change.table.computed and c not in change.table.key]
        if change.op == "UPDATE" and beyond:
            found.append(f"{change}: {beyond} changed, and the edit was of {entry.columns}")
    return found


def conflicts_are_told(changes, log, typed, shown):
    """SQL's value that the sheet had never shown when the person typed over it: that is a conflict, and the log says so. Not where
    the person made the row this row by its key later: what its other cells say is what they wish it to be then. Nor where the key
    stood twice: a copy that is left alone counts with all that it shows, also what MySQL's values never reached (docs/limits.md)."""
    at = {(t.table.name, t.column, t.value): (t.revision, t.key) for t in reversed(typed)}
    by_sql = {(c.table.name, column, c.new[column]) for c in changes if not c.is_ours and c.new for column in c.columns()}
    found = []
    for change in changes:
        if not change.is_ours or change.op != "UPDATE" or change.edit not in log or log[change.edit].is_told:
            continue
        for column in change.columns():
            name = (change.table.name, column)
            old, (when, key) = change.old[column], at.get((*name, change.new[column]), (None, None))
            if column in change.table.computed or old is None or when is None or key != change.key or (*name, old) not in by_sql:
                continue
            if (change.table.name, change.key) in shown.twins:
                continue
            if shown.first.get((*name, old), when + 1) > when:
                found.append(f"{change}: {old!r} of {column} gave way to {change.new[column]!r} (typed at revision {when}), the sheet "
                             f"had not shown it, and the log says {log[change.edit].outcome}")
    return found


def _made_rows(world):
    """(table, key, column, value): what a row showed when a person typed another row's key into it, and made it that row."""
    deeds = {deed.revision for deed in world.deeds if deed.action["action"] == "edit"}
    found = set()
    for tab, sheet_id in world.sheets.items():
        table = BY_TAB[tab]
        for number, before, after in world.journal.steps(sheet_id):
            if number not in deeds or len(before.headers) < len(table.columns):
                continue
            for row in range(1, min(len(before.rows), len(after.rows))):
                if after.rows[row] is before.rows[row]:
                    continue
                cells = after.values(row, table.columns)
                key = table.key_of(cells)
                if key is not None and key != table.key_of(before.values(row, table.columns)):
                    found |= {(table.name, key, column, value) for column, value in cells.items()}
    return found


def nothing_is_made_up(changes, typed, world):
    """What tabrelay wrote into a row somebody typed; a value of another row was not. A row that is inserted may come from an undo."""
    known = {(t.table.name, t.column, t.value) for t in typed}
    made = _made_rows(world)
    found = []
    for change in changes:
        if not change.is_ours or change.op != "UPDATE":
            continue
        for column in change.columns():
            value = change.new[column]
            if column in change.table.computed or column in change.table.key or value in (None, '""'):
                continue
            if (change.table.name, column, value) not in known and (change.table.name, change.key, column, value) not in made:
                found.append(f"{change}: nobody typed {value!r} into {column}")
    return found


def order_is_kept(changes, typed, world):
    """Of two values typed into the same cell the later one stays. (An undo or a copy types a value again: it says nothing.)"""
    anew = {deed.revision for deed in world.deeds if deed.action["action"] in ("edit", "paste")}
    at = {(t.table.name, t.column, t.value, t.key): t.revision for t in typed if t.revision in anew}
    times = collections.Counter((t.table.name, t.column, t.value) for t in typed)
    at = {name: revision for name, revision in at.items() if times[name[:3]] == 1}
    last, found = {}, []
    for change in changes:
        for column in change.columns():
            cell = (change.table.name, change.key, column)
            when = at.get((change.table.name, column, change.new[column], change.key)) if change.is_ours else None
            before = last.get(cell)
            if when is not None and before is not None and when < before[0]:
                found.append(f"{change}: {change.new[column]!r} of {column}, typed at revision {when}, overwrote {before[1]!r}, typed at "
                             f"revision {before[0]}")
            if when is not None:
                last[cell] = (when, change.new[column])
            else:
                last.pop(cell, None)
    return found


def rows_are_right(world, changes):
    """What was typed into a row is not written into another one. (Under another key, if SQL has changed that.)"""
    typed_in = _typed_keys(world)
    became = collections.defaultdict(set)
    for change in changes:
        if change.new_key not in (None, change.key):
            became[change.table.name, change.key].add(change.new_key)
    found = []
    for change in changes:
        if not change.is_ours or change.op != "UPDATE":
            continue
        for column in change.columns():
            keys = typed_in.get((change.table.name, column, change.new[column]), {None})
            if column in change.table.computed or column in change.table.key or change.new[column] is None or None in keys:
                continue
            if change.key not in _closure(keys, change.table.name, became):
                found.append(f"{change}: {change.new[column]!r} was typed into {column} of {sorted(keys)}, not of this row")
    return found


def _closure(keys, name, became):
    known, new = set(), set(keys)
    while new:
        known |= new
        new = {after for key in new for after in became[name, key]} - known
    return known


def loose_rows_are_told(rest, log, world):
    """A row that stands in the tab only: somebody was told that it waits, or why it was refused."""
    known = {(entry.mapping, column, value) for entry in log.values() if entry.outcome in ("waiting", "rejected", "conflict")
             for column, value in entry.cells.items()}
    found = []
    for name, rows in rest.loose.items():
        for row in rows:
            world.count("rows in the tab only at the end")
            if (name, row) not in rest.noted and not any((name, c, v) in known for c, v in row.items() if v is not None):
                found.append(f"{name}: the row {row} stands in the tab only, and nobody was told")
    return found
