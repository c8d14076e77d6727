# SPDX-License-Identifier: Apache-2.0
"""Everything together: a database, the sandbox spreadsheet, the webhook and the replicator, with Code.gs installed."""
import datetime
import decimal
import json
import os
import re
import sys

import exposition
from programs import ROOT, run, wait_until
from servers import free_port

sys.path.insert(0, str(ROOT / "sandbox"))
from client import Sandbox  # noqa: E402

SECRET = "a-secret-for-tests-0123456789"
USER_PASSWORD = "tabrelay-password"
EPOCH = datetime.datetime(1899, 12, 30)
PERSON = "ann@example.com"

ITEMS = """
CREATE TABLE items (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    price DECIMAL(10,2) NULL,
    state ENUM('new', 'used', 'sold') NOT NULL DEFAULT 'new',
    since DATE NULL,
    note VARCHAR(200) NULL,
    label VARCHAR(120) AS (CONCAT(name, ' (', state, ')')) STORED,
    updated_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
);
"""


def as_cell(value, nullable):
    """What the cell of a MySQL value (as pymysql gives it) holds: None, a number, a text; see common/cell/cell.h."""
    if value == "":
        return '""' if nullable else None
    if value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, bytes):
        return "0x" + value.hex().upper()
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) / datetime.timedelta(days=1)
    if isinstance(value, datetime.date):
        return float((datetime.datetime(value.year, value.month, value.day) - EPOCH).days)
    if isinstance(value, (int, decimal.Decimal)):
        return float(value) if len(value_digits(value)) <= 15 else str(value)
    raise TypeError(f"no cell known for {value!r}")


def value_digits(number):
    return re.sub(r"\D", "", str(number)).lstrip("0")


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-14 * abs(a)  # a moment differs in its last bit, but not by a millisecond
    return type(a) is type(b) and a == b


def like(row, other):
    return all(same(x, y) for x, y in zip(row, other))


_keys = []  # the service account's key, made once by the first sandbox: 2048 bits take a sandbox longer than its start


def lend_key(data):
    """Give the sandbox whose folder DATA will be the key that an earlier one made, if there is one."""
    if _keys:
        data.mkdir(parents=True)
        (data / "service-account.pem").write_bytes(_keys[0])
        (data / "service-account.pem").chmod(0o600)


def keep_key(data):
    if not _keys:
        _keys.append((data / "service-account.pem").read_bytes())


