# SPDX-License-Identifier: Apache-2.0
"""The webhook alone: rows that come and go, and what the edit log says of them."""
import json
import threading
import time

import pytest

from held import hash_value
from webhook import DE, SHEET, Webhook, make_edit

MINE = {"id": 1, "title": "one"}


@pytest.fixture
def hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path)
    yield made
    server.sql(f"DROP DATABASE {database}_state")


def bury(hook, by, key="1", mapping="mine", age_s=0):
    """The row's base is gone, and a tombstone says who deleted it."""
    hook.state("INSERT INTO @tombstone SELECT mapping, key_hash, %s, UTC_TIMESTAMP(3) - INTERVAL %s SECOND FROM @base "
               "WHERE mapping = %s AND row_key = %s", [by, age_s, mapping, json.dumps([key])])
    hook.state("DELETE FROM @base WHERE mapping = %s", [mapping])


# -- the log -----------------------------------------------------------------------------------------------------


def test_the_log_says_what_the_row_was_and_what_it_became_and_where_the_binlog_was(hook):
    result = hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    log = hook.log(result["id"])
    before, after = json.loads(log["before_values"]), json.loads(log["after_values"])
    assert (before["area"], after["area"]) == ("357.0", "400.0") and (before["version"], after["version"]) == ("1", "2")
    assert log["position"] and "\n" not in log["position"]
    assert hook.log(hook.edit({**DE, "Area": 400}, ["Area"])["id"])["after_values"] is None  # unchanged
    result = hook.edit({**dict.fromkeys(DE), "Code": "IT", "Name": "Italy"}, ["Code", "Name"])
    log = hook.log(result["id"])
    assert log["before_values"] is None and json.loads(log["after_values"])["kind"] == "land"


def test_a_formula_in_the_cells_is_logged(hook):
    result = hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357}, formulas={"Area": "=200*2"})
    assert result["outcome"] == "applied"
    assert json.loads(hook.log(result["id"])["cells"]) == {**DE, "Area": 400, "": {"formulas": {"Area": "=200*2"}}}


# -- rows that are gone ------------------------------------------------------------------------------------------


def test_an_edit_that_comes_after_the_row_was_deleted_in_the_database_is_no_new_row(hook):
    hook.edit(MINE, ["title"], "Mine")
    hook.sql("DELETE FROM @mine")
    bury(hook, "mysql")
    result = hook.edit({"id": 1, "title": "late"}, ["title"], "Mine")
    assert (result["outcome"], result["operation"]) == ("conflict", "none")
    assert result["message"] == "the database had deleted this row meanwhile; the database won"
    assert hook.sql("SELECT * FROM @mine") == []


def test_a_paste_beside_the_mapped_columns_does_not_bring_a_deleted_row_back(hook):
    hook.edit(DE, ["Name"])
    hook.sql("UPDATE @cities SET country = NULL")
    hook.sql("DELETE FROM @countries WHERE code = 'DE'")
    assert hook.edit(DE, [])["outcome"] == "ignored"  # sheet_wins, but nobody touched a cell of it
    bury(hook, "mysql", "DE", "countries")
    assert hook.edit(DE, [])["outcome"] == "ignored"
    assert hook.sql("SELECT COUNT(*) FROM @countries WHERE code = 'DE'") == [(0,)]


def test_a_key_that_is_typed_again_is_a_new_row_and_ends_its_tombstone(hook):
    hook.edit(MINE, ["title"], "Mine")
    hook.sql("DELETE FROM @mine")
    bury(hook, "mysql")
    result = hook.edit({"id": 1, "title": "again"}, ["id", "title"], "Mine")
    assert (result["outcome"], result["operation"]) == ("applied", "insert")
    assert hook.state("SELECT COUNT(*) FROM @tombstone") == [(0,)]


def test_an_edit_older_than_the_rows_delete_in_the_sheet_is_stale_and_a_later_one_is_a_row(hook):
    hook.edit(MINE, ["title"], "Mine")
    hook.sql("DELETE FROM @mine")
    bury(hook, "sheet", age_s=5)
    result = hook.edit({"id": 1, "title": "late"}, ["title"], "Mine", time=int(time.time() * 1000) - 60000)
    assert (result["outcome"], result["message"]) == ("stale", "the row was deleted in the sheet after this edit")
    assert hook.edit({"id": 1, "title": "back"}, ["title"], "Mine")["operation"] == "insert"


