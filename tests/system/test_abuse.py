# SPDX-License-Identifier: Apache-2.0
"""Requests that nobody honest sends: refused with the right status, counted by reason, and nothing is written. What concerns the
signature alone is in test_webhook.py."""
import gzip
import json
import os
import random
import socket
import subprocess

import pytest

from programs import ROOT, run, wait_until
from servers import free_port, made_by
from webhook import DE, SHEET, Webhook, make_edit

TABLES = "CREATE TABLE {db}.secret (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);\nINSERT INTO {db}.secret VALUES (1, 'mine');\n"
MAPPINGS = "  - {{table: {db}.secret, spreadsheet: SPREADSHEET_2, tab: Secret}}\n"


@pytest.fixture
def hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path, TABLES, MAPPINGS.format(db=database))
    yield made
    server.sql(f"DROP DATABASE {database}_state")


class Unchanged:
    """Within it nothing may be written, and what is refused is counted under REASON: COUNT times."""

    def __init__(self, hook, reason, count, path="edits"):
        self.hook, self.labels, self.count = hook, {"path": path, "reason": reason}, count

    def state(self):
        tables = ["countries", "cities", "stock", "shown", "mine", "secret"]
        return [self.hook.sql(f"SELECT * FROM @{table} ORDER BY 1") for table in tables] + [
            self.hook.state(f"SELECT * FROM @{table}") for table in ("edit_log", "base", "conflicts", "signals", "tombstone")]

    def counted(self):
        return self.hook.metric("tabrelay_webhook_requests_total", **self.labels)

    def __enter__(self):
        self.before, self.counted_before = self.state(), self.counted()

    def __exit__(self, kind, *_):
        if kind is None:
            assert self.state() == self.before
            assert self.counted() == self.counted_before + self.count


def body(**changed):
    return {"version": 1, "spreadsheet": SHEET, "tab": "Countries", "editor": "ann@example.com", "source": "script",
            "edits": [make_edit({**DE, "Area": 1}, ["Area"])], **changed}


def refused(hook, text, status, code):
    got, answer = hook.request("POST", "/v1/edits", text if isinstance(text, (str, bytes)) else json.dumps(text))
    assert (got, answer["error"]["code"]) == (status, code), answer
    return answer["error"]["message"]


# -- whose requests -----------------------------------------------------------------------------------------------


def test_a_signature_is_for_one_body_and_one_moment(hook):
    good = json.dumps(body())
    assert hook.request("POST", "/v1/edits", good)[0] == 200
    stamp, mac = hook.signed
    with Unchanged(hook, "bad_signature", 7):
        for changed in (good.replace("script", "found"), good + " ", good[:-1], good.replace("Germany", "Germani")):
            assert hook.request("POST", "/v1/edits", changed, {"X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": mac}, sign=False)[0] == 401
        for headers in ({"X-Tabrelay-Timestamp": str(int(stamp) + 1), "X-Tabrelay-Signature": mac},
                        {"X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": mac.upper()},
                        {"X-Tabrelay-Timestamp": "-" + stamp, "X-Tabrelay-Signature": mac}):
            assert hook.request("POST", "/v1/edits", good, headers, sign=False)[0] == 401


def test_a_recorded_request_changes_nothing_again(hook):
    """Within webhook.max_age (after it, it is stale) it repeats edit ids, and those have their answer."""
    edit = make_edit({**DE, "Area": 7}, ["Area"], old={"Area": 357})
    text = json.dumps(body(edits=[edit]))
    first = hook.request("POST", "/v1/edits", text)
    assert first[1]["results"][0]["outcome"] == "applied"
    stamp, mac = hook.signed
    hook.sql("UPDATE @countries SET area = 5 WHERE code = 'DE'")
    with Unchanged(hook, "ok", 2):
        headers = {"X-Tabrelay-Timestamp": stamp, "X-Tabrelay-Signature": mac}
        assert hook.request("POST", "/v1/edits", text, headers, sign=False) == first
        assert hook.post([{**edit, "cells": {**DE, "Area": 999}}])[1]["results"] == first[1]["results"], "an id is one edit"


