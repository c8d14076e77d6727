# SPDX-License-Identifier: Apache-2.0
"""What Google's side does wrong to the writer, one fault at a time: at the end tab and table are equal, nothing is there twice, nothing
that may have been applied is sent again unasked, and the log says what is wrong and what to do.

Elsewhere: batches whose answer is lost while rows move (test_lost.py), cells and characters that do not fit (test_tab_limits.py), a tab
that is deleted or renamed during a write (test_people.py), quotas and permissions of several accounts (test_accounts.py), kills of either
side (test_kill.py), the sandbox's own answers (test_sandbox.py), random faults (tests/torture).
"""
import json
import time

import pytest

from programs import run, wait_until
from stack import ITEMS
from test_accounts import FOREVER, change_config, give_accounts, start

ROBOT = "robot@p"
ADDRESS = "robot@p.iam.gserviceaccount.com"
OTHERS = ITEMS.replace("TABLE items", "TABLE others")
PROTECTED = {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Invalid requests[0].updateCells: You are trying to edit "
                       "a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit."}}
HTML = "<html><head><title>Sorry...</title></head><body>We're sorry... but your computer may be sending automated queries.</body></html>"


def quota(limit, value, unit):
    return json.dumps({"error": {
        "code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded for quota metric 'Write requests'", "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com",
            "metadata": {"quota_limit": limit, "quota_limit_value": value, "quota_unit": unit}}]}})


def filled(make_stack, mappings=({"table": "items", "tab": "Items"},), timeout="2s", **more):
    """Six rows, shown; the replicator has an account of its own, so that faults hit it alone."""
    stack = make_stack(mappings, start=False, **more)
    give_accounts(stack, ROBOT)
    change_config(stack, lambda config: config["google"].update(timeout=timeout))
    stack.sql("INSERT INTO items (id, name, price) VALUES " + ", ".join(f"({n}, 'item {n}', {n})" for n in range(1, 7)))
    start(stack)
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, "a-secret-for-tests-0123456789")
    stack.wait_equal("Items")
    return stack


def faults(stack, *rules):
    stack.google.call("PUT", "/sandbox/v1/faults", [{"user": ROBOT, **rule} for rule in rules])


def rules_left(stack):
    return stack.google.call("GET", "/sandbox/v1/faults")["rules"]


def change(stack):
    """An update, an insert and a delete, in one transaction: they leave in one batch."""
    connection = stack.server.connect(database=stack.database)
    with connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE items SET name = 'changed', price = 20 WHERE id = 2")
        cursor.execute("INSERT INTO items (id, name) VALUES (9, 'born')")
        cursor.execute("DELETE FROM items WHERE id = 4")
        cursor.execute("COMMIT")


def ours(stack, after=0):
    """The replicator's requests: (is it a write, status)."""
    return [(r["path"].endswith(":batchUpdate"), r["status"]) for r in stack.google.requests(after) if r["user"] == ADDRESS]


def last_number(stack):
    return stack.google.requests()[-1]["number"]


def assert_settled(stack):
    stack.wait_equal("Items", 60)
    keys = [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]
    assert sorted(keys) == [1, 2, 3, 5, 6, 9]
    assert stack.sql("SELECT id, name FROM items WHERE id IN (2, 4, 9) ORDER BY id") == [(2, "changed"), (9, "born")]
    # A comparison may find that the deleted row is gone from the tab, too; nothing of ours is taken for a person's edit.
    log = stack.sql(f"SELECT source, kind, operation, cells, outcome FROM {stack.state_database}.edit_log WHERE outcome <> 'unchanged'")
    assert list(log) == []


# ---- what may have been applied

