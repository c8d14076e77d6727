# SPDX-License-Identifier: Apache-2.0
"""How changes of a tab are found: by the script's triggers, by Drive's notifications, by asking Drive, and by comparing when none of
them told."""
import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request

import pytest

import exposition
from programs import wait_until
from stack import SECRET
from test_placement import post

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);\n"
NEVER = "0s"
FOREVER = 1000000


def filled(make_stack, changes, reconcile_every=NEVER, **kwargs):
    """Three rows on both sides; nothing but CHANGES tells of edits."""
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": changes, "delete_limit_percent": 100}], tables=TABLE,
                       replicator={"reconcile_every": reconcile_every, "poll_every": "500ms"}, script=changes == "apps_script", **kwargs)
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    compared(stack)
    return stack


def compared(stack):
    """Wait until the comparison at the start is over: what is found later is found by something else."""
    wait_until("the first comparison", lambda: stack.metric("tabrelay_reconciles_total") > 0)


def faults(stack, *rules):
    stack.google.call("PUT", "/sandbox/v1/faults", list(rules))


def edit(stack, cell, value):
    stack.act({"action": "edit", "tab": "Items", "range": cell, "value": value})


def rows(stack):
    return list(stack.sql("SELECT id, name, qty FROM items ORDER BY id"))


def act_on_all(stack):
    """An edit, a new row with its key, a deleted row; each as a person does it."""
    edit(stack, "B2", "eins")
    stack.act({"action": "paste", "tab": "Items", "row": 4, "column": 0, "values": [["7", "seven", "70"]]})
    stack.act({"action": "delete_rows", "tab": "Items", "index": 2, "count": 1})


def assert_all_arrives(stack):
    act_on_all(stack)
    wait_until("the changes in MySQL", lambda: rows(stack) == [(1, "eins", 10), (3, "three", 30), (7, "seven", 70)])
    stack.wait_equal("Items")


@pytest.mark.parametrize("fault", [{}, {"drop": FOREVER}, {"twice": FOREVER}, {"delay_ms": 1500}],
                         ids=["well", "lost", "twice", "late"])
def test_whatever_becomes_of_the_triggers_the_result_is_the_same(make_stack, fault):
    stack = filled(make_stack, "apps_script", reconcile_every="1s")
    stack.google.call("PUT", "/sandbox/v1/script/faults", fault)
    assert_all_arrives(stack)


def test_two_edits_that_arrive_in_the_wrong_order_end_with_the_second(make_stack):
    """Many at once: in some of them base knows of the second one that arrives before the binlog has shown the first."""
    stack = filled(make_stack, "apps_script", reconcile_every="1s")
    stack.sql("INSERT INTO items SELECT 10 * a.id + b.id, 'before', 10 FROM items a, items b")
    stack.wait_equal("Items")
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": FOREVER})
    ids = [row[0] for row in stack.cells("Items")[1:]]
    first, second = [], []
    later_ms = 6000  # than our last write: within 5 s of it the cell would be written again as MySQL has it
    for name, edits in (("first", first), ("second", second)):
        stack.act({"action": "paste", "tab": "Items", "row": 1, "column": 1, "values": [[name]] * len(ids)})
        edits += [{"id": f"00000000-0000-4000-8000-{len(name):05d}{row:07d}", "kind": "upsert", "time": int(time.time() * 1000) + later_ms,
                   "row": row + 2, "edited": ["name"], "cells": {"id": id, "name": name, "qty": 10}} for row, id in enumerate(ids)]
    for one, other in zip(second, first):
        post(stack, [one])
        post(stack, [other])
    wait_until("the second edits", lambda: {row[1] for row in rows(stack)} == {"second"})
    stack.wait_equal("Items")


@pytest.mark.parametrize("how", ["found", "told", "told in part"])
def test_a_trigger_that_comes_long_after_somebody_typed_over_its_value(make_stack, how):
    """The script takes its run's time for the edit's, and the last value has been taken already."""
    stack = filled(make_stack, "apps_script", reconcile_every="0s")
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 5000})
    edit(stack, "B2", "typed first")
    stack.google.call("PUT", "/sandbox/v1/script/faults", {} if how == "told" else {"drop": 1})
    if how == "told in part":
        edit(stack, "B2", "typed in between")
    edit(stack, "B2", "typed over it")
    if how == "found":
        stack.cli("reconcile", "items")
    wait_until("the last value", lambda: rows(stack)[0][1] == "typed over it")
    wait_until("the late trigger", lambda: not stack.google.call("GET", "/sandbox/v1/script")["waiting"])
    wait_until("its run", lambda: not stack.google.call("GET", "/sandbox/v1/script")["running"])
    stack.cli("reconcile", "items", "--wait", 30)
    stack.wait_equal("Items")
    assert rows(stack)[0][1] == "typed over it", logged(stack)


