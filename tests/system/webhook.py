# SPDX-License-Identifier: Apache-2.0
"""The webhook alone: its program, its tables, signed requests."""
import hashlib
import hmac
import http.client
import json
import time
import uuid

import exposition
from held import hash64
from programs import run
from servers import free_port

PASSWORD = "webhook-password"
SECRET = "a-secret-for-tests-0123456789"
SHEET = "SPREADSHEET_1"

TABLES = """
CREATE TABLE {db}.countries (
    code CHAR(2) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY,
    name VARCHAR(40) NOT NULL,
    area DECIMAL(10,1) NULL,
    since DATE NULL,
    tld VARCHAR(10) NULL UNIQUE,
    people INT UNSIGNED NULL,
    kind ENUM('land', 'island') NOT NULL DEFAULT 'land',
    label VARCHAR(60) AS (CONCAT(name, '!')) STORED,
    version INT NOT NULL DEFAULT 1,
    CONSTRAINT people_known CHECK (people IS NULL OR people > 0)
);
CREATE TRIGGER {db}.countries_version BEFORE UPDATE ON {db}.countries FOR EACH ROW SET NEW.version = OLD.version + 1;
CREATE TABLE {db}.cities (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    country CHAR(2) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NULL,
    title VARCHAR(20) NOT NULL,
    note TEXT NULL,
    seen DATETIME(3) NULL,
    CONSTRAINT in_country FOREIGN KEY (country) REFERENCES {db}.countries (code)
);
CREATE TABLE {db}.stock (
    shop VARCHAR(10) NOT NULL,
    item DECIMAL(20,2) NOT NULL,
    day DATE NOT NULL,
    pieces BIGINT NULL,
    PRIMARY KEY (shop, item, day)
);
CREATE TABLE {db}.shown (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);
CREATE TABLE {db}.mine (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);
INSERT INTO {db}.countries (code, name, area, since, tld, people) VALUES
    ('DE', 'Germany', 357.0, '1990-10-03', '.de', 83), ('FR', 'France', 551.5, NULL, '.fr', 67);
INSERT INTO {db}.cities (id, country, title) VALUES (1, 'DE', 'Berlin'), (2, NULL, 'Atlantis');
INSERT INTO {db}.stock VALUES ('main', 12345678901234567.25, '2024-02-29', 9007199254740993);
INSERT INTO {db}.shown VALUES (1, 'one');
INSERT INTO {db}.mine VALUES (1, 'one');
"""

CONFIG = """
instance: test
log_level: debug
mysql: {{host: 127.0.0.1, port: {server.port}, user: "{user}", password: {password}, state_database: {db}_state, tls: off}}
google: {{credentials: unused.json}}
webhook: {{listen: "127.0.0.1:{port}", secret: {secret}, max_body: {max_body}, threads: 4}}
mappings:
  - table: {db}.countries
    spreadsheet: {sheet}
    tab: Countries
    columns:
      - {{column: code, header: Code}}
      - {{column: name, header: Name}}
      - {{column: area, header: Area}}
      - {{column: since, header: Since}}
      - {{column: tld, header: Domain}}
      - {{column: people, header: People}}
      - {{column: kind, header: Kind}}
      - {{column: label, header: Label}}
      - {{column: version, header: Version, direction: to_sheet}}
  - {{table: {db}.cities, spreadsheet: {sheet}, tab: Cities}}
  - {{table: {db}.stock, spreadsheet: {sheet}, tab: Stock}}
  - {{table: {db}.shown, spreadsheet: {sheet}, tab: Shown, direction: to_sheet}}
  - {{table: {db}.mine, spreadsheet: {sheet}, tab: Mine, conflict: mysql_wins}}
  - {{table: {db}.missing, spreadsheet: {sheet}, tab: Missing}}
"""

DE = {"Code": "DE", "Name": "Germany", "Area": 357, "Since": {"date": "1990-10-03"}, "Domain": ".de", "People": 83,
      "Kind": "land", "Label": "Germany!", "Version": 1}


