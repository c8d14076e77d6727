# SPDX-License-Identifier: Apache-2.0
"""What the reader meets on a server's way through life: `tabrelay events`, live and from the files, tell the same."""
import pytest

from reading import config_for, events, logs_of, placeless

EVERY = ["mariadb", "mysql", "mariadb11", "mysql56"]


def told(server, folder):
    """The lines about tabrelay_life, the same live and from the files."""
    config = config_for(server, folder)
    with events(config, "--from", "start", "--no-follow", "--table", "life.*") as live, \
            events(config, "--schema", "--table", "life.*", "--file", *logs_of(server)) as filed:
        shown = placeless if server.flavour == "mariadb11" else bytes
        live, filed = [shown(line) for line in live], [shown(line) for line in filed]
    assert live == filed
    return live


@pytest.mark.parametrize("every_server", EVERY, indirect=True)
def test_a_killed_and_a_stopped_servers_logs_are_read_like_any_other(every_server, tmp_path):
    every_server.sql("CREATE DATABASE life")
    every_server.sql("CREATE TABLE life.a (id INT PRIMARY KEY)")
    every_server.sql("CREATE TABLE life.b (id INT PRIMARY KEY)")
    every_server.sql("INSERT INTO life.a VALUES (1)")
    every_server.kill()  # its last log stays marked as in use
    every_server.start()
    every_server.sql("INSERT INTO life.b VALUES (2)")  # under the table id that life.a had
    every_server.sql("INSERT INTO life.a VALUES (3)")
    every_server.stop()  # a STOP event ends the log
    every_server.start()
    every_server.sql("INSERT INTO life.a VALUES (4)")
    assert len(logs_of(every_server)) >= 3
    lines = told(every_server, tmp_path)
    assert [line.split(b'"after":')[1].strip(b"}\n") for line in lines] == [b'{"id":%d' % i for i in (1, 2, 3, 4)]
    assert [b'"table":"b"' in line for line in lines] == [False, True, False, False]
