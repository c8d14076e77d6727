# SPDX-License-Identifier: Apache-2.0
"""Keys that are hard to see: empty texts, half of a key typed."""
from programs import wait_until

STOCK = """
CREATE TABLE stock (site VARCHAR(20) NOT NULL, sku VARCHAR(20) NOT NULL, pieces INT NULL, PRIMARY KEY (site, sku));
CREATE TABLE words (word VARCHAR(20) NOT NULL PRIMARY KEY, meaning VARCHAR(50) NULL);
"""
MAPPINGS = [{"table": "stock", "tab": "Stock"}, {"table": "words", "tab": "Words"}]


def rows(stack, tab):
    return [row for row in stack.cells(tab)[1:] if any(v is not None for v in row)]


def test_a_part_of_a_key_may_be_the_empty_text(make_stack):
    stack = make_stack(MAPPINGS, tables=STOCK)
    stack.sql("INSERT INTO stock VALUES ('Home', '', 1), ('Home', 'a', 2)")
    stack.wait_equal("Stock")
    stack.sql("UPDATE stock SET pieces = 7 WHERE sku = ''")
    stack.wait_equal("Stock")
    assert len(rows(stack, "Stock")) == 2
    stack.act({"action": "edit", "tab": "Stock", "row": stack.row_of("Stock", 7.0, 2), "column": 2, "value": "8"})
    wait_until("the edit in MySQL", lambda: stack.sql("SELECT pieces FROM stock WHERE sku = ''") == [(8,)])


def test_half_a_key_is_awaited(make_stack):
    stack = make_stack(MAPPINGS, tables=STOCK)
    stack.sql("INSERT INTO stock VALUES ('Home', 'a', 2)")
    stack.wait_equal("Stock")
    stack.act({"action": "edit", "tab": "Stock", "row": 4, "column": 0, "value": "Away"})
    wait_until("a note that says what is missing", lambda: "sku" in (stack.grid("Stock")[4][0] or {}).get("n", ""))
    assert stack.sql("SELECT COUNT(*) FROM stock") == [(1,)]
    stack.act({"action": "edit", "tab": "Stock", "row": 4, "column": 1, "value": "b"})
    stack.wait_equal("Stock")
    assert stack.sql("SELECT COUNT(*) FROM stock") == [(2,)]


def test_a_row_that_cannot_be_shown_holds_nothing_up(make_stack):
    stack = make_stack(MAPPINGS, tables=STOCK)
    stack.sql("INSERT INTO words VALUES ('', 'nothing'), ('b', 'bee')")
    stack.sql("INSERT INTO stock VALUES ('Home', 'a', 2)")
    stack.wait_equal("Stock")
    wait_until("the other row", lambda: rows(stack, "Words") == [["b", "bee"]])
    stack.sql("UPDATE words SET meaning = 'letter' WHERE word = 'b'")
    wait_until("its change", lambda: rows(stack, "Words") == [["b", "letter"]])
    assert "key is empty cannot stand in a tab" in stack.replicator.log()
