# SPDX-License-Identifier: Apache-2.0
"""When did the cells arrive? What the sandbox writes down of each version (sandbox/disk.h) has the version's time and the rows that
it changed, by the sandbox's own clock, which is this machine's.
"""
import bisect
import collections
import json
import math
import os
import threading

ID, SEQUENCE = 0, 4  # columns of a row (sheets_world.COLUMNS)
LOOK_S = 0.5  # a version file is written anew now and then: the one that was open is read to its end


class Follower(threading.Thread):
    """Collects the versions of SPREADSHEET, and the requests of Google's API, from now on until stop()."""

    def __init__(self, google, path):
        super().__init__(daemon=True)
        self.google, self.path = google, path
        self.lines, self.requests, self.failure = [], [], None
        self.file = open(path, "rb")
        self.file.seek(0, os.SEEK_END)
        self.last_request = newest_request(google)
        self.is_over = threading.Event()

    def run(self):
        try:
            while not self.is_over.wait(LOOK_S):
                self.collect()
            self.collect()
        except Exception as why:  # told by stop(), in the thread that waits
            self.failure = why

    def stop(self):
        self.is_over.set()
        self.join()
        if self.failure:
            raise self.failure

    def collect(self):
        self._requests()
        while True:
            is_current = os.stat(self.path).st_ino == os.fstat(self.file.fileno()).st_ino
            self._lines()
            if is_current:
                return
            self.file.close()
            self.file = open(self.path, "rb")

    def _requests(self):
        new = self.google.requests(self.last_request)
        if new and new[0]["number"] != self.last_request + 1:
            raise RuntimeError("the sandbox forgot requests before they were read")
        self.requests += new
        self.last_request = new[-1]["number"] if new else self.last_request

    def _lines(self):
        while True:
            at = self.file.tell()
            line = self.file.readline()
            if not line.endswith(b"\n"):
                self.file.seek(at)  # not written to its end yet
                return
            self.lines.append(line)

    def versions(self):
        """[(time in ms, {(sheet id, row id): sequence number shown})], in order, none left out."""
        found, last = [], None
        for line in self.lines:
            version = json.loads(line)
            if last is not None and version["revision"] <= last:
                continue
            if last is not None and version["revision"] != last + 1:
                raise RuntimeError(f"version {last + 1} of the spreadsheet was missed")
            last = version["revision"]
            found.append((version["modified"], shown(version)))
        return found

    def writes(self):
        """The batches that went through, one a version."""
        return [request for request in self.requests if request["path"].endswith(":batchUpdate") and request["status"] == 200]

    def reads(self):
        return [request for request in self.requests if request["path"].startswith("/v4/") and not request["path"].endswith(":batchUpdate")]

    def refused(self):
        return [request for request in self.requests if request["status"] == 429]


def newest_request(google):
    seen = google.requests()
    return seen[-1]["number"] if seen else 0


def shown(version):
    cells = {}
    for tab in version["tabs"]:
        for splice in tab.get("splices", ()):
            for row in splice["rows"]:
                values = {cell.get("c"): cell.get("n") for cell in row}
                if values.get(ID) is not None and values.get(SEQUENCE) is not None:
                    cells[tab["id"], int(values[ID])] = int(values[SEQUENCE])
    return cells


Arrival = collections.namedtuple("Arrival", "delay_ms version")  # version: index in the list


def arrivals(commits, versions):
    """An Arrival for each row change, and how many never came. COMMITS: [(sheet id, [row ids], sequence number, time in ms)]. A
    change has arrived with the first version that shows it, or a newer one of its row."""
    waiting = collections.defaultdict(collections.deque)
    for sheet, ids, sequence, at_ms in commits:
        for row in ids:
            waiting[sheet, row].append((sequence, at_ms))
    found = []
    for index, (time_ms, cells) in enumerate(versions):
        for row, sequence in cells.items():
            queue = waiting.get(row)
            while queue and queue[0][0] <= sequence:
                found.append(Arrival(time_ms - queue.popleft()[1], index))
    return found, sum(len(queue) for queue in waiting.values())


def percentile(values, share):
    """The smallest of VALUES that SHARE of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def intervals(versions, first_ms, last_ms):
    """Milliseconds between one batch and the next, of those made in that time."""
    times = [time_ms for time_ms, _ in versions]
    times = times[bisect.bisect_left(times, first_ms):bisect.bisect_right(times, last_ms)]
    return [after - before for before, after in zip(times, times[1:])]