def test_a_delete_in_the_sheet_leaves_a_tombstone(hook):
    hook.edit(MINE, ["title"], "Mine")
    assert hook.delete({"id": 1}, '["1"]', "Mine")["operation"] == "delete"
    assert hook.state("SELECT mapping, deleted_by FROM @tombstone") == [("mine", "sheet")]


# -- undo --------------------------------------------------------------------------------------------------------


def undo(hook, edit_id, mapping="countries", **more):
    edit = {"id": f"u{time.time_ns()}", "kind": "undo", "time": int(time.time() * 1000), "edit": edit_id, **more}
    status, answer = hook.post([edit], None, "cli", mapping=mapping)
    assert status == 200, answer
    return answer["results"][0]


def test_an_edit_is_taken_back_as_a_new_edit_and_so_is_that(hook):
    first = hook.edit({**DE, "Area": 400, "People": 90}, ["Area", "People", "Name"], old=DE)
    result = undo(hook, first["id"])
    assert (result["outcome"], result["operation"], result["cells"]) == ("applied", "update", {"Area": 357, "People": 83})
    assert hook.sql("SELECT area, people, version FROM @countries WHERE code = 'DE'")[0][1:] == (83, 3)
    log = hook.log(result["id"])
    assert (log["kind"], log["source"], json.loads(log["edited_columns"])) == ("undo", "cli", ["area", "people"])
    assert undo(hook, result["id"])["outcome"] == "applied"
    assert hook.sql("SELECT people FROM @countries WHERE code = 'DE'") == [(90,)]


def test_what_was_written_since_is_not_taken_back_unless_forced(hook):
    first = hook.edit({**DE, "Area": 400, "People": 90}, ["Area", "People"], old=DE)
    hook.sql("UPDATE @countries SET people = 91 WHERE code = 'DE'")
    result = undo(hook, first["id"])
    assert (result["outcome"], result["message"]) == ("applied", 'People: the database has "91" now, not "90"')
    assert [str(v) for v in hook.sql("SELECT area, people FROM @countries WHERE code = 'DE'")[0]] == ["357.0", "91"]
    result = undo(hook, first["id"])
    assert result["outcome"] == "rejected" and "nothing of it was taken back" in result["message"]
    assert undo(hook, first["id"], force=True)["outcome"] == "applied"
    assert hook.sql("SELECT people FROM @countries WHERE code = 'DE'") == [(83,)]


def test_an_insert_is_deleted_and_a_delete_inserted_again(hook):
    inserted = hook.edit({"id": 5, "title": "five"}, ["id", "title"], "Mine")
    hook.sql("UPDATE @mine SET title = 'fünf' WHERE id = 5")
    assert undo(hook, inserted["id"], "mine")["message"] == 'title: the database has "fünf" now, not "five"'
    result = undo(hook, inserted["id"], "mine", force=True)
    assert (result["outcome"], result["operation"]) == ("applied", "delete")
    assert hook.sql("SELECT id FROM @mine") == [(1,)]
    hook.edit(DE, list(DE))
    hook.sql("UPDATE @cities SET country = NULL")
    deleted = hook.delete({"Code": "DE"}, '["DE"]', "Countries")
    assert deleted["operation"] == "delete"
    result = undo(hook, deleted["id"])
    assert (result["outcome"], result["operation"]) == ("applied", "insert")
    assert hook.sql("SELECT name, people, label FROM @countries WHERE code = 'DE'") == [("Germany", 83, "Germany!")]
    assert hook.state("SELECT COUNT(*) FROM @tombstone") == [(0,)]
    assert undo(hook, deleted["id"])["message"] == "the database has a row with this key again"


