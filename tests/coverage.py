#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Which lines ran, as gcov counted them in BUILD: coverage.py BUILD

Of each folder the share; of each file of common/, replicator/ and webhook/ below the bar (90 %) the lines that did not run, with its excuse
(tests/coverage.excuses) where there is one. Each of the three folders must be at the bar as a whole, and an excuse be one for a file.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BAR = 90.0
FOLDERS = ["common", "replicator", "webhook", "cli", "sandbox"]
HELD = FOLDERS[:3]  # must be at the bar
# A copy of a library; a table.
LEFT_OUT = {"sandbox/script/duktape.c", "sandbox/discovery_table.c"}


def reports(data):
    """What gcov says of some files, one JSON object a file."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", *data], capture_output=True, text=True, cwd=ROOT)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def lines_of(build):
    """file -> {line: how often it ran}, over all that was built out of it."""
    data = sorted(str(path) for path in build.rglob("*.gcda") if "tests" not in path.relative_to(build).parts)
    found = collections.defaultdict(lambda: collections.defaultdict(int))
    for start in range(0, len(data), 50):
        for report in reports(data[start:start + 50]):
            for file in report["files"]:
                name = file["file"]
                if name.endswith(".c") and name.split("/")[0] in FOLDERS and name not in LEFT_OUT:
                    for line in file["lines"]:
                        found[name][line["line_number"]] += line["count"]
    # What no program and no test links has no counts at all.
    for folder in FOLDERS:
        for path in (build / folder).rglob("*.gcno"):
            name = str(path.relative_to(build).with_suffix(".c"))
            if name not in found and name not in LEFT_OUT:
                found[name] = {}
    return found


def share(lines):
    return 100.0 * sum(count > 0 for count in lines.values()) / len(lines) if lines else 100.0


def ranges(lines):
    """The lines that did not run: "12-14 20"."""
    known, parts = sorted(lines), []
    for at, line in enumerate(known):
        if lines[line] > 0:
            continue
        if parts and parts[-1][1] == at - 1:
            parts[-1] = [parts[-1][0], at]
        else:
            parts.append([at, at])
    return " ".join(f"{known[a]}-{known[b]}" if a != b else f"{known[a]}" for a, b in parts)


def excuses(path):
    """file -> why. A line each: FILE, blanks, the reason."""
    matches = [re.fullmatch(r"(\S+)\s+(\S.*)", line) for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {match[1]: match[2] for match in matches}


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    found = lines_of(ROOT / sys.argv[1])
    if not found:
        print(f"coverage: nothing was counted in {sys.argv[1]}")
        return 1
    bad = []
    for folder in FOLDERS:
        lines = {(name, number): count for name, of in found.items() if name.startswith(folder + "/") for number, count in of.items()}
        print(f"  {folder:<12} {share(lines):5.1f}% of {len(lines):5} lines")
        if folder in HELD and share(lines) < BAR:
            bad.append(f"{folder}/ is below {BAR:.0f} %")
    excused = excuses(ROOT / "tests" / "coverage.excuses")
    below = {name: lines for name, lines in sorted(found.items()) if name.split("/")[0] in HELD and share(lines) < BAR}
    for name, lines in below.items():
        print(f"  {name} {share(lines):.1f}%: {ranges(lines)}\n      {excused.get(name, 'no excuse: to be tested')}")
    for name in sorted(set(excused) - set(below)):
        print(f"  {name} needs no excuse any more")
    bad += [f"there is no {name} that could need an excuse" for name in excused if name not in found]
    for text in bad:
        print(f"coverage: {text}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
