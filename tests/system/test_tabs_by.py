# SPDX-License-Identifier: Apache-2.0
"""tabs_by: a tab for each value of a column. Tabs are made as values come, rows go from tab to tab, and what is typed into a tab has its value."""
import json
import random
import time
import urllib.parse

import pytest

from programs import run, wait_until
from stack import PERSON, SECRET

TABLE = ("CREATE TABLE orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, country VARCHAR(20) NULL, amount INT NULL, INDEX (country));\n")
ROWS = "INSERT INTO orders VALUES (1, 'DE', 10), (2, 'FR', 20), (3, 'DE', 30), (4, NULL, 40), (5, '', 50)"


@pytest.fixture
def family(make_stack):
    def make(rows=ROWS, start=True, tables=TABLE, reconcile_every="1s", **mapping):
        stack = make_stack([{"name": "orders", "table": "orders", "tab": "{value}", "tabs_by": "country", "delete_limit_percent": 100, **mapping}],
                           tables=tables, replicator={"reconcile_every": reconcile_every}, start=False)
        if rows:
            stack.sql(rows)
        if start:
            begin(stack)
        return stack
    return make


def begin(stack):
    stack.webhook.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.replicator.start()


def titles(stack):
    return [sheet["properties"]["title"] for sheet in stack.google.google("GET", f"/v4/spreadsheets/{stack.spreadsheet}")["sheets"]]


def faults(stack, *rules):
    stack.google.call("PUT", "/sandbox/v1/faults", list(rules))


def wait_held(stack):
    wait_until("a held write", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)


def cells(stack, tab):
    return stack.cells(urllib.parse.quote("'" + tab.replace("'", "''") + "'"))


def shown(stack, tab, width=3):
    """The tab's rows, by their key; None: there is no such tab."""
    if tab not in titles(stack):
        return None
    return sorted([tuple((row + [None] * width)[:width]) for row in cells(stack, tab)[1:] if row and row[0] is not None], key=str)


def wait_shown(stack, tab, *rows):
    wait_until(f"{tab} to have {rows}", lambda: shown(stack, tab) == [tuple(float(v) if isinstance(v, int) else v for v in row) for row in rows])


def orders(stack):
    return {row[0]: tuple(row[1:]) for row in stack.sql("SELECT id, country, amount FROM orders")}


def members(stack):
    return list(stack.sql(f"SELECT mapping, value, tab FROM {stack.state_database}.member ORDER BY id"))


def edit(stack, tab, key, column, value):
    stack.act({"action": "edit", "tab": tab, "row": next(i for i, row in enumerate(cells(stack, tab)) if row and row[0] == key), "column": column, "value": value})


def type_row(stack, tab, values):
    stack.act({"action": "paste", "tab": tab, "row": len(cells(stack, tab)), "column": 0, "values": [values]})


def matches(stack, name):
    """Every tab that NAME means is as MySQL."""
    done = run("tabrelay", "--config", stack.config, "verify", name).stdout
    return ": MATCH" in done and "MISMATCH" not in done


def wait_rest(stack, *names):
    for name in names or ["orders"]:
        wait_until(f"{name} to be as MySQL", lambda name=name: matches(stack, name), every_s=0.2)


def rewrite(stack, **changes):
    """Other keys of the mapping, in the running programs."""
    config = json.loads(stack.config.read_text())
    config["mappings"][0].update(changes)
    stack.config.write_text(json.dumps(config))
    stack.cli("reload")


def test_the_first_fill_makes_a_tab_for_each_value(family):
    stack = family()
    wait_shown(stack, "DE", (1, "DE", 10), (3, "DE", 30))
    wait_shown(stack, "FR", (2, "FR", 20))
    wait_shown(stack, "NULL", (4, None, 40))
    wait_shown(stack, '""', (5, '""', 50))
    assert members(stack) == [("orders/NULL", None, "NULL"), ('orders/""', "", '""'), ("orders/DE", "DE", "DE"), ("orders/FR", "FR", "FR")]


