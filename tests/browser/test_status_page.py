# SPDX-License-Identifier: Apache-2.0
"""The status page in a real browser, with the real stack behind it: what is decided there reaches MySQL and the tab.

It also takes the README's pictures; with TABRELAY_PICTURE=1 into docs/page.png and docs/page-phone.png.
"""
import json
import os
import shutil
import time

import pytest

from accessibility import axe, violations  # noqa: F401
from page import TOKEN, Page
from programs import ROOT, Program, wait_until
from shop import MAPPINGS, TABLES, Shop
from stack import Stack
from webdriver import Browser

pytestmark = pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromedriver is not installed")

ACTIVE = "return document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


@pytest.fixture(scope="module")
def shop(shared_servers, tmp_path_factory):
    """One shop for all tests here; .page is its page."""
    server, folder, made = shared_servers("mariadb"), tmp_path_factory.mktemp("shop"), []

    def programs(name, arguments, **options):
        place = folder / str(len(made))
        place.mkdir()
        made.append(Program(name, arguments, place, **options))
        return made[-1]

    server.sql("CREATE DATABASE shop")
    try:
        stack = Stack(server, "shop", programs, folder, MAPPINGS, tables=TABLES)
        shop = Shop(stack).fill()
        shop.page = Page(programs, stack.config)
        yield shop
    finally:
        for program in reversed(made):
            program.stop()
        for database in ("shop", "shop_state"):
            server.sql(f"DROP DATABASE IF EXISTS {database}")


@pytest.fixture(autouse=True)
def clean(shop):
    """What a test before has left open is decided."""
    if shop.open() > 0:
        shop.stack.cli("conflicts", "resolve", "--mapping", "products", "--all", "--take", "mysql")
        shop.stack.wait_equal("Products")


@pytest.fixture
def browse(shop):
    """browse(width, height, ...) opens the page in a browser of that size; what the page complained about fails the test."""
    opened = []

    def open_page(width=1180, height=900, **options):
        browser = Browser(width, height, **options)
        opened.append(browser)
        browser.open(shop.page.url)
        browser.wait("the mappings", lambda: browser.script("return document.querySelectorAll('#mapping-rows tr').length") == 3)
        return browser

    yield open_page
    try:
        for browser in opened:
            # A refusal that a test provokes is an answer like any other to the page; chromium notes it.
            assert [line for line in browser.console() if "the server responded with a status of" not in line] == []
    finally:
        for browser in opened:
            browser.close()


def count(browser, selector):
    return browser.script("return document.querySelectorAll(arguments[0]).length", selector)


def press_until(browser, key, label, most=80):
    """Press KEY until what has the focus is called LABEL."""
    for _ in range(most):
        browser.type(key)
        if label in (browser.script(ACTIVE) or ""):
            return
    raise AssertionError(f"{most} times {key} do not lead to {label}")


def log_in(browser, token=TOKEN, name="Grace"):
    browser.wait("the dialog", lambda: browser.script("return document.getElementById('login').open"))
    browser.type(token + "{Tab}")
    browser.script("document.activeElement.select()")
    browser.type(name + "{Enter}")


def sentence(browser):
    return browser.text("#sentence")


def test_a_conflict_is_decided_with_the_keyboard_alone(shop, browse):
    shop.open_conflicts({"POT-03": ("36.00", "32.50"), "TEA-07": ("6.50", "6.40")})
    page = browse()
    page.wait("two conflicts", lambda: count(page, ".conflict") == 2)
    assert sentence(page) == "2 conflicts wait for a decision."
    assert page.script("return [...document.querySelectorAll('.conflict .side .value')].map(v => v.textContent)") == [
        "34.00", "36.00", "32.50", "6.20", "6.50", "6.40"]
    press_until(page, "{Tab}", "Take the sheet's for Price of products POT-03")
    page.type("{Enter}")
    log_in(page)
    page.wait("the decision", lambda: count(page, ".conflict") == 1)
    assert shop.price("POT-03") == "32.50"
    by, = shop.state("SELECT resolved_by FROM @conflicts WHERE state = 'resolved'")[0]
    assert by == "Grace (status page)"
    page.wait("the focus on the next conflict", lambda: "of products TEA-07" in (page.script(ACTIVE) or ""))
    page.script("document.querySelector('.set input').focus()")
    page.type("much{Enter}")
    page.wait("the refusal", lambda: "much" in (page.text(".conflict .problem") or ""))
    page.type("{Control+a}6.45{Enter}")
    page.wait("the decision", lambda: count(page, ".conflict") == 0)
    assert shop.price("TEA-07") == "6.45"
    shop.stack.wait_equal("Products")
    page.wait("the sentence", lambda: sentence(page).startswith("All is well: 3 mappings in step"))


