# SPDX-License-Identifier: Apache-2.0
"""The table of conflict_table.py at the webhook: what MySQL has, what the answer says and shows, what is logged; and how conflicts end."""
import datetime
import json
import time

import pytest

import conflict_table as table
from conflict_table import BASE, CASES
from held import entries, held_id, shown
from webhook import SHEET, Webhook, digest, make_edit

COLUMNS = list(BASE)


@pytest.fixture(scope="module", params=["mariadb", "mysql"])
def hook(request, shared_servers, tmp_path_factory):
    """One webhook with a mapping for each policy; a test works on rows of its own."""
    from programs import Program
    made, server = [], shared_servers(request.param)
    database = f"conflicts_{request.param}"
    server.sql(f"CREATE DATABASE {database}")

    def programs(name, arguments, **kwargs):
        made.append(Program(name, arguments, tmp_path_factory.mktemp("program"), **kwargs))
        return made[-1]
    mappings = "".join(table.mapping(policy, database, SHEET) for policy in table.POLICIES)
    yield Webhook(server, database, programs, tmp_path_factory.mktemp("config"), table.tables(), more_mappings=mappings)
    made[0].stop()
    server.sql(f"DROP DATABASE {database}")
    server.sql(f"DROP DATABASE {database}_state")


class Row:
    """Row 1 of a policy's table, and beside it row 2; both sides agree on both."""

    def __init__(self, hook, policy, both=True):
        self.hook, self.policy, self.name = hook, policy, f"t_{policy}"
        hook.sql(f"DELETE FROM @{self.name}")
        hook.state("DELETE FROM @base")
        hook.state("DELETE FROM @conflicts")
        hook.state("DELETE FROM @tombstone")
        if both:
            hook.sql(f"INSERT INTO @{self.name} (id, name, qty, code) VALUES (1, 'bolt', 5, 'A1'), (2, 'nut', 2, 'B2')")
            self.agree()

    def agree(self):
        other = {**BASE, "id": 2, "name": "nut", "qty": 2, "code": "B2", "twice": 4}
        edits = [make_edit(cells, COLUMNS) for cells in (BASE, other)]
        _, answer = self.hook.post(edits, self.name)
        assert [result["outcome"] for result in answer["results"]] == ["unchanged"] * 2, answer

    def mysql(self, changes):
        self.has_shown = changes != "insert"  # the sheet has shown the row before it was typed in
        if changes == "never":
            self.hook.sql(f"DELETE FROM @{self.name} WHERE id = 1")
            self.hook.state("DELETE FROM @base WHERE row_key = '[\"1\"]'")
        elif changes == "delete":
            self.hook.sql(f"DELETE FROM @{self.name} WHERE id = 1")
        elif changes == "insert":
            self.hook.state("DELETE FROM @base WHERE row_key = '[\"1\"]'")
        elif changes == "shown":  # as the replicator acknowledges: base follows; the commit was long ago
            self.hook.sql(f"UPDATE @{self.name} SET qty = 6, changed = UTC_TIMESTAMP(3) WHERE id = 1")
            self.hook.edit({**BASE, "qty": 6, "twice": 12}, COLUMNS, self.name)
            blob = self.hook.state("SELECT hashes FROM @base WHERE row_key = '[\"1\"]'")[0][0]
            self.hook.state("UPDATE @base SET hashes = %s, changed_us = %s WHERE row_key = '[\"1\"]'",
                            [shown(blob, "qty", "5", int(time.time() * 1000)), int((time.time() - 7200) * 1e6)])
        elif changes:
            assignments = ", ".join(f"{column} = %s" for column in changes)
            self.hook.sql(f"UPDATE @{self.name} SET changed = UTC_TIMESTAMP(3), {assignments} WHERE id = 1", list(changes.values()))

    def now(self, ident=1):
        rows = self.hook.sql(f"SELECT {', '.join(COLUMNS[:-1])} FROM @{self.name} WHERE id = %s", [ident])
        return dict(zip(COLUMNS, rows[0])) if rows else None

    def sheet(self, changes, late=False):
        at = int(time.time() * 1000) + (-3600000 if late else 60000)
        if changes == "delete":
            hashes = self.hook.state("SELECT hashes FROM @base WHERE row_key = '[\"1\"]'")
            base = {"*": digest(hashes[0][0])} if hashes else {"*": "0" * 16}
            return self.send(make_edit({"id": 1}, kind="delete", base=base, time=at), "found")
        old = {column: BASE[column] for column in changes} if len(changes) == 1 and self.has_shown else None
        return self.send(make_edit({**BASE, **changes}, list(changes), time=at, old=old))

    def send(self, edit, source="script", **more):
        status, answer = self.hook.post([edit], self.name, source, **more)
        assert status == 200, answer
        return answer["results"][0]

    def conflicts(self):
        names = ("id", "column_name", "kind", "policy", "state", "outcome", "base_value", "mysql_value", "sheet_value", "final_value",
                 "resolved_by", "editor")
        return [dict(zip(names, row)) for row in
                self.hook.state(f"SELECT {', '.join(names)} FROM @conflicts ORDER BY id")]

    def resolve(self, kind="resolve", source="cli", **what):
        edit = {"id": f"r{time.time_ns()}", "kind": kind, "time": int(time.time() * 1000), **what}
        status, answer = self.hook.post([edit], None, source, mapping=self.name)
        assert status == 200, answer
        return answer["results"][0]


