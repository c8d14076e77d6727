# SPDX-License-Identifier: Apache-2.0
"""DDL of mapped tables: what each statement does to the tab, while tabrelay runs and while it does not."""
import re
import time

import pytest

from programs import wait_until

PLAIN = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL, day DATE NULL);\n"


def plain(make_stack, rows=5, tables=PLAIN, **policies):
    stack = make_stack(tables=tables, mappings=[{"table": "items", "tab": "Items", **policies}])
    if rows:
        stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, 'item {n}', {n * 10}, '2024-01-0{n}')" for n in range(1, rows + 1)))
    stack.wait_equal("Items")
    return stack


def column(stack, header, tab="Items"):
    """The cells below HEADER, as long as the tab."""
    cells = stack.cells(tab)
    at = cells[0].index(header)
    return [row[at] if at < len(row) else None for row in cells[1:] if any(v is not None for v in row)]


def own_column(stack):
    """A column of notes right of ours, as another program writes it (no trigger fires): beside each row the name of its key."""
    cells = stack.cells("Items")
    texts = ["mine"] + [f"of {int(row[0])}" for row in cells[1:]]
    sheet, at = stack.sheet_id("Items"), len(cells[0])
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [
        {"updateCells": {"start": {"sheetId": sheet, "rowIndex": 0, "columnIndex": at}, "fields": "userEnteredValue",
                         "rows": [{"values": [{"userEnteredValue": {"stringValue": text}}]} for text in texts]}}]})


def learn(stack):
    """The webhook and the script look at the table once in a while: here they are made to."""
    stack.webhook.stop()
    stack.webhook.start()
    stack.google.call("POST", f"/sandbox/v1/spreadsheets/{stack.spreadsheet}/script", {"function": "checkConnection", "arguments": []})


def assert_own_notes(stack, keys):
    """Each person's note still stands beside the row it was written for."""
    notes = dict(zip(column(stack, "id"), column(stack, "mine")))
    assert {k: notes.get(float(k)) for k in keys} == {k: f"of {k}" for k in keys}


def cells_written(stack, after):
    answer = stack.google.requests(after)
    requests = answer["requests"] if isinstance(answer, dict) else answer
    return sum(r.get("cells") or 0 for r in requests)


def last_request(stack):
    answer = stack.google.requests(0)
    requests = answer["requests"] if isinstance(answer, dict) else answer
    return max((r["number"] for r in requests), default=0)


def wait_compared(stack, times=1, name="items"):
    """Wait until so many comparisons of the table have ended in all."""
    wait_until(f"comparison {times}", lambda: len(re.findall(f"snapshot: done mapping={name}", stack.replicator.log())) >= times, 30)


def compared(stack, name="items"):
    return len(re.findall(f"snapshot: done mapping={name}", stack.replicator.log()))


def settled(stack):
    """No session begins, and the checkpoint is past all that was done."""
    before = stack.replicator.log().count("session: streaming")
    time.sleep(1.5)
    return stack.replicator.log().count("session: streaming") == before


def mapping_state(stack, name="items"):
    return stack.sql(f"SELECT state, last_error FROM {stack.state_database}.mapping_state WHERE mapping = %s", (name,))[0]


# columns


def test_a_new_column_comes_last_in_the_tab_and_people_keep_theirs(make_stack):
    stack = plain(make_stack)
    own_column(stack)
    stack.sql("ALTER TABLE items ADD COLUMN colour VARCHAR(20) NOT NULL DEFAULT 'red' AFTER id")
    stack.sql("UPDATE items SET colour = 'blue' WHERE id = 2")
    wait_until("the header", lambda: "colour" in stack.cells("Items")[0], 30)
    stack.wait_equal("Items")
    assert stack.cells("Items")[0] == ["id", "name", "qty", "day", "mine", "colour"]
    assert_own_notes(stack, range(1, 6))
    assert settled(stack)


