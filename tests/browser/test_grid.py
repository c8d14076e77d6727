# SPDX-License-Identifier: Apache-2.0
"""The grid alone, on a tab of ten thousand rows: what it shows is true, also of rows that nobody has looked at, and everybody can use it."""
import re
import shutil
import sys

import pytest

from accessibility import axe, violations  # noqa: F401
from programs import ROOT, Program
from webdriver import Browser

sys.path.append(str(ROOT / "sandbox"))
from client import Sandbox  # noqa: E402

pytestmark = pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromedriver is not installed")

ROWS = 10_000


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """Its tab Numbers has a header row and, in A, the numbers 1 to 10,000; .url is its page."""
    folder = tmp_path_factory.mktemp("grid")
    program = Program("tabrelay-sandbox", ["--listen", "127.0.0.1:0", "--data", folder / "data", "--book", "big=Big:Numbers"], folder,
                      ready_log="listening on ").start()
    try:
        base = re.search(r"http://127\.0\.0\.1:\d+/", program.log())[0]
        program.arguments[2] = base.removeprefix("http://").rstrip("/")
        sandbox = Sandbox(base)
        sandbox.program, sandbox.url, sandbox.list = program, f"{base}d/big", base
        sandbox.sheet, = (tab["sheetId"] for tab in sandbox.spreadsheet("big")["tabs"])
        sandbox.act("big", {"user": "a@example.com", "sheetId": sandbox.sheet, "action": "paste", "row": 0, "column": 0,
                            "values": [["Number", "Name"], *([str(n), f"row {n}"] for n in range(1, ROWS + 1))]})
        yield sandbox
    finally:
        program.stop()


@pytest.fixture(scope="module")
def browsers():
    """Open ones, by size and darkness: a browser takes longer to start than a page to load."""
    opened = {}
    yield opened
    for browser in opened.values():
        browser.close()


@pytest.fixture
def browse(sandbox, browsers):
    """browse(...) opens the page anew, in a browser of that size, as somebody sees it who was never there."""
    def open_page(width=1000, height=600, dark=False, url=None):
        kind = (width, height, dark, url)
        if kind not in browsers:
            browsers[kind] = Browser(width, height, dark=dark)
        browser = browsers[kind]
        browser.open(sandbox.list)
        browser.script("localStorage.clear()")
        browser.open(url or sandbox.url)
        if url is None:
            browser.wait("the cells", lambda: browser.text("#c1-1") == "row 1")
        return browser

    return open_page


def test_the_sum_counts_rows_that_nobody_has_looked_at(browse):
    page = browse()
    page.click("#c1-0")
    page.type("{Control+ }")
    page.wait("the sum", lambda: page.text("#sum") == "Sum: 50,005,000")


def test_rows_that_nobody_has_looked_at_are_copied(browse):
    page = browse()
    page.click("#c1-1")
    page.script("window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); };"
                "document.addEventListener('copy', (e) => e.clipboardData.types.length && window.copied.push(e.clipboardData.getData('text/plain')));")
    page.type("{Control+ }{Control+c}")
    text = page.wait("the clipboard", lambda: page.script("return window.copied[0]"))
    assert text.splitlines() == ["Name", *(f"row {n}" for n in range(1, ROWS + 1))]


def test_what_cannot_be_copied_is_not_cut(sandbox, browse):
    page = browse()
    page.script("const real = window.fetch; window.fetch = (path, options) =>"
                " String(path).includes('row=9000') ? Promise.resolve(new Response('', {status: 500})) : real(path, options);")
    page.click("#c1-1")
    page.type("{Control+ }{Control+x}")
    page.wait("the message", lambda: "Not cut." in page.text("#toasts"))
    assert sandbox.rows("big", sandbox.sheet, 9050, 1)[0][1]["d"] == "row 9050"


def test_a_column_is_sorted_with_the_keyboard_alone(sandbox, browse):
    page = browse()
    page.click("#c1-0")
    page.type("{Control+ }{Shift+F10}")
    page.wait("the menu", lambda: "Sort Z to A" in (page.text(".menu") or ""))
    page.type("{ArrowDown}{Enter}")
    page.wait("the sort", lambda: page.text("#c1-0") == str(ROWS))
    page.type("{Control+z}")
    page.wait("the undo", lambda: page.text("#c1-0") == "1")


def test_what_is_typed_while_the_sandbox_is_away_is_told(sandbox, browse):
    page, listing = browse(), browse(1180, 800, url=sandbox.list)
    listing.wait("the list", lambda: "Big" in listing.text("#list"))
    sandbox.program.stop()
    try:
        page.click("#c3-1")
        page.type("typed in vain{Enter}")
        page.wait("the message", lambda: "The sandbox does not answer" in page.text("#toasts"))
        assert "typed in vain" in page.text("#toasts"), "what was typed can be read, and copied"
        assert page.text("#c3-1") == "row 3"
        listing.wait("the message", lambda: listing.script("return !document.getElementById('away').hidden"))
    finally:
        sandbox.program.start()
    listing.wait("the end of it", lambda: listing.script("return document.getElementById('away').hidden"))
    page.wait("the connection", lambda: page.text("#status") == "live", 30)
    page.click("#c3-1")
    page.type("typed again{Enter}")
    page.wait("the cell", lambda: page.text("#c3-1") == "typed again")


@pytest.mark.parametrize("width, dark", [(1180, False), (360, True)], ids=["wide", "phone in the dark"])
def test_everybody_can_use_it(sandbox, browse, axe, width, dark):  # noqa: F811
    page = browse(width, 800, dark)
    assert page.script("return document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
    page.click("#c2-0")
    page.type("{Shift+F10}")
    page.wait("the menu", lambda: "Undo" in (page.text(".menu") or ""))
    assert violations(page, axe) == []
    page.type("{Escape}")
    page.click("#panel-button")
    assert violations(page, axe) == []
    assert violations(browse(width, 800, dark, sandbox.list), axe) == []


def test_on_a_phone_the_requests_hide_no_rows(browse):
    page = browse(360, 800)
    page.click("#panel-button")
    page.click("#c1-0")
    page.type("{Control+End}")
    page.wait("the last row", lambda: page.text(f"#c{ROWS}-1") == f"row {ROWS}")
    bottom, top = page.script("return [document.getElementById(arguments[0]).getBoundingClientRect().bottom,"
                              " document.getElementById('panel').getBoundingClientRect().top]", f"c{ROWS}-1")
    assert bottom <= top
