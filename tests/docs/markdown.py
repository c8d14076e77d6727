# SPDX-License-Identifier: Apache-2.0
"""What the tests want to know of a Markdown document: its headings' anchors, its links, its shell blocks."""
import pathlib
import re
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def documents():
    """Every Markdown file that git knows or would know."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return sorted(REPOSITORY / name for name in names.stdout.splitlines() if (REPOSITORY / name).exists())


def without_code(text):
    """The prose: blocks of code, and code within lines, are blanked."""
    text = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.S | re.M)
    text = re.sub(r"(?m)^(?: {4,}|\t).*$", "", text)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(text):
    """What GitHub makes of the headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.*?) *#*$", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M), re.M):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        while anchor in found:
            anchor += "-1"
        found.add(anchor)
    return found


def links(text):
    return re.findall(r"!?\[[^]]*\]\(([^)\s]+)\)", without_code(text))


def blocks(text):
    """(language and marks, line number, code) of each fenced block."""
    for match in re.finditer(r"^( *)```([^\n]*)\n(.*?)^ *```$", text, re.S | re.M):
        yield match[2].strip(), text.count("\n", 0, match.start()) + 1, re.sub(f"(?m)^{match[1]}", "", match[3])