def test_a_new_column_is_left_out_where_the_mapping_says_so(make_stack):
    stack = plain(make_stack, on_new_column="ignore")
    before = compared(stack)
    stack.sql("ALTER TABLE items ADD COLUMN colour VARCHAR(20) NOT NULL DEFAULT 'red' AFTER id")
    stack.sql("INSERT INTO items VALUES (6, 'green', 'item 6', 60, NULL)")
    stack.sql("UPDATE items SET name = 'changed', colour = 'blue' WHERE id = 2")
    wait_compared(stack, before + 1)
    wait_until("both rows", lambda: "item 6" in column(stack, "name") and "changed" in column(stack, "name"), 30)
    assert stack.cells("Items")[0] == ["id", "name", "qty", "day"]
    assert column(stack, "qty") == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    stack.replicator.stop()
    stack.replicator.start()
    stack.sql("UPDATE items SET name = 'again' WHERE id = 2")
    wait_until("the update", lambda: "again" in column(stack, "name"), 30)
    assert stack.cells("Items")[0] == ["id", "name", "qty", "day"]
    # A column of that name that a person has is the person's own.
    learn(stack)
    stack.act({"action": "paste", "tab": "Items", "row": 0, "column": 4, "values": [["colour"], ["mine"]]})
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "by hand"})
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1") == [("by hand",)], 15)
    assert stack.sql("SELECT DISTINCT colour FROM items ORDER BY 1") == [("blue",), ("green",), ("red",)]


def test_a_dropped_column_stays_with_its_last_values_and_is_the_peoples_own(make_stack):
    stack = plain(make_stack)
    before = compared(stack)
    stack.sql("ALTER TABLE items DROP COLUMN qty")
    wait_compared(stack, before + 1)
    stack.sql("INSERT INTO items VALUES (6, 'item 6', NULL)")
    wait_until("the insert", lambda: "item 6" in column(stack, "name"), 30)
    assert column(stack, "qty") == [10.0, 20.0, 30.0, 40.0, 50.0, None]
    learn(stack)
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 2, "value": "777"})
    # It comes back: what a person wrote meanwhile is no edit of MySQL's column.
    stack.sql("ALTER TABLE items ADD COLUMN qty INT NULL DEFAULT 5 AFTER name")
    stack.wait_equal("Items", 30)
    time.sleep(3)
    assert {row[0] for row in stack.sql("SELECT qty FROM items")} == {5}
    stack.wait_equal("Items", 30)
    assert stack.cells("Items")[0] == ["id", "name", "qty", "day"]


def test_a_dropped_column_is_cleared_where_the_mapping_says_so(make_stack):
    stack = plain(make_stack, on_dropped_column="clear")
    own_column(stack)
    stack.sql("ALTER TABLE items DROP COLUMN qty")
    wait_until("the column to be blank", lambda: "qty" not in stack.cells("Items")[0], 30)
    stack.wait_equal("Items")
    assert [row[2] for row in stack.cells("Items")] == [None] * 6
    assert_own_notes(stack, range(1, 6))
    stack.sql("ALTER TABLE items ADD COLUMN qty INT NULL DEFAULT 10")
    wait_until("the header", lambda: "qty" in stack.cells("Items")[0], 30)
    stack.wait_equal("Items")
    assert stack.cells("Items")[0][4] == "mine"


def test_a_renamed_column_keeps_its_place_and_its_cells(make_stack):
    stack = plain(make_stack)
    own_column(stack)
    before, done = last_request(stack), compared(stack)
    stack.sql("ALTER TABLE items CHANGE qty amount INT NULL")
    wait_compared(stack, done + 1)
    stack.wait_equal("Items")
    assert stack.cells("Items")[0] == ["id", "name", "amount", "day", "mine"]
    assert cells_written(stack, before) == 1, "more than the header was written"
    stack.sql("UPDATE items SET amount = 99 WHERE id = 3")
    stack.wait_equal("Items")
    learn(stack)
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 2, "value": "123"})
    wait_until("the edit", lambda: stack.sql("SELECT amount FROM items WHERE id = 1") == [(123,)], 15)
    assert_own_notes(stack, range(1, 6))


