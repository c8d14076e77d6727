# SPDX-License-Identifier: Apache-2.0
"""tabrelay verify: each verdict forced, and what repairs do."""
import json
import subprocess

import pytest

from programs import BUILD, run, wait_until

FAR = {"reconcile_every": "1h"}
PRICE, NAME, NOTE = 2, 1, 5
PEAK_KB_MAX = 96 * 1024


@pytest.fixture
def quiet(make_stack):
    """A stack in which nothing is compared by itself."""
    return make_stack(replicator=FAR)


def fill(stack, rows=20):
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(1, rows + 1)))
    stack.wait_equal("Items", 60)
    # The first comparison is over: nothing mends what a test breaks.
    state = f"SELECT reconciled_at FROM {stack.state_database}.mapping_state"
    wait_until("the first comparison", lambda: stack.sql(state)[0][0] is not None)


def verify(stack, *arguments, code):
    done = run("tabrelay", "--config", stack.config, "verify", *(arguments or ["items"]))
    assert done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def verdict(stack, *arguments, code):
    """The mapping's object, and its differences by key."""
    found = json.loads(verify(stack, "items", "--json", *arguments, code=code))[0]
    return found, {d["key"][0]: d for d in found["differences"]}


def write_behind(stack, row, column, value, tab="Items"):
    """A cell is changed over the API, which fires no trigger; 0-based."""
    entered = {"stringValue": value} if isinstance(value, str) else {"numberValue": value}
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [{"updateCells": {
        "start": {"sheetId": stack.sheet_id(tab), "rowIndex": row, "columnIndex": column},
        "rows": [{"values": [{"userEnteredValue": entered}]}], "fields": "userEnteredValue"}}]})


def sql_unseen(stack, statement):
    """MySQL is changed without its binlog."""
    connection = stack.server.connect(database=stack.database)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET sql_log_bin = 0")
        cursor.execute(statement)
        connection.commit()


