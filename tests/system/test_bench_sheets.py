# SPDX-License-Identifier: Apache-2.0
"""bench-sheets at a hundredth of its size: every change arrives, the goals are told; and its own arithmetic."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[1] / "bench"
GOAL = re.compile(r"goal [a-z0-9-]+ (measured -?\d+\.\d\d wanted [<>]= \d+(\.\d+)? (met|short)|not measured: .+)")
TINY = ["--tabs=2", "--warm-s=0", "--seconds=2", "--request-rows=1000", "--peer-rows=20", "--fill-rows=1500", "--peer-fill-rows=100",
        "--limited-rows=1500"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory, flavours):
    """Its output and its figures."""
    flavours("mariadb")  # or skip
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run([sys.executable, BENCH / "bench_sheets.py", "--server=mariadb", "--quick", *TINY, f"--json={folder / 'figures.json'}"],
                          capture_output=True, text=True, env={**os.environ, "TABRELAY_BENCH": str(folder)}, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads((folder / "figures.json").read_text())[0]


@pytest.fixture
def modules(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import arrivals
    import sheets_runs
    return arrivals, sheets_runs


def test_every_change_of_every_load_arrives_and_is_timed(bench):
    runs = bench[1]["freshness"]
    assert [run["changes"] for run in runs] == [2, 200, 20000]
    for run in runs:
        assert 200 <= run["median_ms"] <= run["p99_ms"] and run["writes"] > 0 and run["cells_a_request"] >= 2
        assert run["rest_mib"] > 1


def test_what_waits_and_many_mappings_are_measured(flavours):
    flavours("mariadb")  # or skip
    done = subprocess.run([sys.executable, BENCH / "bench_sheets.py", "--server=mariadb", "--workload=pending", "--workload=mappings", "--seconds=5",
                           "--pending-changes=10000", "--pending-rows=1000", "--mappings=4", "--spreadsheets=2", "--mapping-rows=20"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    goals = [line for line in done.stdout.splitlines() if line.startswith("goal ")]
    assert len(goals) == 8 and all(GOAL.fullmatch(line) for line in goals), done.stdout
    for name in ("pending-memory-mib", "pending-rows-that-differ", "mappings-memory-mib", "mappings-tabs-that-differ"):
        assert any(line.startswith(f"goal {name}-mariadb ") and line.endswith(" met") for line in goals), done.stdout


def test_requests_are_counted_for_the_same_rows(bench):
    requests = bench[1]["requests"]
    own = requests["tabrelay, 1,000 row changes a second"]
    assert own[0] == 1000 and 1 <= own[1] < 50
    assert requests["values.batchUpdate for every 100 rows"] == [20, 1]
    if "google-spreadsheet, row.save()" in requests:  # node and npm are there
        assert 20 <= requests["google-spreadsheet, row.save()"][1] <= 25


def test_a_fill_is_timed_with_and_without_limits(bench):
    fills = bench[1]["fills"]
    for name in ("tabrelay, no quota, no waits", "tabrelay, Google's quota and answers"):
        assert fills[name]["rows"] == 1500 and fills[name]["sent_bytes"] > 1500 * 8 * 30
    if shutil.which("mariadb-dump"):
        assert fills["mysqldump --tab, no sheet"]["rows"] == 1500
    else:
        assert "mysqldump --tab, no sheet is not measured: mariadb-dump is not installed" in bench[0]
    assert fills["tabrelay, Google's quota and answers"]["request_ms"] >= 200


def test_each_goal_has_a_line_that_programs_can_read(bench):
    goals = [line for line in bench[0].splitlines() if line.startswith("goal ")]
    assert len(goals) == 6, goals
    for line in goals:
        assert GOAL.fullmatch(line), line


def test_a_change_has_arrived_with_the_first_version_that_shows_it_or_a_newer_one(modules):
    arrivals, _ = modules
    commits = [(7, [1, 2], 10, 1000), (7, [2], 11, 1500), (8, [1], 12, 1600), (7, [3], 13, 1700)]
    versions = [(1400, {(7, 1): 10}), (2000, {(7, 2): 11, (8, 1): 9}), (2500, {(8, 1): 12})]
    found, missing = arrivals.arrivals(commits, versions)
    assert sorted(found) == [(400, 0), (500, 1), (900, 2), (1000, 1)]
    assert missing == 1  # row 3


def test_percentiles_and_intervals(modules):
    arrivals, _ = modules
    assert [arrivals.percentile([5, 1, 4, 2, 3], share) for share in (0.5, 0.8, 0.99)] == [3, 4, 5]
    assert arrivals.intervals([(10, {}), (20, {}), (50, {}), (70, {})], 15, 60) == [30]


def test_a_version_that_was_missed_is_an_error(modules):
    arrivals, _ = modules
    follower = arrivals.Follower.__new__(arrivals.Follower)
    row = {"splices": [{"rows": [[{"c": 0, "n": 5}, {"c": 4, "n": 1001}]]}], "id": 3}
    follower.lines = [json.dumps({"revision": n, "modified": n * 100, "tabs": [row]}).encode() for n in (4, 5, 5)]
    assert follower.versions() == [(400, {(3, 5): 1001}), (500, {(3, 5): 1001})]
    follower.lines.append(json.dumps({"revision": 7, "modified": 700, "tabs": []}).encode())
    with pytest.raises(RuntimeError, match="version 6"):
        follower.versions()


def test_what_bytes_and_quota_allow(modules):
    _, runs = modules

    def allowed(megabytes, request_ms):
        fill = runs.Fill(rows=1, seconds=1, cpu_s=0, peak_mib=1, requests=1, sent_bytes=megabytes * 1_000_000, request_ms=request_ms, refused=0)
        return fill.quota_s, fill.allowed_s

    assert allowed(3, 500) == (1.0, 1.5)  # two requests, a second apart
    assert allowed(120, 500) == (30.0, 59.5)  # sixty: a minute's
    assert allowed(122, 500) == (60.0, 60.5)  # one more has to wait for the next minute
    assert allowed(122, 1500) == (91.5, 91.5)
