# SPDX-License-Identifier: Apache-2.0
"""Every type through the webhook: what a cell says is what MySQL stores, and what is stored is told only where it differs."""
import pytest

from webhook import Webhook

# column type, what the cell says, what MySQL then has (CAST to text; None: not worth a look)
TYPES = [
    ("TINYINT", -128, "-128"),
    ("TINYINT(1)", True, "1"),
    ("SMALLINT UNSIGNED", 65535, "65535"),
    ("MEDIUMINT", "  -8388608 ", "-8388608"),
    ("INT UNSIGNED", 4294967295, "4294967295"),
    ("BIGINT", "-9223372036854775808", "-9223372036854775808"),
    ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
    ("DECIMAL(10,2)", 357.5, "357.50"),
    ("DECIMAL(65,30)", "12345678901234567890123456789012345.123456789012345678901234567891",
     "12345678901234567890123456789012345.123456789012345678901234567891"),
    ("FLOAT", 0.1, None),
    ("FLOAT", 16777217, None),
    ("DOUBLE", 0.1, None),
    ("DOUBLE", 1e300, None),
    ("BIT(10)", 1023, None),
    ("BIT(64)", "18446744073709551615", None),
    ("YEAR", 2024, "2024"),
    ("DATE", {"date": "2024-02-29T00:00:00.000"}, "2024-02-29"),
    ("DATE", "0001-01-01", "0001-01-01"),
    ("DATETIME", {"date": "2024-02-29T10:11:12.000"}, "2024-02-29 10:11:12"),
    ("DATETIME(3)", {"date": "2024-02-29T10:11:12.345"}, "2024-02-29 10:11:12.345"),
    ("DATETIME(6)", "2024-02-29 10:11:12.345678", "2024-02-29 10:11:12.345678"),
    ("TIMESTAMP(3) NULL", {"date": "2024-07-01T10:11:12.345"}, "2024-07-01 10:11:12.345"),
    ("TIME", "-507:48:27", "-507:48:27"),
    ("TIME(3)", "10:11:12.345", "10:11:12.345"),
    ("CHAR(5)", "ab", "ab"),
    ("VARCHAR(100)", "=1+1", "=1+1"),
    ("VARCHAR(100)", "Köln 東京 🙂", "Köln 東京 🙂"),
    ("VARCHAR(20) CHARACTER SET latin1", "Köln", "Köln"),
    ("VARCHAR(100)", '""', ""),
    ("TEXT", "a\nb\\n'\"`", "a\nb\\n'\"`"),
    ("TEXT", 7, "7"),
    ("VARBINARY(10)", "0x00FF27", None),
    ("BINARY(4)", "0x00FF2741", None),
    ("BLOB", "0x5C27", None),
    ("ENUM('a','b''c')", "b'c", "b'c"),
    ("SET('x','y','z')", "x,z", "x,z"),
]


# column type, what the cell says
REFUSED = [
    ("TINYINT", 128), ("INT UNSIGNED", -1), ("INT", 1.5), ("INT", "1,5"), ("DECIMAL(5,2)", 1000), ("DATE", "2024-02-30"),
    ("DATETIME", "yesterday"), ("TIME", "900:00:00"), ("VARCHAR(3)", "four"), ("ENUM('a')", "b"), ("SET('a','b')", "a,c"),
    ("BIT(3)", 8), ("YEAR", 99999), ("VARBINARY(2)", "0x000000"), ("INT NOT NULL DEFAULT 5", None), ("FLOAT", "1e39"),
]


@pytest.fixture
def make_hook(server, database, programs, tmp_path):
    """make_hook(types): the table `missing` has a column c0, c1, ... of each type."""
    def make(types):
        columns = ", ".join(f"c{i} {kind}{'' if 'NULL' in kind else ' NULL'}" for i, kind in enumerate(types))
        return Webhook(server, database, programs, tmp_path,
                       f"CREATE TABLE {{db}}.missing (id INT NOT NULL PRIMARY KEY, {columns});\n")
    yield make
    server.sql(f"DROP DATABASE IF EXISTS {database}_state")


def test_every_type_is_stored_as_it_was_typed_and_agrees_with_what_is_read_back(make_hook):
    hook = make_hook([kind for kind, *_ in TYPES])
    values = {f"c{i}": cell for i, (_, cell, *_) in enumerate(TYPES)}
    cells = {"id": 1, **values}
    result = hook.edit(cells, list(cells), "Missing")
    assert (result["outcome"], result["operation"], result["notes"]) == ("applied", "insert", {})
    assert result["cells"] == {}
    for i, (kind, _, stored) in enumerate(TYPES):
        if stored is not None:
            got = hook.server.sql(f"SELECT CAST(c{i} AS CHAR CHARACTER SET utf8mb4) FROM {hook.db}.missing",
                                  init_command="SET time_zone = '+00:00'")[0][0]
            assert got == stored, kind
    result = hook.edit(cells, list(cells), "Missing")
    assert (result["outcome"], result["cells"], result["notes"]) == ("unchanged", {}, {})
    # Each of them cleared, and set again by an update.
    result = hook.edit({"id": 1, **dict.fromkeys(values)}, list(values), "Missing")
    assert (result["outcome"], result["operation"], result["cells"]) == ("applied", "update", {})
    result = hook.edit(cells, list(values), "Missing")
    assert (result["outcome"], result["operation"], result["cells"]) == ("applied", "update", {})


def test_what_the_database_makes_of_a_value_is_shown(make_hook):
    hook = make_hook(["JSON", "CHAR(5)"])
    result = hook.edit({"id": 1, "c0": '{"b":1,"a":[1, 2]}', "c1": "ab   "}, ["id", "c0", "c1"], "Missing")
    json_shown = {"c0": '{"a": [1, 2], "b": 1}'} if hook.server.flavour == "mysql" else {}
    assert result["outcome"] == "applied"
    assert {**json_shown, **result["cells"]} == result["cells"] and set(result["cells"]) <= {"c0", "c1"}
    assert result["cells"].get("c1", "ab") == "ab"
    again = hook.edit({"id": 1, "c0": result["cells"].get("c0", '{"b":1,"a":[1, 2]}'), "c1": "ab"}, ["c0", "c1"], "Missing")
    assert again["outcome"] == "unchanged" and again["cells"] == {}


def test_what_a_column_cannot_hold_is_refused_with_what_was_typed(make_hook):
    hook = make_hook([kind for kind, _ in REFUSED])
    hook.sql("INSERT INTO @missing (id) VALUES (1)")
    values = {f"c{i}": cell for i, (_, cell) in enumerate(REFUSED)}
    result = hook.edit({"id": 1, **values}, list(values), "Missing")
    assert (result["outcome"], result["operation"]) == ("rejected", "none")
    assert list(result["notes"]) == list(values) and list(result["cells"]) == list(values)
    for name, cell in values.items():
        assert result["notes"][name].startswith("this cell must not be empty" if cell is None else f'"{cell}" '), result["notes"][name]
        assert f"{name}: {result['notes'][name]}" in result["message"]
    assert result["cells"]["c14"] == 5 and result["cells"]["c0"] is None
