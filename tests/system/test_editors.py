# SPDX-License-Identifier: Apache-2.0
"""Who may edit a tab, and how much at once: editors, rows_per_request, edits_per_minute."""
import pytest

from programs import wait_until
from stack import PERSON
from test_notes import note
from webhook import SHEET, Webhook, make_edit

TABLES = """
CREATE TABLE {db}.team (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);
CREATE TABLE {db}.known (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);
CREATE TABLE {db}.few (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);
CREATE TABLE {db}.slow (id INT NOT NULL PRIMARY KEY, title VARCHAR(20) NULL);
INSERT INTO {db}.team VALUES (1, 'one');
INSERT INTO {db}.known VALUES (1, 'one');
"""
MAPPINGS = """
  - {{table: {db}.team, spreadsheet: {sheet}, tab: Team, editors: [Ann@Example.com, "*@team.example"]}}
  - {{table: {db}.known, spreadsheet: {sheet}, tab: Known, editors: ["ann@example.com", unknown]}}
  - {{table: {db}.few, spreadsheet: {sheet}, tab: Few, rows_per_request: 3}}
  - {{table: {db}.slow, spreadsheet: {sheet}, tab: Slow, edits_per_minute: 60}}
"""


@pytest.fixture
def hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path, TABLES, MAPPINGS.format(db=database, sheet=SHEET))
    yield made
    server.sql(f"DROP DATABASE {database}_state")


def one(hook, tab, editor, source="script", key=1, title="two", **more):
    edit = make_edit({"id": key, "title": title}, ["title"], **more)
    status, answer = hook.post([edit], tab, source, editor=editor)
    assert status == 200, answer
    return answer["results"][0]


def test_who_is_not_on_the_list_is_refused_and_the_cell_put_back(hook):
    for editor in ("bob@example.com", "ann@example.com.evil.example", "eve@notteam.example", "x@sub.team.example", "ann"):
        result = one(hook, "Team", editor)
        assert (result["outcome"], result["cells"]) == ("rejected", {"title": "one"})
        assert result["notes"] == {"title": f'"two" was not taken over: {editor} may not edit this tab'}
        assert hook.log(result["id"])["outcome"] == "rejected" and hook.log(result["id"])["editor"] == editor
    for editor in ("ann@example.com", "ANN@EXAMPLE.COM", "joe@team.example", "joe@TEAM.example"):
        hook.sql("UPDATE @team SET title = 'one'")
        assert one(hook, "Team", editor, old={"title": "one"})["outcome"] in ("applied", "conflict")
        assert hook.sql("SELECT title FROM @team") == [("two",)]
    assert hook.metric("tabrelay_edits_total", mapping="team", outcome="rejected") == 5


def test_new_rows_and_deletes_are_edits_too(hook):
    assert one(hook, "Team", "bob@example.com", key=9)["outcome"] == "rejected"
    one(hook, "Team", "ann@example.com", title="one", old={"title": "one"})
    result = hook.post([make_edit({"id": 1}, kind="delete", base={"*": "0" * 16})], "Team", "found", editor="")[1]["results"][0]
    assert (result["outcome"], result["cells"]) == ("rejected", {"id": 1, "title": "one"})
    assert hook.sql("SELECT * FROM @team") == [(1, "one")]


def test_whom_google_does_not_name_is_refused_unless_the_list_has_unknown(hook):
    message = "an editor whose address is not known may not edit this tab"
    assert message in one(hook, "Team", "")["message"]
    assert message in one(hook, "Team", "", "found", base={})["message"]
    assert one(hook, "Known", "", old={"title": "one"})["outcome"] == "applied"
    assert one(hook, "Known", "bob@example.com", title="three")["outcome"] == "rejected"
    assert hook.sql("SELECT title FROM @team") == [("one",)] and hook.sql("SELECT title FROM @known") == [("two",)]


def rows(n, first=1):
    return [make_edit({"id": first + i, "title": "x"}, ["id", "title"]) for i in range(n)]


def test_more_rows_at_once_than_the_mapping_takes_are_refused_all_together(hook):
    status, answer = hook.post(rows(4), "Few")
    assert status == 200 and {r["outcome"] for r in answer["results"]} == {"rejected"}
    assert "4 rows at once are more than the 3 that this tab takes" in answer["results"][0]["message"]
    assert hook.sql("SELECT * FROM @few") == []
    assert {r["outcome"] for r in hook.post(rows(3), "Few")[1]["results"]} == {"applied"}


def test_more_edits_a_minute_than_the_mapping_takes_wait(hook):
    """A request goes while anything is left of the minute's; what it takes beyond is waited off."""
    assert hook.post(rows(70), "Slow")[0] == 200
    late = rows(1, 100)
    status, answer = hook.post(late, "Slow")
    assert (status, answer["error"]["code"]) == (429, "too_many_edits") and 1 <= int(hook.headers["Retry-After"]) <= 11
    assert hook.state("SELECT COUNT(*) FROM @edit_log") == [(70,)] and hook.sql("SELECT COUNT(*) FROM @slow") == [(70,)]
    assert hook.metric("tabrelay_webhook_requests_total", path="edits", reason="too_many_edits") == 1
    assert hook.post(rows(1, 200), "Few")[0] == 200, "another mapping's edits are its own"
    wait_until("its turn", lambda: hook.post(late, "Slow")[0] == 200, 60, every_s=0.5)
    assert hook.sql("SELECT COUNT(*) FROM @slow WHERE id = 100") == [(1,)]


def test_the_sheet_shows_the_databases_value_again(make_stack):
    stack = make_stack([{"table": "items", "tab": "Items", "editors": [PERSON]}])
    stack.sql("INSERT INTO items (name) VALUES ('one')")
    wait_until("the row", lambda: stack.row_of("Items", "one", 1) == 1)
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "hers"})
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items") == [("hers",)])
    stack.act({"action": "edit", "tab": "Items", "row": 1, "column": 1, "value": "a stranger's", "user": "eve@example.com"})
    wait_until("the refusal", lambda: stack.sql(f"SELECT editor FROM {stack.state_database}.edit_log WHERE outcome = 'rejected' AND editor = 'eve@example.com'"))
    stack.wait_equal("Items")
    wait_until("the note", lambda: "eve@example.com may not edit this tab" in note(stack, 1, 1))
    assert stack.sql("SELECT name FROM items") == [("hers",)]
