# SPDX-License-Identifier: Apache-2.0
"""`tabrelay script`: what it prints runs as the spreadsheet's script, and it says where to put it."""
import json
import os
import stat

import pytest

from programs import ROOT, run, wait_until
from stack import SECRET

CODE = (ROOT / "webhook/apps_script/Code.gs").read_text()
MANIFEST = (ROOT / "webhook/apps_script/appsscript.json").read_text()


@pytest.fixture
def config(tmp_path):
    """config(webhook keys) -> the path of a configuration of two spreadsheets."""
    def write(**webhook):
        path = tmp_path / "tabrelay.yaml"
        path.write_text(json.dumps({
            "mysql": {"user": "u"}, "google": {"credentials": "k.json"}, "webhook": {"secret": SECRET, **webhook},
            "mappings": [{"table": "shop.products", "spreadsheet": "1AbC", "tab": "P"},
                         {"table": "shop.orders", "spreadsheet": "2DeF", "tab": "O", "sheet_changes": "poll"}]}))
        return path
    return write


def script(path, *arguments, code=0):
    done = run("tabrelay", "--config", path, "script", *arguments)
    assert done.returncode == code, done.stderr
    return done


def test_the_address_is_filled_in_and_the_secret_is_not(config):
    done = script(config(public_url="https://hooks.example.com/"))
    assert done.stdout == CODE.replace("WEBHOOK_URL = ''", 'WEBHOOK_URL = "https://hooks.example.com/"')
    assert SECRET not in done.stdout + done.stderr
    assert "https://docs.google.com/spreadsheets/d/1AbC/edit" in done.stderr
    assert "Give the secret" in done.stderr


def test_the_secret_is_filled_in_when_asked_for_and_that_is_warned_of(config):
    done = script(config(), "--with-secret", "--url", "https://hooks.example.com/a'b")
    assert f'WEBHOOK_SECRET = "{SECRET}";' in done.stdout
    assert '''WEBHOOK_URL = "https://hooks.example.com/a'b";''' in done.stdout
    assert "Whoever may edit the spreadsheet reads it" in done.stderr


def test_without_an_address_the_steps_ask_for_it(config):
    done = script(config(), "products")
    assert done.stdout == CODE
    assert "Give the webhook's address" in done.stderr
    assert "1AbC" in done.stderr and "2DeF" not in done.stderr


def test_a_mapping_that_needs_no_script_is_told(config):
    assert "mapping orders finds edits through Drive" in script(config(), "--spreadsheet", "2DeF").stderr


def test_the_manifest_is_printed_and_both_are_written_as_clasp_wants_them(config, tmp_path):
    assert script(config(), "--manifest").stdout == MANIFEST
    assert script(config(), "--with-secret", "--output", tmp_path).stdout == ""
    assert (tmp_path / "appsscript.json").read_text() == MANIFEST
    assert SECRET in (tmp_path / "Code.gs").read_text()
    assert stat.S_IMODE(os.stat(tmp_path / "Code.gs").st_mode) == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["Code.gs", "appsscript.json", "tabrelay.yaml"]


@pytest.mark.parametrize("arguments, code, message", [
    (["--url", "hooks.example.com"], 2, 'tabrelay script: --url: "hooks.example.com" is no address; it looks like https://hooks.example.com'),
    (["products", "--spreadsheet", "1AbC"], 2, "tabrelay script: expected the name of a mapping, or --spreadsheet"),
    (["goods"], 1, 'tabrelay: no mapping is named "goods"'),
    (["--spreadsheet", "9"], 1, 'tabrelay: no mapping is of spreadsheet "9"'),
    (["--output", "/no/such/folder"], 1, "tabrelay: cannot make /no/such/folder/Code.gs: No such file or directory"),
])
def test_what_is_refused(config, arguments, code, message):
    assert script(config(), *arguments, code=code).stderr.splitlines()[0] == message


def test_the_printed_script_brings_edits_to_mysql(make_stack, tmp_path):
    stack = make_stack(script=False, start=False)
    (tmp_path / "Code.gs").write_text(stack.cli("script"))
    at = stack.sandbox.arguments.index("--script") + 1
    stack.sandbox.arguments[at] = str(tmp_path / "Code.gs")
    stack.sandbox.stop()
    stack.sandbox.start()
    stack.webhook.start()
    stack.replicator.start()
    # Nothing but the secret is given, as a person does it.
    assert "Connected" in json.dumps(stack.google.install_script(stack.spreadsheet, "", SECRET))
    stack.sql("INSERT INTO items (name) VALUES ('lamp')")
    wait_until("the row in the tab", lambda: stack.row_of("Items", "lamp", 1) == 1)
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "desk lamp"})
    wait_until("the edit in MySQL", lambda: stack.sql("SELECT name FROM items") == [("desk lamp",)])
