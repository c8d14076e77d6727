# SPDX-License-Identifier: Apache-2.0
"""The command line against real servers: init-db, grants, check, status, snapshot, reconcile, deletes."""
import json
import os
import re
import time

import pymysql
import pytest

from programs import run, wait_until
from servers import free_port
from stack import SECRET

COMMANDS = ["init", "init-db", "grants", "check", "status", "snapshot", "reconcile", "deletes", "conflicts", "log", "undo", "plan", "verify", "events", "script", "doctor", "completion", "pause", "resume"]

TABLES = """
CREATE TABLE products (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(50) NOT NULL,
    shown VARCHAR(60) AS (CONCAT('#', name)) STORED
);
CREATE TABLE orders (id INT NOT NULL PRIMARY KEY, product INT NOT NULL, CONSTRAINT of_product
    FOREIGN KEY (product) REFERENCES products (id) ON DELETE CASCADE);
CREATE TABLE bare (a INT, b INT);
CREATE TABLE places (id INT NOT NULL PRIMARY KEY, spot POINT NULL);
"""


def findings_of(document):
    levels = {"ok": "ok", "warning": "warn", "failed": "fail", "skipped": "skip"}
    return [(levels[f["status"]], f["subject"], f["message"], f["remedy"]) for f in json.loads(document)["checks"]]


class Site:
    """A configuration for a database, and a way to run commands with it."""

    def __init__(self, server, database, folder, user="tester", password="tester-password"):
        self.server, self.database, self.folder = server, database, folder
        self.state = f"{database}_state"
        self.path = folder / "tabrelay.yaml"
        self.settings = {
            "instance": database.replace("_", "-"),
            "mysql": {"host": "127.0.0.1", "port": server.port, "user": user, "password": password,
                      "state_database": self.state},
            "google": {"credentials": "no-such-key.json"},
            "webhook": {"secret": "0123456789abcdef", "listen": f"127.0.0.1:{free_port()}"},
            "mappings": [
                {"table": f"{database}.products", "spreadsheet": "1AbC", "tab": "Products"},
                {"table": f"{database}.orders", "spreadsheet": "1AbC", "tab": "Orders", "direction": "to_sheet"},
            ],
        }

    def run(self, *arguments, code=0):
        self.path.write_text(json.dumps(self.settings))
        done = run("tabrelay", "--config", self.path, *arguments)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def check(self, code=1):
        """The findings as (level, what, detail, mend), the levels as the text calls them."""
        return findings_of(self.run("check", "--json", code=code).stdout)


@pytest.fixture
def site(server, database, tmp_path):
    server.script(TABLES, database=database)
    site = Site(server, database, tmp_path)
    yield site
    server.sql(f"DROP DATABASE IF EXISTS {site.state}")


def find(findings, level, text):
    """The finding of that level whose detail holds TEXT."""
    found = [f for f in findings if f[0] == level and text in f[2]]
    assert found, f"no {level} with {text!r} in {json.dumps(findings, indent=1)}"
    return found[0]


# without a server


