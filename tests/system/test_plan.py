# SPDX-License-Identifier: Apache-2.0
"""tabrelay plan: what would happen, told before it happens; then it happens, and the plan was right."""
import json

import pytest

from programs import run, wait_until
from test_verify import FAR, NAME, PRICE, fill, write_behind

ACTIONS = ["tab_add", "tab_change", "tab_remove", "mysql_add", "mysql_change", "mysql_remove", "conflict", "held"]


def plan(stack, *arguments, code=0):
    done = run("tabrelay", "--config", stack.config, "plan", *arguments)
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def planned(stack, code=0):
    """The mapping's object; the keys of each action that has rows."""
    found = json.loads(plan(stack, "items", "--json", "--limit", "1000", code=code))[0]
    assert all(found[a]["rows"] == len(found[a]["examples"]) for a in ACTIONS)
    return found, {a: sorted(e["key"][0] for e in found[a]["examples"]) for a in ACTIONS if found[a]["rows"]}


def configure(stack, **changes):
    settings = json.loads(stack.config.read_text())
    settings["mappings"][0].update(changes)
    stack.config.write_text(json.dumps(settings))


@pytest.fixture
def quiet(make_stack):
    return make_stack(replicator=FAR)


def test_equal_sides_have_nothing_to_do(quiet):
    fill(quiet, 5)
    assert plan(quiet) == "items: 5 rows in MySQL, 5 in the tab; nothing to do\n"


def test_what_changed_while_nothing_ran_is_told_by_side_and_comes_true(quiet):
    fill(quiet, 12)
    at = {key: quiet.row_of("Items", float(key)) for key in (1, 2, 3, 4, 5)}
    quiet.replicator.stop()
    quiet.sql("UPDATE items SET price = 50 WHERE id IN (1, 3)")
    quiet.sql("INSERT INTO items (id, name) VALUES (50, 'new')")
    quiet.sql("DELETE FROM items WHERE id = 4")
    write_behind(quiet, at[2], PRICE, 99.5)
    write_behind(quiet, at[3], PRICE, 98.5)
    write_behind(quiet, at[1], NAME, "typed")
    write_behind(quiet, at[2], 6, "a label")  # computed by MySQL: it is put back
    write_behind(quiet, len(quiet.cells("Items")), 0, 70)
    quiet.google.google("POST", f"/v4/spreadsheets/{quiet.spreadsheet}:batchUpdate", {"requests": [{"deleteDimension": {
        "range": {"sheetId": quiet.sheet_id("Items"), "dimension": "ROWS", "startIndex": at[5], "endIndex": at[5] + 1}}}]})
    found, actions = planned(quiet)
    assert actions == {"tab_add": ["50"], "tab_change": ["1", "2", "3"], "tab_remove": ["4"], "mysql_add": ["70"],
                       "mysql_change": ["1", "2"], "mysql_remove": ["5"], "conflict": ["3"]}
    assert not found["deletes_wait"] and not found["new"] and found["changes"] == []
    assert [e["cells"] for e in found["mysql_change"]["examples"] if e["key"] == ["2"]] == [
        [{"header": "price", "mysql": "2.00", "tab": 99.5}]]
    text = plan(quiet, "--limit", "1")
    assert "    1 rows are deleted in MySQL: they are gone from the tab\n      key 5\n" in text
    assert "      and 2 more (--limit)\n" in text

    quiet.replicator.start()
    quiet.cli("reconcile", "items")
    quiet.sql("INSERT INTO items (id, name) VALUES (51, 'after')")
    # Key 70 lacks a name: it waits, and is no difference of the plan's.
    wait_for_keys(quiet, {1, 2, 3, 50, 51, 70, *range(6, 13)})
    came_true = [(1, "typed", 50), (2, "item 2", 99.5)]
    wait_until("the edits", lambda: quiet.sql("SELECT id, name, price FROM items WHERE id <= 2 ORDER BY id") == came_true, 30)