@pytest.mark.parametrize("case", CASES, ids=[f"{case.kind}-{case.policy}-{at}" for at, case in enumerate(CASES)])
def test_the_table(hook, case):
    row = Row(hook, case.policy)
    row.mysql(case.mysql)
    if case.mysql == "delete" and case.sheet == "delete":
        assert row.sheet("delete")["outcome"] == case.outcome and row.now() is None
        return
    result = row.sheet(case.sheet, case.late)
    base = {column: BASE[column] for column in COLUMNS[:-1]}
    assert row.now() == (None if case.after is None else {**base, **case.after})
    assert (result["outcome"], {key: value for key, value in result["cells"].items() if key != "changed"}) == \
        (case.outcome, {key: value for key, value in case.shown.items() if key != "changed"}), result
    notes = [note for note in result["notes"].values() if note]
    assert (case.note in notes[0] if case.note else notes == []), result["notes"]
    assert case.says in result["message"]
    logged = [conflict["outcome"] or conflict["state"] for conflict in row.conflicts()]
    assert logged == ([case.logged] if case.logged else [])
    assert row.hook.log(result["id"])["outcome"] == case.outcome


def test_the_table_has_every_kind_and_every_policy():
    assert {case.kind for case in CASES} == set(range(1, 17)) - {14}
    assert {case.policy for case in CASES} == set(table.POLICIES)


# -- cells that wait ---------------------------------------------------------------------------------------------


@pytest.fixture
def held(hook):
    """qty waits: the sheet says 9, MySQL 6, both had 5."""
    row = Row(hook, "manual")
    row.mysql({"qty": 6})
    row.sheet({"qty": 9})
    row.conflict, = row.conflicts()
    return row


def held_marks(row):
    """(what of the row is held, what base keeps of values)."""
    (hashes, agreed), = row.hook.state("SELECT hashes, agreed FROM @base WHERE row_key = '[\"1\"]'")
    return [name for name in ["", *COLUMNS] if held_id(name) in entries(hashes)], agreed


def test_a_conflict_that_waits_keeps_all_three_values_and_holds_its_cell(held):
    conflict = held.conflict
    assert (conflict["base_value"], conflict["mysql_value"], conflict["sheet_value"]) == ('"5"', '"6"', '"9"')
    assert (conflict["column_name"], conflict["kind"], conflict["policy"], conflict["editor"]) == \
        ("qty", "update_update", "manual", "ann@example.com")
    marks, agreed = held_marks(held)
    assert marks == ["qty"] and b"9" in agreed


def test_the_metrics_count_what_waits_and_what_is_decided(hook):
    def counts():
        return [hook.metric("tabrelay_conflicts_total", kind="update_update", policy="manual", outcome="open"),
                hook.metric("tabrelay_conflicts_total"), hook.metric("tabrelay_conflicts_resolved_total", outcome="sheet")]
    before = counts()
    row = Row(hook, "manual")
    row.mysql({"qty": 6})
    row.sheet({"qty": 9})
    assert counts() == [before[0] + 1, before[1] + 1, before[2]]
    row.resolve(conflict=row.conflicts()[0]["id"], take="sheet")
    assert counts() == [before[0] + 1, before[1] + 1, before[2] + 1]


def test_the_rest_of_the_row_flows_on_and_the_held_cell_is_left_alone(held):
    held.mysql({"qty": 7})
    result = held.send(make_edit({**BASE, "qty": 9, "name": "screw"}, ["name"], old={"name": "bolt"}))
    assert result["outcome"] == "applied" and "qty" not in result["cells"]
    assert held.now()["name"] == "screw" and held.now()["qty"] == 7


@pytest.mark.parametrize("what, value, outcome", [
    ({"take": "mysql"}, 6, "mysql"), ({"take": "sheet"}, 9, "sheet"), ({"take": "base"}, 5, "base"), ({"set": 7}, 7, "value"),
    ({"set": None}, None, "value")])
