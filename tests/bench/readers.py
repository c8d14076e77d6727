# SPDX-License-Identifier: Apache-2.0
"""Who reads the logs: our own programs, the floor, and the peers that apt and npm have."""
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import typing

import data
import measure
from measure import BUILD, Failed

HERE = pathlib.Path(__file__).resolve().parent
SQL_ROW = "^### (INSERT INTO|UPDATE|DELETE FROM) "
JSON_ROW = '"type":"(insert|update|delete)"'
BRIEF = 5  # runs a round of what is over in a moment


@dataclasses.dataclass
class Reader:
    name: str
    is_live: bool
    command: typing.Callable  # (logs, workload) -> argv; raises Failed when there is no such reader here
    row_pattern: str = ""  # of the lines that show a row; "": it prints JSON with "rows"
    sees_rows: bool = True
    runs: int = 1  # a round

    @property
    def source(self):
        return "live" if self.is_live else "file"

    def rows(self, logs, workload):
        """How many row changes it sees: a run of its own, as counting costs time."""
        command, extra = self.command(logs, workload), environment(logs)
        if self.row_pattern:
            return measure.count_lines(command, self.row_pattern, extra)
        return json.loads(measure.output_of(command, extra))["rows"]

    def run(self, logs, workload):
        return [measure.timed(self.command(logs, workload), environment(logs)) for _ in range(self.runs)]


def environment(logs):
    server = logs.server
    return {"BENCH_MYSQL": f"{server.host}:{server.port}:{server.user}:{server.password}"}


def ours(*arguments, is_live=False):
    """A program of this folder, on a file or on the server."""
    def command(logs, workload):
        return [BUILD / "bench" / arguments[0], *arguments[1:],
                *(("--live", logs.files[workload]) if is_live else (logs.path(workload),))]
    return command


def tabrelay_events(logs, workload):
    return [BUILD / "tabrelay", "events", "--file", logs.path(workload)]


def tabrelay_events_live(logs, workload):
    """It follows the server without end: it is told how many changes there are, and which table's."""
    server, config = logs.server, logs.folder / "tabrelay.yaml"
    config.write_text(json.dumps({
        "instance": "bench",
        "mysql": {"host": server.host, "port": server.port, "user": server.user, "password": server.password, "tls": "off"},
        "google": {"credentials": "none.json"}, "webhook": {"secret": "0123456789abcdef"},
        "mappings": [{"table": "bench.mark", "spreadsheet": "none", "tab": "none"}]}))
    return [BUILD / "tabrelay", "--config", config, "events", "--from", f"file:{logs.files[workload]}:4",
            "--table", f"bench.{workload}", "--count", str(logs.rows(workload))]


def mariadb_binlog(*options):
    def command(logs, workload):
        if shutil.which("mariadb-binlog") is None:
            raise Failed("mariadb-binlog is not installed (tools/install bench)")
        return ["mariadb-binlog", "--no-defaults", *options, logs.path(workload)]
    return command


def mysqlbinlog(*options):
    """9.7, in its chroot: of logs that are elsewhere it is given the bytes."""
    def command(logs, workload):
        try:
            root = data.servers.made_by("mysql-9")
        except data.servers.Unavailable as why:
            raise Failed(str(why)) from None
        path = logs.path(workload)
        if root in path.parents:
            return ["chroot", root, "mysqlbinlog", "--no-defaults", *options, "/" + str(path.relative_to(root))]
        return ["sh", "-c", 'log=$1; shift; exec chroot "$0" mysqlbinlog --no-defaults "$@" - <"$log"', root, path, *options]
    return command


def zongji(package):
    def command(logs, workload):
        return ["node", node_folder() / "zongji.mjs", package, logs.files[workload]]
    return command


def node_folder():
    """The JavaScript peers with what they need, installed once, as the lock file says."""
    files = ["package.json", "package-lock.json", "zongji.mjs", "google_spreadsheet.mjs"]
    key = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in files)).hexdigest()[:12]
    folder = data.cache() / f"bench-node-{key}"
    if folder.exists():
        return folder
    if shutil.which("npm") is None:
        raise Failed("node and npm are not installed")
    new = folder.with_suffix(f".{os.getpid()}")
    new.mkdir(parents=True)
    for name in files:
        shutil.copy(HERE / name, new)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=new, capture_output=True, text=True)
    if done.returncode != 0:
        shutil.rmtree(new)
        raise Failed("npm ci: " + measure.last_line(done.stderr, done.returncode))
    new.rename(folder)
    return folder


ROWS_ONLY = "--base64-output=DECODE-ROWS"
READERS = [
    Reader("floor", False, ours("floor"), sees_rows=False, runs=BRIEF),
    Reader("decode --none", False, ours("decode", "--none"), sees_rows=False, runs=BRIEF),
    Reader("decode", False, ours("decode")),
    Reader("tabrelay events", False, tabrelay_events, JSON_ROW),
    Reader("mariadb-binlog -v", False, mariadb_binlog("-v"), SQL_ROW),
    Reader("mariadb-binlog -v, no base64", False, mariadb_binlog("-v", ROWS_ONLY), SQL_ROW),
    Reader("mysqlbinlog -v", False, mysqlbinlog("-v"), SQL_ROW),
    Reader("mysqlbinlog -v, no base64", False, mysqlbinlog("-v", ROWS_ONLY), SQL_ROW),
    Reader("floor", True, ours("floor", is_live=True), sees_rows=False, runs=BRIEF),
    Reader("decode", True, ours("decode", is_live=True)),
    Reader("tabrelay events", True, tabrelay_events_live, JSON_ROW),
    Reader("@vlasky/zongji", True, zongji("@vlasky/zongji")),
    Reader("@powersync/mysql-zongji", True, zongji("@powersync/mysql-zongji")),
]
