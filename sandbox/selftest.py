# SPDX-License-Identifier: Apache-2.0
"""The demo's self-test: create, read, update and delete in both directions on the running stack.

A line per check with its latency in milliseconds: from the end of the statement or of the person's action to the moment
the other side shows it. Both sides are polled every few milliseconds: MySQL directly, the sheet on the sandbox's JSON API.
It ends with `N passed, N failed` and that exit status, and leaves the data as it found it.
"""
import datetime
import decimal
import os
import sys
import time

import pymysql

from client import Refused, Sandbox

POLL_S = 0.003
TIMEOUT_S = 60
PERSON = "selftest@example.com"
TABLES = {"Countries": "countries", "Subdivisions": "subdivisions", "Currencies": "currencies"}


class Failed(Exception):
    """A check's expectation did not come true; the text says what was seen instead."""


class World:
    """Both sides of the running demo."""

    def __init__(self):
        self.sheet = Sandbox(os.environ["DEMO_SANDBOX_URL"])
        self.id = os.environ["DEMO_SPREADSHEET"]
        self.mysql = pymysql.connect(host="127.0.0.1", port=int(os.environ["DEMO_MYSQL_PORT"]), user="demo", charset="utf8mb4",
                                     password=os.environ["DEMO_MYSQL_PASSWORD"], database="world", autocommit=True)
        self.ids = {tab["title"]: tab["sheetId"] for tab in self.sheet.spreadsheet(self.id)["tabs"]}
        self.headers = {}

    # MySQL

    def sql(self, statement, args=None):
        with self.mysql.cursor() as cursor:
            cursor.execute(statement, args)
            return list(cursor.fetchall())

    def value(self, table, column, where, args):
        rows = self.sql(f"SELECT {column} FROM {table} WHERE {where}", args)
        return rows[0][0] if rows else None

    # the sheet

    def rows(self, tab, first=0, count=None):
        return self.sheet.rows(self.id, self.ids[tab], first, count)

    def column(self, tab, header):
        if tab not in self.headers:
            self.headers[tab] = [shown(cell) for cell in self.rows(tab, 0, 1)[0]]
        return self.headers[tab].index(header)

    def find(self, tab, key, header):
        """Number of the row whose cell under HEADER shows KEY, or None."""
        at = self.column(tab, header)
        return next((n for n, row in enumerate(self.rows(tab)) if cell_of(row, at) == key), None)

    def cell(self, tab, row, header):
        found = self.rows(tab, row, 1)
        at = self.column(tab, header)
        return found[0][at] if found and at < len(found[0]) else None

    def last_row(self, tab):
        return next(t for t in self.sheet.spreadsheet(self.id)["tabs"] if t["sheetId"] == self.ids[tab])["lastRow"]

    def act(self, tab, **action):
        return self.sheet.act(self.id, {"user": PERSON, "sheetId": self.ids[tab], **action})

    def type(self, tab, row, header, text):
        self.act(tab, action="edit", row=row, column=self.column(tab, header), value=text)


def shown(cell):
    return cell["d"] if cell else ""


def cell_of(row, at):
    return shown(row[at]) if at < len(row) else ""


def wait(what, get, wanted, timeout_s=TIMEOUT_S):
    """Poll GET until it returns WANTED, or until WANTED(value) when it is callable; milliseconds it took."""
    start = time.monotonic()
    while True:
        value = get()
        if wanted(value) if callable(wanted) else value == wanted:
            return (time.monotonic() - start) * 1000
        if time.monotonic() - start > timeout_s:
            raise Failed(f"{what}: saw {value!r}" + ("" if callable(wanted) else f" instead of {wanted!r}"))
        time.sleep(POLL_S)


# The checks: each returns milliseconds. In the order of the list; what one makes, a later one may use.

def first_fill(w):
    """first fill: each tab holds its whole table"""
    took = 0
    for tab, table in TABLES.items():
        count = w.sql(f"SELECT COUNT(*) FROM {table}")[0][0]
        took += wait(f"rows of {tab}", lambda t=tab: w.last_row(t) - 1, count, 120)
    return took


