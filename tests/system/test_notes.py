# SPDX-License-Identifier: Apache-2.0
"""Notes that the replicator writes: of edits that no script answers, and of answers that are lost. The script's part is played here."""
import time
import uuid

from programs import wait_until
from test_placement import post, silent, typed_row

TABLE = "CREATE TABLE items (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, price DECIMAL(8,2) NULL);\n"


def filled(make_stack):
    stack = make_stack(tables=TABLE)
    stack.sql("INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)")
    stack.wait_equal("Items")
    silent(stack)
    return stack


def note(stack, row, column):
    cells = stack.grid("Items")[row]
    cell = cells[column] if column < len(cells) else None
    return (cell or {}).get("n") or ""


def edited(stack, row, column, text):
    stack.act({"action": "edit", "tab": "Items", "row": row, "column": column, "value": text})


def refused(row, price):
    return {"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000), "row": row + 1, "edited": ["price"],
            "cells": {"id": row, "name": "any", "price": price}}


def test_a_refused_edit_that_no_trigger_told_gets_a_note(make_stack):
    stack = filled(make_stack)
    edited(stack, 2, 2, "cheap")
    stack.cli("reconcile", "items")
    wait_until("the note", lambda: "cheap" in note(stack, 2, 2))
    assert note(stack, 2, 2).startswith("tabrelay: ")
    stack.wait_equal("Items")
    edited(stack, 2, 2, "21")
    stack.cli("reconcile", "items")
    wait_until("no note", lambda: note(stack, 2, 2) == "")
    stack.wait_equal("Items")
    assert stack.sql("SELECT price FROM items WHERE id = 2")[0][0] == 21


def test_a_lost_answer_still_leaves_its_note_below_a_persons_own(make_stack):
    stack = filled(make_stack)
    stack.act({"action": "set_note", "tab": "Items", "row": 3, "column": 2, "note": "ask Bob"})
    assert post(stack, [refused(3, "dear")])[0]["outcome"] == "rejected"
    wait_until("the note", lambda: "dear" in note(stack, 3, 2))
    assert note(stack, 3, 2).startswith("ask Bob\n\ntabrelay: ")


def test_a_note_follows_its_row(make_stack):
    stack = filled(make_stack)
    stack.replicator.stop()
    post(stack, [refused(1, "dear")])
    stack.act({"action": "sort", "tab": "Items", "row": 1, "column": 0, "rows": 3, "descending": True})
    stack.replicator.start()
    at = stack.row_of("Items", 1.0)
    assert at == 3
    wait_until("the note", lambda: "dear" in note(stack, 3, 2))
    assert note(stack, 1, 2) == note(stack, 2, 2) == ""


def test_a_half_typed_row_says_what_it_waits_for(make_stack):
    stack = filled(make_stack)
    edited(stack, 5, 2, "7")
    assert post(stack, [{**typed_row(stack, 5, None, 7), "edited": ["price"]}])[0]["outcome"] == "waiting"
    wait_until("the note", lambda: note(stack, 5, 0).startswith("tabrelay: waiting: "))


def test_no_note_where_the_row_without_a_key_is_another_now(make_stack):
    stack = filled(make_stack)
    edited(stack, 5, 2, "8")
    post(stack, [{**typed_row(stack, 5, None, 7), "edited": ["price"]}])
    post(stack, [refused(1, "dear")])
    wait_until("the other note", lambda: "dear" in note(stack, 1, 2))
    assert note(stack, 5, 0) == ""
