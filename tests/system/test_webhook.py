# SPDX-License-Identifier: Apache-2.0
"""The webhook alone: signed requests against the real program and real servers."""
import http.client
import json
import threading
import time
import urllib.parse

import pytest

from programs import wait_until
from webhook import DE, SECRET, SHEET, Webhook, digest, make_edit


@pytest.fixture
def hook(server, database, programs, tmp_path):
    made = Webhook(server, database, programs, tmp_path)
    yield made
    server.sql(f"DROP DATABASE {database}_state")


@pytest.fixture
def own_hook(own_server, programs, tmp_path):
    own_server.sql("CREATE DATABASE w")
    return Webhook(own_server, "w", programs, tmp_path)


# -- outcomes ----------------------------------------------------------------------------------------------------


def test_an_edited_cell_is_written_and_what_the_database_made_of_it_comes_back(hook):
    hook.edit(DE, ["Area"], old={"Area": 357})  # the first edit brings the base
    result = hook.edit({**DE, "Area": 357.6, "Version": 1}, ["Area"], row=2)
    assert result["outcome"] == "applied" and result["operation"] == "update"
    assert result["row"] == 2 and result["key"] == {"Code": "DE"} and result["notes"] == {} and result["message"] == ""
    assert result["cells"] == {"Version": 2}
    assert hook.sql("SELECT area, version FROM @countries WHERE code = 'DE'")[0][0].to_eng_string() == "357.6"


def test_only_the_edited_cells_are_edits(hook):
    result = hook.edit({**DE, "Name": "old and not touched", "Area": 1}, ["Area"])
    assert result["operation"] == "update"
    assert hook.sql("SELECT name, area FROM @countries WHERE code = 'DE'")[0][0] == "Germany"


def test_a_value_that_the_database_has_already_is_unchanged_and_writes_nothing(hook):
    result = hook.edit(DE, ["Name", "Area", "Since"])
    assert (result["outcome"], result["operation"], result["cells"]) == ("unchanged", "none", {})
    assert hook.sql("SELECT version FROM @countries WHERE code = 'DE'") == [(1,)]
    assert hook.base() == {'["DE"]': 9}


def test_a_known_row_without_an_edited_cell_is_ignored(hook):
    assert hook.edit(DE)["outcome"] == "ignored"
    assert hook.base() == {}


def test_a_cleared_cell_becomes_null_and_a_date_a_date(hook):
    assert hook.edit({**DE, "Area": None, "Since": {"date": "1949-05-23T00:00:00.000"}}, ["Area", "Since"],
                     old={"Area": 357, "Since": {"date": "1990-10-03"}})["outcome"] == "applied"
    (area, since), = hook.sql("SELECT area, since FROM @countries WHERE code = 'DE'")
    assert area is None and str(since) == "1949-05-23"


def test_a_new_row_with_a_new_key_is_inserted(hook):
    cells = {**dict.fromkeys(DE), "Code": "IT", "Name": "Italy"}
    result = hook.edit(cells, ["Code", "Name"], row=9)
    assert (result["outcome"], result["operation"], result["key"]) == ("applied", "insert", {"Code": "IT"})
    assert result["cells"] == {"Kind": "land", "Label": "Italy!", "Version": 1}
    assert hook.sql("SELECT name FROM @countries WHERE code = 'IT'") == [("Italy",)]
    log = hook.log(result["id"])
    assert log["operation"] == "insert" and log["row_key"] == '["IT"]' and log["before_values"] is None
    assert json.loads(log["edited_columns"]) == ["code", "name"] and log["sheet_row"] == 9
    assert json.loads(log["answer"]) == result and log["editor"] == "ann@example.com"
    assert hook.base() == {'["IT"]': 9}


def test_the_assigned_number_comes_back(hook):
    result = hook.edit({"id": None, "country": "DE", "title": "Bonn", "note": None, "seen": None}, ["title"], "Cities")
    assert (result["outcome"], result["operation"]) == ("applied", "insert")
    assert result["key"] == {"id": 3} and result["cells"] == {"id": 3}
    assert hook.sql("SELECT title FROM @cities WHERE id = 3") == [("Bonn",)]
    assert hook.log(result["id"])["row_key"] == '["3"]'
    again = hook.edit({"id": 3, "country": "DE", "title": "Köln", "note": None, "seen": None}, ["title"], "Cities")
    assert again["outcome"] == "applied" and again["operation"] == "update"


def test_a_new_row_waits_for_the_cells_that_it_needs(hook):
    result = hook.edit({**dict.fromkeys(DE), "Name": "Spain"}, ["Name"])
    assert (result["outcome"], result["operation"], result["cells"]) == ("waiting", "none", {})
    assert result["message"] == "the new row still needs: Code"
    result = hook.edit({**dict.fromkeys(DE), "Code": "ES"}, ["Code"])
    assert result["message"] == "the new row still needs: Name"
    log = hook.log(result["id"])
    assert log["outcome"] == "waiting" and log["row_key"] is None  # nothing that the replicator could look for
    assert hook.sql("SELECT COUNT(*) FROM @countries") == [(2,)] and hook.base() == {}


