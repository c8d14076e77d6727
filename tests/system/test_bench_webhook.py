# SPDX-License-Identifier: Apache-2.0
"""bench-webhook for a moment: every edit is applied and stands in MySQL, the goals are told."""
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[1] / "bench"
GOAL = re.compile(r"goal [a-z0-9-]+ (measured -?\d+\.\d\d wanted [<>]= \d+(\.\d+)? (met|short)|not measured: .+)")


@pytest.fixture(scope="module")
def bench(tmp_path_factory, flavours):
    """Its output and its figures."""
    flavours("mariadb")  # or skip
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run([sys.executable, BENCH / "bench_webhook.py", "--server=mariadb", "--rows=100", "--rounds=1", "--seconds=0.5",
                           "--connections=1", "--connections=32", f"--json={folder / 'figures.json'}"],
                          capture_output=True, text=True, env={**os.environ}, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads((folder / "figures.json").read_text())["mariadb"]


def test_edits_are_counted_with_one_and_with_many_connections(bench):
    own = {run["connections"]: run for run in bench[1] if run["side"] == "tabrelay-webhook"}
    assert set(own) == {1, 32}
    for run in own.values():
        assert run["edits_per_s"] > 0 and 0 < run["median_ms"] <= run["p99_ms"] and run["peak_mib"] > 1 and 0 <= run["load_share"] < 1


def test_the_peer_is_measured_where_it_is_installed(bench):
    peer = [run for run in bench[1] if run["side"] == "FastAPI"]
    if importlib.util.find_spec("fastapi") and importlib.util.find_spec("uvicorn"):
        assert len(peer) == 2 and all(run["edits_per_s"] > 0 for run in peer)
    else:
        assert not peer and "FastAPI is not measured: " in bench[0]


def test_each_goal_has_a_line_that_programs_can_read(bench):
    goals = [line for line in bench[0].splitlines() if line.startswith("goal ")]
    assert len(goals) == 4, goals
    for line in goals:
        assert GOAL.fullmatch(line), line