def test_two_columns_that_exchange_their_names_exchange_their_values(make_stack):
    stack = plain(make_stack, tables="CREATE TABLE items (id INT NOT NULL PRIMARY KEY, a INT NULL, b INT NULL, day DATE NULL);\n", rows=0)
    stack.sql("INSERT INTO items VALUES (1, 10, 20, NULL), (2, 30, 40, NULL)")
    stack.wait_equal("Items")
    stack.sql("ALTER TABLE items CHANGE a b INT NULL, CHANGE b a INT NULL")
    stack.wait_equal("Items", 30)
    assert stack.cells("Items")[0] == ["id", "a", "b", "day"]
    assert column(stack, "a") == [20.0, 40.0]


def test_a_column_that_is_given_by_name_and_renamed_makes_the_mapping_wait_and_say_so(make_stack):
    stack = plain(make_stack, columns=["id", "name", {"column": "qty", "header": "Quantity"}])
    stack.sql("ALTER TABLE items CHANGE qty amount INT NULL")
    wait_until("the error", lambda: mapping_state(stack)[0] == "error", 30)
    assert mapping_state(stack)[1] == f'mapping items: table {stack.database}.items has no column "qty"'
    assert ('It seems to be called amount now: write {column: amount, header: Quantity} in the mapping\'s columns.'
            in stack.replicator.log())
    stack.sql("UPDATE items SET amount = 1 WHERE id = 1")
    stack.sql("ALTER TABLE items CHANGE amount qty INT NULL")
    stack.wait_equal("Items", 30)
    assert mapping_state(stack)[0] == "streaming" or settled(stack)


def test_retyped_columns_are_written_again_in_their_new_form(make_stack):
    stack = plain(make_stack, tables="CREATE TABLE items (id INT NOT NULL PRIMARY KEY, a VARCHAR(20) NULL, b INT NULL, c DATE NULL);\n", rows=0)
    stack.sql("INSERT INTO items VALUES (1, '5', 7, '2024-05-06'), (2, '6', NULL, NULL)")
    stack.wait_equal("Items")
    assert stack.cells("Items")[1][1] == "5"
    stack.sql("ALTER TABLE items MODIFY a INT NULL, MODIFY b DECIMAL(10,2) NULL, MODIFY c VARCHAR(20) NULL")
    stack.wait_equal("Items", 30)
    assert stack.cells("Items")[1] == [1.0, 5.0, 7.0, "2024-05-06"]
    assert [cell["d"] for cell in stack.grid("Items")[1][:3]] == ["1", "5", "7.00"]
    stack.sql("ALTER TABLE items MODIFY c DATE NULL, MODIFY a VARCHAR(20) NULL")
    wait_until("text again", lambda: stack.cells("Items")[1][1] == "5", 30)
    stack.wait_equal("Items")
    assert stack.grid("Items")[1][3]["d"] == "2024-05-06"
    time.sleep(2)
    assert stack.sql("SELECT a, b, CAST(c AS CHAR) FROM items WHERE id = 1") == [("5", 7, "2024-05-06")]


def test_the_order_of_columns_means_nothing(make_stack):
    stack = plain(make_stack)
    before, done = last_request(stack), compared(stack)
    stack.sql("ALTER TABLE items MODIFY day DATE NULL FIRST, MODIFY qty INT NULL AFTER day")
    wait_compared(stack, done + 1)
    stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
    stack.wait_equal("Items")
    assert stack.cells("Items")[0] == ["id", "name", "qty", "day"]
    assert cells_written(stack, before) == 1


def test_a_key_of_other_columns_tells_the_same_rows(make_stack):
    stack = plain(make_stack, tables="CREATE TABLE items (id INT NOT NULL PRIMARY KEY, code INT NOT NULL, name VARCHAR(50) NULL, day DATE NULL);\n", rows=0)
    stack.sql("INSERT INTO items VALUES (1, 3, 'one', NULL), (2, 1, 'two', NULL), (3, 2, 'three', NULL)")
    stack.wait_equal("Items")
    own_column(stack)
    stack.sql("ALTER TABLE items DROP PRIMARY KEY, ADD PRIMARY KEY (code)")
    stack.sql("UPDATE items SET name = 'changed' WHERE code = 1")
    stack.wait_equal("Items", 30)
    stack.sql("DELETE FROM items WHERE code = 3")
    stack.wait_equal("Items", 30)
    assert_own_notes(stack, [2, 3])
    assert stack.sql("SELECT COUNT(*) FROM items") == [(2,)]


