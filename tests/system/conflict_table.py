# SPDX-License-Identifier: Apache-2.0
"""Every kind of conflict under every policy, as docs/sync.md has it: what MySQL has after, what the cell shows, the outcome, the note.

A Case is one line of the table. The row is (id 1, name, qty, ...); both sides had BASE, then MySQL did `mysql` and the sheet did `sheet`.
"""
import dataclasses

TABLE = """
CREATE TABLE {db}.{name} (
    id INT NOT NULL PRIMARY KEY,
    name VARCHAR(20) NULL,
    qty INT NULL,
    code VARCHAR(10) NULL UNIQUE,
    parent INT NULL,
    twice INT AS (qty * 2) STORED,
    changed DATETIME(3) NULL,
    CONSTRAINT {name}_small CHECK (qty < 1000),
    CONSTRAINT {name}_order CHECK (name IS NULL OR name <> 'few' OR qty < 10),
    CONSTRAINT {name}_parent FOREIGN KEY (parent) REFERENCES {db}.parents (id)
);
"""
PARENTS = "CREATE TABLE {db}.parents (id INT NOT NULL PRIMARY KEY);\nINSERT INTO {db}.parents VALUES (7);\n"

# policy -> the mapping's keys in tabrelay.yaml, and a rule for qty
POLICIES = {
    "sheet_wins": "conflict: sheet_wins",
    "mysql_wins": "conflict: mysql_wins",
    "last_write_column": "conflict: last_write_wins, last_write_column: changed",
    "last_write": "conflict: last_write_wins",
    "manual": "conflict: manual",
    "rule": "conflict: manual",
    "update_wins": "conflict: mysql_wins, delete_conflict: update_wins",
    "delete_wins": "conflict: sheet_wins, delete_conflict: delete_wins",
}
RULES = {"rule": "GREATEST(mysql.qty, sheet.qty)"}

BASE = {"id": 1, "name": "bolt", "qty": 5, "code": "A1", "parent": None, "twice": 10, "changed": None}


def mapping(policy, db, sheet):
    """The mapping's lines in tabrelay.yaml; its table, tab and name are t_POLICY."""
    columns = ", ".join(f'{{column: {name}, rule: "{RULES[policy]}"}}' if name == "qty" and policy in RULES else
                        f"{{column: {name}, edit: deny}}" if name == "changed" else name for name in BASE)
    return (f"  - {{table: {db}.t_{policy}, spreadsheet: {sheet}, tab: t_{policy}, {POLICIES[policy]}, "
            f"columns: [{columns}]}}\n")


def tables():
    return PARENTS + "".join(TABLE.replace("{name}", f"t_{policy}") for policy in POLICIES)


@dataclasses.dataclass
class Case:
    kind: int                # of the list in docs/sync.md
    policy: str
    mysql: dict | str | None  # columns that MySQL changes, "delete", "insert", None: nothing
    sheet: dict | str         # cells that are typed, or "delete"
    after: dict | None       # what MySQL then has of BASE (only what differs); None: no row
    outcome: str             # of the answer
    shown: dict              # cells that the answer has shown anew
    note: str | None = None  # of the cell that was typed
    logged: str | None = None  # outcome in the table conflicts; "open" or "asked": it waits; None: no conflict
    says: str = ""           # in the message
    late: bool = False       # the edit came before MySQL's change


TWO = {"qty": 6}, {"qty": 9}  # MySQL, sheet
WON = 'the sheet says "9", the database had changed to "6"; the sheet won'
LOST = 'qty: the sheet says "9", the database had changed to "6"; the database won'
LOST_NOTE = '"9" was not taken over: the database had changed to "6" meanwhile'
WAITS = 'waiting for a decision: the sheet says "9", the database "6"'
ASKED = 'being decided: the sheet says "9", the database "6"'
GONE = "the database had deleted this row meanwhile; the database won"
AGAIN = "the database had deleted this row meanwhile; the sheet won, and it was inserted again"
GONE_WAITS = "waiting for a decision: the database deleted this row, the sheet changed it"
LEFT_WAITS = "waiting for a decision: the sheet deleted this row, the database changed it"
EVERY = ("sheet_wins", "mysql_wins", "last_write_column", "last_write", "manual", "rule")