@pytest.mark.parametrize("changes", ["drive_push", "poll"])
def test_without_a_script_changes_arrive_all_the_same(make_stack, changes):
    stack = filled(make_stack, changes)
    assert_all_arrives(stack)


def test_what_no_notification_told_is_found_by_the_clock(make_stack):
    stack = filled(make_stack, "drive_push", reconcile_every="1s")
    faults(stack, {"match": "notification", "drop": True, "count": FOREVER})
    assert_all_arrives(stack)


def test_without_a_script_a_refused_value_is_put_back(make_stack):
    stack = filled(make_stack, "poll")
    edit(stack, "C2", "many")
    wait_until("the refusal", lambda: ("found", "rejected") in [e[:2] for e in logged(stack)])
    wait_until("MySQL's value", lambda: stack.cells("Items")[1][2] == 10)
    edit(stack, "C2", "11")
    wait_until("the next edit", lambda: rows(stack)[0] == (1, "one", 11))
    stack.wait_equal("Items")


def test_without_a_script_a_row_that_is_typed_without_a_key_gets_one(make_stack):
    tables = "CREATE TABLE items (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, qty INT NULL);\n"
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "poll"}], tables=tables, script=False,
                       replicator={"reconcile_every": "1s", "poll_every": "500ms"})
    stack.sql("INSERT INTO items (name) VALUES ('one'), ('two')")
    stack.wait_equal("Items")
    edit(stack, "B4", "three")
    wait_until("the row", lambda: rows(stack)[2:] == [(3, "three", None)])
    wait_until("its key", lambda: stack.cells("Items")[3][0] == 3)
    stack.wait_equal("Items")


# channels


def channels(stack):
    return stack.google.call("GET", "/sandbox/v1/channels")


def test_channels_are_renewed_before_they_end_and_stopped_at_the_end(make_stack):
    stack = filled(make_stack, "drive_push", sandbox=["--channel-life", "2000"])
    seen, samples = set(), []

    def have_been_three():
        samples.append([c["id"] for c in channels(stack)])
        seen.update(samples[-1])
        return len(seen) >= 3

    wait_until("two renewals", have_been_three, every_s=0.005)
    assert all(samples)
    wait_until("the old ones to be stopped", lambda: len(channels(stack)) == 1)
    assert {r["status"] for r in stack.google.requests() if r["path"] == "/drive/v3/channels/stop"} == {204}
    edit(stack, "B2", "told by the third")
    wait_until("the edit", lambda: rows(stack)[0][1] == "told by the third")
    stack.replicator.stop()
    assert channels(stack) == []


def test_without_a_channel_drive_is_asked(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "drive_push"}], tables=TABLE, script=False, start=False,
                       replicator={"reconcile_every": NEVER, "poll_every": "500ms"})
    faults(stack, {"match": "files.watch", "status": 403, "count": FOREVER})
    stack.webhook.start()
    stack.replicator.start()
    stack.sql("INSERT INTO items VALUES (1, 'one', 10)")
    stack.wait_equal("Items")
    edit(stack, "B2", "uno")
    wait_until("the edit", lambda: rows(stack) == [(1, "uno", 10)])
    assert channels(stack) == []


