# SPDX-License-Identifier: Apache-2.0
"""The webhook under load: requests that share a transaction, killed in the middle of one; more of them than can be done; and clients
that take their time. Moments are forced by locks in MySQL."""
import concurrent.futures
import contextlib
import json
import select
import socket
import threading
import time

import pytest

from programs import wait_until
from webhook import SECRET, SHEET, Webhook, make_edit

THREADS = 4  # of the configuration: so many groups can be under way
ROWS = 40
TABLES = """
CREATE TABLE {db}.goods (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NOT NULL, pieces INT NOT NULL DEFAULT 0, written INT NOT NULL DEFAULT 0,
                         CONSTRAINT pieces_known CHECK (pieces >= 0));
CREATE TRIGGER {db}.goods_written BEFORE UPDATE ON {db}.goods FOR EACH ROW SET NEW.written = IF(NEW.pieces <=> OLD.pieces, NEW.written, OLD.written + 1);
"""
MAPPING = "  - {{table: {db}.goods, spreadsheet: {sheet}, tab: Goods}}\n"
HELD = range(1, THREADS + 1)  # rows that a test holds


@pytest.fixture
def hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path, TABLES, MAPPING.format(db=database, sheet=SHEET))
    made.sql("INSERT INTO @goods (id, title) VALUES " + ", ".join(f"({row}, 'thing {row}')" for row in range(1, ROWS + 1)))
    status, _ = made.post([edit_of(row, 1) for row in range(1, ROWS + 1)], "Goods")  # brings the bases
    assert status == 200
    made.sql("UPDATE @goods SET written = 0")
    yield made
    server.sql(f"DROP DATABASE {database}_state")


def edit_of(row, pieces, old=0, **more):
    return make_edit({"id": row, "title": f"thing {row}", "pieces": pieces}, ["pieces"], old={"pieces": old}, **more)


class Senders:
    """Each edit is a request on a connection of its own, all at the same time."""

    def __init__(self, hook):
        self.hook, self.pool = hook, concurrent.futures.ThreadPoolExecutor(ROWS * 2)

    def send(self, edit, tab="Goods"):
        body = json.dumps({"version": 1, "spreadsheet": SHEET, "tab": tab, "editor": "ann@example.com", "source": "script", "edits": [edit]})
        return self.pool.submit(Request(self.hook).run, body)


class Request:
    def __init__(self, hook):
        self.port, self.hook = hook.port, hook

    def run(self, body):
        """(status, answer, headers); (0, None, None): the connection broke."""
        one = Webhook.__new__(Webhook)
        one.port = self.port
        try:
            status, answer = one.request("POST", "/v1/edits", body)
        except OSError:
            return 0, None, None
        except Exception as error:  # http.client's own
            if "http.client" in type(error).__module__:
                return 0, None, None
            raise
        return status, answer, one.headers


@pytest.fixture
def senders(hook):
    made = Senders(hook)
    yield made
    made.pool.shutdown()


@contextlib.contextmanager
def locked(hook, statement):
    """What STATEMENT locks stays locked; the rows come as if it had never been."""
    connection = hook.server.connect(autocommit=False)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION innodb_lock_wait_timeout = 50")
        cursor.execute(statement.replace("@", f"{hook.db}."))
        yield
        connection.rollback()


def wait_for_lock_waits(hook, n, condition=lambda: True):
    """Until N statements of the webhook wait for row locks."""
    wait_until(f"{n} statements to wait for locks", lambda: lock_waits(hook) == n and condition(), 40)


def lock_waits(hook):
    return int(hook.server.sql("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")[0][1])


@contextlib.contextmanager
def all_threads_busy(hook, senders):
    """Every thread waits for a row that is locked; the requests that come wait for a thread. Yields what these threads do."""
    with locked(hook, f"SELECT * FROM @goods WHERE id <= {THREADS} FOR UPDATE"):
        busy = []
        for row in HELD:
            busy.append(senders.send(edit_of(row, 7, 1)))
            wait_for_lock_waits(hook, len(busy))
        yield busy


