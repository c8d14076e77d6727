# SPDX-License-Identifier: Apache-2.0
"""How cells look: formats, checkboxes, drop-downs, the header, NULL and the empty text; and that looks damage no value."""
import json
import time

import pytest

from programs import wait_until

TYPES = """
CREATE TABLE items (
    id INT NOT NULL PRIMARY KEY,
    done TINYINT(1) NOT NULL DEFAULT 0,
    maybe TINYINT(1) NULL,
    kind ENUM('new', 'used', 'sold') NOT NULL DEFAULT 'new',
    colour ENUM('red', '', 'NULL') NULL,
    code VARCHAR(30) NULL,
    day DATE NULL,
    at DATETIME NULL,
    price DECIMAL(8,2) NULL,
    rate DECIMAL(5,4) NULL
);
"""
COLUMNS = ["id", "done", "maybe", "kind", "colour", "code", "day", "at", "price", "rate"]
ROW = "(%s, 1, NULL, 'used', NULL, '007', '2024-02-29', '2024-02-29 13:45:00', 9.5, 0.0750)"


def column(name):
    return COLUMNS.index(name)


def make(make_stack, start=True, **mapping):
    stack = make_stack(({"table": "items", "tab": "Items", **mapping},), tables=TYPES, start=start)
    stack.sql(f"INSERT INTO items VALUES {ROW}, {ROW}", (1, 2))
    if start:
        wait_until("the rows", lambda: len(stack.cells("Items")) == 3, 20)
    return stack


def sheet(stack, fields):
    answer = stack.google.google("GET", f"/v4/spreadsheets/{stack.spreadsheet}?ranges=Items&fields=sheets({fields})")
    return answer["sheets"][0]


def cell_of(stack, row, name, what):
    data = sheet(stack, f"data(rowData(values({what})))")["data"][0].get("rowData", [])
    values = data[row].get("values", []) if row < len(data) else []
    at = stack.cells("Items")[0].index(name)
    return (values[at] if at < len(values) else {}).get(what)


def rule(stack, row, name):
    return cell_of(stack, row, name, "dataValidation")


def number_format(stack, row, name):
    return (cell_of(stack, row, name, "userEnteredFormat") or {}).get("numberFormat")


def shown(stack, row, name):
    cells = stack.grid("Items")[row]
    cell = cells[stack.cells("Items")[0].index(name)]
    return cell and cell["d"]


def mysql(stack, name, key=1):
    return stack.sql(f"SELECT {name} FROM items WHERE id = %s", (key,))[0][0]


def type_in(stack, row, name, value):
    stack.act({"action": "edit", "tab": "Items", "row": row, "column": stack.cells("Items")[0].index(name), "value": value})


CHOICES = [{"userEnteredValue": v} for v in ("new", "used", "sold")]


def test_what_tabrelay_adds_is_formatted(make_stack):
    stack = make(make_stack, columns=[*COLUMNS[:-1], {"column": "rate", "format": "0.0%"}])
    assert [shown(stack, 1, n) for n in COLUMNS] == [
        "1", "TRUE", None, "used", None, "007", "2024-02-29", "2024-02-29 13:45:00", "9.50", "7.5%"]
    assert rule(stack, 1, "done")["condition"] == {"type": "BOOLEAN"}
    assert rule(stack, 1, "maybe") is None
    assert rule(stack, 2, "kind")["condition"] == {"type": "ONE_OF_LIST", "values": CHOICES}
    assert not rule(stack, 2, "kind").get("strict")
    assert [v["userEnteredValue"] for v in rule(stack, 1, "colour")["condition"]["values"]] == ["red", '""', "NULL"]
    # Not below the rows, where a checkbox could look like a value.
    assert rule(stack, 5, "done") is None and rule(stack, 0, "done") is None
    grid = sheet(stack, "properties(gridProperties),protectedRanges")
    assert grid["properties"]["gridProperties"]["frozenRowCount"] == 1
    protected, = grid["protectedRanges"]
    assert protected["warningOnly"] is True and "editors" not in protected
    assert protected["range"] == {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 10,
                                  **({"sheetId": 0} if "sheetId" in protected["range"] else {})}
    stack.sql(f"INSERT INTO items VALUES {ROW}", (3,))
    wait_until("the row", lambda: len(stack.cells("Items")) == 4, 20)
    assert rule(stack, 3, "done") and rule(stack, 3, "kind")