# tables


def test_a_table_that_is_renamed_away_leaves_the_tab_as_it_is_and_is_found_again(make_stack):
    stack = plain(make_stack)
    stack.sql("RENAME TABLE items TO elsewhere")
    wait_until("the error", lambda: mapping_state(stack)[0] == "error", 30)
    assert mapping_state(stack)[1] == f"mapping items: table {stack.database}.items: no such table, or no privilege to see it"
    stack.sql("UPDATE elsewhere SET name = 'changed away' WHERE id = 1")
    stack.sql("DELETE FROM elsewhere WHERE id = 2")
    assert column(stack, "name") == [f"item {n}" for n in range(1, 6)]
    stack.sql("RENAME TABLE elsewhere TO items")
    stack.wait_equal("Items", 15)
    assert len(column(stack, "id")) == 4


def copy_online(stack, ghost, old):
    """What gh-ost and pt-online-schema-change do with the table: copy, follow, swap."""
    stack.sql(f"CREATE TABLE {ghost} LIKE items")
    stack.sql(f"ALTER TABLE {ghost} ADD COLUMN colour VARCHAR(20) NULL DEFAULT 'red', MODIFY qty BIGINT NULL")
    stack.sql(f"INSERT INTO {ghost} (id, name, qty, day) SELECT id, name, qty, day FROM items WHERE id <= 3")
    stack.sql("UPDATE items SET name = 'meanwhile' WHERE id = 5")
    stack.sql(f"INSERT INTO {ghost} (id, name, qty, day) SELECT id, name, qty, day FROM items WHERE id > 3")
    stack.sql(f"UPDATE {ghost} SET colour = 'blue' WHERE id = 1")
    stack.sql(f"RENAME TABLE items TO {old}, {ghost} TO items")
    stack.sql("UPDATE items SET qty = 1 WHERE id = 1")
    stack.sql(f"DELETE FROM {old} WHERE id = 4")
    stack.sql(f"DROP TABLE {old}")


@pytest.mark.parametrize("ghost, old", [("_items_gho", "_items_del"), ("_items_new", "_items_old")], ids=["gh-ost", "pt-osc"])
def test_a_table_that_is_swapped_for_its_copy_is_the_one_that_counts(make_stack, ghost, old):
    stack = plain(make_stack)
    own_column(stack)
    copy_online(stack, ghost, old)
    wait_until("the new column", lambda: "colour" in stack.cells("Items")[0], 30)
    stack.wait_equal("Items")
    assert_own_notes(stack, range(1, 6))
    assert settled(stack)


def test_a_truncated_table_keeps_its_rows_in_the_tab_where_the_mapping_says_so(make_stack):
    stack = plain(make_stack, on_truncate="keep")
    done = compared(stack)
    stack.sql("TRUNCATE TABLE items")
    stack.sql("INSERT INTO items VALUES (2, 'new two', 2, NULL), (9, 'nine', 9, NULL)")
    wait_compared(stack, done + 1)
    wait_until("both", lambda: {"new two", "nine"} <= set(column(stack, "name")), 30)
    assert column(stack, "id") == [1.0, 2.0, 3.0, 4.0, 5.0, 9.0]
    # Nothing takes them away later, and nothing brings them back to MySQL.
    stack.cli("snapshot", "items")
    wait_compared(stack, done + 2)
    stack.sql("ALTER TABLE items ADD COLUMN colour INT NULL")
    wait_compared(stack, done + 3)
    stack.sql("DELETE FROM items WHERE id = 9")
    wait_until("the delete", lambda: 9.0 not in column(stack, "id"), 30)
    stack.cli("reconcile", "items")
    time.sleep(3)
    assert column(stack, "id") == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert stack.sql("SELECT id FROM items") == [(2,)]


