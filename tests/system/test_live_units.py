# SPDX-License-Identifier: Apache-2.0
"""The C unit tests that need a server, on every server (test_reader_live: test_events_property.py)."""
import os
import subprocess

import pytest

from programs import ROOT

BUILD = ROOT / os.environ.get("TABRELAY_BUILD", "build")


@pytest.mark.parametrize("name", ["test_db", "test_reader_stream", "test_json_live"])
def test_unit_tests_on_a_live_server(name, every_server):
    program = BUILD / "tests" / name
    assert program.exists(), f"{program} is not built: run `make BUILD={BUILD.name} check-unit` first"
    where = f"{every_server.host}:{every_server.port}:{every_server.user}:{every_server.password}"
    done = subprocess.run([program], env={**os.environ, "TABRELAY_TEST_MYSQL": where}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED" in done.stdout + done.stderr
