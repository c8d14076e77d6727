# SPDX-License-Identifier: Apache-2.0
"""What changes rows without a row event: statements, foreign keys, prepared and rolled back transactions."""
import re

import pytest

import fixtures
from programs import wait_until

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);\n"
FAMILY = """CREATE TABLE grandparents (id INT NOT NULL PRIMARY KEY, note VARCHAR(20) NULL);
CREATE TABLE parents (id INT NOT NULL PRIMARY KEY, grandparent INT NULL,
    FOREIGN KEY (grandparent) REFERENCES grandparents (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE items (id INT NOT NULL PRIMARY KEY, parent INT NULL, name VARCHAR(50) NULL,
    FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE ON UPDATE CASCADE);
"""


def comparisons(stack):
    return stack.metric("tabrelay_table_comparisons_total")


def warnings(stack, text):
    return len(re.findall(f"warn binlog: {text}", stack.replicator.log()))


def filled(make_stack, tables=TABLE, **kwargs):
    stack = make_stack(tables=tables, **kwargs)
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    return stack


# statements


@pytest.mark.parametrize("binlog_format", ["STATEMENT", "MIXED"])
def test_a_statement_without_rows_is_found_and_warned_of_once(make_stack, binlog_format):
    stack = filled(make_stack)
    session = {"database": stack.database, "init_command": f"SET SESSION binlog_format = '{binlog_format}'"}
    stack.server.sql("UPDATE items SET qty = qty + 1", **session)
    stack.server.sql("INSERT INTO items VALUES (4, 'four', 40)", **session)
    stack.server.sql("DELETE FROM items WHERE id = 1", **session)
    stack.wait_equal("Items")
    assert comparisons(stack) > 0
    stack.server.sql("REPLACE INTO items VALUES (4, 'vier', 44)", **session)
    stack.wait_equal("Items")
    assert warnings(stack, "a statement was logged without its rows; the table is compared with its tab mapping=items") == 1
    stack.sql("UPDATE items SET name = 'as a row' WHERE id = 2")
    stack.wait_equal("Items")


def test_a_file_that_is_loaded_in_statement_format_is_found(make_own_stack, own_server):
    own_server.sql("SET GLOBAL local_infile = ON")
    stack = filled(make_own_stack)
    (own_server.dir / "load.csv").write_text("7,sieben,70\n8,acht,80\n")
    own_server.sql(f"LOAD DATA INFILE '{own_server.inside(own_server.dir / 'load.csv')}' INTO TABLE items FIELDS TERMINATED BY ','",
                   database=stack.database, init_command="SET SESSION binlog_format = 'STATEMENT'")
    stack.wait_equal("Items")
    assert warnings(stack, "a statement was logged without its rows") == 1


def test_many_statements_make_few_comparisons(make_stack):
    stack = filled(make_stack)
    with stack.server.connect(database=stack.database, init_command="SET SESSION binlog_format = 'STATEMENT'") as connection, \
            connection.cursor() as cursor:
        for n in range(300):
            cursor.execute(f"UPDATE items SET qty = {n} WHERE id = 2")
    stack.wait_equal("Items")
    assert stack.sql("SELECT qty FROM items WHERE id = 2") == [(299,)]
    assert 1 <= comparisons(stack) <= 10


def test_statements_while_the_replicator_is_away_are_found(make_stack):
    stack = filled(make_stack)
    stack.replicator.stop()
    stack.server.sql("DELETE FROM items WHERE id < 3", database=stack.database, init_command="SET SESSION binlog_format = 'STATEMENT'")
    stack.replicator.start()
    stack.wait_equal("Items")
    assert stack.cells("Items")[1][0] == 3.0


def test_a_comparison_that_is_killed_begins_again(make_stack):
    stack = make_stack(tables=TABLE, replicator={"snapshot_rows": 50})
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, 'x', 1)" for n in range(1, 1501)))
    stack.wait_equal("Items")
    for n in range(3):
        stack.server.sql(f"DELETE FROM items WHERE id % 5 = {n}", database=stack.database,
                         init_command="SET SESSION binlog_format = 'STATEMENT'")
        stack.sql(f"INSERT INTO items VALUES ({5000 + n}, 'y', 1)")
        wait_until("the row after it", lambda n=n: stack.row_of("Items", 5000.0 + n) is not None, 15)
        stack.replicator.kill()
        stack.replicator.start()
    stack.wait_equal("Items", 60)


# foreign keys


def family(make_stack, **kwargs):
    stack = make_stack(tables=FAMILY, **kwargs)
    stack.sql("INSERT INTO grandparents VALUES (1, NULL), (2, NULL), (3, NULL)")
    stack.sql("INSERT INTO parents VALUES (10, 1), (20, 2), (21, 2), (30, 3)")
    stack.sql("INSERT INTO items VALUES (100, 10, 'a'), (200, 20, 'b'), (210, 21, 'c'), (300, 30, 'd'), (400, NULL, 'e')")
    stack.wait_equal("Items")
    return stack


def cascade(stack):
    stack.sql("DELETE FROM parents WHERE id = 10")
    stack.wait_equal("Items")
    assert len(stack.cells("Items")) == 5
    stack.sql("UPDATE parents SET id = 31 WHERE id = 30")
    stack.wait_equal("Items")
    stack.sql("UPDATE grandparents SET id = 5 WHERE id = 3")
    stack.sql("DELETE FROM grandparents WHERE id = 2")
    stack.wait_equal("Items")
    assert [row[0] for row in stack.cells("Items")[1:]] == [300.0, 400.0]


def test_rows_that_foreign_keys_change_follow_in_the_tab(make_stack, server):
    stack = family(make_stack)
    cascade(stack)
    logs_them = server.flavour == "mysql"
    assert (comparisons(stack) == 0) == logs_them
    assert warnings(stack, "rows of the parent ") == (0 if logs_them else 1)


