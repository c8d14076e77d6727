# SPDX-License-Identifier: Apache-2.0
"""tabrelay events on real servers' logs: live and from their files, filtered, summed up, interrupted."""
import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import termios

import pytest

from programs import BUILD, ROOT, SANITIZER, run, wait_until
from servers import free_port

TABLES = """
CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(200), price DECIMAL(30,10), weight DOUBLE, seen DATETIME(3),
    code VARBINARY(8), kind ENUM('red','blue'), bits BIT(64), made YEAR, big BIGINT UNSIGNED);
CREATE TABLE notes (id INT NOT NULL PRIMARY KEY, text TEXT);
CREATE TABLE bare (a INT, b INT);
"""
KEYS = ["server", "position", "gtid", "time", "schema", "table", "type", "key", "before", "after"]
WEIRD = 'a "quoted" \\ back\tslash\n\x01\x1f\x7f äö 🍎 \u2028 end'
MIB = 1 << 20
# The peak memory of a program counts what was there before its exec: a small Python measures it.
MEASURE = '''
import os, sys
pid = os.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
sys.exit(f"status {status}" if status else str(usage.ru_maxrss))
'''


class Log:
    """What a server writes into its log from the making of this object on, as `tabrelay events` tells it."""

    def __init__(self, server, database, folder):
        self.server, self.database, self.folder = server, database, folder
        self.is_mariadb = server.flavour == "mariadb"
        self.config = folder / "tabrelay.yaml"
        self.config.write_text(json.dumps({
            "instance": "events-test",
            "mysql": {"host": "127.0.0.1", "port": server.port, "user": server.user, "password": server.password},
            "google": {"credentials": "no-such-key.json"},
            "webhook": {"secret": "0123456789abcdef", "listen": f"127.0.0.1:{free_port()}"},
            "mappings": [{"table": f"{database}.items", "spreadsheet": "1AbC", "tab": "Items"}],
        }))
        server.sql("FLUSH BINARY LOGS")
        self.first = self.names()[-1]
        self.begin = self.position()

    def sql(self, *statements):
        """The statements, on one connection."""
        connection = self.server.connect(database=self.database)
        with contextlib.closing(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(*([statement] if isinstance(statement, str) else statement))

    def names(self):
        return [row[0] for row in self.server.sql("SHOW BINARY LOGS")]

    def position(self):
        if self.is_mariadb:
            return "mariadb:" + self.server.sql("SELECT @@GLOBAL.gtid_binlog_pos")[0][0]
        return "mysql:" + self.server.sql("SELECT @@GLOBAL.gtid_executed")[0][0].replace("\n", "")

    def gtids(self):
        return self.position().split(":", 1)[1]

    def files(self):
        """The log files from the beginning on, closed."""
        self.server.sql("FLUSH BINARY LOGS")
        names = self.names()
        return [str(self.server.dir / "data" / name) for name in names[names.index(self.first):-1]]

    def run(self, *arguments, code=0, **kwargs):
        done = run("tabrelay", "--config", self.config, "events", *arguments, **kwargs)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr}"
        return done

    def lines(self, *arguments, **kwargs):
        """The lines of this test's tables, each of them parsed."""
        return [json.loads(line) for line in self.run("--table", f"{self.database}.*", *arguments, **kwargs).stdout.splitlines()]

    def live(self, *arguments, **kwargs):
        return self.lines("--from", self.begin, "--no-follow", *arguments, **kwargs)

    def from_files(self, *arguments, **kwargs):
        return self.lines("--file", *self.files(), *arguments, **kwargs)

    @contextlib.contextmanager
    def following(self, *arguments):
        """The process, its standard output a pipe."""
        self.dumps_before = self.dumps()
        process = subprocess.Popen([str(BUILD / "tabrelay"), "--config", str(self.config), "events", "--table",
                                    f"{self.database}.*", *arguments],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def dumps(self):
        """The connections that are sent the log; those of readers that have gone stay for a while."""
        return {row[0] for row in self.server.sql("SHOW PROCESSLIST") if "Binlog Dump" in str(row[4])}

    def wait_connected(self):
        """Until the last one that follows is sent the log; its connection."""
        return wait_until("the dump", lambda: self.dumps() - self.dumps_before).pop()


@pytest.fixture
def log(server, database, tmp_path):
    server.script(TABLES, database=database)
    return Log(server, database, tmp_path)


@pytest.fixture
def own_log(own_server, tmp_path):
    own_server.sql("CREATE DATABASE own")
    own_server.script(TABLES, database="own")
    return Log(own_server, "own", tmp_path)


def interrupt(process, number=signal.SIGINT):
    """Standard output, after an orderly end."""
    process.send_signal(number)
    out, err = process.stdout.read(), process.stderr.read()
    process.wait(20)
    assert not SANITIZER.search(err), err
    assert process.returncode == 0, err
    return out


def many_rows(log, doublings, width=100):
    """One transaction of 1000 << DOUBLINGS rows, numbered in the order of the log."""
    log.sql("CREATE TABLE many (id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(1000))", "BEGIN",
            "INSERT INTO many (a) VALUES " + ", ".join([f"(REPEAT('x', {width}))"] * 1000),
            *["INSERT INTO many (a) SELECT a FROM many"] * doublings, "COMMIT")


# what a line says


def test_rows_are_the_same_live_and_from_the_files(log):
    log.sql("INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two')", "UPDATE items SET name = 'zwei' WHERE id = 2",
            "DELETE FROM items WHERE id = 1", "INSERT INTO bare VALUES (1, NULL)")
    lines = log.live()
    assert lines == log.from_files()
    assert [(line["type"], line["table"]) for line in lines] == [
        ("insert", "items"), ("insert", "items"), ("update", "items"), ("delete", "items"), ("insert", "bare")]
    assert all(list(line) == KEYS and line["schema"] == log.database for line in lines)
    assert [line["key"] for line in lines] == [{"id": 1}, {"id": 2}, {"id": 2}, {"id": 1}, None]
    insert, _, update, delete, bare = lines
    assert insert["before"] is None and insert["after"]["name"] == "one"
    assert update["before"]["name"] == "two" and update["after"]["name"] == "zwei"
    assert delete["before"]["name"] == "one" and delete["after"] is None
    assert bare["after"] == {"a": 1, "b": None}
    assert all(line["server"] == log.server.number for line in lines)
    assert insert["position"] == lines[1]["position"] != update["position"]
    assert update["position"].startswith(log.first + ":")


def test_a_line_carries_gtid_and_time_of_its_transaction(log):
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    log.sql("INSERT INTO bare VALUES (1, 1)")
    after = datetime.datetime.now(datetime.timezone.utc)
    line, = log.live()
    time = datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
    assert before <= time <= after
    # MySQL's GTID event has the time of the commit, MariaDB's has none: whole seconds
    assert ("." in line["time"]) != log.is_mariadb
    if log.is_mariadb:
        assert line["gtid"] in log.gtids().split(",")
    else:
        assert log.server.sql("SELECT GTID_SUBSET(%s, @@GLOBAL.gtid_executed)", [line["gtid"]]) == [(1,)]
        assert log.server.sql("SELECT GTID_SUBSET(%s, %s)", [line["gtid"], log.begin.split(":", 1)[1]]) == [(0,)]


def test_values_are_written_as_documented(log):
    log.sql(("INSERT INTO items VALUES (-7, %s, '12345678901234567890.0123456789', 0.1, '2024-02-29 10:11:12.345', "
             "x'00ff7f', 'blue', 18446744073709551615, 1999, 18446744073709551615)", [WEIRD]))
    done = log.run("--from", log.begin, "--no-follow", "--table", f"{log.database}.items")
    assert json.loads(done.stdout)["after"] == {
        "id": -7, "name": WEIRD, "price": "12345678901234567890.0123456789", "weight": 0.1,
        "seen": "2024-02-29 10:11:12.345", "code": {"hex": "00ff7f"}, "kind": "blue", "bits": 18446744073709551615,
        "made": 1999, "big": 18446744073709551615}
    assert '"weight":0.1,' in done.stdout and '"bits":18446744073709551615,' in done.stdout
    assert done.stdout.isascii() is False and done.stdout.count("\n") == 1


def test_names_are_escaped_too(log):
    log.sql('CREATE TABLE `a "b"` (`c "d\\` INT PRIMARY KEY, `ä\nö` INT)', 'INSERT INTO `a "b"` VALUES (1, 2)')
    line, = log.live()
    assert line["table"] == 'a "b"'
    assert line["key"] == {'c "d\\': 1}
    assert line["after"] == {'c "d\\': 1, "ä\nö": 2}


def test_null_is_not_json_s_null(log):
    log.sql("CREATE TABLE docs (id INT PRIMARY KEY, doc JSON)",
            """INSERT INTO docs VALUES (1, NULL), (2, 'null'), (3, '{"b": [1, "x"], "a": 1.50}')""")
    docs = [line["after"]["doc"] for line in log.live()]
    assert docs[:2] == [None, "null"]
    assert docs[2] == log.server.sql(f"SELECT doc FROM {log.database}.docs WHERE id = 3")[0][0]


def test_the_year_zero_is_a_number(log):
    log.sql("SET sql_mode = ''", "INSERT INTO items (id, made) VALUES (1, 0)")
    assert log.live()[0]["after"]["made"] == 0


def test_a_compressed_transaction_is_printed_like_any_other(log):
    if log.is_mariadb:
        log.server.sql("SET GLOBAL log_bin_compress = ON, log_bin_compress_min_len = 10")
    try:
        log.sql("SET SESSION binlog_transaction_compression = ON" if not log.is_mariadb else "DO 0",
                "BEGIN", "INSERT INTO notes VALUES (1, REPEAT('x', 2000)), (2, 'short')", "UPDATE notes SET text = 'y' WHERE id = 1", "COMMIT")
    finally:
        if log.is_mariadb:
            log.server.sql("SET GLOBAL log_bin_compress = OFF, log_bin_compress_min_len = DEFAULT")
    lines = log.live()
    assert lines == log.from_files()
    assert [(line["type"], line["key"]["id"], line["after"]["text"]) for line in lines] == [
        ("insert", 1, "x" * 2000), ("insert", 2, "short"), ("update", 1, "y")]
    events = json.loads(log.run("--file", *log.files(), "--summary", "--json").stdout)["events"]
    types = {(event["type"], event["in_payload"]) for event in events}
    assert types >= ({("WRITE_ROWS_COMPRESSED_V1", False)} if log.is_mariadb else
                     {("TRANSACTION_PAYLOAD", False), ("WRITE_ROWS", True), ("TABLE_MAP", True)})


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_mariadb_s_own_types_need_the_schema(log):
    log.sql("CREATE TABLE own (id UUID PRIMARY KEY, six INET6, four INET4)",
            "INSERT INTO own VALUES ('123e4567-e89b-12d3-a456-426655440000', '::1', '10.0.0.1')")
    words = {"id": "123e4567-e89b-12d3-a456-426655440000", "six": "::1", "four": "10.0.0.1"}
    assert [line["after"] for line in log.live()] == [words]
    assert [line["after"] for line in log.from_files("--schema")] == [words]
    line, = log.from_files()
    assert line["after"]["four"] == {"hex": "0a000001"} and len(line["after"]["id"]["hex"]) == 32


def test_a_minimal_image_leaves_columns_out(log):
    log.sql("INSERT INTO items (id, name) VALUES (1, 'one')", "SET SESSION binlog_row_image = 'MINIMAL'",
            "UPDATE items SET name = 'eins' WHERE id = 1", "DELETE FROM items WHERE id = 1")
    _, update, delete = log.live()
    assert update["key"] == {"id": 1}
    assert update["before"] == {"id": 1}
    assert update["after"]["name"] == "eins" and "price" not in update["after"]
    assert delete["before"] == {"id": 1}


def test_a_value_larger_than_the_buffer_comes_whole(log):
    text, code = ('ä"\n' * 300000)[:700001], bytes(range(256)) * 3000
    log.sql("CREATE TABLE large (id INT PRIMARY KEY, text LONGTEXT, code LONGBLOB)",
            ("INSERT INTO large VALUES (1, %s, %s)", [text, code]))
    line, = log.live("--table", f"{log.database}.large")
    assert line["after"]["text"] == text
    assert line["after"]["code"] == {"hex": code.hex()}


# which lines


def test_tables_are_chosen_by_pattern(log):
    log.sql("INSERT INTO items (id) VALUES (1)", "INSERT INTO notes VALUES (1, 'n')", "INSERT INTO bare VALUES (1, 2)")
    files = log.files()

    def tables(*patterns):
        arguments = [word for pattern in patterns for word in ("--table", pattern)]
        return [json.loads(line)["table"] for line in log.run("--file", *files, *arguments).stdout.splitlines()]

    assert tables(f"{log.database}.items") == ["items"]
    assert tables(f"{log.database}.*") == ["items", "notes", "bare"]
    assert tables(f"{log.database[:-1]}?.?otes", f"{log.database}.bare") == ["notes", "bare"]
    assert tables(f"{log.database}.Items") == []


def three_transactions(log):
    """One row each, their times apart: MariaDB's log knows seconds only."""
    for number in (1, 2, 3):
        log.sql(f"SET timestamp = {1700000000 + 10 * number}" if log.is_mariadb else "DO 0",
                f"INSERT INTO bare VALUES ({number}, {number})")
    return log.live()


def values(lines):
    return [line["after"]["a"] for line in lines]


def test_since_and_until_a_time(log):
    first, second, third = three_transactions(log)
    for read in (log.live, log.from_files):
        assert values(read("--since", second["time"])) == [2, 3]
        assert values(read("--until", second["time"])) == [1]
        assert values(read("--since", first["time"], "--until", third["time"])) == [1, 2]
    seconds = datetime.datetime.fromisoformat(second["time"].replace("Z", "+00:00")).timestamp()
    assert values(log.from_files("--since", f"@{seconds:.6f}", "--until", f"@{seconds + 1e-6:.6f}")) == [2]
    east = datetime.datetime.fromtimestamp(seconds, datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert values(log.from_files("--since", east.isoformat())) == [2, 3]


def test_since_and_until_a_transaction(log):
    _, second, third = three_transactions(log)
    for read in (log.live, log.from_files):
        assert values(read("--since", second["gtid"])) == [2, 3]
        assert values(read("--until", second["gtid"])) == [1, 2]
        assert values(read("--since", second["gtid"], "--until", second["gtid"])) == [2]
    assert values(log.from_files("--since", third["gtid"])) == [3]


def test_a_transaction_that_does_not_come_is_an_error(log):
    three_transactions(log)
    wanted = "99-1-12345" if log.is_mariadb else "11111111-2222-3333-4444-555555555555:7"
    done = log.run("--file", *log.files(), "--since", wanted, code=1)
    assert done.stdout == ""
    assert f"events: --since: transaction {wanted} did not come" in done.stderr


def test_since_and_until_a_set(log):
    log.sql("INSERT INTO bare VALUES (1, 1)")
    one = log.position()
    log.sql("INSERT INTO bare VALUES (2, 2)")
    two = log.position()
    log.sql("INSERT INTO bare VALUES (3, 3)")
    for read in (log.live, log.from_files):
        assert values(read("--since", one)) == [2, 3]
        assert values(read("--until", two)) == [1, 2]
        assert values(read("--since", one, "--until", two)) == [2]
    # from a server, a set is a position to begin at
    assert values(log.lines("--no-follow", "--since", two)) == [3]


def test_count_ends_it(log):
    log.sql("INSERT INTO bare VALUES (1, 1), (2, 2), (3, 3)", "INSERT INTO bare VALUES (4, 4)")
    assert values(log.live("--count", "2")) == [1, 2]
    assert values(log.from_files("--count", "4")) == [1, 2, 3, 4]


def test_statements_are_told_when_asked_for(log):
    log.sql("INSERT INTO bare VALUES (1, 1)", "TRUNCATE TABLE bare", "ALTER TABLE notes ADD COLUMN more INT",
            "CREATE TABLE made (id INT)", "DROP TABLE made")
    assert [line["type"] for line in log.live()] == ["insert"]
    lines = log.live("--statements")
    assert lines == log.from_files("--statements")
    assert [(line["type"], line.get("kind"), line["table"]) for line in lines] == [
        ("insert", None, "bare"), ("statement", "truncate", "bare"), ("statement", "alter", "notes"),
        ("statement", "create", "made"), ("statement", "drop", "made")]
    assert lines[2]["sql"] == "ALTER TABLE notes ADD COLUMN more INT"
    assert lines[2]["gtid"] and lines[2]["position"]


# files


def test_several_files_and_standard_input(log):
    for number in (1, 2, 3):
        log.sql(f"INSERT INTO bare VALUES ({number}, 0)", "FLUSH BINARY LOGS")
    files = log.files()
    assert len(files) >= 3
    lines = log.lines("--file", *files)
    assert values(lines) == [1, 2, 3]
    assert [line["position"].split(":")[0] for line in lines] == [os.path.basename(name) for name in files[:3]]
    assert log.lines("--file", files[0], "--file", files[1], "--file", files[2]) == lines
    assert values(log.live()) == [1, 2, 3]
    with open(files[1], "rb") as second:
        piped = subprocess.run([str(BUILD / "tabrelay"), "events", "--file", "-"], stdin=second, capture_output=True, text=True)
    assert piped.returncode == 0, piped.stderr
    line, = [json.loads(text) for text in piped.stdout.splitlines() if json.loads(text)["schema"] == log.database]
    assert line == {**lines[1], "position": lines[1]["position"].replace(os.path.basename(files[1]), "stdin")}


def test_a_file_needs_neither_configuration_nor_server(log, tmp_path):
    log.sql("INSERT INTO bare VALUES (1, 1)")
    done = run("tabrelay", "--config", tmp_path / "none.yaml", "events", "--file", *log.files())
    assert done.returncode == 0 and '"after":{"a":1,"b":1}' in done.stdout
    done = run("tabrelay", "--config", tmp_path / "none.yaml", "events", "--count", "1")
    assert done.returncode == 1 and "none.yaml" in done.stderr


def test_a_file_that_was_cut_is_printed_up_to_there(log, tmp_path):
    log.sql("INSERT INTO bare VALUES (1, 1)", "INSERT INTO bare VALUES (2, 2)")
    second = log.live()[1]
    whole = log.files()[0]
    cut = tmp_path / "cut.000001"
    with open(whole, "rb") as file:
        cut.write_bytes(file.read()[:int(second["position"].split(":")[1]) + 25])
    done = log.run("--file", cut, "--table", f"{log.database}.*", code=1)
    assert values([json.loads(line) for line in done.stdout.splitlines()]) == [1]
    assert f"{cut}: the file ends within the event at {second['position'].split(':')[1]}" in done.stderr
    done = log.run("--file", cut, "--table", f"{log.database}.*", "--summary", "--json", code=1)
    assert json.loads(done.stdout)["tables"] == [{"schema": log.database, "table": "bare", "insert": 1, "update": 0, "delete": 0}]


@pytest.mark.parametrize("content, message", [
    (b"", "not a binlog file"), (b"hello, world", "not a binlog file"), (b"\xfdbin" + bytes(100), "encrypted"),
    (b"\xfebin" + b"\xff" * 100, "the event at 4 says it has 4294967295 bytes"),
])
def test_what_is_no_binlog_is_refused(tmp_path, content, message):
    path = tmp_path / "file"
    path.write_bytes(content)
    done = run("tabrelay", "events", "--file", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr
    done = run("tabrelay", "events", "--file", tmp_path / "none")
    assert done.returncode == 1 and "No such file" in done.stderr


# names


@pytest.fixture
def nameless(log):
    """The log without column names, as it is by default."""
    before, = log.server.sql("SELECT @@GLOBAL.binlog_row_metadata")[0]
    log.server.sql("SET GLOBAL binlog_row_metadata = " + ("'NO_LOG'" if log.is_mariadb else "'MINIMAL'"))
    yield log
    log.server.sql(f"SET GLOBAL binlog_row_metadata = '{before}'")


def test_names_come_from_the_schema_when_the_log_has_none(nameless):
    log = nameless
    log.sql("INSERT INTO items (id, name, code, big, kind) VALUES (1, 'one', x'61', 18446744073709551615, 'blue')")
    line, = log.live()
    assert line["key"] == {"id": 1}
    assert line["after"] == {"id": 1, "name": "one", "price": None, "weight": None, "seen": None, "code": {"hex": "61"},
                             "kind": "blue", "bits": None, "made": None, "big": 18446744073709551615}
    assert log.from_files("--schema") == [line]
    done = log.run("--file", *log.files(), "--table", f"{log.database}.items")
    bare = json.loads(done.stdout)
    assert bare["key"] is None and list(bare["after"]) == [f"@{n}" for n in range(1, 11)]
    assert bare["after"]["@1"] == 1 and bare["after"]["@2"] == "one"
    assert done.stderr.count("the log does not name columns") == 1


def test_a_drifted_schema_gives_no_wrong_names(nameless):
    log = nameless
    log.sql("INSERT INTO bare VALUES (1, 2)", "INSERT INTO bare VALUES (3, 4)", "ALTER TABLE bare DROP COLUMN a",
            "INSERT INTO bare VALUES (5)", "ALTER TABLE bare ADD COLUMN c INT", "INSERT INTO bare VALUES (6, 7)",
            "ALTER TABLE bare MODIFY c BIGINT", "INSERT INTO bare VALUES (8, 9)")
    arguments = "--from", log.begin, "--no-follow", "--table", f"{log.database}.bare"
    done = log.run(*arguments)
    after = [json.loads(line)["after"] for line in done.stdout.splitlines()]
    assert after == [{"@1": 1, "@2": 2}, {"@1": 3, "@2": 4}, {"@1": 5}, {"@1": 6, "@2": 7}, {"b": 8, "c": 9}]
    assert done.stderr.count(f"{log.database}.bare has other columns now than in the log: they are @1, @2, ...") == 1


def test_an_alter_is_followed(nameless):
    log = nameless
    with log.following() as process:
        log.wait_connected()
        log.sql("INSERT INTO bare VALUES (1, 2)")
        assert json.loads(process.stdout.readline())["after"] == {"a": 1, "b": 2}
        log.sql("ALTER TABLE bare ADD COLUMN c INT, CHANGE b d INT", "INSERT INTO bare VALUES (3, 4, 5)")
        assert json.loads(process.stdout.readline())["after"] == {"a": 3, "d": 4, "c": 5}
        log.sql("ALTER TABLE bare RENAME COLUMN d TO e", "INSERT INTO bare VALUES (6, 7, 8)")
        assert json.loads(process.stdout.readline())["after"] == {"a": 6, "e": 7, "c": 8}
        interrupt(process)


# following


def test_a_change_is_seen_at_once_and_sigint_ends_it(log):
    with log.following() as process:
        log.wait_connected()
        for number in range(3):
            log.sql(f"INSERT INTO bare VALUES ({number}, 0)")
            assert json.loads(process.stdout.readline())["after"]["a"] == number
        assert interrupt(process) == ""


def test_sigterm_still_prints_the_summary(log):
    log.sql("INSERT INTO bare VALUES (1, 1), (2, 2)")
    with log.following("--from", log.begin, "--summary", "--json") as process:
        log.wait_connected()
        summary = json.loads(interrupt(process, signal.SIGTERM))
    # how much had arrived by then nobody knows; of files it is told below
    assert list(summary) == ["files", "bytes", "events", "tables", "transactions"]


def test_two_may_watch_at_once(log):
    with log.following() as one:
        log.wait_connected()
        with log.following() as two:
            log.wait_connected()
            for number in (1, 2):
                log.sql(f"INSERT INTO bare VALUES ({number}, 0)")
                for process in (one, two):
                    assert json.loads(process.stdout.readline())["after"]["a"] == number
            interrupt(two)
        interrupt(one)


def test_a_reader_that_goes_away_ends_it_quietly(log):
    many_rows(log, 5)
    command = [str(BUILD / "tabrelay"), "events", "--file", *log.files()]
    head = subprocess.run(["bash", "-c", '"$@" | head -n 2; exit "${PIPESTATUS[0]}"', "head", *command],
                          capture_output=True, text=True)
    assert (head.returncode, head.stderr) == (0, "")
    assert len([json.loads(line) for line in head.stdout.splitlines()]) == 2


def test_a_full_disk_is_an_error(log):
    log.sql("INSERT INTO bare VALUES (1, 1)")
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(BUILD / "tabrelay"), "events", "--file", *log.files()], stdout=full, stderr=subprocess.PIPE,
                              text=True)
    assert done.returncode == 1
    assert "standard output: No space left on device" in done.stderr


def test_the_stream_is_taken_up_again_without_repeating_rows(own_log):
    log = own_log
    with log.following() as process:
        log.wait_connected()
        log.sql("INSERT INTO bare VALUES (1, 0), (2, 0)")
        assert [json.loads(process.stdout.readline())["after"]["a"] for _ in range(2)] == [1, 2]
        log.server.kill()
        log.server.start()
        log.sql("INSERT INTO bare VALUES (3, 0)")
        assert json.loads(process.stdout.readline())["after"]["a"] == 3
        assert interrupt(process) == ""


def test_a_connection_lost_within_a_transaction_repeats_no_row(log):
    many_rows(log, 6)
    log.sql("INSERT INTO bare VALUES (1, 1)")
    with log.following("--from", log.begin, "--no-follow") as process:
        first = process.stdout.readline()  # and no more: the pipe is full, the stream stands still
        log.server.sql(f"KILL {log.wait_connected()}")
        out, err = process.stdout.read(), process.stderr.read()
        assert process.wait(20) == 0, err
    lines = [json.loads(line) for line in [first, *out.splitlines()]]
    ids = [line["after"]["id"] for line in lines if line["table"] == "many"]
    assert len(ids) == 1000 << 6 and all(a < b for a, b in zip(ids, ids[1:]))
    assert lines[-1]["after"] == {"a": 1, "b": 1} and len(lines) == len(ids) + 1
    assert err.count("trying again every 1 s") == 1


@pytest.mark.parametrize("source", ["file", "server"])
def test_a_signal_ends_it_while_nobody_reads(log, source):
    many_rows(log, 6)
    arguments = ["--file", *log.files()] if source == "file" else ["--from", log.begin]
    with log.following(*arguments) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_signal_ends_it_while_nothing_comes_from_the_pipe(log):
    log.sql("INSERT INTO bare VALUES (1, 1)")
    with open(log.files()[0], "rb") as file:
        whole = file.read()
    process = subprocess.Popen([str(BUILD / "tabrelay"), "events", "--file", "-", "--summary", "--json"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        process.stdin.write(whole)
        process.stdin.flush()
        wait_until("all to be read", lambda: not pipe_bytes(process.stdin) and is_asleep(process))
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        tables = json.loads(process.stdout.read())["tables"]
        assert {"schema": log.database, "table": "bare", "insert": 1, "update": 0, "delete": 0} in tables
    finally:
        process.kill()
        process.communicate()


def is_asleep(process):
    """All its threads wait for something: what was read is done with."""
    tasks = pathlib.Path(f"/proc/{process.pid}/task").iterdir()
    return all((task / "stat").read_text().rpartition(")")[2].split()[0] == "S" for task in tasks)


def pipe_bytes(pipe):
    """How many bytes wait in the pipe."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def test_a_purged_position_says_what_to_do(own_log):
    log = own_log
    log.sql("INSERT INTO bare VALUES (1, 1)", "FLUSH BINARY LOGS", "INSERT INTO bare VALUES (2, 2)")

    def purge():  # MariaDB keeps a log until its checkpoint has been written
        log.server.sql(f"PURGE BINARY LOGS TO '{log.names()[-1]}'")
        return len(log.names()) == 1
    wait_until("the purge", purge)
    done = log.run("--from", log.begin, "--no-follow", code=1)
    assert done.stdout == "" and "  -> " in done.stderr
    assert values(log.lines("--from", "start", "--no-follow")) == [2]


@pytest.mark.parametrize("server", ["mysql"], indirect=True)
def test_the_end_is_found_behind_transactions_that_are_known(log):
    log.sql("INSERT INTO bare VALUES (1, 1)", "INSERT INTO bare VALUES (2, 2)")
    last = log.live()[1]["gtid"]
    assert values(log.lines("--from", f"{log.begin},{last}", "--no-follow")) == [1]


def test_following_ends_at_a_time_that_has_come(log):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
    log.sql("INSERT INTO bare VALUES (1, 1)")
    assert values(log.lines("--from", log.begin, "--until", soon.isoformat())) == [1]


# the summary


def test_the_summary_counts_what_sql_did(own_log):
    log = own_log
    log.sql("INSERT INTO bare VALUES (1, 1), (2, 2), (3, 3)", "UPDATE bare SET b = 9 WHERE a > 1", "DELETE FROM bare WHERE a = 3",
            "BEGIN", "INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two')", "INSERT INTO notes VALUES (1, 'n'), (2, 'm')",
            "COMMIT", "DROP TABLE notes")
    lines = log.live()
    files = log.files()
    summary = json.loads(log.run("--file", *files, "--summary", "--json").stdout)
    assert summary["files"] == [os.path.basename(name) for name in files]
    assert summary["bytes"] == sum(os.path.getsize(name) - 4 for name in files)
    assert sum(event["bytes"] for event in summary["events"] if not event["in_payload"]) == summary["bytes"]
    assert summary["tables"] == [
        {"schema": "own", "table": "bare", "insert": 3, "update": 2, "delete": 1},
        {"schema": "own", "table": "items", "insert": 2, "update": 0, "delete": 0},
        {"schema": "own", "table": "notes", "insert": 2, "update": 0, "delete": 0}]
    transactions = summary["transactions"]
    assert transactions["count"] == 5
    assert transactions["first"] == lines[0]["time"]
    largest = transactions["largest_by_rows"]
    assert (largest["rows"], largest["gtid"]) == (4, lines[-1]["gtid"])
    assert largest["position"].split(":")[0] == log.first
    assert int(largest["position"].split(":")[1]) < int(lines[-4]["position"].split(":")[1])
    counts = {event["type"]: event["count"] for event in summary["events"]}
    assert counts["TABLE_MAP"] == 5 and counts["XID"] == 4 and counts["FORMAT_DESCRIPTION"] == len(files)
    live = json.loads(log.run("--from", log.begin, "--no-follow", "--summary", "--json").stdout)
    assert live["tables"] == summary["tables"]
    assert live["transactions"]["count"] >= 5
    text = log.run("--file", *files, "--summary").stdout
    assert "own.bare" in text and "Transactions: 5" in text


def test_the_summary_keeps_to_the_tables_and_bounds_asked_for(log):
    first, second, _ = three_transactions(log)
    log.sql("INSERT INTO notes VALUES (1, 'n')")
    summary = json.loads(log.run("--file", *log.files(), "--summary", "--json", "--table", f"{log.database}.bare",
                                 "--since", second["gtid"]).stdout)
    assert summary["tables"] == [{"schema": log.database, "table": "bare", "insert": 2, "update": 0, "delete": 0}]
    assert summary["transactions"]["count"] == 2
    assert summary["transactions"]["first"] == second["time"] != first["time"]


def test_memory_stays_small(log):
    if BUILD.name != "build":
        pytest.skip("a sanitizer's memory is not ours")
    many_rows(log, 6, 900)
    files = log.files()
    assert sum(os.path.getsize(name) for name in files) > 50 * MIB
    for arguments in ([], ["--summary"]):
        done = subprocess.run([sys.executable, "-SEI", "-c", MEASURE, str(BUILD / "tabrelay"), "events", "--file", *files,
                               *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert int(done.stderr) * 1024 < 16 * MIB


# arguments


@pytest.mark.parametrize("arguments, message", [
    (["--wat"], 'unknown option "--wat"'),
    (["word"], 'unexpected "word"'),
    (["--file"], "--file needs a value"),
    (["--count", "0"], '--count: expected a number from 1 on, got "0"'),
    (["--table", "orders"], '--table: expected SCHEMA.TABLE, got "orders"'),
    (["--since", "yesterday"], "--since: expected a time"),
    (["--until", "2026-02-30"], "--until: expected a time"),
    (["--json"], "--json is for --summary"),
    (["--file", "x", "--from", "now"], "--from is for a server"),
    (["--summary=yes"], "--summary takes no value"),
])
def test_wrong_arguments_are_named(arguments, message):
    done = run("tabrelay", "events", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"tabrelay events: {message}")


def test_the_manual_page_is_installed_and_names_every_option(tmp_path):
    subprocess.run(["make", "-s", "-C", ROOT, "install", f"DESTDIR={tmp_path}", f"BUILD={BUILD}"], check=True)
    page = (tmp_path / "usr/local/share/man/man1/tabrelay-events.1").read_text().replace("\\-", "-")
    assert page == (ROOT / "docs/man/tabrelay-events.1").read_text().replace("\\-", "-")
    for option in re.findall(r"^  (--[a-z-]+)", run("tabrelay", "events", "--help").stdout, re.M):
        assert re.search(rf"^\.(TP\n)?[A-Z]+ {option}\b", page, re.M), option
