# SPDX-License-Identifier: Apache-2.0
"""A start with many mappings in one spreadsheet: few requests, and what is wrong with one of them is not the others' matter."""
import pytest

from programs import wait_until

N = 12
TABLES = "".join(f"CREATE TABLE t{i} (id INT PRIMARY KEY, name VARCHAR(50));\nINSERT INTO t{i} VALUES (1, 'one of {i}'), (2, 'two');\n"
                 for i in range(N))
MAPPINGS = [{"table": f"t{i}", "tab": f"Shelf{i}", "key": ["id"]} for i in range(N)]


def states(stack):
    return dict(stack.sql(f"SELECT mapping, state FROM {stack.state_database}.mapping_state"))


def start(stack, n_ready):
    """The requests to Google up to the moment when the replicator follows N_READY mappings."""
    after = max((r["number"] for r in stack.google.requests()), default=0)
    seen = len(stack.replicator.log())
    stack.replicator.start()
    wait_until("the session", lambda: "session: streaming" in stack.replicator.log()[seen:])
    requests = [r for r in stack.google.requests(after) if r["path"].startswith("/v4/")]
    assert sum(state in ("streaming", "snapshot") for state in states(stack).values()) == n_ready
    return requests


@pytest.fixture
def stack(make_stack):
    stack = make_stack(MAPPINGS, tables=TABLES, start=False)
    stack.webhook.start()
    return stack


def test_the_tabs_of_a_spreadsheet_are_opened_together(stack):
    first = start(stack, N)
    for mapping in MAPPINGS:
        stack.wait_equal(mapping["tab"])
    stack.replicator.stop()
    second = start(stack, N)
    # Tabs, headers, key cells; the first time headers are written, too. One more may be the first comparison's.
    assert len(second) <= 3 + 1, second
    assert len(first) <= 3 + N + 1, first


def test_one_tab_that_is_not_there_is_not_the_others_matter(stack):
    start(stack, N)
    stack.wait_equal("Shelf11")
    stack.replicator.stop()
    stack.act({"action": "delete_tab", "tab": "Shelf3"})
    stack.act({"action": "edit", "tab": "Shelf5", "range": "A1", "value": "not the key"})
    start(stack, N - 2)
    assert {name for name, state in states(stack).items() if state == "error"} == {"t3", "t5"}
    stack.sql("UPDATE t4 SET name = 'goes on' WHERE id = 2")
    stack.wait_equal("Shelf4")


@pytest.mark.parametrize("skip", [0, 1], ids=["headers", "key cells"])
def test_a_read_that_google_refuses_is_made_again_tab_by_tab(stack, skip):
    start(stack, N)
    stack.wait_equal("Shelf11")
    stack.replicator.stop()
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "getByDataFilter", "skip": skip, "count": 1, "status": 400}])
    start(stack, N)
    stack.sql("UPDATE t7 SET name = 'goes on' WHERE id = 2")
    stack.wait_equal("Shelf7")