def test_a_spreadsheet_reaches_its_own_mappings_only(hook):
    edit = make_edit({"id": 1, "title": "yours"}, ["title"])
    with Unchanged(hook, "unknown_mapping", 3):
        refused(hook, body(tab="Secret", edits=[edit]), 404, "unknown_mapping")
        refused(hook, body(spreadsheet="SPREADSHEET_2", edits=[edit]), 404, "unknown_mapping")
        refused(hook, body(spreadsheet="SPREADSHEET_3", tab="Secret", edits=[edit]), 404, "unknown_mapping")
    with Unchanged(hook, "bad_request", 1):  # a mapping's name is for what is found by a comparison
        refused(hook, body(mapping="secret", edits=[edit]), 400, "bad_request")
    assert hook.post([edit], spreadsheet="SPREADSHEET_2", tab="Secret")[0] == 200


# -- what is in them ----------------------------------------------------------------------------------------------

ODD = [None, True, -1, 1.5, 1e300, "", "x y" * 140, [], [1], {}, {"a": 1}, [[]], "\u202e", "' OR 1=1 -- "]
# Of these, what a member may be.
FINE = {"tab": ["x y", "\u202e", "' OR 1=1 -- "], "edits": [None, []], "changes": [None, []], "sheet_id": [None], "row": [None], "time": [],
        "cells": [{}, {"a": 1}], "edited": [None, []], "old": [None, {}, {"a": 1}], "base": [None, {}], "formulas": [None, {}], "after": [None]}
CELLS = [[], {}, {"date": 1}, {"date": "yesterday"}, {"error": "#N/A", "date": "2020-01-01"}, {"error": "x" * 65}, [1], {"a": "b"}]


def odd_values(members):
    """Member and what it must not be."""
    return [(member, value) for member in members for value in ODD if not any(value is f or (value == f and type(value) is type(f))
                                                                              for f in FINE.get(member, []))]


def test_type_confusion_is_refused_by_name(hook):
    """Each member of a request, of an edit, and a cell, replaced by what it is not."""
    requests = [(member, body(**{member: value})) for member, value in odd_values(["version", "spreadsheet", "tab", "edits", "changes", "sheet_id"])]
    for member, value in odd_values(["id", "kind", "time", "row", "cells", "edited", "old", "base", "formulas", "after"]):
        requests.append((f"edits[0].{member}", body(edits=[{**make_edit({**DE, "Area": 1}, ["Area"]), member: value}])))
    requests += [("edits[0].cells.Area", body(edits=[make_edit({**DE, "Area": value}, ["Area"])])) for value in CELLS]
    assert len(requests) > 180
    with Unchanged(hook, "bad_request", len(requests)):
        for where, request in requests:
            assert where in refused(hook, request, 400, "bad_request"), (where, request)


@pytest.fixture
def long_hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path, TABLES, MAPPINGS.format(db=database), max_body="16MiB")
    yield made
    server.sql(f"DROP DATABASE {database}_state")


def test_json_that_is_meant_to_hurt(long_hook):
    hook = long_hook
    good = json.dumps(body())
    deep = {"arrays": "[" * 200_000, "closed": "[" * 100_000 + "]" * 100_000, "objects": '{"a":' * 100_000,
            "in a cell": good.replace('"Area": 1', '"Area": ' + "[" * 50_000 + "]" * 50_000)}
    broken = {"UTF-8": good.encode().replace(b"Germany", b"Germ\xff\xfe"), "overlong": good.encode().replace(b"Germany", b"Germ\xc0\x80"),
              "surrogate": good.encode().replace(b"Germany", b"Germ\xed\xa0\x80"), "NUL": good.encode().replace(b"Germany", b"Germ\0any"),
              "escaped NUL": good.replace("Germany", "Germ\\u0000any"), "NUL in a header": good.replace("Name", "Na\\u0000me"),
              "two documents": good + good, "nothing": "", "blank": " ", "comment": good + "// x", "NaN": good.replace('"Area": 1', '"Area": NaN'),
              "infinity": good.replace('"Area": 1', '"Area": Infinity'), "half": good[:200], "UTF-16": good.encode("utf-16"),
              "lone surrogate": good.replace("Germany", "Germ\\ud800")}
    with Unchanged(hook, "bad_json", len(deep) + len(broken)):
        for name, text in {**deep, **broken}.items():
            assert "json" in refused(hook, text, 400, "bad_json"), name
    assert hook.request("GET", "/healthz", sign=False)[0] == 200, "it has fallen over"


