# SPDX-License-Identifier: Apache-2.0
"""Several service accounts and spreadsheets share Google's quota: nobody starves, who may not is left out, a reserve is kept."""
import json
import os
import re
import threading
import time

import pytest

from programs import run, wait_until

FOREVER = 1000000
TABLES = """
CREATE TABLE busy (id INT PRIMARY KEY, value INT NOT NULL);
CREATE TABLE quiet (id INT PRIMARY KEY, value INT NOT NULL);
"""
ACCOUNT = "sandbox@tabrelay-sandbox.iam.gserviceaccount.com"
MAPPINGS = [{"table": "busy", "tab": "Busy"}, {"table": "quiet", "tab": "Quiet"}]


def change_config(stack, change):
    config = json.loads(stack.config.read_text())
    change(config)
    stack.config.write_text(json.dumps(config))


def give_accounts(stack, *accounts):
    """The replicator's service accounts, each "name@project"."""
    paths = []
    for account in accounts:
        name, project = account.split("@")
        paths.append(str(stack.folder / f"{name}-{project}.json"))
        with open(os.open(paths[-1], os.O_WRONLY | os.O_CREAT, 0o600), "w") as key:
            json.dump(stack.google.credentials(name, project), key)
    change_config(stack, lambda config: config["google"].update(credentials=paths))


def start(stack):
    stack.webhook.start()
    stack.replicator.start()


def by_whom(stack, after=0, match=":batchUpdate"):
    """How many of the requests that end with MATCH each account made, since the request numbered AFTER."""
    counts = {}
    for request in stack.google.requests(after):
        if request["path"].endswith(match) and request["status"] == 200:
            name = request["user"].split(".")[0]
            counts[name] = counts.get(name, 0) + 1
    return counts


class Storm:
    """Changes rows of the table busy until the end of the block; COUNT rows, twenty at once."""

    def __init__(self, stack, count=2000):
        self.stack, self.count, self.is_over = stack, count, threading.Event()
        self.thread = threading.Thread(target=self.rage)

    def rage(self):
        step = 0
        while not self.is_over.is_set():
            self.stack.sql("UPDATE busy SET value = value + 1 WHERE id BETWEEN %s AND %s", (step % self.count, step % self.count + 19))
            step += 20
            time.sleep(0.005)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def fill(stack, rows=2000):
    stack.sql("INSERT INTO busy VALUES " + ", ".join(f"({n}, 0)" for n in range(rows)))
    stack.sql("INSERT INTO quiet VALUES (1, 0)")


def latency(stack, spreadsheet, value):
    """Seconds from a change of the table quiet to its tab."""
    start_s = time.monotonic()
    stack.sql("UPDATE quiet SET value = %s WHERE id = 1", (value,))
    sheet_id = next(tab["sheetId"] for tab in stack.google.spreadsheet(spreadsheet)["tabs"] if tab["title"] == "Quiet")
    wait_until("the quiet row", lambda: [c and c["d"] for c in stack.google.rows(spreadsheet, sheet_id, 1, 1)[0][:2]]
               == ["1", str(value)], 30, 0.05)
    return time.monotonic() - start_s


@pytest.mark.parametrize("books", [1, 2])
def test_a_busy_table_does_not_keep_a_quiet_one_waiting(make_stack, capsys, books):
    """Google's quota gives a token in 1.33 s when the burst is used up."""
    stack = make_stack(MAPPINGS, tables=TABLES, quota=60, start=False)
    quiet_book = stack.spreadsheet
    if books == 2:
        quiet_book = stack.google.create("quiet", ["Quiet"])
        change_config(stack, lambda config: config["mappings"][1].update(spreadsheet=quiet_book))
    fill(stack)
    start(stack)
    stack.wait_equal("Busy", 60)
    with Storm(stack):
        wait_until("the burst to be used up", lambda: stack.metric("tabrelay_quota_tokens", name=ACCOUNT, kind="write") < 4.2, 60, 0.1)
        latencies = [latency(stack, quiet_book, value) for value in range(1, 7)]
    with capsys.disabled():
        print(f"\n  {stack.server.flavour}, busy and quiet in {books} spreadsheet(s): {', '.join(f'{s:.1f}' for s in latencies)} s")
    assert max(latencies) < 6
    stack.wait_equal("Busy", 60)
    assert [r for r in stack.google.requests() if r["status"] == 429] == []


def batches(stack, after):
    return [r for r in stack.google.requests(after) if r["path"].endswith(":batchUpdate")]


