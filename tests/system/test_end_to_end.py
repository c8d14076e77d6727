# SPDX-License-Identifier: Apache-2.0
"""Create, read, update and delete in both directions, on both servers, with all parts real but Google."""
import datetime
import decimal
import time

from programs import wait_until
from stack import PERSON

# A row that was written so lately is written again with every edit: the write may have landed on what the person typed.
CLOCKS_DIFFER_S = 6


def edit(stack, tab, row, header, value):
    column = stack.cells(tab)[0].index(header)
    return stack.act({"action": "edit", "tab": tab, "row": row, "column": column, "value": value})


def filled(stack, n=5):
    values = ", ".join(f"('item {i}', {i}.25, 'used', '2024-01-{i:02}', NULL)" for i in range(1, n + 1))
    stack.sql(f"INSERT INTO items (name, price, state, since, note) VALUES {values}")
    stack.wait_equal("Items")
    return stack


def cell_at(stack, row, header, tab="Items"):
    cells = stack.cells(tab)
    column = cells[0].index(header)
    return cells[row][column] if row < len(cells) and column < len(cells[row]) else None


def writes_to_cells(stack, after):
    """API requests since number AFTER that wrote cells."""
    answer = stack.google.requests(after)
    requests = answer["requests"] if isinstance(answer, dict) else answer
    return [r for r in requests if r.get("cells")]


def last_request(stack):
    answer = stack.google.requests(0)
    requests = answer["requests"] if isinstance(answer, dict) else answer
    return max((r["number"] for r in requests), default=0)


def test_rows_that_are_there_before_the_start_fill_the_tab(make_stack):
    stack = make_stack(start=False)
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('early {i}', {i})" for i in range(2500)))
    stack.webhook.start()
    stack.replicator.start()
    stack.wait_equal("Items", 60)


def test_create_update_and_delete_in_mysql_reach_the_tab(stack, capsys):
    filled(stack)
    latencies = []
    for statement in ("INSERT INTO items (name, price, since) VALUES ('new', 0.10, '1999-12-31')",
                      "UPDATE items SET name = 'Ünïcödé 🎈', price = 99999999.99 WHERE id = 2",
                      "UPDATE items SET since = NULL, note = '' WHERE id = 3",
                      "UPDATE items SET state = 'sold' WHERE id > 1",
                      "DELETE FROM items WHERE id = 1"):
        stack.sql(statement)
        start = time.monotonic()
        wait_until(statement, lambda: stack.differences("Items") == "", 15, every_s=0.005)
        latencies.append((time.monotonic() - start) * 1000)
    with capsys.disabled():
        print(f"\n  {stack.server.flavour}: MySQL to sheet {', '.join(f'{ms:.0f}' for ms in latencies)} ms")
    assert max(latencies) < 3000


def test_create_update_and_delete_in_the_tab_reach_mysql(stack, capsys):
    filled(stack)
    latencies = []

    def until(what, statement, wanted):
        start = time.monotonic()
        wait_until(what, lambda: stack.sql(statement) == wanted, 15, every_s=0.003)
        latencies.append((time.monotonic() - start) * 1000)

    row = stack.row_of("Items", 2.0)
    edit(stack, "Items", row, "name", "changed by hand")
    until("an update", "SELECT name FROM items WHERE id = 2", [("changed by hand",)])
    edit(stack, "Items", row, "price", "12.50")
    until("a decimal", "SELECT price FROM items WHERE id = 2", [(decimal.Decimal("12.50"),)])
    edit(stack, "Items", row, "since", "2020-02-29")
    until("a date", "SELECT since FROM items WHERE id = 2", [(datetime.date(2020, 2, 29),)])
    stack.act({"action": "clear", "tab": "Items", "row": row, "column": 2, "rows": 1, "columns": 1})
    until("a NULL", "SELECT price FROM items WHERE id = 2", [(None,)])
    last = len(stack.cells("Items"))
    stack.act({"action": "paste", "tab": "Items", "row": last, "column": 0, "values": [["", "by hand", "1.5", "sold"]]})
    until("an insert", "SELECT name, price, state FROM items WHERE id = 6", [("by hand", decimal.Decimal("1.50"), "sold")])
    stack.act({"action": "delete_rows", "tab": "Items", "index": stack.row_of("Items", 1.0), "count": 1})
    until("a delete", "SELECT COUNT(*) FROM items WHERE id = 1", [(0,)])
    stack.wait_equal("Items")
    assert stack.sql(f"SELECT DISTINCT editor FROM {stack.state_database}.edit_log WHERE source = 'script'") == [(PERSON,)]
    with capsys.disabled():
        print(f"\n  {stack.server.flavour}: sheet to MySQL {', '.join(f'{ms:.0f}' for ms in latencies)} ms")


