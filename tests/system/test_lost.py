# SPDX-License-Identifier: Apache-2.0
"""The answer to a batch is lost while people move rows: what it did is known from its number, and what it hit by mistake is put right.
Nobody's value changes in MySQL, nothing is sent twice, a batch that comes late is refused."""
import contextlib
import json

import pytest

from programs import wait_until
from test_people import act, agreed, by_key, column, compared, fill, kept, shown

NEVER = "0s"
LOST = [{"status": 503}, {"drop": True}]
BOTH_WAYS = pytest.mark.parametrize("lost", LOST, ids=["503", "dropped"])
TELLING = pytest.mark.parametrize("changes", ["apps_script", "poll"])


@pytest.fixture
def stack(make_stack):
    return make_stack()


def silent(make_stack, changes, **mapping):
    """Six rows; edits are told of by CHANGES, and by no clock."""
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": changes, "delete_limit_percent": 100, **mapping}],
                       replicator={"reconcile_every": NEVER, "poll_every": "1h"}, script=changes == "apps_script")
    fill(stack)
    compared(stack)
    return stack


def faults(stack, *rules):
    stack.google.call("PUT", "/sandbox/v1/faults", list(rules))


def held(stack):
    return stack.google.call("GET", "/sandbox/v1/faults")["held"]


@contextlib.contextmanager
def sent_and_lost(stack, statement, lost, *more):
    """Within the block the write of STATEMENT has left; after it, it lands, and its answer is lost."""
    faults(stack, {"match": "batchUpdate", "hold": True, "after": True, **lost}, *more)
    stack.sql(statement)
    wait_until("a held write", lambda: held(stack) == 1)
    yield
    stack.google.call("POST", "/sandbox/v1/faults/release")


def edits(stack):
    return list(stack.sql(f"SELECT source, kind, operation, cells FROM {stack.state_database}.edit_log"))


def numbers(stack):
    answer = stack.google.google("GET", f"/v4/spreadsheets/{stack.spreadsheet}?fields=developerMetadata")
    return [m["metadataValue"] for m in answer.get("developerMetadata", []) if m["metadataKey"] == f"tabrelay.{stack.database}"]


def recorded(stack):
    return stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.sent_batch")[0][0]


def restart(stack):
    stack.replicator.kill()
    faults(stack)
    stack.replicator.start()


def assert_update_is_right(stack):
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT id FROM items WHERE name = 'from MySQL'") == [(2,)]
    assert stack.sql("SELECT COUNT(*) FROM items WHERE name = CONCAT('item ', id)") == [(5,)]
    assert by_key(stack, "name")[2.0] == "from MySQL"
    assert recorded(stack) == 0


# ---- an update

