# SPDX-License-Identifier: Apache-2.0
"""The full circle: people type in the tabs while SQL changes the same rows; how late both arrive, and whether both sides are equal at the
end: make bench-circle (README.md).

Exit status: 0 whatever the figures, 1 when the sides differ, or an edit or a change was lost.
"""
import argparse
import json
import os
import pathlib
import random
import sys
import threading
import time

import arrivals
import goals
import plot
from arrivals import Follower, percentile
from sheets_world import SERVER_IDS, World, served, servers, wait_until
from traffic import Traffic
from stack import SECRET, like
import sheets_runs  # noqa: E402 -- sheets_world says where the tests' modules are

TITLE = 3  # the column that people write; SQL leaves it alone
BUCKET_S = 5
ATTEMPTS_S = 600  # to become equal after the last change


class Wrong(Exception):
    """Something was lost, or the sides differ."""


class Person(threading.Thread):
    """Types into one tab, a cell every EVERY_S seconds on the average, until told to stop."""

    def __init__(self, number, world, table, sheet, every_s, is_over):
        super().__init__(daemon=True)
        self.name, self.world, self.table, self.sheet = f"person{number:02}", world, table, sheet
        self.every_s, self.is_over, self.random = every_s, is_over, random.Random(number)
        self.typed = {}  # row of the tab -> the last text
        self.edits = []  # (row id, text, ms since 1970)
        self.failure = None

    def run(self):
        try:
            while not self.is_over.wait(self.random.expovariate(1 / self.every_s)):
                self.type()
        except Exception as why:  # told by whoever joins
            self.failure = why

    def type(self):
        row = self.random.randint(1, self.world.rows)
        text = f"{self.name} {len(self.edits)}"
        at_ms = time.time() * 1000
        self.world.stack.google.act(self.world.stack.spreadsheet, {
            "user": f"{self.name}@example.com", "action": "edit", "sheetId": self.sheet, "row": row, "column": TITLE, "value": text})
        self.edits.append((row, text, at_ms))
        self.typed[row] = text


class Lags(threading.Thread):
    """Reads now and then how old the oldest change is that is not in its tab, as the replicator says: [(s, s)]."""

    def __init__(self, world, began, is_over):
        super().__init__(daemon=True)
        self.world, self.began, self.is_over, self.points = world, began, is_over, []

    def run(self):
        while not self.is_over.wait(1):
            lags = [self.world.stack.metric("tabrelay_lag_seconds", mapping=table) for table in self.world.tables]
            self.points.append((time.time() - self.began, max(lag or 0 for lag in lags)))


def people_lags(world, people):
    """[(time in s since 1970, lag in s)] of every edit, out of the edit log; Wrong when one is not there."""
    logged = {}
    for cells, edited, received in world.stack.sql(
            "SELECT cells, edited_columns, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', received_at) DIV 1000 FROM "
            f"{world.stack.state_database}.edit_log WHERE source IN ('script', 'found') ORDER BY id"):
        if "title" in json.loads(edited):
            logged.setdefault(json.loads(cells)["title"], received)
    found, missing = [], []
    for person in people:
        for row, text, at_ms in person.edits:
            if text in logged:
                found.append((at_ms / 1000, max(logged[text] - at_ms, 0) / 1000))
            elif person.typed[row] == text:  # one that was typed over at once may never have been told
                missing.append(text)
    if missing:
        raise Wrong(f"{len(missing)} edits are not in the log: {missing[:5]}")
    return found


def check_typed(world, people):
    """What each person typed last stands in MySQL: nobody else writes there."""
    for person in people:
        titles = dict(world.stack.sql(f"SELECT id, title FROM {person.table}"))
        wrong = {row: text for row, text in person.typed.items() if titles[row] != text}
        if wrong:
            raise Wrong(f"{person.table}: {len(wrong)} of what {person.name} typed is not there: {list(wrong.items())[:3]}")


def difference(world, table):
    """Between the tab and the table, cell by cell; None: there is none."""
    _, expected = world.stack.table(table)
    found = [row for row in world.stack.cells(f"'{table}'")[1:] if any(value is not None for value in row)]
    if len(found) != len(expected):
        return f"{len(found)} rows in the tab, {len(expected)} in the table"
    pairs = zip(sorted(found, key=lambda row: row[0]), sorted(expected, key=lambda row: row[0]))
    return next((f"the tab has {a}, the table {b}" for a, b in pairs if not like(a, b)), None)


def wait_equal(world):
    last = {}

    def are_equal():
        last.clear()
        for table in world.tables:
            last[table] = difference(world, table)
            if last[table]:
                return False
        return True
    try:
        wait_until("both sides to be equal", are_equal, ATTEMPTS_S, every_s=2)
    except AssertionError:
        raise Wrong(f"the sides are not equal after {ATTEMPTS_S} s: {last}") from None


