# SPDX-License-Identifier: Apache-2.0
"""What happened to every row in MySQL, in order, and by whom: triggers write it down in the transaction that does it."""
from tables import TABLES, parse

TABLE = """
CREATE TABLE audit (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    who VARCHAR(100) NOT NULL,
    edit BIGINT UNSIGNED NOT NULL,
    name VARCHAR(20) NOT NULL,
    op VARCHAR(10) NOT NULL,
    old_row LONGTEXT CHARACTER SET utf8mb4 NULL,
    new_row LONGTEXT CHARACTER SET utf8mb4 NULL
);
"""


def sql():
    """The table and its triggers. LAST_INSERT_ID() is the edit log's row: the webhook writes it right before the row."""
    text = TABLE
    for table in TABLES.values():
        for op, old, new in (("INSERT", "NULL", table.as_json("NEW")), ("UPDATE", table.as_json("OLD"), table.as_json("NEW")),
                             ("DELETE", table.as_json("OLD"), "NULL")):
            text += (f"CREATE TRIGGER {table.name}_{op} AFTER {op} ON {table.name} FOR EACH ROW INSERT INTO audit "
                     f"(who, edit, name, op, old_row, new_row) VALUES (USER(), LAST_INSERT_ID(), '{table.name}', '{op}', {old}, {new});\n")
    return text


class Change:
    """One row's: `old` and `new` are {column: cell} or None, `key` its identity (before it, if it had one)."""

    def __init__(self, row, webhook):
        self.id, self.at, who, self.edit, name, self.op, old, new = row
        self.table = TABLES[name]
        self.is_ours = who.startswith(f"{webhook}@")
        self.old = None if old is None else self.table.cells(parse(old))
        self.new = None if new is None else self.table.cells(parse(new))
        self.key = self.table.key_of(self.old or self.new)
        self.new_key = self.table.key_of(self.new) if self.new else None

    def columns(self):
        """Those whose value it changed; of an insert those that it filled."""
        old = self.old or {}
        return [c for c in self.table.columns if self.new and self.new[c] != old.get(c)]

    def __str__(self):
        by = f"edit {self.edit}" if self.is_ours else "SQL"
        return f"audit {self.id}: {self.op} of {self.table.name} {self.key} by {by}"


def read(stack):
    rows = stack.sql("SELECT id, at, who, edit, name, op, old_row, new_row FROM audit ORDER BY id")
    return [Change(row, stack.user("webhook")) for row in rows]