@BOTH_WAYS
@TELLING
def test_rows_are_sorted(make_stack, changes, lost):
    stack = silent(make_stack, changes)
    with sent_and_lost(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2", lost):
        act(stack, "sort", row=1, column=0, descending=True)
    assert_update_is_right(stack)
    assert [e for e in edits(stack) if "from MySQL" in e[3]] == []


def test_rows_are_inserted_and_the_cells_land_in_a_blank_one(stack):
    fill(stack)
    with sent_and_lost(stack, "UPDATE items SET name = 'from MySQL' WHERE id = 2", LOST[0]):
        act(stack, "insert_rows", index=2, count=1)
    assert_update_is_right(stack)
    assert all(cell is None for cell in stack.cells("Items")[2])


def test_the_replicator_is_killed_before_the_answer(make_stack):
    stack = silent(make_stack, "poll")
    with sent_and_lost(stack, "UPDATE items SET name = 'from MySQL', price = 77 WHERE id = 2", {"delay_ms": 60000}):
        act(stack, "sort", row=1, column=0, descending=True)
    wait_until("the write", lambda: "from MySQL" in [row[column(stack, "name")] for row in stack.cells("Items")])
    restart(stack)
    assert_update_is_right(stack)
    assert edits(stack) == []
    assert stack.sql("SELECT SUM(price) FROM items WHERE id <> 2") == [(19,)]


@pytest.mark.parametrize("conflict", ["sheet_wins", "manual"])
def test_the_replicator_is_killed_before_the_answer_and_both_sides_go_on(make_stack, conflict):
    """One of the cells that were written is typed over, the other is changed in MySQL once more: what stands there of ours is no
    person's, whether the policy keeps values or not. Whether the person saw what they typed over nobody knows: a conflict."""
    stack = silent(make_stack, "poll", conflict=conflict)
    with sent_and_lost(stack, "UPDATE items SET name = 'from MySQL', price = 77 WHERE id = 2", {"delay_ms": 60000}):
        pass
    wait_until("the write", lambda: "from MySQL" in [row[column(stack, "name")] for row in stack.cells("Items")])
    stack.replicator.kill()
    act(stack, "edit", row=2, column=column(stack, "price"), value="88")
    stack.sql("UPDATE items SET name = 'once more' WHERE id = 2")
    faults(stack)
    stack.replicator.start()
    conflicts = f"SELECT column_name, state FROM {stack.state_database}.conflicts"
    expected, price = ("resolved", 88) if conflict == "sheet_wins" else ("open", 77)
    wait_until("the conflict", lambda: stack.sql(conflicts) == [("price", expected)])
    wait_until("MySQL's newest value", lambda: by_key(stack, "name")[2.0] == "once more")
    assert stack.sql("SELECT name, price FROM items WHERE id = 2") == [("once more", price)]
    assert by_key(stack, "price")[2.0] == 88


def test_many_rows_get_the_same_value(make_stack):
    stack = silent(make_stack, "poll")
    with sent_and_lost(stack, "UPDATE items SET state = 'sold' WHERE id IN (1, 2, 4)", LOST[0]):
        act(stack, "move_rows", index=1, count=2, to=7)
    assert agreed(stack) == kept(1, 2, 3, 4, 5, 6)
    assert stack.sql("SELECT id FROM items WHERE state = 'sold' ORDER BY id") == [(1,), (2,), (4,)]
    assert edits(stack) == []


# ---- a delete

@pytest.mark.parametrize("is_killed", [False, True], ids=["lost", "killed"])
def test_another_row_was_deleted(make_stack, is_killed):
    stack = silent(make_stack, "poll")
    with sent_and_lost(stack, "DELETE FROM items WHERE id = 2", {"delay_ms": 60000} if is_killed else LOST[0]):
        act(stack, "sort", row=1, column=0, descending=True)
    if is_killed:
        wait_until("the write", lambda: len(stack.cells("Items")) == 6)
        restart(stack)
    found = agreed(stack)
    assert set(found) == {1.0, 3.0, 4.0, 5.0, 6.0}
    assert stack.sql("SELECT COUNT(*) FROM items WHERE name = CONCAT('item ', id)") == [(5,)]
    assert [e for e in edits(stack) if e[2] != "none"] == []  # but what the row had in unmapped columns


# ---- another key

@pytest.mark.parametrize("is_killed", [False, True], ids=["lost", "killed"])
def test_a_new_key_landed_in_another_row(make_stack, is_killed):
    stack = silent(make_stack, "poll")
    with sent_and_lost(stack, "UPDATE items SET id = 60 WHERE id = 2", {"delay_ms": 60000} if is_killed else LOST[0]):
        act(stack, "sort", row=1, column=0, descending=True)
    if is_killed:
        wait_until("the write", lambda: 60.0 in [row[0] for row in stack.cells("Items")])
        restart(stack)
    agreed(stack)
    assert stack.sql("SELECT id FROM items ORDER BY id") == [(1,), (3,), (4,), (5,), (6,), (60,)]
    assert [e for e in edits(stack) if e[2] != "none"] == []


# ---- nothing has moved

def test_what_has_arrived_is_not_sent_again(stack):
    fill(stack)
    stack.wait_equal("Items")
    faults(stack, {"match": "batchUpdate", "status": 503, "after": True}, {"match": "spreadsheets.get", "hold": True})
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 2")
    wait_until("the reading back", lambda: held(stack) == 1)
    before = stack.google.requests()[-1]["number"]
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("the acknowledgement", lambda: recorded(stack) == 0)
    compared(stack)
    written = [r for r in stack.google.requests(before) if r["path"].endswith(":batchUpdate") and r["cells"] > 0]
    assert written == [] and shown(stack, 2, "name") == "from MySQL"
    assert stack.differences("Items") == ""


def test_new_rows_whose_answer_was_lost_are_there_once(stack):
    fill(stack)
    faults(stack, *({"match": "batchUpdate", "status": 503, "after": True} for _ in range(2)))
    stack.sql("INSERT INTO items (name) VALUES ('seven'), ('eight')")
    stack.wait_equal("Items")
    assert set(by_key(stack, "name")) == {float(i) for i in range(1, 9)}


@pytest.mark.parametrize("ends", [False, True], ids=["", "killed"])
@TELLING
def test_what_is_typed_into_a_new_row_whose_answer_was_lost_is_found(make_stack, changes, ends):
    """Nobody tells of it, and base does not know the row yet. What MySQL has changed since is no edit. Nor does a session after know more."""
    stack = silent(make_stack, changes)
    if changes == "apps_script":  # rows are read before a write while people are at work
        act(stack, "edit", row=1, column=column(stack, "note"), value="at work")
        wait_until("an edit", lambda: stack.sql("SELECT note FROM items WHERE id = 1") == [("at work",)])
        stack.wait_equal("Items")  # what else it changed in MySQL comes with a batch: it is not the one to be lost
        wait_until("its acknowledgement", lambda: recorded(stack) == 0)
        stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": 1000})
    faults(stack, {"match": "batchUpdate", "status": 503, "after": True}, {"match": "spreadsheets.get", "hold": True})
    stack.sql("INSERT INTO items (id, name, price) VALUES (7, 'seven', 7)")
    wait_until("the reading back", lambda: held(stack) == 1)
    act(stack, "edit", row=7, column=column(stack, "name"), value="typed")
    stack.sql("UPDATE items SET price = 77 WHERE id = 7")
    if ends:
        stack.replicator.kill()
    stack.google.call("POST", "/sandbox/v1/faults/release")
    if ends:
        stack.replicator.start()
    wait_until("the edit", lambda: stack.sql("SELECT name, price FROM items WHERE id = 7") == [("typed", 77)])
    stack.wait_equal("Items")
    assert [json.loads(e[3])["name"] for e in edits(stack) if e[0] == "found"] == ["typed"]


# ---- a batch that comes late

def impatient(make_stack):
    """Waits a second for an answer."""
    stack = make_stack(start=False)
    config = json.loads(stack.config.read_text())
    config["google"]["timeout"] = "1s"
    stack.config.write_text(json.dumps(config))
    stack.webhook.start()
    stack.replicator.start()
    return stack


@pytest.mark.parametrize("statement", ["INSERT INTO items (id, name) VALUES (7, 'seven')", "DELETE FROM items WHERE id = 2",
                                       "UPDATE items SET name = 'first' WHERE id = 2"], ids=["insert", "delete", "update"])
def test_a_batch_that_comes_late_is_refused(make_stack, statement):
    stack = fill(impatient(make_stack))
    faults(stack, {"match": "batchUpdate", "hold": True})
    stack.sql(statement)
    stack.wait_equal("Items")  # it was given up, and sent anew
    stack.sql("UPDATE items SET name = 'second' WHERE id = 3")
    stack.wait_equal("Items")
    assert held(stack) == 1
    before = stack.cells("Items")
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("the late batch", lambda: [r for r in stack.google.requests() if r["status"] == 400])
    assert stack.cells("Items") == before
    compared(stack)
    assert stack.differences("Items") == ""


def test_new_rows_that_come_late_between_two_looks_are_there_once(make_stack):
    """They land when the keys have been read again, and before the next batch leaves."""
    stack = fill(impatient(make_stack))
    faults(stack, {"match": "batchUpdate", "hold": True}, {"match": "spreadsheets.get", "hold": True})
    stack.sql("INSERT INTO items (id, name) VALUES (7, 'seven')")
    wait_until("the reading back", lambda: held(stack) == 2)
    faults(stack)  # releases both, and the batch was first
    stack.wait_equal("Items")
    assert set(by_key(stack, "name")) == {float(i) for i in range(1, 8)}


def test_a_batch_of_a_killed_replicator_that_comes_late_is_refused(stack):
    fill(stack)
    faults(stack, {"match": "batchUpdate", "hold": True})
    stack.sql("INSERT INTO items (id, name) VALUES (7, 'seven')")
    wait_until("a held write", lambda: held(stack) == 1)
    stack.replicator.kill()
    stack.replicator.start()
    stack.wait_equal("Items")
    before = stack.cells("Items")
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("the late batch", lambda: [r for r in stack.google.requests() if r["status"] == 400])
    assert stack.cells("Items") == before


# ---- another spreadsheet

def test_a_spreadsheet_that_cannot_be_asked_does_not_keep_others(make_stack):
    stack = make_stack([{"table": "one", "tab": "One"}, {"table": "two", "tab": "Two"}], start=False,
                       tables="CREATE TABLE one (id INT PRIMARY KEY, v INT);\nCREATE TABLE two (id INT PRIMARY KEY, v INT);")
    other = stack.google.create("other", ["Two"])
    config = json.loads(stack.config.read_text())
    config["mappings"][1]["spreadsheet"] = other
    stack.config.write_text(json.dumps(config))
    stack.webhook.start()
    stack.replicator.start()
    stack.sql("INSERT INTO one VALUES (1, 1)")
    stack.sql("INSERT INTO two VALUES (1, 1)")
    two = next(tab["sheetId"] for tab in stack.google.spreadsheet(other)["tabs"] if tab["title"] == "Two")

    def is_shown(book, sheet, value):
        return [c and c["d"] for c in stack.google.rows(book, sheet, 1, 1)[0][:2]] == ["1", value]
    wait_until("the rows", lambda: is_shown(other, two, "1") and is_shown(stack.spreadsheet, 0, "1"))
    wait_until("the first comparisons", lambda: stack.sql(  # before that rows are read before they are written
        f"SELECT COUNT(*) FROM {stack.state_database}.mapping_state WHERE reconciled_at IS NOT NULL") == [(2,)])
    faults(stack, {"match": f"/{stack.spreadsheet}", "status": 503, "after": True, "count": 10000})
    stack.sql("UPDATE one SET v = 2")
    wait_until("the write without an answer", lambda: is_shown(stack.spreadsheet, 0, "2"))
    for value in range(3, 6):
        stack.sql(f"UPDATE two SET v = {value}")
        wait_until("the other spreadsheet", lambda v=value: is_shown(other, two, str(v)))
    faults(stack)
    stack.sql("UPDATE one SET v = 9")
    stack.wait_equal("One", 40)


# ---- the numbers themselves

def test_numbers_do_not_pile_up(stack):
    fill(stack)
    for n in range(12):
        stack.sql(f"UPDATE items SET price = {n + 100} WHERE id = 1")
        stack.wait_equal("Items")
    shown_numbers = sorted(int(value.split()[0]) for value in numbers(stack))
    assert len(shown_numbers) <= 3 and shown_numbers[-1] >= 12


def test_a_spreadsheet_that_takes_no_numbers_is_done_without(stack):
    fill(stack)
    full = {"requests": [{"createDeveloperMetadata": {"developerMetadata": {
        "metadataKey": "k", "metadataValue": "x" * 29900, "location": {"spreadsheet": True}, "visibility": "DOCUMENT"}}}]}
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", full)
    for n in range(5):
        stack.sql(f"UPDATE items SET price = {n + 100} WHERE id = 1")
        stack.wait_equal("Items")
    assert stack.replicator.log().count("carry no numbers any more") <= 1
