# SPDX-License-Identifier: Apache-2.0
"""The status page's server: who may read and act, what it tells, and what its actions do (docs/page.md)."""
import json
import socket

import pytest

import conflict_table as table
from page import TOKEN, Page
from programs import run, wait_until
from test_cli_conflicts import RESOLVED, add_conflict, make_conflicts
from webhook import DE, SHEET, Webhook

# What does not ask MySQL anything of interest.
one_server = pytest.mark.parametrize("server", ["mariadb"], indirect=True)


@pytest.fixture
def hook(server, database, programs, tmp_path):
    hook = Webhook(server, database, programs, tmp_path, table.tables(), more_mappings=table.mapping("manual", database, SHEET))
    hook.config = tmp_path / "tabrelay.yaml"
    yield hook
    server.sql(f"DROP DATABASE IF EXISTS {database}_state")


@pytest.fixture
def page(hook, programs):
    page = Page(programs, hook.config)
    page.hook = hook
    return page


def code(answer):
    return answer[1]["error"]["code"]


# who may do what


@one_server
def test_actions_need_the_token_and_a_request_of_our_own_page(page):
    act = {"mapping": "countries", "kind": "reconcile"}
    assert page.get("status")["is_logged_in"] is False
    assert code(page.post("signal", act)) == "token_needed"
    assert page.log_in()[0] == 200 and page.get("status")["is_logged_in"] is True
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
        page.log_in()
        assert part in page.headers["Set-Cookie"].split("; ")
    foreign = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"http://127.0.0.1:{page.port}.evil.example"},
               {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"X_Tabrelay_Page": None},
               {"Content_Type": "text/plain"}, {"Content_Type": None}]
    for headers in foreign:
        assert (headers, page.post("signal", act, **headers)[0]) == (headers, 403)
        assert page.post("login", {"token": TOKEN}, **headers)[0] == 403
    assert page.hook.state("SELECT COUNT(*) FROM @signals") == [(0,)]
    assert page.post("signal", act) == (200, {"outcome": "asked"})
    assert page.hook.state("SELECT kind, mapping, reason FROM @signals") == [
        ("reconcile", "countries", "asked for by the status page")]


@one_server
def test_only_names_of_this_machine_are_served(page):
    for host in (f"localhost:{page.port}", "localhost", "127.0.0.2", "[::1]:80", "LocalHost:1"):
        assert page.request("GET", "/api/v1/status", Host=host)[0] == 200
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.evil.example", "", "[::1].evil.example"):
        assert (host, page.request("GET", "/api/v1/status", Host=host)[0]) in ((host, 421), (host, 400))
        assert page.request("GET", "/", Host=host)[0] in (421, 400)
    assert code(page.request("GET", "/api/v1/status", X_Forwarded_For="10.0.0.1")) == "foreign_host"


@one_server
def test_a_pass_that_is_not_ours_is_no_pass(page):
    page.log_in()
    name, _, good = page.cookie.partition("=")
    end, _, mac = good.partition(".")
    for forged in ("", "x", f"{end}.", f"{int(end) + 1}.{mac}", f"1.{mac}", f"{end}.{mac[:-1]}", f"{end}.{mac}0", f" {end}.{'0' * 64}",
                   f"-1.{mac}", "9" * 90, f"{'9' * 30}.{mac}"):
        page.cookie = f"{name}={forged}"
        assert (forged, page.get("status")["is_logged_in"]) == (forged, False)
    page.cookie = f"other=1; {name}=bad; {name}={good}; last=2"
    assert page.get("status")["is_logged_in"] is True
    page.post("logout", {})
    assert page.headers["Set-Cookie"].startswith(f"{name}=; Max-Age=0")


@one_server
def test_wrong_tokens_are_few_and_never_logged(page):
    answers = [page.log_in("wrong-token-0123456789") for _ in range(11)]
    assert [code(a) for a in answers] == ["wrong_token"] * 10 + ["too_many_tokens"]
    assert page.headers["Retry-After"] == "60"
    assert page.log_in()[0] == 429, "the right one has to wait, too: else one could go on guessing"
    assert page.request("GET", "/api/v1/status", Authorization="Bearer x")[0] == 200, "reading is free here"
    assert "too_many_tokens" in page.program.log()
    assert TOKEN not in page.program.log() and "wrong-token" not in page.program.log()


