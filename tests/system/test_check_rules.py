# SPDX-License-Identifier: Apache-2.0
"""`tabrelay check` and the rules of conflicts, which MySQL and MariaDB evaluate."""
import pytest

from test_cli import Site, find

TABLE = """
CREATE TABLE things (
    id INT NOT NULL PRIMARY KEY, qty INT NOT NULL, price DECIMAL(10,2) NULL, name VARCHAR(40) NULL, seen DATETIME NULL,
    big BIGINT UNSIGNED NULL, ratio DOUBLE NULL, day DATE NULL, kind ENUM('a', 'b') NULL, raw VARBINARY(8) NULL,
    doc JSON NULL, latin VARCHAR(9) CHARACTER SET latin1 NULL, changed TIMESTAMP(6) NULL
);
"""


@pytest.fixture
def check(server, database, tmp_path):
    """check(column -> rule, ...): what `tabrelay check` finds of the mapping."""
    server.script(TABLE, database=database)
    site = Site(server, database, tmp_path)

    def run(rules=(), **mapping):
        rules = dict(rules)
        names = ["id", "qty", "price", "name", "seen", "big", "ratio", "day", "kind", "raw", "doc", "latin", "changed"]
        site.settings["mappings"] = [{
            "table": f"{database}.things", "spreadsheet": "1AbC", "tab": "Things", **mapping,
            "columns": [{"column": name, "rule": rules[name]} if name in rules else name for name in names]}]
        return [f for f in site.check() if f[1] == "mapping things"]

    yield run
    server.sql(f"DROP DATABASE IF EXISTS {site.state}")


def test_rules_over_every_type_can_be_evaluated(check):
    rules = {
        "qty": "GREATEST(mysql.qty, sheet.qty)",
        "price": "mysql.price + sheet.price - base.price",
        "name": "CONCAT_WS(' / ', mysql.name, NULLIF(sheet.`name`, 'a;b?'))",
        "big": "IF(mysql.big > 18446744073709551610, mysql.big, sheet.big)",
        "ratio": "(mysql.ratio + sheet.ratio) / 2",
        "day": "LEAST(mysql.day, sheet.day)",
        "kind": "CASE WHEN sheet.qty > mysql.qty THEN sheet.kind ELSE mysql.kind END",
        "raw": "COALESCE(sheet.raw, mysql.raw)",
        "doc": "sheet.doc",
        "latin": "IF(mysql.latin = sheet.latin, mysql.latin, sheet.latin)",
    }
    findings = check(rules)
    assert [f for f in findings if f[0] == "fail"] == []
    for column in rules:
        find(findings, "ok", f'the rule of column "{column}" can be evaluated')


@pytest.mark.parametrize("rule, problem", [
    ("GREATEST(mysql.qty, sheet.stock)", 'character 21: the mapping has no column "stock"'),
    ("GREATEST(mysql.qty, qty)", "Column 'qty' in"),
    ("GREATEST(mysql.qty", "character 19: a parenthesis is not closed"),
    ("mysql.qty) + (sheet.qty", "character 10: there is no parenthesis to close"),
    ("mysql.qty, sheet.qty", "character 10: a rule is one expression"),
    ("(SELECT MAX(qty) FROM things)", "character 2: this word is not allowed in a rule"),
    ("mysql.user.host", "character 1: the mapping has no column \"user\""),
    ("other.qty", "character 1: a column is named mysql.X, sheet.X or base.X"),
    ("mysql.qty; DROP TABLE things", "character 10: this character is not allowed in a rule"),
    ("@@GLOBAL.port", "character 1: this character is not allowed in a rule"),
    ("mysql.qty -- more", "character 11: a rule has no comments"),
    ("mysql.qty /* more */", "character 11: a rule has no comments"),
    ("mysql.qty = 'a", "character 13: this text has no end"),
    ("SLEEP(5)", "character 1: this word is not allowed in a rule"),
    ("mysql.qty +", "syntax"),
    ("NO_SUCH_FUNCTION(mysql.qty)", "function"),
])
def test_what_is_wrong_with_a_rule_is_said_with_its_place(check, rule, problem):
    level, _, detail, mend = find(check({"qty": rule}), "fail", 'the rule of column "qty": ')
    assert problem.lower() in detail.lower() and "line 1" in mend


def test_a_base_that_is_not_kept_and_a_column_that_says_no_time_are_named(check):
    findings = check({"qty": "IF(base.name = 'x', mysql.qty, sheet.qty)"}, conflict="last_write_wins", last_write_column="seen")
    find(findings, "warn", "names base.name, whose value is not kept")
    find(findings, "warn", '"seen" has whole seconds')
    assert [f for f in check(conflict="last_write_wins", last_write_column="changed") if "last_write" in f[2]] == []
    find(check(conflict="last_write_wins", last_write_column="qty"), "fail", "must be a DATETIME or TIMESTAMP")
    find(check(conflict="last_write_wins", last_write_column="gone"), "fail", 'the table has no column "gone"')
