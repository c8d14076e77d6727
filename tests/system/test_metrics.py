# SPDX-License-Identifier: Apache-2.0
"""What both processes show to Prometheus: its form, the page about it, and that the numbers move as they should."""
import re
import subprocess
import time

import pytest

import exposition
from programs import ROOT, wait_until

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL, qty INT NULL);\n"
STAGES = ("stream", "queue", "plan", "send", "acknowledge")
ROW = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \|([^|]*)\|", re.M)


def documented():
    """name -> (type, labels) of docs/metrics.md."""
    text = (ROOT / "docs/metrics.md").read_text()
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in ROW.findall(text)}


@pytest.fixture(scope="module")
def promtool():
    done = subprocess.run([ROOT / "tools/prometheus"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() + "/promtool"


@pytest.fixture
def live(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "name": "items"}], tables=TABLE, replicator={"heartbeat_every": "300ms"})
    stack.sql("INSERT INTO items VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)")
    stack.wait_equal("Items")
    stack.sql("UPDATE items SET qty = 20 WHERE id = 2")
    stack.sql("DELETE FROM items WHERE id = 3")
    stack.wait_equal("Items")
    wait_until("the acknowledgement", lambda: stack.metric("tabrelay_pending_rows") == 0)  # only then it is counted
    return stack


def hold(stack):
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "hold": True}])


def release(stack):
    stack.google.call("POST", "/sandbox/v1/faults/release")


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_what_is_shown_is_what_is_documented_and_prometheus_finds_nothing_wrong(live, promtool):
    texts = [exposition.read(port) for port in (live.metrics_port, live.webhook_port)]
    for text in texts:
        done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
    shown = {**exposition.families(texts[0]), **exposition.families(texts[1])}
    page = documented()
    assert shown == {name: kind for name, (kind, _) in page.items()}
    for text in texts:
        for name, labels, _ in exposition.series(text):
            family = name if name in page else re.sub(r"_(bucket|sum|count)$", "", name)
            assert set(labels) - {"le"} == page[family][1], name


def test_changes_are_counted_and_timed_from_their_commit(live):
    metric = live.metric
    assert [metric("tabrelay_changes_total", mapping="items", operation=o) for o in ("insert", "update", "delete")] == [3, 1, 1]
    wait_until("nothing to wait", lambda: metric("tabrelay_pending_rows") == metric("tabrelay_lag_seconds") == 0, 10, 0.1)
    assert metric("tabrelay_change_lag_seconds_count") >= 2  # the rows of the insert may have come with the first fill
    count, total = metric("tabrelay_change_lag_seconds_count"), metric("tabrelay_change_lag_seconds_sum")
    assert metric("tabrelay_change_lag_seconds_bucket", le="+Inf") == count
    assert 0 < total / count < 2
    parts = [metric("tabrelay_change_stage_seconds_sum", stage=stage) for stage in STAGES]
    assert {metric("tabrelay_change_stage_seconds_count", stage=stage) for stage in STAGES} == {count}
    assert sum(parts) == pytest.approx(total, abs=0.001 * count)
    assert metric("tabrelay_rows_written_total", operation="update") >= 1
    assert metric("tabrelay_batches_total", outcome="acknowledged") > 0
    assert metric("tabrelay_mapping_state", state="streaming") == metric("tabrelay_mapping_state") == 1
    assert metric("tabrelay_mapping_rows") == 2


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_lag_grows_while_google_is_held_and_is_as_long_as_that_afterwards(live):
    before = {bound: live.metric("tabrelay_change_lag_seconds_bucket", le=bound) for bound in ("2.5", "10")}
    hold(live)
    began = time.time()
    live.sql("UPDATE items SET qty = 99 WHERE id = 1")
    committed = time.time()
    wait_until("the lag to grow", lambda: live.metric("tabrelay_lag_seconds", mapping="items") > 2.6, 10, 0.05)
    assert time.time() - committed - 0.1 < live.metric("tabrelay_lag_seconds") < time.time() - began + 0.1
    assert live.metric("tabrelay_pending_rows") == 1
    release(live)
    live.wait_equal("Items")
    wait_until("nothing to wait", lambda: live.metric("tabrelay_lag_seconds") == 0, 10, 0.05)
    assert live.metric("tabrelay_change_lag_seconds_bucket", le="2.5") == before["2.5"]
    assert live.metric("tabrelay_change_lag_seconds_bucket", le="10") == before["10"] + 1


