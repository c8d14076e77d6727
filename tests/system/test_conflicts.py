# SPDX-License-Identifier: Apache-2.0
"""The table of conflict_table.py at the webhook: what MySQL has, what the answer says and shows, what is logged; and how conflicts end."""
import datetime
import json
import time

import pytest

import conflict_table as table
from conflict_table import BASE, CASES
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
        for name in (self.name,):
            hook.sql(f"DELETE FROM @{name}")
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
        if changes == "never":
            self.hook.sql(f"DELETE FROM @{self.name} WHERE id = 1")
            self.hook.state("DELETE FROM @base WHERE row_key = '[\"1\"]'")
        elif changes == "delete":
            self.hook.sql(f"DELETE FROM @{self.name} WHERE id = 1")
        elif changes == "insert":
            self.hook.state("DELETE FROM @base WHERE row_key = '[\"1\"]'")
        elif changes == "shown":  # as the replicator acknowledges: base follows, with the commit's time
            self.hook.sql(f"UPDATE @{self.name} SET qty = 6, changed = UTC_TIMESTAMP(3) WHERE id = 1")
            self.hook.edit({**BASE, "qty": 6, "twice": 12}, COLUMNS, self.name)
            self.hook.state("UPDATE @base SET changed_us = %s WHERE row_key = '[\"1\"]'", [int(time.time() * 1e6)])
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
        old = {column: BASE[column] for column in changes} if len(changes) == 1 else None
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
