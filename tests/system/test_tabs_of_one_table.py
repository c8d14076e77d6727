# SPDX-License-Identifier: Apache-2.0
"""A table in several tabs: each has a filter of its own, or shows all; a row goes from tab to tab, and what is typed in one is in the others."""
import pytest

from programs import run, wait_until
from stack import SECRET

TABLE = ("CREATE TABLE orders (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, region VARCHAR(20) NOT NULL, amount INT NULL, INDEX (region));\n")
TABS = {"All": None, "North": "region = 'north'", "South": "region = 'south'"}


@pytest.fixture
def stack(make_stack, request):
    policy = getattr(request, "param", "sheet_wins")
    mappings = [{"name": tab.lower(), "table": "orders", "tab": tab, "conflict": policy, "delete_limit_percent": 100,
                 **({"where": where} if where else {})} for tab, where in TABS.items()]
    stack = make_stack(mappings, tables=TABLE, replicator={"reconcile_every": "1s"}, start=False)
    stack.sql("INSERT INTO orders VALUES (1, 'north', 10), (2, 'south', 20), (3, 'north', 30), (4, 'west', 40)")
    stack.webhook.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.replicator.start()
    wait_all(stack)
    return stack


def shown(stack, tab):
    return sorted([tuple(row[:3]) for row in stack.cells(tab)[1:] if row and row[0] is not None], key=str)


def expected(stack, tab):
    where = f" WHERE {TABS[tab]}" if TABS[tab] else ""
    return sorted([(float(n), region, amount if amount is None else float(amount))
                   for n, region, amount in stack.sql(f"SELECT * FROM orders{where}")], key=str)


def wait_all(stack):
    for tab in TABS:
        wait_until(f"{tab} to be as MySQL", lambda tab=tab: shown(stack, tab) == expected(stack, tab))


def edit(stack, tab, key, column, value):
    stack.act({"action": "edit", "tab": tab, "row": stack.row_of(tab, float(key)), "column": column, "value": value})


def orders(stack):
    return {row[0]: row[1:] for row in stack.sql("SELECT * FROM orders")}


def test_rows_go_from_tab_to_tab(stack):
    stack.sql("UPDATE orders SET region = 'south', amount = 31 WHERE id = 3")
    stack.sql("UPDATE orders SET region = 'north' WHERE id = 4")
    stack.sql("UPDATE orders SET id = 9 WHERE id = 1")
    wait_all(stack)
    assert [row[0] for row in shown(stack, "South")] == [2.0, 3.0] and [row[0] for row in shown(stack, "North")] == [4.0, 9.0]
    edit(stack, "All", 2, 1, "north")
    wait_until("the edit", lambda: orders(stack)[2] == ("north", 20))
    wait_all(stack)
    assert [row[0] for row in shown(stack, "South")] == [3.0]
    for mapping in ("all", "north", "south"):
        assert ": MATCH" in stack.cli("verify", mapping)


def test_what_is_typed_in_one_tab_is_in_the_others(stack):
    edit(stack, "North", 3, 2, "33")
    wait_until("the edit", lambda: orders(stack)[3] == ("north", 33))
    wait_all(stack)
    stack.act({"action": "paste", "tab": "South", "row": len(stack.cells("South")), "column": 0, "values": [["", "south", "50"]]})
    wait_until("the row", lambda: ("south", 50) in orders(stack).values())
    wait_all(stack)
    stack.act({"action": "delete_rows", "tab": "All", "index": stack.row_of("All", 3.0), "count": 1})
    wait_until("the delete", lambda: 3 not in orders(stack))
    wait_all(stack)


@pytest.mark.parametrize("stack", ["sheet_wins", "mysql_wins"], indirect=True)
def test_one_cell_in_two_tabs(stack, request):
    """The second person has not seen yet what the first one typed."""
    policy = request.node.callspec.params["stack"]
    stack.replicator.stop()
    edit(stack, "All", 1, 2, "11")
    wait_until("the first edit", lambda: orders(stack)[1][1] == 11)
    edit(stack, "North", 1, 2, "12")
    log = f"SELECT mapping, outcome FROM {stack.state_database}.edit_log ORDER BY id"
    wait_until("the second edit", lambda: len(stack.sql(log)) == 2)
    stack.replicator.start()
    wait_all(stack)
    assert orders(stack)[1][1] == (12 if policy == "sheet_wins" else 11)
    assert [row[0] for row in stack.sql(log)] == ["all", "north"]


def test_a_row_cut_from_one_tab_and_pasted_into_another(stack):
    """Its region is what the tab's rows have: the row goes over. The trigger of the paste comes first, as Google sends none for rows that go."""
    row = stack.cells("North")[stack.row_of("North", 3.0)]
    stack.act({"action": "delete_rows", "tab": "North", "index": stack.row_of("North", 3.0), "count": 1})
    stack.act({"action": "paste", "tab": "South", "row": len(stack.cells("South")), "column": 0, "values": [[str(int(row[0])), "south", str(int(row[2]))]]})
    wait_all(stack)
    wait_until("rest", lambda: ": MATCH" in run("tabrelay", "--config", stack.config, "verify", "south").stdout)
    wait_all(stack)


def test_a_table_that_is_changed_is_changed_in_each_tab(stack):
    stack.sql("ALTER TABLE orders ADD COLUMN note VARCHAR(20) NULL")
    stack.sql("UPDATE orders SET note = 'new'")
    for tab in TABS:
        wait_until(f"{tab} to have the column", lambda tab=tab: all(len(row) > 3 and row[3] == "new" for row in stack.cells(tab)[1:] if row and row[0]))
    stack.sql("UPDATE orders SET note = 'newer', region = 'north'")
    wait_until("the rows", lambda: [row[3] for row in stack.cells("North")[1:] if row and row[0] is not None] == ["newer"] * 4)
