# SPDX-License-Identifier: Apache-2.0
"""Every value that a real server stores survives the way through a cell (tests/unit/test_cell_live.c)."""
import os
import subprocess

from programs import BUILD, ROOT


def test_every_stored_value_comes_back_as_it_was(server):
    target = f"{BUILD}/tests/test_cell_live"
    subprocess.run(["make", "-s", "-C", str(ROOT), f"BUILD={BUILD}", target], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([target], capture_output=True, text=True, timeout=120, env={
        **os.environ, "TABRELAY_TEST_MYSQL": f"{server.host}:{server.port}:{server.user}:{server.password}"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED" not in done.stdout + done.stderr
