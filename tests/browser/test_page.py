# SPDX-License-Identifier: Apache-2.0
"""The grid in a real browser, with everything behind it running: what a person types is in MySQL, what MySQL changes is seen.

It also takes the README's picture; with TABRELAY_PICTURE=1 into docs/grid.png.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import pytest

from programs import BUILD, ROOT, wait_until
from webdriver import Browser

pytestmark = pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromedriver is not installed")


@pytest.fixture(scope="module")
def demo():
    """The running demo; .url, .sql(statement)."""
    with tempfile.TemporaryDirectory(prefix="td-", dir="/tmp") as folder:
        place = pathlib.Path(folder)
        environment = {**os.environ, "TABRELAY_BUILD": str(BUILD), "TABRELAY_PREBUILT": "1", "TMPDIR": folder,
                       "XDG_RUNTIME_DIR": folder}
        with open(place / "out", "wb") as log:
            process = subprocess.Popen([ROOT / "sandbox/demo"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=environment, start_new_session=True)
        running = Demo(process, place / "out", environment)
        try:
            running.wait_open()
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


class Demo:
    def __init__(self, process, out, environment):
        self.process, self.out, self.environment = process, out, environment
        self.url = None

    def wait_open(self):
        wait_until("the demo", lambda: "Ctrl-C stops" in self.out.read_text() or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.out.read_text()
        self.url = re.search(r"Open +(http://\S+)", self.out.read_text()).group(1)
        wait_until("the first fill", lambda: "done" in self.sql(
            "SELECT MIN(snapshot), COUNT(*) FROM tabrelay.mapping_state HAVING MAX(snapshot) = 'done'"), 120, 0.3)

    def sql(self, statement):
        return subprocess.run([ROOT / "sandbox/demo", "--sql", statement], capture_output=True, text=True, timeout=60,
                              env=self.environment, check=True).stdout


@pytest.fixture
def page(demo):
    browser = Browser(1360, 800, scale=1)
    try:
        browser.open(demo.url)
        browser.wait("the cells", lambda: browser.text("#c0-0") == "Code" and browser.text("#c1-0") == "AD")
        yield browser
        assert browser.console() == []
    finally:
        browser.close()


def row_of(page, code):
    """0-based row of a country that is in view."""
    cell = page.script("return [...document.querySelectorAll('#rows [aria-colindex=\"2\"]')]"
                       ".find(c => c.textContent === arguments[0])?.dataset.row", code)
    return int(cell)


def column_of(page, header):
    return int(page.script("return [...document.querySelectorAll('#frozen .cell')]"
                           ".find(c => c.textContent === arguments[0]).dataset.column", header))


def test_a_person_types_into_a_cell_and_mysql_has_it(demo, page):
    at = f"#c{row_of(page, 'AO')}-{column_of(page, 'Name')}"
    page.click(at)
    page.type("Angola (typed){Enter}")
    page.wait("the cell", lambda: page.text(at) == "Angola (typed)")
    wait_until("MySQL", lambda: "Angola (typed)" in demo.sql("SELECT name FROM countries WHERE code = 'AO'"))
    label = f"#c{row_of(page, 'AO')}-{column_of(page, 'Label')}"
    page.wait("the generated column", lambda: (page.text(label) or "").endswith("Angola (typed)"))
    editor = demo.sql("SELECT editor FROM tabrelay.edit_log ORDER BY id DESC LIMIT 1")
    assert "you@example.com" in editor


def test_mysql_changes_and_the_cell_lights_up(demo, page):
    at = f"#c{row_of(page, 'AL')}-{column_of(page, 'Travel')}"
    demo.sql("UPDATE countries SET travel = IF(travel = 'been', 'wish', 'been') WHERE code = 'AL'")
    page.wait("the flash", lambda: page.script("return document.querySelector(arguments[0]).dataset.flash", at) == "api")
    assert page.text(at) in demo.sql("SELECT travel FROM countries WHERE code = 'AL'")


def test_a_refused_value_comes_back_with_a_note(demo, page):
    at = f"#c{row_of(page, 'AR')}-{column_of(page, 'Travel')}"
    page.click(at)
    page.type("maybe{Enter}")
    page.wait("the note", lambda: "noted" in page.script("return document.querySelector(arguments[0]).className", at))
    page.wait("the old value", lambda: page.text(at) == "no")
    page.click(at)
    page.wait("the tooltip", lambda: "maybe" in (page.text("#tooltip") or ""))


def test_keys_and_clipboard(demo, page):
    row, column = row_of(page, "AT"), column_of(page, "Official name")
    page.click(f"#c{row}-{column}")
    page.type("{Control+c}{ArrowDown}{Control+v}")
    page.wait("the paste", lambda: page.text(f"#c{row + 1}-{column}") == "Republic of Austria")
    page.type("{Control+z}")
    page.wait("the undo", lambda: page.text(f"#c{row + 1}-{column}") != "Republic of Austria")
    page.click(f"#c{row}-{column}")
    page.type("{F2}{End}!{Tab}")
    page.wait("F2", lambda: page.text(f"#c{row}-{column}") == "Republic of Austria!")
    page.click(f"#c{row}-{column}")
    page.type("{Delete}")
    page.wait("Delete", lambda: page.text(f"#c{row}-{column}") == "")
    wait_until("NULL in MySQL", lambda: "NULL" in demo.sql("SELECT official_name FROM countries WHERE code = 'AT'"))


def test_five_thousand_rows_scroll(demo, page):
    page.script("[...document.querySelectorAll('#tabs button')].find(b => b.textContent === 'Subdivisions').click()")
    page.wait("the tab", lambda: page.text("#c1-2") == "AD-02")
    page.click("#c1-2")
    page.type("{Control+End}")
    last = int(demo.sql("SELECT COUNT(*) FROM subdivisions").split("\n")[2])
    page.wait("the last row", lambda: (page.text(f"#c{last}-2") or "").startswith("ZW-"))
    assert page.script("return document.querySelectorAll('.row').length") < 100


def test_a_tab_is_renamed_by_double_click(demo, page):
    name = "[...document.querySelectorAll('#tabs button')]"
    page.click("#tabs button:nth-child(3)", times=2)
    page.type("Money{Enter}")
    page.wait("the name", lambda: "Money" in page.script(f"return {name}.map(b => b.textContent)"))
    demo.sql("UPDATE currencies SET name = 'Renamed tab' WHERE code = 'XTS'")
    page.script(f"{name}.find(b => b.textContent === 'Money').click()")
    page.click("#c1-0")
    page.type("{Control+End}")
    page.wait("the change", lambda: page.script(
        "return [...document.querySelectorAll('.cell')].some(c => c.textContent === 'Renamed tab')"))
    page.script("document.querySelector('#tabs button:nth-child(3)').dispatchEvent(new MouseEvent('click', {detail: 2, bubbles: true}))")
    page.type("Currencies{Enter}")
    page.wait("the old name", lambda: "Currencies" in page.script(f"return {name}.map(b => b.textContent)"))


def test_the_readmes_picture_can_be_taken(demo, tmp_path):
    path = (ROOT / "docs" if os.environ.get("TABRELAY_PICTURE") else tmp_path) / "grid.png"
    picture = Browser(1360, 800, scale=1.5)
    try:
        picture.open(demo.url)
        picture.wait("the cells", lambda: picture.text("#c1-0") == "AD")
        picture.script("localStorage.user = 'ann@example.com'; document.getElementById('user').value = 'ann@example.com'")
        demo.sql("UPDATE countries SET name = 'Angola', travel = 'wish', official_name = 'Republic of Angola' WHERE code = 'AO'")
        picture.click(f"#c{row_of(picture, 'AR')}-{column_of(picture, 'Travel')}")
        picture.type("maybe{Enter}")
        picture.wait("the note", lambda: picture.script("return document.querySelectorAll('.noted').length") > 0)
        picture.click(f"#c{row_of(picture, 'AR')}-{column_of(picture, 'Travel')}")
        demo.sql("UPDATE countries SET travel = 'been', last_visit = '2025-06-01' WHERE code IN ('AT', 'BE', 'BO', 'BR')")
        at = f"#c{row_of(picture, 'BE')}-{column_of(picture, 'Travel')}"
        picture.wait("the flash", lambda: picture.script("return document.querySelector(arguments[0]).dataset.flash", at) == "api")
        picture.picture(path)
        assert path.stat().st_size > 50000
    finally:
        picture.close()
