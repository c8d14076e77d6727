# SPDX-License-Identifier: Apache-2.0
"""bench-decode at a hundredth of its size: the logs are made, every reader of ours sees each row change, the goals are told."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parents[1] / "bench"
GOAL = re.compile(r"goal [a-z-]+ (measured \d+\.\d\d wanted [<>]= \d+(\.\d+)? (met|short)|not measured: .+)")
OURS = [("decode", "file"), ("decode", "live"), ("tabrelay events", "file"), ("tabrelay events", "live")]


@pytest.fixture(scope="module")
def bench(tmp_path_factory, flavours):
    """Its output and its figures."""
    flavours("mariadb")  # or skip
    folder = tmp_path_factory.mktemp("bench")
    readers = ["--reader=decode", "--reader=tabrelay events", "--reader=floor"]
    done = subprocess.run([sys.executable, BENCH / "bench_decode.py", "--scale=0.01", "--runs=1", "--server=mariadb", *readers,
                           f"--json={folder / 'figures.json'}"],
                          capture_output=True, text=True, env={**os.environ, "TABRELAY_BENCH": str(folder)}, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads((folder / "figures.json").read_text())


def test_every_reader_of_ours_sees_every_row_change_of_each_workload(bench):
    _, logs = bench
    assert [(log["workload"], log["rows"]) for log in logs] == [("narrow", 16000), ("wide", 1000), ("small", 500)]
    for log in logs:
        assert log["failures"] == {}
        for name, source in OURS:
            assert log["readers"][f"{name} ({source})"]["rows_per_second"] > 0


def test_each_goal_has_a_line_that_programs_can_read(bench):
    goals = [line for line in bench[0].splitlines() if line.startswith("goal ")]
    assert len(goals) == 3 * 2 + 2 + 2, goals
    for line in goals:
        assert GOAL.fullmatch(line), line


def test_a_reader_that_misses_a_row_is_a_failure(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import bench_decode

    class Logs:
        flavour = "mariadb"

    class Reader:
        name, source, is_live, sees_rows = "a blind one", "file", False, True

        def rows(self, logs, workload):
            return 15999

    log = bench_decode.results.Log("mariadb", "11", "narrow", 16000, 0)
    bench = bench_decode.Bench(None)
    assert not bench.check(Reader(), Logs(), log)
    assert bench.wrong == ["mariadb narrow: a blind one (file) saw 15,999 row changes of 16,000"]
