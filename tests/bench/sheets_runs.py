# SPDX-License-Identifier: Apache-2.0
"""The measurements of bench-sheets; each makes a world of its own and says what it saw."""
import dataclasses
import math
import statistics
import time

import arrivals
from arrivals import Follower, percentile
from programs import wait_until
from sheets_world import GOOGLE_A_MINUTE, World
from traffic import Traffic

START_S = 300  # a start reads every tab, and the quota may make it wait
QUIET_S = 5
ADVISED_BYTES = 2_000_000  # of a request, as Google advises: https://developers.google.com/workspace/sheets/api/limits
ADVISED_S = 1  # a request for each spreadsheet: https://developers.google.com/workspace/sheets/api/troubleshoot-api-errors
MILLION = 1_000_000


class Wrong(Exception):
    """What was measured is not what was asked for: the figures are worth nothing."""


@dataclasses.dataclass
class Freshness:
    """Milliseconds from COMMIT to the cell, under one load."""
    rate: float  # row changes a second, as asked for
    made: float  # as made
    changes: int
    median_ms: float
    p99_ms: float
    over_ms: float  # median of: a change's time less the time of the request that brought it
    interval_ms: float  # median, from one batch to the next
    writes: int
    reads: int
    refused: int
    cells_a_request: float
    bytes_a_request: float
    request_ms: float  # median
    cpu_s: float  # of the replicator, from the first commit to the last arrival
    start_reads: int  # of the start before
    start_s: float
    rest_mib: float  # the replicator's peak memory before the load
    peak_mib: float  # and after it

    @property
    def cpu_s_a_million(self):
        return self.cpu_s / self.changes * MILLION


def started(world):
    """Filled without limits, then started anew with Google's: (reads, seconds, peak MiB) of that start."""
    world.start()
    world.wait_filled()
    world.wait_calm(2)
    world.limit()
    seen, began = arrivals.newest_request(world.stack.google), time.monotonic()
    world.start(START_S)
    seconds = time.monotonic() - began
    world.wait_calm(QUIET_S)
    return len(world.stack.google.requests(seen)), seconds, world.memory_mib()


def freshness(server, rate, in_transaction, warm_s, seconds, tabs=20, rows=500):
    """The first WARM_S seconds are not counted: Google's minute begins with requests that were saved up."""
    with World(server, tabs, rows) as world:
        start_reads, start_s, rest_mib = started(world)
        traffic = Traffic(server, world.stack.database, world.sheets(), rows)
        follower = Follower(world.stack.google, world.versions_path())
        follower.start()
        cpu_s = world.cpu_s()
        traffic.run(rate, in_transaction, warm_s)
        warm = len(traffic.commits)
        first_ms = time.time() * 1000
        made = traffic.run(rate, in_transaction, seconds)
        last_ms = time.time() * 1000
        traffic.close()
        world.wait_calm(QUIET_S)
        follower.stop()
        cpu_s = world.cpu_s() - cpu_s
        found = judged(traffic, follower, warm)
        writes, steady = follower.writes(), counted(follower, first_ms, last_ms)
        return Freshness(
            rate=rate, made=made, changes=sum(len(ids) for _, ids, _, _ in traffic.commits),
            median_ms=percentile([a.delay_ms for a in found], 0.5), p99_ms=percentile([a.delay_ms for a in found], 0.99),
            over_ms=percentile([a.delay_ms - writes[a.version]["ms"] for a in found], 0.5),
            interval_ms=statistics.median(arrivals.intervals(follower.versions(), first_ms, last_ms) or [0]),
            writes=len(writes), reads=len(follower.reads()), refused=len(follower.refused()),
            cells_a_request=statistics.fmean(w["cells"] for w in steady), bytes_a_request=statistics.fmean(w["plain"] for w in steady),
            request_ms=statistics.median(w["ms"] for w in steady), cpu_s=cpu_s, start_reads=start_reads, start_s=start_s,
            rest_mib=rest_mib, peak_mib=world.memory_mib())


def judged(traffic, follower, warm):
    """The arrivals of the commits after the first WARM; all others must have arrived, too."""
    versions = follower.versions()
    if len(versions) != len(follower.writes()):
        raise Wrong(f"{len(versions)} versions, {len(follower.writes())} batches: which belongs to which?")
    found, missing = arrivals.arrivals(traffic.commits, versions)
    if missing:
        raise Wrong(f"{missing} row changes never arrived")
    late, _ = arrivals.arrivals(traffic.commits[warm:], versions)
    return late


def counted(follower, first_ms, last_ms):
    """The batches of that time; all of them when there is none."""
    pairs = list(zip(follower.writes(), follower.versions()))
    return [write for write, (at_ms, _) in pairs if first_ms <= at_ms <= last_ms] or [write for write, _ in pairs]


@dataclasses.dataclass
class Fill:
    """The first fill of one table."""
    rows: int
    seconds: float
    cpu_s: float
    peak_mib: float
    requests: int  # writes
    sent_bytes: int
    request_ms: float  # mean
    refused: int

    @property
    def rows_a_s(self):
        return self.rows / self.seconds

    @property
    def quota_s(self):
        """What the same bytes take at best: in requests of the advised size, one at a time as long as ours took at the mean, and no
        more than Google's quota in a minute."""
        requests = math.ceil(self.sent_bytes / ADVISED_BYTES)
        return max(requests * self.request_ms / 1000, (requests - 1) // GOOGLE_A_MINUTE * 60)

    @property
    def allowed_s(self):
        """... and no more than one a second to a spreadsheet, as Google advises."""
        return max(self.quota_s, (math.ceil(self.sent_bytes / ADVISED_BYTES) - 1) * ADVISED_S + self.request_ms / 1000)


def fill(server, rows, is_limited, timeout_s):
    with World(server, 1, rows) as world:
        if is_limited:
            world.stack.replicator.stop()
            world.limit()
        follower = Follower(world.stack.google, world.versions_path())
        follower.start()
        began = time.monotonic()
        world.start()
        wait_until("the first fill", world.is_filled, timeout_s, every_s=0.05)
        seconds = time.monotonic() - began
        follower.stop()
        writes = follower.writes()
        check_filled(world, rows)
        return Fill(rows=rows, seconds=seconds, cpu_s=world.cpu_s(), peak_mib=world.memory_mib(), requests=len(writes),
                    sent_bytes=sum(w["plain"] for w in writes), request_ms=statistics.fmean(w["ms"] for w in writes),
                    refused=len(follower.refused()))


def check_filled(world, rows):
    """The last row, and no other after it, stands at the end of the tab."""
    sheet = world.sheets()[world.tables[0]]
    seen = world.stack.google.rows(world.stack.spreadsheet, sheet, first=rows, count=5)
    if not seen or not seen[0] or any(any(row) for row in seen[1:]):
        raise Wrong(f"the tab does not end with row {rows + 1}")
