# SPDX-License-Identifier: Apache-2.0
"""A rule that cannot decide leaves the cell to a person, and says why."""
import pytest

import conflict_table as table
from conflict_table import BASE
from test_conflicts import COLUMNS
from webhook import SHEET, Webhook, make_edit

# the rule, what is said of it; of the last two the cell is not sent
RULES = {
    "fails": ("mysql.qty - CAST(1000 AS UNSIGNED)", "the rule failed: "),
    "result": ("REPEAT('x', 5)", "the rule's result "),
    "wrong": ("mysql.nothing", "the rule is wrong: "),
    "base": ("IF(base.name = 'x', mysql.qty, sheet.qty)", 'the rule needs what both sides had in "name"'),
    "sheet": ("IF(sheet.code = 'x', mysql.qty, sheet.qty)", 'the rule needs what the sheet says in "code"'),
}


@pytest.fixture
def hook(server, database, programs, tmp_path):
    mappings = "".join(table.mapping("rule", database, SHEET).replace("t_rule", f"t_{name}").replace(table.POLICIES["rule"], "conflict: sheet_wins")
                       .replace(table.RULES["rule"], rule) for name, (rule, _) in RULES.items())
    tables = table.PARENTS + "".join(table.TABLE.replace("{name}", f"t_{name}") for name in RULES)
    yield Webhook(server, database, programs, tmp_path, tables, more_mappings=mappings)


def test_what_a_rule_cannot_decide_is_a_person_s(hook):
    for name, (_, says) in RULES.items():
        hook.sql(f"INSERT INTO @t_{name} (id, name, qty, code) VALUES (1, 'bolt', 5, 'A1')")
        assert hook.edit(BASE, COLUMNS, f"t_{name}")["outcome"] == "unchanged"
        hook.sql(f"UPDATE @t_{name} SET qty = 6, name = 'nut' WHERE id = 1")  # of the name that was, base has a hash
        cells = {column: value for column, value in {**BASE, "qty": 9}.items() if (name, column) not in (("sheet", "code"), ("base", "name"))}
        result = hook.post([make_edit(cells, ["qty"], old={"qty": 5})], f"t_{name}")[1]["results"][0]
        assert result["outcome"] == "conflict" and says in result["message"] + str(result["notes"]), (name, result)
        assert hook.sql(f"SELECT qty FROM @t_{name}")[0][0] == 6
    states = [row[0] for row in hook.state("SELECT state FROM @conflicts ORDER BY id")]
    assert states == ["open"] * len(RULES)
