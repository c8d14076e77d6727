# SPDX-License-Identifier: Apache-2.0
"""Who runs an instance: a second replicator waits and takes over, and the first one, when it comes back, writes nothing."""
import contextlib
import json
import re
import signal
import time

import exposition
import pytest

from programs import run, wait_until
from proxy import Proxy
from servers import free_port

TAKEN = "lease: taken "
WAITS = "lease: another replicator runs this instance; waiting"


class Spare:
    """A replicator with a copy of STACK's configuration, where CHANGES replaces keys of sections."""

    def __init__(self, stack, programs, name="spare", **changes):
        self.metrics_port = free_port()
        self.config = stack.folder / f"{name}.yaml"
        config = json.loads(stack.config.read_text())
        for section, keys in {"replicator": {"metrics_listen": f"127.0.0.1:{self.metrics_port}"}, **changes}.items():
            config[section] = {**config[section], **keys} if isinstance(keys, dict) else keys
        self.config.write_text(json.dumps(config))
        self.program = programs("tabrelay-replicator", ["--config", self.config], ready_log=WAITS)

    def has_taken(self, times=1):
        return self.program.log().count(TAKEN) >= times


@pytest.fixture
def spare(stack, programs):
    made = Spare(stack, programs)
    made.program.start()
    return made


def batches(stack):
    return [r for r in stack.google.requests() if r["path"].endswith(":batchUpdate")]


def pid_of(stack):
    return stack.replicator.process.pid


def take_over(spare, since, within_s):
    """Wait until SPARE has the lease; the seconds since then."""
    wait_until("the spare one to take over", spare.has_taken, within_s + 20, every_s=0.05)
    took_s = time.monotonic() - since
    assert took_s < within_s, f"took over after {took_s:.1f} s"
    return took_s


def test_one_with_the_very_same_configuration_says_what_to_change(stack):
    done = run("tabrelay-replicator", "--config", stack.config)
    assert done.returncode == 1
    assert 'hint="Another program listens there: give another address (replicator.metrics_listen)."' in done.stderr


def test_who_holds_the_lease_is_told_everywhere(stack, spare):
    name = re.search(r"lease: taken .*holder=(\S+)", stack.replicator.log())[1]
    assert name.endswith(f":{pid_of(stack)}")
    assert re.search(rf"{WAITS} .*holder={re.escape(name)} since=\d{{4}}-", spare.program.log())
    status = json.loads(stack.cli("status", "--json"))
    assert status["is_running"] is True and status["holder"] == name and status["holder_since"].startswith("20")
    assert re.search(rf"^instance \S+: run by {re.escape(name)} since 20", stack.cli("status"), re.M)
    checked = run("tabrelay", "--config", stack.config, "check", "--json").stdout
    found = {f["id"]: f["message"] for f in json.loads(checked)["checks"]}
    assert f"is run by {name} since 20" in found["replicator.running"]
    assert stack.metric("tabrelay_lease_held") == 1 and stack.metric("tabrelay_lease_holder", holder=name) == 1
    assert exposition.metric(spare.metrics_port, "tabrelay_lease_held") == 0
    assert exposition.metric(spare.metrics_port, "tabrelay_lease_holder", holder=name) == 1


def test_a_clean_stop_hands_it_over_at_once(stack, spare):
    begun = time.monotonic()
    stack.replicator.stop()
    ended = time.monotonic()
    take_over(spare, begun, ended - begun + 3)
    stack.sql("INSERT INTO items (name) VALUES ('after the stop')")
    stack.wait_equal("Items")


def test_after_kill_9_on_this_machine_it_is_taken_at_once(stack, spare):
    begun = time.monotonic()
    stack.replicator.kill()
    take_over(spare, begun, 4)
    assert "its process has ended" in spare.program.log()
    stack.sql("INSERT INTO items (name) VALUES ('after the kill')")
    stack.wait_equal("Items")


