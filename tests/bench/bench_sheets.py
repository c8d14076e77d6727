# SPDX-License-Identifier: Apache-2.0
"""How fresh the cells are, and what it costs in requests, time and memory, beside other ways: make bench-sheets (README.md).

Exit status: 0 whatever the figures, 1 when a change never arrived.
"""
import argparse
import dataclasses
import json
import os
import sys

import sheets_peers
import sheets_report
import sheets_runs
import sheets_scale
from measure import Failed
from sheets_world import SERVER_IDS, World, served, servers

# Row changes a second, and rows in a transaction.
LOADS = [(0.2, 1), (1, 1), (100, 1), (10_000, 100)]
SIZES = {"tabs": 20, "warm_s": 40, "seconds": 60, "request_rows": 100_000, "peer_rows": 500, "fill_rows": 1_000_000, "peer_fill_rows": 50_000,
         "limited_rows": 200_000, "fill_s": 3600, "pending_changes": 10_000_000, "pending_rows": 200_000, "mappings": 200, "spreadsheets": 50,
         "mapping_rows": 100, "scale_s": 7200}
QUICK = {"tabs": 20, "warm_s": 5, "seconds": 10, "request_rows": 10_000, "peer_rows": 100, "fill_rows": 20_000, "peer_fill_rows": 2_000,
         "limited_rows": 20_000, "fill_s": 600, "pending_changes": 200_000, "pending_rows": 20_000, "mappings": 20, "spreadsheets": 5,
         "mapping_rows": 100, "scale_s": 600}
REQUEST_RATE = 1000, 10  # changes a second, rows in a transaction


class Bench:
    def __init__(self, flavour, server, sizes, chosen):
        self.flavour, self.server, self.sizes, self.chosen = flavour, server, sizes, chosen
        self.goals, self.figures = sheets_report.Goals(), {"server": flavour, "version": server.version()}

    def say(self, what):
        print(f"bench: {self.flavour}: {what}", file=sys.stderr)

    def goal(self, name, *arguments):
        self.goals.add(f"{name}-{self.flavour}", *arguments)

    def freshness(self):
        runs = []
        for rate, in_transaction in LOADS:
            self.say(f"{rate:,} row changes a second")
            runs.append(sheets_runs.freshness(self.server, rate, in_transaction, self.sizes["warm_s"], self.sizes["seconds"], self.sizes["tabs"]))
        sheets_report.print_freshness(self.name(), self.sizes["tabs"], runs)
        self.figures["freshness"] = [dataclasses.asdict(run) for run in runs]
        self.goal("rest-over-request-ms", runs[0].over_ms, "<=", sheets_report.OVER_MS)
        for run in runs[1:]:
            self.goal(f"load-{run.rate}-p99-in-intervals", run.p99_ms / run.interval_ms, "<=", sheets_report.INTERVALS)
        self.goal("rest-memory-mib", runs[0].rest_mib, "<=", sheets_report.REST_MIB)

    def requests(self):
        rate, in_transaction = REQUEST_RATE
        rows, peer_rows = self.sizes["request_rows"], self.sizes["peer_rows"]
        self.say(f"requests for {rows:,} rows at {rate:,} a second")
        run = sheets_runs.freshness(self.server, rate, in_transaction, 0, rows / rate, self.sizes["tabs"])
        counts = {f"tabrelay, {rate:,} row changes a second": (run.changes, run.writes + run.reads)}
        peers = {"google-spreadsheet, row.save()": sheets_peers.save_rows,
                 f"values.batchUpdate for every {sheets_peers.BATCH_ROWS} rows": sheets_peers.batch_rows}
        with World(self.server, 1, peer_rows) as world:
            for name, count in peers.items():
                self.say(name)
                try:
                    counts[name] = (peer_rows, count(world, world.tables[0], peer_rows))
                except Failed as why:
                    print(f"  {name} is not measured: {why}")
        sheets_report.print_requests(self.name(), counts)
        self.figures["requests"] = counts
        per_row = {name: requests / changed for name, (changed, requests) in counts.items()}
        own, usual = list(per_row.values())[0], per_row.get("google-spreadsheet, row.save()")
        if usual is None:
            self.goals.missing(f"requests-fewer-{self.flavour}", "google-spreadsheet did not run")
        else:
            self.goal("requests-fewer", usual / own, ">=", sheets_report.TIMES_FEWER)

    def fill(self):
        sizes, fills = self.sizes, {}
        self.say(f"first fill of {sizes['fill_rows']:,} rows without limits")
        fills["tabrelay, no quota, no waits"] = sheets_runs.fill(self.server, sizes["fill_rows"], False, sizes["fill_s"])
        with World(self.server, 1, sizes["fill_rows"]) as world:
            for name, fill in (("google-spreadsheet, addRows of 1,000, the same", lambda: sheets_peers.add_rows(
                    world, world.tables[0], sizes["peer_fill_rows"])),
                    ("mysqldump --tab, no sheet", lambda: sheets_peers.dump(world, world.tables[0]))):
                self.say(name)
                try:
                    fills[name] = fill()
                except Failed as why:
                    print(f"  {name} is not measured: {why}")
        self.say(f"first fill of {sizes['limited_rows']:,} rows with Google's quota")
        limited = fills["tabrelay, Google's quota and answers"] = sheets_runs.fill(
            self.server, sizes["limited_rows"], True, sizes["fill_s"])
        sheets_report.print_fills(self.name(), fills)
        print(f"  with Google's quota, and a request a second, the same bytes in requests of 2 MB would take {limited.allowed_s:.1f} s; "
              f"with the quota alone, used up at once, {limited.quota_s:.1f} s")
        self.figures["fills"] = {name: dataclasses.asdict(fill) for name, fill in fills.items()}
        self.goal("fill-times-allowed", limited.seconds / limited.allowed_s, "<=", sheets_report.TIMES_ALLOWED)

    def pending(self):
        sizes = self.sizes
        self.say(f"{sizes['pending_changes']:,} row changes while Google is away")
        run = sheets_scale.pending(self.server, sizes["pending_changes"], sizes["pending_rows"], sizes["scale_s"], self.say)
        sheets_report.print_pending(self.name(), run)
        self.figures["pending"] = dataclasses.asdict(run)
        self.goal("pending-memory-mib", run.peak_mib, "<=", sheets_report.LIMIT_MIB)
        self.goal("pending-memory-kept-mib", run.now_mib - run.before_mib, "<=", sheets_report.KEPT_MIB)
        self.goal("pending-rows-that-differ", sum(run.differences.values()), "<=", 0)
        sheets_scale.check(run)

    def mappings(self):
        sizes = self.sizes
        self.say(f"{sizes['mappings']} mappings over {sizes['spreadsheets']} spreadsheets")
        run = sheets_scale.mappings(self.server, sizes["mappings"], sizes["spreadsheets"], sizes["mapping_rows"], sizes["seconds"], sizes["scale_s"])
        sheets_report.print_mappings(self.name(), run)
        self.figures["mappings"] = dataclasses.asdict(run)
        self.goal("mappings-memory-mib", run.rest_mib, "<=", sheets_report.LIMIT_MIB)
        self.goal("mappings-over-request-ms", run.over_ms, "<=", sheets_report.OVER_MS)
        self.goal("mappings-opened-by-requests-a-spreadsheet", run.open_requests / run.spreadsheets, "<=", sheets_report.OPEN_REQUESTS)
        self.goal("mappings-rest-requests-a-minute", run.rest_requests, "<=", sheets_report.REST_REQUESTS)
        self.goal("mappings-tabs-that-differ", run.differences, "<=", 0)
        sheets_scale.check(run)

    def name(self):
        return f"{self.flavour} {self.figures['version']}"

    def run(self):
        for what in WORKLOADS:
            if what in self.chosen:
                getattr(self, what)()
                sys.stdout.flush()


