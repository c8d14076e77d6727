# SPDX-License-Identifier: Apache-2.0
"""Runs the shell blocks of a document, in order, in one shell, and tells what it ran and what it did not.

A block begins with ```sh. "```sh not run: REASON" is for what cannot run in a test; the reason is printed with the report.
"""
import re
from dataclasses import dataclass

from markdown import blocks

MARK = "@@@ line "
# The first command that fails ends it, also within a pipe; and curl fails when the answer is an error.
PROLOGUE = 'set -eo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'


@dataclass
class Example:
    line: int
    code: str
    reason: str  # why it is not run; "" if it is

    @property
    def commands(self):
        """How many commands a person types: lines, but for comments, continued lines and here-documents."""
        count, until, is_continued = 0, None, False
        for line in self.code.splitlines():
            if until is not None:
                until = None if line == until else until
                continue
            if line.strip() and not line.lstrip().startswith("#") and not is_continued:
                count += 1
            is_continued = line.endswith("\\")
            here = re.search(r"<<-?'?(\w+)'?", line)
            until = here[1] if here else None
        return count


def examples(document):
    found = []
    for info, line, code in blocks(document.read_text()):
        if info.split(" ")[0] in ("sh", "bash", "shell", "console"):
            assert re.fullmatch(r"sh|sh not run: .+", info), f"{document.name}:{line}: ```{info}: expected ```sh, or ```sh not run: REASON"
            found.append(Example(line, code, info.removeprefix("sh").removeprefix(" not run: ").strip()))
    return found


def script(chosen):
    """One script of several blocks, which says before each block where it stands."""
    return PROLOGUE + "".join(f"echo '{MARK}{example.line}'\n{example.code}" for example in chosen)


def failure(document, output):
    """Where a script of DOCUMENT stopped, in words."""
    lines = re.findall(rf"^{MARK}(\d+)$", output, re.M)
    return f"{document.name}: the block at line {lines[-1] if lines else '?'} failed:\n{output[-3000:]}"


def report(document, found):
    for example in found:
        first = example.code.strip().splitlines()[0]
        print(f"{document.name}:{example.line}: {'not run: ' + example.reason if example.reason else 'ran'}: {first[:100]}")
