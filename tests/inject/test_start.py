# SPDX-License-Identifier: Apache-2.0
"""Programs that start while one allocation, read, write or query fails, then while the next one does (README.md).

Each must end by itself with words, or go on as if nothing had been; never crash, hang or leak. TABRELAY_INJECT_SHARE=N takes one of N.
"""
import concurrent.futures

import pytest

from daemon import SHARE, Daemon, complaint, orders, run
from run import sampled

COMMANDS = ["check", "grants", "init-db", "status", "verify --all", "plan", "conflicts", "log"]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(make_stack, tmp_path, command):
    stack = make_stack(start=False)
    arguments = ["--config", stack.config, *command.split()]
    counts = tmp_path / "counts"
    status, text = run("tabrelay", *arguments, INJECT_COUNT=str(counts))
    assert status in (0, 1) and complaint(status, text) == "", text
    cases = sampled(orders(counts), SHARE)
    assert cases
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = pool.map(lambda order: (order, complaint(*run("tabrelay", *arguments, INJECT=order))), cases)
        bad = [f"INJECT={order}: {why}" for order, why in done if why]
    assert bad == [], f"{len(bad)} of {len(cases)}\n" + "\n".join(bad)


@pytest.mark.parametrize("name", ["tabrelay-webhook", "tabrelay-replicator"])
def test_daemons(make_stack, tmp_path, name):
    stack = make_stack(start=False)
    stack.sql("INSERT INTO items (name, price, since) VALUES ('lamp', 12.5, '2024-05-06'), ('chair', NULL, NULL)")
    ready = {"tabrelay-webhook": stack.webhook_url + "healthz",
             "tabrelay-replicator": f"http://127.0.0.1:{stack.metrics_port}/readyz"}[name]
    daemon = Daemon(name, stack.config, ready, tmp_path)
    counts = tmp_path / "counts"
    status, log = daemon.run(INJECT_COUNT=str(counts))
    assert (status, complaint(status, log)) == (0, ""), log
    cases = sampled(orders(counts), SHARE)
    assert cases
    bad = []
    for order in cases:
        status, log = daemon.run(INJECT=order)
        why = complaint(status, log)
        if why:
            bad.append(f"INJECT={order}: {why}\n{log[-1500:]}")
    assert bad == [], f"{len(bad)} of {len(cases)}\n" + "\n".join(bad)
    # Whatever failed: the same data comes through in the end.
    stack.webhook.start()
    stack.replicator.start()
    stack.wait_equal("Items", 60)