def wait_for_keys(stack, keys):
    def there():
        return {row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None} == {float(k) for k in keys} \
            and stack.sql("SELECT id FROM items WHERE id = 5") == []
    wait_until("the plan to come true", there, 30)


def test_many_deletes_would_wait(quiet):
    fill(quiet, 12)
    quiet.replicator.stop()
    quiet.google.google("POST", f"/v4/spreadsheets/{quiet.spreadsheet}:batchUpdate", {"requests": [{"deleteDimension": {
        "range": {"sheetId": quiet.sheet_id("Items"), "dimension": "ROWS", "startIndex": 1, "endIndex": 9}}}]})
    found, actions = planned(quiet)
    assert len(actions["mysql_remove"]) == 8 and found["deletes_wait"]
    assert "more than the limit: they wait for tabrelay deletes approve items\n" in plan(quiet)


@pytest.mark.parametrize("initial, action", [("mysql", "tab_change"), ("sheet", "mysql_change"), ("merge", "conflict")])
def test_a_first_synchronisation_of_two_filled_sides(make_stack, initial, action):
    stack = make_stack(replicator=FAR, start=False)
    configure(stack, initial=initial)
    stack.sql("INSERT INTO items (name, price) VALUES ('one', 1), ('two', 2), ('three', 3)")
    for row, cells in enumerate([["id", "name", "price"], [1, "one", 1], [2, "zwei", 2], [9, "nine", 9]]):
        for column, value in enumerate(cells):
            write_behind(stack, row, column, value)
    found, actions = planned(stack)
    assert found["new"]
    # The other columns have no header yet, so all rows are written there.
    assert actions.pop("tab_add") == ["3"] and actions.pop("mysql_add") == ["9"]
    example = [e for e in found[action]["examples"] if e["key"] == ["2"]][0]
    assert {"header": "name", "mysql": "two", "tab": "zwei"} in example["cells"]
    assert [c for c in found["changes"] if "is added to the tab" in c][0] == \
        'the header "state" is added to the tab, right of the last one'
    assert "it is new: both sides are brought together by their keys" in plan(stack)
    assert stack.cells("Items")[0] == ["id", "name", "price"]  # nothing was written


def test_columns_that_change_are_told(quiet):
    fill(quiet, 5)
    quiet.replicator.stop()
    configure(quiet, columns=["id", {"column": "name", "header": "Title"}, "price", "note"])
    quiet.sql("ALTER TABLE items MODIFY price DECIMAL(12,3) NULL, DROP COLUMN since")
    found, _ = planned(quiet)
    assert found["changes"] == [
        'the header "name" becomes "Title"', 'the column "price" has another type: its cells are written again',
        'the column "since" is gone from the table: its cells stay as they are',
        'the column "state" is not mapped any more: its cells stay as they are',
        'the column "label" is not mapped any more: its cells stay as they are',
        'the column "updated_at" is not mapped any more: its cells stay as they are']
    configure(quiet, key=["name"])
    found, actions = planned(quiet)
    assert found["rekeyed"] and actions == {}
    assert "rows are told apart by other columns than before" in plan(quiet)


def test_a_mapping_that_would_wait_is_told(quiet):
    fill(quiet, 1)
    quiet.replicator.stop()
    configure(quiet, tab="Nowhere", spreadsheet=quiet.google.create("other", ["Other"]))
    text = plan(quiet, code=1)
    assert text == ('items: it would wait: mapping items: the spreadsheet has no tab "Nowhere"\n'
                    '  -> Add a tab named "Nowhere", or set tab: to one that is there.\n')
    assert planned_problem(quiet) == 'mapping items: the spreadsheet has no tab "Nowhere"'
    assert 'has no mapping "none"' in run("tabrelay", "--config", quiet.config, "plan", "none").stderr


def planned_problem(stack):
    return json.loads(plan(stack, "--json", code=1))[0]["problem"]