def test_a_new_process_knows_how_long_a_change_has_waited(live):
    live.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 100000, "status": 429}])
    committed = time.time()
    live.sql("UPDATE items SET qty = 99 WHERE id = 1")
    wait_until("the lag to grow", lambda: live.metric("tabrelay_lag_seconds") > 2, 15, 0.05)
    live.replicator.kill()
    started = time.time()
    live.replicator.start()
    # For a moment it is in the queue, and the queue knows only since when. The change itself is older than the process.
    lag = wait_until("the change to be read again", lambda: (lag := live.metric("tabrelay_lag_seconds")) > 2 and lag, 20, 0.05)
    assert lag < time.time() - committed + 1.1  # of MariaDB the second is known
    assert lag > time.time() - started
    live.google.call("PUT", "/sandbox/v1/faults", [])
    live.wait_equal("Items", 60)


def test_a_change_s_lag_is_no_whole_second(live):
    """On MariaDB the log has whole seconds only: there a heartbeat says how long the way takes."""
    wait_until("a heartbeat", lambda: live.metric("tabrelay_heartbeats_total") > 1, 10, 0.05)
    before = live.metric("tabrelay_change_stage_seconds_sum", stage="stream"), live.metric("tabrelay_change_lag_seconds_count")
    for n in range(20):
        live.sql("UPDATE items SET qty = %s WHERE id = 1", [1000 + n])
        time.sleep(0.05)
    live.wait_equal("Items")
    # Coalesced rows count once. 250 ms are much for a loaded machine, and little beside whole seconds.
    count = live.metric("tabrelay_change_lag_seconds_count") - before[1]
    stream = live.metric("tabrelay_change_stage_seconds_sum", stage="stream") - before[0]
    assert count > 0 and 0 < stream / count < 0.25
    assert 0 < live.metric("tabrelay_stream_lag_seconds") < 1
    assert abs(live.metric("tabrelay_mysql_clock_offset_seconds")) < 0.5


def test_a_long_statement_is_no_lag(live):
    """A statement's own time is when it began."""
    wait_until("a heartbeat", lambda: live.metric("tabrelay_heartbeats_total") > 1, 10, 0.05)
    before = live.metric("tabrelay_change_lag_seconds_bucket", le="1"), live.metric("tabrelay_change_lag_seconds_count")
    live.sql("UPDATE items SET qty = 7 + SLEEP(2) WHERE id = 1")
    wait_until("the acknowledgement", lambda: live.metric("tabrelay_change_lag_seconds_count") == before[1] + 1)
    assert live.metric("tabrelay_change_lag_seconds_bucket", le="1") == before[0] + 1


def test_mysql_is_asked_what_is_left(live):
    wait_until("MySQL to be asked", lambda: live.metric("tabrelay_binlog_retention_seconds") >= 0 and
               "tabrelay_stream_behind_bytes " in exposition.read(live.metrics_port), 15, 0.2)
    live.server.sql("SET GLOBAL binlog_expire_logs_seconds = 86400")
    wait_until("the retention", lambda: live.metric("tabrelay_binlog_retention_seconds") == 86400, 15, 0.2)
    assert 86000 < live.metric("tabrelay_binlog_retention_left_seconds") <= 86400
    # A heartbeat may be on its way, and the log's own events.
    assert 0 <= live.metric("tabrelay_stream_behind_bytes") < 5000
    assert live.metric("tabrelay_conflicts_open", mapping="items") == 0
    if live.server.flavour == "mariadb" or "tabrelay_stream_behind_transactions " in exposition.read(live.metrics_port):
        assert live.metric("tabrelay_stream_behind_transactions") < 5
    assert time.time() - live.metric("tabrelay_checkpoint_timestamp_seconds") < 70