def test_a_new_value_gets_a_tab_while_it_runs(family):
    stack = family()
    wait_shown(stack, "FR", (2, "FR", 20))
    stack.sql("INSERT INTO orders VALUES (6, 'IT', 60)")
    stack.sql("UPDATE orders SET country = 'ES' WHERE id = 2")
    wait_shown(stack, "IT", (6, "IT", 60))
    wait_shown(stack, "ES", (2, "ES", 20))
    assert stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.signals WHERE kind = 'repair'")[0][0] == 0  # a new value is no work for the other tabs
    wait_shown(stack, "FR")  # its last row is gone: the tab stays
    stack.sql("INSERT INTO orders VALUES (7, 'FR', 70)")
    wait_shown(stack, "FR", (7, "FR", 70))
    stack.sql("UPDATE orders SET country = 'de', amount = 21 WHERE id = 2")  # as the collation compares
    wait_shown(stack, "DE", (1, "DE", 10), (2, "de", 21), (3, "DE", 30))
    wait_shown(stack, "ES")
    assert "de" not in titles(stack)


def test_what_is_typed_in_a_tab_has_its_value(family):
    stack = family()
    wait_shown(stack, "NULL", (4, None, 40))
    wait_shown(stack, "FR", (2, "FR", 20))
    type_row(stack, "FR", ["", "", "21"])
    wait_until("the row", lambda: ("FR", 21) in orders(stack).values())
    type_row(stack, "NULL", ["", "", "41"])
    wait_until("the row", lambda: (None, 41) in orders(stack).values())
    edit(stack, "FR", 2, 2, "22")
    wait_until("the edit", lambda: orders(stack)[2] == ("FR", 22))
    wait_rest(stack, "orders/FR", "orders/NULL")
    assert [row[1:] for row in shown(stack, "FR")] == [("FR", 22.0), ("FR", 21.0)]


def test_another_value_takes_the_row_into_its_tab(family):
    stack = family()
    wait_shown(stack, "FR", (2, "FR", 20))
    edit(stack, "FR", 2, 1, "DE")
    wait_shown(stack, "DE", (1, "DE", 10), (2, "DE", 20), (3, "DE", 30))
    wait_shown(stack, "FR")
    edit(stack, "DE", 3, 1, "IT")  # its tab is not there yet
    wait_shown(stack, "IT", (3, "IT", 30))
    wait_shown(stack, "DE", (1, "DE", 10), (2, "DE", 20))
    wait_rest(stack)


def test_the_column_need_not_be_shown(family):
    stack = family(columns=["id", "amount"], tab="Orders {value}", where="amount > 5")
    wait_shown(stack, "Orders DE", (1, 10, None), (3, 30, None))
    type_row(stack, "Orders FR", ["", "21"])
    wait_until("the row", lambda: ("FR", 21) in orders(stack).values())
    stack.sql("INSERT INTO orders VALUES (8, 'XX', 1)")  # the condition leaves it out: no tab
    stack.sql("UPDATE orders SET country = 'FR' WHERE id = 1")
    wait_until("the row", lambda: 1.0 in [row[0] for row in shown(stack, "Orders FR")])
    assert "Orders XX" not in titles(stack)
    stack.sql("UPDATE orders SET amount = 11 WHERE id = 8")
    wait_shown(stack, "Orders XX", (8, 11, None))
    wait_rest(stack)


def test_a_row_typed_with_another_value_is_refused(family):
    stack = family()
    wait_shown(stack, "FR", (2, "FR", 20))
    type_row(stack, "FR", ["", "IT", "21"])
    wait_until("the refusal", lambda: stack.sql(f"SELECT message FROM {stack.state_database}.edit_log WHERE outcome = 'rejected'"))
    assert stack.sql(f"SELECT message FROM {stack.state_database}.edit_log WHERE outcome = 'rejected'")[0][0] == (
        "this tab does not show rows like this one: its rows have FR in country; leave that cell blank, or type the row into its own tab")
    assert len(orders(stack)) == 5 and "IT" not in titles(stack)


