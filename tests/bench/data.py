# SPDX-License-Identifier: Apache-2.0
"""The logs that bench-decode reads: made once by a real server, kept, and served again by that server for the live runs.

The server's data folder is the cache: its name has a hash of all that decides what is in it, and it is complete when it has
a manifest. By itself: make the logs and say where they are, or, with --serve, start their server.
"""
import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import servers  # noqa: E402
import workloads  # noqa: E402
from fill import fill  # noqa: E402

SERVER_IDS = {"mariadb": 71, "mysql": 72}  # the servers that are measured
# Kept logs shall not expire; filling is quicker with memory.
EXTRA = ["--binlog-expire-logs-seconds=0", "--innodb-buffer-pool-size=512M", "--max-allowed-packet=64M"]


class Logs:
    """What one server wrote: .server, .version, and .files: workload name -> name of its binlog file."""

    def __init__(self, flavour, scale):
        self.flavour, self.scale = flavour, float(scale)
        cls = servers.FLAVOURS[flavour]
        cls.require()
        base = cls.folder()[0] if issubclass(cls, servers.Chroot) else cache()
        self.folder = base / f"bench-{flavour}-{self.key()}"
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.alone():
            if not (self.folder / "manifest.json").exists():
                self.make(cls, base)
        manifest = json.loads((self.folder / "manifest.json").read_text())
        self.version, self.files = manifest["version"], manifest["files"]
        self.server = kept(cls, self.folder, SERVER_IDS[flavour])

    def key(self):
        text = repr((self.scale, EXTRA, servers.SETTINGS)) + "".join((HERE / made).read_text() for made in ("workloads.py", "fill.py"))
        return hashlib.sha256(text.encode()).hexdigest()[:12] + ("" if self.scale == 1 else f"-{self.scale}")

    def path(self, workload):
        return self.folder / "data" / self.files[workload]

    def rows(self, workload):
        return next(w for w in workloads.WORKLOADS if w.name == workload).rows(self.scale)

    @contextlib.contextmanager
    def alone(self):
        """One process at a time may make these logs, or serve them."""
        with open(self.folder.parent / f"{self.folder.name}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def served(self):
        with self.alone():
            self.server.start()
            try:
                yield self.server
            finally:
                self.server.stop()

    def make(self, cls, base):
        """Fill a new server; earlier ones of this kind and scale are removed, they are large."""
        suffix = self.folder.name.partition("-" + self.key()[:12])[2]
        for old in base.glob(f"bench-{self.flavour}-????????????{suffix}"):
            shutil.rmtree(old)
        print(f"bench: {self.flavour} writes its logs into {self.folder} (once)", file=sys.stderr)
        self.folder.mkdir(parents=True)
        server = kept(cls, self.folder, SERVER_IDS[self.flavour])
        server.start()
        try:
            files = fill(server, self.scale)
            version = server.version()
        finally:
            server.stop()
            template = cls.templates.pop(self.flavour, None)
            if template:
                shutil.rmtree(template)
        (self.folder / "manifest.json").write_text(json.dumps({"version": version, "files": files}))


def cache():
    return pathlib.Path(os.environ.get("TABRELAY_BENCH") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "tabrelay")


def kept(cls, folder, number):
    """A Server of servers.py whose folder stays."""
    server = cls(folder.parent, number, EXTRA)
    server.dir.rmdir()
    server.dir, server.log_path = folder, folder / "server.log"
    if (folder / "data").exists():
        (folder / "tmp").mkdir(exist_ok=True)
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="start the server, say how to reach it, and wait for the end of the input")
    parser.add_argument("server", choices=list(SERVER_IDS))
    options = parser.parse_args()
    logs = Logs(options.server, 1)
    for name in logs.files:
        print(f"{name}: {logs.path(name)}, {logs.rows(name)} rows")
    if options.serve:
        with logs.served() as server:
            print(f"export BENCH_MYSQL={server.host}:{server.port}:{server.user}:{server.password}", flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main()
