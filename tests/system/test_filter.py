# SPDX-License-Identifier: Apache-2.0
"""Mappings that show some of a table's rows: where, and the first of an order. Rows come and go as they meet the condition, nobody
changes from the tab what it does not show, and another filter is another set of rows."""
import json

import pytest

from programs import run, wait_until
from stack import SECRET

TABLE = ("CREATE TABLE orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, state VARCHAR(20) NOT NULL DEFAULT 'open', "
         "amount INT NULL, secret VARCHAR(20) NULL, INDEX (amount));\n")


def filled(make_stack, rows=6, start=True, columns=("id", "state", "amount"), **mapping):
    """Rows 1, 3, 5 ... are open, the others closed; amount is ten times the id."""
    stack = make_stack([{"table": "orders", "tab": "Orders", "columns": list(columns), "delete_limit_percent": 100, **mapping}],
                       tables=TABLE, replicator={"reconcile_every": "0s"}, start=False)
    stack.sql("INSERT INTO orders (id, state, amount, secret) VALUES " + ", ".join(
        f"({n}, '{'open' if n % 2 else 'closed'}', {10 * n}, 's{n}')" for n in range(1, rows + 1)))
    if start:
        begin(stack)
    return stack


def begin(stack):
    stack.webhook.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.replicator.start()


def shown(stack):
    return sorted(row[0] for row in stack.cells("Orders")[1:] if row and row[0] is not None)


def wait_shown(stack, *ids):
    wait_until(f"rows {ids} in the tab", lambda: shown(stack) == [float(n) for n in ids])


def type_row(stack, values):
    stack.act({"action": "paste", "tab": "Orders", "row": len(stack.cells("Orders")), "column": 0, "values": [values]})


def edit(stack, key, column, value):
    stack.act({"action": "edit", "tab": "Orders", "row": stack.row_of("Orders", float(key)), "column": column, "value": value})


def orders(stack):
    return list(stack.sql("SELECT id, state, amount FROM orders ORDER BY id"))


def test_rows_come_and_go_as_they_meet_the_condition(make_stack):
    stack = filled(make_stack, where="state = 'open' AND secret LIKE 's%'")
    wait_shown(stack, 1, 3, 5)
    stack.sql("UPDATE orders SET state = 'closed' WHERE id = 3")
    wait_shown(stack, 1, 5)
    stack.sql("UPDATE orders SET state = 'open' WHERE id IN (2, 4)")
    stack.sql("INSERT INTO orders VALUES (7, 'open', 70, 's7'), (8, 'open', 80, 'no')")
    wait_shown(stack, 1, 2, 4, 5, 7)
    stack.sql("UPDATE orders SET secret = 'no' WHERE id = 7")  # a column that the tab does not show
    stack.sql("DELETE FROM orders WHERE id = 1")
    stack.sql("UPDATE orders SET id = 9 WHERE id = 5")
    wait_shown(stack, 2, 4, 9)
    stack.sql("UPDATE orders SET amount = 21 WHERE id = 2")
    wait_until("the change", lambda: stack.cells("Orders")[stack.row_of("Orders", 2.0)][2] == 21.0)


def test_an_edit_may_take_a_row_out(make_stack):
    stack = filled(make_stack, where="state = 'open'")
    wait_shown(stack, 1, 3, 5)
    edit(stack, 3, 1, "closed")
    wait_until("the edit", lambda: orders(stack)[2] == (3, "closed", 30))
    wait_shown(stack, 1, 5)
    stack.act({"action": "delete_rows", "tab": "Orders", "index": stack.row_of("Orders", 5.0), "count": 1})
    wait_until("the delete", lambda: 5 not in [row[0] for row in orders(stack)])
    assert orders(stack)[2] == (3, "closed", 30)  # out of the tab is not deleted


def test_a_typed_row_that_the_tab_would_not_show_is_refused(make_stack):
    stack = filled(make_stack, where="state = 'open'")
    wait_shown(stack, 1, 3, 5)
    type_row(stack, ["", "closed", "99"])
    wait_until("the note", lambda: any("does not show rows like this one" in str(cell.get("n", ""))
                                       for row in stack.google.rows(stack.spreadsheet, 0) for cell in row if cell))
    assert len(orders(stack)) == 6
    type_row(stack, ["", "open", "77"])
    wait_until("the row", lambda: [row[2] for row in orders(stack)] == [10, 20, 30, 40, 50, 60, 77])


