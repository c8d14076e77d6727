# SPDX-License-Identifier: Apache-2.0
"""The C unit tests that need a server, on every server (test_reader_live: test_events_property.py)."""
import os
import subprocess

import pytest

from programs import ROOT

BUILD = ROOT / os.environ.get("TABRELAY_BUILD", "build")


def run_unit(name, server):
    program = BUILD / "tests" / name
    assert program.exists(), f"{program} is not built: run `make BUILD={BUILD.name} check-unit` first"
    where = f"{server.host}:{server.port}:{server.user}:{server.password}"
    done = subprocess.run([program], env={**os.environ, "TABRELAY_TEST_MYSQL": where}, capture_output=True, text=True, timeout=300)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    if "SKIPPED: a sanitizer has its own malloc" in said:
        pytest.skip("a sanitizer has its own malloc")
    assert "PASSED" in said, said


@pytest.mark.parametrize("name", ["test_db", "test_db_memory", "test_reader_stream", "test_forms_live", "test_charset_live"])
def test_unit_tests_on_a_live_server(name, every_server):
    run_unit(name, every_server)


@pytest.mark.parametrize("every_server", ["mysql"], indirect=True)
def test_partial_json_updates(every_server):
    run_unit("test_json_live", every_server)


def test_the_stream_of_an_old_server(old_server):
    run_unit("test_reader_stream", old_server)
