#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Record the binlog files that the unit tests and the fuzzers read, from real servers: record.py [mariadb|mysql]...

Each recording is what one or two .sql files beside this script made a fresh server write:

    SERVER                common.sql and the server's own: transactions, XA, DDL, payloads, compressed events
    SERVER-types          types.sql and the server's own: every column type, row image and row metadata
    SERVER-statements     statements.sql: statement format and DDL; without checksums
    SERVER-incident       incident.sql: the log says that it lacks changes
"""
import pathlib
import shutil
import sys
import tempfile

import pymysql

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "system"))
import servers  # noqa: E402


def record(server, output, files, is_failing=False):
    """Run FILES on a database of their own; OUTPUT becomes the log of it."""
    server.script("DROP DATABASE IF EXISTS recorded;\nCREATE DATABASE recorded CHARACTER SET utf8mb4;\nFLUSH BINARY LOGS;\n")
    log = server.sql("SHOW BINARY LOGS")[-1][0]
    try:
        server.script(";\n".join((HERE / name).read_text().rstrip(";\n") for name in files) + ";\n", database="recorded")
    except pymysql.err.MySQLError as error:
        if not is_failing:
            raise
        print(f"{output.name}: the server says, as it should: {error}")
    server.script("FLUSH BINARY LOGS;\n")
    shutil.copyfile(server.dir / "data" / log, output)
    print(f"{output.name}: {output.stat().st_size} bytes")


def record_all(server, flavour):
    version = ".".join(server.version().split(".")[:2])
    prefix = f"{flavour}-{version}"
    record(server, HERE / f"{prefix}.binlog", ["common.sql", f"{flavour}.sql"])
    record(server, HERE / f"{prefix}-types.binlog", ["types.sql", f"{flavour}-types.sql"])
    server.script("SET GLOBAL binlog_checksum = NONE;\n")
    record(server, HERE / f"{prefix}-statements.binlog", ["statements.sql"])
    server.script("SET GLOBAL binlog_checksum = CRC32;\n"
                  "SET GLOBAL max_binlog_stmt_cache_size = 4096;\nSET GLOBAL binlog_stmt_cache_size = 4096;\n")
    record(server, HERE / f"{prefix}-incident.binlog", ["incident.sql"], is_failing=True)


def main(flavours):
    for flavour in flavours:
        cls = servers.FLAVOURS[flavour]
        cls.require()
        base = cls.folder()[0] if flavour == "mysql" else pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-record-"))
        server = cls(base, 77)
        try:
            record_all(server.start(), flavour)
        finally:
            server.remove()
            shutil.rmtree(cls.templates.pop(flavour), ignore_errors=True)
            if flavour != "mysql":
                shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["mariadb", "mysql"])