def wait_waiting(hook, n):
    wait_until(f"{n} requests to wait", lambda: hook.metric("tabrelay_webhook_requests_waiting") == n)


def result_of(future):
    status, answer, _ = future.result(60)
    assert status == 200, answer
    return answer["results"][0]


def groups(hook):
    return hook.metric("tabrelay_webhook_groups_total")


def written(hook):
    return {row: (pieces, times) for row, pieces, times in hook.sql("SELECT id, pieces, written FROM @goods")}


# -- one transaction ---------------------------------------------------------------------------------------------


def test_requests_that_wait_share_a_transaction_and_each_gets_its_own_answer(hook, senders):
    before = groups(hook)
    with all_threads_busy(hook, senders) as busy:
        waiting = {row: senders.send(edit_of(row, 100 + row, 1)) for row in range(10, 31)}
        wait_waiting(hook, len(waiting))
    for future in busy:
        assert result_of(future)["outcome"] == "applied"
    for row, future in waiting.items():
        result = result_of(future)
        assert result["outcome"] == "applied" and result["operation"] == "update" and result["key"] == {"id": row}
        assert result["cells"] == {"written": 1}  # what the trigger made
        entry = hook.log(result["id"])
        assert entry["outcome"] == "applied" and json.loads(entry["edited_columns"]) == ["pieces"] and entry["row_key"] == f'["{row}"]'
        assert json.loads(entry["before_values"])["pieces"] == "1" and json.loads(entry["after_values"])["written"] == "1"
        assert json.loads(entry["answer"]) == result
    assert groups(hook) - before == THREADS + 1
    assert {row: values for row, values in written(hook).items() if row in waiting} == {row: (100 + row, 1) for row in waiting}


def test_the_base_of_a_shared_transaction_is_each_edits_own(hook, senders):
    with all_threads_busy(hook, senders):
        waiting = [senders.send(edit_of(row, 5, 1)) for row in (10, 11, 12)]
        wait_waiting(hook, 3)
    ids = [result_of(future)["id"] for future in waiting]
    assert hook.state("SELECT b.row_key, l.edit_id FROM @base b JOIN @edit_log l ON l.id = b.edit_id WHERE b.mapping = 'goods' AND "
                      "l.mapping = 'goods' AND l.kind = 'upsert' AND b.row_key IN ('[\"10\"]', '[\"11\"]', '[\"12\"]') ORDER BY b.row_key") == \
        [(f'["{row}"]', one) for row, one in zip((10, 11, 12), ids)]
    # What they agreed on is what the sheet showed: the next edit of each is no conflict.
    for row in (10, 11, 12):
        assert hook.edit({"id": row, "pieces": 6}, ["pieces"], tab="Goods", old={"pieces": 5})["outcome"] == "applied"


def test_a_lone_edit_makes_eight_round_trips(hook):
    """Seven statements and COMMIT (docs/ARCHITECTURE.md); the daemon itself asks once a second whether it is to reload."""
    def counts():
        found = dict(hook.server.sql("SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_stmt_execute', 'Com_begin', 'Com_commit')"))
        return {name: int(value) for name, value in found.items()}

    hook.edit({"id": 1, "pieces": 2}, ["pieces"], tab="Goods", old={"pieces": 1})  # the statements are prepared
    began, before, n = time.monotonic(), counts(), 20
    for pieces in range(3, 3 + n):
        assert hook.edit({"id": 1, "pieces": pieces}, ["pieces"], tab="Goods", old={"pieces": pieces - 1})["outcome"] == "applied"
    more = {name: value - before[name] for name, value in counts().items()}
    assert (more["Com_begin"], more["Com_commit"]) == (0, n)
    assert 7 * n <= more["Com_stmt_execute"] <= 7 * n + time.monotonic() - began + 2


