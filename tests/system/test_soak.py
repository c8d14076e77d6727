# SPDX-License-Identifier: Apache-2.0
"""A minute of tests/soak: it runs, it measures all that it should, and what a minute can tell does not grow."""
import os
import re
import subprocess
import sys

from programs import BUILD, ROOT

GOAL = re.compile(r"goal (\S+) measured (-?[\d.]+) wanted <= ([\d.]+) (met|short)")
GOALS = ["replicator-memory", "replicator-descriptors", "replicator-threads", "replicator-series", "webhook-memory", "webhook-descriptors",
         "webhook-threads", "webhook-series", "rows-of-edit_log", "rows-of-conflicts", "rows-of-signals", "rows-of-tombstone",
         "rows-of-the-other-state-tables", "MySQL-connections", "MySQL-prepared-statements", "spreadsheet-metadata", "temporary-files",
         "tabs-that-differ"]
# Memory, rows that policies prune, series and statements come to rest only after minutes: `make soak` judges them.
TOLD_BY_A_MINUTE = {"replicator-descriptors", "replicator-threads", "webhook-descriptors", "webhook-threads", "MySQL-connections", "temporary-files",
                    "tabs-that-differ"}


def test_nothing_grows_in_a_minute():
    flavour = os.environ.get("TABRELAY_TEST_SERVER", "mariadb")
    done = subprocess.run([sys.executable, ROOT / "tests" / "soak" / "run.py", "--minutes", "1", "--server", flavour, "--build", BUILD],
                          capture_output=True, text=True, timeout=280)
    found = [GOAL.fullmatch(line) for line in done.stdout.splitlines() if line.startswith("goal ")]
    assert [match and match[1] for match in found] == GOALS, done.stdout[-3000:] + done.stderr[-3000:]
    short = {match[1] for match in found if match[4] == "short"}
    assert not short & TOLD_BY_A_MINUTE, done.stdout
    assert done.returncode == (1 if short else 0)
    # And something has happened.
    assert int(re.search(r": (\d+) deeds in 1 minutes", done.stdout)[1]) > 50
