# SPDX-License-Identifier: Apache-2.0
"""A change of MySQL does not wait for comparisons of other tabs."""
from programs import wait_until

TABS = 6
READS = 3  # at most before the batch: the comparison that was held; where the row is; the row itself
TABLES = "".join(f"CREATE TABLE t{n} (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL);\n" for n in range(TABS))


def is_calm(stack, seen=[0]):
    """No request since the last call."""
    before, seen[0] = seen[0], stack.google.requests()[-1]["number"]
    return before == seen[0]


def kind(request):
    return "batch" if request["path"].endswith(":batchUpdate") else "look" if request["path"].startswith("/drive/") else "read"


def filled(make_stack):
    stack = make_stack(mappings=[{"table": f"t{n}", "tab": f"Tab{n}s"} for n in range(TABS)], tables=TABLES, start=False)
    for n in range(TABS):
        stack.sql(f"INSERT INTO t{n} VALUES (1, 'one'), (2, 'two')")
    stack.webhook.start()
    stack.replicator.start()
    for n in range(TABS):
        stack.wait_equal(f"Tab{n}s")
    wait_until("every tab to be compared", lambda: stack.metric("tabrelay_reconciles_total") >= TABS)
    wait_until("no request to come", lambda: is_calm(stack), every_s=0.5)
    return stack


def compare_all(stack, *faults):
    """Ask for a comparison of every tab; the first reading of one is held. The last request before, and the comparisons so far."""
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "getByDataFilter", "hold": True}, *faults])
    before = stack.google.requests()[-1]["number"], stack.metric("tabrelay_reconciles_total")
    stack.sql(f"INSERT INTO {stack.state_database}.signals (kind, mapping, reason, created_at) VALUES "
              + ", ".join(f"('reconcile', 't{n}', 'test', UTC_TIMESTAMP(3))" for n in range(TABS)))
    wait_until("a reading to be held", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    return before


def test_a_change_leaves_between_two_comparisons(make_stack):
    stack = filled(make_stack)
    before, compared = compare_all(stack)
    seen = stack.metric("tabrelay_changes_total")
    stack.sql(f"UPDATE t{TABS - 1} SET name = 'changed' WHERE id = 2")
    wait_until("the change to be read", lambda: stack.metric("tabrelay_changes_total") > seen)
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("every tab to be compared", lambda: stack.metric("tabrelay_reconciles_total") >= compared + TABS)
    stack.wait_equal(f"Tab{TABS - 1}s")
    kinds = [kind(request) for request in stack.google.requests(before)]
    assert 1 <= kinds[:kinds.index("batch")].count("read") <= READS, kinds


def test_tabs_of_one_spreadsheet_that_are_compared_together_share_a_look_at_drive(make_stack):
    stack = filled(make_stack)
    before, compared = compare_all(stack, {"match": "files.get", "count": 100, "delay_ms": 400})
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("every tab to be compared", lambda: stack.metric("tabrelay_reconciles_total") >= compared + TABS)
    kinds = [kind(request) for request in stack.google.requests(before)]
    assert kinds.count("look") <= 1, kinds
