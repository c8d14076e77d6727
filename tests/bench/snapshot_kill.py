#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The first fill of a large table, killed with -9 again and again while MySQL goes on writing: how fast, how much memory, how much
is read twice, and are both sides equal at the end? README.md says more. The exit status is 1 when they are not."""
import argparse
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import goals  # noqa: E402
import equal  # noqa: E402
from programs import Program, wait_until  # noqa: E402
from servers import FLAVOURS  # noqa: E402
from stack import Stack  # noqa: E402

TABLE = """
CREATE TABLE big (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    price DECIMAL(10,2) NULL,
    stock INT NOT NULL,
    since DATE NULL,
    state ENUM('new', 'used', 'sold') NOT NULL,
    note VARCHAR(100) NULL,
    ratio DOUBLE NULL
);
"""
FILL = ("INSERT INTO big (name, price, stock, since, state, note, ratio) "
        "SELECT CONCAT('item ', n), n / 100, n MOD 977, DATE '2000-01-01' + INTERVAL n MOD 9000 DAY, 1 + n MOD 3, "
        "IF(n MOD 4 = 0, NULL, CONCAT('a note of row ', n)), n / 8 FROM (SELECT {first} + a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n "
        "FROM digits a, digits b, digits c, digits e) numbers WHERE n < {end}")
PIECE = 10000
TIMES_READ = 1.2  # a kill costs the rows of one batch or two
REST_MIB, ROW_BYTES = 14, 70  # what docs/manual.md says that it takes besides memory_limit


def narrow(stack, columns):
    """A new tab has 26 columns, and ten million cells are the most that a spreadsheet may have."""
    stack.google.google("POST", f"/v4/spreadsheets/{stack.spreadsheet}:batchUpdate", {"requests": [{"updateSheetProperties": {
        "properties": {"sheetId": stack.sheet_id("Big"), "gridProperties": {"columnCount": columns}},
        "fields": "gridProperties.columnCount"}}]})


def fill(server, database, rows):
    server.script("CREATE TABLE digits (d INT);\nINSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);\n",
                  database=database)
    for first in range(0, rows, PIECE):
        server.sql(FILL.format(first=first, end=min(first + PIECE, rows)), database=database)


class Writer(threading.Thread):
    """Changes rows of all of the table until it is told to stop."""

    def __init__(self, stack, options):
        super().__init__(daemon=True)
        self.stack, self.rows, self.pause_s, self.deletes = stack, options.rows, options.pause, options.deletes
        self.random = random.Random(options.seed)
        self.n, self.over = 0, threading.Event()

    def run(self):
        connection = self.stack.server.connect(database=self.stack.database)
        with connection, connection.cursor() as cursor:
            while not self.over.wait(self.pause_s):
                self.n += 1
                if self.n % 10 == 0:
                    cursor.execute("INSERT INTO big (name, stock, state) VALUES (%s, %s, 'new')", (f"born {self.n}", self.n))
                elif self.deletes > 0 and self.n % self.deletes == 1:
                    cursor.execute("DELETE FROM big WHERE id = %s", (self.random.randrange(1, self.rows),))
                else:
                    cursor.execute("UPDATE big SET name = %s, stock = stock + 1 WHERE id = %s",
                                   (f"changed {self.n}", self.random.randrange(1, self.rows)))


def proc(process, what):
    """A figure of /proc/PID/status in KiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1])
    return 0