def test_a_member_that_comes_twice_is_refused(hook):
    """Of two readers one takes the first and one the last: neither is right."""
    good = json.dumps(body())
    twice = {"spreadsheet": good.replace('{"version"', '{"spreadsheet": "SPREADSHEET_2", "version"', 1),
             "id": good.replace('"id":', '"id": "other", "id":', 1), "Area": good.replace('"Area": 1', '"Area": 1, "Area": 2'),
             "escaped": good.replace('"Area": 1', '"Area": 1, "Ar\\u0065a": 2')}
    with Unchanged(hook, "bad_request", len(twice)):
        for text in twice.values():
            assert "twice" in refused(hook, text, 400, "bad_request")


def test_more_than_a_request_may_hold(long_hook):
    hook = long_hook
    rows = [make_edit({"id": n, "title": "x"}, ["title"]) for n in range(100_000)]
    with Unchanged(hook, "bad_request", 3):
        text = json.dumps(body(tab="Mine", edits=rows[:60_000]))
        assert refused(hook, text, 400, "bad_request") == "edits: 60000 are more than 5000 at once"
        assert "more than 512 columns" in refused(hook, body(edits=[make_edit({f"c{n}": n for n in range(513)}, [])]), 400, "bad_request")
        assert "longer than a cell can be" in refused(hook, body(edits=[make_edit({**DE, "Name": "x" * 200_001}, ["Name"])]), 400, "bad_request")
    with Unchanged(hook, "too_large", 1):
        refused(hook, json.dumps(body(tab="Mine", edits=rows)) + " " * 16_000_000, 413, "too_large")


HOSTILE = ["Na`me", 'Na"me', "Na'me", "Name'); DROP TABLE countries; -- ", "`Name`", "%s%n", "Name\\", "\u202eemaN", "=Name", "🦊", "Name\u00a0", "*",
           "code = 'FR' OR Name", "mysql.name", "@@version"]


def test_headers_are_looked_up_and_never_become_sql(hook):
    before = hook.sql("SELECT * FROM @countries ORDER BY code")
    for header in HOSTILE:
        result = hook.edit({**DE, header: "x"}, [header])
        assert result["outcome"] == "rejected" and result["notes"] == {header: "this column is not part of the mapping countries"}, result
    assert hook.sql("SELECT * FROM @countries ORDER BY code") == before


# -- HTTP ---------------------------------------------------------------------------------------------------------


def test_methods_types_and_encodings(hook):
    good = json.dumps(body())
    with Unchanged(hook, "method_not_allowed", 6):
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"):
            status, answer = hook.request(method, "/v1/edits", good)
            assert (status, answer["error"]["code"], hook.headers["Allow"]) == (405, "method_not_allowed", "POST")
    with Unchanged(hook, "unsupported", 7):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json-patch+json", ""):
            status, answer = hook.request("POST", "/v1/edits", good, {"Content-Type": kind})
            assert (status, answer["error"]["code"]) == (415, "unsupported"), kind
        bomb = gzip.compress(b" " * 50_000_000)
        for encoding in ("gzip", "br"):
            assert hook.request("POST", "/v1/edits", bomb[:60_000], {"Content-Encoding": encoding})[0] == 415
    assert hook.request("POST", "/v1/edits", json.dumps(body()), {"Content-Type": "Application/JSON; charset=utf-8", "Content-Encoding": "identity"})[0] == 200


def speak(hook, data, timeout_s=5):
    """What comes back for DATA until the other end hangs up."""
    with socket.create_connection(("127.0.0.1", hook.port), timeout=timeout_s) as connection:
        connection.sendall(data)
        out = b""
        try:
            while part := connection.recv(65536):
                out += part
        except ConnectionResetError:
            pass
        return out


SECOND = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"  # what a proxy takes for a part of the first request
POST = b"POST /v1/edits HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = {
    "both lengths": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both lengths, turned round": b"Transfer-Encoding: chunked\r\nContent-Length: 100\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": b"Content-Length: +2\r\n\r\n{}",
    "a hexadecimal length": b"Content-Length: 0x2\r\n\r\n{}",
    "a negative length": b"Content-Length: -1\r\n\r\n{}",
    "a blank before the colon": b"Content-Length : 2\r\n\r\n{}",
    "identity": b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
    "an unknown encoding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a list of encodings": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "two encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a folded line": b"X-A: b\r\n Content-Length: 2\r\n\r\n{}",
    "a folded encoding": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"X-A: b\nContent-Length: 2\n\n{}",
    "one bare line feed": b"X-A: b\nContent-Length: 2\r\n\r\n{}",
    "a bare carriage return": b"X-A: b\rContent-Length: 2\r\n\r\n{}",
    "a NUL": b"X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}",
    "two hosts": b"Host: y\r\nContent-Length: 2\r\n\r\n{}",
    "a chunk that is no number": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk that is too long": b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff2\r\n{}\r\n0\r\n\r\n",
    "chunks with bare line feeds": b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
    "a chunk longer than it says": b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n0\r\n\r\n",
    "an extension of a chunk": b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n",
    "a signature in the trailer": b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Tabrelay-Signature: v1=x\r\n\r\n",
}