def notify(stack, state="update", secret=SECRET, spreadsheet=None, channel="c-1", drop=None, **changed):
    """What Google sends; the status of the answer. CHANGED: headers, and what becomes of them."""
    spreadsheet = spreadsheet or stack.spreadsheet
    token = hmac.new(secret.encode(), f"drive-channel.{channel}.{spreadsheet}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Goog-Channel-ID": channel, "X-Goog-Channel-Token": token, "X-Goog-Resource-State": state}
    headers.pop(drop, None)
    headers |= {name.replace("_", "-"): change(headers.get(name.replace("_", "-"))) for name, change in changed.items()}
    request = urllib.request.Request(f"{stack.webhook_url}v1/drive/{stack.spreadsheet}", data=b"", method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_only_our_own_channels_are_listened_to(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "drive_push"}], tables=TABLE, start=False)
    stack.webhook.start()

    def signals():
        return stack.server.sql(f"SELECT COUNT(*) FROM {stack.state_database}.signals WHERE reason = 'drive'")[0][0]

    assert notify(stack, secret="another-secret-0123456789") == 401
    assert notify(stack, spreadsheet="1AnotherSpreadsheet") == 401
    assert notify(stack, drop="X-Goog-Channel-Token") == 401 and notify(stack, drop="X-Goog-Channel-ID") == 401
    assert notify(stack, X_Goog_Channel_ID=lambda _: "c-2") == 401, "the token is another channel's"
    assert notify(stack, X_Goog_Channel_ID=lambda _: "c" * 65) == 401
    for change in (str.upper, lambda token: token[:-1], lambda token: token + "0", lambda token: "0" * 64, lambda _: ""):
        assert notify(stack, X_Goog_Channel_Token=change) == 401
    assert exposition.metric(stack.webhook_port, "tabrelay_webhook_requests_total", path="drive", reason="bad_token") == 11
    assert notify(stack, state="sync") == 200
    assert signals() == 0
    # The same message again is true still, and all it can do is that the tab is looked at, once a second.
    assert [notify(stack, X_Goog_Message_Number=lambda _: "7") for _ in range(5)] == [200] * 5
    assert signals() == 1
    wait_until("the second to be over", lambda: notify(stack) == 200 and signals() == 2)


# the cheap look


def looks(stack, after):
    return [r for r in stack.google.requests(after) if r["path"].startswith("/drive/")]


def last_request(stack):
    return max((r["number"] for r in stack.google.requests()), default=0)


def test_a_look_spares_the_comparison_of_an_unchanged_tab(make_stack):
    stack = filled(make_stack, "apps_script", reconcile_every="500ms")
    wait_until("a comparison that is spared", lambda: stack.metric("tabrelay_reconciles_skipped_total") > 0)
    after = last_request(stack)
    wait_until("four looks", lambda: len(looks(stack, after)) >= 4)
    assert [r for r in stack.google.requests(after) if r["path"].startswith("/v4/")] == []
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": FOREVER})
    edit(stack, "B2", "untold")
    wait_until("the edit", lambda: rows(stack)[0][1] == "untold")


def version(stack):
    return stack.google.google("GET", f"/drive/v3/files/{stack.spreadsheet}?fields=version,lastModifyingUser(me)")


def frozen(stack):
    return {"match": "files.get", "status": 200, "body": json.dumps(version(stack)), "count": FOREVER}


def test_a_version_that_does_not_move_is_not_trusted_for_ever(make_stack):
    stack = filled(make_stack, "apps_script", reconcile_every="500ms")
    wait_until("a comparison that is spared", lambda: stack.metric("tabrelay_reconciles_skipped_total") > 0)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": FOREVER})
    faults(stack, frozen(stack))
    edit(stack, "B2", "not in the version")
    wait_until("the edit", lambda: rows(stack)[0][1] == "not in the version")


def test_an_edit_in_the_moment_of_our_own_write_is_not_missed(make_stack):
    stack = filled(make_stack, "poll")
    wait_until("the look after the last write", lambda: "verdict=same" in stack.replicator.log().rsplit("flush:", 1)[-1])
    faults(stack, frozen(stack), {"match": "batchUpdate", "hold": True})
    stack.sql("UPDATE items SET qty = 31 WHERE id = 3")
    wait_until("our write to be held", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    edit(stack, "B2", "just before")
    faults(stack)
    wait_until("our write", lambda: stack.cells("Items")[3][2] == 31)
    assert version(stack)["lastModifyingUser"]["me"] is True
    wait_until("the edit", lambda: rows(stack)[0] == (1, "just before", 10))
    stack.wait_equal("Items")


def test_drive_that_refuses_is_named_once_and_done_without(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "poll"}], tables=TABLE, script=False, start=False,
                       replicator={"reconcile_every": NEVER, "poll_every": "500ms"})
    faults(stack, {"match": "files.get", "status": 403, "count": FOREVER})
    stack.webhook.start()
    stack.replicator.start()
    stack.sql("INSERT INTO items VALUES (1, 'one', 10)")
    stack.wait_equal("Items")
    for name in ("uno", "eins"):
        edit(stack, "B2", name)
        wait_until("the edit", lambda name=name: rows(stack) == [(1, name, 10)])
    assert stack.replicator.log().count("compared without asking Drive") == 1
    assert "Switch the Google Drive API on" in stack.replicator.log()


# what nobody has read yet, and MySQL changes, too