def test_held_deletes_are_approved_after_asking_back(shop, browse):
    shop.hold_deletes(20)
    page = browse()
    page.wait("the deletes", lambda: count(page, "#delete-list li") == 1)
    assert page.text("#n-deletes") == "20"
    assert page.text("#delete-list .keys") == "Keys: " + ", ".join(str(n) for n in range(5, 25))
    page.click("#delete-list button")
    page.wait("the question", lambda: page.text("#confirm-title") == "Delete 20 rows of suppliers in MySQL?")
    page.type("{Escape}")
    assert shop.stack.sql("SELECT COUNT(*) FROM suppliers") == [(60,)]
    page.click("#delete-list button")
    assert page.text("#confirm-yes") == "Delete 20 rows"
    page.click("#confirm-yes")
    log_in(page)
    wait_until("MySQL", lambda: shop.stack.sql("SELECT COUNT(*) FROM suppliers") == [(40,)])
    page.wait("the end of it", lambda: count(page, "#delete-list li") == 0)
    shop.stack.wait_equal("Suppliers")


def test_an_edit_is_found_and_taken_back(shop, browse):
    shop.type("Products", "MUG-01", "stock", "7", user="bob@example.com")
    shop.type("Products", "MUG-02", "stock", "none", user="bob@example.com")
    wait_until("MySQL", lambda: shop.stack.sql("SELECT stock FROM products WHERE sku = 'MUG-01'") == [(7,)])
    page = browse()
    page.script("document.querySelector('#filter [name=person]').focus()")
    page.type("bob@example.com{Enter}")
    page.wait("Bob's edits", lambda: count(page, "#edit-list > li") == 2)
    assert count(page, "#edit-list button") == 1, "what was refused cannot be taken back"
    assert "120 → 7" in page.text("#edit-list > li:nth-child(2)") and "typed none" in page.text("#edit-list > li")
    page.click("#edit-list button")
    page.wait("the question", lambda: page.text("#confirm-title") == "Take this edit of products MUG-01 back?")
    page.type("{Enter}" if page.script("return document.activeElement.id") == "confirm-yes" else "{Tab}{Enter}")
    log_in(page)
    wait_until("MySQL", lambda: shop.stack.sql("SELECT stock FROM products WHERE sku = 'MUG-01'") == [(120,)])
    shop.stack.wait_equal("Products")
    page.script("document.querySelector('#filter [name=since]').focus()")
    page.type("soon{Enter}")
    page.wait("the problem", lambda: "expected a time" in page.text("#filter-problem"))


def test_a_mapping_is_paused_and_resumed(shop, browse):
    page = browse()
    press_until(page, "{Tab}", "Pause orders")
    page.type("{Enter}")
    page.wait("the question", lambda: page.text("#confirm-title") == "Pause orders?")
    press_until(page, "{Tab}", "Pause", most=3)
    page.type("{Enter}")
    log_in(page)
    page.wait("the pause", lambda: "orders is paused." in page.text("#banner"))
    page.click("[aria-label='Resume orders']")
    page.wait("the question", lambda: page.text("#confirm-title") == "Resume orders?")
    page.click("#confirm-yes")
    page.wait("the end of it", lambda: count(page, "[aria-label='Pause orders']") == 1 and "paused" not in page.text("#banner"))


