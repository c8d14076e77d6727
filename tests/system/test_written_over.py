# SPDX-License-Identifier: Apache-2.0
"""People type into a cell again and again, our write lands on all of it, and the script tells only then. The script's part is played here."""
import time
import uuid

from programs import wait_until
from test_placement import post, silent


def told(stack, row, value, ago_ms):
    """The script's edit of the cell "name", typed so long AGO."""
    headers, cells = stack.cells("Items")[0], stack.cells("Items")[row]
    return {"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000) - ago_ms, "row": row + 1, "edited": ["name"],
            "cells": {**dict(zip(headers, cells)), "since": None, "updated_at": None, "name": value}}


def test_several_edits_that_our_write_landed_on_are_told_late(make_stack):
    """Base says what they left in MySQL, one after the other; the cell shows what we wrote, and that is nobody's edit."""
    stack = make_stack([{"table": "items", "tab": "Items", "conflict": "sheet_wins"}], replicator={"reconcile_every": "2s"})
    stack.sql("INSERT INTO items (id, name) VALUES (1, 'one'), (2, 'two')")
    stack.wait_equal("Items")
    silent(stack)
    column = stack.cells("Items")[0].index("name")
    stack.act({"action": "edit", "tab": "Items", "row": 2, "column": column, "value": "at work"})
    assert post(stack, [told(stack, 2, "at work", 0)])[0]["outcome"] == "applied"  # what we write is kept from now on
    stack.sql("UPDATE items SET name = 'from MySQL' WHERE id = 1")
    stack.wait_equal("Items")
    for value in ("first", "second", "third"):
        assert post(stack, [told(stack, 1, value, 3000)])[0]["outcome"] in ("applied", "conflict")
    stack.cli("reconcile", "items")
    wait_until("the last of them", lambda: stack.cells("Items")[1][column] == "third")
    stack.wait_equal("Items")
    assert stack.sql("SELECT name FROM items WHERE id = 1") == [("third",)]
    assert stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.edit_log WHERE source = 'found'") == [(0,)]
