# SPDX-License-Identifier: Apache-2.0
"""System versioned tables (MariaDB): the log shows a DELETE as an UPDATE, and history as rows; the tab shows the rows that are."""
import pytest

from programs import wait_until

IMPLICIT = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL) WITH SYSTEM VERSIONING;\n"
VISIBLE = """CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL,
    since TIMESTAMP(6) GENERATED ALWAYS AS ROW START, until TIMESTAMP(6) GENERATED ALWAYS AS ROW END,
    PERIOD FOR SYSTEM_TIME (since, until)) WITH SYSTEM VERSIONING;
"""
NUMBERED = """CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL,
    since BIGINT UNSIGNED GENERATED ALWAYS AS ROW START, until BIGINT UNSIGNED GENERATED ALWAYS AS ROW END,
    PERIOD FOR SYSTEM_TIME (since, until)) WITH SYSTEM VERSIONING ENGINE=InnoDB;
"""


def wait_equal(stack):
    """Moments of six digits are text in a cell: all is compared as text."""
    def rows_of(table):
        return sorted([["" if v is None else f"{v:g}" if isinstance(v, float) else str(v) for v in row] for row in table])

    def is_equal():
        with stack.server.connect(database=stack.database, init_command="SET time_zone = '+00:00'") as connection, \
                connection.cursor() as cursor:
            columns = ", ".join(f"CAST(`{name}` AS CHAR)" for name in stack.cells("Items")[0])
            cursor.execute(f"SELECT {columns} FROM items")
            return rows_of(cursor.fetchall()) == rows_of(row for row in stack.cells("Items")[1:] if any(row))
    wait_until("tab and table to be equal", is_equal, 30, every_s=0.1)


pytestmark = pytest.mark.parametrize("own_server", ["mariadb", "mariadb11"], indirect=True)


@pytest.mark.parametrize("metadata", ["NO_LOG", "FULL"])
@pytest.mark.parametrize("table", [IMPLICIT, VISIBLE, NUMBERED], ids=["implicit", "visible", "numbered"])
def test_the_tab_shows_the_rows_that_are_and_no_history(make_own_stack, own_server, table, metadata):
    own_server.sql(f"SET GLOBAL binlog_row_metadata = '{metadata}'")
    stack = make_own_stack(tables=table)
    stack.sql("INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three')")
    wait_equal(stack)
    for statement in ("UPDATE items SET name = 'changed' WHERE id = 1", "DELETE FROM items WHERE id = 2",
                      "UPDATE items SET id = 9 WHERE id = 3", "REPLACE INTO items (id, name) VALUES (1, 'replaced')",
                      "DELETE HISTORY FROM items", "INSERT INTO items (id, name) VALUES (2, 'again')",
                      "UPDATE items SET name = 'once more' WHERE id = 2", "DELETE FROM items WHERE id = 9"):
        stack.sql(statement)
        wait_equal(stack)
    assert [row[:2] for row in stack.cells("Items")[1:]] == [[1.0, "replaced"], [2.0, "once more"]]
    log = stack.replicator.log()
    assert "ERR_FORMAT" not in log and "going on from now" not in log


def test_people_may_edit_a_versioned_table(make_own_stack):
    stack = make_own_stack(tables=IMPLICIT)
    stack.sql("INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two')")
    stack.wait_equal("Items")
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "by hand"})
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1") == [("by hand",)], 15)
    stack.act({"action": "delete_rows", "tab": "Items", "index": 2, "count": 1})
    wait_until("the delete", lambda: stack.sql("SELECT id FROM items") == [(1,)], 15)
    stack.wait_equal("Items")


def test_versioning_may_be_turned_on_and_off(make_own_stack):
    stack = make_own_stack(tables="CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);\n")
    stack.sql("INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two')")
    stack.wait_equal("Items")
    for statement in ("ALTER TABLE items ADD SYSTEM VERSIONING", "DELETE FROM items WHERE id = 1", "ALTER TABLE items DROP SYSTEM VERSIONING",
                      "INSERT INTO items (id, name) VALUES (1, 'back')", "UPDATE items SET name = 'end' WHERE id = 2"):
        stack.sql(statement)
        stack.wait_equal("Items")