def run_measured(folder, *arguments):
    """Exit status, output and the most memory that it took: told by a small program, for what this process has counts for its children."""
    report = folder / "timed.json"
    done = subprocess.run([BUILD / "bench/timed", report, BUILD / "tabrelay", *arguments], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0
    said = json.loads(report.read_text())
    return said["status"], done.stdout, said["peak_kib"]


def test_equal_sides_match_at_a_position(quiet):
    fill(quiet)
    out = verify(quiet, code=0)
    assert out.startswith("items: MATCH: 20 rows, at m") and len(out.splitlines()) == 1
    assert json.loads(verify(quiet, "--all", "--json", code=0))[0]["verdict"] == "MATCH"


def test_a_cell_changed_behind_our_back_is_a_mismatch_and_mysql_repairs_nothing_by_itself(quiet):
    fill(quiet)
    row = quiet.row_of("Items", 7.0)
    write_behind(quiet, row, PRICE, 99.5)
    found, rows = verdict(quiet, code=1)
    assert found["verdict"] == "MISMATCH" and found["differ"] == 1 and list(rows) == ["7"]
    assert rows["7"]["cells"] == [{"header": "price", "mysql": "7.00", "tab": 99.5}]
    assert rows["7"]["row"] == row + 1 and rows["7"]["in_mysql"] and rows["7"]["in_tab"] and not rows["7"]["changing"]
    text = verify(quiet, "items", "--repair", "mysql", code=1)
    assert f"  key 7 (row {row + 1} of the tab): price: MySQL has 7.00, the tab 99.5\n" in text
    assert "  would repair: key 7: the tab gets what MySQL has\n  -> Nothing was repaired: add --yes to do it.\n" in text
    assert quiet.sql(f"SELECT COUNT(*) FROM {quiet.state_database}.signals WHERE kind = 'repair'") == [(0,)]


def test_rows_that_one_side_lacks_are_told(quiet):
    fill(quiet, 5)
    sql_unseen(quiet, "DELETE FROM items WHERE id = 2")
    sql_unseen(quiet, "INSERT INTO items (id, name) VALUES (100, 'unseen')")
    sql_unseen(quiet, "UPDATE items SET name = 'other', updated_at = updated_at WHERE id = 3")
    found, rows = verdict(quiet, code=1)
    assert found["differ"] == 3
    assert {k: (d["in_mysql"], d["in_tab"]) for k, d in rows.items()} == {
        "2": (False, True), "100": (True, False), "3": (True, True)}
    assert [c["header"] for c in rows["3"]["cells"]] == ["name", "label"]
    text = verify(quiet, code=1)
    assert "  key 100: only in MySQL\n" in text and "of the tab): only in the tab\n" in text


def test_a_stopped_replicator_leaves_the_question_open(quiet):
    fill(quiet, 5)
    quiet.replicator.stop()
    assert verdict(quiet, code=0)[0]["verdict"] == "MATCH"  # equal is equal
    quiet.sql("UPDATE items SET price = 50 WHERE id = 1")
    out = verify(quiet, code=3)
    assert out.startswith("items: INCONCLUSIVE: rows differ, and the replicator is not running")
    assert "-> Start tabrelay-replicator." in out


def test_a_write_that_is_held_leaves_the_question_open_until_it_lands(quiet):
    fill(quiet, 5)
    quiet.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "hold": True}])
    quiet.sql("UPDATE items SET price = 50 WHERE id = 1")
    wait_until("the write to be held", lambda: quiet.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    found, rows = verdict(quiet, "--wait", "1", code=3)
    assert found["reason"] == "rows differ, and the replicator has not come to the position yet"
    assert list(rows) == ["1"] and rows["1"]["changing"] is False
    quiet.google.call("POST", "/sandbox/v1/faults/release")
    assert verdict(quiet, code=0)[0]["verdict"] == "MATCH"


def test_keys_that_stand_twice_and_rows_without_a_key_are_told(quiet):
    fill(quiet, 5)
    end = len(quiet.cells("Items"))
    write_behind(quiet, end, NOTE, "a remark")
    out = verify(quiet, code=0)
    assert f"  1 rows of the tab have cells and no key; they are not compared; the first is row {end + 1}\n" in out
    write_behind(quiet, end, 0, 3)
    found, rows = verdict(quiet, code=1)
    assert found["duplicate_keys"] == 1 and found["differ"] == 1 and found["verdict"] == "MISMATCH"
    assert rows["3"]["twice"] and rows["3"]["row"] == end + 1
    text = verify(quiet, "items", "--repair", "mysql", "--yes", code=1)
    assert "repair by what MySQL has: 0 rows sent" in text and "its key stands above already: delete one of the two rows" in text


def test_what_a_conflict_holds_is_no_mismatch_until_it_is_resolved(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "conflict": "manual"}], replicator=FAR)
    fill(stack, 5)
    stack.replicator.stop()
    stack.sql("UPDATE items SET price = 50 WHERE id = 2")
    stack.act({"action": "edit", "tab": "Items", "row": stack.row_of("Items", 2.0), "column": PRICE, "value": "99.5"})
    conflict = wait_until("the conflict", lambda: json.loads(stack.cli("conflicts", "--json")))[0]
    stack.replicator.start()
    found, rows = verdict(stack, code=0)
    assert (found["verdict"], found["held"], found["differ"]) == ("MATCH", 1, 0) and rows["2"]["held"] == "conflict"
    assert "price: MySQL has 50.00, the tab 99.5; held: a conflict is open (tabrelay conflicts)" in verify(stack, code=0)
    plan = json.loads(stack.cli("plan", "items", "--json"))[0]
    assert [e["key"] for e in plan["held"]["examples"]] == [["2"]] and plan["conflict"]["rows"] == 0
    stack.cli("conflicts", "resolve", conflict["id"], "--take", "mysql")
    stack.wait_equal("Items")
    assert verify(stack, code=0).startswith("items: MATCH: 5 rows")


def test_a_row_that_is_marked_as_deleted_is_no_mismatch(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "on_delete": "mark"}], replicator=FAR)
    fill(stack, 5)
    stack.sql("DELETE FROM items WHERE id = 2")
    found, rows = verdict(stack, code=0)
    assert (found["verdict"], found["marked_rows"], rows) == ("MATCH", 1, {})
    assert "  1 rows of the tab are marked as deleted in MySQL\n" in verify(stack, code=0)
    assert json.loads(stack.cli("plan", "items", "--json"))[0]["mysql_add"]["rows"] == 0


