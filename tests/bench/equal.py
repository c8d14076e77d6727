# SPDX-License-Identifier: Apache-2.0
"""Is a large tab what its table is, cell by cell?"""
from stack import same

PAGE_ROWS = 20000  # a whole tab is too much for one answer


def differences(stack, tab):
    """How many rows of the table the tab lacks, how many it has twice, with another cell, or without the table. The first column is the key."""
    headers, rows = stack.table(tab)
    expected = {row[0]: row for row in rows}
    count = {"missing": 0, "twice": 0, "wrong": 0, "unknown": 0}
    seen = set()
    for row in rows_of(stack, tab, len(headers)):
        key = row[0]
        count["twice"] += key in seen
        count["unknown"] += key not in expected
        count["wrong"] += key in expected and not all(same(a, b) for a, b in zip(row, expected[key]))
        seen.add(key)
    count["missing"] = len(expected.keys() - seen)
    return count


def rows_of(stack, tab, width):
    """The rows below the header that are not blank."""
    spreadsheet = stack.mapping(tab).get("spreadsheet", stack.spreadsheet)
    total, last = stack.google.tab(spreadsheet, tab)["rows"], chr(ord("A") + width - 1)
    for first in range(2, total + 1, PAGE_ROWS):
        end = min(first + PAGE_ROWS - 1, total)
        answer = stack.google.google("GET", f"/v4/spreadsheets/{spreadsheet}/values/'{tab}'!A{first}:{last}{end}"
                                     "?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER")
        for row in answer.get("values", []):
            row = [None if v == "" else float(v) if isinstance(v, (int, float)) else v for v in row] + [None] * (width - len(row))
            if any(v is not None for v in row):
                yield row
