# SPDX-License-Identifier: Apache-2.0
"""What grows in the state database goes when it is old, and nothing that is still needed (keep in tabrelay.yaml)."""
import json
import re
import urllib.request

from programs import run, wait_until

TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL)"
OLD, YOUNG = 100, 1  # days; 90 are kept
PART = 200  # rows of one transaction (STATE_PRUNE_ROWS)


def filled(make_stack, **keep):
    """The webhook and the state database are there, the replicator is not: what is written now it does not see."""
    stack = make_stack([{"table": "items", "tab": "Items"}], tables=TABLE, start=False)
    config = json.loads(stack.config.read_text())
    stack.config.write_text(json.dumps({**config, **({"keep": keep} if keep else {})}))
    stack.sql("INSERT INTO items VALUES (1, 'one')")
    return stack


def state(stack, sql, *args):
    return stack.server.sql(sql, args or None, database=stack.state_database)


def tabrelay(stack, *arguments):
    return run("tabrelay", "--config", stack.config, *arguments)


def put_edits(stack, names, days, mapping="items"):
    then = f"UTC_TIMESTAMP(3) - INTERVAL {days} DAY"
    state(stack, "INSERT INTO edit_log (edit_id, mapping, source, kind, edited_columns, editor, edited_at, received_at, cells, outcome) VALUES "
          + ", ".join(f"('{name}', '{mapping}', 'script', 'upsert', '[]', 'ann', {then}, {then}, '{{}}', 'applied')" for name in names))


def put_conflict(stack, edit, was, days):
    state(stack, "INSERT INTO conflicts (mapping, key_hash, row_key, kind, policy, state, edit_id, editor, edited_at, opened_at, resolved_at) "
          "VALUES ('items', '0123456789abcdef', '[\"1\"]', 'update_update', 'manual', %s, %s, 'ann', UTC_TIMESTAMP(3), "
          "UTC_TIMESTAMP(3) - INTERVAL %s DAY, IF(%s = 'resolved', UTC_TIMESTAMP(3) - INTERVAL %s DAY, NULL))", was, edit, days, was, days)


def names(stack):
    return [name for name, in state(stack, "SELECT edit_id FROM edit_log ORDER BY id")]


def round_ends(stack):
    """The rows are counted when a round is over."""
    wait_until("a round of pruning", lambda: "tabrelay_state_rows{" in metrics(stack), 60, 0.1)


def metrics(stack):
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.metrics_port}/metrics", timeout=10) as answer:
        return answer.read().decode()


def test_what_is_old_goes_and_what_is_needed_stays(make_stack):
    stack = filled(make_stack)
    many = [f"many-{n}" for n in range(2 * PART + 1)]
    put_edits(stack, [*many, "old", "asked", "open"], OLD)
    put_edits(stack, ["young", "newest"], YOUNG)
    for edit, was, days in (("old", "resolved", OLD), ("asked", "asked", OLD), ("open", "open", OLD), ("young", "resolved", YOUNG)):
        put_conflict(stack, edit, was, days)
    for days in (8, 8, 6):
        state(stack, "INSERT INTO signals (kind, mapping, created_at) VALUES ('reconcile', 'items', UTC_TIMESTAMP(3) - INTERVAL %s DAY)", days)
    for key, hours in (("a" * 16, 25), ("b" * 16, 23)):
        state(stack, "INSERT INTO tombstone VALUES ('items', %s, 'mysql', UTC_TIMESTAMP(3) - INTERVAL %s HOUR)", key, hours)
    stack.replicator.start()
    round_ends(stack)

    assert names(stack) == ["asked", "open", "young", "newest"]
    assert list(state(stack, "SELECT edit_id FROM conflicts ORDER BY id")) == [("asked",), ("open",), ("young",)]
    assert state(stack, "SELECT COUNT(*) FROM signals")[0][0] == 1
    assert list(state(stack, "SELECT key_hash FROM tombstone")) == [(b"b" * 16,)]
    gone = {"edit_log": len(many) + 1, "conflicts": 1, "signals": 2}
    assert dict(state(stack, "SELECT table_name, n_rows FROM pruned")) == gone
    for table, n in {**gone, "tombstone": 1}.items():
        assert stack.metric("tabrelay_pruned_rows_total", table=table) == n
    # In parts: of the edits there were three.
    parts = re.findall(r"prune: old rows went table=edit_log rows=(\d+)", stack.replicator.log())
    assert parts == [str(PART), str(PART), "2"]
    # The deletes come back in the binlog, and are nobody's edits.
    stack.sql("UPDATE items SET name = 'two'")
    stack.wait_equal("Items")