def test_busy_tables_share_a_batch_that_has_no_room_for_all(make_stack):
    """Two batches go after all three tables were changed: each tab shows some of it."""
    tables = ["one", "two", "three"]
    stack = make_stack([{"table": name, "tab": name.title()} for name in tables], start=False, google={"batch_bytes": "64KiB"},
                       tables="".join(f"CREATE TABLE {name} (id INT PRIMARY KEY, value INT NOT NULL);\n" for name in tables))
    rows = 2000
    for name in tables:
        stack.sql(f"INSERT INTO {name} VALUES " + ", ".join(f"({n}, 0)" for n in range(rows)))
    start(stack)
    for name in tables:
        stack.wait_equal(name.title(), 60)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "hold": True}])
    stack.sql("UPDATE one SET value = 1 WHERE id = 0")
    wait_until("a batch to be held", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    before = stack.google.requests()[-1]["number"]
    for name in tables:
        stack.sql(f"UPDATE {name} SET value = 7 WHERE id % 2 = 1")  # none has a neighbour
    wait_until("all changes", lambda: stack.metric("tabrelay_changes_total") >= 3 * rows // 2)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "skip": 2, "hold": True}])
    stack.google.call("POST", "/sandbox/v1/faults/release")
    wait_until("the third batch after it", lambda: len(batches(stack, before)) == 3
               and stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1)
    shown = [sum(row[1] == 7 for row in stack.cells(name.title())[1:]) for name in tables]
    assert min(shown) > 0 and sum(shown) < 3 * rows // 2, (shown, stack.google.requests(before))
    stack.google.call("POST", "/sandbox/v1/faults/release")
    for name in tables:
        stack.wait_equal(name.title(), 60)


def test_a_spreadsheet_that_fails_does_not_keep_another_waiting(make_stack):
    stack = make_stack(MAPPINGS, tables=TABLES, start=False)
    other = stack.google.create("quiet", ["Quiet"])
    change_config(stack, lambda config: config["mappings"][1].update(spreadsheet=other))
    give_accounts(stack, "one@p")
    fill(stack, 20)
    start(stack)
    stack.wait_equal("Busy", 60)
    latency(stack, other, 1)
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": f"/{stack.spreadsheet}", "user": "one@", "status": 503, "count": FOREVER}])
    stack.sql("UPDATE busy SET value = 7")
    wait_until("a failure", lambda: "HTTP 503" in stack.replicator.log())
    for value in range(2, 8):
        latency(stack, other, value)
    assert stack.differences("Busy") != ""
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    stack.wait_equal("Busy", 60)


def test_accounts_share_the_load(make_stack):
    stack = make_stack(start=False, quota=60)
    give_accounts(stack, "one@p", "two@p", "three@q")
    change_config(stack, lambda config: config["google"].update(spreadsheet_writes_per_minute=600))
    stack.sql("INSERT INTO items (name) VALUES " + ", ".join(f"('item {n}')" for n in range(100)))
    start(stack)
    stack.wait_equal("Items")
    after = stack.google.requests()[-1]["number"]
    for n in range(30):
        stack.sql("UPDATE items SET price = %s WHERE id = %s", (n, n + 1))
        time.sleep(0.1)
    stack.wait_equal("Items")
    counts = by_whom(stack, after)
    assert set(counts) == {"one@p", "two@p", "three@q"} and min(counts.values()) >= 5, counts
    assert [r for r in stack.google.requests() if r["status"] == 429] == []


def test_an_account_that_may_not_is_left_out_and_warned_of_once(make_stack):
    stack = make_stack(start=False)
    give_accounts(stack, "stranger@p", "friend@p")
    stack.google.call("PUT", "/sandbox/v1/faults", [{"user": "stranger@", "status": 403, "count": FOREVER}])
    stack.sql("INSERT INTO items (name) VALUES ('a')")
    checked = run("tabrelay", "--config", stack.config, "check")
    assert "account stranger@p.iam.gserviceaccount.com does not reach spreadsheet" in checked.stdout
    assert "Share the spreadsheet with stranger@p.iam.gserviceaccount.com as editor." in checked.stdout
    assert "account friend@p" not in checked.stdout
    assert "the credentials are those of stranger@p.iam.gserviceaccount.com, friend@p.iam.gserviceaccount.com" in checked.stdout
    start(stack)
    for n in range(20):
        stack.sql("INSERT INTO items (name) VALUES (%s)", (f"item {n}",))
    stack.wait_equal("Items")
    for what in "read", "write":
        assert stack.replicator.log().count(f"stranger@p.iam.gserviceaccount.com may not {what} it, other accounts do") == 1
    refused = [r for r in stack.google.requests() if r["status"] == 403 and r["path"].endswith(":batchUpdate")]
    assert len(refused) == 1
    assert set(by_whom(stack)) >= {"friend@p"}


def test_a_viewer_reads_and_an_editor_writes(make_stack):
    stack = make_stack(start=False)
    give_accounts(stack, "viewer@p", "editor@p")
    stack.google.call("PUT", "/sandbox/v1/faults", [{"user": "viewer@", "match": "batchUpdate", "status": 403, "count": FOREVER}])
    stack.sql("INSERT INTO items (name) VALUES ('a')")
    start(stack)
    stack.wait_equal("Items")
    stack.sql("UPDATE items SET name = 'b'")
    stack.wait_equal("Items")
    assert set(by_whom(stack)) == {"editor@p"}
    assert "viewer@p" in by_whom(stack, match=":getByDataFilter")


def test_a_change_that_one_of_several_accounts_made_is_our_own(make_stack):
    """Drive's `me` is the account that asks; what another of ours wrote makes no comparison necessary either."""
    stack = make_stack([{"table": "items", "tab": "Items", "sheet_changes": "poll"}], start=False,
                       replicator={"reconcile_every": "0s", "poll_every": "1s"})
    give_accounts(stack, "one@p", "two@p")
    change_config(stack, lambda config: config["google"].update(writes_per_minute=60, spreadsheet_writes_per_minute=600))
    stack.sql("INSERT INTO items (name) VALUES ('a')")
    start(stack)
    stack.wait_equal("Items")
    wait_until("the look after the last write", lambda: "verdict=same" in stack.replicator.log().rsplit("flush:", 1)[-1], 30)

    def written_by_the_other():
        stack.sql("UPDATE items SET price = COALESCE(price, 0) + 1")
        stack.wait_equal("Items")
        return [r["user"] for r in stack.google.requests() if r["path"].endswith(":batchUpdate")][-1].startswith("two@p")
    wait_until("a write of the account that does not ask Drive", written_by_the_other)
    looks = wait_until("a look", lambda: re.findall(r"verdict=(\w+)", stack.replicator.log().rsplit("flush:", 1)[-1]), 30)
    assert "moved" not in looks


def two_of(values):
    return values[:2] if len(values) >= 2 else None


def test_a_429_of_the_project_loses_and_repeats_nothing(make_stack):
    """Two accounts, one project: together they may do less than each believes, until Google says so."""
    stack = make_stack(start=False, quota=60)
    give_accounts(stack, "one@p", "two@p")
    change_config(stack, lambda config: config["google"].update(spreadsheet_writes_per_minute=600))
    limit = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded", "details": [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "metadata": {
            "quota_limit": "WriteRequestsPerMinutePerProject", "quota_limit_value": "40", "quota_unit": "1/min/{project}"}}]}}
    stack.sql("INSERT INTO items (name) VALUES " + ", ".join(f"('item {n}')" for n in range(50)))
    start(stack)
    stack.wait_equal("Items")
    after = stack.google.requests()[-1]["number"]
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "status": 429, "body": json.dumps(limit)}])
    stack.sql("UPDATE items SET price = 1")
    statuses = wait_until("both tries", lambda: two_of([r["status"] for r in stack.google.requests(after)
                                                       if r["path"].endswith(":batchUpdate")]), 60)
    assert statuses == [429, 200]
    stack.wait_equal("Items")
    assert stack.metric("tabrelay_quota_refusals_total", scope="project", name="p", kind="write") == 1
    assert stack.metric("tabrelay_quota_limit_per_minute", scope="project", name="p", kind="write") == 40
    assert "Google's quota WriteRequestsPerMinutePerProject of p is 40 a minute" in stack.replicator.log()


def test_requests_go_over_one_connection(make_stack):
    stack = make_stack()
    for n in range(20):
        stack.sql("INSERT INTO items (name) VALUES (%s)", (f"item {n}",))
    stack.wait_equal("Items")
    ours = [r for r in stack.google.requests() if r["path"].endswith((":batchUpdate", ":getByDataFilter"))]
    assert len(ours) > 5 and len({r["port"] for r in ours}) == 1