def create_in_mysql(w):
    """MySQL -> sheet: create a row"""
    w.sql("INSERT INTO countries (code, name, numeric_code, flag) VALUES ('QM', 'Testland', 990, '\U0001f3f4')")
    return wait("row QM", lambda: w.find("Countries", "QM", "Code"), lambda row: row is not None)


def update_in_mysql(w):
    """MySQL -> sheet: update a text"""
    row = w.find("Countries", "QM", "Code")
    w.sql("UPDATE countries SET official_name = 'Republic of Testland' WHERE code = 'QM'")
    return wait("cell", lambda: shown(w.cell("Countries", row, "Official name")), "Republic of Testland")


def enum_in_mysql(w):
    """MySQL -> sheet: ENUM"""
    row = w.find("Countries", "QM", "Code")
    w.sql("UPDATE countries SET travel = 'wish' WHERE code = 'QM'")
    return wait("cell", lambda: shown(w.cell("Countries", row, "Travel")), "wish")


def date_in_mysql(w):
    """MySQL -> sheet: DATE, as a real date"""
    row = w.find("Countries", "QM", "Code")
    w.sql("UPDATE countries SET last_visit = '2024-02-29' WHERE code = 'QM'")
    took = wait("cell", lambda: shown(w.cell("Countries", row, "Last visit")), "2024-02-29")
    kind = w.cell("Countries", row, "Last visit")["t"]
    if kind not in ("d", "n"):
        raise Failed(f"the cell is of type {kind}, not a date")
    return took


def null_in_mysql(w):
    """MySQL -> sheet: NULL is a blank cell"""
    row = w.find("Countries", "QM", "Code")
    w.sql("UPDATE countries SET last_visit = NULL WHERE code = 'QM'")
    return wait("cell", lambda: shown(w.cell("Countries", row, "Last visit")), "")


def decimal_in_mysql(w):
    """MySQL -> sheet: DECIMAL, to the last digit"""
    row = w.find("Currencies", "XTS", "code")
    w.sql("UPDATE currencies SET per_euro = 123456.789012 WHERE code = 'XTS'")
    return wait("cell", lambda: float((w.cell("Currencies", row, "per_euro") or {}).get("u", 0)), 123456.789012)


def formula_in_mysql(w):
    """MySQL -> sheet: text that looks like a formula stays text"""
    row = w.find("Countries", "QM", "Code")
    w.sql("UPDATE countries SET official_name = '=1+1' WHERE code = 'QM'")
    took = wait("cell", lambda: shown(w.cell("Countries", row, "Official name")), "=1+1")
    cell = w.cell("Countries", row, "Official name")
    if cell.get("f") or cell["t"] != "s":
        raise Failed(f"the cell became {cell}")
    return took


def update_in_sheet(w):
    """sheet -> MySQL: update a text"""
    row = w.find("Countries", "QM", "Code")
    w.type("Countries", row, "Name", "Testland-Nord")
    return wait("row", lambda: w.value("countries", "name", "code = %s", "QM"), "Testland-Nord")


def generated_column(w):
    """sheet -> MySQL -> sheet: the generated column follows"""
    row = w.find("Countries", "QM", "Code")
    w.type("Countries", row, "Name", "Testland-Ost")
    return wait("cell", lambda: shown(w.cell("Countries", row, "Label")).endswith(" Testland-Ost"), True)


def updated_at(w):
    """sheet -> MySQL -> sheet: the TIMESTAMP ON UPDATE follows"""
    w.sql("UPDATE countries SET name = 'Testland', updated_at = '2001-01-01 00:00:00' WHERE code = 'QM'")
    row = w.find("Countries", "QM", "Code")
    wait("cell", lambda: shown(w.cell("Countries", row, "Updated")).startswith("2001-01-01"), True)
    w.type("Countries", row, "Name", "Testland-West")
    today = (datetime.datetime.now(datetime.timezone.utc).date(), datetime.datetime.now().date())
    return wait("cell", lambda: shown(w.cell("Countries", row, "Updated"))[:10], lambda d: d in [str(t) for t in today])


