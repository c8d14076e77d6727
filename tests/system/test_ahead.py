# SPDX-License-Identifier: Apache-2.0
"""What MySQL has to do while Google answers: the next chunk of a first fill is read, and base is written, to be committed with the proof. Base
of new rows is written without looking for what hardly ever is there."""
import contextlib
import json
import time
import uuid

import pytest

from programs import wait_until
from test_large import insert, is_done, state
from test_placement import post

ROWS, CHUNK = 3000, 250


def held(stack):
    return stack.google.call("GET", "/sandbox/v1/faults")["held"]


def release(stack, *faults):
    stack.google.call("PUT", "/sandbox/v1/faults", list(faults))


def is_read_ahead(stack):
    """More rows were read than are in the batch that is held, and in those before it."""
    rows = stack.metric("tabrelay_snapshot_rows_total", mapping="items")
    return rows > state(stack)[1] + stack.metric("tabrelay_pending_rows", mapping="items")


@pytest.fixture
def filling(make_stack):
    """The second full batch of a first fill is held, and the chunk after it is read."""
    stack = make_stack(start=False, replicator={"snapshot_rows": CHUNK}, google={"batch_bytes": "64KiB"})
    insert(stack, ROWS)
    release(stack, {"match": "batchUpdate", "skip": 4, "hold": True})
    stack.webhook.start()
    stack.replicator.start()
    wait_until("a batch to be held", lambda: held(stack) == 1)
    wait_until("the chunk after it", lambda: is_read_ahead(stack))
    assert 0 < state(stack)[1] < ROWS / 2
    return stack


def row_ahead(stack):
    """The key of a row of the chunk that was read last."""
    return int(stack.metric("tabrelay_snapshot_rows_total", mapping="items")) - 1


def key_on_its_way(stack):
    """The key of a row of the batch that is held: base lacks it."""
    known = stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.base")[0][0]
    assert known == state(stack)[1]
    return known + 1


def test_what_mysql_changes_after_the_chunk_was_read_is_newer(filling):
    key = row_ahead(filling)
    filling.sql("UPDATE items SET name = 'changed' WHERE id = %s", (key,))
    filling.sql("DELETE FROM items WHERE id = %s", (key - 1,))
    filling.sql("UPDATE items SET id = %s WHERE id = %s", (ROWS * 2, key - 2))
    time.sleep(0.3)  # the stream has the changes before the answer comes
    release(filling)
    wait_until("the snapshot's end", lambda: is_done(filling), 60)
    filling.wait_equal("Items", 60)
    assert filling.metric("tabrelay_snapshot_rows_total", mapping="items") <= ROWS + 1


def test_a_kill_costs_what_was_read_ahead_and_no_more(filling):
    read = filling.metric("tabrelay_snapshot_rows_total", mapping="items")
    done = state(filling)[1]
    filling.replicator.kill()
    release(filling)
    filling.replicator.start()
    wait_until("the snapshot's end", lambda: is_done(filling), 60)
    filling.wait_equal("Items", 60)
    assert done + filling.metric("tabrelay_snapshot_rows_total", mapping="items") <= ROWS + 1
    assert read - done < ROWS / 2


@pytest.mark.parametrize("lost", [{"status": 503}, {"status": 503, "after": True}], ids=["not applied", "applied"])
def test_the_answer_is_lost_while_a_chunk_waits(filling, lost):
    release(filling, {"match": "batchUpdate", "count": 2, **lost})
    wait_until("the snapshot's end", lambda: is_done(filling), 90)
    filling.wait_equal("Items", 60)


def test_an_edit_of_a_row_that_is_on_its_way_is_kept(filling):
    """Base knows of the row before the batch is acknowledged."""
    key = key_on_its_way(filling)
    name = filling.sql("SELECT name FROM items WHERE id = %s", (key,))[0][0]
    headers = filling.cells("Items")[0]
    cells = {**{h: None for h in headers}, "id": key, "name": "typed"}
    result = post(filling, [{"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000), "row": key + 1, "edited": ["name"],
                             "cells": cells, "old": {"name": name}}])[0]
    assert result["outcome"] == "applied", result
    known = "SELECT COUNT(*) FROM {}.base WHERE row_key = %s".format(filling.state_database)
    assert filling.sql(known, (json.dumps([str(key)]),)) == [(1,)]
    release(filling)
    wait_until("the snapshot's end", lambda: is_done(filling), 60)
    filling.wait_equal("Items", 60)
    assert filling.sql("SELECT name FROM items WHERE id = %s", (key,)) == [("typed",)]
    assert filling.replicator.log().count("session: streaming") == 1, "nothing had to begin anew"