def test_what_wrote_nothing_or_is_not_known_cannot_be_taken_back(hook):
    assert undo(hook, "nothing")["message"] == "this mapping has no edit nothing"
    unchanged = hook.edit(DE, ["Name"])
    assert undo(hook, unchanged["id"])["message"] == f"edit {unchanged['id']} wrote nothing"
    assert undo(hook, unchanged["id"], "mine")["message"] == f"this mapping has no edit {unchanged['id']}"
    status, answer = hook.post([], None, "cli", mapping="nobody")
    assert status == 404 and answer["error"]["message"] == 'there is no mapping "nobody"'


# -- a row typed without a key, told twice -----------------------------------------------------------------------

TYPED = {"id": None, "country": "DE", "title": "Bonn", "note": None, "seen": None}


def test_a_row_that_is_found_and_refused_is_logged_once_while_it_has_its_note(hook):
    def found(noted, **cells):
        edit = make_edit({"id": None, "country": "DE", **cells}, ["country", "note"], base={}, noted=noted)
        status, answer = hook.post([edit], "Cities", "found")
        assert status == 200, answer
        return answer["results"][0]["outcome"], hook.state("SELECT COUNT(*) FROM @edit_log WHERE edit_id = %s", [edit["id"]])[0][0]
    assert found(False, title=None) == ("waiting", 1)
    assert found(True, title=None) == ("waiting", 0)
    assert found(False, title=None) == ("waiting", 1)  # somebody took the note away
    assert found(True, title=None, note="changed") == ("waiting", 1)
    assert found(True, title="Bonn") == ("applied", 1)


def typed(hook, source, offset_ms=-1000, **cells):
    """The row, told by SOURCE; its time lies before what was received before, as it was typed once."""
    edit = make_edit({**TYPED, **cells}, ["title", "country"], time=int(time.time() * 1000) + offset_ms)
    if source == "found":
        edit["base"] = {}
    status, answer = hook.post([edit], "Cities", source)
    assert status == 200, answer
    return answer["results"][0]


@pytest.mark.parametrize("first, second", [("script", "found"), ("found", "script")])
def test_a_row_without_a_key_that_is_told_twice_is_one_row(hook, first, second):
    one, two = typed(hook, first), typed(hook, second)
    assert (two["outcome"], two["operation"], two["key"], two["cells"]) == ("applied", "insert", one["key"], one["cells"])
    assert hook.sql("SELECT COUNT(*) FROM @cities WHERE title = 'Bonn'") == [(1,)]
    log = hook.log(two["id"])
    assert (log["same_as"], log["operation"], log["HEX(content_hash)"]) == \
        (one["id"], "none", hook.log(one["id"])["HEX(content_hash)"])


def test_a_row_that_the_database_deleted_before_its_key_came_says_so(hook):
    one = typed(hook, "script")
    hook.sql("DELETE FROM @cities WHERE id = %s", [one["key"]["id"]])
    two = typed(hook, "found")
    assert (two["outcome"], two["message"]) == ("rejected", "the row was inserted, and the database has deleted it since")
    assert hook.log(two["id"])["same_as"] == one["id"]


def test_equal_rows_that_were_typed_twice_stay_two(hook):
    keys = [typed(hook, source)["key"]["id"] for source in ("script", "script", "found", "found", "found")]
    assert keys[:2] == keys[2:4] and keys[4] not in keys[:2]  # each insert is claimed once
    assert hook.sql("SELECT COUNT(*) FROM @cities WHERE title = 'Bonn'") == [(3,)]


def test_another_row_and_one_told_before_the_tab_was_read_are_not_the_same(hook):
    typed(hook, "script")
    typed(hook, "found", title="Köln")
    typed(hook, "found", offset_ms=60000)
    assert hook.sql("SELECT title FROM @cities WHERE id > 2 ORDER BY id") == [("Bonn",), ("Köln",), ("Bonn",)]


def test_a_row_told_twice_at_the_same_moment_is_one_row(hook):
    """Both requests are held at the row's foreign key until both are under way."""
    blocker = hook.server.connect(autocommit=False)
    with blocker.cursor() as cursor:
        cursor.execute(f"UPDATE {hook.db}.countries SET area = 9 WHERE code = 'DE'")
    results = []
    threads = [threading.Thread(target=lambda source=source: results.append(typed(hook, source))) for source in ("script", "found")]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    blocker.commit()
    blocker.close()
    for thread in threads:
        thread.join()
    assert results[0]["key"] == results[1]["key"]
    assert hook.sql("SELECT COUNT(*) FROM @cities WHERE title = 'Bonn'") == [(1,)]