def test_a_wrong_token_is_refused_and_nothing_done(shop, browse):
    shop.open_conflicts({"POT-03": ("37.00", "38.00")})
    page = browse()
    page.wait("the conflict", lambda: count(page, ".conflict") == 1)
    page.click(".conflict .side:nth-child(2) button")
    log_in(page, token="not-the-token-0123456789")
    page.wait("the refusal", lambda: page.text("#login-problem") == "This is not the token.")
    page.type("{Escape}")
    assert shop.open() == 1 and page.script("return document.cookie") == ""
    page.click("#login-button")
    log_in(page)
    page.wait("being in", lambda: page.text("#login-button") == "Log out")
    assert page.script("return document.cookie") == "", "no script can read the pass"
    page.click(".conflict .side:nth-child(2) button")
    wait_until("the decision", lambda: shop.open() == 0)
    page.click("#login-button")
    page.wait("being out", lambda: page.text("#login-button") == "Log in")


def test_what_people_typed_is_text_and_nothing_else(shop, browse):
    hostile = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>\u202egnp.exe\u0000" + "x" * 3000
    for column in ("base_value", "sheet_value"):
        shop.state("INSERT INTO @conflicts (mapping, key_hash, row_key, column_name, kind, policy, state, edit_id, editor, edited_at, "
                   f"{column}, opened_at) VALUES ('products', %s, %s, 'price', 'update_update', 'manual', 'open', 'h', %s, NOW(), %s, NOW())",
                   (b"h" * 16, json.dumps([hostile[:100]]), hostile[:80], json.dumps(hostile)))
    shop.state("INSERT INTO @edit_log (edit_id, mapping, source, kind, operation, row_key, edited_columns, editor, edited_at, received_at, cells, "
               "before_values, after_values, outcome, message) VALUES ('hostile', %s, 'script', 'upsert', 'update', %s, '[]', %s, NOW(), NOW(), "
               "'{}', %s, %s, 'applied', %s)", (hostile[:60], json.dumps([hostile[:900]]), hostile[:80], json.dumps({hostile: "1"}),
                                                json.dumps({hostile: hostile}), hostile[:200]))
    try:
        page = browse()
        page.wait("the conflicts", lambda: count(page, ".conflict") == 2 and count(page, "#edit-list > li") > 0)
        assert "<script>window.hacked=1</script>" in page.text(".conflict .side:last-child .value, .conflict .value")
        assert count(page, "main img, main script") == 0 and page.script("return window.hacked ?? null") is None
        assert page.script("return document.documentElement.scrollWidth <= innerWidth"), "a long text does not widen the page"
        page.click(".conflict .side:nth-child(2) button")
        page.type("{Escape}")
    finally:
        shop.state("DELETE FROM @conflicts WHERE edit_id = 'h'")
        shop.state("DELETE FROM @edit_log WHERE edit_id = 'hostile'")