def test_rows_that_foreign_keys_change_while_the_replicator_is_away_follow(make_stack):
    stack = family(make_stack)
    stack.replicator.stop()
    stack.sql("DELETE FROM grandparents WHERE id = 2")
    stack.replicator.start()
    stack.wait_equal("Items")
    assert len(stack.cells("Items")) == 4


@pytest.fixture
def make_native_stack(request, flavours, programs, tmp_path):
    """On a MySQL whose storage engine executes foreign keys, as every MySQL before 9.6 does: nothing is logged of them."""
    cls, base = flavours("mysql")
    server = cls(base, 9002, extra=["--innodb-native-foreign-keys=ON"])
    request.node.logs = [("server", server.log)]
    try:
        yield fixtures._stack_factory(server.start(), programs, tmp_path)
    finally:
        server.remove()


def test_rows_that_the_storage_engine_changes_follow_in_the_tab(make_native_stack):
    stack = family(make_native_stack)
    cascade(stack)
    assert comparisons(stack) > 0
    assert warnings(stack, "rows of the parent ") == 1


@pytest.mark.parametrize("rule, gone", [("SET NULL", False), ("CASCADE", True)])
def test_a_table_that_refers_to_itself_follows(make_stack, rule, gone):
    stack = make_stack(tables="CREATE TABLE items (id INT NOT NULL PRIMARY KEY, parent INT NULL, "
                              f"FOREIGN KEY (parent) REFERENCES items (id) ON DELETE {rule});\n")
    stack.sql("INSERT INTO items VALUES (1, NULL), (2, 1), (3, 2), (4, NULL)")
    stack.wait_equal("Items")
    stack.sql("DELETE FROM items WHERE id = 1")
    stack.wait_equal("Items")
    assert len(stack.cells("Items")) == (2 if gone else 4)


def test_many_deletes_of_parents_make_few_comparisons(make_stack, server):
    stack = make_stack(tables=FAMILY)
    stack.sql("INSERT INTO parents VALUES " + ", ".join(f"({n}, NULL)" for n in range(1, 301)))
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, {n}, 'x')" for n in range(1, 301)))
    stack.wait_equal("Items")
    with server.connect(database=stack.database) as connection, connection.cursor() as cursor:
        for n in range(1, 291):
            cursor.execute(f"DELETE FROM parents WHERE id = {n}")
    stack.wait_equal("Items")
    assert comparisons(stack) <= 10


def test_foreign_keys_that_are_added_later_count(make_stack, server):
    stack = make_stack(tables="CREATE TABLE parents (id INT NOT NULL PRIMARY KEY);\n"
                              "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, parent INT NULL);\n")
    stack.sql("INSERT INTO parents VALUES (1), (2)")
    stack.sql("INSERT INTO items VALUES (1, 1), (2, 2)")
    stack.wait_equal("Items")
    stack.sql("ALTER TABLE items ADD FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE")
    stack.sql("DELETE FROM parents WHERE id = 1")
    stack.wait_equal("Items")
    stack.sql("RENAME TABLE parents TO elders")
    stack.sql("DELETE FROM elders WHERE id = 2")
    stack.wait_equal("Items")
    assert len(stack.cells("Items")) == 1


# XA


def prepare(stack, name):
    connection = stack.server.connect(database=stack.database)
    with connection.cursor() as cursor:
        cursor.execute(f"XA START '{name}'")
        cursor.execute("INSERT INTO items VALUES (4, 'prepared', 40)")
        cursor.execute("UPDATE items SET name = 'prepared' WHERE id = 2")
        cursor.execute("DELETE FROM items WHERE id = 3")
        cursor.execute(f"XA END '{name}'")
        cursor.execute(f"XA PREPARE '{name}'")
    connection.close()


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_a_prepared_transaction_counts_when_it_is_committed(make_stack, end):
    stack = filled(make_stack)
    prepare(stack, end + stack.database)
    try:
        stack.sql("UPDATE items SET qty = 11 WHERE id = 1")
        stack.wait_equal("Items")
        assert "prepared" not in str(stack.cells("Items")), "rows of a prepared transaction are in the tab"
        stack.replicator.stop()
        stack.replicator.start()
        stack.sql("UPDATE items SET qty = 12 WHERE id = 1")
        stack.wait_equal("Items")
    finally:
        stack.sql(f"XA {end} '{end + stack.database}'")
    stack.wait_equal("Items")
    assert ("prepared" in str(stack.cells("Items"))) == (end == "COMMIT")
    stack.sql("UPDATE items SET qty = 13 WHERE id = 1")
    stack.wait_equal("Items")
    assert ("prepared" in str(stack.cells("Items"))) == (end == "COMMIT")


# what was logged and rolled back


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)  # MySQL with GTIDs refuses such transactions
def test_a_rolled_back_transaction_leaves_what_mysql_has(make_stack):
    stack = make_stack(tables=TABLE + TABLE.replace("items", "loose").replace(");", ") ENGINE=MyISAM;"),
                       mappings=[{"table": "items", "tab": "Items"}, {"table": "loose", "tab": "Loose"}])
    stack.sql("INSERT INTO items VALUES (1, 'one', 1)")
    stack.sql("INSERT INTO loose VALUES (1, 'one', 1)")
    with stack.server.connect(database=stack.database, autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE items SET qty = 2")
        cursor.execute("INSERT INTO loose VALUES (2, 'stays', 2)")
        cursor.execute("INSERT INTO items VALUES (2, 'goes', 2)")
        connection.rollback()
    stack.wait_equal("Loose")
    stack.wait_equal("Items")
    assert len(stack.cells("Loose")) == 3 and len(stack.cells("Items")) == 2
