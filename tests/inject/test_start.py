# SPDX-License-Identifier: Apache-2.0
"""Programs that start while one allocation, read, write or query fails, then while the next one does (README.md).

Each must end by itself with words and status 1, or go on as if nothing had been; never crash, hang or leak. TABRELAY_INJECT_SHARE=N
takes one of N.
"""
import concurrent.futures
import os
import pathlib
import signal
import subprocess

import pytest

from programs import BUILD, Program, answers, wait_until
from run import COMPLAINT, OPTIONS, sampled

SHARE = int(os.environ.get("TABRELAY_INJECT_SHARE", "1"))
ENVIRONMENT = {name: value.format(leaks=1) for name, value in OPTIONS.items()}
COMMANDS = ["check", "grants", "init-db", "status", "verify", "plan", "conflicts", "log"]
TIMEOUT_S = 60


def orders(counts):
    """One for the first call from each place, as the program's counts tell."""
    lines = [line.split() for line in counts.read_text().splitlines()]
    return [f"{kind}:{n}" for kind, _, *first in lines for n in first]


def complaint(status, text):
    """Why an end was no good one; "" when it was."""
    found = COMPLAINT.search(text)
    if found:
        return text[found.start():][:1500]
    if status is None or status < 0 or status > 3:
        return f"status {status}"
    said = [line for line in text.splitlines() if line and not line.startswith("inject:")]
    return "" if status == 0 or said else f"status {status} without a word"


def injected(name, *arguments, **environment):
    return subprocess.run([BUILD / "inject" / name, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **ENVIRONMENT, **environment}, timeout=TIMEOUT_S, text=True, errors="replace")


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(make_stack, tmp_path, command):
    stack = make_stack(start=False)
    arguments = ["--config", stack.config, command]
    counts = tmp_path / "counts"
    assert injected("tabrelay", *arguments, INJECT_COUNT=str(counts)).returncode in (0, 1)

    def trial(order):
        try:
            done = injected("tabrelay", *arguments, INJECT=order)
        except subprocess.TimeoutExpired:
            return order, f"did not end within {TIMEOUT_S} s"
        return order, complaint(done.returncode, done.stdout)

    cases = sampled(orders(counts), SHARE)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        bad = [(order, why) for order, why in pool.map(trial, cases) if why]
    assert cases
    assert bad == [], "\n".join(f"INJECT={order}: {why}" for order, why in bad)


class Daemon:
    """A program that runs until it is told to end."""

    def __init__(self, name, config, ready_url, folder):
        self.name, self.ready_url, self.folder = name, ready_url, folder
        self.arguments = ["--config", config]

    def run(self, **environment):
        """Start it, wait until it is ready or has ended, end it: its status and log."""
        program = Program(self.name, self.arguments, self.folder, environment={**ENVIRONMENT, **environment})
        program.arguments[0] = str(BUILD / "inject" / self.name)
        program.log_path.unlink(missing_ok=True)
        try:
            program.start()
            wait_until("it to be ready, or to have ended", lambda: not program.running or answers(self.ready_url), TIMEOUT_S, every_s=0.05)
            if program.running:
                program.process.send_signal(signal.SIGTERM)
            return program.process.wait(20), program.log()
        except subprocess.TimeoutExpired:
            return None, program.log() + "\ndid not end within 20 s of SIGTERM"
        except AssertionError as why:
            if program.running:
                return None, f"{why}\n{program.log()}"
            return program.process.returncode, program.log()
        finally:
            program.kill()


@pytest.mark.parametrize("name", ["tabrelay-webhook", "tabrelay-replicator"])
def test_daemons(make_stack, tmp_path, name):
    stack = make_stack(start=False)
    stack.sql("INSERT INTO items (name, price, since) VALUES ('lamp', 12.5, '2024-05-06'), ('chair', NULL, NULL)")
    ready = {"tabrelay-webhook": stack.webhook_url + "healthz",
             "tabrelay-replicator": f"http://127.0.0.1:{stack.metrics_port}/readyz"}[name]
    daemon = Daemon(name, stack.config, ready, tmp_path)
    counts = pathlib.Path(tmp_path) / "counts"
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
