# SPDX-License-Identifier: Apache-2.0
"""Edits a second, how long an answer takes, memory and CPU time of the webhook, beside a FastAPI endpoint: make bench-webhook (README.md).

Exit status: 0 whatever the figures, 1 when an edit failed or MySQL has something else than what was answered.
"""
import argparse
import array
import contextlib
import dataclasses
import importlib.util
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import goals
from measure import BUILD, Failed, environment
from sheets_world import TICKS, served, servers

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
from programs import ROOT, Program  # noqa: E402
from servers import free_port  # noqa: E402

SECRET = "a-secret-of-the-benchmark-0123456789"
DURABLE = ["--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1"]
OWN, PEER = "tabrelay-webhook", "FastAPI"
COLUMNS = ("(id INT NOT NULL PRIMARY KEY, title VARCHAR(64) NOT NULL, quantity INT NOT NULL, price DECIMAL(10,2) NOT NULL, "
           "place VARCHAR(20) NOT NULL)")
CONFIG = """
instance: bench
mysql: {{host: {host}, port: {port}, user: {user}, password: {password}, state_database: bench_state, tls: off}}
google: {{credentials: unused.json}}
webhook: {{listen: "127.0.0.1:{listen}", secret: {secret}}}
mappings: [{{table: bench.stock, spreadsheet: BENCH, tab: Stock}}]
"""
TIMES_EDITS, SHARE_P99, SHARE_MEMORY = 10, 0.2, 0.25


class Wrong(Exception):
    """What was answered is not so."""


@dataclasses.dataclass
class Run:
    """One side under one load."""
    edits_per_s: float
    median_ms: float
    p99_ms: float
    cpu_us: float  # of the side, an edit
    mysql_us: float  # of the database server, an edit
    load_share: float  # of all CPU seconds that were there, the load's own
    peak_mib: float


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024


class Side:
    """A program that takes edits; TABLE is the one that they change."""

    program = None

    def __init__(self, name, table, server, folder, rows):
        self.name, self.table, self.server, self.rows = name, table, server, rows
        self.folder = folder / table
        self.folder.mkdir()
        self.values = self.folder / "values"
        self.port = free_port()
        server.sql(f"CREATE TABLE bench.{table} {COLUMNS}")
        connection = server.connect(database="bench", autocommit=False)
        with connection, connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, 0, 12.50, 'shelf')", [(i, f"Article number {i}") for i in range(1, rows + 1)])
            connection.commit()
        self.values.write_bytes(array.array("q", [0] * rows).tobytes())
        self.process = self.start()

    def start(self):
        raise NotImplementedError

    def load(self, connections, seconds):
        """What the load says; every answer must be that the edit was applied."""
        done = subprocess.run([BUILD / "bench" / "edits", "127.0.0.1", str(self.port), str(connections), str(seconds), self.values],
                              capture_output=True, text=True, env=environment({"BENCH_SECRET": SECRET}), timeout=seconds + 300)
        if done.returncode != 0:
            raise Wrong(f"{self.name}: {done.stderr.strip()[:1000] or done.stdout}")
        return json.loads(done.stdout)

    def measure(self, connections, seconds):
        mysql = self.server.process.pid
        before, mysql_before = cpu_s(self.process.pid), cpu_s(mysql)
        said = self.load(connections, seconds)
        edits = max(said["applied"], 1)
        return Run(said["applied"] / said["seconds"], said["median_ms"], said["p99_ms"],
                   (cpu_s(self.process.pid) - before) / edits * 1e6, (cpu_s(mysql) - mysql_before) / edits * 1e6,
                   said["cpu_s"] / said["seconds"] / os.cpu_count(), peak_mib(self.process.pid))

    def check(self):
        """MySQL has what was answered, of every row."""
        values = array.array("q")
        values.frombytes(self.values.read_bytes())
        found = [row[0] for row in self.server.sql(f"SELECT quantity FROM bench.{self.table} ORDER BY id")]
        wrong = sum(a != b for a, b in zip(values, found))
        if wrong or len(found) != len(values):
            raise Wrong(f"{self.name}: {wrong} of {len(values)} rows have something else than what was answered")


class Own(Side):
    def start(self):
        server = self.server
        server.sql("CREATE DATABASE bench_state")
        for part in sorted((ROOT / "schemas").glob("state*.sql"), key=lambda path: (len(path.name), path.name)):
            server.script(part.read_text(), database="bench_state")
        config = self.folder / "tabrelay.yaml"
        config.write_text(CONFIG.format(host=server.host, port=server.port, user=server.user, password=server.password, listen=self.port,
                                        secret=SECRET))
        self.program = Program(OWN, ["--config", config], self.folder, ready_url=f"http://127.0.0.1:{self.port}/healthz").start()
        return self.program.process


class Peer(Side):
    def start(self):
        server = self.server
        secrets = {"BENCH_SECRET": SECRET, "BENCH_MYSQL": f"{server.host}:{server.port}:{server.user}:{server.password}:bench"}
        self.program = Program("uvicorn", [], self.folder, environment=secrets, ready_url=f"http://127.0.0.1:{self.port}/healthz")
        self.program.arguments = ["/usr/bin/python3", "-m", "uvicorn", "--app-dir", str(HERE), "--port", str(self.port), "--no-access-log",
                                  "--log-level", "warning", "fastapi_peer:app"]
        self.program.start()
        return self.program.process