def buckets(points, began, share):
    """Of (time, lag) points the percentile of each BUCKET_S seconds."""
    slots = {}
    for at_s, lag_s in points:
        slots.setdefault(int((at_s - began) // BUCKET_S), []).append(lag_s)
    return [((slot + 0.5) * BUCKET_S, percentile(lags, share)) for slot, lags in sorted(slots.items())]


def circle(server, options):
    """The figures, and the lines of the plot."""
    with World(server, options.people, options.rows) as world:
        sheets_runs.started(world)
        world.stack.google.install_script(world.stack.spreadsheet, world.stack.webhook_url, SECRET)  # the sandbox was started anew
        sheets = world.sheets()
        traffic = Traffic(server, world.stack.database, sheets, options.rows)
        follower = Follower(world.stack.google, world.versions_path())
        follower.start()
        is_over, began = threading.Event(), time.time()
        people = [Person(number, world, table, sheets[table], options.every_s, is_over) for number, table in enumerate(world.tables, 1)]
        lags = Lags(world, began, is_over)
        for thread in [*people, lags]:
            thread.start()
        made = traffic.run(options.rate, options.in_transaction, options.seconds)
        ended = time.time()
        is_over.set()
        for thread in [*people, lags]:
            thread.join()
        traffic.close()
        for person in people:
            if person.failure:
                raise person.failure
        wait_equal(world)
        converged_s = time.time() - ended
        follower.stop()
        versions = follower.versions()
        found, missing = arrivals.arrivals(traffic.commits, versions)
        if missing:
            raise Wrong(f"{missing} row changes never arrived")
        check_typed(world, people)
        typed = people_lags(world, people)
        changed = [(versions[a.version][0] / 1000 - a.delay_ms / 1000, a.delay_ms / 1000) for a in found]
        figures = {
            "seconds": options.seconds, "people": len(people), "edits": len(typed), "rate": made, "changes": len(found),
            "change_median_s": percentile([lag for _, lag in changed], 0.5), "change_p99_s": percentile([lag for _, lag in changed], 0.99),
            "edit_median_s": percentile([lag for _, lag in typed] or [0], 0.5), "edit_p99_s": percentile([lag for _, lag in typed] or [0], 0.99),
            "converged_s": converged_s, "peak_mib": world.memory_mib(), "refused": len(follower.refused())}
        lines = {"MySQL to the cell, median": buckets(changed, began, 0.5), "MySQL to the cell, 99th percentile": buckets(changed, began, 0.99),
                 "cell to MySQL, median": buckets(typed, began, 0.5), "tabrelay_lag_seconds, largest": lags.points}
        return figures, lines


def arguments():
    parser = argparse.ArgumentParser(prog="bench_circle.py", description=__doc__)
    parser.add_argument("--server", action="append", choices=list(SERVER_IDS), help="only this server (may be repeated); else mysql")
    parser.add_argument("--seconds", type=float, default=600, help="(600)")
    parser.add_argument("--rate", type=float, default=10_000, help="row changes a second (10,000)")
    parser.add_argument("--in-transaction", type=int, default=100, help="of them (100)")
    parser.add_argument("--people", type=int, default=20, help="each has a tab of their own (20)")
    parser.add_argument("--every-s", type=float, default=5, help="between two edits of a person, on the average (5)")
    parser.add_argument("--rows", type=int, default=500, help="of a tab (500)")
    parser.add_argument("--plot", metavar="FILE", help="draw how late changes were, as SVG")
    parser.add_argument("--json", metavar="FILE", help="also write the figures to FILE")
    options = parser.parse_args()
    options.server = options.server or ["mysql"]
    return options


def tell(flavour, version, figures):
    print(f"\n{flavour} {version}: {figures['people']} people, {figures['rate']:,.0f} row changes a second for {figures['seconds']:.0f} s")
    print(f"  MySQL to the cell  {figures['changes']:>10,} row changes  median {figures['change_median_s']:7.2f} s  99th percentile "
          f"{figures['change_p99_s']:7.2f} s")
    print(f"  cell to MySQL      {figures['edits']:>10,} edits        median {figures['edit_median_s']:7.2f} s  99th percentile "
          f"{figures['edit_p99_s']:7.2f} s")
    print(f"  equal, cell by cell, {figures['converged_s']:.1f} s after the last change; replicator's peak memory {figures['peak_mib']:.1f} MiB")


def main():
    options = arguments()
    print(f"bench-circle: {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; the database server, the sandbox that stands for Google, its "
          "people, and tabrelay all run on this machine.")
    done, status = {}, 0
    for flavour in options.server:
        try:
            with served(flavour) as server:
                figures, lines = circle(server, options)
                done[flavour] = figures
                tell(flavour, server.version(), figures)
                if options.plot:
                    pathlib.Path(options.plot).write_text(plot.lines(f"Seconds late, {flavour} {server.version()}", "s", "s", lines))
        except servers.Unavailable as why:
            print(f"\n{flavour} is not measured: {why}")
        except Wrong as why:
            print(f"WRONG {flavour}: {why}", file=sys.stderr)
            status = 1
    print()
    for flavour, figures in done.items():
        goals.line(f"circle-share-of-rate-{flavour}", figures["rate"] / options.rate, ">=", 0.99)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(done, indent=1))
    return status


if __name__ == "__main__":
    sys.exit(main())