def test_what_is_turned_off_is_not_set(make_stack):
    names = ("numbers", "dates", "text", "checkboxes", "dropdowns", "freeze_header", "protect_header")
    stack = make(make_stack, formats={name: False for name in names})
    assert [shown(stack, 1, n) for n in ("done", "day", "price")] == ["1", "45351", "9.5"]
    assert all(rule(stack, 1, n) is None and number_format(stack, 1, n) is None for n in COLUMNS)
    grid = sheet(stack, "properties(gridProperties),protectedRanges")
    assert "frozenRowCount" not in grid["properties"]["gridProperties"] and "protectedRanges" not in grid


def test_a_ticked_checkbox_is_one_in_mysql(make_stack):
    stack = make(make_stack)
    type_in(stack, 1, "done", "FALSE")
    wait_until("the edit", lambda: mysql(stack, "done") == 0, 20)
    type_in(stack, 1, "done", "TRUE")
    wait_until("the edit", lambda: mysql(stack, "done") == 1, 20)
    stack.sql("UPDATE items SET done = 0 WHERE id = 1")
    wait_until("the cell", lambda: stack.cells("Items")[1][1] is False, 20)
    # A number that somebody types is the same truth; another one is refused or kept as MySQL does.
    type_in(stack, 1, "done", "1")
    wait_until("the edit", lambda: mysql(stack, "done") == 1, 20)
    stack.sql("UPDATE items SET done = 7 WHERE id = 2")
    wait_until("the cell", lambda: stack.cells("Items")[2][1] == 7.0, 20)
    type_in(stack, 1, "done", "perhaps")
    wait_until("the note", lambda: "is not a number" in (stack.grid("Items")[1][1].get("n") or ""), 20)
    assert mysql(stack, "done") == 1
    type_in(stack, 1, "maybe", "TRUE")
    wait_until("the edit", lambda: mysql(stack, "maybe") == 1, 20)
    stack.act({"action": "clear", "tab": "Items", "row": 1, "column": 2, "rows": 1, "columns": 1})
    wait_until("the edit", lambda: mysql(stack, "maybe") is None, 20)


def test_a_chosen_label_is_taken_and_a_wrong_one_is_refused_with_a_note(make_stack):
    stack = make(make_stack)
    type_in(stack, 1, "kind", "new")
    wait_until("the edit", lambda: mysql(stack, "kind") == "new", 20)
    type_in(stack, 1, "kind", "broken")
    wait_until("the note", lambda: "is not one of: new, used, sold" in (stack.grid("Items")[1][3].get("n") or ""), 20)
    wait_until("the label as it was", lambda: shown(stack, 1, "kind") == "new", 20)


@pytest.mark.parametrize("typed", ["1-2", "007", "1e5", "TRUE", "3/4", "12345678901234567890"])
def test_what_people_type_into_a_text_column_stays_as_typed(make_stack, typed):
    stack = make(make_stack)
    type_in(stack, 1, "code", typed)
    wait_until("the edit", lambda: mysql(stack, "code") == typed, 20)
    assert stack.cells("Items")[1][column("code")] == typed


def test_columns_that_people_made_are_theirs(make_stack):
    stack = make(make_stack, start=False)
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [
        {"updateCells": {"start": {"sheetId": 0}, "fields": "userEnteredValue", "rows": [{"values": [
            {"userEnteredValue": {"stringValue": name}} for name in COLUMNS[:8]]}]}},
        {"setDataValidation": {"range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 3, "endColumnIndex": 4},
                               "rule": {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "mine"}]}}}},
        {"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 6, "endColumnIndex": 7},
                        "cell": {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "dd.mm.yy"}}},
                        "fields": "userEnteredFormat.numberFormat"}}]})
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the rows", lambda: len(stack.cells("Items")) == 3, 20)
    mine = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "mine"}]}}
    assert shown(stack, 1, "day") == "29.02.24" and rule(stack, 900, "kind") == mine
    # Columns in which nobody has set anything are formatted like those that tabrelay adds.
    assert shown(stack, 1, "at") == "2024-02-29 13:45:00" and shown(stack, 1, "price") == "9.50"
    assert rule(stack, 1, "done")["condition"] == {"type": "BOOLEAN"} and number_format(stack, 1, "id") is None
    protected, = sheet(stack, "protectedRanges")["protectedRanges"]
    assert (protected["range"]["startColumnIndex"], protected["range"]["endColumnIndex"]) == (8, 10)
    # After a restart it is the same.
    stack.replicator.stop()
    stack.replicator.start()
    stack.sql(f"INSERT INTO items VALUES {ROW}", (3,))
    wait_until("the row", lambda: len(stack.cells("Items")) == 4, 20)
    assert rule(stack, 3, "done") and rule(stack, 3, "kind") in (None, mine) and shown(stack, 3, "day") == "29.02.24"


