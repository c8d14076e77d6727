# SPDX-License-Identifier: Apache-2.0
"""A refused value gives way to MySQL's, and nothing else does: not what somebody has typed in its place meanwhile."""
import pytest

from programs import wait_until
from test_people import act, by_key, edit, fill

NEVER = {"reconcile_every": "0s"}


@pytest.fixture
def stack(make_stack):
    return make_stack(replicator=NEVER)


def refused(stack):
    return stack.sql(f"SELECT COUNT(*) FROM {stack.state_database}.edit_log WHERE outcome = 'rejected'")[0][0]


def refuse_two_cells(stack):
    """The price and the state of row 2 are typed, and both are refused."""
    act(stack, "paste", row=2, column=2, values=[["dear", "broken"]])
    wait_until("the refusal", lambda: refused(stack) == 1)


def test_refused_values_give_way(stack):
    fill(stack)
    refuse_two_cells(stack)
    stack.wait_equal("Items")
    assert by_key(stack, "price")[2.0] == 2 and by_key(stack, "state")[2.0] == "new"


def test_what_is_typed_over_a_refused_value_stays(stack):
    fill(stack)
    refuse_two_cells(stack)
    stack.google.call("PUT", "/sandbox/v1/script/faults", {"drop": 1})
    edit(stack, 2, "price", "42")
    wait_until("the price", lambda: stack.sql("SELECT price FROM items WHERE id = 2") == [(42,)])
    stack.wait_equal("Items")
    assert by_key(stack, "price")[2.0] == 42 and by_key(stack, "state")[2.0] == "new"


def test_a_refused_date_gives_way(stack):
    fill(stack)
    before = stack.sql("SELECT updated_at FROM items WHERE id = 2")
    edit(stack, 2, "updated_at", "1901-02-28")  # before any TIMESTAMP
    wait_until("the refusal", lambda: refused(stack) == 1)
    stack.wait_equal("Items")
    assert stack.sql("SELECT updated_at FROM items WHERE id = 2") == before
