# SPDX-License-Identifier: Apache-2.0
"""What others do with the same rows: npm's google-spreadsheet, batches of 100 by hand, and mysqldump --tab as the floor of reading."""
import dataclasses
import os
import shutil
import subprocess
import time

import arrivals
import measure
from measure import Failed
from readers import node_folder

ADD_ROWS = 1000  # google-spreadsheet's addRows appends so many at once
BATCH_ROWS = 100


@dataclasses.dataclass
class PeerFill:
    rows: int
    seconds: float
    cpu_s: float
    peak_mib: float

    @property
    def rows_a_s(self):
        return self.rows / self.seconds


def node(world):
    """The command's beginning and its environment; Failed where there is no node."""
    google = world.stack.google
    return (["node", node_folder() / "google_spreadsheet.mjs"], {"BENCH_GOOGLE": google.base, "BENCH_TOKEN": google.token()})


def prepared(world, table):
    """A spreadsheet of its own with the table's headers, and grid enough for its rows."""
    google = world.stack.google
    spreadsheet = google.create("peer", [table])
    columns = world.stack.table(table)[0]
    size = {"columnCount": len(columns), "rowCount": world.rows + 1}  # narrow first: a spreadsheet holds ten million cells
    google.google("POST", f"/v4/spreadsheets/{spreadsheet}:batchUpdate", {"requests": [
        {"updateSheetProperties": {"properties": {"sheetId": 0, "gridProperties": {what: n}}, "fields": f"gridProperties.{what}"}}
        for what, n in size.items()]})
    google.google("PUT", f"/v4/spreadsheets/{spreadsheet}/values/{table}!A1?valueInputOption=RAW", {"values": [columns]})
    return spreadsheet


def filled(world, table):
    """The same with the table's rows, by the REST API itself."""
    spreadsheet, rows = prepared(world, table), world.stack.table(table)[1]
    world.stack.google.google("PUT", f"/v4/spreadsheets/{spreadsheet}/values/{table}!A2?valueInputOption=RAW", {"values": rows})
    return spreadsheet


def requests_since(world, seen):
    """Of Google's API. The sandbox remembers 1,000."""
    new = world.stack.google.requests(seen)
    if new and new[0]["number"] != seen + 1:
        raise Failed("more requests than the sandbox remembers")
    return len(new)


def save_rows(world, table, rows):
    """Requests that google-spreadsheet takes to change so many rows, with what it asks before."""
    command, environment = node(world)
    spreadsheet = filled(world, table)
    seen = arrivals.newest_request(world.stack.google)
    measure.timed([*command, "save", spreadsheet, table, str(rows)], environment)
    return requests_since(world, seen)


def batch_rows(world, table, rows):
    """The same with a values.batchUpdate for every hundred rows."""
    google, spreadsheet = world.stack.google, filled(world, table)
    seen = arrivals.newest_request(google)
    for first in range(0, rows, BATCH_ROWS):
        data = [{"range": f"{table}!E{row % world.rows + 2}:F{row % world.rows + 2}", "values": [[row, row + 0.5]]}
                for row in range(first, min(first + BATCH_ROWS, rows))]
        google.google("POST", f"/v4/spreadsheets/{spreadsheet}/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    return requests_since(world, seen)


def client(server, database, query):
    """A command that prints the rows of QUERY as it gets them, and its environment."""
    return (["mariadb", "--no-defaults", "--quick", "--batch", "--skip-column-names", f"--host={server.host}", f"--port={server.port}",
             f"--user={server.user}", database, "-e", query], {**os.environ, "MYSQL_PWD": server.password})


def add_rows(world, table, rows):
    """google-spreadsheet fills a tab with the table's first ROWS rows."""
    command, environment = node(world)
    spreadsheet = prepared(world, table)
    select, client_environment = client(world.server, world.stack.database, f"SELECT * FROM {table} ORDER BY id LIMIT {rows}")
    with subprocess.Popen(select, stdout=subprocess.PIPE, env=client_environment) as reading:
        run = measure.timed([*command, "add", spreadsheet, table, str(ADD_ROWS)], environment, stdin=reading.stdout)
    if reading.returncode != 0:
        raise Failed("mariadb could not read the rows")
    if len(world.stack.google.rows(spreadsheet, 0, first=rows, count=2)) < 1:
        raise Failed("the tab has not all rows")
    return PeerFill(rows, run.seconds, run.cpu_s, run.peak_mib)


def dump(world, table):
    """The table's rows into a text file, by the server itself."""
    server = world.server
    folder = server.dir / "dump"
    folder.mkdir(mode=0o777)
    name = "mariadb-dump" if server.flavour == "mariadb" else "mysqldump"
    if server.flavour == "mariadb" and shutil.which(name) is None:
        raise Failed("mariadb-dump is not installed (tools/install bench)")
    began = time.monotonic()
    done = subprocess.run([*server.enter(name), "--no-defaults", f"--host={server.host}", f"--port={server.port}", f"--user={server.user}",
                           f"--tab={server.inside(folder)}", world.stack.database, table],
                          env={**os.environ, "MYSQL_PWD": server.password}, capture_output=True, text=True)
    seconds = time.monotonic() - began
    shutil.rmtree(folder)
    if done.returncode != 0:
        raise Failed(measure.last_line(done.stderr, done.returncode))
    return PeerFill(world.rows, seconds, 0, 0)