def test_people_are_told_what_has_gone(make_stack):
    stack = filled(make_stack)
    put_edits(stack, ["old"], OLD)
    put_edits(stack, ["young"], YOUNG)
    stack.replicator.start()
    round_ends(stack)
    (when,), = state(stack, "SELECT CAST(newest AS CHAR(19)) FROM pruned WHERE table_name = 'edit_log'")
    told = f"edits from before {when} UTC were pruned (keep.edits)"

    log = tabrelay(stack, "log")
    assert "young" in log.stdout and log.stderr == f"tabrelay: {told}\n"
    assert tabrelay(stack, "log", "--limit", "1").stderr == "", "there is more to be shown"
    for command in ("log", "undo"):
        done = tabrelay(stack, command, "old")
        assert done.returncode == 1 and done.stderr.startswith(f"tabrelay: the edit log has no edit old; {told}\n"), done.stderr
    assert f"pruned: {told.replace(' were pruned', '')}" in stack.cli("status").splitlines()
    assert json.loads(stack.cli("status", "--json"))["edits_pruned_until"].startswith(when)


def test_forever_is_forever_and_check_tells_what_is_late(make_stack):
    stack = filled(make_stack, edits="forever", conflicts="1d")
    put_edits(stack, ["old", "newest"], OLD)
    put_conflict(stack, "old", "resolved", 2)
    put_conflict(stack, "old", "resolved", 0)
    stack.replicator.start()
    round_ends(stack)
    assert names(stack) == ["old", "newest"]
    assert state(stack, "SELECT COUNT(*) FROM conflicts")[0][0] == 1

    def found():
        checks = json.loads(tabrelay(stack, "check", "--json").stdout)["checks"]
        return next((c["status"], c["message"]) for c in checks if c["id"] == "state.pruned")
    assert found() == ("skipped", "the edit log is kept forever (keep.edits)")
    stack.replicator.stop()
    config = json.loads(stack.config.read_text())
    stack.config.write_text(json.dumps({**config, "keep": {"edits": "98d"}}))
    status, message = found()
    assert status == "warning" and message.endswith(" UTC, older than keep.edits says")
    stack.replicator.start()
    wait_until("the old edit to go", lambda: names(stack) == ["newest"], 60, 0.1)
    assert found() == ("ok", "the edit log has nothing older than keep.edits says")


def test_rows_of_another_instance_are_its_own_to_prune(make_stack):
    stack = filled(make_stack)
    state(stack, "INSERT INTO mapping_state (mapping, instance, spreadsheet) VALUES ('theirs', 'another', '1AbC')")
    put_edits(stack, ["their-old"], OLD, "theirs")
    put_edits(stack, ["nobody-s-old"], OLD, "not-mapped-any-more")
    put_edits(stack, ["newest"], YOUNG)
    stack.replicator.start()
    round_ends(stack)
    assert names(stack) == ["their-old", "newest"]


def test_a_state_database_of_before_is_followed_and_can_be_upgraded(make_stack):
    """Version 5 has no place to write down what went: nothing goes, which is said, and the tables flow all the same."""
    stack = filled(make_stack)
    put_edits(stack, ["old", "newest"], OLD)
    state(stack, "DROP TABLE pruned")
    state(stack, "ALTER TABLE conflicts DROP KEY by_end")
    state(stack, "ALTER TABLE signals DROP KEY by_time")
    state(stack, "DELETE FROM schema_version WHERE version > 5")
    stack.replicator.start()
    wait_until("the failure to be told", lambda: re.search(r"warn\S* prune: edit_log: .*init-db", stack.replicator.log()), 60, 0.1)
    stack.sql("UPDATE items SET name = 'two'")
    stack.wait_equal("Items")
    assert names(stack) == ["old", "newest"]

    assert f"{stack.state_database}: version 7, was 5\n" in stack.grant()
    indexes = {row[2] for row in state(stack, "SHOW INDEX FROM conflicts")} | {row[2] for row in state(stack, "SHOW INDEX FROM signals")}
    assert {"by_end", "by_time"} <= indexes
    stack.replicator.stop()
    stack.replicator.start()
    wait_until("the old edit to go", lambda: names(stack) == ["newest"], 60, 0.1)


def test_who_has_lost_the_lease_prunes_no_more(make_stack):
    stack = filled(make_stack)
    put_edits(stack, [f"old-{n}" for n in range(20 * PART)], OLD)
    put_edits(stack, ["newest"], YOUNG)
    stack.replicator.start()
    wait_until("the first part to go", lambda: "prune: old rows went" in stack.replicator.log(), 60, 0.02)
    state(stack, "UPDATE lease SET token = token + 1")
    wait_until("the replicator to notice", lambda: "another replicator has taken over this instance" in stack.replicator.log(), 60, 0.1)
    left = len(names(stack))
    assert left > PART and (left - 1) % PART == 0
    stack.replicator.kill()
