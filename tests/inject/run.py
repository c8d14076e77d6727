#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fail each allocation, read, write and query of the unit tests, one a run: run.py BUILD [OPTION]... [TEST]... (README.md)

A run is good when it ends in time, by itself, and no sanitizer complains: the unit test may fail, the program may not.
"""
import argparse
import concurrent.futures
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

COMPLAINT = re.compile(r"ERROR: (Address|Leak)Sanitizer|: runtime error: |Assertion `.*failed|stack smashing|\(core dumped\)")
# A segmentation fault is the sanitizer's to report, not cmocka's.
OPTIONS = {"ASAN_OPTIONS": "handle_segv=2:handle_abort=1:allocator_may_return_null=1:detect_leaks={leaks}", "UBSAN_OPTIONS": "print_stacktrace=1"}
TIMEOUT_S = 120


def run(program, order=None, count=None, leaks=True):
    """Its status and what it said; status None: it did not end in time."""
    environment = {**os.environ, **{name: value.format(leaks=int(leaks)) for name, value in OPTIONS.items()}}
    environment.update({"INJECT": order} if order else {}, **({"INJECT_COUNT": str(count)} if count else {}))
    try:
        done = subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=environment, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as hung:
        return None, (hung.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout.decode(errors="replace")


def places(text):
    """Where it is of our own functions in this complaint, the innermost first."""
    return re.findall(r"^ +#\d+ \w+ in \S+ ((?:common|replicator|webhook|cli|sandbox|tests)/\S+)", text, re.M)


def is_the_sandboxs(text):
    """Without memory it may end (sandbox/mem.h)."""
    return places(text)[:1] != [] and places(text)[0].startswith("sandbox/")


def is_the_tests(text):
    """One of the innermost two is the test's: it used, or handed on, what it did not get."""
    return any(place.startswith("tests/") for place in places(text)[:2])


def verdict(status, text, strict):
    """Why this run is bad; "" when it is good. STRICT: a crash of the test's own counts, too."""
    found = COMPLAINT.search(text)
    # A test that has failed does not free what it has made.
    if found and found.group(1) == "Leak":
        return "" if re.search(r"\[  FAILED  \]|\[ +ERROR +\]", text) else found.group(0)
    if found:
        text = text[found.start():]
        return "" if is_the_sandboxs(text) or not strict and is_the_tests(text) else found.group(0)
    if status is None:
        return f"did not end within {TIMEOUT_S} s"
    return f"signal {-status}" if status < 0 else ""


def count(program):
    """kind -> (calls, numbers of those that are the first from their place); {} when the test needs a server; None: it fails by itself."""
    with tempfile.NamedTemporaryFile(prefix="inject-") as file:
        status, text = run(program, count=file.name)
        if status != 0:
            print(f"  BAD  {program} fails by itself:\n{text[-4000:]}", flush=True)
            return None
        if "[  SKIPPED ]" in text or not re.search(r"\[  PASSED  \] [1-9]", text):
            return {}
        lines = [line.split() for line in pathlib.Path(file.name).read_text().splitlines()]
    return {kind: (int(calls), [int(n) for n in first]) for kind, calls, *first in lines}


def orders(program, options):
    """The orders that PROGRAM gets; one that fails by itself gets one, and fails."""
    for kind, (calls, first) in (count(program) or {}).items():
        numbers = range(1, calls + 1) if options.every else first
        for n in numbers:
            yield f"{kind}:{n}"
            if options.on:
                yield f"{kind}:{n}+"
    yield "short"


def sampled(cases, share):
    """One in SHARE of them."""
    return [case for i, case in enumerate(cases) if i % share == share // 2] if share > 1 else cases


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path, help="the build folder; its inject/ has the programs")
    parser.add_argument("tests", nargs="*", help="names of unit tests; all when there are none")
    parser.add_argument("--every", action="store_true", help="every call, not only the first one from each place")
    parser.add_argument("--on", action="store_true", help="also: that call and all after it")
    parser.add_argument("--share", type=int, default=1, help="one in so many runs only: of as many tests as of each one's runs")
    parser.add_argument("--strict", action="store_true", help="the test itself may not crash either")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--unnoticed", action="store_true", help="say which failures changed nothing: the test passed")
    options = parser.parse_intermixed_args()

    programs = [options.build / "inject" / name for name in options.tests] or sorted((options.build / "inject").glob("test_*"))
    programs = [program for program in programs if os.access(program, os.X_OK) and program.suffix == ""]
    share = round(math.sqrt(options.share))
    programs = sampled(programs, share)
    bad = runs = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        cases = [(program, order) for program, found in zip(programs, pool.map(lambda p: list(orders(p, options)), programs))
                 for order in found]
        cases = sampled(cases, share)
        for (program, order), (status, text) in zip(cases, pool.map(lambda case: run(*case), cases)):
            runs += 1
            why = verdict(status, text, options.strict)
            if order == "short" and status != 0 and not why:
                why = "fails where reads and writes are short"
            if why:
                bad += 1
                print(f"  BAD  INJECT={order} {program}: {why}", flush=True)
                interesting = [line for line in text.splitlines() if re.search(r"^inject:|ERROR: |runtime error|^ +#\d+ ", line)]
                print("\n".join(f"       {line}" for line in interesting[:16]), flush=True)
            elif options.unnoticed and status == 0 and order != "short":
                print(f"  not noticed: INJECT={order} {program}: {next(iter(re.findall('fails: (.*)', text)), 'not reached')}", flush=True)
    print(f"inject: {runs} runs of {len(programs)} unit tests, {bad} bad")
    return 1 if bad or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
