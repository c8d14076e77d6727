# SPDX-License-Identifier: Apache-2.0
"""The servers that all other tests stand on are what they claim to be."""
import pymysql
import pytest


def test_the_server_writes_a_row_binlog_with_gtids(server, database):
    assert server.sql("SELECT @@log_bin, @@binlog_format")[0] == (1, "ROW")
    if server.flavour == "mysql":
        assert server.version().startswith("9.")
        assert server.sql("SELECT @@gtid_mode")[0][0] == "ON"
    else:
        assert server.version().startswith("10.11.") and "MariaDB" in server.version()
    server.sql(f"CREATE TABLE {database}.t (id INT PRIMARY KEY)")
    assert server.sql("SHOW BINARY LOGS")


def test_what_the_readers_tests_stand_on_is_there(every_server):
    assert every_server.version().startswith({"mariadb": "10.11.", "mariadb11": "11.8.", "mysql": "9."}[every_server.flavour])


def test_the_old_server_writes_a_row_binlog_with_gtids(old_server):
    assert old_server.version().startswith("5.6.")
    assert old_server.sql("SELECT @@log_bin, @@binlog_format, @@gtid_mode")[0] == (1, "ROW", "ON")


def test_a_killed_server_keeps_what_was_committed(own_server):
    own_server.sql("CREATE DATABASE kept")
    own_server.sql("CREATE TABLE kept.t (id INT PRIMARY KEY)")
    own_server.sql("INSERT INTO kept.t VALUES (1), (2)")
    own_server.kill()
    with pytest.raises(pymysql.err.OperationalError):
        own_server.connect()
    own_server.start()
    assert own_server.sql("SELECT COUNT(*) FROM kept.t")[0][0] == 2