def test_help_names_every_command():
    done = run("tabrelay", "--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", done.stdout, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_examples(command):
    done = run("tabrelay", command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: tabrelay [--config FILE] {command}")
    assert f"examples:\n  tabrelay {command}" in done.stdout


def test_the_version_is_the_project_s():
    done = run("tabrelay", "--version")
    header = (run.__globals__["ROOT"] / "common/version.h").read_text()
    version = re.search(r'#define TABRELAY_VERSION "(.+)"', header).group(1)
    assert done.stdout == f"tabrelay {version}\n"


@pytest.mark.parametrize("arguments, message", [
    ([], "tabrelay: a command is missing"),
    (["stats"], 'tabrelay: unknown command "stats"; did you mean "status"?'),
    (["frobnicate"], 'tabrelay: unknown command "frobnicate"'),
    (["help", "stats"], 'tabrelay: unknown command "stats"; did you mean "status"?'),
    (["status", "--jason"], 'tabrelay status: unknown option "--jason"'),
    (["status", "products"], 'tabrelay status: unexpected "products"'),
    (["status", "--watch", "nan"], 'tabrelay status: --watch: expected seconds from 0.2 to 3600, got "nan"'),
    (["log", "--outcome", "refused"],
     'tabrelay log: --outcome: expected applied, unchanged, conflict, rejected, waiting, stale or ignored, got "refused"'),
    (["--config"], "tabrelay: --config needs the name of a file"),
    (["reconcile"], "tabrelay reconcile: expected the name of a mapping, or --all"),
    (["init-db", "--users", "shop"], "tabrelay init-db: --users and --passwords belong together"),
    (["snapshot", "products", "--all"], "tabrelay snapshot: expected the name of a mapping, or --all"),
    (["pause"], "tabrelay pause: expected the name of a mapping, or --all"),
    (["resume", "products", "--all"], "tabrelay resume: expected the name of a mapping, or --all"),
    (["pause", "products", "--wait", "soon"], 'tabrelay pause: expected a whole number from 0 to 86400, got "soon"'),
    (["reload", "products"], 'tabrelay reload: unexpected "products"'),
    (["deletes", "refuse"], 'tabrelay deletes: unknown action "refuse"; there is: approve'),
    (["deletes", "approve"], "tabrelay deletes: expected the name of a mapping"),
])
def test_wrong_usage_is_status_2(arguments, message):
    done = run("tabrelay", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == message


PROGRAMS = [("tabrelay", ["status"]), ("tabrelay-replicator", []), ("tabrelay-webhook", ["-n"])]


@pytest.mark.parametrize("program, arguments", PROGRAMS)
def test_every_problem_of_a_configuration_is_shown(tmp_path, program, arguments):
    path = tmp_path / "bad.yaml"
    path.write_text("mysql: {user: u, prot: 3306}\nwebhook: {secret: short}\n")
    done = run(program, "--config", path, *arguments)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f'{path}:1:1: missing required key "google"',
        f'{path}:1:1: missing required key "mappings"',
        f'{path}:1:18: mysql.prot: unknown key; did you mean "port"?',
        f"{path}:2:19: webhook.secret: expected a secret of 16 to 1024 characters, got one of 5",
    ]


@pytest.mark.parametrize("program, arguments", PROGRAMS)
def test_a_configuration_that_is_not_there_is_named(tmp_path, program, arguments):
    done = run(program, "--config", tmp_path / "none.yaml", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (f"{program}: cannot read {tmp_path}/none.yaml: No such file or directory\n"
                           "  -> tabrelay init writes a configuration; --config FILE names another.\n")


def test_check_has_a_finding_for_a_configuration_that_is_not_there(tmp_path):
    done = run("tabrelay", "check", environment={"TABRELAY_CONFIG": str(tmp_path / "none.yaml")})
    assert done.returncode == 1
    assert f"fail  config: cannot read {tmp_path}/none.yaml: No such file or directory\n      -> tabrelay init" in done.stdout


# init-db


def test_init_db_makes_the_state_database_once(site):
    assert site.run("init-db").stdout == f"{site.state}: made, version 7\n"
    assert site.run("init-db").stdout == f"{site.state}: version 7, nothing to do\n"
    tables = {row[0] for row in site.server.sql("SHOW TABLES", database=site.state)}
    assert tables == {"schema_version", "edit_log", "base", "checkpoint", "mapping_state", "signals", "lease",
                      "watermark", "mapped_table", "conflicts", "tombstone", "sent_batch", "pause", "reload", "process",
                      "pruned", "member", "family"}
    assert site.server.sql("SELECT version FROM schema_version", database=site.state) == [(1,), (2,), (3,), (4,), (5,), (6,), (7,)]


def test_what_init_db_prints_makes_the_same(site):
    site.server.script(site.run("init-db", "--print").stdout)
    assert site.run("init-db").stdout == f"{site.state}: version 7, nothing to do\n"


def test_init_db_refuses_a_newer_state_database(site):
    site.run("init-db")
    site.server.sql("INSERT INTO schema_version (version) VALUES (99)", database=site.state)
    done = site.run("init-db", code=1)
    assert done.stderr == f"tabrelay: {site.state} has version 99 and this program knows 7: it is too old\n"


def test_init_db_goes_on_where_it_was_interrupted(site):
    site.server.sql(f"CREATE DATABASE {site.state}")
    site.server.sql("CREATE TABLE schema_version (version INT UNSIGNED NOT NULL PRIMARY KEY, applied_at TIMESTAMP(3) "
                    "NOT NULL DEFAULT CURRENT_TIMESTAMP(3))", database=site.state)
    assert site.run("init-db").stdout == f"{site.state}: made, version 7\n"


# grants


def test_the_grants_are_accepted_and_are_enough(site):
    site.run("init-db")
    names = ["replicator", "webhook", "cli"]
    sql = site.run("grants").stdout
    user = f"g{site.database}"
    try:
        site.server.script(sql.replace("'tester_", f"'{user}_").replace("'...'", "'a-Long-Passw0rd'"))
        site.settings["mysql"].update(user=f"{user}_cli", password="a-Long-Passw0rd")
        site.run("status")
        site.run("reconcile", "products")

        def may(name, statement):
            site.server.sql(statement, user=f"{user}_{name}", password="a-Long-Passw0rd", database=site.database)

        may("webhook", "INSERT INTO products (name) VALUES ('a')")
        may("webhook", f"INSERT INTO {site.state}.signals (kind, mapping, created_at) VALUES ('reconcile', 'x', NOW())")
        may("replicator", f"INSERT INTO {site.state}.watermark VALUES ('x', 1)")
        may("replicator", "SELECT * FROM orders")
        for name, statement in [("webhook", "INSERT INTO orders VALUES (1, 1)"),
                                ("webhook", f"DELETE FROM {site.state}.edit_log"),
                                ("replicator", "DELETE FROM products"),
                                ("replicator", f"UPDATE {site.state}.edit_log SET editor = 'x'"),
                                ("cli", "DELETE FROM products"),
                                ("cli", f"DELETE FROM {site.state}.base")]:
            with pytest.raises(pymysql.err.OperationalError, match="denied"):
                may(name, statement)
        for name in names:  # each is asked for what its own program needs
            site.settings["mysql"]["user"] = f"{user}_{name}"
            assert find(site.check(), "ok", f"'{user}_{name}'@'%' has what its program needs")
        site.server.sql(f"REVOKE INSERT ON {site.database}.products FROM '{user}_webhook'@'%'")
        site.settings["mysql"]["user"] = f"{user}_webhook"
        assert find(site.check(), "fail", "lacks INSERT on")
    finally:
        for name in names:
            site.server.sql(f"DROP USER IF EXISTS '{user}_{name}'@'%'")


def test_init_db_makes_the_users_of_grants_with_passwords_from_files(site, tmp_path):
    user = f"u{site.database}"
    names = [f"{user}_{role}" for role in ("replicator", "webhook", "cli")]
    for name in names:
        (tmp_path / name).write_text(f"it's \\ {name}\n")
    options = ("--users", user, "--passwords", tmp_path)
    try:
        assert site.run("init-db", *options).stdout == f"users: {', '.join(names)}\n{site.state}: made, version 7\n"
        for name in names:
            shown = {row[0] for row in site.server.sql(f"SHOW GRANTS FOR '{name}'@'%'")}
            site.settings["mysql"].update(user=user)
            printed = [line.rstrip(";") for line in site.run("grants").stdout.splitlines() if f"TO '{name}'" in line]
            assert len(shown) == len(printed) + (not any("ON *.*" in line for line in printed))
            site.settings["mysql"].update(user="tester")
        (tmp_path / names[2]).write_text("another\n")
        site.run("init-db", *options)
        site.settings["mysql"].update(user=names[2], password="another")
        site.run("status")
    finally:
        for name in names:
            site.server.sql(f"DROP USER IF EXISTS '{name}'@'%'")


def test_init_db_without_a_password_makes_no_user(site, tmp_path):
    user = f"n{site.database}"
    (tmp_path / f"{user}_replicator").write_text("secret")
    done = site.run("init-db", "--users", user, "--passwords", tmp_path, code=1)
    assert done.stderr.splitlines() == [
        f"tabrelay: the password of '{user}_webhook'@'%': cannot read {tmp_path}/{user}_webhook: No such file or directory",
        "  -> Put the user's password into the file's first line."]
    assert not site.server.sql("SELECT user FROM mysql.user WHERE user LIKE %s", (f"{user}%",))


def test_init_db_waits_for_a_server_that_is_not_there(site):
    site.settings["mysql"]["port"] = free_port()
    start = time.monotonic()
    site.run("init-db", "--wait", "1", code=1)
    assert time.monotonic() - start > 1


def test_grants_without_a_server_are_for_mysql(site):
    site.settings["mysql"]["port"] = free_port()
    done = site.run("grants")
    assert "REPLICATION CLIENT" in done.stdout
    assert "cannot ask the server" in done.stderr


# check


def test_check_of_a_good_server_finds_only_what_is_not_there_yet(site):
    site.run("init-db")
    findings = site.check()
    what_failed = {f[1] for f in findings if f[0] == "fail"}
    assert what_failed == {"files", "google", "webhook"}, findings
    name = "MariaDB" if site.server.flavour == "mariadb" else "MySQL"
    assert find(findings, "ok", f"{name} {site.server.version()} at 127.0.0.1 as tester")
    assert find(findings, "ok", "binlog_format is ROW")
    assert find(findings, "ok", "has what both programs need")
    assert find(findings, "ok", f"{site.state} has version 7")
    assert find(findings, "ok", f"`{site.database}`.`products`, key `id`, 3 columns")
    assert find(findings, "ok", 'column "shown" is generated: people cannot edit it')
    assert find(findings, "fail", "/healthz")[3].startswith("Start tabrelay-webhook")


def test_check_warns_of_cascades_where_the_binlog_does_not_say_them(site):
    site.run("init-db")
    warned = [f for f in site.check() if "foreign key of_product (ON DELETE CASCADE" in f[2]]
    assert bool(warned) == (site.server.flavour == "mariadb")  # MySQL logs them since 9.6


def test_check_before_init_db_says_so(site):
    level, what, _, mend = find(site.check(), "fail", site.state)
    assert (level, what, mend) == ("fail", "state", "tabrelay init-db")


def test_check_names_what_is_wrong_with_a_table(site):
    site.run("init-db")
    site.settings["mappings"] = [
        {"table": f"{site.database}.nothing", "spreadsheet": "1AbC", "tab": "A"},
        {"table": f"{site.database}.bare", "spreadsheet": "1AbC", "tab": "B"},
        {"table": f"{site.database}.places", "spreadsheet": "1AbC", "tab": "C"},
        {"table": f"{site.database}.products", "spreadsheet": "1AbC", "tab": "D", "key": ["name"],
         "columns": ["id", "name", "colour"]},
    ]
    findings = site.check()
    quoted = f"`{site.database}`"
    assert "no such table" in find(findings, "fail", f"{quoted}.`nothing`")[2]
    assert find(findings, "fail", f"{quoted}.`bare` has no primary key")[3].startswith(
        f"ALTER TABLE {quoted}.`bare` ADD COLUMN id")
    assert find(findings, "fail", 'column "spot" is a point')[1] == "mapping places"
    assert find(findings, "fail", f'{quoted}.`products` has no column "colour"')
    assert find(findings, "fail", "no unique key of")[3] == f"ALTER TABLE {quoted}.`products` ADD UNIQUE KEY (`name`);"


def test_check_prints_how_to_mend_below_the_line(site):
    lines = site.run("check", code=1).stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("fail  state: "))
    assert lines[at + 1] == "      -> tabrelay init-db"
    assert re.fullmatch(r"\d+ ok, \d+ warnings?, \d+ failed, \d+ skipped", lines[-1])


def test_check_of_a_server_that_is_down_goes_on(site):
    site.settings["mysql"]["port"] = free_port()
    findings = site.check()
    assert find(findings, "fail", "connect to 127.0.0.1")[1] == "mysql"
    assert [f for f in findings if f[1] == "webhook"]


def test_check_names_the_sql_that_mends_the_binlog(own_server, tmp_path):
    own_server.sql("CREATE DATABASE shop")
    own_server.script(TABLES, database="shop")
    own_server.sql("SET GLOBAL binlog_format = 'STATEMENT'")
    own_server.sql("SET GLOBAL binlog_row_image = 'MINIMAL'")
    own_server.sql("SET GLOBAL binlog_row_metadata = 'MINIMAL'")
    site = Site(own_server, "shop", tmp_path)
    site.run("init-db")
    findings = site.check()
    verb = "SET GLOBAL" if own_server.flavour == "mariadb" else "SET PERSIST"
    for level, name, value in [("fail", "binlog_format", "ROW"), ("warn", "binlog_row_image", "FULL"),
                               ("warn", "binlog_row_metadata", "FULL")]:
        mend = find(findings, level, f"{name} is ")[3].splitlines()[0]
        assert mend == f"{verb} {name} = '{value}';"
        own_server.sql(mend)
    findings = site.check()
    assert not [f for f in findings if f[0] != "ok" and f[1] == "mysql"], findings


def test_check_names_missing_privileges_with_their_grant(site):
    site.run("init-db")
    user = f"p{site.database}"
    site.server.sql(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'a-Long-Passw0rd'")
    try:
        site.server.sql(f"GRANT SELECT ON `{site.database}`.* TO '{user}'@'%'")
        site.server.sql(f"GRANT ALL PRIVILEGES ON `{site.state}`.* TO '{user}'@'%'")
        site.settings["mysql"].update(user=user, password="a-Long-Passw0rd")
        findings = site.check()
        for _ in range(9):
            missing = [f for f in findings if f[1] == "privileges" and f[0] != "ok"]
            assert bool(missing) != bool([f for f in findings if f[1] == "privileges" and f[0] == "ok"]), findings
            for finding in missing:
                site.server.sql(finding[3])
            findings = site.check()
        assert not [f for f in findings if f[1] == "privileges" and f[0] != "ok"], findings
    finally:
        site.server.sql(f"DROP USER '{user}'@'%'")


# status, signals


def fill_status(site):
    instance = site.settings["instance"]
    site.server.sql(
        "INSERT INTO mapping_state (mapping, instance, spreadsheet, sheet_id, snapshot, snapshot_rows, state, "
        "sheet_rows, held_deletes, lag_ms, last_change_at, last_error, last_error_at, spreadsheet_cells) VALUES "
        "('products', %s, '1AbC', 0, 'done', 7, 'streaming', 1234, 0, 312, UTC_TIMESTAMP(3), '', NULL, 8500000), "
        "('orders', %s, '1AbC', 5, 'running', 300, 'error', 300, 42, NULL, NULL, 'sheets: 403', '2026-01-02 03:04:05', NULL)",
        (instance, instance), database=site.state)
    site.server.sql("INSERT INTO checkpoint VALUES (%s, 'file:binlog.000001:4', UTC_TIMESTAMP(3))", (instance,),
                    database=site.state)
    site.server.sql(
        "INSERT INTO conflicts (mapping, key_hash, row_key, kind, policy, state, edit_id, editor, edited_at, opened_at) "
        "SELECT 'orders', '', '[\"1\"]', 'update_update', 'manual', state, 'e', 'ann', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) "
        "FROM (SELECT 'open' AS state UNION ALL SELECT 'open' UNION ALL SELECT 'resolved') AS states", database=site.state)


def test_status_before_the_replicator_has_run(site):
    site.run("init-db")
    lines = site.run("status").stdout.splitlines()
    assert lines[0] == f"instance {site.settings['instance']}: run by no replicator now"
    assert lines[1] == f"instance {site.settings['instance']}: no checkpoint yet; has the replicator been started?"
    assert lines[3].split() == ["MAPPING", "STATE", "SNAPSHOT", "ROWS", "LAG", "LAST", "CHANGE", "HELD", "DELETES",
                                "CONFLICTS", "FULL"]
    assert lines[4].split()[:3] == ["products", "not", "started"]


def test_status_is_an_aligned_table_and_fails_on_an_error(site):
    site.run("init-db")
    fill_status(site)
    lines = site.run("status", code=1).stdout.splitlines()
    assert lines[1].endswith("s ago, file:binlog.000001:4")
    at = [lines[3].index(h) for h in ("STATE", "SNAPSHOT", "ROWS", "LAG", "LAST CHANGE", "HELD DELETES", "CONFLICTS", "FULL")]
    first, second = [[line[a:b].strip() for a, b in zip([0, *at], [*at, None])] for line in lines[4:6]]
    assert first[:5] == ["products", "streaming", "done", "1234", "312 ms"]
    assert first[6:] == ["0", "0", "85 %"]
    assert second == ["orders", "error", "running (300 rows)", "300", "-", "-", "42", "2", "-"]
    assert "orders: last error, 2026-01-02 03:04:05.000 UTC: sheets: 403" in lines
    assert "  -> tabrelay deletes approve orders" in lines
    assert "orders: 2 conflicts wait for a decision" in lines and "  -> tabrelay conflicts orders" in lines


def test_status_as_json(site):
    site.run("init-db")
    fill_status(site)
    answer = json.loads(site.run("status", "--json", code=1).stdout)
    assert answer["position"] == "file:binlog.000001:4" and answer["is_running"] is False and "holder" not in answer
    assert [m["mapping"] for m in answer["mappings"]] == ["products", "orders"]
    assert answer["mappings"][0]["lag_ms"] == 312
    assert answer["mappings"][1]["held_deletes"] == 42
    assert [m["open_conflicts"] for m in answer["mappings"]] == [0, 2]
    assert answer["mappings"][1]["lag_ms"] is None


def test_status_without_a_state_database_says_what_to_do(site):
    done = site.run("status", code=1)
    assert done.stderr.splitlines()[-1] == "  -> Make the state database: tabrelay init-db."


def signals(site):
    return site.server.sql("SELECT kind, mapping FROM signals ORDER BY id", database=site.state)


def test_signals_are_rows(site):
    site.run("init-db")
    assert site.run("reconcile", "products").stdout == "products: reconcile asked for\n"
    site.run("snapshot", "--all")
    site.run("deletes", "approve", "orders")
    assert signals(site) == [("reconcile", "products"), ("snapshot", "products"), ("snapshot", "orders"),
                             ("approve_deletes", "orders")]


def test_a_signal_for_an_unknown_mapping_is_refused(site):
    site.run("init-db")
    done = site.run("reconcile", "product", code=2)
    assert done.stderr.splitlines()[0] == f'tabrelay reconcile: {site.path} has no mapping "product"; did you mean "products"?'
    assert signals(site) == []


def test_held_deletes_are_listed(site):
    site.run("init-db")
    assert site.run("deletes").stdout == "no deletes wait for approval\n"
    fill_status(site)
    assert site.run("deletes").stdout.splitlines()[0] == "orders: 42 rows are gone from the tab and still in MySQL"
    assert json.loads(site.run("deletes", "--json").stdout) == [{"mapping": "orders", "held_deletes": 42, "keys": None}]


def test_output_that_nobody_reads_does_no_harm(site):
    """A closed pipe ends the command without a word."""
    site.run("init-db")
    status = os.system(f"{run.__globals__['BUILD']}/tabrelay --config {site.path} check | head -1 >/dev/null")
    assert os.waitstatus_to_exitcode(status) == 0


# with everything running


def test_check_of_a_running_stack_finds_nothing_wrong(stack):
    wait_until("the snapshot", lambda: json.loads(stack.cli("status", "--json"))["mappings"][0]["snapshot"] == "done")
    findings = json.loads(stack.cli("check", "--json"))["checks"]
    assert [f["id"] for f in findings if f["status"] != "ok"] == ["script.seen"]
    details = [f["message"] for f in findings]
    assert 'tab "Items" has its 8 headers' in details
    assert any(re.fullmatch(r"spreadsheet \S+ can be reached, 1 tab", d) for d in details)
    assert any(d.endswith("/healthz answers") for d in details)
    assert f"Drive tells of changes of spreadsheet {stack.spreadsheet}" in details


def test_check_names_what_is_wrong_with_a_sheet(make_stack):
    stack = make_stack(mappings=({"table": "items", "tab": "Items", "columns": ["id", "name", "price"]},), start=False)
    settings = json.loads(stack.config.read_text())
    settings["mappings"][0]["sheet_changes"] = "poll"
    settings["mappings"].append({**settings["mappings"][0], "name": "other", "tab": "Nowhere", "table": "a.b"})
    settings["mappings"].append({**settings["mappings"][0], "name": "strange", "spreadsheet": "nothing", "table": "a.c"})
    stack.config.write_text(json.dumps(settings))
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "files.get", "status": 403}])
    for column, header in enumerate(["id", "price"]):
        stack.act({"action": "edit", "tab": "Items", "row": 0, "column": column, "value": header})
    done = run("tabrelay", "--config", stack.config, "check", "--json")
    assert done.returncode == 1
    findings = findings_of(done.stdout)
    assert find(findings, "fail", "the edits of mapping items are found through Drive, and it refuses: drive: ")[3].startswith("Switch")
    assert find(findings, "warn", 'tab "Items" lacks the headers "name"')[1] == "mapping items"
    assert find(findings, "fail", 'the spreadsheet has no tab "Nowhere"')[1] == "mapping other"
    assert find(findings, "fail", "spreadsheet nothing: ")[1] == "google"