def test_a_person_decides(held, what, value, outcome):
    result = held.resolve(conflict=held.conflict["id"], **what)
    assert result["outcome"] == "applied" and result["notes"] == {"qty": None}
    assert result["operation"] == ("none" if value == 6 else "update")
    assert result["cells"] == ({} if value == 9 else {"qty": value})
    assert held.now()["qty"] == value
    ended, = held.conflicts()
    assert (ended["state"], ended["outcome"], ended["resolved_by"]) == ("resolved", outcome, "ann@example.com")
    assert ended["final_value"] == ("null" if value is None else f'"{value}"')
    assert held_marks(held)[0] == []
    log = held.hook.log(result["id"])
    assert (log["kind"], log["row_key"], json.loads(log["edited_columns"])) == ("resolve", '["1"]', ["qty"])
    assert json.loads(log["cells"])["conflict"] == held.conflict["id"]
    again = held.resolve(conflict=held.conflict["id"], take="base")
    assert (again["outcome"], again["message"]) == ("unchanged", f"conflict {held.conflict['id']} is decided already")


def test_what_cannot_be_decided_is_refused_in_words(held):
    assert held.resolve(conflict=99999999, take="sheet")["message"] == "this mapping has no conflict 99999999"
    assert held.resolve(conflict=held.conflict["id"], set="many")["notes"] == {"qty": '"many" is not a number'}
    result = held.resolve(conflict=held.conflict["id"], set=1000)
    assert result["outcome"] == "rejected" and "does not allow this" in result["message"]
    assert held.resolve("decide", "found", conflict=held.conflict["id"], changed=1)["message"] == \
        f"conflict {held.conflict['id']} waits for a person"
    assert held.conflicts()[0]["state"] == "open" and held_marks(held)[0] == ["qty"]


def test_a_conflict_from_before_the_key_changed_is_refused_alone(held):
    held.hook.state("UPDATE @conflicts SET row_key = %s", ['["1","2"]'])
    assert held.resolve(conflict=held.conflict["id"], take="sheet")["message"] == "the row is known by another key now"


def test_typing_into_a_held_cell_changes_what_the_sheet_says(held):
    result = held.send(make_edit({**BASE, "qty": 8}, ["qty"], old={"qty": 9}))
    assert (result["outcome"], result["notes"]["qty"]) == \
        ("conflict", 'waiting for a decision: the sheet says "8", the database "6"')
    assert [c["sheet_value"] for c in held.conflicts()] == ['"8"'] and b"8" in held_marks(held)[1]
    assert held.resolve(conflict=held.conflict["id"], take="sheet")["operation"] == "update" and held.now()["qty"] == 8


@pytest.mark.parametrize("typed, outcome", [(6, "agreed"), (5, "mysql")])
def test_typing_what_mysql_has_or_what_both_had_ends_it(held, typed, outcome):
    result = held.send(make_edit({**BASE, "qty": typed}, ["qty"], old={"qty": 9}))
    assert result["outcome"] == "unchanged" and result["notes"] == {"qty": None}
    assert held.now()["qty"] == 6 and held.conflicts()[0]["outcome"] == outcome and held_marks(held)[0] == []


def test_a_value_refused_in_a_held_cell_shows_what_stood_there(held):
    result = held.send(make_edit({**BASE, "qty": "many"}, ["qty"], old={"qty": 9}))
    assert (result["outcome"], result["cells"]["qty"]) == ("rejected", 9) and held.conflicts()[0]["state"] == "open"


@pytest.mark.parametrize("take", ["sheet", "mysql"])
def test_mysql_comes_to_the_sheets_value_by_itself(held, take):
    held.mysql({"qty": 9})
    result = held.resolve(source="found", conflict=held.conflict["id"], take=take)
    assert (result["outcome"], result["operation"], held.conflicts()[0]["outcome"]) == ("applied", "none", "agreed")


@pytest.mark.parametrize("take", ["sheet", "mysql"])
def test_what_was_found_equal_and_is_not_any_more_still_waits(held, take):
    result = held.resolve(source="found", conflict=held.conflict["id"], take=take)
    assert (result["outcome"], held.now()["qty"], held.conflicts()[0]["state"]) == ("stale", 6, "open")


def test_any_edit_of_the_row_ends_what_agrees_by_itself(held):
    held.mysql({"qty": 9})
    result = held.send(make_edit({**BASE, "qty": 9, "name": "screw"}, ["name"], old={"name": "bolt"}))
    assert result["outcome"] == "applied" and result["notes"] == {"qty": None}
    assert held.conflicts()[0]["outcome"] == "agreed" and held_marks(held)[0] == []


def test_a_row_that_is_gone_needs_no_decision(held):
    held.hook.sql(f"DELETE FROM @{held.name} WHERE id = 1")
    result = held.resolve(conflict=held.conflict["id"], take="sheet")
    assert (result["outcome"], result["message"]) == ("applied", "the row is gone in the database")
    assert held.conflicts()[0]["state"] == "resolved" and held.now() is None