class Stack:
    """Starts what it is made of; programs (fixture) stops it. Mappings are dictionaries as in schemas/example.yaml,
    without spreadsheet; `table` may lack the database. QUOTA: requests a minute, Google's 60; None: no limit. REPLICATOR,
    WEBHOOK: more keys of those sections; SANDBOX: more options; SCRIPT False: Code.gs is not installed."""

    def __init__(self, server, database, programs, folder, mappings, tables=ITEMS, replicator=None, start=True,
                 quota=None, webhook=None, sandbox=(), script=True, log_level="debug", google=None):
        self.server, self.database, self.folder = server, database, folder
        self.state_database = f"{database}_state"
        self.webhook_port, self.metrics_port = free_port(), free_port()
        self.sandbox_port = free_port()
        self.webhook_url = f"http://127.0.0.1:{self.webhook_port}/"
        self.google = Sandbox(f"http://127.0.0.1:{self.sandbox_port}/")
        self._make_tables(tables)

        self.sandbox = programs(
            "tabrelay-sandbox",
            ["--listen", f"127.0.0.1:{self.sandbox_port}", "--data", folder / "sandbox", "--quota", "off" if quota is None else "google",
             "--script", ROOT / "webhook/apps_script/Code.gs", *sandbox],
            ready_url=f"{self.google.base}/healthz")
        lend_key(folder / "sandbox")
        self.sandbox.start()
        keep_key(folder / "sandbox")
        self.mappings = [{**m, "table": m["table"] if "." in m["table"] else f"{database}.{m['table']}"}
                         for m in mappings]
        self.spreadsheet = self.google.create("test", [m["tab"] for m in self.mappings])
        self.config = folder / "tabrelay.yaml"
        self._write_config(replicator or {}, webhook or {}, {**({"reads_per_minute": quota, "writes_per_minute": quota} if quota else {}), **(google or {})}, log_level)
        self.grant()

        self.webhook = programs("tabrelay-webhook", ["--config", self.config], ready_url=self.webhook_url + "healthz")
        self.replicator = programs("tabrelay-replicator", ["--config", self.config],
                                   ready_url=f"http://127.0.0.1:{self.metrics_port}/readyz")
        if start:
            self.webhook.start()
            if script:
                self.google.install_script(self.spreadsheet, self.webhook_url, SECRET)
            self.replicator.start()

    def _make_tables(self, tables):
        self.server.script(tables, database=self.database)
        self.server.sql(f"CREATE DATABASE {self.state_database}")

    def user(self, role):
        """The name of a program's user: role is "replicator", "webhook" or "cli"."""
        return f"{self.database}_{role}"

    def grant(self, config=None):
        """Make our tables and the programs' users as an administrator does; again after tables or mappings came that were not there."""
        config = json.loads((config or self.config).read_text())
        config["mysql"].update(user=self.server.user, password=self.server.password)
        administrator = self.folder / "administrator.yaml"
        administrator.write_text(json.dumps(config, ensure_ascii=False))  # YAML has no pairs of escapes
        passwords = self.folder / "passwords"
        passwords.mkdir(exist_ok=True)
        for role in ("replicator", "webhook", "cli"):
            (passwords / self.user(role)).write_text(USER_PASSWORD)
        done = run("tabrelay", "--config", administrator, "init-db", "--users", self.database, "--passwords", passwords)
        assert done.returncode == 0, done.stderr
        administrator.unlink()
        return done.stdout

    def _write_config(self, replicator, webhook, google, log_level="debug"):
        credentials = self.folder / "service-account.json"
        credentials.write_text(json.dumps(self.google.credentials()))
        os.chmod(credentials, 0o600)
        # JSON is YAML.
        self.config.write_text(json.dumps({
            "instance": self.database, "log_level": log_level,
            "mysql": {"host": self.server.host, "port": self.server.port, "user": self.user("${TABRELAY_ROLE}"), "password": USER_PASSWORD,
                      "state_database": self.state_database},
            "google": {"base_url": self.google.base + "/", "credentials": str(credentials),
                       "reads_per_minute": 6000, "writes_per_minute": 6000, **google},
            "webhook": {"listen": f"127.0.0.1:{self.webhook_port}", "secret": SECRET,
                        "public_url": self.webhook_url, **webhook},
            "replicator": {"metrics_listen": f"127.0.0.1:{self.metrics_port}", **replicator},
            "mappings": [{"spreadsheet": self.spreadsheet, **m} for m in self.mappings],
        }, indent=2, ensure_ascii=False))

    def metric(self, name, /, **labels):
        """What the replicator shows: the sum of the series with these labels."""
        return exposition.metric(self.metrics_port, name, **labels)

    def cli(self, *arguments):
        done = run("tabrelay", "--config", self.config, *arguments)
        assert done.returncode == 0, f"tabrelay {' '.join(map(str, arguments))}: {done.stderr}"
        return done.stdout

    # MySQL's side

    def sql(self, statement, args=None):
        return self.server.sql(statement, args, database=self.database)

    def table(self, tab):
        """Headers and rows of the table behind TAB, rows as cells sorted by their text."""
        mapping = self.mapping(tab)
        connection = self.server.connect(init_command="SET time_zone = '+00:00'")
        with connection, connection.cursor() as cursor:
            columns = mapping.get("columns")
            names = [c if isinstance(c, str) else c["column"] for c in columns] if columns else None
            cursor.execute(f"SELECT {', '.join(f'`{n}`' for n in names) if names else '*'} FROM {mapping['table']}")
            headers = [c if isinstance(c, str) else c.get("header", c["column"]) for c in columns] if columns \
                else [d[0] for d in cursor.description]
            nullable = [d[6] for d in cursor.description]
            return headers, [[as_cell(v, n) for v, n in zip(row, nullable)] for row in cursor.fetchall()]

    # the sheet's side

    def mapping(self, tab):
        return next(m for m in self.mappings if m["tab"] == tab)

    def sheet_id(self, tab):
        return self.google.tab(self.spreadsheet, tab)["sheetId"]

    def act(self, action):
        """A person's action; {"tab": ...} names the tab."""
        return self.google.act(self.spreadsheet, {"user": PERSON, **action})

    def cells(self, tab):
        """The tab's cells as Google's REST gives them, typed: rows of None, bool, float or text."""
        answer = self.google.google("GET", f"/v4/spreadsheets/{self.spreadsheet}/values/{tab}"
                                    "?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER")
        rows = answer.get("values", [])
        return [[typed(v) for v in row] for row in rows]

    def grid(self, tab):
        """The tab's cells as the page gets them."""
        return self.google.rows(self.spreadsheet, self.sheet_id(tab))

    def row_of(self, tab, key, column=0):
        """0-based row of the tab whose cell in COLUMN is KEY, or None."""
        return next((i for i, row in enumerate(self.cells(tab)) if len(row) > column and same(row[column], key)), None)

    def differences(self, tab):
        """How tab and table differ, cell by cell; "" when they do not. Order of rows is the person's own."""
        headers, expected = self.table(tab)
        rows = self.cells(tab)
        if not rows:
            return "the tab is empty"
        try:
            places = [rows[0].index(h) for h in headers]
        except ValueError:
            return f"headers are {rows[0]}, not {headers}"
        found = [[row[p] if p < len(row) else None for p in places] for row in rows[1:]]
        found = [row for row in found if any(v is not None for v in row)]
        found.sort(key=lambda row: str(row))
        expected.sort(key=lambda row: str(row))
        if len(found) != len(expected):
            in_tab, in_table = set(map(str, found)), set(map(str, expected))
            return (f"{len(found)} rows in the tab, {len(expected)} in the table; the tab only: "
                    f"{[r for r in found if str(r) not in in_table][:5]}, the table only: "
                    f"{[e for e in expected if str(e) not in in_tab][:5]}")
        for a, b in zip(found, expected):
            if not like(a, b):
                return f"the tab has {a}, the table {b}"
        return ""

    def wait_equal(self, tab, timeout_s=30):
        """Wait until tab and table are equal, cell by cell."""
        last = [""]

        def equal():
            last[0] = self.differences(tab)
            return last[0] == ""
        try:
            wait_until(f"{tab} to equal its table", equal, timeout_s, every_s=0.1)
        except AssertionError as why:
            raise AssertionError(f"{why}: {last[0]}") from None


def typed(value):
    if value is None or value == "":
        return None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