def untold(make_stack, conflict="sheet_wins"):
    """Three rows, and nothing that would tell of an edit soon."""
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "poll", "conflict": conflict}], tables=TABLE,
                       replicator={"reconcile_every": NEVER, "poll_every": "1h"}, script=False)
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    compared(stack)
    return stack


def logged(stack):
    return list(stack.server.sql(f"SELECT source, outcome, cells FROM {stack.state_database}.edit_log ORDER BY id"))


@pytest.mark.parametrize("conflict, wins", [("sheet_wins", "by ann"), ("mysql_wins", "by a program")])
def test_an_edit_that_nobody_told_is_not_written_over_without_a_trace(make_stack, conflict, wins):
    stack = untold(make_stack, conflict)
    edit(stack, "B2", "by ann")
    edit(stack, "C4", "33")
    stack.sql("UPDATE items SET name = 'by a program' WHERE id = 1")
    wait_until("the conflict", lambda: [e[:2] for e in logged(stack)] == [("found", "conflict")])
    assert json.loads(logged(stack)[0][2])["name"] == "by ann"
    wait_until("the winner in MySQL", lambda: rows(stack)[0] == (1, wins, 10))
    wait_until("the winner in the tab", lambda: stack.cells("Items")[1][1] == wins)
    stack.sql("UPDATE items SET name = 'drei' WHERE id = 3")
    wait_until("the edit of another cell of a row that is written", lambda: rows(stack)[2] == (3, "drei", 33))
    stack.wait_equal("Items")


def test_an_edit_of_a_row_that_mysql_deletes_is_in_the_log(make_stack):
    stack = untold(make_stack, "mysql_wins")
    edit(stack, "B3", "too late")
    stack.sql("DELETE FROM items WHERE id = 2")
    wait_until("the conflict", lambda: [e[:2] for e in logged(stack)] == [("found", "conflict")])
    assert json.loads(logged(stack)[0][2])["name"] == "too late"
    stack.wait_equal("Items")
    assert [r[0] for r in rows(stack)] == [1, 3]


def test_an_edit_of_a_row_whose_key_mysql_changes_is_found(make_stack):
    stack = untold(make_stack)
    edit(stack, "B3", "by ann")
    stack.sql("UPDATE items SET id = 100, qty = 21 WHERE id = 2")
    wait_until("both", lambda: rows(stack) == [(1, "one", 10), (3, "three", 30), (100, "by ann", 21)])
    stack.wait_equal("Items")


@pytest.mark.parametrize("status", [400, 503], ids=["refused", "lost"])
def test_an_edit_after_a_batch_that_failed_is_not_written_over(make_stack, status):
    stack = untold(make_stack)
    faults(stack, {"match": "batchUpdate", "status": status, "count": FOREVER})
    before = stack.google.requests()[-1]["number"]
    stack.sql("UPDATE items SET name = 'by a program', qty = 11 WHERE id = 1")
    wait_until("a batch that fails", lambda: any(r["status"] == status for r in stack.google.requests(before)))
    edit(stack, "B2", "by ann")
    faults(stack)
    wait_until("both", lambda: rows(stack)[0] == (1, "by ann", 11), 30)
    stack.wait_equal("Items")


def test_an_edit_that_cannot_be_told_keeps_its_row_only(make_stack):
    stack = untold(make_stack)
    stack.webhook.stop()
    edit(stack, "B2", "by ann")
    stack.sql("UPDATE items SET name = 'by a program' WHERE id = 1")
    wait_until("a try", lambda: "warn rescue: " in stack.replicator.log())
    stack.sql("UPDATE items SET name = 'drei' WHERE id = 3")
    wait_until("another row", lambda: stack.cells("Items")[3][1] == "drei")
    assert stack.cells("Items")[1][1] == "by ann"
    stack.webhook.start()
    wait_until("the edit", lambda: rows(stack)[0] == (1, "by ann", 10))
    stack.wait_equal("Items")