def test_what_mysql_has_repairs_the_tab(quiet):
    fill(quiet, 30)
    for key in (2, 3):
        write_behind(quiet, quiet.row_of("Items", float(key)), PRICE, 99.5)
    sql_unseen(quiet, "DELETE FROM items WHERE id = 4")
    sql_unseen(quiet, "INSERT INTO items (id, name) VALUES (100, 'unseen')")
    text = verify(quiet, "items", "--repair", "mysql", "--yes", code=0)
    first, second = text.split("  repair by what MySQL has: 4 rows sent\n")
    assert first.startswith("items: MISMATCH: 4 rows differ") and second.startswith("items: MATCH: 30 rows")
    assert quiet.differences("Items") == ""
    assert quiet.row_of("Items", 4.0) is None and quiet.row_of("Items", 100.0) is not None


def test_more_rows_than_one_signal_holds_are_repaired(quiet):
    fill(quiet, 1500)
    sql_unseen(quiet, "UPDATE items SET price = price + 1, updated_at = updated_at")
    assert "repair by what MySQL has: 1500 rows sent" in verify(quiet, "items", "--repair", "mysql", "--yes", code=0)
    signals = quiet.sql(f"SELECT row_keys FROM {quiet.state_database}.signals WHERE kind = 'repair' ORDER BY id")
    assert [len(json.loads(keys)) for keys, in signals] == [1000, 500]
    assert quiet.differences("Items") == ""


def test_what_the_tab_shows_repairs_mysql(quiet):
    fill(quiet, 5)
    for key, price in (2, 99.5), (3, 98.5):
        write_behind(quiet, quiet.row_of("Items", float(key)), PRICE, price)
    end = len(quiet.cells("Items"))
    write_behind(quiet, end, 0, 70)
    write_behind(quiet, end, NAME, "seventy")
    sql_unseen(quiet, "INSERT INTO items (id, name) VALUES (100, 'unseen')")
    text = verify(quiet, "items", "--repair", "sheet", "--yes", code=1)
    first, second = text.split("  repair by what the tab has: 3 rows sent\n")
    assert first.startswith("items: MISMATCH: 4 rows differ") and second.startswith("items: MISMATCH: 1 rows differ")
    assert "key 100: only in MySQL" in second  # nothing is deleted
    assert quiet.sql("SELECT id, name, price FROM items WHERE id IN (2, 3, 70, 100) ORDER BY id") == [
        (2, "item 2", 99.5), (3, "item 3", 98.5), (70, "seventy", None), (100, "unseen", None)]


def test_a_tab_or_table_that_is_not_there_is_told(quiet):
    fill(quiet, 5)
    quiet.replicator.stop()
    write_behind(quiet, 0, PRICE, "cost")
    out = verify(quiet, code=3)
    assert 'items: INCONCLUSIVE: the tab has no column "price"' in out and "tabrelay plan items" in out
    quiet.sql("DROP TABLE items")
    assert "no such table" in verify(quiet, code=3)
    assert 'has no mapping "nothing"' in run("tabrelay", "--config", quiet.config, "verify", "nothing").stderr


def test_a_large_table_is_compared_within_the_memory_limit(make_stack):
    stack = make_stack(replicator={**FAR, "memory_limit": "16MiB"})
    values = ", ".join(f"('item {n}', {n})" for n in range(1, 20001))
    stack.sql(f"INSERT INTO items (name, price) VALUES {values}")
    wait_until("all rows", lambda: len(stack.cells("Items")) == 20001, 120, every_s=1)
    stack.wait_equal("Items", 60)
    code, out, peak_kb = run_measured(stack.folder, "--config", stack.config, "verify", "items")
    assert code == 0 and out.startswith("items: MATCH: 20000 rows")
    if BUILD.name == "build":  # sanitizers take more
        assert peak_kb < PEAK_KB_MAX
    sql_unseen(stack, "UPDATE items SET price = price + 1, updated_at = updated_at WHERE id % 10 = 0")
    found, rows = verdict(stack, "--limit", "5", code=1)
    assert found["differ"] == 2000 and len(rows) == 5
    stack.config.write_text(stack.config.read_text().replace("16MiB", "1MiB"))
    done = run("tabrelay", "--config", stack.config, "verify", "items")
    assert (done.returncode, done.stderr) == (1, "tabrelay: mapping items is too large for replicator.memory_limit\n")