def test_people_s_own_format_of_our_column_stays(make_stack):
    stack = make(make_stack)
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [
        {"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 6, "endColumnIndex": 7},
                        "cell": {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "d.m."}}},
                        "fields": "userEnteredFormat.numberFormat"}},
        {"setDataValidation": {"range": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 3,
                                         "endColumnIndex": 4}}}]})
    stack.replicator.stop()
    stack.replicator.start()
    stack.sql("UPDATE items SET day = '2024-03-01', kind = 'new' WHERE id = 1")
    wait_until("the update", lambda: shown(stack, 1, "day") == "1.3.", 20)
    assert rule(stack, 1, "kind") is None and shown(stack, 1, "kind") == "new"


def test_a_column_whose_type_changes_gets_its_looks(make_stack):
    stack = make(make_stack)
    stack.sql("ALTER TABLE items MODIFY kind ENUM('new', 'used', 'sold', 'lost') NOT NULL DEFAULT 'new'")
    wait_until("the new label", lambda: (rule(stack, 1, "kind") or {"condition": {"values": []}})["condition"]["values"] ==
               [*CHOICES, {"userEnteredValue": "lost"}], 30)
    stack.sql("ALTER TABLE items MODIFY done VARCHAR(10) NOT NULL")
    wait_until("the checkboxes to go", lambda: rule(stack, 1, "done") is None, 30)
    wait_until("the value as text", lambda: stack.cells("Items")[1][1] == "1", 30)
    stack.sql("ALTER TABLE items ADD COLUMN late ENUM('a', 'b') NOT NULL DEFAULT 'b'")
    wait_until("the added column's list", lambda: "late" in stack.cells("Items")[0] and rule(stack, 2, "late"), 30)
    # A label that Google would take for a formula cannot be among the choices.
    stack.sql("ALTER TABLE items ADD COLUMN odd ENUM('=a', 'b') NOT NULL DEFAULT 'b'")
    wait_until("the added column", lambda: "odd" in stack.cells("Items")[0] and shown(stack, 1, "odd") == "b", 30)
    assert rule(stack, 1, "odd") is None


# --- NULL and the empty text

def test_null_and_the_empty_text_are_said_as_configured_both_ways(make_stack):
    stack = make(make_stack, null_as="NULL", empty_as="")
    stack.sql("UPDATE items SET code = '' WHERE id = 1")
    stack.sql("UPDATE items SET code = NULL, colour = 'NULL', day = NULL WHERE id = 2")
    wait_until("the cells", lambda: stack.cells("Items")[2][column("code")] == "NULL", 20)
    first, second = stack.cells("Items")[1:3]
    assert first[column("code")] is None and first[column("maybe")] == "NULL"
    assert second[column("colour")] == '"NULL"' and second[column("day")] == "NULL"
    assert stack.cli("verify", "items")
    # What people type.
    type_in(stack, 1, "code", "NULL")
    wait_until("NULL", lambda: mysql(stack, "code") is None, 20)
    type_in(stack, 1, "code", '"NULL"')
    wait_until("the word", lambda: mysql(stack, "code") == "NULL", 20)
    time.sleep(1)  # the edit's echo may write the cell once more, which a clear of it should not meet
    stack.act({"action": "clear", "tab": "Items", "row": 1, "column": column("code"), "rows": 1, "columns": 1})
    wait_until("the empty text", lambda: mysql(stack, "code") == "", 20)
    type_in(stack, 1, "day", "NULL")
    wait_until("NULL", lambda: mysql(stack, "day") is None, 20)
    # A blank number is NULL, too, and stays as the person left it until MySQL changes it.
    stack.act({"action": "clear", "tab": "Items", "row": 1, "column": column("price"), "rows": 1, "columns": 1})
    wait_until("NULL", lambda: mysql(stack, "price") is None, 20)
    stack.cli("reconcile", "items")
    stack.sql("UPDATE items SET rate = 0.5 WHERE id = 2")
    wait_until("the update", lambda: stack.cells("Items")[2][column("rate")] == 0.5, 20)
    assert mysql(stack, "code") == "" and mysql(stack, "colour", 2) == "NULL"