def test_a_snapshot_that_was_asked_for_writes_the_table_again(stack):
    stack.sql("INSERT INTO items (name) VALUES ('lamp'), ('chair')")
    stack.wait_equal("Items")
    before = json.loads(stack.cli("status", "--json"))["mappings"][0]
    assert before["state"] == "streaming"
    stack.cli("snapshot", "items")
    wait_until("the snapshot", lambda: (lambda m: m["snapshot"] == "done" and m["sheet_rows"] == 2)(
        json.loads(stack.cli("status", "--json"))["mappings"][0]))
    stack.wait_equal("Items")


def test_both_programs_run_with_the_users_that_grants_prints(make_stack):
    stack = make_stack(start=False)
    user = f"r{stack.database}"
    settings = json.loads(stack.config.read_text())
    sql = stack.cli("grants").replace(f"'{stack.database}_", f"'{user}_").replace("'...'", "'a-Long-Passw0rd'")
    stack.server.script(sql)
    try:
        for program, role in [(stack.webhook, "webhook"), (stack.replicator, "replicator")]:
            settings["mysql"].update(user=f"{user}_{role}", password="a-Long-Passw0rd")
            path = stack.folder / f"{role}.yaml"
            path.write_text(json.dumps(settings))
            program.arguments[-1] = str(path)
        stack.webhook.start()
        stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
        stack.sql("INSERT INTO items (name) VALUES ('lamp')")
        stack.replicator.start()
        stack.wait_equal("Items")
        stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "a lamp"})
        wait_until("the edit in MySQL", lambda: stack.sql("SELECT name FROM items") == [("a lamp",)])
        stack.wait_equal("Items")
        stack.replicator.stop()
        stack.webhook.stop()
    finally:
        for role in ("replicator", "webhook", "cli"):
            stack.server.sql(f"DROP USER IF EXISTS '{user}_{role}'@'%'")
