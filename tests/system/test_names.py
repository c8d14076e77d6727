# SPDX-License-Identifier: Apache-2.0
"""Names that contain what names should not: of databases, tables, columns, headers, tabs and mappings, both ways and through the commands."""
import json
import urllib.parse

import pytest

from programs import run, wait_until

# MySQL's identifiers have no characters beyond the BMP; headers, tabs and mappings have.
DATABASE = "we`ird \"%s%n\" 'שלום' ☃"
TABLE = "ta`ble '; DROP TABLE x; -- \"%d\" \\"
KEY, TEXT, NUMBER = "k`ey", "per%cent '\"☃\\", "=1+1"
HEADERS = {KEY: "=HYPERLINK(\"x\")", TEXT: "'🦊 \u202eשלום", NUMBER: "+1`%s\""}
TAB = "It's =1+1 !A1 '🦊' \u202e%s"
NAME = "ma`p 'ping' \"%s\" 🦊"
# What would be a formula, a number, a date, a link or markup if it were typed.
VALUES = ["=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "''", "1e5", "007", "2024-02-29", "TRUE", "#REF!", "=HYPERLINK(\"https://evil.example\")",
          "\u202eמה", "🦊", "'; DROP TABLE x; -- ", "%s%n", "`", "\\", "<b>x</b>", "=IMPORTXML(\"https://evil.example\", \"//a\")", "\t=1", " =1"]


def quote(name):
    return "`" + name.replace("`", "``") + "`"


@pytest.fixture
def named(make_stack, server):
    server.sql(f"CREATE DATABASE {quote(DATABASE).replace('%', '%%')}", [])
    where = f"{quote(DATABASE)}.{quote(TABLE)}"
    connection = server.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {where} ({quote(KEY)} INT NOT NULL PRIMARY KEY, {quote(TEXT)} VARCHAR(200) NULL, {quote(NUMBER)} INT NULL)")
        for n, value in enumerate(VALUES, 1):
            cursor.execute(f"INSERT INTO {where.replace('%', '%%')} VALUES (%s, %s, %s)", [n, value, n])
    stack = make_stack([{"table": f"{DATABASE}.{TABLE}", "tab": TAB, "name": NAME, "where": f"{quote(NUMBER)} < 1000 OR {quote(NUMBER)} IS NULL", "columns": [
        {"column": KEY, "header": HEADERS[KEY]}, {"column": TEXT, "header": HEADERS[TEXT], "conflict": "manual"},
        {"column": NUMBER, "header": HEADERS[NUMBER], "rule": f"GREATEST(mysql.{quote(NUMBER)}, sheet.{quote(NUMBER)})"}]}])
    yield stack
    stack.replicator.stop()
    stack.webhook.stop()
    server.sql(f"DROP DATABASE {quote(DATABASE)}")


def rows(stack):
    return stack.server.sql(f"SELECT * FROM {quote(DATABASE)}.{quote(TABLE)} ORDER BY 1")


def cells(stack, option="UNFORMATTED_VALUE"):
    where = urllib.parse.quote("'" + TAB.replace("'", "''") + "'!A1:C100", safe="")
    return stack.google.google("GET", f"/v4/spreadsheets/{stack.spreadsheet}/values/{where}?valueRenderOption={option}").get("values", [])


def test_hostile_names_and_values_both_ways_and_through_the_commands(named):
    stack = named
    wait_until("the rows", lambda: len(cells(stack)) == len(VALUES) + 1, 30)
    # Text from the database is text: what the cell shows and what was entered are the same, so nothing was evaluated.
    assert cells(stack)[0] == list(HEADERS.values()) == cells(stack, "FORMULA")[0]
    assert sorted(row[1] for row in cells(stack)[1:]) == sorted(VALUES)
    entered = [cell["userEnteredValue"] for row in stack.google.google(
        "GET", f"/v4/spreadsheets/{stack.spreadsheet}?fields=sheets(data(rowData(values(userEnteredValue))))&includeGridData=true")["sheets"][0]["data"][0]["rowData"]
        for cell in row.get("values", []) if "userEnteredValue" in cell]
    assert not any("formulaValue" in value for value in entered)

    # The other way: people type it, and MySQL has just that (an apostrophe before it says "text" to Sheets).
    for row, value in enumerate(VALUES[:6], 1):
        stack.act({"action": "edit", "tab": TAB, "row": row, "column": 1, "value": "'" + value + "!"})
    wait_until("the edits", lambda: [text for _, text, _ in rows(stack)[:6]] == [value + "!" for value in VALUES[:6]], 30)
    stack.act({"action": "edit", "tab": TAB, "row": len(VALUES) + 1, "column": 0, "value": 77})
    wait_until("the new row", lambda: rows(stack)[-1][0] == 77, 30)
    stack.server.sql(f"DELETE FROM {quote(DATABASE)}.{quote(TABLE)} WHERE {quote(KEY)} = 77")
    wait_until("the delete", lambda: len(cells(stack)) == len(VALUES) + 1, 30)

    edit = stack.server.sql(f"SELECT edit_id FROM {stack.state_database}.edit_log WHERE outcome = 'applied' AND row_key = '[\"1\"]' ORDER BY id DESC LIMIT 1")[0][0]
    known = {
        ("check",): "ok", ("status",): NAME, ("lag",): NAME, ("plan", NAME): "", ("verify", NAME): f"{NAME}: MATCH", ("reconcile", NAME, "--wait", 30): "",
        ("snapshot", NAME, "--wait", 30): "done", ("pause", NAME, "--wait", 30): "", ("resume", NAME, "--wait", 30): "", ("deletes",): "",
        ("conflicts",): "", ("log",): NAME, ("log", edit): VALUES[0] + "!", ("undo", edit): "", ("grants",): quote(DATABASE) + "." + quote(TABLE),
        ("script", NAME): "", ("doctor",): "# tabrelay doctor", ("reload",): "taken"}
    for command, says in known.items():
        done = run("tabrelay", "--config", stack.config, *command)
        assert done.returncode == 0 and says in done.stdout, (command, done.stdout[-2000:], done.stderr[-2000:])
        assert "\u202e" not in done.stdout.replace(TAB, "").replace(HEADERS[TEXT], "") or command[0] in ("log", "plan", "status", "check", "verify"), command
    found = json.loads(run("tabrelay", "--config", stack.config, "check", "--json").stdout)["checks"]
    assert [check for check in found if check["status"] == "failed"] == []
    looked_at = {check["id"]: check["status"] for check in found}
    assert [looked_at.get(name) for name in ("mysql.privileges", "mapping.rule", "mapping.headers")] == ["ok"] * 3, looked_at
    assert stack.metric("tabrelay_mapping_state", state="streaming") == 1