def test_a_truncated_table_takes_its_rows_out_of_the_tab_without_being_held_back(make_stack):
    stack = plain(make_stack, rows=0)
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, 'x', 1, NULL)" for n in range(1, 201)))
    stack.wait_equal("Items")
    stack.sql("TRUNCATE TABLE items")
    wait_until("no row", lambda: column(stack, "id") == [], 30)
    stack.sql("INSERT INTO items VALUES (1, 'again', 1, NULL)")
    stack.wait_equal("Items")
    assert settled(stack)


def test_a_dropped_table_leaves_the_tab_as_it_is_and_one_that_is_made_anew_fills_it(make_stack):
    stack = plain(make_stack)
    stack.sql("DROP TABLE items")
    wait_until("the error", lambda: mapping_state(stack)[0] == "error", 30)
    assert column(stack, "name") == [f"item {n}" for n in range(1, 6)]
    stack.sql("CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL)")
    stack.sql("INSERT INTO items VALUES (3, 'three'), (7, 'seven')")
    stack.wait_equal("Items", 15)
    assert column(stack, "id") == [3.0, 7.0]
    assert stack.sql("SELECT COUNT(*) FROM items") == [(2,)]


def test_a_dropped_table_clears_the_mapped_cells_where_the_mapping_says_so(make_stack):
    stack = plain(make_stack, on_drop="clear")
    own_column(stack)
    stack.sql("DROP TABLE items")
    wait_until("blank cells", lambda: all(row[:4] == [None] * 4 for row in stack.cells("Items")[1:]), 30)
    assert stack.cells("Items")[0][:4] == ["id", "name", "qty", "day"]
    assert [row[4] for row in stack.cells("Items")[1:]] == [f"of {n}" for n in range(1, 6)]
    stack.sql(PLAIN.rstrip(";\n"))
    stack.sql("INSERT INTO items VALUES (3, 'three', 3, NULL)")
    stack.wait_equal("Items", 15)


# while tabrelay is away: rows before an ALTER have another shape than the table has now


@pytest.fixture(params=["MINIMAL", "FULL"])
def away(request, make_own_stack, own_server):
    """A filled stack of which the replicator is stopped, on a server whose log has the column names (FULL) or not."""
    metadata = "NO_LOG" if request.param == "MINIMAL" and own_server.flavour == "mariadb" else request.param
    own_server.sql(f"SET GLOBAL binlog_row_metadata = '{metadata}'")
    stack = plain(make_own_stack, tables="CREATE TABLE items (a INT NOT NULL PRIMARY KEY, b INT NOT NULL, c INT NULL);\n", rows=0)
    stack.sql("INSERT INTO items VALUES (1, 2, 10), (2, 1, 20), (3, 4, 30), (4, 3, 40)")
    stack.wait_equal("Items")
    own_column(stack)
    stack.replicator.stop()
    return stack


def back(stack, gone=()):
    stack.replicator.start()
    stack.wait_equal("Items", 30)
    notes = dict(zip(column(stack, "a"), column(stack, "mine")))
    wanted = {float(n): f"of {n}" for n in (1, 2, 3, 4) if n not in gone}
    assert {k: notes.get(k) for k in wanted} == wanted, "a row of the tab was taken for another"
    stack.sql("UPDATE items SET c = 99 WHERE a = 3")
    stack.wait_equal("Items")
    assert "ERR_FORMAT" not in stack.replicator.log() and "going on from now" not in stack.replicator.log()


def test_columns_that_changed_places_while_away_are_not_mistaken(away):
    away.sql("DELETE FROM items WHERE a = 1")
    away.sql("UPDATE items SET c = 21 WHERE a = 2")
    away.sql("ALTER TABLE items MODIFY b INT NOT NULL FIRST")
    away.sql("UPDATE items SET c = 31 WHERE a = 3")
    away.sql("INSERT INTO items (a, b, c) VALUES (5, 6, 50)")
    back(away, gone=[1])