TYPES = """
CREATE TABLE types (
    word VARCHAR(20) NOT NULL, amount DECIMAL(20,2) NOT NULL, code BINARY(3) NOT NULL,
    big BIGINT NULL, ratio DOUBLE NULL, flag TINYINT(1) NULL, day DATE NULL, at DATETIME(3) NULL, fine DATETIME(6) NULL,
    clock TIME NULL, kind ENUM('a', 'b') NULL, bits BIT(9) NULL, blob_ BLOB NULL, text_ TEXT NULL, none VARCHAR(9) NOT NULL DEFAULT '',
    PRIMARY KEY (word, amount, code)
);
CREATE TABLE words (word VARCHAR(20) NOT NULL PRIMARY KEY, meaning VARCHAR(50) NULL);
"""


def test_every_kind_of_value_and_key_is_equal_to_itself(make_stack):
    stack = make_stack([{"table": "types", "tab": "Types"}, {"table": "words", "tab": "Words"}], tables=TYPES, replicator=FAR)
    stack.sql("INSERT INTO types VALUES ('', 1, 'abc', 9007199254740993, -0e0, 1, '0001-01-01', '2024-02-29 10:11:12.345',"
              " '2024-02-29 10:11:12.345678', '-507:48:27', 'b', 257, x'00ff', '=1+1', ''),"
              " ('5', 12345678901234567.25, x'00ff10', NULL, 0.1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\"\"', ''),"
              " ('long', 1, 'abc', 1, 1, 0, '2024-02-29', NULL, NULL, '10:00:00', 'a', 0, '', REPEAT('x', 60000), 'y')")
    stack.sql("INSERT INTO words VALUES ('', 'nothing'), ('b', 'bee')")
    wait_until("the rows", lambda: len(stack.cells("Types")) == 4 and len(stack.cells("Words")) == 2)
    found = {f["mapping"]: f for f in json.loads(verify(stack, "--all", "--json", code=0))}
    assert found["types"]["verdict"] == found["words"]["verdict"] == "MATCH"
    assert found["types"]["rows"] == 3 and found["words"]["rows"] == 2 and found["words"]["blank_keys"] == 1
    write_behind(stack, 1, stack.cells("Types")[0].index("text_"), "other", "Types")
    rows = json.loads(verify(stack, "types", "--json", code=1))[0]["differences"]
    assert len(rows) == 1 and rows[0]["cells"][0]["header"] == "text_"
    assert verify(stack, "types", "--repair", "mysql", "--yes", code=0).splitlines()[-1].startswith("types: MATCH")


def test_the_cli_s_own_user_may_do_all_this(quiet):
    fill(quiet, 5)
    user = f"u{quiet.database}"
    settings = json.loads(quiet.config.read_text())
    settings["mysql"]["user"] = user
    quiet.config.write_text(json.dumps(settings))
    try:
        quiet.server.script(quiet.cli("grants").replace("'...'", "'tabrelay-password'"))
        settings["mysql"]["user"] = f"{user}_cli"
        quiet.config.write_text(json.dumps(settings))
        quiet.sql("UPDATE items SET price = 50 WHERE id = 1")
        write_behind(quiet, quiet.row_of("Items", 2.0), PRICE, 99.5)
        assert "key 2" in verify(quiet, "items", "--repair", "mysql", code=1)
        for command in (["plan"], ["log"], ["conflicts"], ["conflicts", "--all", "--json"], ["status"]):
            quiet.cli(*command)
    finally:
        for name in ("replicator", "webhook", "cli"):
            quiet.server.sql(f"DROP USER IF EXISTS '{user}_{name}'@'%'")


@pytest.mark.parametrize("arguments, message", [
    ([], "expected the name of a mapping, or --all"),
    (["items", "--all"], "expected the name of a mapping, or --all"),
    (["items", "--repair", "both"], '--repair: expected mysql or sheet, got "both"'),
    (["items", "--yes"], "--yes is for --repair"),
    (["items", "--wait", "no"], 'expected a whole number from 1 to 3600, got "no"'),
])
def test_wrong_usage_of_verify(arguments, message):
    done = run("tabrelay", "verify", *arguments)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"tabrelay verify: {message}")