# -- last write wins, asked --------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset_ms, value", [(-1000, 9), (0, 6), (1000, 6), (None, 6)])
def test_the_later_write_wins_once_the_replicator_has_said_when(hook, offset_ms, value):
    row = Row(hook, "last_write")
    row.mysql({"qty": 6})
    row.sheet({"qty": 9})
    conflict, = row.conflicts()
    (edited_at,), = hook.state("SELECT edited_at FROM @conflicts")
    edited_ms = round(edited_at.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
    result = row.resolve("decide", "found", conflict=conflict["id"],
                         changed=None if offset_ms is None else edited_ms + offset_ms)
    assert row.now()["qty"] == value and result["outcome"] == "applied"
    assert result["notes"] == {"qty": None if value == 9 else '"9" was not taken over: the database had changed to "6" later'}
    ended, = row.conflicts()
    assert (ended["state"], ended["outcome"], ended["resolved_by"]) == \
        ("resolved", "sheet" if value == 9 else "mysql", "last_write_wins")
    assert json.loads(hook.log(result["id"])["edited_columns"]) == ["qty"]


# -- whole rows that wait ----------------------------------------------------------------------------------------


def test_a_row_deleted_in_the_sheet_waits_and_is_decided(hook):
    for take, is_there in (("sheet", False), ("mysql", True)):
        row = Row(hook, "manual")
        row.mysql({"qty": 6})
        row.sheet("delete")
        conflict, = row.conflicts()
        assert (conflict["column_name"], conflict["kind"], json.loads(conflict["mysql_value"])["qty"]) == ("", "update_delete", "6")
        assert row.sheet("delete")["outcome"] == "conflict" and len(row.conflicts()) == 1  # found again: it still waits
        result = row.resolve(conflict=conflict["id"], take=take)
        assert result["outcome"] == "applied" and result["notes"]["qty"] is None
        assert (row.now() is not None) == is_there and result["operation"] == ("none" if is_there else "delete")
        assert (conflict["id"], row.conflicts()[0]["outcome"]) == (row.conflicts()[0]["id"], take)
        assert bool(hook.state("SELECT * FROM @tombstone")) != is_there
        if is_there:
            assert json.loads(hook.log(result["id"])["edited_columns"]) == COLUMNS and held_marks(row)[0] == []


def test_a_row_deleted_in_mysql_waits_and_is_decided(hook):
    for take, is_there in (("sheet", True), ("mysql", False)):
        row = Row(hook, "manual")
        row.mysql("delete")
        row.sheet({"qty": 9})
        assert row.sheet({"qty": 8, "name": "late"})["outcome"] == "conflict"  # the newest state counts
        conflict, = row.conflicts()
        assert conflict["kind"] == "delete_update" and json.loads(conflict["sheet_value"])["qty"] == "8"
        assert row.resolve(conflict=conflict["id"], take="base")["outcome"] == "rejected"
        result = row.resolve(conflict=conflict["id"], take=take)
        assert (result["outcome"], result["operation"]) == ("applied", "insert" if is_there else "none")
        assert (row.now() or {}).get("qty") == (8 if is_there else None)
        assert held_marks(row)[0] == []


def test_a_row_that_comes_back_on_both_sides_waits_no_more(hook):
    row = Row(hook, "manual")
    row.mysql("delete")
    row.sheet({"qty": 9})
    hook.sql(f"INSERT INTO @{row.name} (id, name, qty) VALUES (1, 'bolt', 5)")
    row.sheet({"name": "screw"})
    assert row.conflicts()[0]["outcome"] == "agreed" and held_marks(row)[0] == []


# -- first synchronisation, repair -------------------------------------------------------------------------------


def test_a_forced_edit_of_the_command_line_is_written_whatever_the_policy(hook):
    row = Row(hook, "manual")
    row.mysql({"qty": 6})
    row.sheet({"qty": 9})
    result = row.send(make_edit({**BASE, "qty": 8}, ["qty"], force=True), "cli", mapping=row.name)
    assert result["outcome"] == "applied" and row.now()["qty"] == 8
    assert row.conflicts()[0]["outcome"] == "sheet" and held_marks(row)[0] == []
    gone = row.send(make_edit({"id": 1}, kind="delete", force=True), "cli", mapping=row.name)
    assert gone["operation"] == "delete" and row.now() is None


def test_the_first_synchronisation_goes_by_initial(hook):
    row = Row(hook, "manual")
    row.mysql("insert")
    result = row.send(make_edit({**BASE, "qty": 9}, ["qty", "name"], initial=True, base={}), "found")
    assert (result["outcome"], result["cells"], result["notes"]) == ("conflict", {"qty": 5}, {})  # initial: mysql
    assert [(c["kind"], c["policy"], c["outcome"]) for c in row.conflicts()] == [("insert_insert", "mysql_wins", "mysql")]
