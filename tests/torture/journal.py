# SPDX-License-Identifier: Apache-2.0
"""What the spreadsheet looked like at every revision, out of the file that the sandbox writes for itself (sandbox/disk.h).

The file is written anew when it has grown; the one that was open is read to its end first, so no revision is missed.
"""
import json
import os

from stack import typed


class Tab:
    """A tab at one revision. `rows`: lists of {column: stored cell}; nothing here is changed once it is made."""

    def __init__(self, title, rows):
        self.title, self.rows = title, rows
        self.headers = {}
        for column, stored in (rows[0] if rows else {}).items():
            self.headers.setdefault(value_of(stored), column)

    def cell(self, row, header):
        """What the row shows below HEADER; a formula as its text."""
        column = self.headers.get(header)
        return None if column is None else value_of(self.rows[row].get(column))

    def values(self, row, headers):
        return {header: self.cell(row, header) for header in headers}

    def is_noted(self, row):
        """Has tabrelay said something about it?"""
        return any("tabrelay: " in cell.get("note", "") for cell in self.rows[row].values())

    def key_rows(self, table):
        """[(row, key)] of the rows that have a whole key."""
        keys = [(i, table.key_of(self.values(i, table.key))) for i in range(1, len(self.rows))]
        return [(i, key) for i, key in keys if key is not None]


def value_of(stored):
    if stored is None:
        return None
    if "f" in stored:
        return f"formula {stored['f']}"  # never equal to a text that begins with "="
    return next((typed(stored[name]) for name in ("n", "s", "b", "e") if name in stored), None)


class Journal:
    """`revisions`: number -> {sheet id: Tab}, ascending; `modified`: number -> wall clock in ms."""

    def __init__(self, path):
        self.path, self.file, self.revisions, self.modified = path, None, {}, {}

    def collect(self):
        """Take in what has been written since the last call."""
        if self.file is None:
            self.file = open(self.path, encoding="utf-8")
        while True:
            self._read()
            if os.stat(self.path).st_ino == os.fstat(self.file.fileno()).st_ino:
                return
            self._read()
            self.file.close()
            self.file = open(self.path, encoding="utf-8")

    def _read(self):
        while True:
            at = self.file.tell()
            line = self.file.readline()
            if not line.endswith("\n"):
                self.file.seek(at)  # torn, or not written to its end yet
                return
            self._take(json.loads(line), is_whole=at == 0)

    def _take(self, version, is_whole):
        number = version["revision"]
        if self.revisions and number <= self.last:
            return
        before = {} if is_whole else self.revisions[self.last]
        self.revisions[number] = {tab["id"]: spliced(before.get(tab["id"]), tab) for tab in version["tabs"]}
        self.modified[number] = version["modified"]

    @property
    def last(self):
        return next(reversed(self.revisions))

    def tab(self, number, sheet_id):
        return self.revisions[number].get(sheet_id)

    def steps(self, sheet_id):
        """(number, the tab before, the tab after) of every revision that changed the tab."""
        before = None
        for number, tabs in self.revisions.items():
            after = tabs.get(sheet_id)
            if before is not None and after is not None and after is not before:
                yield number, before, after
            before = after or before


def spliced(before, tab):
    """The tab that a line of the file makes of the one BEFORE."""
    if "splices" not in tab:
        return before
    rows = list(before.rows) if before else []
    for splice in tab["splices"]:
        rows[splice["at"]:splice["at"] + splice["remove"]] = [{cell["c"]: cell for cell in row if "c" in cell} for row in splice["rows"]]
    return Tab(tab["title"], rows)
