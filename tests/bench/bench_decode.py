# SPDX-License-Identifier: Apache-2.0
"""How fast binlogs are read, beside other readers, all in the same run: make bench-decode (README.md).

Exit status: 0 however fast, 1 when a reader saw a wrong number of rows.
"""
import argparse
import json
import os
import sys

import data
import goals
import readers
import results
import workloads
from measure import Failed

WORKLOADS = [w.name for w in workloads.WORKLOADS]
FLAVOURS = list(data.SERVER_IDS)
QUICK = 0.1


def arguments():
    parser = argparse.ArgumentParser(prog="bench_decode.py", description=__doc__)
    parser.add_argument("--server", action="append", choices=FLAVOURS, help="only this server's logs (may be repeated)")
    parser.add_argument("--workload", action="append", choices=WORKLOADS, help="only this workload")
    parser.add_argument("--reader", action="append", metavar="TEXT", help="only readers with TEXT in their name")
    parser.add_argument("--source", choices=["file", "live"], help="only from files, or only from the server")
    parser.add_argument("--runs", type=int, default=3, help="rounds; the median counts (3)")
    parser.add_argument("--scale", type=float, default=1, help="that share of the rows (1)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, one round: does it work?")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall",
                        help="cpu: from files compare CPU seconds, for a machine that is busy with other things")
    parser.add_argument("--json", metavar="FILE", help="also write the figures to FILE")
    options = parser.parse_args()
    options.server, options.workload = options.server or FLAVOURS, options.workload or WORKLOADS
    if options.quick:
        options.runs, options.scale = 1, QUICK
    return options


def chosen(options):
    return [reader for reader in readers.READERS
            if (options.source is None or reader.source == options.source)
            and (options.reader is None or any(text in reader.name for text in options.reader))]


class Bench:
    def __init__(self, options):
        self.options = options
        self.wrong = []  # sentences
        self.logs = {}  # (flavour, workload) -> results.Log

    def server(self, flavour):
        """All of one server's logs: first the files, then, with the server running, live."""
        logs = data.Logs(flavour, self.options.scale)
        for workload in self.options.workload:
            path = logs.path(workload)
            path.read_bytes()  # into the page cache
            self.logs[flavour, workload] = results.Log(flavour, f"{flavour} {logs.version}", workload, logs.rows(workload),
                                                       path.stat().st_size, "cpu_s" if self.options.clock == "cpu" else "seconds")
        wanted = chosen(self.options)
        self.read(logs, [reader for reader in wanted if not reader.is_live])
        live = [reader for reader in wanted if reader.is_live]
        if live:
            with logs.served():
                self.read(logs, live)
        for workload in self.options.workload:
            results.print_log(self.logs[flavour, workload])
        sys.stdout.flush()

    def read(self, logs, wanted):
        for workload in self.options.workload:
            log = self.logs[logs.flavour, workload]
            able = [reader for reader in wanted if self.check(reader, logs, log)]
            for _ in range(self.options.runs):
                for reader in able:
                    log.rounds.setdefault((reader.name, reader.source), []).append(reader.run(logs, workload))

    def check(self, reader, logs, log):
        """Does it work here, and does it see every row? Not timed."""
        print(f"bench: {logs.flavour} {log.workload}: {reader.name} ({reader.source})", file=sys.stderr)
        log.order.append((reader.name, reader.source))
        try:
            if reader.sees_rows:
                rows = reader.rows(logs, log.workload)
            else:
                reader.run(logs, log.workload)
                rows = log.rows
        except Failed as why:
            log.failures[reader.name, reader.source] = str(why)
            return False
        if rows != log.rows:
            log.failures[reader.name, reader.source] = f"saw {rows:,} row changes of {log.rows:,}"
            self.wrong.append(f"{logs.flavour} {log.workload}: {reader.name} ({reader.source}) saw {rows:,} row changes of {log.rows:,}")
            return False
        return True


def print_head(options):
    print(f"bench-decode: median of {options.runs}, {options.clock} clock, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; "
          "'x NAME': how many times as fast NAME is.")
    if os.getloadavg()[0] > 1:
        print("This machine is busy with other things: wall times, and ratios of them, are not to be trusted (see --clock cpu).")
    print("The servers wrote these logs with durability off (nothing is flushed to the disk at a commit); reading does not depend on it.")


def main():
    options = arguments()
    print_head(options)
    bench = Bench(options)
    for flavour in options.server:
        try:
            bench.server(flavour)
        except data.servers.Unavailable as why:
            print(f"\n{flavour} is not measured: {why}")
    goals.print_goals(bench.logs, options.server, options.workload)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump([results.as_json(log) for log in bench.logs.values()], out, indent=1)
    for sentence in bench.wrong:
        print(f"WRONG {sentence}", file=sys.stderr)
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
