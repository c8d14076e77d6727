# SPDX-License-Identifier: Apache-2.0
"""A tab is written by one tabrelay: another one, with a state database of its own, is refused, and told how to take it over."""
import json
import re

import pytest

from programs import run, wait_until
from servers import free_port


class Copy:
    """STACK's configuration on another host, as it were: with a state database of its own."""

    def __init__(self, stack, programs, instance):
        self.stack, self.metrics_port = stack, free_port()
        config = json.loads(stack.config.read_text())
        config["instance"] = instance
        config["mysql"]["state_database"] = f"{stack.state_database}_copy"
        config["replicator"]["metrics_listen"] = f"127.0.0.1:{self.metrics_port}"
        self.config = stack.folder / "copy.yaml"
        self.config.write_text(json.dumps(config))
        stack.server.sql(f"CREATE DATABASE {stack.state_database}_copy")
        stack.grant(self.config)
        self.replicator = programs("tabrelay-replicator", ["--config", self.config], ready_url=f"http://127.0.0.1:{self.metrics_port}/readyz")

    def cli(self, *arguments):
        return run("tabrelay", "--config", self.config, *arguments)

    def status(self):
        return json.loads(self.cli("status", "--json").stdout)["mappings"][0]


@pytest.fixture
def make_copy(stack, programs):
    stack.sql("INSERT INTO items (name) VALUES ('one')")
    stack.wait_equal("Items")
    return lambda instance: Copy(stack, programs, instance)


def batches(stack):
    return len([r for r in stack.google.requests() if r["path"].endswith(":batchUpdate")])


def test_a_copied_configuration_does_not_write_a_tab_that_another_tabrelay_writes(stack, make_copy):
    copy = make_copy(stack.database)
    before, cells = batches(stack), stack.cells("Items")
    checked = {c["id"]: c for c in json.loads(copy.cli("check", "--json").stdout)["checks"]}
    assert checked["mapping.owner"]["status"] == "failed" and "tabrelay claim" in checked["mapping.owner"]["remedy"]
    copy.replicator.start()
    wait_until("the refusal", lambda: copy.status()["state"] == "error", 15)
    assert re.search(r'tab "Items" is written by another tabrelay: \S+ \S+:\d+', copy.status()["last_error"])
    assert "tabrelay claim items" in copy.replicator.log()
    assert batches(stack) == before and stack.cells("Items") == cells
    checked = {c["id"]: c for c in json.loads(run("tabrelay", "--config", stack.config, "check", "--json").stdout)["checks"]}
    assert checked["mapping.owner"]["status"] == "ok"


def test_a_tab_is_taken_over_on_purpose_and_the_first_one_stops_writing_it(stack, make_copy):
    copy = make_copy("other")
    copy.replicator.start()
    wait_until("the refusal", lambda: copy.status()["state"] == "error", 15)
    claimed = copy.cli("claim", "items")
    assert claimed.returncode == 0 and re.search(r"was written by \S+ \S+:\d+", claimed.stdout), claimed
    assert "is this tabrelay's already" in copy.cli("claim", "items").stdout
    # The first one learns it from the answer to its next batch, and sends no other.
    stack.sql("INSERT INTO items (name) VALUES ('two')")
    wait_until("the first one to notice", lambda: json.loads(run("tabrelay", "--config", stack.config, "status", "--json").stdout)
               ["mappings"][0]["state"] == "error", 30)
    copy.replicator.stop()
    copy.replicator.start()
    stack.sql("INSERT INTO items (name) VALUES ('three')")
    stack.wait_equal("Items", 60)
    assert copy.status()["state"] == "streaming"


def test_claim_needs_a_name_and_a_replicator_that_has_run(make_copy):
    copy = make_copy("other")
    assert copy.cli("claim").returncode == 2 and copy.cli("claim", "nothing").returncode == 2
    refused = copy.cli("claim", "items")
    assert refused.returncode == 1 and "was never run" in refused.stderr