def enum_in_sheet(w):
    """sheet -> MySQL: ENUM"""
    row = w.find("Countries", "QM", "Code")
    w.type("Countries", row, "Travel", "been")
    return wait("row", lambda: w.value("countries", "travel", "code = %s", "QM"), "been")


def date_in_sheet(w):
    """sheet -> MySQL: DATE"""
    row = w.find("Countries", "QM", "Code")
    w.type("Countries", row, "Last visit", "2023-12-31")
    return wait("row", lambda: w.value("countries", "last_visit", "code = %s", "QM"), datetime.date(2023, 12, 31))


def null_in_sheet(w):
    """sheet -> MySQL: a cleared cell is NULL"""
    row = w.find("Countries", "QM", "Code")
    wait("cell", lambda: shown(w.cell("Countries", row, "Last visit")), "2023-12-31")
    w.act("Countries", action="clear", row=row, column=w.column("Countries", "Last visit"), rows=1, columns=1)
    return wait("row", lambda: w.sql("SELECT last_visit IS NULL FROM countries WHERE code = 'QM'")[0][0], 1)


def decimal_in_sheet(w):
    """sheet -> MySQL: DECIMAL, to the last digit"""
    row = w.find("Currencies", "XTS", "code")
    w.type("Currencies", row, "per_euro", "0.000001")
    return wait("row", lambda: w.value("currencies", "per_euro", "code = %s", "XTS"), decimal.Decimal("0.000001"))


def refused_value(w):
    """sheet -> MySQL: a refused value is put back, with a note that says why"""
    row = w.find("Countries", "QM", "Code")
    w.type("Countries", row, "Travel", "maybe")
    took = wait("cell", lambda: w.cell("Countries", row, "Travel"), lambda c: shown(c) == "been" and bool((c or {}).get("n")))
    if w.value("countries", "travel", "code = %s", "QM") != "been":
        raise Failed("MySQL took it")
    return took


def create_in_sheet(w):
    """sheet -> MySQL: create a row with a natural key"""
    row = w.last_row("Countries")
    w.act("Countries", action="paste", row=row, column=0, values=[["QN", "Sheetland", "", "991", "", "wish"]])
    return wait("row", lambda: w.sql("SELECT name, travel FROM countries WHERE code = 'QN'"), [("Sheetland", "wish")])


def auto_increment(w):
    """sheet -> MySQL -> sheet: the new auto-increment key appears in the row"""
    row = w.last_row("Subdivisions")
    w.act("Subdivisions", action="paste", row=row, column=0, values=[["", "QM", "QM-1", "Testville", "City", ""]])
    took = wait("cell", lambda: shown(w.cell("Subdivisions", row, "id")), lambda text: text != "")
    number = w.value("subdivisions", "id", "code = %s", "QM-1")
    if shown(w.cell("Subdivisions", row, "id")) != str(number):
        raise Failed(f"the cell shows {shown(w.cell('Subdivisions', row, 'id'))}, MySQL has {number}")
    return took


def foreign_key(w):
    """sheet -> MySQL: what a foreign key forbids is refused with a note"""
    row = w.find("Subdivisions", "QM-1", "code")
    w.type("Subdivisions", row, "country", "ZZ")
    took = wait("cell", lambda: w.cell("Subdivisions", row, "country"), lambda c: shown(c) == "QM" and bool((c or {}).get("n")))
    if w.value("subdivisions", "country", "code = %s", "QM-1") != "QM":
        raise Failed("MySQL took it")
    return took


def paste_500(w):
    """sheet -> MySQL: paste 500 rows, all keys written back"""
    row = w.last_row("Subdivisions")
    w.act("Subdivisions", action="paste", row=row, column=0,
          values=[["", "QM", f"QM-{n:03}", f"Pasted {n}", "District", ""] for n in range(500)])
    took = wait("rows", lambda: w.sql("SELECT COUNT(*) FROM subdivisions WHERE type = 'District' AND country = 'QM'")[0][0], 500, 60)
    at = w.column("Subdivisions", "id")
    return took + wait("keys", lambda: sum(cell_of(r, at) != "" for r in w.rows("Subdivisions", row, 500)), 500, 60)


