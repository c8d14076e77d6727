# SPDX-License-Identifier: Apache-2.0
"""The services under the system call filter of their units: it is enough for them, and it does refuse."""
import json
import pathlib
import platform
import signal
import subprocess
import sys
import urllib.request

import pytest

from filtered import allowed
from programs import ROOT, wait_until
from servers import free_port
from stack import SECRET

UNIT = ROOT / "packaging" / "systemd" / "tabrelay-.service.d" / "common.conf"
FILTERED = [sys.executable, pathlib.Path(__file__).parent / "filtered.py", UNIT]
FORBIDDEN = {"ptrace", "mount", "setuid", "setgroups", "chown", "fchown", "keyctl", "mlockall", "setrlimit", "sched_setscheduler", "bpf", "init_module",
             "reboot", "swapon", "settimeofday", "unshare", "setns", "userfaultfd", "io_uring_setup", "perf_event_open", "process_vm_writev", "kexec_load"}

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the filter is written for x86-64 only")


def under_filter(program):
    program.arguments = [*map(str, FILTERED), *program.arguments]


def test_both_ways_under_the_filter(make_stack):
    stack = make_stack(start=False)
    for program in (stack.webhook, stack.replicator):
        under_filter(program)
        program.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.sql("INSERT INTO items (name, price) VALUES ('lamp', 12.5)")
    stack.wait_equal("Items")
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": stack.cells("Items")[0].index("name"), "value": "desk lamp"})
    wait_until("the edit to be in MySQL", lambda: stack.sql("SELECT name FROM items")[0][0] == "desk lamp")
    stack.wait_equal("Items")
    # A new configuration is read under it, too, and the end is an orderly one (the fixture looks).
    stack.replicator.process.send_signal(signal.SIGHUP)
    wait_until("the configuration to be read anew", lambda: "the new configuration is taken" in stack.replicator.log())


def test_the_status_page_under_the_filter(make_stack, programs):
    stack = make_stack(start=False)
    url = f"http://127.0.0.1:{free_port()}/"
    text = json.loads(stack.config.read_text())
    stack.config.write_text(json.dumps({**text, "page": {"listen": url[len("http://"):-1]}}))
    page = programs("tabrelay", ["--config", stack.config, "page"], ready_url=url + "healthz")
    under_filter(page)
    page.start()
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert b"<html" in answer.read()


@pytest.mark.parametrize("name, arguments", [("chown", "1, 1"), ("setuid", "0")])
def test_it_refuses(tmp_path, name, arguments):
    source = tmp_path / "call.c"
    call = f'chown("{tmp_path}", {arguments})' if name == "chown" else f"setuid({arguments})"
    source.write_text(f"#include <stdio.h>\n#include <unistd.h>\nint main(void) {{ puts(\"runs\"); fflush(stdout); return {call}; }}\n")
    subprocess.run(["gcc", "-o", tmp_path / "call", source], check=True)
    done = subprocess.run([*FILTERED, tmp_path / "call"], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("runs\n", -signal.SIGSYS)


def test_what_a_service_never_needs_is_not_allowed():
    assert allowed(UNIT) & FORBIDDEN == set()