def test_an_edit_writes_back_only_what_mysql_made_of_it(make_stack):
    stack = make_stack(tables="""CREATE TABLE items (
        id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, upper_name VARCHAR(50) AS (UPPER(name)) STORED);
        """, mappings=[{"table": "items", "tab": "Items"}])
    stack.sql("INSERT INTO items (name) VALUES ('a'), ('b')")
    stack.wait_equal("Items")
    time.sleep(CLOCKS_DIFFER_S)
    before = last_request(stack)
    edit(stack, "Items", 1, "name", "z")
    stack.wait_equal("Items")
    time.sleep(2)  # an echo would have come by now
    written = sum(r["cells"] for r in writes_to_cells(stack, before))
    assert written <= 1, "more than the generated column was written"
    assert stack.differences("Items") == ""


def test_an_edit_that_mysql_keeps_as_it_is_causes_no_cell_write(make_stack):
    stack = make_stack(tables="CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL);\n")
    stack.sql("INSERT INTO items VALUES (1, 'a'), (2, 'b')")
    stack.wait_equal("Items")
    time.sleep(CLOCKS_DIFFER_S)
    before = last_request(stack)
    edit(stack, "Items", 1, "name", "z")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1") == [("z",)])
    time.sleep(2)
    assert writes_to_cells(stack, before) == []


def test_text_that_looks_like_a_formula_stays_text(stack):
    filled(stack, 1)
    stack.sql("UPDATE items SET name = '=1+1', note = \"+SUM(A1:A9)\" WHERE id = 1")
    stack.wait_equal("Items")
    cells = [cell for row in stack.grid("Items") for cell in row if cell]
    assert [cell for cell in cells if cell.get("f")] == []
    assert cell_at(stack, 1, "name") == "=1+1"


def test_a_refused_value_is_put_back_with_a_note(stack):
    filled(stack, 2)
    edit(stack, "Items", 1, "state", "broken")
    column = stack.cells("Items")[0].index("state")
    note = wait_until("a note", lambda: (stack.grid("Items")[1][column] or {}).get("n"))
    assert "broken" in note
    assert stack.sql("SELECT state FROM items WHERE id = 1") == [("used",)]
    stack.wait_equal("Items")


def test_people_sort_insert_and_move_rows_while_mysql_writes(stack):
    filled(stack, 20)
    for turn in range(10):
        stack.sql("UPDATE items SET price = price + 1")
        last = len(stack.cells("Items"))
        stack.act({"action": "sort", "tab": "Items", "row": 1, "rows": last - 1, "column": turn % 3, "descending": turn % 2 == 1})
        stack.sql("UPDATE items SET note = %s WHERE id = %s", (f"turn {turn}", turn + 1))
        stack.act({"action": "insert_rows", "tab": "Items", "index": 1 + turn, "count": 1})
        stack.act({"action": "move_rows", "tab": "Items", "index": 3, "count": 2, "to": 9})
    stack.wait_equal("Items", 60)