def test_a_lone_edit_locks_its_row_before_the_base(hook, senders):
    """Read by one statement; whoever has the row and comes to its base meets nobody there."""
    before = savepoints(hook)
    connection = hook.server.connect(autocommit=False)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {hook.db}.goods WHERE id = 1 FOR UPDATE")
        sent = senders.send(edit_of(1, 3, 1))
        wait_for_lock_waits(hook, 1)
        cursor.execute(f"UPDATE {hook.db}_state.base SET changed_us = 5 WHERE mapping = 'goods'")
        connection.commit()
    assert result_of(sent)["outcome"] == "applied" and savepoints(hook) == before
    assert hook.state("SELECT changed_us FROM @base WHERE mapping = 'goods' AND row_key = '[\"1\"]'") == [(5,)]


@pytest.fixture
def keyed(server, database, programs, tmp_path):
    """Tables whose keys are of several types, and one with columns that the table of bases has, too; a mapping of each."""
    mapping = "  - {{table: {db}.{table}, spreadsheet: {sheet}, tab: {table}}}\n"
    made = Webhook(server, database, programs, tmp_path, "".join(f"CREATE TABLE {{db}}.{table} ({columns});\n" for table, columns, _ in KEYED),
                   "".join(mapping.format(db=database, sheet=SHEET, table=table) for table, _, _ in KEYED))
    yield made
    server.sql(f"DROP DATABASE {database}_state")


KEYED = [  # table, columns, keys as the sheet has them
    ("by_text", "id VARCHAR(20) NOT NULL PRIMARY KEY, pieces INT NOT NULL", ["a", "B", "\u00e4\u00df", "it's", "5", "5.0", "\U0001f40c"]),
    ("by_latin", "id CHAR(8) CHARACTER SET latin1 NOT NULL PRIMARY KEY, pieces INT NOT NULL", ["a", "B", "\u00e4\u00df", "5", "5.0"]),
    ("by_large", "id BIGINT UNSIGNED NOT NULL PRIMARY KEY, pieces INT NOT NULL",
     ["18446744073709551615", "18446744073709551614", "9223372036854775808", "9007199254740993", 9, 0]),
    ("by_signed", "id BIGINT NOT NULL PRIMARY KEY, pieces INT NOT NULL", [-1, "-9223372036854775808", "9223372036854775807", 7]),
    ("by_bytes", "id VARBINARY(20) NOT NULL PRIMARY KEY, pieces INT NOT NULL", ["0x00ff", "0x61", "0x41"]),
    ("by_decimal", "id DECIMAL(20,2) NOT NULL PRIMARY KEY, pieces INT NOT NULL", ["123456789012345678.91", 1.5, -1]),
    ("by_date", "id DATETIME(3) NOT NULL PRIMARY KEY, pieces INT NOT NULL", ["2026-08-22 10:11:12.345", "2026-08-22 10:11:12.000"]),
    ("like_base", "key_hash INT NOT NULL PRIMARY KEY, mapping INT NOT NULL, HASHES INT NOT NULL, pieces INT NOT NULL", [1, 2, 3]),
]


@pytest.mark.parametrize("table, columns, keys", KEYED, ids=[table for table, _, _ in KEYED])
def test_plain_edits_find_their_rows_by_keys_of_each_type(keyed, table, columns, keys):
    """Alone and several at once. What is not plain has a savepoint."""
    key = columns.split()[0]
    others = {"mapping": 1, "HASHES": 2} if table == "like_base" else {}

    def cells(one, pieces):
        return {key: one, **others, "pieces": pieces}

    status, answer = keyed.post([make_edit(cells(one, 0), list(cells(one, 0))) for one in keys], table)
    assert status == 200 and [result["outcome"] for result in answer["results"]] == ["applied"] * len(keys), answer
    before = savepoints(keyed)
    assert keyed.edit(cells(keys[0], 1), ["pieces"], tab=table, old={"pieces": 0})["outcome"] == "applied"
    status, answer = keyed.post([make_edit(cells(one, 10 + at), ["pieces"], old={"pieces": 0 if at else 1}) for at, one in enumerate(keys)], table)
    assert status == 200 and [result["outcome"] for result in answer["results"]] == ["applied"] * len(keys), answer
    assert sorted(pieces for pieces, in keyed.sql(f"SELECT pieces FROM @{table}")) == [10 + at for at in range(len(keys))]
    for entry in (keyed.log(result["id"]) for result in answer["results"]):
        assert json.loads(entry["after_values"])["pieces"] == str(json.loads(entry["cells"])["pieces"])
    assert savepoints(keyed) == before


