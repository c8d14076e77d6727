# SPDX-License-Identifier: Apache-2.0
"""`tabrelay check` of a whole stack, its JSON for machines, and what it says of files, clocks and what runs."""
import json
import os
import re

from programs import ROOT, run, wait_until
from servers import free_port
from test_cli import Site

STATUSES = {"ok", "warning", "failed", "skipped"}


def checks(path, code=0):
    """id -> [(status, message, remedy)]"""
    done = run("tabrelay", "--config", path, "check", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == code == (0 if answer["ok"] else 1), done.stdout
    found = {}
    for check in answer["checks"]:
        assert list(check) == ["id", "subject", "status", "message", "remedy"]
        assert check["status"] in STATUSES and re.fullmatch(r"[a-z]+(\.[a-z_]+)?", check["id"])
        assert check["remedy"] or check["status"] in ("ok", "skipped") or check["id"] in ("config", "mapping.key")
        found.setdefault(check["id"], []).append((check["status"], check["message"], check["remedy"]))
    assert answer["counts"] == {s: sum(c["status"] == s for c in answer["checks"]) for s in STATUSES}
    return found


def test_a_stack_that_runs_has_nothing_failed_and_what_is_missing_is_named(make_stack):
    stack = make_stack(start=False)
    stack.webhook.start()
    found = checks(stack.config)
    assert found["replicator.running"][0][:2] == ("warning", f"instance {stack.database} is run by no replicator now")
    assert found["script.seen"][0][0] == "warning" and "tabrelay script" in found["script.seen"][0][2]
    assert found["clock.mysql"][0][0] == found["files.credentials"][0][0] == found["webhook.public_url"][0][0] == found["webhook.secret"][0][0] == "ok"
    stack.replicator.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, "a-secret-for-tests-0123456789")
    stack.sql("INSERT INTO items (name) VALUES ('lamp')")
    wait_until("the row", lambda: stack.row_of("Items", "lamp", 1) == 1)
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "desk lamp"})
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items") == [("desk lamp",)])
    found = checks(stack.config)
    assert found["replicator.running"][0][0] == found["script.seen"][0][0] == "ok"
    assert re.search(r"its last edit came at \d{4}-\d\d-\d\d ", found["script.seen"][0][1])


def test_files_that_everybody_may_read_or_write_are_told(make_stack):
    stack = make_stack(start=False)
    os.chmod(stack.folder / "service-account.json", 0o644)
    os.chmod(stack.config, 0o666)
    found = checks(stack.config, code=1)
    assert found["files.credentials"][0][0] == "warning"
    assert found["files.credentials"][0][2] == f"chmod o= {stack.folder}/service-account.json"
    assert found["files.config"][0] == ("failed", f"everybody on this machine may write {stack.config}", f"chmod o-w {stack.config}")


def test_a_webhook_with_another_secret_or_other_mappings_is_told(make_stack):
    stack = make_stack(start=False)
    stack.webhook.start()
    settings = json.loads(stack.config.read_text())
    assert checks(stack.config)["webhook.secret"][0][0] == "ok"
    for changed, message in [({"webhook": {**settings["webhook"], "secret": "another-secret-01234"}}, "refuses what is signed with webhook.secret"),
                             ({"mappings": [{**settings["mappings"][0], "spreadsheet": "1other"}]}, "knows no mapping of spreadsheet 1other")]:
        stack.config.write_text(json.dumps({**settings, **changed}))
        status, told, _ = checks(stack.config, code=1)["webhook.secret"][0]
        assert status == "failed" and message in told


def test_without_mysql_what_hangs_on_it_is_skipped(server, database, tmp_path):
    site = Site(server, database, tmp_path)
    site.settings["mysql"]["port"] = free_port()
    site.run("check", code=1)
    found = checks(site.path, code=1)
    assert found["mysql.connect"][0][0] == "failed"
    assert {i for i, all_ in found.items() if all_[0][0] == "skipped"} >= {"state.version", "mysql.privileges", "mapping.table"}


def test_every_id_of_a_check_is_in_the_documentation():
    source = "".join(p.read_text() for p in (ROOT / "cli").glob("check*.c"))
    ids = set(re.findall(r'"((?:config|files|http|mysql|clock|state|mapping|google|webhook|replicator|script)(?:\.[a-z_]+)?)",', source))
    ids -= {"files", "mysql", "clock", "state", "google", "replicator", "script", "mapping"}  # subjects
    documented = set(re.findall(r"^\| `([a-z._]+)` \|", (ROOT / "docs/cli.md").read_text(), re.M))
    assert ids - {"webhook"} <= documented, sorted(ids - documented)