def test_a_row_that_the_tab_does_not_show_is_not_changed_nor_seen(make_stack):
    stack = filled(make_stack, where="state = 'open'")
    wait_shown(stack, 1, 3, 5)
    type_row(stack, ["2", "open", "1"])
    log = f"SELECT outcome, message, answer FROM {stack.state_database}.edit_log"
    wait_until("the edit", lambda: [row[0] for row in stack.sql(log)] == ["rejected"])
    (_, message, answer), = stack.sql(log)
    assert "this tab does not show it" in message and "20" not in json.dumps(json.loads(answer).get("cells", {}))
    assert orders(stack)[1] == (2, "closed", 20)


def test_another_filter_is_another_set_of_rows(make_stack):
    stack = filled(make_stack, where="state = 'open'")
    wait_shown(stack, 1, 3, 5)
    for where, ids in (("amount > 25", (3, 4, 5, 6)), (None, (1, 2, 3, 4, 5, 6)), ("state = 'closed'", (2, 4, 6))):
        config = json.loads(stack.config.read_text())
        config["mappings"][0].pop("where", None)
        if where:
            config["mappings"][0]["where"] = where
        stack.config.write_text(json.dumps(config))
        if where == "amount > 25":
            planned = json.loads(stack.cli("plan", "orders", "--json"))[0]
            comes_and_goes = {name: of["rows"] for name, of in planned.items() if isinstance(of, dict) and of["rows"]}
            assert comes_and_goes == {"tab_add": 2, "tab_remove": 1}
        stack.replicator.stop()
        stack.webhook.stop()
        stack.webhook.start()
        stack.replicator.start()
        wait_shown(stack, *ids)
    assert len(orders(stack)) == 6
    stack.cli("verify", "orders")


def test_the_first_rows_of_an_order(make_stack):
    stack = filled(make_stack, order_by="amount DESC", limit=3)
    wait_shown(stack, 4, 5, 6)
    stack.sql("INSERT INTO orders (id, amount) VALUES (7, 45)")
    wait_shown(stack, 5, 6, 7)
    stack.sql("DELETE FROM orders WHERE id = 6")
    wait_shown(stack, 4, 5, 7)
    stack.sql("UPDATE orders SET amount = 1000 WHERE id = 1")
    wait_shown(stack, 1, 5, 7)
    stack.sql("UPDATE orders SET amount = 0 WHERE id IN (1, 5)")
    wait_shown(stack, 3, 4, 7)


def test_the_replicator_was_away(make_stack):
    stack = filled(make_stack, where="state = 'open'")
    wait_shown(stack, 1, 3, 5)
    stack.replicator.kill()
    stack.sql("UPDATE orders SET state = IF(state = 'open', 'closed', 'open')")
    stack.replicator.start()
    wait_shown(stack, 2, 4, 6)
    stack.cli("verify", "orders")
    assert [row[1] for row in orders(stack)] == ["closed", "open"] * 3


@pytest.mark.parametrize("mapping, message", [
    ({"where": "state = 'open"}, "character 9: this text has no end"),
    ({"where": "id IN (SELECT 1)"}, "this word is not allowed in a condition"),
    ({"where": "a.state = 'open'"}, "a column is named without its table"),
    ({"where": "1) OR (1"}, "there is no parenthesis to close"),
    ({"where": "id = 1; DROP TABLE orders"}, "this character is not allowed in a condition"),
    ({"limit": 3}, "needs order_by"),
    ({"order_by": "id"}, "has no effect without limit"),
    ({"order_by": "id DESCENDING", "limit": 3}, "expected ASC, DESC or a comma"),
    ({"where": "id > 1", "on_delete": "mark"}, "mark cannot be had with where or limit"),
])
@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_a_filter_that_cannot_be_is_refused(make_stack, mapping, message):
    stack = filled(make_stack, start=False)
    config = json.loads(stack.config.read_text())
    config["mappings"][0].update(mapping)
    stack.config.write_text(json.dumps(config))
    done = run("tabrelay-replicator", "--config", stack.config, "-n")
    assert done.returncode != 0 and message in done.stderr, done.stderr


def test_a_condition_that_mysql_refuses_stops_its_mapping_only(make_stack):
    stack = filled(make_stack, where="no_such_column = 1")
    state = f"SELECT state, last_error FROM {stack.state_database}.mapping_state"
    wait_until("the error", lambda: stack.sql(state) and stack.sql(state)[0][0] == "error")
    assert "no_such_column" in stack.sql(state)[0][1]
    done = run("tabrelay", "--config", stack.config, "check")
    assert done.returncode != 0 and "no_such_column" in done.stdout + done.stderr


def test_check_says_that_time_passes_unseen(make_stack):
    stack = filled(make_stack, start=False)
    config = json.loads(stack.config.read_text())
    config["mappings"][0]["where"] = "amount > 0 AND NOW() > '2000-01-01'"
    stack.config.write_text(json.dumps(config))
    done = run("tabrelay", "--config", stack.config, "check")
    assert "rows come and go without a change" in done.stdout + done.stderr
