# SPDX-License-Identifier: Apache-2.0
"""The tables of the torture: what they are in MySQL, what their columns hold, and how a cell of each is compared.

items   an auto-increment key, a generated column, a time that MySQL keeps, and most types that are easily hurt on the way
stock   a composite key of two texts under a case-insensitive collation
plain   a natural key and nothing that MySQL computes: here an edit has no echo at all
"""
import datetime
import decimal
import json

from stack import as_cell, same  # noqa: F401 (for the others)

SQL = """
CREATE TABLE items (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(100) CHARACTER SET utf8mb4 NOT NULL,
    price DECIMAL(14,2) NULL,
    code VARCHAR(60) CHARACTER SET utf8mb4 NULL,
    big DECIMAL(24,0) NULL,
    since DATE NULL,
    note TEXT CHARACTER SET utf8mb4 NULL,
    label VARCHAR(120) CHARACTER SET utf8mb4 AS (CONCAT('item: ', name)) STORED,
    updated_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
);
CREATE TABLE stock (
    site VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
    sku VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
    qty INT NULL,
    remark VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL DEFAULT '',
    PRIMARY KEY (site, sku)
);
CREATE TABLE plain (
    word VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    first TEXT CHARACTER SET utf8mb4 NULL,
    second TEXT CHARACTER SET utf8mb4 NULL
);
"""

OWN = ["Mine", "Length"]  # people's own columns, right of the mapped ones: a text and a formula


class Table:
    """`kinds`: column -> text, empty (a text that may not be NULL), number, date or time; `computed`: MySQL's own."""

    def __init__(self, name, tab, key, kinds, computed=()):
        self.name, self.tab, self.key, self.kinds, self.computed = name, tab, key, kinds, computed
        self.columns = list(kinds)
        self.typed = [c for c in self.columns if c not in computed and c not in key]

    def cell(self, column, text):
        """The cell that shows TEXT, MySQL's value as text (None: NULL)."""
        kind = self.kinds[column]
        if text is None:
            return None
        if kind == "text":
            is_quotes = len(text) > 1 and not text.strip('"')
            return text + '""' if is_quotes else as_cell(text, True)
        if kind == "empty":
            return as_cell(text, False)
        if kind == "number":
            return as_cell(decimal.Decimal(text), True)
        return as_cell(datetime.date.fromisoformat(text) if kind == "date" else datetime.datetime.fromisoformat(text), True)

    def cells(self, values):
        """{column: cell} of {column: MySQL's text}."""
        return {column: self.cell(column, values[column]) for column in self.columns}

    def key_of(self, cells):
        """The identity of a row of cells, None where a part is blank or cannot be one. Letters of a case-insensitive key are folded."""
        parts = [cells.get(column) for column in self.key]
        if any(part is None or (self.kinds[c] == "number") != isinstance(part, float) for c, part in zip(self.key, parts)):
            return None
        return tuple(str(part).lower() if self.name == "stock" else part for part in parts)

    def as_json(self, row):
        """SQL that makes a JSON object of the columns of ROW (NEW or OLD), every value as text."""
        return "JSON_OBJECT(" + ", ".join(f"'{c}', CAST({row}.`{c}` AS CHAR)" for c in self.columns) + ")"


TABLES = {table.name: table for table in (
    Table("items", "Items", ["id"],
          {"id": "number", "name": "empty", "price": "number", "code": "text", "big": "number", "since": "date", "note": "text",
           "label": "text", "updated_at": "time"}, computed=("label", "updated_at")),
    Table("stock", "Stock", ["site", "sku"], {"site": "empty", "sku": "empty", "qty": "number", "remark": "empty"}),
    Table("plain", "Plain", ["word"], {"word": "empty", "first": "text", "second": "text"}),
)}
BY_TAB = {table.tab: table for table in TABLES.values()}


def mappings(history):
    """Of the configuration, as the history wants them."""
    return [{"table": table.name, "tab": table.tab, **history["mapping"], **history["mappings"].get(table.name, {})}
            for table in TABLES.values()]


def from_protocol(value):
    """A cell as the webhook's protocol writes it -> as the others have it."""
    if isinstance(value, dict):
        if "date" not in value:
            return value.get("error")
        return as_cell(datetime.datetime.fromisoformat(value["date"]), True)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def parse(text):
    return None if text is None else json.loads(text)
