# SPDX-License-Identifier: Apache-2.0
"""What bench-sheets prints: a table of each measurement, and the goals."""
import goals

OVER_MS = 10  # at rest, beyond the request's own time
INTERVALS = 2
TIMES_FEWER = 100
TIMES_ALLOWED = 1.2
REST_MIB = 12
LIMIT_MIB = 64  # memory_limit
KEPT_MIB = 8
OPEN_REQUESTS = 5  # a spreadsheet: its tabs, headers, keys, and what a comparison reads
REST_REQUESTS = 1
CHANGED = 100_000  # rows; requests are told for so many


def print_freshness(server, tabs, runs):
    print(f"\n{server}: from COMMIT to the cell, {tabs} tabs of 500 rows, two cells a change, Google's quota and answers of 200 to 800 ms")
    print(f"  {'changes/s':>9} {'made':>9} {'median ms':>10} {'p99 ms':>9} {'over ms':>8} {'interval':>9} {'request':>8} {'writes':>7} "
          f"{'reads':>6} {'429':>4} {'cells/req':>10} {'bytes/req':>10} {'cpu s/M':>8} {'peak MiB':>9}")
    for f in runs:
        print(f"  {f.rate:>9,} {f.made:>9,.1f} {f.median_ms:>10,.1f} {f.p99_ms:>9,.1f} {f.over_ms:>8,.1f} {f.interval_ms:>9,.0f} "
              f"{f.request_ms:>8,.0f} {f.writes:>7} {f.reads:>6} {f.refused:>4} {f.cells_a_request:>10,.1f} {f.bytes_a_request:>10,.0f} "
              f"{f.cpu_s_a_million:>8,.2f} {f.peak_mib:>9.1f}")
    for f in runs[:1]:
        print(f"  a start on {tabs} filled tabs: {f.start_s:.1f} s, {f.start_reads} requests; then {f.rest_mib:.1f} MiB at the most")


def print_requests(server, counts):
    """COUNTS: {name: (rows, requests)}"""
    print(f"\n{server}: requests for {CHANGED:,} changed rows")
    for name, (rows, requests) in counts.items():
        print(f"  {name:<60} {requests / rows * CHANGED:>10,.0f}   ({requests:,} for {rows:,} rows)")


def print_fills(server, fills):
    """FILLS: {name: Fill or PeerFill}"""
    print(f"\n{server}: the first fill of a table of 8 columns")
    print(f"  {'by':<44} {'rows':>10} {'seconds':>8} {'rows/s':>9} {'cpu s':>7} {'peak MiB':>9} {'requests':>9} {'bytes/req':>10}")
    for name, f in fills.items():
        sent = f" {f.requests:>9,} {f.sent_bytes / f.requests:>10,.0f}" if hasattr(f, "requests") else ""
        used = f"{f.cpu_s:>7.1f} {f.peak_mib:>9.1f}" if f.peak_mib else f"{'':>17}"
        print(f"  {name:<44} {f.rows:>10,} {f.seconds:>8.1f} {f.rows_a_s:>9,.0f} {used}{sent}")


def print_pending(server, run):
    print(f"\n{server}: {run.changes:,} changes of {run.rows:,} rows while Google was away")
    print(f"  written in {run.written_s:.0f} s; {run.caught_up_s:.0f} s after its return all were in the tab: {run.changes_a_s:,.0f} changes a "
          f"second, {run.requests} writes, {run.cpu_s:.1f} s of CPU")
    print(f"  replicator's memory: before {run.before_mib:.1f} MiB, peak while Google was away {run.away_mib:.1f}, peak {run.peak_mib:.1f}, "
          f"at the end {run.now_mib:.1f}")
    print(f"  rows: {', '.join(f'{n} {what}' for what, n in run.differences.items())}")


def print_mappings(server, run):
    print(f"\n{server}: {run.mappings} mappings over {run.spreadsheets} spreadsheets in one process; but for the fill with Google's quota and answers")
    print(f"  first fill {run.fill_s:.0f} s; a start on filled tabs {run.open_s:.1f} s until it follows, {run.calm_s:.0f} s until all is read: "
          f"{run.open_requests} requests, {run.open_refused} refused")
    print(f"  at rest {run.rest_requests:.1f} requests and {run.rest_cpu_s:.2f} s of CPU a minute, peak memory {run.rest_mib:.1f} MiB, at the end "
          f"{run.now_mib:.1f}")
    print(f"  a single change: median {run.median_ms:.0f} ms from COMMIT to the cell, 99th percentile {run.p99_ms:.0f}; {run.over_ms:.1f} over its request")


class Goals:
    """The lines, in the order in which they come in."""

    def __init__(self):
        self.lines = []

    def add(self, name, value, op, wanted):
        self.lines.append((goals.line, (name, value, op, wanted)))

    def missing(self, name, why):
        self.lines.append((goals.missing, (name, why)))

    def print(self):
        print()
        for show, arguments in self.lines:
            show(*arguments)
