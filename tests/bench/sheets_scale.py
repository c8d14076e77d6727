# SPDX-License-Identifier: Apache-2.0
"""The large measurements of bench-sheets: ten million changes that wait, and two hundred mappings in one process."""
import dataclasses
import time

import arrivals
import equal
import sheets_runs
from arrivals import Follower, percentile
from programs import wait_until
from sheets_runs import QUIET_S, Wrong
from sheets_world import World
from traffic import Traffic

IDLE_S = 20  # a process that is idle gives memory back
EACH_S = 3  # between two changes of a process that is else idle


@dataclasses.dataclass
class Pending:
    """Row changes that were made while Google was away, and then had to be brought."""
    changes: int
    rows: int
    written_s: float
    caught_up_s: float  # from Google's return to both sides being equal
    before_mib: float  # the replicator's memory before, its peak since the start
    away_mib: float  # its peak when Google came back
    peak_mib: float
    now_mib: float  # once it is idle again
    cpu_s: float
    requests: int  # writes, while it caught up
    differences: dict

    @property
    def changes_a_s(self):
        return self.changes / self.caught_up_s


def pending(server, changes, rows, timeout_s, say):
    """The replicator runs all the time; it is Google that is away while ROWS rows are changed by one statement after the other."""
    with World(server, 1, rows) as world:
        world.start()
        world.wait_filled(timeout_s)
        world.wait_calm(QUIET_S, timeout_s)
        world.stack.replicator.stop()
        world.start()
        world.wait_calm(QUIET_S, timeout_s)
        before_mib, cpu_s = world.memory_mib(), world.cpu_s()
        world.stack.sandbox.stop()
        began = time.monotonic()
        for _ in range(changes // rows):
            server.sql(f"UPDATE {world.tables[0]} SET quantity = quantity + 1, price = price + 0.01", database=world.stack.database)
        written_s = time.monotonic() - began
        say(f"{changes:,} row changes wait")
        away_mib = world.memory_mib()
        world.stack.sandbox.start()
        seen, began = arrivals.newest_request(world.stack.google), time.monotonic()
        wait_until("all changes to arrive", lambda: has_arrived(world), timeout_s, every_s=0.5)
        caught_up_s = time.monotonic() - began
        world.wait_calm(IDLE_S, timeout_s)
        writes = [r for r in world.stack.google.requests(seen) if r["path"].endswith(":batchUpdate")]
        return Pending(changes=changes, rows=rows, written_s=written_s, caught_up_s=caught_up_s, before_mib=before_mib, away_mib=away_mib,
                       peak_mib=world.memory_mib(), now_mib=world.memory_mib("VmRSS"), cpu_s=world.cpu_s() - cpu_s, requests=len(writes),
                       differences=equal.differences(world.stack, world.tables[0]))


def has_arrived(world):
    """The last row shows what the table has: statements change rows in the order of their keys."""
    table, sheet = world.tables[0], world.sheets()[world.tables[0]]
    row = world.stack.google.rows(world.stack.spreadsheet, sheet, first=world.rows, count=1)
    wanted = world.stack.sql(f"SELECT quantity FROM {table} WHERE id = %s", (world.rows,))[0][0]
    return bool(row) and (row[0][arrivals.SEQUENCE] or {}).get("u") == str(wanted)


@dataclasses.dataclass
class Mappings:
    """One process with many mappings over many spreadsheets."""
    mappings: int
    spreadsheets: int
    fill_s: float
    open_s: float  # a start on filled tabs, until it follows the binlog
    calm_s: float  # ... until no request comes any more
    open_requests: int
    open_refused: int
    rest_requests: float  # a minute
    rest_cpu_s: float  # a minute
    rest_mib: float
    now_mib: float
    median_ms: float  # of a single change, from COMMIT to the cell
    p99_ms: float
    over_ms: float  # median of: a change's time less the time of the request that brought it
    differences: int  # tabs


def mappings(server, n, spreadsheets, rows, rest_s, timeout_s):
    with World(server, n, rows, spreadsheets=spreadsheets) as world:
        google = world.stack.google
        began = time.monotonic()
        world.start(timeout_s)
        world.wait_filled(timeout_s)
        fill_s = time.monotonic() - began
        world.wait_calm(QUIET_S, timeout_s)
        world.limit()
        seen, began = arrivals.newest_request(google), time.monotonic()
        world.start(timeout_s)
        open_s = time.monotonic() - began
        world.wait_calm(QUIET_S, timeout_s)
        calm_s = time.monotonic() - began - QUIET_S
        opened = google.requests(seen)
        rest_mib, seen, cpu_s = world.memory_mib(), arrivals.newest_request(google), world.cpu_s()
        time.sleep(rest_s)
        rest, cpu_s = google.requests(seen), world.cpu_s() - cpu_s
        found, writes = single_changes(world, rest_s)
        now_mib = world.memory_mib("VmRSS")
        world.stack.replicator.stop()
        world.unlimit()
        return Mappings(
            mappings=n, spreadsheets=spreadsheets, fill_s=fill_s, open_s=open_s, calm_s=calm_s, open_requests=len(opened),
            open_refused=sum(r["status"] == 429 for r in opened), rest_requests=len(rest) * 60 / rest_s, rest_cpu_s=cpu_s * 60 / rest_s,
            rest_mib=rest_mib, now_mib=now_mib, median_ms=percentile([a.delay_ms for a in found], 0.5),
            p99_ms=percentile([a.delay_ms for a in found], 0.99),
            over_ms=percentile([a.delay_ms - writes[a.version]["ms"] for a in found], 0.5),
            differences=sum(any(equal.differences(world.stack, table).values()) for table in world.tables))


def single_changes(world, seconds):
    """Of the first spreadsheet's tables, one row each time: their arrivals, and the batches that brought them."""
    sheets = world.sheets()
    traffic = Traffic(world.server, world.stack.database, sheets, world.rows)
    follower = Follower(world.stack.google, world.versions_path())
    follower.start()
    traffic.run(1 / EACH_S, 1, seconds)
    traffic.close()
    world.wait_calm(QUIET_S)
    follower.stop()
    follower.requests = [r for r in follower.requests if world.stack.spreadsheet in r["path"]]
    return sheets_runs.judged(traffic, follower, 0), follower.writes()


def check(run):
    if isinstance(run, Pending) and any(run.differences.values()):
        raise Wrong(f"tab and table differ: {run.differences}")
    if isinstance(run, Mappings) and run.differences:
        raise Wrong(f"{run.differences} tabs differ from their tables")