def has_peer():
    return all(importlib.util.find_spec(name) for name in ("fastapi", "uvicorn"))


@contextlib.contextmanager
def sides(server, rows):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-bench-"))
    made = {}
    try:
        server.sql("CREATE DATABASE bench")
        for name, table, kind in ((OWN, "stock", Own), (PEER, "peer_stock", Peer)):
            if kind is Peer and not has_peer():
                print(f"{PEER} is not measured: python3-fastapi and python3-uvicorn are not installed (tools/install bench)")
                continue
            made[name] = kind(name, table, server, folder, rows)
        yield made
    finally:
        for side in made.values():
            side.program.stop()
        shutil.rmtree(folder, ignore_errors=True)


def median(runs):
    """Of each figure by itself."""
    return Run(*(statistics.median(values) for values in zip(*map(dataclasses.astuple, runs))))


def measure(made, options):
    """{(side, connections): Run}. The sides take turns, so that what else the machine does meets both."""
    for side in made.values():
        side.load(min(8, options.rows), 0)  # every row once: caches, connections
    runs = {}
    for connections in options.connections:
        rounds = {name: [] for name in made}
        for _ in range(options.rounds):
            for name, side in made.items():
                rounds[name].append(side.measure(connections, options.seconds))
        for name in made:
            runs[name, connections] = median(rounds[name])
    for side in made.values():
        side.check()
    return runs


def print_table(server, runs):
    print(f"\n{server}")
    print(f"{'':18}{'connections':>12}{'edits/s':>10}{'median ms':>11}{'p99 ms':>9}{'CPU us/edit':>13}{'MySQL us/edit':>15}{'peak MiB':>10}"
          f"{'load CPU':>10}")
    for (name, connections), run in runs.items():
        print(f"{name:18}{connections:>12}{run.edits_per_s:>10,.0f}{run.median_ms:>11.2f}{run.p99_ms:>9.2f}{run.cpu_us:>13.0f}{run.mysql_us:>15.0f}"
              f"{run.peak_mib:>10.1f}{run.load_share:>10.0%}")


def print_goals(flavour, runs, connections):
    most = max(connections)
    names = [f"webhook-{most}-times-edits", f"webhook-{most}-share-of-p99", "webhook-1-times-edits", "webhook-share-of-memory"]
    if (PEER, most) not in runs:
        for name in names:
            goals.missing(f"{name}-{flavour}", f"{PEER} did not run")
        return
    own, peer = runs[OWN, most], runs[PEER, most]
    goals.line(f"webhook-{most}-times-edits-{flavour}", own.edits_per_s / peer.edits_per_s, ">=", TIMES_EDITS)
    goals.line(f"webhook-{most}-share-of-p99-{flavour}", own.p99_ms / peer.p99_ms, "<=", SHARE_P99)
    if 1 in connections:
        goals.line(f"webhook-1-times-edits-{flavour}", runs[OWN, 1].edits_per_s / runs[PEER, 1].edits_per_s, ">=", 1)
    goals.line(f"webhook-share-of-memory-{flavour}", max(run.peak_mib for (name, _), run in runs.items() if name == OWN)
               / max(run.peak_mib for (name, _), run in runs.items() if name == PEER), "<=", SHARE_MEMORY)


def arguments():
    parser = argparse.ArgumentParser(prog="bench_webhook.py", description=__doc__)
    parser.add_argument("--server", action="append", choices=["mariadb", "mysql"], help="this server (may be repeated); else mysql")
    parser.add_argument("--connections", type=int, action="append", help="(1, 8, 64)")
    parser.add_argument("--seconds", type=float, default=10, help="of a measurement (10)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts (3)")
    parser.add_argument("--rows", type=int, default=10_000, help="of the table (10,000)")
    parser.add_argument("--json", metavar="FILE", help="also write the figures to FILE")
    options = parser.parse_args()
    options.server, options.connections = options.server or ["mysql"], options.connections or [1, 8, 64]
    return options


def main():
    options = arguments()
    print(f"bench-webhook: {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; everything runs on this machine; each commit is flushed "
          f"({' '.join(DURABLE)}).")
    if os.getloadavg()[0] > 1:
        print("This machine is busy with other things: only ratios say something.")
    figures, status = {}, 0
    for flavour in options.server:
        try:
            with served(flavour, DURABLE) as server, sides(server, options.rows) as made:
                runs = figures[flavour] = measure(made, options)
                print_table(f"{flavour} {server.version()}", runs)
        except servers.Unavailable as why:
            print(f"\n{flavour} is not measured: {why}")
        except (Wrong, Failed) as why:
            print(f"WRONG {flavour}: {why}", file=sys.stderr)
            status = 1
    print()
    for flavour, runs in figures.items():
        print_goals(flavour, runs, options.connections)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({flavour: [{"side": name, "connections": n, **dataclasses.asdict(run)} for (name, n), run
                                                                    in runs.items()] for flavour, runs in figures.items()}, indent=1))
    return status


if __name__ == "__main__":
    sys.exit(main())