def sort_then_update(w):
    """a person sorts the tab, then MySQL updates: the right row is hit"""
    w.act("Currencies", action="sort", row=1, rows=w.last_row("Currencies") - 1, column=w.column("Currencies", "name"),
          descending=True)
    row = w.find("Currencies", "XTS", "code")
    w.sql("UPDATE currencies SET per_euro = 7 WHERE code = 'XTS'")
    took = wait("cell", lambda: shown(w.cell("Currencies", row, "per_euro")).rstrip("0").rstrip("."), "7")
    w.act("Currencies", action="sort", row=1, rows=w.last_row("Currencies") - 1, column=0, descending=False)
    return took


def rename_tab(w):
    """a person renames the tab: both directions go on"""
    w.act("Countries", action="rename_tab", title="Lands")
    try:
        row = w.find("Countries", "QM", "Code")
        w.sql("UPDATE countries SET official_name = 'renamed' WHERE code = 'QM'")
        took = wait("cell", lambda: shown(w.cell("Countries", row, "Official name")), "renamed")
        w.type("Countries", row, "Official name", "renamed back")
        return took + wait("row", lambda: w.value("countries", "official_name", "code = %s", "QM"), "renamed back")
    finally:
        w.act("Countries", action="rename_tab", title="Countries")


def delete_in_mysql(w):
    """MySQL -> sheet: delete 501 rows"""
    w.sql("DELETE FROM subdivisions WHERE country = 'QM'")
    at = w.column("Subdivisions", "country")
    count = w.sql("SELECT COUNT(*) FROM subdivisions")[0][0]
    return wait("rows", lambda: w.last_row("Subdivisions") - 1 == count
                and not any(cell_of(r, at) == "QM" for r in w.rows("Subdivisions")), True, 60)


def delete_in_sheet(w):
    """sheet -> MySQL: delete a row"""
    row = w.find("Countries", "QN", "Code")
    w.act("Countries", action="delete_rows", index=row, count=1)
    return wait("row", lambda: w.sql("SELECT COUNT(*) FROM countries WHERE code = 'QN'")[0][0], 0)


def everything_equal(w):
    """at the end every row of every tab equals its table"""
    w.sql("DELETE FROM countries WHERE code IN ('QM', 'QN')")
    w.sql("UPDATE currencies SET per_euro = NULL WHERE code = 'XTS'")
    start = time.monotonic()
    for tab, key in (("Countries", "code"), ("Subdivisions", "id"), ("Currencies", "code")):
        wait(f"keys and names of {tab}", lambda t=tab, k=key: pairs_differ(w, t, k), [])
    return (time.monotonic() - start) * 1000


def pairs_differ(w, tab, key):
    """Keys whose row in the tab has another name than in MySQL, or is on one side only."""
    at, name = w.column(tab, header_of(tab, key)), w.column(tab, header_of(tab, "name"))
    sheet = sorted((cell_of(row, at), cell_of(row, name)) for row in w.rows(tab)[1:] if cell_of(row, at))
    table = sorted((str(k), n) for k, n in w.sql(f"SELECT {key}, name FROM {TABLES[tab]}"))
    return sorted({k for k, _ in set(sheet) ^ set(table)})[:10]


def header_of(tab, column):
    return column.capitalize() if tab == "Countries" else column


CHECKS = [first_fill, create_in_mysql, update_in_mysql, enum_in_mysql, date_in_mysql, null_in_mysql, decimal_in_mysql,
          formula_in_mysql, update_in_sheet, generated_column, updated_at, enum_in_sheet, date_in_sheet, null_in_sheet,
          decimal_in_sheet, refused_value, create_in_sheet, auto_increment, foreign_key, paste_500, sort_then_update,
          rename_tab, delete_in_mysql, delete_in_sheet, everything_equal]


def main():
    world, passed, failed = World(), 0, 0
    for check in CHECKS:
        try:
            took = check(world)
            passed += 1
            print(f"  ok    {took:7.0f} ms  {check.__doc__}", flush=True)
        except (Failed, Refused, pymysql.err.MySQLError, OSError, LookupError, TypeError, ValueError) as why:
            failed += 1
            print(f"  FAIL              {check.__doc__}: {type(why).__name__}: {why}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