@one_server
def test_without_a_token_nobody_acts(hook, programs):
    page = Page(programs, hook.config, token=None)
    assert "It only shows" in page.program.log()
    assert page.get("status")["has_token"] is False
    assert page.log_in("")[0] == 401
    assert code(page.post("signal", {"mapping": "countries", "kind": "reconcile"})) == "read_only"


@one_server
def test_a_page_that_others_reach_shows_nothing_without_the_token(hook, programs):
    page = Page(programs, hook.config, public_url="https://status.example.com/")
    public = {"Host": "status.example.com", "X_Forwarded_For": "10.0.0.1"}
    for name in ("status", "history", "conflicts", "deletes", "edits"):
        assert code(page.request("GET", f"/api/v1/{name}", **public)) == "token_needed"
    assert page.request("GET", "/", **public)[0] == 200 and page.request("GET", "/healthz", Host="any")[0] == 200
    assert page.get("status", Authorization=f"Bearer {TOKEN}", **public)["has_token"] is True
    assert code(page.request("GET", "/api/v1/status", Authorization="Bearer wrong", **public)) == "wrong_token"
    assert page.post("login", {"token": TOKEN}, Origin="https://evil.example", **public)[0] == 403
    assert page.post("login", {"token": TOKEN}, Origin="https://status.example.com", **public)[0] == 200
    assert "; Secure" in page.headers["Set-Cookie"]


@one_server
def test_an_address_that_others_reach_needs_a_token(hook):
    text = hook.config.read_text()
    hook.config.write_text(text + "page: {listen: '0.0.0.0:8090'}\n")
    done = run("tabrelay", "--config", hook.config, "page")
    assert done.returncode == 1 and "others can reach this address: give page.token, too, or listen on 127.0.0.1" in done.stderr


@one_server
def test_a_port_that_is_taken_is_told(hook):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        hook.config.write_text(hook.config.read_text() + f"page: {{listen: '{address}'}}\n")
        done = run("tabrelay", "--config", hook.config, "page")
        assert done.returncode == 1 and "-> Another program listens there: give another address (page.listen)." in done.stderr
        for program, arguments, named in [("tabrelay-webhook", ["--config", hook.config], "webhook.listen"),  # the one that runs has it
                                          ("tabrelay-sandbox", ["--listen", address], "--listen")]:
            done = run(program, *arguments)
            assert done.returncode == 1 and f'hint="Another program listens there: give another address ({named})."' in done.stderr


@one_server
def test_every_answer_has_the_headers_that_keep_a_page_safe(page):
    for path in ("/", "/page.js", "/nothing", "/api/v1/status", "/healthz", "/api/v1/nothing", "/../../etc/passwd", "/%2e%2e/x"):
        page.request("GET", path)
        policy = page.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["Cache-Control"] == "no-store"
        assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert page.request("DELETE", "/api/v1/status")[0] == 405 and page.request("HEAD", "/")[0] == 200
    assert page.request("GET", "/nothing")[0] == 404


@one_server
def test_nonsense_is_refused(page):
    page.log_in()
    for body, status in ((b"", 400), (b"{", 400), (b"[]", 404), (b'"x"', 404), (b"{}", 404), (b"\xff", 400), (b'{"id": "1"}', 404),
                         (b'{"id": 1e30}', 404), (b'{"person": "' + b"x" * 101 + b'"}', 400), (b"x" * 200000, 413),
                         (b"[" * 100000, 400)):
        for name in ("resolve", "undo", "signal", "approve"):
            found = page.post(name, body)[0]
            assert (name, body[:20], found) in ((name, body[:20], status), ("signal", body[:20], 400))


# what it tells


def test_the_status_counts_what_waits(page):
    number = add_conflict(page.hook)
    add_conflict(page.hook, **RESOLVED)
    page.hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    found = page.get("status")
    assert found["conflicts"] == [{"mapping": "countries", "open": 1, "newest": number}] and found["newest_edit"] == 1
    assert found["mysql"]["is_up"] is True and found["problem" if "problem" in found else "mysql"]["message"] == ""
    assert found["status"]["mappings"][0] == {"mapping": "countries", "state": "not started"}
    assert found["status_at_ms"] <= found["now_ms"] + 1000 and found["has_lease"] is None
    wait_until("the webhook's metrics", lambda: page.get("status")["webhook"]["is_up"])
    assert found["replicator"]["is_asked"] is False


