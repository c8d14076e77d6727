# SPDX-License-Identifier: Apache-2.0
"""Two instances in one state database: they share base, so a mapping's name is one instance's."""
import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request
import uuid

import pytest

from programs import run, wait_until
from servers import free_port
from stack import PERSON, SECRET


class Other:
    """Another instance with STACK's state database, and a mapping of the table others; NAMED as the mapping of STACK, if so asked."""

    def __init__(self, stack, programs, **mapping):
        self.stack, metrics_port, self.webhook_port = stack, free_port(), free_port()
        config = json.loads(stack.config.read_text())
        config["instance"] = "other"
        config["replicator"]["metrics_listen"] = f"127.0.0.1:{metrics_port}"
        config["webhook"]["listen"] = f"127.0.0.1:{self.webhook_port}"
        config["mappings"] = [{"table": f"{stack.database}.others", "spreadsheet": stack.spreadsheet, "tab": "Others", **mapping},
                              {"table": f"{stack.database}.thirds", "spreadsheet": stack.spreadsheet, "tab": "Thirds"}]
        self.config = stack.folder / "other.yaml"
        self.config.write_text(json.dumps(config))
        stack.grant(self.config)
        self.replicator = programs("tabrelay-replicator", ["--config", self.config], ready_url=f"http://127.0.0.1:{metrics_port}/readyz")
        self.webhook = programs("tabrelay-webhook", ["--config", self.config], ready_url=f"http://127.0.0.1:{self.webhook_port}/healthz")

    def post_edit(self):
        """The status that its webhook answers an edit of its mapping with."""
        edit = {"id": str(uuid.uuid4()), "kind": "upsert", "time": int(time.time() * 1000), "row": 2, "edited": ["name"],
                "cells": {"id": 1, "name": "typed"}}
        body = json.dumps({"version": 1, "mapping": "items", "editor": PERSON, "source": "cli", "edits": [edit]}).encode()
        stamp = str(int(time.time()))
        mac = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(f"http://127.0.0.1:{self.webhook_port}/v1/edits", data=body, method="POST", headers={
            "Content-Type": "application/json", "X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": f"v1={mac}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def states(self):
        return {m["mapping"]: m["state"] for m in json.loads(run("tabrelay", "--config", self.config, "status", "--json").stdout)["mappings"]}


@pytest.fixture
def other(make_stack, programs):
    tables = "".join(f"CREATE TABLE {name} (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);\n"
                     f"INSERT INTO {name} VALUES (1, '{name} one');\n" for name in ("items", "others", "thirds"))
    stack = make_stack(tables=tables)
    for tab in ("Others", "Thirds"):
        stack.google.act(stack.spreadsheet, {"action": "add_tab", "title": tab})
    stack.wait_equal("Items")
    return Other(stack, programs, name="items")


def base(stack):
    return stack.sql(f"SELECT mapping, HEX(key_hash), HEX(hashes) FROM {stack.state_database}.base WHERE mapping = 'items'")


def test_a_name_that_another_instance_has_is_refused_while_that_one_runs(other):
    stack, before = other.stack, base(other.stack)
    other.replicator.start()
    wait_until("the others to go on", lambda: other.states()["thirds"] == "streaming")
    assert re.search(r'mapping items: the instance "\S+" runs and has a mapping of this name in this state database hint="Give one of',
                     other.replicator.log())
    assert stack.cells("Others") == [] and base(stack) == before
    checked = [c for c in json.loads(run("tabrelay", "--config", other.config, "check", "--json").stdout)["checks"]
               if c["id"] == "mapping.instance"]
    assert [(c["subject"], c["status"]) for c in checked] == [("mapping items", "failed")]
    assert "runs and has a mapping of this name" in checked[0]["message"]
    # Its webhook does not write base either: the script comes again.
    other.webhook.start()
    assert other.post_edit() == 503 and base(stack) == before
    assert 'mapping items: another instance than "other" has it' in other.webhook.log()
    stack.sql("UPDATE items SET name = 'one more' WHERE id = 1")
    stack.wait_equal("Items")
    # When the first one is no more, the name is free; and it is not given back while it is used.
    stack.replicator.stop()
    wait_until("the name to be taken over", lambda: stack.sql(
        f"SELECT instance FROM {stack.state_database}.mapping_state WHERE mapping = 'items'") == [("other",)], 90)
    stack.replicator.start()
    wait_until("the first one to be refused", lambda: 'mapping items: the instance "other" runs' in stack.replicator.log())
    assert other.post_edit() == 200
