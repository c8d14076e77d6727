# SPDX-License-Identifier: Apache-2.0
"""Binlogs of MySQL 5.7, 8.0 and 8.4.

No such server can simply be had, so these logs are DERIVED, not recorded: MySQL 9.7 writes one, and older_binlogs.py rewrites it. What
is recorded on a real older server is MySQL 5.6's (test_events_property.py and test_live_units.py run on it).
"""
import pytest

import older_binlogs as older
from reading import changes, config_for, events, newest_log, placeless

TABLE = """CREATE TABLE {0}.t (
    id INT UNSIGNED PRIMARY KEY, a TINYINT, b TINYINT UNSIGNED, c SMALLINT UNSIGNED, d MEDIUMINT, e MEDIUMINT UNSIGNED, f INT,
    g BIGINT UNSIGNED, h DECIMAL(65,30), i FLOAT, j DOUBLE UNSIGNED, k BIT(12), l YEAR, m DATE, n TIME(6), o DATETIME(3),
    p TIMESTAMP(2) NULL, q CHAR(20) CHARACTER SET latin1, r VARCHAR(300) CHARACTER SET gbk, s TEXT, t BINARY(8), u BLOB,
    v GEOMETRY, w JSON, x ENUM('a','ö'), y SET('p','q','r'), z VARCHAR(10) CHARACTER SET ucs2)"""
LABELLED = ("x", "y")
ROWS = [
    "1, -128, 255, 65535, -8388608, 16777215, -2147483648, 18446744073709551615, -0.000000000000000000000000000001, 0.1, 1e300, "
    "b'100000000001', 2155, '2024-02-29', '-838:59:58.999999', '9999-12-31 23:59:59.999', '2038-01-19 03:14:07.99', 'äöü', '中', "
    "'text', X'0102', REPEAT('b', 60000), ST_GeomFromText('POINT(1 2)'), '{\"k\": [1, 2.5, null]}', 'ö', 'p,r', '日'",
    "2, 127, 128, 32768, 8388607, 8388608, -1, 9223372036854775808, 12345678901234567890.5, -1e38, 0, b'0', 1901, '1000-01-01', "
    "'00:00:00.000001', '1000-01-01', NULL, '', '', '', '', '', NULL, '[]', 'a', '', ''",
    "3" + ", NULL" * 26,
]


@pytest.fixture
def log(every_server, tmp_path):
    """A log of MySQL 9.7's and a configuration that names the server, whose schema is still the log's."""
    every_server.sql("CREATE DATABASE old")
    every_server.sql(TABLE.format("old"))
    every_server.sql("FLUSH BINARY LOGS")
    for row in ROWS:
        every_server.sql(f"INSERT INTO old.t VALUES ({row})")
    every_server.sql("UPDATE old.t SET b = 200, e = id, g = g - 1, w = '{}' WHERE id < 3")
    every_server.sql("UPDATE old.t SET id = id + 4000000000")
    every_server.sql("DELETE FROM old.t")
    path = newest_log(every_server)
    every_server.sql("FLUSH BINARY LOGS")
    return path, config_for(every_server, tmp_path)


def without(changes, *keys):
    return [{key: value for key, value in change.items() if key not in keys} for change in changes]


@pytest.mark.parametrize("every_server", ["mysql"], indirect=True)
def test_the_older_formats_hold_the_same_rows(log, tmp_path):
    path, config = log
    wanted = changes(config, "--schema", "--file", path)
    assert [change["type"] for change in wanted] == ["insert"] * 3 + ["update"] * 5 + ["delete"] * 3
    assert wanted[0]["after"]["g"] == 18446744073709551615
    for version in (older.V57, older.V80, older.V84):
        for has_checksum in (True, False):
            rewritten = tmp_path / f"{version.server.decode()}-{has_checksum}"
            rewritten.write_bytes(older.rewrite(path.read_bytes(), version, has_checksum))
            given = changes(config, "--schema", "--file", rewritten)
            untimed = ["position", "time"] if version is older.V57 else ["position"]
            assert without(given, *untimed) == without(wanted, *untimed), rewritten.name
            if version is older.V57:  # no commit times: whole seconds
                assert {len(change["time"]) for change in given} == {len("2026-01-31T10:11:12Z")}


@pytest.mark.parametrize("every_server", ["mysql"], indirect=True)
def test_without_names_in_the_log_and_without_a_server_the_values_are_there(log, tmp_path):
    path, _ = log
    wanted = changes(None, "--file", path)
    rewritten = tmp_path / "8.0"
    rewritten.write_bytes(older.rewrite(path.read_bytes(), older.V80))
    given = changes(None, "--file", rewritten)
    for a, b in zip(given, wanted, strict=True):
        assert a["key"] is None
        for image in ("before", "after"):
            unlabelled = [column for column in (b[image] or {}) if column not in LABELLED]
            columns = {name: f"@{i}" for i, name in enumerate(b[image] or {}, 1)}
            assert [a[image][columns[name]] for name in unlabelled] == [b[image][name] for name in unlabelled]


@pytest.mark.parametrize("every_server", ["mariadb", "mysql", "mariadb11", "mysql56"], indirect=True)
def test_a_log_without_checksums_is_read_live_and_from_file(every_server, tmp_path):
    every_server.sql("CREATE DATABASE bare")
    every_server.sql("CREATE TABLE bare.t (id INT PRIMARY KEY, v VARCHAR(20))")
    every_server.sql("SET GLOBAL binlog_checksum = NONE")  # begins a new file
    try:
        every_server.sql("INSERT INTO bare.t VALUES (1, 'none'), (2, NULL)")
        every_server.sql("UPDATE bare.t SET v = 'x'")
        path, config = newest_log(every_server), config_for(every_server, tmp_path)
        with events(config, "--from", f"file:{path.name}:4", "--no-follow") as live, events(config, "--schema", "--file", path) as filed:
            shown = placeless if every_server.flavour == "mariadb11" else bytes
            live, filed = [shown(line) for line in live], [shown(line) for line in filed]
        assert len(live) == 4 and live == filed
    finally:
        every_server.sql("SET GLOBAL binlog_checksum = CRC32")