def test_what_is_left_in_the_binlog_is_counted(make_stack):
    """Google refuses everything for a while: when what may wait is reached (a quarter of a memory_limit that the process is larger than) the stream waits, and the binlog is the queue."""
    stack = make_stack([{"table": "items", "tab": "Items"}], tables=TABLE.replace("(50)", "(2000)"),
                       replicator={"heartbeat_every": "300ms", "memory_limit": "1MiB"})
    stack.wait_equal("Items")
    stack.google.call("PUT", "/sandbox/v1/faults", [{"match": "batchUpdate", "count": 100000, "status": 429}])
    for n in range(20):
        stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n * 100 + k}, '{'x' * 1900}', 1)" for k in range(100)))
    wait_until("the binlog to be the queue", lambda: stack.metric("tabrelay_stream_behind_bytes") > 1000000, 30, 0.2)
    assert stack.metric("tabrelay_stream_behind_transactions") >= 5  # of some 195 kB each
    assert stack.metric("tabrelay_queue_bytes") >= stack.metric("tabrelay_queue_limit_bytes") == 32 * 1024
    assert stack.metric("tabrelay_pending_bytes") >= 128 * 1024
    lag = stack.metric("tabrelay_stream_lag_seconds")
    wait_until("the lag of the stream to grow", lambda: stack.metric("tabrelay_stream_lag_seconds") > lag + 0.5, 10, 0.1)
    assert stack.metric("tabrelay_google_requests_total", kind="write", outcome="throttled") > 0
    stack.google.call("PUT", "/sandbox/v1/faults", [])
    stack.wait_equal("Items", 60)
    wait_until("nothing to be left", lambda: stack.metric("tabrelay_stream_behind_bytes") < 5000, 20, 0.2)


@pytest.mark.parametrize("server", ["mariadb"], indirect=True)
def test_edits_are_timed_and_counted_by_outcome(live):
    row = live.row_of("Items", 1.0)
    live.act({"action": "edit", "tab": "Items", "row": row, "column": 1, "value": "eins"})
    wait_until("the edit", lambda: live.sql("SELECT name FROM items WHERE id = 1")[0][0] == "eins", 15, 0.05)
    live.act({"action": "edit", "tab": "Items", "row": row, "column": 2, "value": "many"})
    hook = live.webhook_port
    wait_until("the refusal", lambda: exposition.metric(hook, "tabrelay_edits_total", outcome="rejected") == 1, 15, 0.05)
    assert exposition.metric(hook, "tabrelay_edits_total", mapping="items", source="script", outcome="applied") == 1
    assert exposition.metric(hook, "tabrelay_edit_lag_seconds_count", mapping="items") == 2
    parts = [exposition.metric(hook, "tabrelay_edit_stage_seconds_sum", stage=stage) for stage in ("delivery", "apply")]
    assert sum(parts) == pytest.approx(exposition.metric(hook, "tabrelay_edit_lag_seconds_sum"), abs=0.01)
    assert exposition.metric(hook, "tabrelay_webhook_requests_total", path="edits", reason="ok") >= 2
    assert exposition.metric(hook, "tabrelay_webhook_request_seconds_count", path="edits") >= 2
    assert exposition.metric(hook, "tabrelay_mysql_up") == 1
    wait_until("the echoes", lambda: live.metric("tabrelay_echoes_total", mapping="items") >= 1, 10, 0.05)
    assert live.metric("tabrelay_echo_lag_seconds_count") == live.metric("tabrelay_echoes_total")


@pytest.mark.parametrize("own_server", ["mariadb"], indirect=True)
def test_a_cut_stream_falls_behind(make_own_stack, own_server):
    stack = make_own_stack([{"table": "items", "tab": "Items"}], tables=TABLE)
    wait_until("the stream", lambda: stack.metric("tabrelay_stream_connected") == 1, 20, 0.1)
    own_server.stop()
    wait_until("the stream to break", lambda: stack.metric("tabrelay_stream_connected") == 0, 20, 0.05)
    before = stack.metric("tabrelay_stream_lag_seconds")
    wait_until("the lag to grow", lambda: stack.metric("tabrelay_stream_lag_seconds") > before + 1, 10, 0.1)
    own_server.start()
    wait_until("the stream", lambda: stack.metric("tabrelay_stream_connected") == 1, 60, 0.1)
    wait_until("the lag to fall", lambda: stack.metric("tabrelay_stream_lag_seconds") < 1, 60, 0.1)
    wait_until("another session", lambda: stack.metric("tabrelay_sessions_total", outcome="open") >= 2, 30, 0.1)