def test_more_values_than_the_limit_get_no_tab(family):
    stack = family(rows="INSERT INTO orders VALUES (1, 'DE', 10), (2, 'FR', 20), (3, 'IT', 30)", tabs_limit=2, start=False)
    done = run("tabrelay", "--config", stack.config, "check")
    assert "column \"country\" has more than 2 values without a tab, and 0 tabs: tabs_limit is 2, so none of these values gets one" in done.stdout
    begin(stack)
    problem = "mapping orders: column country has more than 2 values without a tab, and 0 tabs; more than tabs_limit (2) are not made"
    wait_until("the refusal", lambda: run("tabrelay", "--config", stack.config, "status", "--json").returncode == 1)
    status = run("tabrelay", "--config", stack.config, "status", "--json")
    told = json.loads(status.stdout)["families"][0]
    assert {k: told[k] for k in ("family", "tabs_by", "tabs_limit", "tabs", "problem")} == {
        "family": "orders", "tabs_by": "country", "tabs_limit": 2, "tabs": 0, "problem": problem}
    assert members(stack) == [] and stack.metric("tabrelay_families_refused") == 1
    rewrite(stack, tabs_limit=3)
    wait_shown(stack, "IT", (3, "IT", 30))
    stack.sql("INSERT INTO orders VALUES (4, 'ES', 40), (5, 'DE', 50)")
    wait_shown(stack, "DE", (1, "DE", 10), (5, "DE", 50))  # the others go on
    wait_until("the refusal", lambda: "orders: values get no tab since" in run("tabrelay", "--config", stack.config, "status").stdout)
    assert "ES" not in titles(stack)
    rewrite(stack, tabs_limit=4)
    wait_shown(stack, "ES", (4, "ES", 40))
    wait_until("status to be well", lambda: run("tabrelay", "--config", stack.config, "status").returncode == 0)


def test_a_tab_that_is_renamed_is_followed_and_one_that_is_deleted_is_missed(family):
    stack = family()
    wait_shown(stack, "FR", (2, "FR", 20))
    stack.act({"action": "rename_tab", "tab": "DE", "title": "Germany"})
    stack.sql("INSERT INTO orders VALUES (6, 'DE', 60), (7, 'IT', 70)")
    wait_shown(stack, "Germany", (1, "DE", 10), (3, "DE", 30), (6, "DE", 60))
    wait_shown(stack, "IT", (7, "IT", 70))
    edit(stack, "Germany", 1, 2, "11")
    wait_until("the edit", lambda: orders(stack)[1] == ("DE", 11))
    assert "DE" not in titles(stack)
    stack.act({"action": "delete_tab", "tab": "FR"})
    stack.sql("INSERT INTO orders VALUES (8, 'FR', 80)")
    wait_until("the error", lambda: 'orders/FR: the spreadsheet has no tab "FR"' in run("tabrelay", "--config", stack.config, "status").stdout)
    assert orders(stack)[2] == ("FR", 20)
    stack.act({"action": "add_tab", "title": "FR"})
    stack.cli("reload")  # it is looked at every 30 s by itself
    wait_shown(stack, "FR", (2, "FR", 20), (8, "FR", 80))


def test_a_tab_of_people_is_not_taken(family):
    stack = family(rows="INSERT INTO orders VALUES (1, 'DE', 10), (2, 'FR', 20)", start=False)
    stack.act({"action": "add_tab", "title": "DE"})
    stack.act({"action": "paste", "tab": "DE", "row": 0, "column": 0, "values": [["my", "own"], ["things", "here"]]})
    begin(stack)
    wait_shown(stack, "FR", (2, "FR", 20))
    wait_until("the error", lambda: 'has a tab "DE" already, and it is none of this table' in run("tabrelay", "--config", stack.config, "status").stdout)
    assert stack.cells("DE") == [["my", "own"], ["things", "here"]]
    stack.act({"action": "rename_tab", "tab": "DE", "title": "Mine"})
    stack.cli("reload")
    wait_shown(stack, "DE", (1, "DE", 10))


