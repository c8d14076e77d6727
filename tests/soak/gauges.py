# SPDX-License-Identifier: Apache-2.0
"""What is measured of the programs, of MySQL and of the spreadsheet, and how it has grown."""
import os
import pathlib
import re

import exposition
from client import Refused

PRUNED = ("edit_log", "conflicts", "signals", "tombstone")


def memory_mib(pid):
    """Its own memory: not the pages of programs and libraries."""
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous: +(\d+)", rollup, re.M)[1]) / 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def series(port):
    return len(exposition.series(exposition.read(port)))


class Gauges:
    """All that is measured, by name, at each sample."""

    def __init__(self, stack, temporary):
        self.stack, self.temporary, self.samples = stack, temporary, []
        state = stack.state_database
        self.others = [name for name, in stack.server.sql("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s", (state,))
                       if name not in PRUNED]

    def _count(self, tables):
        total = " + ".join(f"(SELECT COUNT(*) FROM {self.stack.state_database}.{table})" for table in tables)
        return int(self.stack.sql(f"SELECT {total}")[0][0])

    def _sessions(self):
        return sum(user == "tabrelay" for _, user in self.stack.server.connections())

    def _statements(self):
        return int(self.stack.server.sql("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'")[0][1])

    def _metadata(self):
        """A fault that was meant for the replicator may hit this, too."""
        for _ in range(3):
            try:
                answer = self.stack.google.google("GET", f"/v4/spreadsheets/{self.stack.spreadsheet}?fields=developerMetadata")
                return len(answer.get("developerMetadata", []))
            except (Refused, OSError, ValueError):
                pass
        return self.samples[-1][1]["spreadsheet metadata"] if self.samples else 0

    def sample(self, second):
        now = {}
        for name, program, port in (("replicator", self.stack.replicator, self.stack.metrics_port),
                                    ("webhook", self.stack.webhook, self.stack.webhook_port)):
            pid = program.process.pid
            now[f"{name} memory MiB"] = memory_mib(pid)
            now[f"{name} descriptors"] = descriptors(pid)
            now[f"{name} threads"] = threads(pid)
            now[f"{name} series"] = series(port)
        for table in PRUNED:
            now[f"rows of {table}"] = self._count([table])
        now["rows of the other state tables"] = self._count(self.others)
        now["MySQL connections"] = self._sessions()
        now["MySQL prepared statements"] = self._statements()
        now["spreadsheet metadata"] = self._metadata()
        now["temporary files"] = len(os.listdir(self.temporary))
        self.samples.append((second, now))

    def names(self):
        return list(self.samples[0][1])

    def values(self, name, since):
        return [(second, now[name]) for second, now in self.samples if second >= since]


def growth(points):
    """From the first point to the last, by the straight line that lies nearest to all."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    square = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / square if square else 0
    return slope * (points[-1][0] - points[0][0])