AMBIGUOUS = {
    "500 after success": {"status": 500, "after": True},
    "500": {"status": 500},
    "502 as HTML": {"status": 502, "body": HTML},
    "503": {"status": 503},
    "504 after success": {"status": 504, "after": True},
    "408 as HTML": {"status": 408, "body": HTML},
    "half a body": {"status": 200, "after": True, "body": '{"spreadsheetId": "x", "updatedSpr'},
    "an empty answer": {"status": 200, "after": True, "body": "{}"},
    "no answer": {"drop": True},
    "no answer after success": {"drop": True, "after": True},
    "a time-out": {"delay_ms": 4000},
    "a time-out before it is done": {"hold": True},
}


@pytest.mark.parametrize("fault", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_may_have_been_applied_is_asked_about_before_anything_is_sent_again(make_stack, fault):
    stack = filled(make_stack)
    after = last_number(stack)
    faults(stack, {"match": "batchUpdate", **fault})
    change(stack)
    if fault.get("hold"):
        wait_until("a time-out", lambda: "no answer" in stack.replicator.log())
        stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("what became of it", lambda: "flush: the answer to a batch was lost; it was" in stack.replicator.log())
    assert_settled(stack)
    wait_until("the end of it", lambda: stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.sent_batch") == [(0,)])
    assert rules_left(stack) == []
    if fault.get("after"):
        assert "; it was applied" in stack.replicator.log()
    requests = [request for request in ours(stack, after)]
    writes = [i for i, (is_write, _) in enumerate(requests) if is_write]
    if not fault.get("hold") and not fault.get("delay_ms"):  # these are listed when they are done
        assert not requests[writes[0] + 1][0], requests
    assert len(writes) <= (3 if fault.get("after") else 4), requests
    assert "warn flush:" in stack.replicator.log()


def test_a_server_that_fails_for_a_while_is_not_run_down(make_stack):
    """Ten times 503, before and after the batch is done: the tries become rarer."""
    stack = filled(make_stack)
    after = last_number(stack)
    faults(stack, {"status": 503, "count": 5}, {"match": "batchUpdate", "status": 503, "after": True, "count": 2},
           {"status": 503, "count": 3})
    change(stack)
    assert_settled(stack)
    assert len([status for _, status in ours(stack, after) if status == 503]) >= 8
    stack.sql("UPDATE items SET price = 21 WHERE id = 2")
    wait_until("the end of it", lambda: "flush: recovered after" in stack.replicator.log())


# ---- what was certainly not applied

@pytest.mark.parametrize("limit, unit", [("WriteRequestsPerMinutePerUser", "1/min/{project}/{user}"),
                                         ("WriteRequestsPerMinutePerProject", "1/min/{project}")])
def test_a_429_is_waited_for_and_the_batch_sent_once_more(make_stack, limit, unit):
    stack = filled(make_stack)
    after = last_number(stack)
    faults(stack, {"match": "batchUpdate", "status": 429, "body": quota(limit, "5000", unit)})
    began = time.monotonic()
    change(stack)
    stack.sql("UPDATE items SET price = 21 WHERE id = 2")
    assert_settled(stack)
    assert time.monotonic() - began > 10
    statuses = [status for is_write, status in ours(stack, after) if is_write]
    assert statuses[0] == 429 and 429 not in statuses[1:] and len(statuses) <= 3, statuses
    assert "5000 a minute, less than configured" in stack.replicator.log()


def test_a_429_that_comes_as_html_is_one_too(make_stack):
    stack = filled(make_stack)
    after = last_number(stack)
    faults(stack, {"match": "batchUpdate", "status": 429, "body": HTML})
    change(stack)
    assert_settled(stack)
    assert [status for is_write, status in ours(stack, after) if is_write][:2] == [429, 200]


def test_rows_that_move_while_the_quota_makes_a_batch_wait(make_stack):
    """Rows that are to be deleted are looked at first. A 429 at the second tab's look makes that old of the first one's: a person sorts,
    and the delete would take another row, with the person's own cells."""
    stack = filled(make_stack, ({"table": "items", "tab": "Items"}, {"table": "others", "tab": "Others"}), tables=ITEMS + OTHERS)
    stack.sql("INSERT INTO others (id, name) VALUES (1, 'one'), (2, 'two')")
    stack.wait_equal("Others")
    mine = [["mine"], *([f"mine {n}"] for n in range(1, 7))]
    stack.google.google("PUT", f"/v4/spreadsheets/{stack.spreadsheet}/values/Items!I1?valueInputOption=RAW", {"values": mine})
    after = last_number(stack)
    faults(stack, {"match": "getByDataFilter", "skip": 1, "status": 429})
    with stack.server.connect(database=stack.database, autocommit=False) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM items WHERE id = 2")
        cursor.execute("DELETE FROM others WHERE id = 2")
        connection.commit()
    wait_until("the refusal", lambda: 429 in [status for _, status in ours(stack, after)])
    stack.act({"action": "sort", "tab": "Items", "row": 1, "column": 0, "descending": True})
    stack.wait_equal("Items", 40)
    stack.wait_equal("Others")
    assert {row[0]: row[8] for row in stack.cells("Items")[1:] if row and row[0]} == {float(n): f"mine {n}" for n in (1, 3, 4, 5, 6)}


@pytest.mark.parametrize("match", ["batchUpdate", "getByDataFilter"])
def test_a_401_renews_the_token_and_goes_on(make_stack, match):
    stack = filled(make_stack)
    after = last_number(stack)
    faults(stack, {"match": match, "status": 401})
    change(stack)
    stack.cli("snapshot", "items")
    assert_settled(stack)
    wait_until("the refusal", lambda: rules_left(stack) == [])
    assert [status for _, status in ours(stack, after) if status not in (200, 401)] == []
    assert "warn" not in stack.replicator.log()


REFUSALS = {
    "403": ({"status": 403}, "HTTP 403: The caller does not have permission", f"Share the spreadsheet with {ADDRESS} as editor."),
    "403 protected": ({"status": 403, "body": json.dumps(PROTECTED).replace("400", "403")}, "You are trying to edit a protected cell",
                      f"Let {ADDRESS} edit the protected range, or take the protection away."),
    "400 protected": ({"status": 400, "body": json.dumps(PROTECTED)}, "You are trying to edit a protected cell",
                      f"Let {ADDRESS} edit the protected range, or take the protection away."),
    "401": ({"status": 401}, "HTTP 401", "The access token was refused: is the key in google.credentials valid?"),
}


@pytest.mark.parametrize("fault, text, hint", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_shown_with_what_to_do_and_keeps_nobody_else_waiting(make_stack, fault, text, hint):
    stack = filled(make_stack, ({"table": "items", "tab": "Items"}, {"table": "others", "tab": "Others"}), tables=ITEMS + OTHERS)
    other = stack.google.create("other", ["Others"])
    stack.replicator.stop()
    change_config(stack, lambda config: config["mappings"][1].update(spreadsheet=other))
    stack.replicator.start()
    stack.sql("INSERT INTO others (name) VALUES ('first')")

    def others():
        return [[c and c["d"] for c in row[:2]] for row in stack.google.rows(other, 0) if row and row[0]][1:]
    wait_until("the other spreadsheet", lambda: others() == [["1", "first"]])
    after = last_number(stack)
    faults(stack, {"match": f"/{stack.spreadsheet}:batchUpdate", "count": FOREVER, **fault})
    change(stack)
    wait_until("the refusal", lambda: text in stack.replicator.log())
    assert f'hint="{hint}"' in stack.replicator.log()
    for name in ("second", "third", "fourth"):
        stack.sql("UPDATE others SET name = %s", (name,))
        wait_until("the other spreadsheet", lambda name=name: others() == [["1", name]], 10)

    def status():
        done = run("tabrelay", "--config", stack.config, "status", "--json")
        return {m["mapping"]: (m["state"], m["last_error"]) for m in json.loads(done.stdout)["mappings"]}
    wait_until("the state", lambda: status()["items"][0] == "error")
    assert text in status()["items"][1] and status()["others"][0] == "streaming"
    assert len([s for is_write, s in ours(stack, after) if is_write and s != 200]) < 30
    faults(stack)
    assert_settled(stack)
    wait_until("the state", lambda: status()["items"][0] == "streaming")


def test_a_spreadsheet_that_is_not_there_for_a_while_is_waited_for(make_stack):
    """404: its mappings wait, are tried again after 30 s, and what was missed is made good."""
    stack = filled(make_stack)
    faults(stack, {"match": f"/{stack.spreadsheet}", "status": 404, "count": FOREVER})
    change(stack)
    wait_until("the refusal", lambda: "HTTP 404: Requested entity was not found." in stack.replicator.log())
    assert f"Is the spreadsheet's id right, and is it shared with {ADDRESS}?" in stack.replicator.log()
    wait_until("the mapping to wait", lambda: "mapping: " in stack.replicator.log())
    faults(stack)
    assert_settled(stack)


def test_a_tab_that_is_gone_is_waited_for(make_stack):
    stack = filled(make_stack)
    stack.act({"action": "add_tab", "title": "Another"})
    stack.act({"action": "delete_tab", "tab": "Items"})
    change(stack)
    wait_until("the loss", lambda: 'the spreadsheet has no tab "Items"' in stack.replicator.log(), 60)
    stack.act({"action": "add_tab", "title": "Items"})
    assert_settled(stack)


def test_a_grid_that_people_made_smaller_grows_again(make_stack):
    """Blank rows and columns are deleted behind our back: the batch that would write past the end is refused, and planned anew."""
    stack = filled(make_stack)
    tab = stack.google.tab(stack.spreadsheet, "Items")
    stack.act({"action": "delete_rows", "tab": "Items", "index": 7, "count": tab["rows"] - 7})
    stack.sql("INSERT INTO items (name) VALUES " + ", ".join(f"('more {n}')" for n in range(50)))
    stack.wait_equal("Items")
    faults(stack, {"match": "batchUpdate", "status": 400, "body": json.dumps({"error": {
        "code": 400, "status": "INVALID_ARGUMENT", "message": "Invalid requests[0].updateCells: Range (Items!A60) exceeds grid limits. Max "
        "rows: 57, max columns: 26"}})})
    stack.sql("INSERT INTO items (name) VALUES ('past the end')")
    stack.wait_equal("Items")


# ---- the token endpoint

def token_faults(stack, *rules):
    """Before it has a name the replicator cannot be told from others: these hit whoever asks for a token."""
    stack.google.token()
    stack.google.call("PUT", "/sandbox/v1/faults", list(rules))


def test_a_token_server_that_is_away_is_waited_for(make_stack):
    stack = filled(make_stack)
    stack.replicator.stop()
    token_faults(stack, {"match": "token", "status": 503, "count": 5}, {"match": "token", "drop": True, "count": 2})
    change(stack)
    stack.replicator.start()
    assert_settled(stack)
    assert "refused the service account: HTTP 503" in stack.replicator.log()


def start_unready(stack):
    """It is not ready before it has a token."""
    ready, stack.replicator.ready_url = stack.replicator.ready_url, None
    stack.replicator.start()
    stack.replicator.ready_url = ready


def test_a_refused_account_is_named_and_taken_again_when_it_is_well(make_stack):
    stack = filled(make_stack)
    stack.replicator.stop()
    body = json.dumps({"error": "invalid_grant", "error_description": "Invalid grant: account not found"})
    token_faults(stack, {"match": "token", "status": 400, "count": FOREVER, "body": body})
    change(stack)
    start_unready(stack)
    wait_until("the refusal", lambda: "HTTP 400 invalid_grant: Invalid grant: account not found" in stack.replicator.log())
    assert "Is the key in google.credentials still valid" in stack.replicator.log()
    faults(stack)
    assert_settled(stack)