def test_a_value_that_its_column_cannot_hold_is_rejected_with_a_note_and_the_others_are_written(hook):
    hook.edit(DE, ["Area"])
    result = hook.edit({**DE, "Area": 400, "People": "many", "Kind": "ship"}, ["Area", "People", "Kind"])
    assert result["outcome"] == "applied"
    assert set(result["notes"]) == {"People", "Kind"}
    assert result["notes"]["People"].startswith('"many" ') and result["notes"]["Kind"].startswith('"ship" ')
    assert result["cells"] == {"People": 83, "Kind": "land", "Version": 2}
    result = hook.edit({**DE, "Area": 400, "People": -3}, ["People"])
    assert result["outcome"] == "rejected" and result["cells"]["People"] == 83
    assert result["notes"]["People"].startswith('"-3" ')
    assert hook.log(result["id"])["outcome"] == "rejected"


def test_an_error_value_is_rejected(hook):
    result = hook.edit({**DE, "Area": {"error": "#N/A"}}, ["Area"])
    assert result["outcome"] == "rejected" and result["cells"] == {"Area": 357}
    assert result["notes"] == {"Area": '"#N/A" is an error: #N/A'}


def test_columns_that_are_not_the_sheets_are_put_back(hook):
    result = hook.edit({**DE, "Label": "mine", "Version": 77}, ["Label", "Version"])
    assert result["outcome"] == "rejected" and result["cells"] == {"Label": "Germany!", "Version": 1}
    assert result["notes"] == {
        "Label": '"mine" was not taken over: the database computes this column',
        "Version": '"77" was not taken over: only the database changes this column'}


def test_a_pasted_row_may_hold_what_the_sheet_shows_of_the_databases_columns(hook):
    hook.edit(DE, list(DE))
    hook.sql("UPDATE @countries SET people = 84 WHERE code = 'DE'")  # and version = 2
    result = hook.edit({**DE, "Area": 360}, list(DE))
    assert (result["outcome"], result["notes"]) == ("applied", {})
    assert result["cells"] == {"People": 84, "Version": 3}


def test_a_tab_that_only_shows_its_table_takes_no_edits(hook):
    result = hook.edit({"id": 1, "title": "two"}, ["title"], "Shown")
    assert result["outcome"] == "rejected" and result["cells"] == {"title": "one"}
    assert result["notes"] == {"title": '"two" was not taken over: this tab only shows the database'}
    assert hook.edit({"id": 2, "title": "new"}, ["id", "title"], "Shown")["outcome"] == "rejected"
    assert hook.sql("SELECT * FROM @shown") == [(1, "one")]


def test_an_unknown_header_is_refused_by_name_and_the_rest_is_written(hook):
    result = hook.edit({**DE, "Area": 1, "Capital": "Berlin"}, ["Area", "Capital"], old={"Area": 357})
    assert result["outcome"] == "applied"
    assert result["notes"] == {"Capital": "this column is not part of the mapping countries"}
    assert "Capital: this column is not part of the mapping countries" in result["message"]
    assert hook.edit({**DE, "Capital": "Bonn"}, ["Capital"])["outcome"] == "rejected"


def test_a_key_cell_that_was_not_sent_is_not_a_blank_one(hook):
    result = hook.edit({"title": "x"}, ["title"], "Cities")
    assert result["outcome"] == "rejected" and result["message"] == 'the key cell "id" was not sent'
    assert hook.sql("SELECT COUNT(*) FROM @cities") == [(2,)]


# -- conflicts ---------------------------------------------------------------------------------------------------


def test_a_conflict_that_the_sheet_wins_says_both_values(hook):
    hook.edit(DE, ["Name"])
    hook.sql("UPDATE @countries SET name = 'Allemagne', people = 84 WHERE code = 'DE'")
    result = hook.edit({**DE, "Name": "Deutschland"}, ["Name"])
    assert (result["outcome"], result["operation"]) == ("conflict", "update")
    assert result["message"] == ('Name: the sheet says "Deutschland", the database had changed to "Allemagne"; '
                                 "the sheet won")
    assert result["cells"] == {"People": 84, "Label": "Deutschland!", "Version": 3}
    assert hook.sql("SELECT name FROM @countries WHERE code = 'DE'") == [("Deutschland",)]
    log = hook.log(result["id"])
    assert log["outcome"] == "conflict" and json.loads(log["before_values"])["name"] == "Allemagne"


