# SPDX-License-Identifier: Apache-2.0
"""The users of `tabrelay grants`: what they may is what the programs do, and nothing else. Every stack of the tests runs with them."""
import json
import re

import pymysql
import pytest

from programs import ROOT, run
from stack import USER_PASSWORD
from webhook import DE, Webhook, make_edit

LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*,?\s*"(?:[^"\\\n]|\\.)*")*')
VERBS = {"INSERT": r"INSERT (?:IGNORE )?INTO", "REPLACE": r"REPLACE INTO", "UPDATE": r"(?<!KEY )(?<!FOR )UPDATE", "DELETE": r"DELETE FROM",
         "SELECT": r"(?<!DELETE )FROM|JOIN"}
# What the sources do not show: the replicator sees a table's definition, by which it reads the binlog, only with some right on it; it prunes tables by
# a name that it puts in, and adds to what a row has. Both read the tabs of tabs_by by a statement that common/mysql/members.c puts together.
NOT_SHOWN = {"replicator": {"signals": {"SELECT", "DELETE"}, "edit_log": {"DELETE"}, "conflicts": {"DELETE"}, "pruned": {"SELECT"},
                            "member": {"SELECT"}, "family": {"SELECT"}}, "webhook": {"member": {"SELECT"}}}


def statements(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.c")):
            for match in LITERALS.finditer(path.read_text()):
                yield "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', match[0]))


def done_to(tables, *folders):
    """table -> what the statements in the sources of FOLDERS do to it."""
    needs = {}
    for text in statements(*folders):
        for verb, pattern in VERBS.items():
            for table in re.findall(rf"\b(?:{pattern}) (?:@\.|\.)?(\w+)\b", text):
                if table not in tables:
                    continue
                rights = {"REPLACE": {"INSERT", "DELETE"}}.get(verb, {verb})
                rights = rights | ({"UPDATE"} if verb == "INSERT" and "ON DUPLICATE KEY UPDATE" in text else set())
                rights = rights | ({"SELECT"} if verb in ("UPDATE", "DELETE") else set())  # of the columns of WHERE
                needs.setdefault(table, set()).update(rights)
    return needs


def printed(path):
    """role -> object -> rights, as `tabrelay grants` prints them."""
    grants = {}
    for line in run("tabrelay", "--config", path, "grants").stdout.splitlines():
        match = re.fullmatch(r"GRANT (.+) ON (.+) TO '.*_(replicator|webhook|cli)'@'%';", line)
        if match:
            grants.setdefault(match[3], {})[match[2]] = set(match[1].split(", "))
    return grants


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "tabrelay.yaml"
    path.write_text(json.dumps({"mysql": {"user": "u", "port": 9}, "google": {"credentials": "k.json"}, "webhook": {"secret": "x" * 16},
                                "mappings": [{"table": "shop.both", "spreadsheet": "1", "tab": "A"},
                                             {"table": "shop.shown", "spreadsheet": "1", "tab": "B", "direction": "to_sheet"}]}))
    return path


@pytest.mark.parametrize("role, folders", [("replicator", ["replicator", "common/daemon"]), ("webhook", ["webhook", "common/daemon"])])
def test_each_right_on_our_tables_is_used_and_each_that_is_used_is_given(config, role, folders):
    tables = set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", "".join(p.read_text() for p in (ROOT / "schemas").glob("state*.sql"))))
    assert "edit_log" in tables
    needs = done_to(tables, *folders)
    for table, rights in NOT_SHOWN[role].items():
        needs.setdefault(table, set()).update(rights)
    given = {name.split(".")[1].strip("`"): rights for name, rights in printed(config)[role].items() if name.startswith("`tabrelay`.")}
    assert given == needs


def test_of_other_tables_only_those_that_are_mapped_and_only_the_webhook_writes(config):
    grants = {role: {name: rights for name, rights in objects.items() if not name.startswith("`tabrelay`.")} for role, objects in printed(config).items()}
    foreign_keys = {"`shop`.*": {"REFERENCES"}}
    read, write = {"SELECT"}, {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert grants == {
        "replicator": {"*.*": {"REPLICATION SLAVE", "REPLICATION CLIENT"}, **foreign_keys, "`shop`.`both`": read, "`shop`.`shown`": read},
        "webhook": {"`shop`.`both`": write, "`shop`.`shown`": read},
        "cli": {"*.*": {"REPLICATION CLIENT"}, **foreign_keys, "`shop`.`both`": read, "`shop`.`shown`": read}}


def test_nothing_else_is_allowed(make_stack):
    stack = make_stack(start=False)
    stack.sql("CREATE TABLE unmapped (id INT NOT NULL PRIMARY KEY)")
    state = stack.state_database
    refused = {
        "SELECT * FROM unmapped": "all", "SELECT * FROM mysql.user": "all", "CREATE TABLE other (id INT)": "all", "DROP TABLE items": "all",
        "ALTER TABLE items ADD COLUMN x INT": "all", "TRUNCATE TABLE items": "all", "SELECT * FROM items INTO OUTFILE '/tmp/x'": "all",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE items": "all", "SET GLOBAL max_connections = 5": "all", "CREATE USER x IDENTIFIED BY 'x'": "all",
        "GRANT SELECT ON items TO current_user()": "all", "CREATE DATABASE x": "all", "FLUSH TABLES": "all", f"DROP TABLE {state}.edit_log": "all",
        f"DELETE FROM {state}.edit_log": ("webhook", "cli"), f"DELETE FROM {state}.conflicts": ("webhook", "cli"), f"CREATE TABLE {state}.x (id INT)": "all",
        "CREATE TRIGGER t BEFORE INSERT ON items FOR EACH ROW SET @x = 1": "all", "LOCK TABLES items WRITE": "all",
        f"UPDATE {state}.edit_log SET editor = ''": ("replicator", "cli"), f"UPDATE {state}.base SET hashes = ''": ("webhook", "cli"),
        f"UPDATE {state}.checkpoint SET position = ''": ("webhook", "cli"), f"UPDATE {state}.conflicts SET outcome = NULL": ("cli",),
        "UPDATE items SET note = ''": ("replicator", "cli"), "DELETE FROM items": ("replicator", "cli"), "INSERT INTO items (name) VALUES ('x')": ("replicator", "cli"),
        "SHOW BINARY LOGS": ("webhook",)}
    for role in ("replicator", "webhook", "cli"):
        connection = stack.server.connect(user=stack.user(role), password=USER_PASSWORD, database=stack.database)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM items")
            for statement, roles in refused.items():
                if roles != "all" and role not in roles:
                    continue
                with pytest.raises(pymysql.err.MySQLError) as why:
                    cursor.execute(statement)
                assert why.value.args[0] in (1044, 1045, 1142, 1143, 1227, 1290, 1410, 1370, 1419), (role, statement, why.value)


def test_a_right_that_is_missing_refuses_the_edit_and_is_told(server, database, programs, tmp_path):
    """One after another, each right on the mapped table: what needs it is refused, and all is well again with it."""
    hook = Webhook(server, database, programs, tmp_path)
    user = f"'{database}_webhook'@'%'"
    new = {"id": None, "country": None, "note": None, "seen": None}

    def insert():
        return hook.post([make_edit({**new, "title": "x"}, ["title"])], "Cities")

    def update():
        return hook.post([make_edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})])

    for right, table, act in (("INSERT", "cities", insert), ("UPDATE", "countries", update)):
        server.sql(f"REVOKE {right} ON {database}.{table} FROM {user}")
        before = hook.sql("SELECT * FROM @cities"), hook.sql("SELECT * FROM @countries")
        status, answer = act()
        assert status != 200 or answer["results"][0]["outcome"] == "rejected", (right, answer)
        assert (hook.sql("SELECT * FROM @cities"), hook.sql("SELECT * FROM @countries")) == before
        assert "tabrelay's database account may not change this table" in str(answer), (right, answer)
        server.sql(f"GRANT {right} ON {database}.{table} TO {user}")
        status, answer = act()
        assert status == 200 and answer["results"][0]["outcome"] == "applied", (right, answer)
    server.sql(f"DROP DATABASE {database}_state")