def test_a_frozen_one_is_followed_within_ten_seconds_and_writes_nothing_when_it_wakes(stack, spare):
    stack.sql("INSERT INTO items (name) VALUES ('before')")
    stack.wait_equal("Items")
    begun = time.monotonic()
    stack.replicator.process.send_signal(signal.SIGSTOP)
    took_s = take_over(spare, begun, 10)
    assert took_s > 5.5, "it took over while the first one could still have written to Google"
    stack.sql("INSERT INTO items (name) VALUES ('by the spare one')")
    stack.wait_equal("Items")
    # New rows, for which nothing is written down in MySQL before they are sent. Only the one that wakes can see them now.
    spare.program.process.send_signal(signal.SIGSTOP)
    try:
        seen = len(batches(stack))
        stack.sql("INSERT INTO items (name) VALUES ('unseen'), ('unseen, too')")
        stack.replicator.process.send_signal(signal.SIGCONT)
        wait_until("the frozen one to learn it", lambda: "lease: lost: another replicator has taken over" in stack.replicator.log(), 10)
        wait_until("its session to end", lambda: stack.metric("tabrelay_stream_connected") == 0, 10)
        assert len(batches(stack)) == seen
    finally:
        spare.program.process.send_signal(signal.SIGCONT)
    stack.wait_equal("Items")
    assert not re.search(TAKEN, stack.replicator.log()[stack.replicator.log().index("lease: lost"):])
    keys = [row[0] for row in stack.cells("Items")[1:] if row and row[0] is not None]
    assert len(keys) == len(set(keys))


def test_one_that_is_cut_off_from_mysql_stops_writing_to_google_before_another_begins(make_stack, programs):
    stack = make_stack(start=False)
    with contextlib.closing(Proxy(stack.server.port)) as proxy:
        first = Spare(stack, programs, "first", mysql={"port": proxy.port})
        first.program.ready_log = "session: streaming"
        second = Spare(stack, programs, "second")
        stack.webhook.start()
        first.program.start()
        second.program.start()
        stack.sql("INSERT INTO items (name) VALUES ('seen')")
        stack.wait_equal("Items")
        # A batch of new rows, for which nothing was written down in MySQL, is refused, and waits for a token to be sent with again.
        faults = [{"match": "batchUpdate", "status": 401}, {"match": "token", "hold": True}]
        stack.google.call("PUT", "/sandbox/v1/faults", faults)
        stack.sql("INSERT INTO items (name) VALUES ('tried')")
        wait_until("it to wait", lambda: stack.google.call("GET", "/sandbox/v1/faults")["held"] == 1, 10)
        begun = time.monotonic()
        proxy.silence()
        take_over(second, begun, 10)
        stack.wait_equal("Items")
        seen = len(batches(stack))
        stack.google.call("POST", "/sandbox/v1/faults/release")
        wait_until("its refusal", lambda: "MySQL has not renewed it: nothing is sent to Google" in first.program.log(), 20)
        assert len(batches(stack)) == seen
        proxy.heal()
        wait_until("the first one to learn it", lambda: "lease: lost" in first.program.log(), 20)
        stack.sql("INSERT INTO items (name) VALUES ('later')")
        stack.wait_equal("Items")


def test_an_acknowledgement_that_takes_long_does_not_cost_the_lease(stack, spare):
    """What state_ack_begin does, and then a transaction of nine seconds."""
    connection = stack.server.connect(database=stack.state_database, autocommit=False)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE lease SET expires_at = expires_at + INTERVAL 1 SECOND WHERE instance = %s", (stack.database,))
        begun = time.monotonic()
        # Longer than a lease that is not renewed lasts; the spare one has tried to take it, and waits for the lock.
        wait_until("nine seconds", lambda: time.monotonic() - begun > 9, 20)
        connection.commit()
    wait_until("a renewal", lambda: stack.server.sql(
        f"SELECT expires_at > UTC_TIMESTAMP(3) + INTERVAL 6 SECOND FROM {stack.state_database}.lease")[0][0] == 1, 10)
    assert not spare.has_taken() and "lease: lost" not in stack.replicator.log()
    stack.sql("INSERT INTO items (name) VALUES ('still there')")
    stack.wait_equal("Items")