def every(kind, mysql, sheet, after, outcome, shown, note=None, says="", policies=EVERY):
    """The same under every policy."""
    return [Case(kind, policy, mysql, sheet, after, outcome, shown, note, says=says) for policy in policies]


CASES = [
    # 1 update/update, same column
    Case(1, "sheet_wins", *TWO, {"qty": 9, "twice": 18}, "conflict", {"twice": 18}, None, "sheet", WON),
    Case(1, "mysql_wins", *TWO, {"qty": 6, "twice": 12}, "conflict", {"qty": 6, "twice": 12}, LOST_NOTE, "mysql", LOST),
    Case(1, "last_write_column", *TWO, {"qty": 9, "twice": 18}, "conflict", {"twice": 18}, None, "sheet", WON),
    Case(1, "last_write_column", *TWO, {"qty": 6, "twice": 12}, "conflict", {"qty": 6, "twice": 12}, LOST_NOTE, "mysql", LOST,
         late=True),
    Case(1, "last_write", *TWO, {"qty": 6, "twice": 12}, "conflict", {"twice": 12}, ASKED, "asked", ASKED),
    Case(1, "manual", *TWO, {"qty": 6, "twice": 12}, "conflict", {"twice": 12}, WAITS, "open", WAITS),
    Case(1, "rule", *TWO, {"qty": 9, "twice": 18}, "conflict", {"twice": 18}, None, "value", "the rule made it \"9\""),
    Case(1, "rule", {"qty": 9}, {"qty": 6}, {"qty": 9, "twice": 18}, "conflict", {"qty": 9, "twice": 18},
         '"6" became "9": the database had changed to "9", and a rule decides', "value", 'the rule made it "9"'),
    # 2 update/update, different columns: merged, unless the table's rules forbid what that makes
    *every(2, {"name": "nut"}, {"qty": 9}, {"name": "nut", "qty": 9, "twice": 18}, "applied", {"name": "nut", "twice": 18}),
    *every(2, {"name": "few"}, {"qty": 90}, {"name": "few"}, "rejected", {"qty": 5}, "does not allow this",
           says="does not allow this"),
    # 3 update/update, same value
    *every(3, {"qty": 9}, {"qty": 9}, {"qty": 9, "twice": 18}, "unchanged", {"twice": 18}),
    # 4 update in MySQL, delete in the sheet
    Case(4, "sheet_wins", {"qty": 6}, "delete", None, "conflict", {}, None, "sheet", "the sheet won"),
    *[Case(4, policy, {"qty": 6}, "delete", {"qty": 6, "twice": 12}, "conflict", {**BASE, "qty": 6, "twice": 12}, None, "mysql",
           "the database won") for policy in ("mysql_wins", "last_write_column", "last_write", "update_wins")],
    *[Case(4, policy, {"qty": 6}, "delete", {"qty": 6, "twice": 12}, "conflict", {}, None, "open", LEFT_WAITS)
      for policy in ("manual", "rule")],
    Case(4, "delete_wins", {"qty": 6}, "delete", None, "conflict", {}, None, "sheet", "the sheet won"),
    # 5 delete in MySQL, update in the sheet
    *[Case(5, policy, "delete", {"qty": 9}, {"qty": 9, "twice": 18}, "conflict", {"twice": 18}, None, "sheet", AGAIN)
      for policy in ("sheet_wins", "last_write_column", "last_write", "update_wins")],
    *[Case(5, policy, "delete", {"qty": 9}, None, "conflict", {}, None, "mysql", GONE) for policy in ("mysql_wins", "delete_wins")],
    *[Case(5, policy, "delete", {"qty": 9}, None, "conflict", {}, GONE_WAITS, "open", GONE_WAITS) for policy in ("manual", "rule")],
    # 6 delete/delete
    *every(6, "delete", "delete", None, "unchanged", {}),
    # 7 insert/insert, same key: equal cells agree, others go by the policy
    Case(7, "sheet_wins", "insert", {"qty": 9}, {"qty": 9, "twice": 18}, "conflict", {"twice": 18}, None, "sheet", "the sheet won"),
    Case(7, "mysql_wins", "insert", {"qty": 9}, {}, "conflict", {"qty": 5}, "had changed to \"5\" meanwhile", "mysql",
         "the database won"),
    Case(7, "last_write", "insert", {"qty": 9}, {}, "conflict", {}, "being decided", "asked", "being decided"),
    Case(7, "manual", "insert", {"qty": 9}, {}, "conflict", {}, "waiting for a decision", "open", "waiting"),
    Case(7, "rule", "insert", {"qty": 9}, {"qty": 9, "twice": 18}, "conflict", {"twice": 18}, None, "value", "the rule made it"),
    *every(7, "insert", {"qty": 5}, {}, "unchanged", {}),
    # 8 another unique index
    *every(8, None, {"code": "B2"}, {}, "rejected", {"code": "A1"}, "it must be unique", says="another row has \"B2\" already"),
    # 9 the key is edited: to a new one it is a new row (the old one is looked for), to another row's it is put back
    *every(9, None, {"id": 3, "code": None}, {}, "applied", {}),
    *every(9, None, {"id": 2}, {}, "rejected", {"id": 1}, '"2" is already the key of another row'),
    # 10 the same key typed twice: for MySQL it is an edit of that row
    *every(10, None, {"id": 1, "qty": 5}, {}, "unchanged", {}),
    # 11 a foreign key that points nowhere
    *every(11, None, {"parent": 8}, {}, "rejected", {"parent": None}, "there is no such row", says="there is no such row"),
    *every(11, None, {"parent": 7}, {"parent": 7}, "applied", {}),
    # 12 what the column cannot hold, or the table's rules forbid
    *every(12, None, {"qty": "many"}, {}, "rejected", {"qty": 5}, '"many" is not a number'),
    *every(12, None, {"qty": 1000}, {}, "rejected", {"qty": 5}, "does not allow this"),
    # 13 an edit of a row that is not there, and never was: it is a new row
    *every(13, "never", {"qty": 9}, {"qty": 9, "twice": 18}, "applied", {"twice": 18}),
    # 15 a generated column, one that is not edited here
    *every(15, None, {"twice": 9}, {}, "rejected", {"twice": 10}, "the database computes this column"),
    *every(15, None, {"changed": "2024-02-29 10:00:00"}, {}, "rejected", {"changed": None}, "this column is not edited in the sheet"),
    # 16 MySQL's value was shown over what the person had typed, before the edit arrived
    Case(16, "sheet_wins", "shown", {"qty": 9}, {"qty": 9, "twice": 18}, "conflict", {}, None, "sheet", WON, late=True),
    Case(16, "mysql_wins", "shown", {"qty": 9}, {"qty": 6, "twice": 12}, "conflict", {"qty": 6}, LOST_NOTE, "mysql", LOST, late=True),
    Case(16, "last_write", "shown", {"qty": 9}, {"qty": 6, "twice": 12}, "conflict", {}, ASKED, "asked", ASKED, late=True),
    Case(16, "manual", "shown", {"qty": 9}, {"qty": 6, "twice": 12}, "conflict", {}, WAITS, "open", WAITS, late=True),
    Case(16, "rule", "shown", {"qty": 9}, {"qty": 9, "twice": 18}, "conflict", {}, None, "value", "the rule made it",
         late=True),
]
# 14, a column or table that is missing on one side: test_webhook.py (dropped columns, missing tables), test_ddl.py, test_structure.py.
# 17, a row that leaves or enters the filter by an edit: mappings have no row filter, so it does not happen.