def test_a_cleared_cell_is_found_as_the_empty_text_without_a_trigger(make_stack):
    stack = make(make_stack, null_as="NULL", empty_as="")
    stack.sql("UPDATE items SET code = NULL WHERE id = 1")
    wait_until("the cell", lambda: stack.cells("Items")[1][column("code")] == "NULL", 20)
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [
        {"repeatCell": {"range": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 5, "endColumnIndex": 6},
                        "cell": {}, "fields": "userEnteredValue"}}]})
    stack.cli("reconcile", "items")
    wait_until("the empty text", lambda: mysql(stack, "code") == "", 30)


def test_typed_rows_and_markers(make_stack):
    stack = make(make_stack, null_as="(none)", empty_as="(empty)")
    stack.act({"action": "paste", "tab": "Items", "row": 4, "column": 0, "values": [
        ["10", "TRUE", "(none)", "new", "red", "(empty)", "2024-03-01"], ["11", "", "", "", "", "(none)", "(none)"]]})
    wait_until("the rows", lambda: stack.sql("SELECT id, done, maybe, kind, colour, code FROM items WHERE id >= 10 ORDER BY id") ==
               [(10, 1, None, "new", "red", ""), (11, 0, None, "new", None, None)], 20)
    wait_until("what MySQL made of them", lambda: any(r[:1] == [11.0] and r[3] == "new" for r in stack.cells("Items")), 20)
    assert stack.cli("verify", "items")


# --- the spreadsheet's locale and time zone

def test_no_locale_and_no_time_zone_damage_a_value(make_stack):
    stack = make(make_stack, start=False)
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [
        {"updateSpreadsheetProperties": {"properties": {"locale": "de_DE", "timeZone": "America/Santiago"},
                                         "fields": "locale,timeZone"}}]})
    stack.webhook.start()
    stack.replicator.start()
    stack.sql("UPDATE items SET code = '1,5', price = 1234.5, at = '2024-03-31 02:30:00' WHERE id = 1")
    wait_until("the cells", lambda: len(stack.cells("Items")) == 3 and stack.cells("Items")[1][column("price")] == 1234.5, 20)
    row = stack.cells("Items")[1]
    assert row[column("code")] == "1,5" and row[column("day")] == 45351.0
    assert abs(row[column("at")] - (45382 + 2.5 / 24)) < 1e-9
    assert stack.cli("verify", "items")
    assert mysql(stack, "price") == pytest.approx(1234.5) and str(mysql(stack, "at")) == "2024-03-31 02:30:00"


# --- looks never hold back a value

def refusal(request):
    return [{"match": "batchUpdate", "count": 1, "status": 400, "body": json.dumps({"error": {
        "code": 400, "message": f"Invalid requests[2].{request}: You can't do that.", "status": "INVALID_ARGUMENT"}})}]


def test_drop_downs_that_google_refuses_hold_back_no_row(make_stack):
    stack = make(make_stack)
    stack.google.call("PUT", "/sandbox/v1/faults", refusal("setDataValidation"))
    stack.sql(f"INSERT INTO items VALUES {ROW}", (3,))
    wait_until("the row", lambda: len(stack.cells("Items")) == 4, 20)
    stack.sql(f"INSERT INTO items VALUES {ROW}", (4,))
    wait_until("the row", lambda: len(stack.cells("Items")) == 5, 20)
    assert rule(stack, 4, "kind") is None and rule(stack, 1, "kind") is not None
    assert stack.replicator.log().count("going on without checkboxes") == 1
    assert stack.replicator.log().count("session: streaming") == 1


def test_a_header_that_google_does_not_protect_is_written_all_the_same(make_stack):
    stack = make(make_stack, start=False)
    # Twice: a first gzipped request that is refused is sent again as it is.
    stack.google.call("PUT", "/sandbox/v1/faults", [{**refusal("addProtectedRange")[0], "count": 2}])
    stack.webhook.start()
    stack.replicator.start()
    wait_until("the rows", lambda: len(stack.cells("Items")) == 3, 60)
    assert "protectedRanges" not in sheet(stack, "protectedRanges")