@pytest.mark.parametrize("width, dark", [(1180, False), (360, True)], ids=["wide", "phone in the dark"])
def test_everybody_can_use_it(shop, browse, axe, width, dark):
    shop.open_conflicts({"POT-03": (f"{width}.00", f"{width + 1}.00")})
    if shop.held() == 0:
        shop.hold_deletes(15)
    page = browse(width, 800, dark=dark)
    page.wait("what waits", lambda: count(page, ".conflict") == 1 and count(page, "#delete-list li") == 1)
    assert page.script("return document.documentElement.scrollWidth") <= width
    paper = page.script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(22, 25, 29)" if dark else "rgb(255, 255, 255)")
    assert violations(page, axe) == []
    page.click("#login-button")
    page.wait("the dialog", lambda: page.script("return document.getElementById('login').open"))
    assert violations(page, axe) == []
    page.type("{Escape}{Tab}")
    assert page.script("return getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is seen"


PICTURE = bool(os.environ.get("TABRELAY_PICTURE"))


def be_busy(shop, rounds):
    """People and programs at work; for a picture so slowly that the charts show it."""
    for n in range(rounds):
        shop.type("Products", ("MUG-01", "TEA-07", "MUG-02")[n % 3], "stock", str(118 - n % 60), user="bob@example.com")
        shop.stack.sql("UPDATE orders SET state = IF(state = 'paid', 'sent', 'paid') WHERE id %% 40 < %s", (n * 7 % 23,))
        time.sleep(1.5 * (n * 5 % 3) if PICTURE else 0)


def take(browser, name, folder):
    path = (ROOT / "docs" if PICTURE else folder) / name
    browser.picture(path)
    assert 20_000 < path.stat().st_size < 200_000


def test_the_readmes_pictures_can_be_taken(shop, browse, tmp_path):
    if shop.held() == 0:
        shop.hold_deletes(15)
    be_busy(shop, 120 if PICTURE else 6)
    shop.open_conflicts({"TEA-09": ("6.10", "5.50")})
    be_busy(shop, 6)
    page, phone = browse(1180, 1080), browse(360, 760, dark=True, scale=1.5)
    for browser in (page, phone):
        browser.wait("what waits", lambda b=browser: count(b, ".conflict") == 1 and count(b, "#delete-list li") == 1)
    take(page, "page.png", tmp_path)
    take(phone, "page-phone.png", tmp_path)


def test_it_says_what_is_away_and_that_the_rest_is_old(shop, browse):
    page = browse()
    page.click("#login-button")
    log_in(page)
    page.wait("being in", lambda: page.text("#login-button") == "Log out")
    shop.stack.webhook.stop()
    page.wait("the webhook's absence", lambda: "The webhook does not answer since" in page.text("#banner"))
    shop.stack.webhook.start()
    user = shop.stack.user("cli")
    shop.stack.server.sql(f"RENAME USER '{user}'@'%' TO 'gone'@'%'")
    try:
        for number, in shop.stack.server.sql(f"SELECT id FROM information_schema.processlist WHERE user = '{user}'"):
            shop.stack.server.sql(f"KILL {number}")
        page.wait("MySQL's absence", lambda: sentence(page).startswith("MySQL is away since"))
        assert page.text("#age").startswith("What follows is of") and count(page, "body.old") == 1
        assert count(page, "#mapping-rows tr") == 3, "what was known is still shown"
    finally:
        shop.stack.server.sql(f"RENAME USER 'gone'@'%' TO '{user}'@'%'")
    page.wait("MySQL", lambda: count(page, "body.old") == 0)
    shop.page.program.stop()
    page.wait("the server's absence", lambda: sentence(page) == "The page's own server does not answer.")
    assert count(page, "body.old") == 1
    page.script("document.getElementById('login-button').textContent === 'Log out' && document.getElementById('login-button').click()")
    page.wait("the message", lambda: "Still logged in: The page's own server does not answer." in page.text("#news"))
    shop.page.program.start()
    page.wait("the server", lambda: count(page, "body.old") == 0)
    page.console()  # chromium has noted the requests that failed


def test_a_mapping_with_a_tab_for_each_value_shows_how_many_and_why_others_get_none(make_stack, programs):
    stack = make_stack([{"name": "orders", "table": "orders", "tab": "{value}", "tabs_by": "country", "tabs_limit": 2}],
                       tables="CREATE TABLE orders (id INT PRIMARY KEY, country VARCHAR(20));", start=False)
    stack.sql("INSERT INTO orders VALUES (1, 'DE'), (2, 'FR')")
    stack.webhook.start()
    stack.replicator.start()
    page = Browser(1180, 900)
    try:
        page.open(Page(programs, stack.config).url)
        page.wait("both tabs", lambda: page.text("#families") == "orders: 2 tabs, one for each value of country (at most 2)")
        page.wait("all to be well", lambda: sentence(page).startswith("All is well: 2 mappings in step"))
        stack.sql("INSERT INTO orders VALUES (3, 'IT')")
        page.wait("the refusal", lambda: sentence(page) == "orders: new values get no tab.")
        assert "more than tabs_limit (2) are not made" in page.text("#families") and "tabs_limit (2)" in page.text("#banner")
        assert page.console() == []
    finally:
        page.close()
