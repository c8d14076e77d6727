# SPDX-License-Identifier: Apache-2.0
"""What was measured of one log, how it is printed, and which goals it meets."""
import dataclasses
import statistics

RATIOS_TO = ["decode", "tabrelay events"]


@dataclasses.dataclass
class Log:
    """A workload as one server logged it, and for each (reader, source) its rounds or why there are none."""
    flavour: str
    version: str
    workload: str
    rows: int
    size: int
    clock: str = "seconds"
    rounds: dict = dataclasses.field(default_factory=dict)  # (name, source) -> a list of lists of Run
    failures: dict = dataclasses.field(default_factory=dict)  # (name, source) -> text
    order: list = dataclasses.field(default_factory=list)  # the keys of both

    def of_rounds(self, key):
        clock = "seconds" if key[1] == "live" else self.clock  # live, waiting is part of it
        return [statistics.median(getattr(run, clock) for run in runs) for runs in self.rounds[key]]

    def median(self, key, what=None):
        if what is None:
            return statistics.median(self.of_rounds(key))
        return statistics.median(getattr(run, what) for runs in self.rounds[key] for run in runs)

    def peak_mib(self, key):
        return max(run.peak_mib for runs in self.rounds[key] for run in runs)

    def rate(self, key):
        return self.rows / self.median(key)

    def ratio(self, key, than):
        """How many times as long THAN takes: the median of the rounds, in which both ran one after the other."""
        return statistics.median(slow / fast for fast, slow in zip(self.of_rounds(key), self.of_rounds(than)))

    def why_not(self, *keys):
        """None when all KEYS were measured."""
        for key in keys:
            if key in self.failures:
                return f"{key[0]}: {self.failures[key]}"
            if key not in self.rounds:
                return f"{key[0]} from {key[1]} was left out"
        return None


def print_log(log):
    print(f"\n{log.version}: {log.workload}, {log.rows:,} rows, {log.size / 2**20:.1f} MiB")
    print(f"  {'reader':<30} {'from':<4} {'rows/s':>11} {'seconds':>8} {'cpu s':>8} {'peak MiB':>9}"
          + "".join(f" {'x ' + name:>17}" for name in RATIOS_TO))
    for key in log.order:
        if key in log.failures:
            print(f"  {key[0]:<30} {key[1]:<4} fails: {log.failures[key]}"[:118])
            continue
        print(f"  {key[0]:<30} {key[1]:<4} {log.rate(key):>11,.0f} {log.median(key, 'seconds'):>8.3f} {log.median(key, 'cpu_s'):>8.3f} "
              f"{log.peak_mib(key):>9.1f}" + "".join(f" {times(log, (name, key[1]), key):>17}" for name in RATIOS_TO))


def times(log, own, key):
    """How many times as fast as KEY our OWN is."""
    return "" if own not in log.rounds or own == key else f"{log.ratio(own, key):.2f}"


def as_json(log):
    readers = {f"{name} ({source})": {
        "rows_per_second": log.rate((name, source)), "seconds": log.of_rounds((name, source)),
        "cpu_s": log.median((name, source), "cpu_s"), "peak_mib": log.peak_mib((name, source)),
    } for name, source in log.rounds}
    return {"server": log.flavour, "version": log.version, "workload": log.workload, "rows": log.rows, "bytes": log.size,
            "clock": log.clock, "readers": readers, "failures": {f"{name} ({source})": why for (name, source), why in log.failures.items()}}