def test_the_history_grows_and_can_be_asked_for_from_a_moment_on(page):
    first = wait_until("two samples", lambda: len(page.get("history")["samples"]) > 1 and page.get("history"))
    assert first["columns"][0] == "at_ms" and len(first["samples"][0]) == len(first["columns"])
    times = [s[0] for s in first["samples"]]
    assert times == sorted(times)
    at = first["columns"].index("edits_per_second")
    page.hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    rest = wait_until("the edit", lambda: [s for s in page.get(f"history?after={times[-1]}")["samples"] if (s[at] or 0) > 0])
    assert all(s[0] > times[-1] for s in rest)


def test_conflicts_are_told_with_what_mysql_has_now_and_bounded(page):
    huge = "<script>" * 5000
    number = add_conflict(page.hook, sheet_value=json.dumps(huge), base_value=None, mysql_value="null")
    gone = add_conflict(page.hook, row_key='["XX"]', column_name="", kind="delete_update")
    first, second = page.get("conflicts")["conflicts"]
    assert first["id"] == gone and first["header"] == "" and first["row_in_mysql"] is False and first["mysql_now"] == {"is_unknown": True}
    assert second["id"] == number and second["key"] == "FR" and second["header"] == "Name"
    assert second["sheet"]["cut"] is True and len(second["sheet"]["text"]) == 1003
    assert second["base"] == {"is_unknown": True} and second["mysql"] == {"is_null": True} and second["mysql_now"] == {"text": "France"}


def test_edits_are_told_page_by_page_and_filtered(page):
    good = page.hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    refused = page.hook.edit({**DE, "Area": 400, "People": "many"}, ["People"])
    newest, oldest = page.get("edits")["edits"]
    assert newest["edit"] == refused["id"] and newest["can_undo"] is False and newest["outcome"] == "rejected"
    assert [(c["column"], c["change"], c["after"]) for c in newest["changes"]] == [("People", "typed", {"text": "many"})]
    assert oldest["edit"] == good["id"] and oldest["can_undo"] is True and oldest["key"] == "DE"
    area = next(c for c in oldest["changes"] if c["column"] == "area")
    assert area["change"] == "written" and area["before"] == {"text": "357.0"} and area["after"] == {"text": "400.0"}
    for query, expected in (("mapping=countries", 2), ("mapping=cities", 0), ("outcome=rejected", 1), ("person=ann%40example.com", 2),
                            ("person=' OR 1=1", 0), ("row=DE", 2), ("row=FR", 0), ("since=10m", 2), ("until=10m", 0)):
        assert (query, len(page.get("edits?" + query.replace(" ", "+"))["edits"])) == (query, expected)
    for query in ("since=soon", "before=x", "before=-1", "row=[", "row=[1,"):
        assert (query, page.request("GET", f"/api/v1/edits?{query}")[0]) == (query, 400)
    values = ", ".join(f"('e{n}', 'countries', 'script', 'upsert', '[]', 'x', '2026-01-01', '2026-01-01', '{{}}', 'ignored')"
                       for n in range(70))
    page.hook.state("INSERT INTO @edit_log (edit_id, mapping, source, kind, edited_columns, editor, edited_at, received_at, cells, outcome)"
                    f" VALUES {values}")
    seen, before = [], ""
    while before is not None:
        found = page.get(f"edits?{before}")
        seen += [e["edit"] for e in found["edits"]]
        before = f"before={found['before']}" if found["before"] else None
    assert seen == [f"e{n}" for n in range(69, -1, -1)] + [refused["id"], good["id"]]


def test_it_says_that_mysql_is_away_and_what_it_knew(own_server, programs, tmp_path):
    own_server.sql("CREATE DATABASE away")
    hook = Webhook(own_server, "away", programs, tmp_path)
    page = Page(programs, tmp_path / "tabrelay.yaml")
    known = page.get("status")
    own_server.stop()
    found = page.get("status")
    assert found["mysql"]["is_up"] is False and found["mysql"]["since_ms"] >= known["now_ms"] and found["problem"]["message"]
    assert found["status"] == known["status"] and found["status_at_ms"] == known["status_at_ms"]
    assert page.request("GET", "/api/v1/edits")[0] == 503 and page.request("GET", "/healthz")[1]["mysql"] is False
    hook.program.kill()
    wait_until("the webhook to be seen as gone", lambda: not page.get("status")["webhook"]["is_up"])
    own_server.start()
    wait_until("MySQL", lambda: page.get("status")["mysql"]["is_up"])
    assert "problem" not in page.get("status")