@pytest.mark.parametrize("moment", ["before", "applied"])
def test_kill_9_while_a_row_goes_from_tab_to_tab(family, moment):
    stack = family()
    wait_shown(stack, "DE", (1, "DE", 10), (3, "DE", 30))
    wait_rest(stack)
    faults(stack, {"match": "batchUpdate", "hold": True} if moment == "before" else {"match": "batchUpdate", "after": True, "hold": True})
    stack.sql("UPDATE orders SET country = 'DE', amount = 21 WHERE id = 2")
    stack.sql("UPDATE orders SET country = 'IT' WHERE id = 3")
    wait_held(stack)
    stack.replicator.kill()
    faults(stack)
    stack.replicator.start()
    wait_shown(stack, "DE", (1, "DE", 10), (2, "DE", 21))
    wait_shown(stack, "IT", (3, "IT", 30))
    wait_shown(stack, "FR")
    wait_rest(stack)
    assert orders(stack) == {1: ("DE", 10), 2: ("DE", 21), 3: ("IT", 30), 4: (None, 40), 5: ("", 50)}


@pytest.mark.parametrize("moment", ["before", "applied"])
def test_kill_9_while_a_tab_is_made(family, moment):
    stack = family(rows=None)
    faults(stack, {"match": "batchUpdate", "hold": True, "after": moment == "applied"})
    stack.sql("INSERT INTO orders VALUES (1, 'DE', 10), (2, 'FR', 20)")
    wait_held(stack)
    stack.replicator.kill()
    stack.webhook.kill()
    faults(stack)
    stack.sql("INSERT INTO orders VALUES (3, 'DE', 30), (4, 'IT', 40)")
    stack.webhook.start()
    stack.replicator.start()
    wait_shown(stack, "DE", (1, "DE", 10), (3, "DE", 30))
    wait_shown(stack, "FR", (2, "FR", 20))
    wait_shown(stack, "IT", (4, "IT", 40))
    assert sorted(titles(stack)) == ["DE", "FR", "IT", "{value}"]
    wait_rest(stack)


@pytest.mark.parametrize("kind, values", [
    ("INT", {1: "1", -20: "-20"}), ("DECIMAL(6,2)", {"1.50": "1.50", "-3.00": "-3.00"}), ("DATE", {"2024-02-29": "2024-02-29", "2025-01-01": "2025-01-01"}),
    ("YEAR", {2024: "2024", 1999: "1999"}), ("ENUM('new', 'old')", {"new": "new", "old": "old"}), ("CHAR(5) CHARACTER SET latin1", {"\u00e9t\u00e9": "\u00e9t\u00e9", "a'\\\"": "a'\\\""}),
    ("BIGINT UNSIGNED", {18446744073709551615: "18446744073709551615", 18446744073709551614: "18446744073709551614"})])
def test_values_of_many_types_make_tabs(family, kind, values):
    stack = family(rows=None, tables=f"CREATE TABLE orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, country {kind} NULL, amount INT NULL);\n", columns=["id", "amount"])
    (first, first_title), (second, second_title) = values.items()
    stack.sql("INSERT INTO orders VALUES (1, %s, 10), (2, %s, 20)", (first, second))
    wait_until("the first tab", lambda: shown(stack, first_title, 2) == [(1.0, 10.0)])
    wait_until("the second tab", lambda: shown(stack, second_title, 2) == [(2.0, 20.0)])
    stack.sql("UPDATE orders SET country = %s WHERE id = 1", (second,))
    wait_until("the row", lambda: shown(stack, second_title, 2) == [(1.0, 10.0), (2.0, 20.0)])
    type_row(stack, second_title, ["", "30"])
    wait_until("the typed row", lambda: [row[0] for row in stack.sql("SELECT amount FROM orders WHERE country = %s ORDER BY id", (second,))] == [10, 20, 30])
    wait_rest(stack)


def test_rows_that_are_logged_in_part(family):
    """binlog_row_image MINIMAL: an update does not say which value the row has, an INSERT not which one it gets."""
    stack = family(tables=TABLE.replace("country VARCHAR(20) NULL", "country VARCHAR(20) NULL DEFAULT 'NO'"))
    wait_shown(stack, "DE", (1, "DE", 10), (3, "DE", 30))
    connection = stack.server.connect(database=stack.database, init_command="SET SESSION binlog_row_image = 'MINIMAL'")
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE orders SET amount = 11 WHERE id = 1")
        cursor.execute("UPDATE orders SET country = 'FR' WHERE id = 3")
        cursor.execute("INSERT INTO orders (id, amount) VALUES (6, 60)")
        cursor.execute("DELETE FROM orders WHERE id = 4")
        connection.commit()
        wait_shown(stack, "DE", (1, "DE", 11))
        wait_shown(stack, "FR", (2, "FR", 20), (3, "FR", 30))
        wait_shown(stack, "NO", (6, "NO", 60))
        wait_shown(stack, "NULL")
    wait_rest(stack)


