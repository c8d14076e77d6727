# SPDX-License-Identifier: Apache-2.0
"""--health and /healthz: what hangs is not well; MySQL or Google being away is no reason to restart anything."""
import json
import os
import signal
import urllib.error
import urllib.request

import pytest

from programs import run
from servers import free_port

MAPPINGS = [{"table": "items", "tab": "Items"}]
TABLE = "CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NOT NULL);"


@pytest.fixture
def stack(make_stack):
    return make_stack(mappings=MAPPINGS, tables=TABLE)


def ask(stack, name):
    return run(f"tabrelay-{name}", "--config", stack.config, "--health")


def test_both_daemons_say_that_they_are_well(stack):
    webhook, replicator = ask(stack, "webhook"), ask(stack, "replicator")
    assert (webhook.returncode, webhook.stdout) == (0, 'tabrelay-webhook: well: {"ok":true,"mysql":true}\n')
    assert replicator.returncode == 0
    assert replicator.stdout.startswith('tabrelay-replicator: well: {"ok":true,"mysql":true,"worker_silent_seconds":0.')
    for port in (stack.metrics_port, stack.webhook_port):
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=15).read() == b'{"ok":true}\n'


def test_a_daemon_that_is_not_there_or_hangs_is_not_well(stack):
    stack.webhook.stop()
    gone = ask(stack, "webhook")
    assert gone.returncode == 1
    assert gone.stdout.startswith(f"tabrelay-webhook: does not answer: {stack.webhook_url}healthz: http: ")
    os.kill(stack.replicator.process.pid, signal.SIGSTOP)
    try:
        hangs = ask(stack, "replicator")
    finally:
        os.kill(stack.replicator.process.pid, signal.SIGCONT)
    assert hangs.returncode == 1
    assert "does not answer" in hangs.stdout


def test_without_mysql_both_daemons_are_alive_and_not_ready(make_stack):
    stack = make_stack(mappings=MAPPINGS, tables=TABLE, start=False)
    config = json.loads(stack.config.read_text())
    config["mysql"]["port"] = free_port()
    stack.config.write_text(json.dumps(config))
    stack.replicator.ready_url = f"http://127.0.0.1:{stack.metrics_port}/healthz"
    stack.replicator.start()
    assert '"ok":true,"mysql":false' in ask(stack, "replicator").stdout
    stack.webhook.start()
    assert '"ok":true,"mysql":false' in ask(stack, "webhook").stdout
    for port in (stack.metrics_port, stack.webhook_port):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=15)
        assert (refused.value.code, refused.value.read()) == (503, b'{"ok":false}\n')


def test_a_replicator_without_a_listener_says_what_is_missing(make_stack):
    stack = make_stack(mappings=MAPPINGS, tables=TABLE, start=False)
    config = json.loads(stack.config.read_text())
    del config["replicator"]["metrics_listen"]
    stack.config.write_text(json.dumps(config))
    done = ask(stack, "replicator")
    assert (done.returncode, done.stdout) == (1, "tabrelay-replicator: cannot be asked: replicator.metrics_listen is not set\n")
