# SPDX-License-Identifier: Apache-2.0
"""Each planted bug (common/planted.h) has to be caught: build it, and run the case that is meant for it."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "torture" / "cases"
BUILD = "build-planted"
CATCHER = {  # by the promise
    1: "checkpoint-while-google-is-down", 2: "triggers-all-lost", 3: "edits-have-no-echo", 4: "rows-inserted-during-a-write",
    5: "people-have-columns-of-their-own", 6: "text-that-looks-like-something-else", 7: "both-sides-change-a-cell",
    8: "many-rows-deleted", 9: "memory-while-google-is-down", 10: "strangers"}


def main(server, build):
    """0 when all are caught. Without a bug the cases must pass, or catching would mean nothing."""
    if _run(server, build, ["--cases"])[0] != 0:
        print("planted: the cases fail without a planted bug; see above")
        return 1
    survived = [n for n in CATCHER if not _is_caught(n, server, build)]
    shutil.rmtree(ROOT / BUILD, ignore_errors=True)
    print(f"torture-planted ({server}): {len(CATCHER) - len(survived)} passed, {len(survived)} failed", flush=True)
    return 1 if survived else 0


def _is_caught(n, server, build):
    began = time.monotonic()
    _make(n, build)
    status, output = _run(server, BUILD, ["--replay", CASES / f"{CATCHER[n]}.json"])
    check = re.search(r"^    (?!replay)([\w ]+): (.*)", output, re.M)
    if status == 0 or not check:
        print(f"planted {n}: SURVIVED {CATCHER[n]}", flush=True)
        return False
    print(f"planted {n}: caught by {check.group(1)} in {CATCHER[n]}, {time.monotonic() - began:.0f} s: {check.group(2)[:150]}", flush=True)
    return True


def _make(n, build):
    """Out of a copy of the build only what has a bug planted in it is compiled anew."""
    if not (ROOT / BUILD).exists():
        shutil.copytree(ROOT / build, ROOT / BUILD, copy_function=shutil.copy2)
    sources = subprocess.run(["grep", "-rl", "common/planted.h", "--include=*.c", "replicator", "webhook", "common"], cwd=ROOT,
                             capture_output=True, text=True, check=True).stdout.split()
    for source in sources:
        os.utime((ROOT / BUILD / source).with_suffix(".o"), (0, 0))  # old: make leaves out what is merely missing
    subprocess.run(["make", "-s", "-j2", f"BUILD={BUILD}", f"PLANTED_BUG={n}"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _run(server, build, what):
    done = subprocess.run([sys.executable, ROOT / "tests" / "torture" / "run.py", "--server", server, "--build", build, *what],
                          capture_output=True, text=True)
    if what == ["--cases"]:
        print(done.stdout, done.stderr, flush=True)
    return done.returncode, done.stdout