# --- base is written while Google answers


def written_ahead(stack):
    """Rows of base that a transaction has locked."""
    free = stack.sql(f"SELECT key_hash FROM {stack.state_database}.base FOR UPDATE SKIP LOCKED")
    return known(stack) - len(free)


def known(stack):
    return stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.base")[0][0]


@contextlib.contextmanager
def written_and_held(stack, statement, **fault):
    """Within the block the batch of STATEMENT is held, and base is written; after it, it goes on."""
    release(stack, {"match": "batchUpdate", "hold": True, **fault})
    stack.sql(statement)
    wait_until("a batch to be held", lambda: held(stack) == 1, every_s=0.01)
    wait_until("base to be written", lambda: written_ahead(stack) >= MANY, every_s=0.01)
    yield
    stack.google.call("POST", "/sandbox/v1/faults/release")


MANY = 300
PRICES = "UPDATE items SET price = price + 1000"


@pytest.fixture
def calm(make_stack):
    """So many rows, and nobody at work in the tab."""
    stack = make_stack(replicator={"reconcile_every": "0s"})
    insert(stack, MANY)
    stack.wait_equal("Items")
    wait_until("the comparison", lambda: stack.metric("tabrelay_reconciles_total") >= 1)
    wait_until("all to be acknowledged", lambda: known(stack) == MANY and stack.metric("tabrelay_pending_rows", mapping="items") == 0)
    return stack


def hashes(stack):
    return stack.sql(f"SELECT hashes FROM {stack.state_database}.base ORDER BY key_hash")


def settled(stack):
    stack.wait_equal("Items", 60)
    wait_until("all to be acknowledged", lambda: stack.metric("tabrelay_pending_rows", mapping="items") == 0)
    assert known(stack) == MANY and written_ahead(stack) == 0


def test_base_is_committed_with_the_proof(calm):
    before = hashes(calm)
    with written_and_held(calm, PRICES):
        assert hashes(calm) == before
    settled(calm)
    assert all(a != b for a, b in zip(before, hashes(calm)))


def test_nobody_is_locked_out_for_long(calm):
    before = hashes(calm)
    with written_and_held(calm, PRICES):
        wait_until("the rows to be free again", lambda: written_ahead(calm) == 0, 5)
        assert held(calm) == 1
        assert hashes(calm) == before
        calm.sql(f"UPDATE {calm.state_database}.base SET changed_us = changed_us")
    settled(calm)
    assert all(a != b for a, b in zip(before, hashes(calm)))


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 503, "after": True}, {"status": 429}, {"drop": True, "after": True}],
                         ids=["not applied", "applied", "refused", "cut"])
def test_the_batch_fails_after_base_was_written(calm, fault):
    with written_and_held(calm, PRICES, **fault):
        pass
    settled(calm)


def test_rows_are_sorted_before_the_batch_lands(calm):
    with written_and_held(calm, PRICES):
        calm.act({"action": "sort", "tab": "Items", "row": 1, "column": 0, "descending": True})
    settled(calm)
    assert calm.metric("tabrelay_moved_rows_total", mapping="items") > 0
    assert calm.sql(f"SELECT COUNT(*) FROM {calm.state_database}.edit_log WHERE operation <> 'none'") == [(0,)]


def test_a_kill_takes_back_what_was_written(calm):
    before = hashes(calm)
    with written_and_held(calm, PRICES):
        calm.replicator.kill()
        wait_until("MySQL to take it back", lambda: written_ahead(calm) == 0)
        assert hashes(calm) == before
    calm.replicator.start()
    settled(calm)


def test_who_has_lost_the_lease_commits_nothing(calm):
    before = hashes(calm)
    with written_and_held(calm, PRICES):
        calm.sql(f"UPDATE {calm.state_database}.lease SET token = token + 1, holder = 'another', expires_at = NOW() - INTERVAL 1 MINUTE")
    wait_until("it to be noticed", lambda: "another replicator has taken over" in calm.replicator.log())
    assert hashes(calm) == before
    settled(calm)
