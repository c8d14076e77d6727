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
        assert "MariaDB" in server.version()
    server.sql(f"CREATE TABLE {database}.t (id INT PRIMARY KEY)")
    assert server.sql("SHOW BINARY LOGS")


def test_a_killed_server_keeps_what_was_committed(own_server):
    own_server.sql("CREATE DATABASE kept")
    own_server.sql("CREATE TABLE kept.t (id INT PRIMARY KEY)")
    own_server.sql("INSERT INTO kept.t VALUES (1), (2)")
    own_server.kill()
    with pytest.raises(pymysql.err.OperationalError):
        own_server.connect()
    own_server.start()
    assert own_server.sql("SELECT COUNT(*) FROM kept.t")[0][0] == 2