def savepoints(hook):
    return int(hook.server.sql("SHOW GLOBAL STATUS LIKE 'Com_savepoint'")[0][1])


def test_an_unusual_edit_in_a_group_harms_no_other(hook, senders):
    """A refused value, a conflict, a new row, two edits of one row, an id that comes twice, a delete's key that is not there."""
    twice = edit_of(20, 21, 1)
    hook.sql("UPDATE @goods SET pieces = 50 WHERE id = 13")
    with all_threads_busy(hook, senders):
        sent = {
            "plain": senders.send(edit_of(10, 11, 1)),
            "refused": senders.send(edit_of(11, -5, 1)),
            "no number": senders.send(edit_of(12, "many", 1)),
            "conflict": senders.send(edit_of(13, 60, 1)),
            "new": senders.send(make_edit({"id": 99, "title": "new", "pieces": 3}, ["id", "title", "pieces"])),
            "first": senders.send(twice), "second": senders.send(twice),
            "other plain": senders.send(edit_of(30, 31, 1)),
        }
        wait_waiting(hook, len(sent))
    results = {what: result_of(future) for what, future in sent.items()}
    assert {what: result["outcome"] for what, result in results.items()} == {
        "plain": "applied", "refused": "rejected", "no number": "rejected", "conflict": "conflict", "new": "applied", "first": "applied",
        "second": "applied", "other plain": "applied"}
    assert results["first"] == results["second"] and results["new"]["operation"] == "insert"
    rows = written(hook)
    assert [rows[row] for row in (10, 11, 12, 20, 30, 99)] == [(11, 1), (1, 0), (1, 0), (21, 1), (31, 1), (3, 0)]
    assert hook.state("SELECT COUNT(*) FROM @conflicts WHERE mapping = 'goods'")[0][0] == 1
    assert hook.state("SELECT COUNT(*) FROM @edit_log WHERE outcome = 'pending'")[0][0] == 0


def test_a_group_whose_row_is_locked_lets_the_others_through(hook, senders):
    """Nobody waits for longer than it takes to find out whose row it is."""
    with locked(hook, "SELECT * FROM @goods WHERE id = 10 FOR UPDATE"):
        with all_threads_busy(hook, senders):
            waiting = {row: senders.send(edit_of(row, 8, 1)) for row in (10, 11, 12)}
            wait_waiting(hook, 3)
        for row in (11, 12):
            assert result_of(waiting[row])["outcome"] == "applied"
        assert not waiting[10].done()
    assert result_of(waiting[10])["outcome"] == "applied"


# -- killed ------------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_a_group_nobody_was_answered_and_all_is_done_once(hook, senders):
    edits = {row: edit_of(row, 70 + row, 1) for row in range(10, 30)}
    blocker = edits[29]["id"]  # its row in the log is taken: the group stops there, its rows are written, the log half
    with contextlib.ExitStack() as stack:
        with all_threads_busy(hook, senders) as busy:
            futures = {row: senders.send(edit) for row, edit in edits.items()}
            wait_waiting(hook, len(edits))
            stack.enter_context(locked(hook, f"INSERT INTO {hook.db}_state.edit_log (edit_id, mapping, source, kind, edited_columns, editor, "
                                             f"edited_at, received_at, cells, outcome) VALUES ('{blocker}', 'other', 'cli', 'upsert', '[]', '', "
                                             "NOW(), NOW(), '{}', 'pending')"))
        for future in busy:
            result_of(future)
        wait_for_lock_waits(hook, 1, lambda: rows_are_locked(hook, edits))  # its rows are written, its log is not
        assert not any(future.done() for future in futures.values())
        hook.program.kill()
        assert [future.result(30)[0] for future in futures.values()] == [0] * len(edits)
    wait_until("MySQL to take the transaction back", lambda: not rows_are_locked(hook, edits))
    assert all(written(hook)[row] == (1, 0) for row in edits)
    hook.program.start()
    for _ in range(2):  # the script sends what was not answered, and perhaps again
        again = {row: senders.send(edit) for row, edit in edits.items()}
        for row, future in again.items():
            result = result_of(future)
            assert result["outcome"] == "applied" and result["id"] == edits[row]["id"]
    assert all(written(hook)[row] == (70 + row, 1) for row in edits)


