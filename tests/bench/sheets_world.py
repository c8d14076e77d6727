# SPDX-License-Identifier: Apache-2.0
"""What bench-sheets measures on: a real database server, the sandbox, the webhook and the replicator, all on this machine."""
import contextlib
import json
import os
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import servers  # noqa: E402
import workloads  # noqa: E402
from programs import Program, wait_until  # noqa: E402
from stack import Stack  # noqa: E402

SERVER_IDS = {"mariadb": 73, "mysql": 74}
EXTRA = ["--innodb-buffer-pool-size=512M", "--max-allowed-packet=64M"]
COLUMNS = """(
  id INT UNSIGNED NOT NULL PRIMARY KEY, customer_id INT UNSIGNED NOT NULL, sku VARCHAR(20) NOT NULL, title VARCHAR(64) NOT NULL,
  quantity INT UNSIGNED NOT NULL, price DECIMAL(10,2) NOT NULL, is_paid TINYINT(1) NOT NULL, created_at DATETIME NOT NULL)"""
WIDTH = 8
ANSWER_MS = "200-800"
GOOGLE_A_MINUTE = 60
TICKS = os.sysconf("SC_CLK_TCK")  # a second


@contextlib.contextmanager
def served(flavour, extra=()):
    """A new, running server; servers.Unavailable where it cannot be had."""
    cls = servers.FLAVOURS[flavour]
    cls.require()
    base, is_temporary = cls.folder()
    server = cls(base, SERVER_IDS[flavour], [*EXTRA, *extra])
    try:
        yield server.start()
    finally:
        server.remove()
        template = cls.templates.pop(flavour, None)
        for folder in [template] * (template is not None) + [base] * is_temporary:
            shutil.rmtree(folder, ignore_errors=True)


class World:
    """TABS tables of ROWS rows, and as many tabs, an equal number in each of SPREADSHEETS. Nothing is started but the sandbox, without limits."""

    made = 0  # databases

    def __init__(self, server, tabs, rows, spreadsheets=1):
        World.made += 1
        self.server, self.rows = server, rows
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-bench-"))
        self.programs = []
        self.tables = [f"t{number:02}" for number in range(1, tabs + 1)]
        first = self.tables[:tabs // spreadsheets]  # those of the first spreadsheet
        database = f"bench{World.made}"
        server.sql(f"CREATE DATABASE {database}")
        self.stack = Stack(server, database, self._program, self.folder, [{"table": t, "tab": t} for t in first],
                           tables="".join(f"CREATE TABLE {t} {COLUMNS};\n" for t in self.tables), start=False)
        self._configure(log_level="info")
        self._narrow(self.stack.spreadsheet)
        for at in range(len(first), tabs, len(first)):
            self._add_spreadsheet(self.tables[at:at + len(first)])
        self.stack.grant()
        self._fill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            for program in reversed(self.programs):
                program.stop()
        finally:
            self.server.sql(f"DROP DATABASE {self.stack.database}")
            self.server.sql(f"DROP DATABASE {self.stack.state_database}")
            shutil.rmtree(self.folder, ignore_errors=True)

    def _program(self, name, arguments, **kwargs):
        folder = self.folder / name
        folder.mkdir()
        self.programs.append(Program(name, arguments, folder, **kwargs))
        return self.programs[-1]

    def _configure(self, google=None, **keys):
        config = json.loads(self.stack.config.read_text())
        config.update(keys)
        config["google"].update(google or {})
        self.stack.config.write_text(json.dumps(config))

    def _add_spreadsheet(self, tables):
        spreadsheet = self.stack.google.create(f"test {tables[0]}", tables)
        self._narrow(spreadsheet)
        self.stack.mappings += [{"spreadsheet": spreadsheet, "table": f"{self.stack.database}.{t}", "tab": t} for t in tables]
        self._configure(mappings=[{"spreadsheet": self.stack.spreadsheet, **m} for m in self.stack.mappings])

    def _narrow(self, spreadsheet):
        """The tabs get as many columns as the tables have: a spreadsheet holds ten million cells, blank ones too."""
        sheets = [tab["sheetId"] for tab in self.stack.google.spreadsheet(spreadsheet)["tabs"]]
        self.stack.google.google("POST", f"/v4/spreadsheets/{spreadsheet}:batchUpdate", {"requests": [
            {"updateSheetProperties": {"properties": {"sheetId": sheet, "gridProperties": {"columnCount": WIDTH}},
                                       "fields": "gridProperties.columnCount"}} for sheet in sheets]})

    def _fill(self):
        connection = self.server.connect(database=self.stack.database, autocommit=False)
        with connection, connection.cursor() as cursor:
            for seed, table in enumerate(self.tables):
                for statement in workloads.fill_orders(table, self.rows, seed):
                    cursor.execute(statement)
                connection.commit()

    def sheets(self):
        """{table: sheet id}, of the first spreadsheet."""
        tabs = self.stack.google.spreadsheet(self.stack.spreadsheet)["tabs"]
        return {tab["title"]: tab["sheetId"] for tab in tabs}

    def start(self, wait_s=30):
        if not self.stack.webhook.running:
            self.stack.webhook.start()
        self.stack.replicator.start(wait_s)

    def is_filled(self):
        return not self.stack.sql(f"SELECT 1 FROM {self.stack.state_database}.mapping_state WHERE snapshot <> 'done' LIMIT 1") \
            and self.stack.sql(f"SELECT COUNT(*) FROM {self.stack.state_database}.mapping_state")[0][0] == len(self.tables)

    def wait_filled(self, timeout_s=600):
        wait_until("the first fill", self.is_filled, timeout_s, every_s=0.05)

    def _set_quota(self, quota):
        sandbox = self.stack.sandbox
        sandbox.stop()
        sandbox.arguments[sandbox.arguments.index("--quota") + 1] = quota
        sandbox.start()

    def unlimit(self):
        """No quota any more, for whoever compares all that there is."""
        self._set_quota("off")

    def limit(self):
        """From now on as with Google: its quota, its answer times. The replicator is stopped."""
        self.stack.replicator.stop()
        self.stack.sandbox.arguments += ["--answer-ms", ANSWER_MS]
        self._set_quota("google")
        self._configure(google={"reads_per_minute": GOOGLE_A_MINUTE, "writes_per_minute": GOOGLE_A_MINUTE})

    def wait_calm(self, for_s=5, timeout_s=300):
        """Until no request of Google's API has come for so long."""
        seen = [None, 0]

        def is_calm():
            requests = self.stack.google.requests()
            now = requests[-1]["number"] if requests else 0
            seen[1] = seen[1] + 1 if now == seen[0] else 0
            seen[0] = now
            return seen[1] >= for_s
        wait_until("no request to come", is_calm, timeout_s, every_s=1)

    def versions_path(self):
        return self.folder / "sandbox" / "books" / f"{self.stack.spreadsheet}.jsonl"

    def cpu_s(self):
        """CPU seconds of the replicator so far."""
        fields = pathlib.Path(f"/proc/{self.stack.replicator.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS  # utime, stime: proc(5)

    def memory_mib(self, what="VmHWM"):
        """The replicator's peak (VmHWM) or present (VmRSS) resident memory."""
        text = pathlib.Path(f"/proc/{self.stack.replicator.process.pid}/status").read_text()
        return int(next(line for line in text.splitlines() if line.startswith(what + ":")).split()[1]) / 1024
