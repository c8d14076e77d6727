# SPDX-License-Identifier: Apache-2.0
"""The webhook alone: rows that come and go, and what the edit log says of them."""
import json
import time

import pytest

from webhook import DE, Webhook, make_edit

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