def cpu_s(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def snapshot(stack):
    return stack.sql(f"SELECT snapshot, snapshot_rows FROM {stack.state_database}.mapping_state")


def is_done(stack):
    return snapshot(stack) == [] or snapshot(stack)[0][0] == "done"


def allowed_mib(options):
    return round(REST_MIB + float(options.memory.removesuffix("MiB")) + options.rows * ROW_BYTES / 2**20)


class Run:
    """What is counted over all lives of the replicator."""

    def __init__(self, stack):
        self.stack, self.cpu_s, self.peak_kib, self.rows_read = stack, 0.0, 0, 0

    def count(self):
        process = self.stack.replicator.process
        self.peak_kib = max(self.peak_kib, proc(process, "VmHWM"))
        self.cpu_s += cpu_s(process)
        self.rows_read += self.stack.metric("tabrelay_snapshot_rows_total")


def run(stack, options):
    chance = random.Random(options.seed)
    figures = Run(stack)
    stack.webhook.start()
    writer = Writer(stack, options)
    began = time.monotonic()
    if options.pause > 0:
        writer.start()
    stack.replicator.start()
    print(f"  at start {proc(stack.replicator.process, 'VmRSS') / 1024:.1f} MiB", flush=True)
    for n in range(options.kills):
        goal = options.rows * (n + chance.random()) / (options.kills + 1)
        wait_until("the snapshot's rows", lambda g=goal: is_done(stack) or (snapshot(stack) and snapshot(stack)[0][1] >= g), options.wait, 0.2)
        time.sleep(chance.random())
        figures.count()
        stack.replicator.kill()
        print(f"  killed after {time.monotonic() - began:.0f} s at row {snapshot(stack)[0][1]}", flush=True)
        stack.replicator.start(wait_s=120)
    wait_until("the snapshot's end", lambda: is_done(stack), options.wait, 0.5)
    took = time.monotonic() - began
    writer.over.set()
    print(f"  done after {took:.0f} s: {options.rows / took:.0f} rows a second, {writer.n} changes meanwhile", flush=True)
    last = {}

    def are_equal():
        last.update(equal.differences(stack, "Big"))
        return not any(last.values())
    try:
        wait_until("both sides to be equal", are_equal, options.wait, 2)
    except AssertionError:
        pass
    figures.count()
    requests = stack.google.requests()
    print(f"  replicator: {figures.cpu_s:.1f} s of CPU, peak {figures.peak_kib / 1024:.1f} MiB, now "
          f"{proc(stack.replicator.process, 'VmRSS') / 1024:.1f} MiB; {figures.rows_read} rows read ({figures.rows_read / options.rows:.2f} times)")
    print(f"  sandbox: {cpu_s(stack.sandbox.process):.1f} s of CPU, peak {proc(stack.sandbox.process, 'VmHWM') / 1024:.0f} MiB; "
          f"{requests[-1]['number'] if requests else 0} requests")
    print(f"  {last}: {'equal' if not any(last.values()) else 'NOT EQUAL'}\n", flush=True)
    for what, rows in last.items():
        goals.line(f"killed-fill-rows-{what}-{options.server}", rows, "<=", 0)
    goals.line(f"killed-fill-times-read-{options.server}", figures.rows_read / options.rows, "<=", TIMES_READ)
    goals.line(f"killed-fill-memory-mib-{options.server}", figures.peak_kib / 1024, "<=", allowed_mib(options))
    return not any(last.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="mariadb", choices=["mariadb", "mysql"])
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between MySQL's changes meanwhile; 0: none are made")
    parser.add_argument("--deletes", type=int, default=1000, help="one of so many of them is a delete, which is proven by all key cells; 0: none")
    parser.add_argument("--memory", default="64MiB", help="memory_limit")
    parser.add_argument("--wait", type=float, default=3600, help="seconds at most for each step")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cls = FLAVOURS[options.server]
    cls.require()
    base, is_temporary = cls.folder()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-bench-"))
    made = []

    def programs(name, arguments, **kwargs):
        (folder / str(len(made))).mkdir()
        made.append(Program(name, arguments, folder / str(len(made)), **kwargs))
        return made[-1]
    server = cls(base, 99, ["--max-binlog-size=1G"])
    good = False
    try:
        server.start()
        server.sql("CREATE DATABASE bench")
        stack = Stack(server, "bench", programs, folder, [{"table": "big", "tab": "Big"}], tables=TABLE, start=False,
                      replicator={"memory_limit": options.memory, "reconcile_every": "0s"}, log_level="info")
        narrow(stack, 8)
        fill(server, "bench", options.rows)
        print(f"{options.server}, {options.rows} rows of 8 columns, {options.kills} kills", flush=True)
        good = run(stack, options)
    finally:
        for program in made:
            program.kill()
        server.remove()
        if good:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"  logs: {folder}")
        if is_temporary:
            shutil.rmtree(base, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