def told(hook, row, edited, old=None, **cells):
    """A state of the line ROW, as the script tells it while no key has come."""
    edit = make_edit({**TYPED, **cells}, edited, time=int(time.time() * 1000) - 1000, row=row, old=old)
    status, answer = hook.post([edit], "Cities")
    assert status == 200, answer
    return answer["results"][0]


def test_a_row_that_is_typed_cell_by_cell_before_its_key_comes_is_one_row(hook):
    first = told(hook, 9, ["title"])
    again = told(hook, 9, ["country"])
    grown = told(hook, 9, ["note"], note="on the Rhine")
    mended = told(hook, 9, ["title"], title="Bonn am Rhein", old={"title": "Bonn"}, note="on the Rhine")
    assert [one["operation"] for one in (first, again, grown, mended)] == ["insert", "none", "update", "update"]
    assert first["key"] == again["key"] == grown["key"] == mended["key"]
    assert hook.sql("SELECT title, note FROM @cities WHERE id > 2") == [("Bonn am Rhein", "on the Rhine")]


def test_a_row_that_moves_while_it_is_typed_and_nothing_can_be_sent_is_one_row(hook):
    first = make_edit(TYPED, ["title"], row=9)
    again = make_edit({**TYPED, "note": "on the Rhine"}, ["note"], row=7, after=first["id"])
    last = make_edit({**TYPED, "note": "on the river Rhine"}, ["note"], row=8, after=again["id"])
    _, answer = hook.post([first, again, last], "Cities")
    assert [result["operation"] for result in answer["results"]] == ["insert", "update", "update"]
    assert len({result["key"]["id"] for result in answer["results"]}) == 1
    status, answer = hook.post([make_edit(TYPED, ["title"], after="not an id")], "Cities")
    assert status == 400 and "after: expected an edit's id" in answer["error"]["message"]


def test_an_edit_that_waited_does_not_undo_what_was_found_since(hook):
    def told(source, title, age_s, **more):
        edit = make_edit({"id": 1, "title": title}, ["title"], time=int((time.time() - age_s) * 1000), **more)
        _, answer = hook.post([edit], "Mine", source)
        return answer["results"][0]["outcome"], hook.sql("SELECT title FROM @mine WHERE id = 1")[0][0]
    hook.edit(MINE, ["title"], "Mine")
    assert told("found", "the second", 1, base={"title": f"{hash_value('one'):016x}"}) == ("applied", "the second")
    assert told("script", "the first", 30) == ("stale", "the second")
    assert told("script", "the second", 20) == ("stale", "the second")
    assert told("script", "pasted just before", 1.8) == ("stale", "the second")  # the older paste of two within a second
    assert told("script", "the third", 0)[1] == "the third"


def test_another_line_and_a_line_that_shows_something_else_are_other_rows(hook):
    keys = {told(hook, 9, ["title"])["key"]["id"], told(hook, 10, ["title"])["key"]["id"],
            told(hook, 9, ["title"], title="Köln")["key"]["id"]}
    assert len(keys) == 3


def test_what_was_written_over_before_it_could_be_read_is_in_the_log(hook):
    edit = make_edit({"title": "Bonn"}, ["title"], lost=True, row=3)
    status, answer = hook.post([edit], "Cities")
    assert status == 200 and answer["results"][0]["outcome"] == "rejected"
    log = hook.log(edit["id"])
    assert (log["outcome"], log["message"], json.loads(log["cells"])) == \
        ("rejected", 'title: "Bonn" was written over before it could be read', {"title": "Bonn"})


