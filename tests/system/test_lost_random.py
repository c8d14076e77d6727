# SPDX-License-Identifier: Apache-2.0
"""Random batches without an answer, while people move rows: MySQL keeps what the programs wrote, and nothing is taken for an edit. Each
seed is a history; these have found mistakes."""
import random

import pytest

from programs import wait_until
from test_lost import edits, faults, held, recorded, silent
from test_people import SHEET_ONLY, act, compared

STEPS = 60
NO_ANSWER = [{"status": 503}, {"drop": True}, {"body": "<html>"}, "killed after it", "killed before it"]


def in_mysql(stack):
    return stack.sql("SELECT id, name, price, state, note FROM items ORDER BY id")


def statements(dice, n, ids):
    """One transaction; keys from 100 + 2n on are new."""
    def some(count):
        return ", ".join(map(str, dice.sample(ids, count)))
    new = 100 + 2 * n
    return dice.choice([
        lambda: [f"UPDATE items SET name = 'v{n}' WHERE id IN ({some(1)})"],
        lambda: [f"UPDATE items SET name = CONCAT('w{n} ', id), price = id + {n} WHERE id IN ({some(3)})"],
        lambda: [f"UPDATE items SET state = IF(state = 'sold', 'used', 'sold'), note = 'same' WHERE id IN ({some(4)})"],
        lambda: [f"UPDATE items SET note = NULL, price = {n}.5 WHERE id IN ({some(2)})"],
        lambda: [f"UPDATE items SET id = {new} WHERE id = {some(1)}"],
        lambda: [f"INSERT INTO items (id, name) VALUES ({new}, 'n{new}')"],
        lambda: [f"DELETE FROM items WHERE id IN ({some(2)})", f"INSERT INTO items (id, name) VALUES ({new}, 'a'), ({new + 1}, 'b')"],
        lambda: [f"UPDATE items SET price = {n} WHERE id IN ({some(2)})", f"DELETE FROM items WHERE id = {some(1)}",
                 f"INSERT INTO items (id, name) VALUES ({new}, 'n{new}')"]])()


def move(dice, stack):
    end = len(stack.cells("Items"))
    action, more = dice.choice([
        ("sort", {"row": 1, "column": dice.choice([0, 1, 2]), "descending": dice.random() < 0.5}),
        ("move_rows", {"index": dice.randrange(1, end - 3), "count": 2, "to": dice.choice([1, end])}),
        ("insert_rows", {"index": dice.randrange(1, end), "count": 1})])
    act(stack, action, **more)


def commit(stack, todo):
    connection = stack.server.connect(database=stack.database)
    with connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for statement in todo:
            cursor.execute(statement)
        connection.commit()


def restart(stack):
    stack.replicator.kill()
    stack.replicator.start()


def lose_a_batch(dice, stack, n):
    answer = dice.choice(NO_ANSWER)
    rule = {"match": "batchUpdate", "hold": True, "after": True, **(answer if isinstance(answer, dict) else {"delay_ms": 5000})}  # each keeps a thread of the sandbox
    faults(stack, rule, *([{"match": "batchUpdate", "status": 503, "after": True}] * dice.choice([0, 0, 1])))
    commit(stack, statements(dice, n, [row[0] for row in in_mysql(stack)]))
    wait_until("a held write", lambda: held(stack) == 1)
    for _ in range(dice.choice([1, 1, 2])):
        move(dice, stack)
    if answer == "killed before it":
        restart(stack)
    stack.google.call("POST", "/sandbox/v1/faults/release")
    if answer == "killed after it":
        restart(stack)
    faults(stack)


@SHEET_ONLY
@pytest.mark.parametrize("seed", [11, 12])
def test_whatever_was_lost_nothing_is(make_stack, seed):
    dice = random.Random(seed)
    stack = silent(make_stack, "poll")
    stack.sql("INSERT INTO items (name, price, note) VALUES " + ", ".join(f"('item {i}', {i}, 'note {i}')" for i in range(7, 21)))
    stack.wait_equal("Items")
    for n in range(STEPS):
        lose_a_batch(dice, stack, n)
        meant = in_mysql(stack)
        stack.wait_equal("Items", 40)
        compared(stack)
        stack.wait_equal("Items", 40)
        assert in_mysql(stack) == meant and [e for e in edits(stack) if e[2] != "none"] == [], f"step {n} of seed {seed}"
        wait_until("nothing to be on its way", lambda: recorded(stack) == 0)