def test_nobody_smuggles_a_second_request_past_a_proxy(hook):
    """However the end of the first request is read: its connection ends with it, so that nothing after it is answered."""
    with Unchanged(hook, "ok", 0, "health"):
        for name, rest in SMUGGLED.items():
            out = speak(hook, POST + rest + SECOND)
            assert out.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 401 ", b"HTTP/1.1 413 ")), (name, out)
            assert b'"ok":true' not in out, (name, out)
    counted = sum(hook.metric("tabrelay_webhook_requests_total", reason=r) for r in ("malformed", "missing_signature", "too_large"))
    assert counted == len(SMUGGLED)
    # The address of a health check is no way round it, and a good request's connection stays open for the next.
    assert speak(hook, SECOND.replace(b"\r\n\r\n", b"\r\nX: y\r\n\r\n") + SECOND).count(b'"ok":true') == 1


@pytest.fixture
def proxy(hook, tmp_path):
    """The shipped Caddyfile before it, without TLS; its port."""
    port = free_port()
    shipped = (ROOT / "docker/caddy/Caddyfile").read_text()
    assert "reverse_proxy webhook:8080" in shipped
    (tmp_path / "Caddyfile").write_text(shipped.replace("webhook:8080", f"127.0.0.1:{hook.port}"))
    with open(tmp_path / "caddy.log", "wb") as log:
        caddy = subprocess.Popen([made_by("caddy"), "run", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"], stdout=log, stderr=log,
                                 env={**os.environ, "TABRELAY_DOMAIN": f"http://127.0.0.1:{port}", "HOME": str(tmp_path)})
    try:
        wait_until("caddy", lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield port
    finally:
        caddy.terminate()
        caddy.wait(20)


def test_check_reaches_the_webhook_through_the_shipped_proxy(hook, proxy, tmp_path):
    """Which passes what a script asks for, and nothing else."""
    def public_url(port):
        config = tmp_path / "public.yaml"
        config.write_text(hook.make_users[1].read_text().replace("threads: 4", f"threads: 4, public_url: 'http://127.0.0.1:{port}/'"))
        checks = json.loads(run("tabrelay", "--config", config, "check", "--json").stdout)["checks"]
        return next((c["status"], c["message"], c["remedy"]) for c in checks if c["id"] == "webhook.public_url")

    assert public_url(proxy)[:2] == ("ok", f"http://127.0.0.1:{proxy}/ answers a signed request")
    assert public_url(free_port())[0] == "failed"
    status, message, remedy = public_url(hook.server.port)  # something else answers there
    assert status == "failed" and remedy


def test_behind_the_shipped_proxy_everybody_gets_their_own_answer(hook, proxy):
    """Strangers send what could be read in two ways, and after each a script's request through the same proxy is answered as its own."""
    direct, second = hook.port, b"GET /v1/mappings?spreadsheet=X HTTP/1.1\r\nHost: x\r\n\r\n"
    hook.port = proxy
    try:
        for n, (name, rest) in enumerate(SMUGGLED.items()):
            with socket.create_connection(("127.0.0.1", proxy), timeout=5) as connection:
                connection.sendall(POST.replace(b"Host: x", b"Host: 127.0.0.1:%d" % proxy) + rest + second)
                connection.settimeout(0.3)
                try:
                    while connection.recv(65536):
                        pass
                except (TimeoutError, ConnectionResetError):
                    pass
            edit = make_edit({"id": 100 + n, "title": name[:20]}, ["id", "title"])
            status, answer = hook.post([edit], "Mine")
            assert status == 200 and [r["id"] for r in answer["results"]] == [edit["id"]], (name, status, answer)
        for path in ("/healthz", "/metrics", "/v1/../healthz", "/v1/%2e%2e/metrics"):
            assert hook.request("GET", path, sign=False)[0] in (400, 404), path
    finally:
        hook.port = direct
    assert hook.metric("tabrelay_webhook_requests_total", path="edits", reason="ok") == len(SMUGGLED)
    assert hook.metric("tabrelay_webhook_requests_total", path="mappings", reason="ok") == 0


def test_a_signed_request_may_come_in_chunks_and_its_connection_stays(hook):
    text = json.dumps(body()).encode()
    hook.request("POST", "/v1/edits", text)
    stamp, mac = hook.signed
    head = f"X-Tabrelay-Timestamp: {stamp}\r\nX-Tabrelay-Signature: {mac}\r\n".encode()
    chunked = POST + head + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)
    plain = POST + head + b"Content-Length: %d\r\n\r\n%s" % (len(text), text)
    assert speak(hook, chunked + plain + SECOND).count(b"HTTP/1.1 200 OK") == 3


def test_what_libmicrohttpd_refuses_is_counted_too(hook):
    long = [b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
    before = hook.metric("tabrelay_webhook_requests_total", reason="malformed")
    for data in long:
        out = speak(hook, data)
        assert out == b"" or out.split(b" ")[1] in (b"400", b"414", b"431", b"505"), out
    assert hook.metric("tabrelay_webhook_requests_total", reason="malformed") - before >= len(long)


def test_paths_have_one_spelling_and_do_not_write_into_the_log(hook):
    for path in ("/v1/../v1/edits", "/v1/edits/", "//v1/edits", "/V1/EDITS", "/v1/%65dits", "/v1/edits;x", "http://evil.example/v1/edits"):
        status, answer = hook.request("POST", path, json.dumps(body()))
        assert (status, answer["error"]["code"]) == (404, "unknown_path"), path
    speak(hook, b"GET /a\x1b[2J\x7f\xc2\x9b2J HTTP/1.1\r\nHost: x\r\n\r\n")
    speak(hook, b"G\x1b[31mT /b HTTP/1.1\r\nHost: x\r\n\r\n")
    log = hook.program.log()
    assert "/a [2J  2J" in log.replace("\xc2", " ") or "/a [2J" in log
    assert not any(c in log for c in "\x1b\x7f\x9b")


# -- values -------------------------------------------------------------------------------------------------------

PIECES = ["'", '"', "`", "\\", ";", "--", "/*", "*/", "#", "%", "_", "?", "\0"[:0], "NULL", "0x41", "DROP TABLE countries", "' OR '1'='1", "=1+1",
          "{{7*7}}", "<script>", "\u202e", "é", "🦊", "\u2028", "$(id)", "${PATH}", "%s%n", " ", "\t", "\n", "@@version", "SLEEP(5)", "') UNION SELECT 1 -- "]


def test_a_sheets_value_never_becomes_sql(hook):
    """Random texts of SQL's own stuff through insert, update, key and delete: they come out as they went in, or are refused as too long."""
    dice = random.Random(20261126)
    tables = hook.server.sql("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s", [hook.db])
    for n in range(60):
        title, note = ("".join(dice.choice(PIECES) for _ in range(dice.randint(1, 4))) for _ in range(2))
        title = title[:20].strip() or "x"
        result = hook.edit({"id": None, "country": None, "title": title, "note": note, "seen": None}, ["title", "note"], "Cities")
        assert (result["outcome"], result["operation"]) == ("applied", "insert"), (title, note, result)
        key = result["key"]["id"]
        stored = hook.sql("SELECT title, note FROM @cities WHERE id = %s", [key])
        assert stored == [(title, note)], (title, note, stored)
        result = hook.edit({"id": key, "country": None, "title": note[:20] or "y", "note": title, "seen": None}, ["title", "note"], "Cities",
                           old={"title": title, "note": note})
        assert result["outcome"] in ("applied", "unchanged"), (title, note, result)
        shop = title[:10] or "z"
        result = hook.edit({"shop": shop, "item": n, "day": {"date": "2024-01-01"}, "pieces": 1}, ["shop", "item", "day", "pieces"], "Stock")
        assert result["operation"] == "insert", (shop, result)
        assert hook.sql("SELECT shop FROM @stock WHERE item = %s", [n]) == [(shop,)]
    assert hook.sql("SELECT COUNT(*) FROM @countries") == [(2,)]
    assert hook.server.sql("SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s", [hook.db]) == tables
