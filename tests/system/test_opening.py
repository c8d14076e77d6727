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
    """Until the replicator follows N_READY mappings."""
    seen = len(stack.replicator.log())
    stack.replicator.start()
    wait_until("the session", lambda: "session: streaming" in stack.replicator.log()[seen:])
    assert sum(state in ("streaming", "snapshot") for state in states(stack).values()) == n_ready


@pytest.fixture
def stack(make_stack):
    stack = make_stack(MAPPINGS, tables=TABLES, start=False)
    stack.webhook.start()
    return stack


def test_the_tabs_of_a_spreadsheet_are_opened_together(stack):
    """Headers of all, then key cells of all: a third request for cells, which would be the first comparison's, gets no answer."""
    start(stack, N)
    for mapping in MAPPINGS:
        stack.wait_equal(mapping["tab"])
    stack.replicator.stop()
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "getByDataFilter", "skip": 2, "count": 1000, "hold": True}])
    start(stack, N)
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    stack.google.call("POST", "/sandbox/v1/faults/release")
    stack.sql("UPDATE t11 SET name = 'goes on' WHERE id = 2")
    stack.wait_equal("Shelf11")


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


def test_the_headers_of_blank_tabs_are_written_together(stack):
    """A second write, which would be the first rows', gets no answer."""
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "skip": 1, "count": 1000, "hold": True}])
    start(stack, N)
    assert [stack.cells(mapping["tab"])[0] for mapping in MAPPINGS] == [["id", "name"]] * N
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    stack.google.call("POST", "/sandbox/v1/faults/release")
    for mapping in MAPPINGS:
        stack.wait_equal(mapping["tab"])


def test_headers_that_google_refuses_together_are_written_tab_by_tab(stack):
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 1, "status": 400}])
    start(stack, N)
    for mapping in MAPPINGS:
        stack.wait_equal(mapping["tab"])


@pytest.mark.parametrize("after", [False, True], ids=["before", "applied"])
def test_kill_9_while_headers_are_written(stack, after):
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "hold": True, "after": after}])
    with pytest.raises(AssertionError, match="did not get ready"):
        stack.replicator.start(wait_s=2)
    wait_until("the write", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    stack.replicator.kill()
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    start(stack, N)
    for mapping in MAPPINGS:
        stack.wait_equal(mapping["tab"])
        assert stack.cells(mapping["tab"])[0] == ["id", "name"]
