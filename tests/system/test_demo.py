# SPDX-License-Identifier: Apache-2.0
"""sandbox/demo as a user runs it."""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import urllib.request

import pytest

from programs import BUILD, ROOT, wait_until

ENVIRONMENT = {**os.environ, "TABRELAY_BUILD": str(BUILD), "TABRELAY_PREBUILT": "1"}


@pytest.fixture
def place(tmp_path):
    """Where the demo makes its temporary folders; sockets want a short path."""
    with tempfile.TemporaryDirectory(prefix="td-", dir="/tmp") as folder:
        yield pathlib.Path(folder)


def start(place, *options):
    log = open(place / "out", "wb")
    return subprocess.Popen([ROOT / "sandbox/demo", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                            env={**ENVIRONMENT, "TMPDIR": str(place), "XDG_RUNTIME_DIR": str(place)}, start_new_session=True)


def output(place):
    return (place / "out").read_text()


def until_open(demo, place):
    wait_until("the demo to say what to open",
               lambda: "Ctrl-C stops" in output(place) or demo.poll() is not None, 120)
    assert demo.poll() is None, output(place)
    return re.search(r"Open +(http://\S+)", output(place)).group(1)


def demo_command(place, *words):
    """What sandbox/demo says that looks at the demo which runs."""
    done = subprocess.run([ROOT / "sandbox/demo", *words], capture_output=True, text=True, timeout=60,
                          env={**ENVIRONMENT, "XDG_RUNTIME_DIR": str(place)})
    assert done.returncode == 0, done.stderr
    return done.stdout


def sql(place, statement):
    return demo_command(place, "--sql", statement)


def stop(demo, place):
    demo.send_signal(signal.SIGINT)
    assert demo.wait(60) == 130, output(place)


def processes_naming(text):
    """Command lines of all processes that name TEXT."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (OSError, ValueError):
            continue
        if text in line and entry.name.isdigit():
            found.append(line)
    return found


def test_the_selftest_passes_and_leaves_nothing_behind(place, capsys):
    demo = start(place, "--selftest")
    try:
        demo.wait(400)
    finally:
        if demo.poll() is None:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
    with capsys.disabled():
        print("\n" + output(place))
    assert demo.returncode == 0, output(place)
    last = output(place).strip().splitlines()[-1]
    passed = re.fullmatch(r"(\d+) passed, 0 failed", last)
    assert passed and int(passed.group(1)) >= 12, last
    assert sorted(p.name for p in place.iterdir()) == ["out"]
    assert processes_naming(str(place)) == []


def test_ctrl_c_stops_everything_and_leaves_nothing_behind(place):
    demo = start(place)
    try:
        until_open(demo, place)
        assert "249" in sql(place, "SELECT COUNT(*) FROM countries")
        assert "currencies" in demo_command(place, "tabrelay", "status")
        page = re.search(r"(http://\S+) +the status page; its token is \w+", output(place))[1]
        with urllib.request.urlopen(page + "api/v1/status", timeout=30) as answer:
            assert json.load(answer)["status"]["instance"] == "demo"
        stop(demo, place)
    finally:
        demo.kill()
    assert sorted(p.name for p in place.iterdir()) == ["out"]
    assert processes_naming(str(place)) == []


def test_kept_data_is_taken_up_again(place):
    kept = place / "kept"
    demo = start(place, "--keep", str(kept))
    try:
        first = until_open(demo, place)
        sql(place, "UPDATE countries SET travel = 'been' WHERE code = 'DE'")
        stop(demo, place)
        assert (kept / "mysql").is_dir()
        demo = start(place, "--keep", str(kept))
        assert until_open(demo, place) == first
        assert "been" in sql(place, "SELECT travel FROM countries WHERE code = 'DE'")
        stop(demo, place)
    finally:
        demo.kill()


def test_a_wrong_option_is_refused():
    done = subprocess.run([ROOT / "sandbox/demo", "--frobnicate"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr == "demo: unknown option --frobnicate (--help lists them)\n"


def test_sql_without_a_demo_says_so(place):
    done = subprocess.run([ROOT / "sandbox/demo", "--sql", "SELECT 1"], capture_output=True, text=True, timeout=30,
                          env={**os.environ, "XDG_RUNTIME_DIR": str(place)})
    assert done.returncode == 1
    assert done.stderr == "demo: no demo is running (start it with sandbox/demo)\n"