def test_other_columns_and_formulas_are_left_alone(stack):
    filled(stack, 3)
    width = len(stack.cells("Items")[0])
    stack.act({"action": "edit", "tab": "Items", "row": 0, "column": width, "value": "my own"})
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": width, "value": "=C2*2"})
    stack.sql("UPDATE items SET price = 21 WHERE id = 1")
    stack.wait_equal("Items")
    assert cell_at(stack, 1, "my own") == 42.0


def test_a_renamed_tab_and_a_renamed_header_go_on(stack):
    filled(stack, 2)
    stack.act({"action": "rename_tab", "tab": "Items", "title": "Things"})
    stack.mappings[0]["tab"] = "Things"
    stack.sql("UPDATE items SET name = 'after' WHERE id = 1")
    stack.wait_equal("Things")
    edit(stack, "Things", 2, "name", "by hand")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2") == [("by hand",)])


def test_two_edits_of_one_cell_in_a_row_end_with_the_second(stack):
    filled(stack, 1)
    for n in range(20):
        edit(stack, "Items", 1, "name", f"edit {n}")
    wait_until("the last edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1") == [("edit 19",)])
    stack.wait_equal("Items")
    time.sleep(1.5)
    assert stack.sql("SELECT name FROM items WHERE id = 1") == [("edit 19",)]
    assert cell_at(stack, 1, "name") == "edit 19"


def test_both_sides_write_at_once_and_end_equal(stack):
    filled(stack, 10)
    for n in range(30):
        stack.sql("UPDATE items SET name = %s WHERE id = %s", (f"mysql {n}", n % 10 + 1))
        edit(stack, "Items", (n * 7) % 10 + 1, "name" if n % 2 else "price", f"{n}" if n % 2 == 0 else f"hand {n}")
    stack.wait_equal("Items", 60)


def test_a_batch_of_any_number_of_rows_is_remembered_row_by_row(stack):
    """Base is written 200, 40, 8 rows or one at a time: 299 rows take each of them."""
    for rows in (1, 9, 299):
        stack.sql("INSERT INTO items (name) VALUES " + ", ".join(["('x')"] * rows))
    stack.wait_equal("Items")
    wait_until("base to have every row", lambda: stack.sql(
        f"SELECT COUNT(*), COUNT(DISTINCT row_key) FROM {stack.state_database}.base") == [(309, 309)])
    stack.sql("UPDATE items SET price = id")
    stack.wait_equal("Items")


def test_500_pasted_rows_get_their_keys(stack):
    filled(stack, 1)
    stack.act({"action": "paste", "tab": "Items", "row": 2, "column": 1, "values": [[f"pasted {n}", f"{n}"] for n in range(500)]})
    wait_until("500 rows", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(501,)], 60)
    stack.wait_equal("Items", 60)
    assert len({row[0] for row in stack.cells("Items")[1:]}) == 501


def test_a_mass_delete_in_the_tab_waits_for_approval(stack):
    filled(stack, 30)
    stack.act({"action": "delete_rows", "tab": "Items", "index": 1, "count": 30})
    wait_until("held deletes", lambda: stack.sql(
        f"SELECT held_deletes FROM {stack.state_database}.mapping_state")[0][0] > 0, 30)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(30,)]
    stack.cli("deletes", "approve", "items")
    wait_until("the deletes", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(0,)], 30)
    stack.wait_equal("Items")


def test_cells_that_are_cleared_right_after_they_were_typed_end_as_null(stack):
    filled(stack, 3)
    column = stack.cells("Items")[0].index("since")
    for turn in range(60):
        day = f"2024-03-{turn % 28 + 1:02}"
        edit(stack, "Items", 1, "since", day)
        wait_until("the date", lambda: str(stack.sql("SELECT since FROM items WHERE id = 1")[0][0]) == day)
        wait_until("the cell", lambda: cell_at(stack, 1, "since") is not None)
        stack.act({"action": "clear", "tab": "Items", "row": 1, "column": column, "rows": 1, "columns": 1})
        wait_until(f"NULL in turn {turn}", lambda: stack.sql("SELECT since FROM items WHERE id = 1") == [(None,)])
    stack.wait_equal("Items")