def test_a_statement_that_is_logged_without_rows(family, server):
    stack = family()
    wait_shown(stack, "FR", (2, "FR", 20))
    connection = server.connect(database=stack.database, user=server.user, password=server.password, init_command="SET SESSION binlog_format = 'STATEMENT'")
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE orders SET country = CONCAT('new ', id) WHERE id IN (2, 3)")
        connection.commit()
    wait_shown(stack, "new 2", (2, "new 2", 20))
    wait_shown(stack, "new 3", (3, "new 3", 30))
    wait_shown(stack, "DE", (1, "DE", 10))
    wait_shown(stack, "FR")
    wait_rest(stack)


def test_a_table_without_rows_is_altered_and_then_filled(family):
    """No mapping has the table yet: the family itself follows its definition."""
    stack = family(rows=None)
    stack.sql("ALTER TABLE orders ADD COLUMN first INT NULL FIRST")
    stack.sql("INSERT INTO orders VALUES (7, 1, 'DE', 10)")
    wait_until("the tab", lambda: "DE" in titles(stack) and cells(stack, "DE")[1:] == [[7.0, 1.0, "DE", 10.0]])
    stack.sql("ALTER TABLE orders DROP COLUMN first, ADD COLUMN last INT NULL")
    stack.sql("INSERT INTO orders VALUES (2, 'IT', 20, 8)")
    wait_until("the tab", lambda: "IT" in titles(stack) and cells(stack, "IT")[1:] == [[2.0, "IT", 20.0, 8.0]])
    wait_rest(stack)


def test_the_table_comes_later_and_the_other_mappings_do_not_wait(make_stack):
    """So it is with a condition that MySQL cannot evaluate, and with a column that cannot be compared."""
    stack = make_stack([{"name": "orders", "table": "orders", "tab": "{value}", "tabs_by": "country"},
                        {"name": "bad_where", "table": "people", "tab": "Where {value}", "tabs_by": "name", "where": "nobody > 3"},
                        {"name": "bad_type", "table": "people", "tab": "Type {value}", "tabs_by": "score"},
                        {"name": "no_column", "table": "people", "tab": "Column {value}", "tabs_by": "nobody"},
                        {"name": "people", "table": "people", "tab": "People"}],
                       tables=TABLE + "CREATE TABLE people (id INT PRIMARY KEY, name VARCHAR(20), score DOUBLE);\n", start=False)
    stack.sql("DROP TABLE orders")
    stack.sql("INSERT INTO people VALUES (1, 'ann', 1.5)")
    begin(stack)
    wait_until("people", lambda: cells(stack, "People")[1:] == [[1.0, "ann", 1.5]])
    told = {family["family"]: family["problem"] for family in json.loads(run("tabrelay", "--config", stack.config, "status", "--json").stdout)["families"]}
    assert "Unknown column" in told["bad_where"] and 'column "score" is a double' in told["bad_type"]
    assert 'has no column "nobody"' in told["no_column"] and told["orders"] != ""
    stack.sql(TABLE)
    stack.sql("INSERT INTO orders VALUES (1, 'DE', 10)")
    wait_shown(stack, "DE", (1, "DE", 10))
    stack.sql("INSERT INTO people VALUES (2, 'bob', 2)")
    wait_until("people", lambda: len(cells(stack, "People")) == 3)


