# SPDX-License-Identifier: Apache-2.0
"""A row that a person types gets its key, once and in its own row, whatever becomes of the answer. The script's part is played here, so
that each moment can be forced: its triggers are dropped."""
import hashlib
import hmac
import json
import time
import urllib.request
import uuid

from programs import wait_until
from stack import PERSON, SECRET


def post(stack, edits):
    body = json.dumps({"version": 1, "spreadsheet": stack.spreadsheet, "sheet_id": stack.sheet_id("Items"), "tab": "Items",
                       "editor": PERSON, "source": "script", "edits": edits, "changes": []}).encode()
    stamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(stack.webhook_url + "v1/edits", data=body, method="POST", headers={
        "Content-Type": "application/json", "X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": f"v1={mac}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["results"]


def typed_row(stack, row, name, price):
    """What the script sends for a new row: everything blank but these."""
    headers = stack.cells("Items")[0]
    cells = {h: None for h in headers}
    cells.update(name=name, price=price)
    return {"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000), "row": row + 1,
            "edited": ["name", "price"], "cells": cells}


def silent(stack):
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": 1000000})


def start(stack, rows=5):
    stack.sql("INSERT INTO items (name, price) VALUES " + ", ".join(f"('item {n}', {n})" for n in range(rows)))
    stack.wait_equal("Items")
    wait_until("the acknowledgement", lambda: stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.base") == [(rows,)])
    silent(stack)


def type_row(stack, row, name, price):
    column = stack.cells("Items")[0].index("name")
    stack.act({"action": "paste", "tab": "Items", "row": row, "column": column, "values": [[name, str(price)]]})


def keys(stack):
    return [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]


def test_the_answer_is_lost(stack):
    start(stack)
    type_row(stack, 6, "typed", 7)
    result = post(stack, [typed_row(stack, 6, "typed", 7)])[0]
    assert (result["outcome"], result["operation"]) == ("applied", "insert")
    stack.wait_equal("Items", 30)
    assert len(keys(stack)) == len(set(keys(stack))) == 6


def test_the_answer_is_lost_and_sent_again_and_the_row_has_moved(stack):
    start(stack)
    type_row(stack, 6, "typed", 7)
    edit = typed_row(stack, 6, "typed", 7)
    first = post(stack, [edit])
    stack.act({"action": "insert_rows", "tab": "Items", "index": 2, "count": 3})
    assert post(stack, [edit]) == first
    stack.wait_equal("Items", 30)
    assert stack.sql("SELECT COUNT(*) FROM items WHERE name = 'typed'") == [(1,)]


def test_the_row_is_deleted_before_the_key_arrives(stack):
    start(stack)
    type_row(stack, 6, "typed", 7)
    post(stack, [typed_row(stack, 6, "typed", 7)])
    stack.act({"action": "delete_rows", "tab": "Items", "index": 6, "count": 1})
    stack.wait_equal("Items", 30)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)]


def test_the_key_is_written_into_a_blank_row_beside_it(stack):
    start(stack)
    type_row(stack, 6, "typed", 7)
    key = post(stack, [typed_row(stack, 6, "typed", 7)])[0]["key"]["id"]
    stack.act({"action": "edit", "tab": "Items", "row": 8, "column": 0, "value": str(key)})
    stack.wait_equal("Items", 30)
    assert stack.sql("SELECT name FROM items WHERE id = %s", (key,)) == [("typed",)]


def test_the_key_is_written_over_that_of_another_row(stack):
    start(stack)
    type_row(stack, 6, "typed", 7)
    key = post(stack, [typed_row(stack, 6, "typed", 7)])[0]["key"]["id"]
    stack.act({"action": "edit", "tab": "Items", "row": 3, "column": 0, "value": str(key)})
    wait_until("both rows", lambda: stack.differences("Items") == "", 40)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)]
    assert stack.sql("SELECT name FROM items WHERE id = 3") == [("item 2",)]


def shown_row(stack, row, *edited):
    """What the script sends of a row in which EDITED was typed."""
    headers, values = stack.cells("Items")[0], stack.cells("Items")[row]
    cells = dict(zip(headers, values))
    cells.update(since=None, updated_at=None)
    return {"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000), "row": row + 1, "edited": list(edited), "cells": cells}


def wait_put_right(stack, key):
    wait_until("both rows", lambda: stack.differences("Items") == "", 40)
    assert stack.sql("SELECT name, price FROM items WHERE id IN (3, %s) ORDER BY id", (key,)) == [("item 2", 2), ("typed", 7)]
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)]


def test_what_is_typed_where_anothers_key_stands_goes_to_the_rows_own(stack):
    start(stack)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "spreadsheets.get", "hold": True}])
    type_row(stack, 6, "typed", 7)
    key = post(stack, [typed_row(stack, 6, "typed", 7)])[0]["key"]["id"]
    stack.act({"action": "edit", "tab": "Items", "row": 3, "column": 0, "value": str(key)})  # the script, after a sort
    stack.act({"action": "edit", "tab": "Items", "row": 3, "column": stack.cells("Items")[0].index("note"), "value": "here"})
    result = post(stack, [shown_row(stack, 3, "note")])[0]
    assert result["outcome"] == "ignored" and "is not what belongs to its key" in result["message"]
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_put_right(stack, key)
    assert stack.sql("SELECT id, note FROM items WHERE note IS NOT NULL") == [(3, "here")]
    assert stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.edit_log WHERE row_key = '[\"{key}\"]' AND operation = 'update'") == [(0,)]


def test_a_key_in_another_row_is_seen_by_the_session_after(stack):
    start(stack)
    stack.replicator.kill()
    type_row(stack, 6, "typed", 7)
    key = post(stack, [typed_row(stack, 6, "typed", 7)])[0]["key"]["id"]
    stack.act({"action": "edit", "tab": "Items", "row": 3, "column": 0, "value": str(key)})
    stack.replicator.start()
    wait_put_right(stack, key)


def test_a_row_whose_key_has_not_come_is_not_inserted_again_when_a_cell_of_it_is_cleared(stack):
    """As when a column is moved: the script tells each row of it, and the row has moved, too."""
    start(stack)
    stack.replicator.kill()
    type_row(stack, 6, "typed", 7)
    key = post(stack, [typed_row(stack, 6, "typed", 7)])[0]["key"]["id"]
    stack.act({"action": "insert_rows", "tab": "Items", "index": 2, "count": 3})
    result = post(stack, [{**typed_row(stack, 9, "typed", 7), "edited": ["note"]}])[0]
    assert (result["outcome"], result["operation"], result["key"]["id"]) == ("applied", "insert", key)
    stack.replicator.start()
    stack.wait_equal("Items", 30)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)]


def test_nor_is_one_that_a_comparison_has_found(stack):
    start(stack)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "hold": True}])
    type_row(stack, 6, "typed", 7)
    stack.cli("reconcile", "items")
    wait_until("the insert", lambda: stack.sql("SELECT COUNT(*) FROM items") == [(6,)], 40)
    result = post(stack, [{**typed_row(stack, 6, "typed", 7), "edited": ["note"]}])[0]
    assert (result["operation"], result["key"]) == ("insert", {"id": 6})
    stack.google.call("POST", "/sandbox/v1/faults/release")
    stack.wait_equal("Items", 30)
    assert stack.sql("SELECT COUNT(*) FROM items") == [(6,)]