def test_what_is_typed_while_an_edit_is_told_is_told_too(make_stack):
    stack = untold(make_stack, "mysql_wins")
    edit(stack, "B2", "first")
    faults(stack, {"match": "getByDataFilter", "skip": 1, "hold": True})
    stack.sql("UPDATE items SET name = 'by a program' WHERE id = 1")
    wait_until("the look before the write", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    edit(stack, "B2", "second")
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("MySQL's value", lambda: stack.cells("Items")[1][1] == "by a program")
    assert [json.loads(e[2])["name"] for e in logged(stack)] == ["first", "second"]
    stack.wait_equal("Items")


def test_our_own_write_whose_answer_was_lost_is_no_edit(make_stack):
    stack = untold(make_stack)
    faults(stack, {"match": "batchUpdate", "status": 503, "after": True})
    stack.sql("UPDATE items SET name = 'first' WHERE id = 1")
    wait_until("the write", lambda: stack.cells("Items")[1][1] == "first")
    stack.sql("UPDATE items SET name = 'second' WHERE id = 1")
    wait_until("the next write", lambda: stack.cells("Items")[1][1] == "second")
    stack.wait_equal("Items")
    assert rows(stack)[0] == (1, "second", 10) and logged(stack) == []


def test_our_own_write_before_a_kill_is_no_edit(make_stack):
    stack = untold(make_stack)
    faults(stack, {"match": "batchUpdate", "after": True, "delay_ms": 60000})
    stack.sql("UPDATE items SET name = 'first' WHERE id = 1")
    wait_until("the write", lambda: stack.cells("Items")[1][1] == "first")
    stack.replicator.kill()
    faults(stack)
    stack.sql("UPDATE items SET name = 'second' WHERE id = 1")
    stack.replicator.start()
    wait_until("the next write", lambda: stack.cells("Items")[1][1] == "second")
    stack.wait_equal("Items")
    compared(stack)
    assert rows(stack)[0] == (1, "second", 10) and logged(stack) == []


def test_a_paste_whose_trigger_is_late_is_not_written_over_without_a_trace(make_stack):
    stack = filled(make_stack, "apps_script", NEVER)
    edit(stack, "B4", "drei")  # somebody is at work
    wait_until("the first edit", lambda: rows(stack)[2][1] == "drei")
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 4000})
    stack.act({"action": "paste", "tab": "Items", "row": 1, "column": 1, "values": [["pasted", "11"], ["pasted too", "22"]]})
    stack.sql("UPDATE items SET name = 'by a program', qty = 99 WHERE id = 1")
    stack.sql("DELETE FROM items WHERE id = 2")
    wait_until("what was pasted in the log", lambda: {"pasted", "pasted too"} <= {json.loads(e[2]).get("name") for e in logged(stack)}, 20)
    stack.wait_equal("Items")


def test_rows_that_move_under_a_write_tell_that_people_are_at_work(make_stack):
    """No trigger does: what is typed into the row meanwhile is seen before the row is written again."""
    stack = filled(make_stack, "apps_script", NEVER)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": FOREVER})
    faults(stack, {"match": "batchUpdate", "hold": True})
    stack.sql("UPDATE items SET name = 'by a program', qty = 11 WHERE id = 1")
    wait_until("a held write", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    stack.act({"action": "sort", "tab": "Items", "row": 1, "column": 0, "descending": True})
    edit(stack, "B4", "by ann")
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("both", lambda: rows(stack)[0] == (1, "by ann", 11))
    stack.wait_equal("Items")


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)  # what the server does is no part of it, and it takes its time
def test_a_cell_that_is_written_again_for_an_edit_waits_for_a_read(make_stack):
    """There is one every six seconds. Without it what was typed since, and no trigger told, would be written over with the edit itself."""
    stack = filled(make_stack, "apps_script", NEVER, google={"reads_per_minute": 10})
    faults(stack, {"match": "batchUpdate", "hold": True})
    stack.sql("UPDATE items SET qty = 33 WHERE id = 3")
    wait_until("a held write", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1, 60)
    stack.sql("UPDATE items SET name = 'by a program' WHERE id = 1")
    edit(stack, "B2", "by ann")
    wait_until("the conflict", lambda: [e[1] for e in logged(stack)] == ["conflict"], 30)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": FOREVER})
    edit(stack, "B2", "typed since")
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("what was typed since", lambda: rows(stack)[0] == (1, "typed since", 10), 60)
    stack.wait_equal("Items", 60)


def test_the_script_may_tell_of_an_edit_before_the_write_that_waits_for_it(make_stack):
    stack = filled(make_stack, "apps_script", NEVER)
    edit(stack, "B4", "drei")
    wait_until("the first edit", lambda: rows(stack)[2][1] == "drei")
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"delay_ms": 400})
    edit(stack, "B2", "by ann")
    stack.sql("UPDATE items SET qty = 99 WHERE id = 1")
    wait_until("both", lambda: rows(stack)[0] == (1, "by ann", 99))
    stack.wait_equal("Items")
    assert {e[0] for e in logged(stack)} == {"script"}