def test_what_the_event_tells_of_is_taken_unless_rows_of_the_database_have_just_gone(hook):
    def over(title, old):
        edit = make_edit({"id": 1, "title": title}, ["title"], over=True, old={"title": old}, time=int(time.time() * 1000) - 500)
        _, answer = hook.post([edit], "Mine")
        return answer["results"][0]["outcome"], hook.sql("SELECT title FROM @mine WHERE id = 1")[0][0]
    assert hook.edit(MINE, ["title"], "Mine")["outcome"] == "unchanged"
    assert over("typed", "typed before") == ("applied", "typed")
    assert over("typed again", "typed") == ("applied", "typed again")  # over what the sheet itself had said
    assert over("typed long ago", "typed before") == ("stale", "typed again")  # the sheet has said something else since
    hook.state("INSERT INTO @tombstone SELECT mapping, UNHEX('00112233445566778899AABBCCDDEEFF'), 'mysql', UTC_TIMESTAMP(3) FROM @base LIMIT 1")
    assert over("of which row?", "typed again") == ("rejected", "typed again")


def test_a_blank_cell_that_was_typed_into_is_not_one_that_shows_something_for_long(hook):
    """A row was inserted above before the trigger ran: what the event tells of is another row's."""
    assert hook.edit(MINE, ["title"], "Mine")["outcome"] == "unchanged"
    edit = make_edit({"id": 1, "title": "typed below"}, ["title"], over=True, time=int(time.time() * 1000) - 500)
    _, answer = hook.post([edit], "Mine")
    assert answer["results"][0]["outcome"] == "rejected" and "was written over" in hook.log(edit["id"])["message"]
    assert hook.sql("SELECT title FROM @mine WHERE id = 1") == [("one",)]


# -- keys of every sort: an insert, an update and a delete of each ------------------------------------------------

KEYS = [
    ("BINARY(16)", ["0x00112233445566778899AABBCCDDEEFF"], '[{"hex":"00112233445566778899aabbccddeeff"}]'),
    ("VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", ["Straße 7"], '["Straße 7"]'),
    ("CHAR(36) CHARACTER SET ascii", ["2fd6c1f4-5b1e-11ef-9a3c-0242ac120002"], '["2fd6c1f4-5b1e-11ef-9a3c-0242ac120002"]'),
    ("VARCHAR(20)", ["007"], '["007"]'),
    ("DATE", [{"date": "2024-02-29"}], '["2024-02-29"]'),
    ("DECIMAL(20,2)", ["12345678901234567.25"], '["12345678901234567.25"]'),
    ("VARCHAR(10), b INT", ["a", 7], '["a","7"]'),
]


@pytest.fixture
def keyed(server, database, programs, tmp_path):
    """The table and tab k0, k1, ... for each of KEYS."""
    names = [["a", "b"][:len(values)] for _, values, _ in KEYS]
    tables = "".join(f"CREATE TABLE {{db}}.k{at} (a {kind}, title VARCHAR(20), PRIMARY KEY ({', '.join(names[at])}));\n"
                     for at, (kind, *_) in enumerate(KEYS))
    mappings = "".join(f"  - {{table: {database}.k{at}, spreadsheet: {SHEET}, tab: k{at}}}\n" for at in range(len(KEYS)))
    yield Webhook(server, database, programs, tmp_path, tables, mappings)
    server.sql(f"DROP DATABASE {database}_state")


def test_rows_are_inserted_updated_and_deleted_by_any_key(keyed):
    for at, (kind, values, row_key) in enumerate(KEYS):
        key, tab = dict(zip("ab", values)), f"k{at}"
        result = keyed.edit({**key, "title": "one"}, [*key, "title"], tab)
        assert (result["outcome"], result["operation"]) == ("applied", "insert"), (kind, result)
        assert keyed.log(result["id"])["row_key"] == row_key
        result = keyed.edit({**key, "title": "two"}, ["title"], tab, old={"title": "one"})
        assert (result["operation"], keyed.sql(f"SELECT title FROM @{tab}")) == ("update", [("two",)]), kind
        if "_ci" in kind:  # a key that MySQL holds equal is equal
            result = keyed.edit({"a": values[0].lower(), "title": "three"}, ["title"], tab, old={"title": "two"})
            assert (result["operation"], result["key"]) == ("update", key)
        result = keyed.delete(key, row_key, tab)
        assert (result["operation"], keyed.sql(f"SELECT * FROM @{tab}")) == ("delete", []), kind