WORKLOADS = ["freshness", "requests", "fill", "pending", "mappings"]
BY_DEFAULT = WORKLOADS[:3]  # the others take an hour


def arguments():
    parser = argparse.ArgumentParser(prog="bench_sheets.py", description=__doc__)
    parser.add_argument("--server", action="append", choices=list(SERVER_IDS), help="only this server (may be repeated)")
    parser.add_argument("--workload", action="append", choices=WORKLOADS, help=f"only this workload; else {', '.join(BY_DEFAULT)}")
    parser.add_argument("--quick", action="store_true", help="small, and too short for its figures to count: does it work?")
    for name, value in SIZES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), help=f"({value})")
    parser.add_argument("--json", metavar="FILE", help="also write the figures to FILE")
    options = parser.parse_args()
    options.server, options.workload = options.server or list(SERVER_IDS), options.workload or BY_DEFAULT
    base = QUICK if options.quick else SIZES
    options.sizes = {name: value if getattr(options, name) is None else getattr(options, name) for name, value in base.items()}
    return options


def print_head():
    print(f"bench-sheets: {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; everything runs on this machine: the database server, the "
          "sandbox that stands for Google, and tabrelay.")
    if os.getloadavg()[0] > 1:
        print("This machine is busy with other things: times are not to be trusted.")
    print("The servers run with durability off (nothing is flushed to the disk at a commit).")


def main():
    options = arguments()
    print_head()
    benches, status = [], 0
    for flavour in options.server:
        try:
            with served(flavour) as server:
                benches.append(Bench(flavour, server, options.sizes, options.workload))
                benches[-1].run()
        except servers.Unavailable as why:
            print(f"\n{flavour} is not measured: {why}")
        except sheets_runs.Wrong as why:
            print(f"WRONG {flavour}: {why}", file=sys.stderr)
            status = 1
    print()
    for bench in benches:
        bench.goals.print()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump([bench.figures for bench in benches], out, indent=1)
    return status


if __name__ == "__main__":
    sys.exit(main())
