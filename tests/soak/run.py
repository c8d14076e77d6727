#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Eight hours of a life in ten minutes: does anything grow? (README.md)"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "sandbox"), str(HERE.parent / "bench"), str(HERE.parent / "system")]
PLANTED = {11: "replicator-memory", 12: "replicator-descriptors", 13: "rows-of-edit_log"}  # common/planted.h
PLANTED_BUILD = "build-planted-soak"
WARM = 0.4  # of the time: what grows until then are caches
EVERY_S = 2
AGE_S = 20  # what has lain so long is told to be two days old
KEEP = {"edits": "1d", "conflicts": "1d"}
REPLICATOR = {"reconcile_every": "5s", "heartbeat_every": "1s"}
AGED = {"edit_log": "received_at", "conflicts": "resolved_at", "signals": "created_at", "tombstone": "deleted_at"}
DAYS = 8  # more than each of them is kept


def age(stack):
    """Time goes by: old rows become very old. Not in the binlog, where an edit's row would be an edit."""
    connection = stack.server.connect(database=stack.state_database, autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION sql_log_bin = 0")
        for table, column in AGED.items():
            cursor.execute(f"UPDATE {table} SET {column} = {column} - INTERVAL {DAYS} DAY WHERE {column} < UTC_TIMESTAMP(3) - INTERVAL {AGE_S} SECOND "
                           f"AND {column} > UTC_TIMESTAMP(3) - INTERVAL 1 DAY")


def configure(stack):
    config = json.loads(stack.config.read_text())
    config["google"]["timeout"] = "3s"
    config["keep"] = KEEP
    config["log_level"] = "info"
    stack.config.write_text(json.dumps(config))


def begin(server, folder, programs, life):
    from stack import SECRET, Stack
    server.sql("CREATE DATABASE soak")
    stack = Stack(server, "soak", programs, folder, life.MAPPINGS, tables=life.TABLES, replicator=REPLICATOR, start=False)
    configure(stack)
    for table in ("items", "others", "guests"):
        stack.sql(f"INSERT INTO {table} (name, qty, note) VALUES " + ", ".join(f"('first {n}', {n}, 'note')" for n in range(life.ROWS_LOW)))
    stack.webhook.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.replicator.start()
    for mapping in life.MAPPINGS:
        stack.wait_equal(mapping["tab"])
    return stack


def live(life, gauges, minutes):
    began, next_sample, next_age = time.monotonic(), 0, AGE_S
    while (second := time.monotonic() - began) < minutes * 60:
        life.deed()
        if second >= next_age:
            age(life.stack)
            next_age = second + EVERY_S
        if second >= next_sample:
            gauges.sample(second)
            next_sample = second + EVERY_S
    gauges.sample(second)


def bound(name, minutes, mean, counts):
    """How much may seem to have grown: noise of malloc, of what just happens to be open, of the moment of pruning."""
    if "memory" in name:
        return 1 + 3 / minutes
    if name.startswith("rows of"):
        return max(40, 0.5 * mean)
    if "metadata" in name:  # a number stays for five minutes when an answer was lost, and with each new start of the writer
        return 4 + counts["google_fails"] + 2 * counts["reload"]
    if "series" in name:  # a reload takes some away, and they come again
        return max(4, 100 / minutes)
    return max(10, 50 / minutes) if "statements" in name else 4


def judge(gauges, minutes, differences, counts):
    """A line of the table each, then a goal each; are all met?"""
    from gauges import growth
    rows, lines, is_met = [], [], True
    for name in gauges.names():
        points = gauges.values(name, minutes * 60 * WARM)
        numbers = [y for _, y in points]
        grown, wanted = growth(points), bound(name, minutes, sum(numbers) / len(numbers), counts)
        rows.append((name, gauges.samples[0][1][name], numbers[0], min(numbers), max(numbers), numbers[-1], grown))
        lines.append((name.replace(" MiB", "").replace(" ", "-"), grown, wanted))
    lines.append(("tabs-that-differ", len(differences), 0))
    print(f"\n{'':32}{'start':>9}{'warm':>9}{'least':>9}{'most':>9}{'end':>9}{'grown':>9}")
    for name, *numbers in rows:
        print(f"{name:32}" + "".join(f"{number:9.1f}" for number in numbers))
    for why in differences:
        print(f"  {why[:200]}")
    print()
    for name, measured, wanted in lines:
        is_good = measured <= wanted
        is_met &= is_good
        print(f"goal {name} measured {measured:.2f} wanted <= {wanted:.2f} {'met' if is_good else 'short'}")
    return is_met


def soak(flavour, minutes, seed, samples):
    import life as lives
    from gauges import Gauges
    from programs import Program
    from sheets_world import served
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tabrelay-soak-"))
    (folder / "tmp").mkdir()
    made = []

    def programs(name, arguments, **kwargs):
        (folder / name).mkdir()
        made.append(Program(name, arguments, folder / name, environment={"TMPDIR": str(folder / "tmp")}, **kwargs))
        return made[-1]

    try:
        with served(flavour) as server:
            try:
                stack = begin(server, folder, programs, lives)
                life, gauges = lives.Life(stack, seed), Gauges(stack, folder / "tmp")
                live(life, gauges, minutes)
                if samples:
                    samples.write_text(json.dumps(gauges.samples))
                differences = life.settle()
                if differences:
                    print(life.tabrelay("status").stdout, stack.replicator.log()[-3000:])
                print(f"soak ({flavour}): {life.n} deeds in {minutes:g} minutes: " + ", ".join(f"{n} {what}" for what, n in sorted(life.counts.items())))
                return judge(gauges, minutes, differences, life.counts)
            finally:
                for program in reversed(made):
                    program.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def planted(numbers, flavour, build, minutes):
    """What is planted in a build of its own has to be seen, and by its own goal."""
    survived = []
    for number in numbers:
        goal = PLANTED[number]
        if not (ROOT / PLANTED_BUILD).exists():
            shutil.copytree(ROOT / build, ROOT / PLANTED_BUILD, copy_function=shutil.copy2)
        for source in subprocess.run(["grep", "-rl", "common/planted.h", "--include=*.c", "replicator", "webhook", "common"], cwd=ROOT,
                                     capture_output=True, text=True, check=True).stdout.split():
            os.utime((ROOT / PLANTED_BUILD / source).with_suffix(".o"), (0, 0))
        subprocess.run(["make", "-s", "-j2", f"BUILD={PLANTED_BUILD}", f"PLANTED_BUG={number}"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run([sys.executable, __file__, "--server", flavour, "--build", PLANTED_BUILD, "--minutes", str(minutes)],
                              capture_output=True, text=True)
        line = next((line for line in done.stdout.splitlines() if line.startswith(f"goal {goal} ")), done.stderr[-500:] or "no such goal")
        is_caught = done.returncode == 1 and line.endswith(" short")
        print(f"planted {number}: {'caught' if is_caught else 'SURVIVED'}: {line}", flush=True)
        survived += [] if is_caught else [number]
    shutil.rmtree(ROOT / PLANTED_BUILD, ignore_errors=True)
    return not survived


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--server", default="mysql", choices=("mysql", "mariadb"))
    parser.add_argument("--build", default="build")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=pathlib.Path, help="write all that was measured there (JSON)")
    parser.add_argument("--planted", nargs="*", type=int, choices=PLANTED, metavar="N", help="is each planted growth (or these) seen?")
    options = parser.parse_args()
    os.environ["TABRELAY_BUILD"] = options.build
    if options.planted is not None:
        return 0 if planted(options.planted or PLANTED, options.server, options.build, options.minutes) else 1
    return 0 if soak(options.server, options.minutes, options.seed, options.samples) else 1


if __name__ == "__main__":
    sys.exit(main())
