#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What gcc -fanalyzer said of the sources, against tests/analyze/excuses: judge.py COMPILER LOG... (`make analyze` makes a log of each file)

Fails when something is found that has no excuse, and, where the excuses were made with this compiler, when an excuse is not needed any more.
"""
import pathlib
import re
import sys

EXCUSES = pathlib.Path(__file__).with_name("excuses")
FUNCTION = re.compile(r"^(?:\S+: )?In function '(\w+)':$")
FOUND = re.compile(r"^\S+: (?:warning|error): .* \[-Wanalyzer-([a-z0-9-]+)\]$")


def findings(text):
    """[((function, kind), what gcc said)] of a log."""
    found, function = [], "-"
    for line in text.splitlines():
        begins, finding = FUNCTION.match(line), FOUND.match(line)
        if begins:
            function = begins[1]
        elif finding:
            found.append(((function, finding[1]), [line]))
        elif found:
            found[-1][1].append(line)
    return [(key, "\n".join(lines)) for key, lines in found]


def excuses(text):
    """The compiler that they were made with, and {(file, function, kind): why}. A line each: FILE FUNCTION KIND the reason."""
    compiler = re.search(r"^# made with (.+)$", text, re.M)[1]
    lines = [line.split(maxsplit=3) for line in text.splitlines() if line and not line.startswith("#")]
    return compiler, {tuple(line[:3]): line[3] for line in lines}


def main():
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    compiler, *logs = sys.argv[1:]
    made_with, excused = excuses(EXCUSES.read_text())
    found = {}
    for log in map(pathlib.Path, logs):
        source, _, said = log.read_text().partition("\n")
        for (function, kind), text in findings(said):
            found.setdefault((source, function, kind), []).append(text)
    bad = [text for key, texts in sorted(found.items()) if key not in excused for text in texts]
    stale = sorted(set(excused) - set(found)) if compiler == made_with else []
    for text in bad + [f"no excuse is needed any more: {' '.join(key)}" for key in stale]:
        print(text)
    print(f"analyze: {len(logs)} files, {len(bad)} findings, {len(set(found) & set(excused))} excused, {len(stale)} excuses too many")
    return 1 if bad or stale else 0


if __name__ == "__main__":
    sys.exit(main())
