# SPDX-License-Identifier: Apache-2.0
"""What a failed run leaves to be read: all that happened, in the order of the clock, in one file beside the programs' logs."""
import json

from tables import BY_TAB


def write(world, changes, found, path):
    lines = [*_revisions(world), *_changes(world, changes), *_log(world)]
    lines.sort(key=lambda line: line[0])
    with open(path, "w", encoding="utf-8") as out:
        for name, sentences in found.items():
            out.writelines(f"{name}: {sentence}\n" for sentence in sentences)
        out.write("\n")
        out.writelines(f"{at / 1000 % 1000:8.3f} {text}\n" for at, text in lines)


def _revisions(world):
    deeds = {deed.revision: deed for deed in world.deeds}
    for tab, sheet_id in world.sheets.items():
        table = BY_TAB[tab]
        for number, before, after in world.journal.steps(sheet_id):
            deed = deeds.get(number)
            by = f"{deed.action['user']} {json.dumps(deed.action, ensure_ascii=False)[:300]}" if deed else "API or script"
            yield world.journal.modified[number], f"sheet {tab} r{number} by {by}" + "".join(_difference(table, before, after))


def _difference(table, before, after):
    columns = [*table.columns, *(h for h in after.headers if h not in table.columns and h != "Length")]
    for row in range(1, max(len(before.rows), len(after.rows))):
        was = list(before.values(row, columns).values()) if row < len(before.rows) else None
        now = list(after.values(row, columns).values()) if row < len(after.rows) else None
        if was != now and (any(was or []) or any(now or [])):
            yield f"\n           row {row}: {was}\n               -> {now}"


def _changes(world, changes):
    for change in changes:
        changed = {c: (change.old and change.old[c], change.new[c]) for c in change.columns()} if change.new else change.old
        yield change.at.timestamp() * 1000, f"mysql {change}: {changed}"


def _log(world):
    rows = world.stack.sql("SELECT received_at, id, mapping, source, kind, operation, sheet_row, row_key, edited_at, edited_columns, "
                           f"cells, outcome, message FROM {world.stack.state_database}.edit_log ORDER BY id")
    for at, *rest in rows:
        yield at.timestamp() * 1000, "edit " + " ".join(str(value) for value in rest)