def test_a_conflict_that_the_database_wins_puts_its_value_back(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    hook.sql("UPDATE @mine SET title = 'eins'")
    result = hook.edit({"id": 1, "title": "un"}, ["title"], "Mine")
    assert (result["outcome"], result["operation"], result["cells"]) == ("conflict", "none", {"title": "eins"})
    assert result["message"] == 'title: the sheet says "un", the database had changed to "eins"; the database won'
    assert result["notes"] == {"title": '"un" was not taken over: the database had changed to "eins" meanwhile'}
    assert hook.sql("SELECT title FROM @mine") == [("eins",)]


def test_what_the_person_saw_is_no_conflict(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    hook.sql("UPDATE @mine SET title = 'eins'")
    result = hook.edit({"id": 1, "title": "un"}, ["title"], "Mine", old={"title": "eins"})
    assert result["outcome"] == "applied" and hook.sql("SELECT title FROM @mine") == [("un",)]


def test_a_cell_put_back_to_what_was_agreed_on_leaves_the_database_alone(hook):
    hook.edit(DE, ["Name"])
    hook.sql("UPDATE @countries SET name = 'Allemagne' WHERE code = 'DE'")
    result = hook.edit(DE, ["Name"])
    assert result["outcome"] == "unchanged" and result["cells"]["Name"] == "Allemagne"


def test_a_row_that_the_database_deleted_is_inserted_again_when_the_sheet_wins(hook):
    hook.edit(DE, ["Name"])
    hook.sql("UPDATE @cities SET country = NULL")
    hook.sql("DELETE FROM @countries WHERE code = 'DE'")
    result = hook.edit({**DE, "Name": "Deutschland"}, ["Name"])
    assert (result["outcome"], result["operation"]) == ("conflict", "insert")
    assert result["message"] == ("the database had deleted this row meanwhile; the sheet won, and it was inserted again")
    assert hook.sql("SELECT name, people FROM @countries WHERE code = 'DE'") == [("Deutschland", 83)]


def test_a_row_that_the_database_deleted_stays_deleted_when_the_database_wins(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    hook.sql("DELETE FROM @mine")
    result = hook.edit({"id": 1, "title": "un"}, ["title"], "Mine")
    assert (result["outcome"], result["operation"], result["cells"]) == ("conflict", "none", {})
    assert result["message"] == "the database had deleted this row meanwhile; the database won"
    assert hook.sql("SELECT * FROM @mine") == []


# -- keys --------------------------------------------------------------------------------------------------------


def test_the_key_is_compared_as_the_database_compares_it(hook):
    result = hook.edit({**DE, "Code": "de", "Area": 1}, ["Area"], old={"Area": 357})
    assert result["outcome"] == "applied" and result["key"] == {"Code": "DE"}
    assert result["cells"]["Code"] == "DE" and hook.log(result["id"])["row_key"] == '["DE"]'
    assert hook.sql("SELECT COUNT(*) FROM @countries") == [(2,)]


def test_numbers_and_dates_in_keys_are_exact(hook):
    cells = {"shop": "main", "item": "12345678901234567.25", "day": {"date": "2024-02-29"}, "pieces": "9007199254740995"}
    result = hook.edit(cells, ["pieces"], "Stock", old={"pieces": "9007199254740993"})
    assert (result["outcome"], result["operation"], result["cells"]) == ("applied", "update", {})
    assert hook.sql("SELECT pieces FROM @stock") == [(9007199254740995,)]
    result = hook.edit({**cells, "item": "12345678901234567.50", "pieces": 5}, ["item"], "Stock")
    assert result["operation"] == "insert" and hook.sql("SELECT COUNT(*) FROM @stock") == [(2,)]


def test_a_key_typed_over_is_a_new_row_and_a_reconcile_for_the_old_one(hook):
    hook.edit(DE, ["Name"])
    result = hook.edit({**DE, "Code": "XX", "Domain": ".xx"}, ["Code"], old={"Code": "DE"})
    assert result["operation"] == "insert"
    assert hook.state("SELECT kind, mapping, reason FROM @signals") == [("reconcile", "countries", "a key was typed over")]


def test_a_key_that_the_database_changes_is_refused(hook):
    hook.sql("CREATE TRIGGER @other_key BEFORE INSERT ON @mine FOR EACH ROW SET NEW.id = NEW.id + 100")
    result = hook.edit({"id": 5, "title": "x"}, ["id", "title"], "Mine")
    assert (result["outcome"], result["message"]) == ("rejected", "the database gave the row another key")
    assert hook.sql("SELECT id FROM @mine") == [(1,)]


def test_a_row_typed_under_a_key_that_the_sheet_does_not_show_yet_keeps_the_databases_values(hook):
    result = hook.edit({**dict.fromkeys(DE), "Code": "DE"}, ["Code"])
    assert (result["outcome"], result["cells"]) == ("unchanged", {})
    assert hook.base() == {'["DE"]': 1}  # of the blank cells nothing is agreed on: no comparison may take them for edits
    assert hook.sql("SELECT name FROM @countries WHERE code = 'DE'") == [("Germany",)]


def test_a_key_that_belongs_to_another_row_is_refused_and_put_back(hook):
    fr = {**DE, "Code": "FR", "Name": "France", "Area": 551.5, "Since": None, "Domain": ".fr", "People": 67,
          "Label": "France!"}
    hook.edit(DE, ["Name"])
    hook.edit(fr, ["Name"])
    result = hook.edit({**fr, "Code": "DE"}, ["Code"], old={"Code": "FR"})
    assert result["outcome"] == "rejected" and result["cells"] == {"Code": "FR"}
    assert result["notes"] == {"Code": '"DE" is already the key of another row'}
    # Back to the key that the row had: its other cells show that it is that row.
    assert hook.edit(fr, ["Code"], old={"Code": "DE"})["outcome"] == "unchanged"


def test_a_cleared_key_comes_back_and_a_cleared_row_is_compared(hook):
    result = hook.edit({"id": None, "country": "DE", "title": "Berlin", "note": None, "seen": None}, ["id"], "Cities",
                       old={"id": 1})
    assert result["outcome"] == "rejected" and result["cells"] == {"id": 1}
    assert result["notes"] == {"id": "the key cannot be cleared; delete the whole row to delete it"}
    result = hook.edit(dict.fromkeys(["id", "country", "title", "note", "seen"]), ["id", "country", "title"], "Cities")
    assert result["outcome"] == "ignored" and hook.sql("SELECT COUNT(*) FROM @cities") == [(2,)]
    assert hook.state("SELECT mapping, reason FROM @signals") == [("cities", "a row was cleared")]


# -- what MySQL refuses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells, edited, sentence, note", [
    ({"Domain": ".fr"}, ["Domain"], 'another row has ".fr" already, and it must be unique (index tld)', "Domain"),
    ({"People": 0}, ["People"], 'the table\'s rule "people_known" does not allow this', "People"),
])
def test_a_refusal_of_the_database_is_said_in_a_sentence_and_taken_back(hook, cells, edited, sentence, note):
    result = hook.edit({**DE, **cells}, edited)
    assert (result["outcome"], result["operation"], result["message"]) == ("rejected", "none", sentence)
    assert list(result["notes"]) == [note] and result["notes"][note].endswith(sentence)
    assert result["cells"] == {note: DE[note]}
    assert hook.sql("SELECT version FROM @countries WHERE code = 'DE'") == [(1,)]
    assert hook.log(result["id"])["outcome"] == "rejected"


def test_a_missing_foreign_row_is_named_by_the_header(hook):
    result = hook.edit({"id": 1, "country": "ZZ", "title": "Berlin", "note": None, "seen": None}, ["country"], "Cities",
                       old={"country": "DE"})
    assert result["outcome"] == "rejected" and result["cells"] == {"country": "DE"}
    assert result["message"] == '"country" must be in the table "countries", and there is no such row'


def test_a_triggers_own_words_reach_the_person(hook):
    hook.sql("CREATE TRIGGER @no_sundays BEFORE UPDATE ON @cities FOR EACH ROW "
             "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not on Sundays'")
    result = hook.edit({"id": 1, "country": "DE", "title": "B", "note": None, "seen": None}, ["title"], "Cities",
                       old={"title": "Berlin"})
    assert result["outcome"] == "rejected" and result["message"] == "the database refused it: not on Sundays"
    assert result["notes"] == {"title": '"B" was not taken over: the database refused it: not on Sundays'}


def test_one_refused_edit_does_not_spoil_the_others(hook):
    edits = [make_edit({**DE, "Area": 1}, ["Area"]), make_edit({**DE, "Domain": ".fr"}, ["Domain"]),
             make_edit({**dict.fromkeys(DE), "Code": "IT", "Name": "Italy"}, ["Code", "Name"])]
    status, answer = hook.post(edits)
    assert status == 200 and [r["id"] for r in answer["results"]] == [e["id"] for e in edits]
    assert [r["outcome"] for r in answer["results"]] == ["conflict", "rejected", "applied"]
    assert hook.sql("SELECT COUNT(*) FROM @countries WHERE code = 'IT'") == [(1,)]
    assert hook.log(edits[1]["id"])["outcome"] == "rejected"
    assert [hook.metric("tabrelay_edits_total", outcome=o) for o in ("conflict", "rejected", "applied", "waiting")] == [1, 1, 1, 0]


# -- found edits -------------------------------------------------------------------------------------------------


def blob(hook, key, mapping="countries"):
    return hook.state("SELECT hashes FROM @base WHERE mapping = %s AND row_key = %s", [mapping, key])[0][0]


def expectations(hook, key, columns, mapping="countries"):
    """The `base` member of a found edit: {header: hash}; columns are header -> place in the blob."""
    hashes = blob(hook, key, mapping)
    return {header: int.from_bytes(hashes[12 * at + 4:12 * at + 12], "little").to_bytes(8, "big").hex()
            for header, at in columns.items()}


def test_a_found_edit_is_applied_against_its_base_and_is_stale_after(hook):
    hook.edit(DE, ["Name"])
    base = expectations(hook, '["DE"]', {"Area": 2})
    found = make_edit({**DE, "Area": 12}, ["Area"], base=base)
    assert hook.post([found], source="found")[1]["results"][0]["outcome"] == "applied"
    late = make_edit({**DE, "Area": 13}, ["Area"], base=base)
    result = hook.post([late], source="found")[1]["results"][0]
    assert (result["outcome"], result["operation"], result["cells"]) == ("stale", "none", {})
    assert str(hook.sql("SELECT area FROM @countries WHERE code = 'DE'")[0][0]) == "12.0"


def test_a_script_that_read_the_row_before_something_was_found_there_tells_nothing(hook):
    """Its trigger was another cell's, which had moved away: what it says is what the cell showed before somebody typed."""
    hook.edit(DE, ["Area"])
    now = int(time.time() * 1000)
    found = make_edit({**DE, "Area": 12}, ["Area"], base=expectations(hook, '["DE"]', {"Area": 2}), time=now)
    assert hook.post([found], source="found")[1]["results"][0]["outcome"] == "applied"
    assert hook.edit(DE, ["Area"], time=now - 500)["outcome"] == "stale"
    assert str(hook.sql("SELECT area FROM @countries WHERE code = 'DE'")[0][0]) == "12.0"
    for later in ({"time": now - 500, "old": {"Area": 12}}, {"time": now + 500}):  # somebody saw what was found
        hook.edit({**DE, "Area": 12}, ["Area"], time=now + 400)
        assert hook.edit(DE, ["Area"], **later)["outcome"] == "applied"


def test_a_found_row_is_inserted_unless_both_sides_have_agreed_on_it_since(hook):
    cells = {**dict.fromkeys(DE), "Code": "IT", "Name": "Italy"}
    found = make_edit(cells, ["Code", "Name"], base={})
    result = hook.post([found], source="found")[1]["results"][0]
    assert (result["outcome"], result["operation"]) == ("applied", "insert")
    late = make_edit({**cells, "Name": "Italia"}, ["Code", "Name"], base={})
    result = hook.post([late], source="found")[1]["results"][0]
    assert (result["outcome"], result["operation"]) == ("stale", "none")


def test_a_found_edit_of_a_row_that_is_gone_on_both_sides_is_stale(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    base = expectations(hook, '["1"]', {"title": 1}, "mine")
    hook.sql("DELETE FROM @mine")
    hook.state("DELETE FROM @base")
    late = make_edit({"id": 1, "title": "two"}, ["title"], base=base)
    assert hook.post([late], "Mine", "found")[1]["results"][0]["outcome"] == "stale"
    assert hook.sql("SELECT * FROM @mine") == []


def test_a_found_delete_deletes_row_and_base_once(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    found = make_edit({"id": 1}, kind="delete", base={"*": digest(blob(hook, '["1"]', "mine"))})
    result = hook.post([found], "Mine", "found")[1]["results"][0]
    assert (result["outcome"], result["operation"]) == ("applied", "delete")
    assert hook.sql("SELECT * FROM @mine") == [] and hook.base("mine") == {}
    again = {**found, "id": "again"}
    assert hook.post([again], "Mine", "found")[1]["results"][0]["outcome"] == "unchanged"


def test_a_found_delete_of_a_row_that_the_database_changed_is_a_conflict(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    hook.sql("UPDATE @mine SET title = 'changed'")
    found = make_edit({"id": 1}, kind="delete", base={"*": digest(blob(hook, '["1"]', "mine"))})
    result = hook.post([found], "Mine", "found")[1]["results"][0]
    assert (result["outcome"], result["operation"]) == ("conflict", "none")
    assert result["cells"] == {"id": 1, "title": "changed"}
    hook.edit(DE, ["Name"])
    hook.sql("UPDATE @cities SET country = NULL")
    hook.sql("UPDATE @countries SET people = 5 WHERE code = 'DE'")
    found = make_edit({"Code": "DE"}, kind="delete", base={"*": digest(blob(hook, '["DE"]'))})
    result = hook.post([found], "Countries", "found")[1]["results"][0]
    assert (result["outcome"], result["operation"]) == ("conflict", "delete")


def test_a_found_delete_with_an_old_base_is_stale(hook):
    hook.edit({"id": 1, "title": "one"}, ["title"], "Mine")
    found = make_edit({"id": 1}, kind="delete", base={"*": "0123456789abcdef"})
    assert hook.post([found], "Mine", "found")[1]["results"][0]["outcome"] == "stale"
    assert hook.sql("SELECT COUNT(*) FROM @mine") == [(1,)]


# -- repeats, order, signals -------------------------------------------------------------------------------------


def test_the_same_edit_again_gets_the_same_answer_and_changes_nothing(hook):
    one = make_edit({"id": None, "country": None, "title": "Once", "note": None, "seen": None}, ["title"])
    first = hook.post([one], "Cities")[1]
    assert hook.post([one], "Cities")[1] == first
    assert hook.post([one, one], "Cities")[1]["results"] == first["results"] * 2
    assert hook.sql("SELECT COUNT(*) FROM @cities WHERE title = 'Once'") == [(1,)]
    assert hook.metric("tabrelay_edits_total", outcome="repeated") == 3


def test_the_same_edit_from_many_at_once_is_applied_once(hook):
    edits = [make_edit({"id": None, "country": None, "title": f"N{i}", "note": None, "seen": None}, ["title"])
             for i in range(20)]
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(hook.post(edits, "Cities"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in answers] == [200] * 4
    assert all(answer == answers[0][1] for _, answer in answers)
    assert hook.sql("SELECT COUNT(*) FROM @cities") == [(22,)]


def test_edits_of_the_same_rows_in_crossing_order_all_succeed(hook):
    hook.edit(DE, ["Name"])
    failures = []

    def write(codes, n):
        for i in range(n):
            status, answer = hook.post([make_edit({**DE, "Code": c, "Area": i}, ["Area"]) for c in codes])
            if status != 200:
                failures.append(answer)

    threads = [threading.Thread(target=write, args=(codes, 15)) for codes in (["DE", "FR"], ["FR", "DE"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_edit_log_comes_first_in_the_binlog(hook):
    hook.server.sql("FLUSH BINARY LOGS")
    hook.edit({**DE, "Area": 5}, ["Area"])
    status = "SHOW BINARY LOG STATUS" if hook.server.flavour == "mysql" else "SHOW MASTER STATUS"
    name = hook.server.sql(status)[0][0]
    events = [row[5].decode() for row in hook.server.sql(f"SHOW BINLOG EVENTS IN '{name}'", use_unicode=False) if row[2] == b"Table_map"]
    tables = [event.split(f"({hook.db}")[1].split(")")[0] for event in events]
    tables = [table for table in tables if table != "_state.process"]  # told once, at the start
    assert tables[0] == "_state.edit_log" and tables[-1] == "_state.edit_log" and ".countries" in tables


def test_the_edit_log_says_where_the_binlog_was(hook):
    """Of each edit anew: the statement that says it is prepared once."""
    executed = "SELECT REPLACE(@@GLOBAL.gtid_executed, '\\n', '')" if hook.server.flavour == "mysql" else "SELECT @@GLOBAL.gtid_current_pos"
    hook.edit({**DE, "Area": 1}, ["Area"], old={"Area": 357})  # the webhook's own beginnings are over
    positions = []
    for area in range(2, 12):
        position = hook.server.sql(executed)[0][0]
        result = hook.edit({**DE, "Area": area}, ["Area"], old={"Area": area - 1})
        assert result["outcome"] == "applied"
        if hook.log(result["id"])["position"] == position:  # the webhook notes now and then that it runs, perhaps just now
            positions.append(position)
    assert len(set(positions)) == len(positions) >= 8


def test_no_transaction_stays_open(hook):
    """A session of the pool begins one with its first statement, whatever that is; an open one would hold up every ALTER of its tables."""
    assert hook.edit({**DE, "Area": 1}, ["Area"], old={"Area": 357})["outcome"] == "applied"
    assert hook.edit({**DE, "Area": "no number"}, ["Area"], old={"Area": 1})["outcome"] == "rejected"
    assert hook.post([make_edit({"Code": "DE"})], tab="None such")[0] == 404
    assert hook.request("GET", f"/v1/mappings?spreadsheet={SHEET}")[0] == 200
    assert hook.request("GET", "/readyz")[0] == 200

    def open_ones():
        return hook.server.sql("SELECT trx_id FROM information_schema.INNODB_TRX")

    # A table that is read more often than ten times a second is not made anew (MariaDB).
    wait_until("no transaction", lambda: open_ones() == [], 10, every_s=0.2)
    with hook.server.connect(autocommit=False) as other, other.cursor() as cursor:  # one that has only read would be seen
        cursor.execute(f"SELECT * FROM {hook.db}.countries")
        wait_until("a transaction", lambda: len(open_ones()) == 1, 10, every_s=0.2)


def test_structure_changes_become_one_reconcile_signal(hook):
    assert hook.post([], changes=["EDIT", "FORMAT"])[0] == 200
    assert hook.state("SELECT COUNT(*) FROM @signals") == [(0,)]
    for changes in (["EDIT", "OTHER", "REMOVE_ROW"], ["INSERT_ROW", "OTHER"], ["INSERT_ROW"]):
        assert hook.post([], changes=changes)[0] == 200
    assert hook.state("SELECT kind, mapping, reason FROM @signals ORDER BY id") == [
        ("reconcile", "countries", reason) for reason in ("REMOVE_ROW", "OTHER", "INSERT_ROW")]


def test_a_known_tab_goes_by_its_id_whatever_its_title(hook):
    hook.state("INSERT INTO @mapping_state (mapping, instance, spreadsheet, sheet_id) VALUES ('mine', 'test', %s, 77)", [SHEET])
    edit = make_edit({"id": 1, "title": "x"}, ["title"], old={"title": "one"})
    status, answer = hook.post([edit], "Renamed", sheet_id=77)
    assert status == 200 and answer["results"][0]["outcome"] == "applied"
    assert hook.post([edit], "Mine", sheet_id=78) [0] == 404
    _, answer = hook.request("GET", f"/v1/mappings?spreadsheet={SHEET}")
    assert [m["sheet_id"] for m in answer["mappings"] if m["name"] == "mine"] == [77]


# -- requests that are refused -----------------------------------------------------------------------------------


def test_the_script_is_told_the_mappings_and_their_version(hook):
    status, answer = hook.request("GET", f"/v1/mappings?spreadsheet={SHEET}")
    assert status == 200
    assert [m["name"] for m in answer["mappings"]] == ["countries", "cities", "stock", "shown", "mine"]
    countries = answer["mappings"][0]
    assert countries["tab"] == "Countries" and countries["sheet_id"] is None
    assert countries["columns"][0] == {"header": "Code", "key": True, "edit": True, "type": "text"}
    assert countries["columns"][3] == {"header": "Since", "key": False, "edit": True, "type": "date"}
    assert [c["edit"] for c in countries["columns"]] == [True] * 7 + [False, False]
    assert hook.post([])[1]["mappings_version"] == answer["version"]
    assert hook.request("GET", "/v1/mappings?spreadsheet=NONE")[0] == 404
    assert hook.request("GET", "/v1/mappings")[0] == 400
    assert hook.request("GET", f"/v1/mappings?spreadsheet={SHEET}", sign=False)[0] == 401


def code_of(answer):
    status, body = answer
    return status, body["error"]["code"]


def test_nobody_writes_without_the_secret(hook):
    body = json.dumps({"version": 1, "spreadsheet": SHEET, "tab": "Countries", "edits": [make_edit({**DE, "Area": 1}, ["Area"])]})
    assert code_of(hook.request("POST", "/v1/edits", body, sign=False)) == (401, "missing_signature")
    assert code_of(hook.request("POST", "/v1/edits", body, secret="another-secret-0123456789")) == (401, "bad_signature")
    assert code_of(hook.request("POST", "/v1/edits", body, age_s=301)) == (401, "stale_timestamp")
    assert code_of(hook.request("POST", "/v1/edits", body, age_s=-303)) == (401, "stale_timestamp")  # a second may pass on the way
    assert hook.state("SELECT COUNT(*) FROM @edit_log") == [(0,)]
    assert [hook.metric("tabrelay_webhook_requests_total", path="edits", reason=r)
            for r in ("missing_signature", "bad_signature", "stale_timestamp", "ok")] == [1, 1, 2, 0]
    assert SECRET not in hook.program.log()


def test_what_is_malformed_or_unknown_is_refused_with_its_name(hook):
    assert code_of(hook.request("POST", "/v1/edits", "{")) == (400, "bad_json")
    assert code_of(hook.request("POST", "/v1/edits", "[]")) == (400, "bad_request")
    status, answer = hook.post([{"id": "x y"}])
    assert status == 400 and answer["error"]["message"] == "edits[0].id: expected 1 to 64 of A-Z a-z 0-9 _ -"
    assert code_of(hook.post([], "Nowhere")) == (404, "unknown_mapping")
    assert code_of(hook.request("POST", "/v1/nothing", "{}")) == (404, "unknown_path")
    assert code_of(hook.request("PUT", "/v1/edits", "{}")) == (405, "method_not_allowed")
    assert code_of(hook.request("POST", "/v1/edits", " " * 70000)) [0] == 413


def test_a_mapping_whose_table_is_missing_is_an_error_of_that_mapping_only(hook):
    assert code_of(hook.post([], "Missing")) == (503, "mapping_broken")
    assert hook.post([], "Countries")[0] == 200
    hook.sql("CREATE TABLE @missing (id INT NOT NULL PRIMARY KEY)")
    wait_until("the table to be noticed", lambda: hook.post([], "Missing")[0] == 200)


def test_a_column_that_is_dropped_or_renamed_is_noticed_by_the_statement(hook):
    hook.edit({"id": 1, "country": "DE", "title": "Berlin", "note": None, "seen": None}, ["title"], "Cities")
    hook.sql("ALTER TABLE @cities DROP COLUMN note")
    result = hook.edit({"id": 1, "country": "DE", "title": "B", "seen": None}, ["title"], "Cities", old={"title": "Berlin"})
    assert result["outcome"] == "applied"


# -- faults ------------------------------------------------------------------------------------------------------


def test_without_mysql_the_answer_is_503_and_it_works_again_after(own_hook):
    one = make_edit({**DE, "Area": 5}, ["Area"])
    own_hook.server.stop()
    status, answer = own_hook.post([one])
    assert (status, answer["error"]["code"]) == (503, "mysql_unavailable") and own_hook.headers["Retry-After"] == "5"
    own_hook.server.start()
    status, answer = own_hook.post([one])
    assert status == 200 and answer["results"][0]["operation"] == "update"
    own_hook.server.kill()
    assert own_hook.post([make_edit(DE, ["Area"])])[0] == 503
    own_hook.server.start()
    assert own_hook.post([one])[1] == answer


def test_it_starts_before_mysql_does(own_hook):
    own_hook.program.stop()
    own_hook.server.stop()
    own_hook.program.start()
    assert own_hook.request("GET", "/healthz", sign=False) == (200, {"ok": True, "mysql": False})
    own_hook.server.start()
    assert own_hook.post([])[0] == 200
    assert own_hook.request("GET", "/healthz", sign=False) == (200, {"ok": True, "mysql": True})


def test_killed_in_the_middle_the_same_edits_again_are_applied_once(hook):
    edits = [make_edit({"id": None, "country": None, "title": f"K{i}", "note": None, "seen": None}, ["title"])
             for i in range(60)]

    def send():
        try:
            hook.post(edits, "Cities")
        except (OSError, http.client.HTTPException):
            pass

    for delay_s in (0.002, 0.01, 0.02, 0.04):
        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(delay_s)
        hook.program.kill()
        sender.join()
        hook.program.start()
    status, answer = hook.post(edits, "Cities")
    assert status == 200 and {r["outcome"] for r in answer["results"]} == {"applied"}
    assert hook.sql("SELECT COUNT(*), COUNT(DISTINCT title) FROM @cities WHERE title LIKE 'K%%'", []) == [(60, 60)]
    assert hook.state("SELECT COUNT(*) FROM @edit_log WHERE outcome = 'pending'") == [(0,)]


def test_sigterm_ends_it_with_status_0_while_a_row_is_locked(hook):
    blocker = hook.server.connect(autocommit=False)
    with blocker.cursor() as cursor:
        cursor.execute(f"UPDATE {hook.db}.countries SET area = 9 WHERE code = 'DE'")
    edit = make_edit({**DE, "Area": 5}, ["Area"])

    def send():
        try:
            hook.post([edit])
        except (OSError, http.client.HTTPException):
            pass  # no answer: the script sends it again

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(0.3)
    hook.program.stop()  # fails unless status 0 in time
    sender.join()
    blocker.rollback()
    blocker.close()
    hook.program.start()
    assert hook.post([edit])[1]["results"][0]["operation"] == "update"


def test_a_locked_row_is_waited_for(hook):
    blocker = hook.server.connect(autocommit=False)
    with blocker.cursor() as cursor:
        cursor.execute(f"UPDATE {hook.db}.countries SET people = 90 WHERE code = 'DE'")
    answers = []
    sender = threading.Thread(target=lambda: answers.append(hook.post([make_edit({**DE, "Area": 5}, ["Area"])])))
    sender.start()
    time.sleep(0.3)
    blocker.commit()
    blocker.close()
    sender.join()
    assert answers[0][0] == 200
    assert hook.sql("SELECT people FROM @countries WHERE code = 'DE'") == [(90,)]


def test_a_thousand_edits_fit_into_one_request_and_stay_fast(hook):
    edits = [make_edit({"id": None, "country": None, "title": f"P{i}", "note": None, "seen": None}, ["title"])
             for i in range(300)]
    start = time.monotonic()
    status, answer = hook.post(edits, "Cities")
    assert status == 200 and len(answer["results"]) == 300
    assert time.monotonic() - start < 10
    wait_until("the rows", lambda: hook.sql("SELECT COUNT(*) FROM @cities") == [(302,)])


def test_query_parameters_are_decoded(hook):
    assert hook.request("GET", "/v1/mappings?spreadsheet=" + urllib.parse.quote(SHEET, safe=""))[0] == 200
