# SPDX-License-Identifier: Apache-2.0
"""`tabrelay doctor`: what a bug report needs is in it, and nothing that is a secret or a person's."""
import json
import os
import re
import stat

from programs import run, wait_until
from stack import PERSON, SECRET, USER_PASSWORD

PLANTED = ["Zq-cell-value", "Zq-typed-value", "zq-where-secret", "zq-rule-secret"]
TABLE = """
CREATE TABLE items (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL, qty INT NOT NULL DEFAULT 0,
    kind ENUM('zq-label-secret', 'b') NULL);
"""


def test_the_report_of_a_busy_stack_has_no_secret_and_no_cell(make_stack):
    stack = make_stack(mappings=[{"table": "items", "tab": "Items", "where": "name <> 'zq-where-secret'", "columns": [
        "id", {"column": "name", "header": "zq-header-secret"}, {"column": "qty", "rule": "IF(mysql.name = 'zq-rule-secret', 1, sheet.qty)"}, "kind"]}],
        tables=TABLE)
    stack.sql(f"INSERT INTO items (name) VALUES ('{PLANTED[0]}')")
    wait_until("the row", lambda: stack.row_of("Items", PLANTED[0], 1) == 1)
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 2, "value": PLANTED[1]})  # no number: refused
    wait_until("the refusal", lambda: stack.sql(f"SELECT message FROM {stack.state_database}.edit_log WHERE outcome = 'rejected'"))
    key = json.loads((stack.folder / "service-account.json").read_text())
    report = stack.cli("doctor")
    assert PLANTED[1] in str(stack.sql(f"SELECT message FROM {stack.state_database}.edit_log")), "the message must hold what is looked for"

    secrets = [SECRET, USER_PASSWORD, key["private_key_id"], key["client_email"], PERSON, stack.spreadsheet, "zq-label-secret", "zq-header-secret",
               *PLANTED, *[line for line in key["private_key"].splitlines() if len(line) > 20], stack.google.token()]
    assert [s for s in secrets if s.lower() in report.lower()] == []
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w+|-----BEGIN|Bearer", report)

    for section in ["Program", "Configuration", "Server", "Tables", "State database", "What check finds", "Metrics of the replicator",
                    "Metrics of the webhook"]:
        assert f"\n## {section}\n" in report
    assert "- mapping 1: direction both, conflict sheet_wins" in report
    assert re.search(r"^- table of mapping 1: InnoDB, key of 1 columns; int(\(11\))? auto_increment, varchar\(40\), int(\(11\))?, enum null$", report, re.M)
    assert re.search(r"^- script \| upsert \| rejected \| 1 \|", report, re.M)
    assert re.search(r"^- streaming \| done \| ", report, re.M)
    assert "\n- binlog_format = ROW\n" in report and "tabrelay_" in report


def test_a_report_is_made_also_when_nothing_works(tmp_path):
    path = tmp_path / "tabrelay.yaml"
    path.write_text(json.dumps({
        "mysql": {"user": "u", "password": "zq-password", "host": "zq-host.invalid"}, "google": {"credentials": "zq-none.json"},
        "webhook": {"secret": "zq-webhook-secret", "listen": "127.0.0.1:9", "public_url": "https://zq-hook.invalid/"},
        "mappings": [{"table": "a.b", "spreadsheet": "1AbC", "tab": "B"}]}))
    done = run("tabrelay", "--config", path, "doctor", "--output", tmp_path / "report.md")
    assert done.returncode == 0, done.stderr
    report = (tmp_path / "report.md").read_text()
    assert "cannot be reached" in report and "zq-" not in report.replace("zq-none.json", "")
    assert stat.S_IMODE(os.stat(tmp_path / "report.md").st_mode) == 0o600
    again = run("tabrelay", "--config", path, "doctor", "--output", tmp_path / "report.md")
    assert again.returncode == 1 and "File exists" in again.stderr


def test_a_configuration_that_cannot_be_read_is_told_without_its_values(tmp_path):
    path = tmp_path / "tabrelay.yaml"
    path.write_text("mysql: {user: u, password: [zq-password]}\nwebhook: {secret: zq-short}\n")
    report = run("tabrelay", "--config", path, "doctor").stdout
    assert "It cannot be read" in report and "zq-" not in report and "missing required key" in report
