# SPDX-License-Identifier: Apache-2.0
"""The running stack under a real Prometheus and Alertmanager: a healthy one has no alert, each panel shows data, each alert fires and is delivered.

The rules are evaluated every half second, and their minutes are seconds here; which thresholds were made smaller is printed. rules_test.yml tests the
rules with their real times."""
import contextlib
import json
import math
import re
import time

import pytest

import provoke
from programs import wait_until
from prometheus import DOCKER, alerts
from provoke import PROVOCATIONS
from world import FACTOR, INTERVAL

QUIET_S = 8
TOLD = set()


def say(capsys, *lines):
    with capsys.disabled():
        print("", *lines, sep="\n  ")


def test_a_healthy_stack_has_no_alert_not_even_a_pending_one(world, capsys):
    say(capsys, f"scraped and evaluated every {INTERVAL}; `for` and ranges are {FACTOR} times shorter; thresholds made smaller:",
        *(f"  {old}   ->   {new}" for old, new in provoke.CHANGES.items()))
    world.stack.wait_equal("Items")
    world.reconcile("items"), world.reconcile("others")
    world.wait_quiet()
    start_s = time.monotonic()
    n = 0
    while time.monotonic() < start_s + QUIET_S:
        n += 1
        world.stack.sql("UPDATE items SET qty = %s WHERE id = 3", (1000 + n,))
        world.edit(4, "qty", 2000 + n)
        time.sleep(0.5)
    world.stack.wait_equal("Items")
    assert world.prometheus.query(f'count_over_time(ALERTS{{alertname=~"Tabrelay.*"}}[{QUIET_S}s])') == []
    assert world.prometheus.rule_errors() == [] and world.receiver.requests == []


@contextlib.contextmanager
def traffic(world):
    """Something of everything, in both directions; what waits for a person is decided at the end."""
    stack = world.stack
    stack.sql("UPDATE items SET qty = qty + 1 WHERE id <= 20")
    stack.sql("INSERT INTO items (name, qty) VALUES ('of MySQL', 1), ('to go', 2)")
    stack.sql("DELETE FROM items WHERE name = 'to go'")
    world.edit(5, "qty", 55)
    world.edit(6, "qty", "no number")
    headers = stack.cells("Items")[0]
    stack.act({"action": "paste", "tab": "Items", "row": len(stack.cells("Items")) + 1, "column": headers.index("name"), "values": [["typed", "7"]]})
    provoke.conflict(world, 7)
    stack.cli("conflicts", "resolve", "--mapping", "items", "--all", "--take", "sheet")
    provoke.conflict(world, 8)
    stack.cli("snapshot", "others")
    world.triggers(drop=provoke.FOREVER)
    world.edit(9, "qty", 99)
    stack.act({"action": "delete_rows", "tab": "Items", "index": stack.row_of("Items", 30.0), "count": 4})
    world.reconcile("items")
    world.triggers()
    yield
    stack.cli("conflicts", "resolve", "--mapping", "items", "--all", "--take", "sheet")
    stack.cli("deletes", "approve", "items")
    stack.wait_equal("Items")


def shown(world, target):
    """The series with a value of one query of a panel, as Grafana asks it: over time, or now."""
    expression = target["expr"].replace("$__rate_interval", "10s").replace("$__range", "1h").replace("$mapping", ".*")
    if target["instant"]:
        return [labels for labels, value in world.prometheus.query(expression) if math.isfinite(value)]
    answer = world.prometheus.get("/api/v1/query_range", query=expression, start=world.since_s, end=time.time(), step=1)
    return [series["metric"] for series in answer["data"]["result"] if any(math.isfinite(float(v)) for _, v in series["values"])]


def panels():
    """(dashboard, panel, target) of every query."""
    for path in sorted((DOCKER / "grafana/dashboards").glob("*.json")):
        dashboard = json.loads(path.read_text())
        yield from ((dashboard["title"], panel["title"], target) for panel in dashboard["panels"] for target in panel.get("targets", []))


def test_each_panel_shows_something(world, capsys):
    with traffic(world):
        time.sleep(2)  # some scrapes
        lines, empty = [], []
        for dashboard, panel, target in panels():
            count = len(shown(world, target))
            lines.append(f"{count:3d} series  {dashboard}, {panel}: {target['expr']}")
            empty += [] if count else [lines[-1]]
    say(capsys, "Grafana itself is not run (Debian has no package of it); its panels' queries are, each against Prometheus:", *lines)
    assert not empty, "\n".join(empty)


@pytest.mark.parametrize("provocation", PROVOCATIONS, ids=lambda made: made.__name__)
def test_what_goes_wrong_is_told(world, provocation, capsys):
    world.wait_over(PROVOCATIONS[provocation])
    start_s, after = time.monotonic(), len(world.receiver.requests)
    with provocation(world):
        for name in PROVOCATIONS[provocation]:
            alert = world.wait_told(name, after)
            say(capsys, f"{name} fired and was delivered after {time.monotonic() - start_s:.1f} s: {alert['annotations']['summary']}",
                f"  {alert['annotations']['description']}")
            assert not re.search("<no value>|<error|%!", str(alert["annotations"])), alert
            TOLD.add(name)


def test_each_alert_was_provoked():
    named = {name for names in PROVOCATIONS.values() for name in names}
    assert named == {rule["alert"] for rule in alerts()}


def test_all_is_well_again_and_that_is_told(world):
    world.reconcile("items"), world.reconcile("others")
    world.stack.cli("conflicts", "resolve", "--mapping", "items", "--all", "--take", "sheet")
    world.wait_quiet()
    for name in TOLD:
        wait_until(f"{name} to be told to be over", lambda name=name: world.told(name, "resolved"))