def test_two_families_and_titles_that_are_one(make_stack):
    """By another column of the same table, in the same spreadsheet: no title twice, whatever the case, and values that are cut stay apart."""
    long = "y" * 110
    stack = make_stack([{"name": "orders", "table": "orders", "tab": "{value}", "tabs_by": "country"},
                        {"name": "states", "table": "orders", "tab": "x{value}", "tabs_by": "state"},
                        {"name": "all", "table": "orders", "tab": "Open"}],
                       tables="CREATE TABLE orders (id INT PRIMARY KEY, country VARCHAR(200) NULL, state VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL);\n", start=False)
    stack.sql("INSERT INTO orders VALUES (1, 'open', 'new'), (2, 'xNEW', 'New'), (3, %s, 'neW')", (long + "1",))
    stack.sql("INSERT INTO orders VALUES (4, %s, 'new')", (long + "2",))
    begin(stack)
    wait_shown(stack, "open (2)", (1, "open", "new"))
    wait_until("all tabs", lambda: len(titles(stack)) == 3 + 7)
    found = {name: tab for name, _, tab in members(stack)}
    assert len({title.lower() for title in [*found.values(), "Open"]}) == 8 and max(map(len, found.values())) == 100
    wait_shown(stack, found["states/new"], (1, "open", "new"), (4, long + "2", "new"))
    stack.sql("UPDATE orders SET state = 'New', country = 'xnew' WHERE id = 1")
    wait_shown(stack, found["states/New"], (1, "xnew", "New"), (2, "xNEW", "New"))
    wait_shown(stack, "open (2)")
    wait_shown(stack, found["orders/xNEW"], (1, "xnew", "New"), (2, "xNEW", "New"))
    for name in ("orders", "states", "all"):
        wait_rest(stack, name)


def test_commands_take_the_family_and_a_member(family):
    stack = family()
    wait_shown(stack, "FR", (2, "FR", 20))
    wait_shown(stack, "DE", (1, "DE", 10), (3, "DE", 30))
    wait_rest(stack)
    edit(stack, "DE", 1, 2, "11")
    edit(stack, "FR", 2, 2, "22")
    wait_until("the edits", lambda: orders(stack)[1][1] == 11 and orders(stack)[2][1] == 22)
    wait_rest(stack)
    log = [json.loads(line) for line in stack.cli("log", "orders", "--json").splitlines()]
    assert {entry["mapping"] for entry in log} == {"orders/DE", "orders/FR"}
    assert {json.loads(line)["mapping"] for line in stack.cli("log", "orders/DE", "--json").splitlines()} == {"orders/DE"}
    assert stack.cli("conflicts", "orders") == stack.cli("conflicts", "orders/FR") == "no conflict is open\n"
    assert stack.cli("reconcile", "orders", "--wait", "30").count("reconcile asked for") == 4
    assert stack.cli("snapshot", "orders/FR", "--wait", "30").count("snapshot asked for") == 1
    assert stack.cli("pause", "orders").count("edits of the sheet are not taken") == 4
    assert stack.cli("resume", "orders", "--wait", "30").count("resume asked for") == 4
    plan = json.loads(stack.cli("plan", "orders", "--json"))
    assert sorted(one["mapping"] for one in plan) == ['orders/""', "orders/DE", "orders/FR", "orders/NULL"]
    assert "orders/DE" in stack.cli("lag", "orders") and "orders/FR" not in stack.cli("lag", "orders/DE")
    assert "orders: 4 tabs by country, of at most 50" in stack.cli("status")
    check = stack.cli("check")
    assert '4 tabs by "country", of at most 50' in check
    done = run("tabrelay", "--config", stack.config, "verify", "orders/XX")
    assert done.returncode == 2 and 'has no mapping "orders/XX"' in done.stderr
    assert "did you mean" in run("tabrelay", "--config", stack.config, "verify", "order").stderr
    assert stack.spreadsheet in run("tabrelay", "--config", stack.config, "script", "orders/DE").stderr


def test_a_person_s_delete_is_of_the_tab_s_rows_only(family):
    stack = family(delete_limit_rows=25)
    wait_shown(stack, "DE", (1, "DE", 10), (3, "DE", 30))
    wait_rest(stack)
    stack.act({"action": "delete_rows", "tab": "DE", "index": 1, "count": 1})
    wait_until("the delete", lambda: 1 not in orders(stack))
    stack.sql("UPDATE orders SET country = 'FR' WHERE id = 3")
    wait_shown(stack, "DE")
    wait_shown(stack, "FR", (2, "FR", 20), (3, "FR", 30))
    wait_rest(stack)
    assert set(orders(stack)) == {2, 3, 4, 5}