# what it does


def test_a_conflict_is_decided(page):
    numbers = make_conflicts(page.hook, (1, 2, 3))
    page.log_in()
    assert page.post("resolve", {"id": numbers[0], "take": "sheet", "person": "Ann"})[1]["outcome"] == "applied"
    assert page.hook.state("SELECT resolved_by FROM @conflicts WHERE id = %s", [numbers[0]]) == [("Ann (status page)",)]
    assert page.post("resolve", {"id": numbers[1], "set": "12"})[0] == 200
    status, answer = page.post("resolve", {"id": numbers[2], "set": "many"})
    assert status == 409 and "many" in json.dumps(answer)
    assert [row[0] for row in page.hook.sql("SELECT qty FROM @t_manual ORDER BY id")] == [9, 12, 6]
    status, answer = page.post("resolve", {"id": numbers[0], "take": "mysql"})
    assert status == 409 and "resolved already: sheet, by Ann" in answer["error"]["message"]
    for body in ({"take": "both"}, {}, {"take": "mysql", "set": "1"}):
        assert page.post("resolve", {"id": numbers[2], **body})[0] == 409
    page.hook.program.stop()
    status, answer = page.post("resolve", {"id": numbers[2], "take": "mysql"})
    assert status == 502 and "Start tabrelay-webhook" in answer["error"]["message"]


def test_an_edit_is_taken_back_unless_it_was_changed_since(page):
    good = page.hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    page.log_in()
    assert page.post("undo", {"edit": good["id"]})[0] == 200
    assert page.hook.sql("SELECT area FROM @countries WHERE code = 'DE'") == [(357,)]
    again = page.hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    page.hook.sql("UPDATE @countries SET area = 500 WHERE code = 'DE'")
    status, answer = page.post("undo", {"edit": again["id"]})
    assert status == 409 and "500.0" in json.dumps(answer)
    assert page.post("undo", {"edit": again["id"], "force": True})[0] == 200
    assert page.hook.sql("SELECT area FROM @countries WHERE code = 'DE'") == [(357,)]


def test_a_mapping_is_paused_and_resumed(page):
    page.log_in()
    wish = {"mapping": "countries", "person": "Ann"}
    status, answer = page.post("signal", {**wish, "kind": "resume"})
    assert status == 409 and answer["error"]["message"] == "it is not paused"
    assert page.post("signal", {**wish, "kind": "pause"})[0] == 200
    assert page.hook.state("SELECT mapping, paused_by, resumed_at FROM @pause") == [("countries", "Ann (status page)", None)]
    assert page.post("signal", {**wish, "kind": "resume"})[0] == 200
    assert page.hook.state("SELECT COUNT(resumed_at) FROM @pause") == [(1,)]
    assert page.hook.state("SELECT kind FROM @signals ORDER BY id") == [("pause",), ("resume",)]


def test_held_deletes_are_approved_only_as_many_as_were_seen(page):
    page.hook.state("INSERT INTO @mapping_state (mapping, instance, spreadsheet, held_deletes, held_keys) "
                    "VALUES ('countries', 'test', 'x', 7, %s)", (json.dumps([["DE"], ["FR", "<b>"], [None]]),))
    assert page.get("deletes")["deletes"] == [{"mapping": "countries", "held_deletes": 7, "keys": ["DE", "FR, <b>", "NULL"]}]
    page.log_in()
    for body in ({"count": 6}, {}, {"count": "7"}):
        assert page.post("approve", {"mapping": "countries", **body})[0] == 409
    assert page.post("approve", {"mapping": "nothing", "count": 7})[0] == 404
    assert page.hook.state("SELECT COUNT(*) FROM @signals") == [(0,)]
    assert page.post("approve", {"mapping": "countries", "count": 7, "person": "Ann"})[0] == 200
    assert page.hook.state("SELECT kind, reason FROM @signals") == [("approve_deletes", "asked for by Ann (status page)")]