def test_columns_that_changed_places_and_back_while_away_are_not_mistaken(away):
    away.sql("UPDATE items SET c = 21 WHERE a = 2")
    away.sql("ALTER TABLE items MODIFY b INT NOT NULL FIRST")
    away.sql("DELETE FROM items WHERE a = 1")
    away.sql("UPDATE items SET c = 31 WHERE a = 3")
    away.sql("ALTER TABLE items MODIFY b INT NOT NULL AFTER a")
    away.sql("UPDATE items SET c = 41 WHERE a = 4")
    back(away, gone=[1])


def test_a_column_that_was_dropped_and_one_of_the_same_type_added_while_away_are_two(away):
    away.sql("UPDATE items SET c = 77 WHERE a = 2")
    away.sql("ALTER TABLE items DROP COLUMN c, ADD COLUMN d INT NULL DEFAULT 3")
    away.sql("ALTER TABLE items ADD COLUMN c INT NULL DEFAULT 8 AFTER a")
    away.sql("UPDATE items SET d = 5 WHERE a = 3")
    back(away)
    assert away.sql("SELECT COUNT(*) FROM items WHERE c = 8") == [(3,)]


@pytest.mark.parametrize("statement", ["ALTER TABLE items ADD COLUMN more INT NULL DEFAULT 7", "ALTER TABLE parents ADD COLUMN more INT NULL",
                                       "DROP TABLE items"])
def test_a_row_that_is_read_anew_just_before_a_ddl_does_not_hold_up_the_stream(make_stack, statement):
    """While we are away a row of one table is asked for and another table (or its parent) is changed. The row is read between two marks, which
    come after the DDL, and the position cannot pass the DDL before that: a session that always began anew at it would never get there."""
    stack = make_stack(tables="CREATE TABLE parents (id INT NOT NULL PRIMARY KEY);\n"
                       "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, parent INT NULL, FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE);\n"
                       "CREATE TABLE others (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);\n",
                       mappings=[{"table": "items", "tab": "Items"}, {"table": "others", "tab": "Others"}])
    stack.sql("INSERT INTO items VALUES (1, NULL)")
    stack.sql("INSERT INTO others VALUES (1, 'one')")
    for tab in ("Items", "Others"):
        stack.wait_equal(tab)
    stack.replicator.stop()
    stack.sql(f"INSERT INTO {stack.state_database}.signals (kind, mapping, row_keys, created_at) "
              "VALUES ('repair', 'others', '[[\"1\"]]', UTC_TIMESTAMP(3))")
    stack.sql(statement)
    stack.sql("INSERT INTO others VALUES (2, 'two')")
    stack.replicator.start()
    stack.wait_equal("Others", 60)
    if "items" in statement and not statement.startswith("DROP"):
        stack.wait_equal("Items")


def test_retyped_added_and_dropped_columns_while_away_are_read_right(away):
    away.sql("INSERT INTO items VALUES (5, 5, 50)")
    away.sql("ALTER TABLE items MODIFY c VARCHAR(20) NULL, ADD COLUMN d DATE NULL FIRST")
    away.sql("INSERT INTO items VALUES ('2024-01-01', 6, 6, 'text')")
    away.sql("ALTER TABLE items DROP COLUMN d")
    away.sql("DELETE FROM items WHERE a = 4")
    back(away, gone=[4])


def test_a_swap_while_away_is_not_mistaken(away):
    away.sql("DELETE FROM items WHERE a = 2")
    away.sql("CREATE TABLE ghost (b INT NOT NULL, a INT NOT NULL PRIMARY KEY, c INT NULL)")
    away.sql("INSERT INTO ghost (a, b, c) SELECT a, b, c + 1 FROM items")
    away.sql("RENAME TABLE items TO old, ghost TO items")
    away.sql("INSERT INTO items (a, b, c) VALUES (2, 9, 9)")
    away.sql("DELETE FROM items WHERE a = 1")
    back(away, gone=[1])