class Webhook:
    """Its user may do what `tabrelay grants` says, and no more."""

    def __init__(self, server, db, programs, folder, more_tables="", more_mappings="", max_body="64KiB"):
        self.server, self.db = server, db
        self.port = free_port()
        path = folder / "tabrelay.yaml"

        def write(user, password):
            path.write_text(CONFIG.format(server=server, db=db, port=self.port, secret=SECRET, sheet=SHEET, user=user, password=password,
                                          max_body=max_body) + more_mappings)

        server.script(TABLES.format(db=db) + more_tables.format(db=db))
        for role in ("replicator", "webhook", "cli"):
            (folder / f"{db}_{role}").write_text(PASSWORD)
        write(server.user, server.password)
        self.make_users = ["--config", path, "init-db", "--users", db, "--passwords", folder]
        self.grant(keep_missing="missing" in more_tables)
        write(f"{db}_${{TABRELAY_ROLE}}", PASSWORD)
        self.program = programs("tabrelay-webhook", ["--config", path],
                                ready_url=f"http://127.0.0.1:{self.port}/healthz")
        self.program.start()

    def grant(self, keep_missing=False):
        """As an administrator; the table `missing` is there at least for that long, for rights are given on tables that are."""
        self.sql("CREATE TABLE IF NOT EXISTS @missing (id INT NOT NULL PRIMARY KEY)")
        done = run("tabrelay", *self.make_users)
        assert done.returncode == 0, done.stderr
        if not keep_missing:
            self.sql("DROP TABLE @missing")

    def sql(self, statement, args=None):
        return self.server.sql(statement.replace("@", f"{self.db}."), args)

    def state(self, statement, args=None):
        return self.server.sql(statement.replace("@", f"{self.db}_state."), args)

    def request(self, method, path, body=b"", headers=None, sign=True, secret=SECRET, age_s=0):
        if isinstance(body, str):
            body = body.encode()
        headers = dict(headers or {})
        if sign:
            stamp = str(int(time.time()) - age_s)
            mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers = {"X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": "v1=" + mac, **headers}
            self.signed = stamp, "v1=" + mac
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            text = response.read().decode()
            self.headers = dict(response.getheaders())
            return response.status, json.loads(text) if "json" in response.getheader("Content-Type", "") else text
        finally:
            connection.close()

    def post(self, edits, tab="Countries", source="script", **more):
        place = {} if "mapping" in more else {"spreadsheet": SHEET, "tab": tab}
        body = {"version": 1, **place, "editor": "ann@example.com", "source": source,
                "edits": edits, **more}
        return self.request("POST", "/v1/edits", json.dumps(body))

    def edit(self, cells, edited=None, tab="Countries", **more):
        """One edit; its result."""
        status, answer = self.post([make_edit(cells, edited, **more)], tab, more.pop("source", "script"))
        assert status == 200, answer
        assert len(answer["results"]) == 1
        return answer["results"][0]

    def delete(self, key, row_key, tab, **more):
        """A delete that a comparison found; its result."""
        hashes, = self.state("SELECT hashes FROM @base WHERE mapping = %s AND row_key = %s", [tab.lower(), row_key])
        found = make_edit(key, kind="delete", base={"*": digest(hashes[0])}, **more)
        status, answer = self.post([found], tab, "found")
        assert status == 200, answer
        return answer["results"][0]

    def log(self, edit_id):
        columns = ("mapping", "source", "kind", "operation", "row_key", "sheet_row", "edited_columns", "editor", "cells",
                   "before_values", "after_values", "outcome", "message", "answer", "HEX(key_hash)", "position", "same_as", "HEX(content_hash)")
        rows = self.state(f"SELECT {', '.join(columns)} FROM @edit_log WHERE edit_id = %s", [edit_id])
        return dict(zip(columns, rows[0])) if rows else None

    def base(self, mapping="countries"):
        """row_key -> number of hashes."""
        return {key: length // 12 for key, length in
                self.state("SELECT row_key, LENGTH(hashes) FROM @base WHERE mapping = %s", [mapping])}

    def metric(self, name, /, **labels):
        return exposition.metric(self.port, name, **labels)


def digest(data):
    """As common/hash.h has it."""
    return f"{hash64(data):016x}"


def make_edit(cells, edited=None, **more):
    more.pop("source", None)
    return {"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000), "cells": cells,
            "edited": edited or [], **more}