def rows_are_locked(hook, rows):
    """Has somebody written the last of them, and not committed?"""
    connection = hook.server.connect(autocommit=False)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION innodb_lock_wait_timeout = 1")
        try:
            cursor.execute(f"SELECT 1 FROM {hook.db}.goods WHERE id = {max(rows)} FOR UPDATE NOWAIT")
            return False
        except Exception as error:
            assert error.args[0] in (1205, 3572), error
            return True
        finally:
            connection.rollback()


def test_killed_again_and_again_under_load_every_edit_is_done_once(hook, senders):
    """Whenever it was killed: what was answered is committed, what was not is sent again and done once."""
    stop, done = threading.Event(), {row: 0 for row in range(1, 17)}

    def person(row):
        while not stop.is_set():
            value = done[row] + 100
            body = json.dumps({"version": 1, "spreadsheet": SHEET, "tab": "Goods", "editor": "", "source": "script",
                               "edits": [edit_of(row, value, value - 1 if done[row] else 1)]})
            while True:
                status, answer, _ = Request(hook).run(body)
                if status == 200:
                    assert answer["results"][0]["outcome"] == "applied", answer
                    break
                assert status in (0, 503), answer
                time.sleep(0.01)
            done[row] += 1
    people = [senders.pool.submit(person, row) for row in done]
    for round_ in range(3):
        reached = sum(done.values())
        wait_until("edits to be done", lambda: sum(done.values()) > reached + 40, 60)  # pylint: disable=cell-var-from-loop
        hook.program.kill()
        hook.program.start()
    stop.set()
    for one in people:
        one.result(60)
    rows = written(hook)
    assert {row: rows[row] for row in done} == {row: (99 + n, n) for row, n in done.items()}


# -- too much ----------------------------------------------------------------------------------------------------


def post_text(body, more="", length=None):
    import hashlib
    import hmac
    stamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return (f"POST /v1/edits HTTP/1.1\r\nHost: x\r\nX-Tabrelay-Timestamp: {stamp}\r\nX-Tabrelay-Signature: v1={mac}\r\n{more}"
            f"Content-Length: {len(body) if length is None else length}\r\n\r\n{body}").encode()


def dial(hook):
    return socket.create_connection(("127.0.0.1", hook.port), timeout=30)


def read_head(connection):
    """The status and the head of an answer; 0: the connection was cut off."""
    text = b""
    try:
        while b"\r\n\r\n" not in text:
            got = connection.recv(4096)
            if not got:
                return 0, ""
            text += got
    except ConnectionError:
        return 0, ""
    head = text.partition(b"\r\n\r\n")[0].decode()
    return int(head.split()[1]), head


