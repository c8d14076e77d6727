# SPDX-License-Identifier: Apache-2.0
"""A clone of the whole server has the state database with it: to a tab its tabrelay is the same one. Of the two neither goes on."""
import itertools
import json

import pytest

from programs import run, wait_until
from replication import Pair
from servers import free_port

_numbers = itertools.count(641)
REFUSED = "another tabrelay with a copy of this state database writes its spreadsheet, too"


@pytest.fixture(params=["mariadb", "mysql"])
def pair(request, flavours):
    cls, base = flavours(request.param)
    made = Pair(cls, base, _numbers)
    try:
        yield made.start()
    finally:
        made.remove()


class Clone:
    """The stack's replicator, as it were, beside a copy of its server."""

    def __init__(self, stack, server, programs):
        self.stack, self.server, metrics_port = stack, server, free_port()
        config = json.loads(stack.config.read_text())
        config["mysql"]["port"] = server.port
        config["replicator"]["metrics_listen"] = f"127.0.0.1:{metrics_port}"
        self.config = stack.folder / "clone.yaml"
        self.config.write_text(json.dumps(config))
        self.replicator = programs("tabrelay-replicator", ["--config", self.config], ready_url=f"http://127.0.0.1:{metrics_port}/readyz")

    def sql(self, text):
        return self.server.sql(text, database=self.stack.database)


def state(config):
    return json.loads(run("tabrelay", "--config", config, "status", "--json").stdout)["mappings"][0]


def batches(stack):
    return [r for r in stack.google.requests() if r["path"].endswith(":batchUpdate")]


def test_of_a_server_and_its_clone_neither_goes_on_until_a_person_says_which(pair, programs, tmp_path):
    from fixtures import _stack_factory

    stack = _stack_factory(pair.primary, programs, tmp_path)()
    stack.sql("INSERT INTO items (name) VALUES ('one'), ('two')")
    stack.wait_equal("Items")
    pair.catch_up()
    pair.promote()  # without the primary's knowledge
    clone = Clone(stack, pair.replica, programs)
    clone.replicator.start()
    wait_until("the clone to begin", lambda: "session: streaming" in clone.replicator.log(), 30)
    clone.sql("UPDATE items SET name = 'of the clone' WHERE id = 1")
    wait_until("its change", lambda: stack.cells("Items")[1][stack.cells("Items")[0].index("name")] == "of the clone", 30)
    stack.sql("UPDATE items SET name = 'of the first one' WHERE id = 2")
    first = wait_until("the first one to notice", lambda: state(stack.config)["state"] == "error" and state(stack.config), 30)
    assert REFUSED in first["last_error"]
    clone.sql("UPDATE items SET name = 'of the clone, again' WHERE id = 1")
    wait_until("the clone to notice", lambda: state(clone.config)["state"] == "error" and REFUSED in state(clone.config)["last_error"], 30)
    before, cells = len(batches(stack)), stack.cells("Items")
    stack.sql("UPDATE items SET name = 'more' WHERE id = 2")
    clone.sql("UPDATE items SET name = 'more' WHERE id = 1")
    wait_until("the clone to try again", lambda: clone.replicator.log().count(REFUSED) >= 2, 90)
    assert len(batches(stack)) == before and stack.cells("Items") == cells
    # A person says which one goes on.
    clone.replicator.stop()
    stack.replicator.stop()
    stack.replicator.start()
    stack.wait_equal("Items", 60)
    assert state(stack.config)["state"] == "streaming"