def test_the_script_tells_of_edits_in_a_tab_that_was_made_since(family):
    stack = family(reconcile_every="0s")
    wait_shown(stack, "FR", (2, "FR", 20))
    stack.sql("INSERT INTO orders VALUES (6, 'IT', 60)")
    wait_shown(stack, "IT", (6, "IT", 60))
    time.sleep(3.2)  # so long after its last look the script asks again for the tabs that there are
    edit(stack, "IT", 6, 2, "61")
    wait_until("the edit", lambda: orders(stack)[6] == ("IT", 61))
    assert stack.sql(f"SELECT mapping, source, editor FROM {stack.state_database}.edit_log")[0] == ("orders/IT", "script", PERSON)


def test_a_webhook_that_begins_without_mysql_learns_of_the_tabs(make_own_stack, own_server):
    stack = make_own_stack([{"name": "orders", "table": "orders", "tab": "{value}", "tabs_by": "country"}], tables=TABLE, replicator={"reconcile_every": "1s"}, start=False)
    stack.sql(ROWS)
    begin(stack)
    wait_shown(stack, "FR", (2, "FR", 20))
    stack.webhook.stop()
    stack.replicator.stop()
    own_server.stop()
    stack.webhook.start()
    assert "are not known yet" in stack.webhook.log()
    own_server.start()
    stack.replicator.start()
    type_row(stack, "FR", ["", "", "21"])
    wait_until("the row", lambda: ("FR", 21) in orders(stack).values())
    wait_rest(stack)


def test_random_hands_on_both_sides_and_kills(family):
    """No row is lost, none stands in two tabs, and all is as MySQL in the end."""
    chance = random.Random(1)
    stack = family(rows="INSERT INTO orders VALUES " + ", ".join(f"({n}, '{('DE', 'FR', 'IT')[n % 3]}', {n})" for n in range(1, 101)), delete_limit_rows=1000)
    wait_until("the first fill", lambda: sum(len(shown(stack, tab) or []) for tab in ("DE", "FR", "IT")) == 100)

    def a_tab():
        return chance.choice([title for title in titles(stack) if title != "{value}"])

    def mysql():
        stack.sql("UPDATE orders SET country = %s, amount = %s WHERE id = %s", (a_value(), chance.randrange(1000), chance.randrange(1, 101)))

    def many():
        first = chance.randrange(1, 90)
        stack.sql("UPDATE orders SET country = %s WHERE id BETWEEN %s AND %s", (a_value(), first, first + 10))

    def a_value():
        return chance.choice(["DE", "FR", "IT", "ES", None, "", "de", "PT", "AT"])

    def person():
        tab = a_tab()
        rows = shown(stack, tab)
        row = next((i for i, row in enumerate(cells(stack, tab)) if rows and row and row[0] == chance.choice(rows)[0]), None)
        column, value = chance.choice([(1, chance.choice(["DE", "XX", "FR"])), (2, str(chance.randrange(5000)))])
        if row is not None:
            stack.act({"action": "edit", "tab": tab, "row": row, "column": column, "value": value})

    def typed():
        type_row(stack, a_tab(), ["", "", str(chance.randrange(5000))])

    def sort():
        stack.act({"action": "sort", "tab": a_tab(), "row": 1, "rows": 50, "column": 2, "descending": True})

    def kill():
        program = chance.choice([stack.replicator, stack.webhook])
        program.kill()
        program.start()

    for _ in range(200):
        chance.choices([mysql, many, person, typed, sort, kill], [40, 10, 40, 5, 3, 2])[0]()
        time.sleep(chance.random() * 0.1)

    def keys():
        return [row[0] for title in titles(stack) if title != "{value}" for row in shown(stack, title) or []]
    # What was done last may still be on its way when both sides are equal for the first time.
    wait_until("both sides to be equal, and each row in one tab",
               lambda: matches(stack, "orders") and sorted(keys()) == sorted(map(float, orders(stack))), 60, every_s=0.5)
    assert set(range(1, 101)) <= set(orders(stack))