def test_more_connections_than_it_serves_are_refused_early_and_then_it_is_as_before(hook, senders):
    answers = []
    with all_threads_busy(hook, senders) as busy:
        flood = []
        for number in range(540):
            flood.append(dial(hook))
            body = json.dumps({"version": 1, "spreadsheet": SHEET, "tab": "Goods", "editor": "", "source": "script",
                               "edits": [edit_of(10 + number % 30, number, 1)]})
            flood[-1].sendall(post_text(body))
        refused = wait_until("some to be refused", lambda: hook_refused(flood, answers))
        assert refused > 0
    for future in busy:
        result_of(future)
    for connection in flood:
        if all(connection is not other for other, _, _ in answers):
            answers.append((connection, *read_head(connection)))
    assert {status for _, status, _ in answers} == {200, 503}
    for _, status, head in answers:
        assert status == 200 or "Retry-After: " in head, head
    for connection in flood:
        connection.close()
    wait_waiting(hook, 0)
    assert hook.edit({"id": 40, "pieces": 2}, ["pieces"], tab="Goods", old={"pieces": 1})["outcome"] == "applied"


def hook_refused(flood, answers):
    """Read the answers that are there, all of requests that were refused; how many these are."""
    poll = select.poll()  # select() takes no descriptor above 1,023
    for connection in flood:
        poll.register(connection, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(0)}
    for connection in flood:
        if connection.fileno() in ready and all(connection is not other for other, _, _ in answers):
            answers.append((connection, *read_head(connection)))
            assert answers[-1][1] == 503, answers[-1]
    return len(answers)


def test_what_has_waited_too_long_is_refused_though_every_thread_waits_for_mysql(hook, senders):
    with all_threads_busy(hook, senders) as busy:
        late = senders.send(edit_of(20, 9, 1))
        status, answer, headers = late.result(30)
        assert status == 503 and answer["error"]["code"] == "overloaded" and headers["Retry-After"] == "5"
        assert not all(future.done() for future in busy)
    assert hook.metric("tabrelay_webhook_requests_total", path="edits", reason="overloaded") == 1
    assert written(hook)[20] == (1, 0)


# -- clients that take their time ---------------------------------------------------------------------------------


def test_idle_connections_make_room_and_a_good_client_is_served(hook):
    idle = [dial(hook) for _ in range(500)]
    half = [dial(hook) for _ in range(40)]
    for connection in half:
        connection.sendall(b"POST /v1/edits HTTP/1.1\r\nHost: ")
    wait_until("another one to be served", lambda: served(hook), 30)
    wait_until("the oldest to be cut off", lambda: hook.metric("tabrelay_webhook_connections_cut_total", reason="full") > 0)
    for row in range(1, 6):
        assert hook.edit({"id": row, "pieces": 3}, ["pieces"], tab="Goods", old={"pieces": 1})["outcome"] == "applied"
    for connection in idle + half:
        connection.close()


def served(hook):
    with dial(hook) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return read_head(connection)[0] == 200


def test_slow_requests_huge_headers_and_endless_bodies_are_cut_off_while_others_are_served(hook):
    slow_head, slow_body, huge, endless = (dial(hook) for _ in range(4))
    slow_head.sendall(b"POST /v1/edits HTTP/1.1\r\nHost: x\r\n")
    slow_body.sendall(post_text("{", length=1000))
    huge.sendall(b"GET /healthz HTTP/1.1\r\nX-Long: " + b"a" * 100000)
    assert read_head(huge)[0] in (413, 431, 0)
    with pytest.raises(OSError):
        endless.sendall(post_text("", more="X-Endless: 1\r\n", length=10**12))
        while True:
            endless.sendall(b" " * 65536)
    began, cut = time.monotonic(), {}
    while len(cut) < 2:
        assert time.monotonic() - began < 60
        for name, connection, piece in (("head", slow_head, b"X-More: 1\r\n"), ("body", slow_body, b" ")):
            try:  # a byte now and then keeps no connection
                connection.sendall(piece)
                connection.settimeout(0.2)
                if not connection.recv(1000):
                    cut[name] = True
            except TimeoutError:
                pass
            except OSError:
                cut[name] = True
        assert served(hook)
    assert hook.metric("tabrelay_webhook_connections_cut_total", reason="slow") == 2
    assert hook.edit({"id": 1, "pieces": 4}, ["pieces"], tab="Goods", old={"pieces": 1})["outcome"] == "applied"
