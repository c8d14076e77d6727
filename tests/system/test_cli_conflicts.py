# SPDX-License-Identifier: Apache-2.0
"""conflicts, log and undo on the command line."""
import json
import re

import pytest

import conflict_table as table
from programs import run
from webhook import DE, SHEET, Webhook, make_edit


@pytest.fixture
def hook(server, database, programs, tmp_path):
    hook = Webhook(server, database, programs, tmp_path, table.tables(),
                   more_mappings=table.mapping("manual", database, SHEET))
    hook.config = tmp_path / "tabrelay.yaml"
    yield hook
    server.sql(f"DROP DATABASE IF EXISTS {database}_state")


def cli(hook, *arguments, code=0):
    done = run("tabrelay", "--config", hook.config, *arguments)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def add_conflict(hook, **more):
    """A conflict about France's name, as the webhook would write it; its number."""
    row = {"mapping": "countries", "key_hash": b"0" * 16, "row_key": '["FR"]', "column_name": "name",
           "kind": "update_update", "policy": "manual", "state": "open", "edit_id": "e1", "editor": "ann@example.com",
           "edited_at": "2026-01-31 10:11:12.345", "base_value": '"Gaul"', "mysql_value": '"Francia"',
           "sheet_value": '"La France"', "opened_at": "2026-01-31 10:11:13", **more}
    marks = ", ".join(["%s"] * len(row))
    hook.state(f"INSERT INTO @conflicts ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    return hook.state("SELECT MAX(id) FROM @conflicts")[0][0]


RESOLVED = {"state": "resolved", "resolved_at": "2026-02-01 00:00:00", "resolved_by": "bob@example.com", "outcome": "sheet",
            "final_value": '"La France"'}


def test_conflicts_lists_what_is_open_with_what_mysql_has_now(hook):
    assert cli(hook, "conflicts").stdout == "no conflict is open\n"
    first = add_conflict(hook)
    add_conflict(hook, **RESOLVED)
    gone = add_conflict(hook, row_key='["XX"]', column_name="", kind="delete_update", state="asked", sheet_value=None)
    lines = cli(hook, "conflicts").stdout.splitlines()
    assert [re.split(r" {2,}", line) for line in lines] == [
        ["ID", "MAPPING", "KEY", "COLUMN", "MYSQL NOW", "THE SHEET", "STATE", "WHO", "WHEN (UTC)"],
        [f"{gone}", "countries", "XX", "the whole row", "(no row)", "(not known)", "asked", "ann@example.com",
         "2026-01-31 10:11:12.345"],
        [f"{first}", "countries", "FR", "Name", "France", "La France", "open", "ann@example.com", "2026-01-31 10:11:12.345"]]
    assert len(cli(hook, "conflicts", "countries", "--all").stdout.splitlines()) == 4
    assert cli(hook, "conflicts", "cities").stdout == "no conflict is open\n"
    assert len(cli(hook, "conflicts", "--limit", "1").stdout.splitlines()) == 2


def test_conflicts_as_json(hook):
    add_conflict(hook)
    found = json.loads(cli(hook, "conflicts", "--json").stdout)
    assert len(found) == 1
    assert {k: found[0][k] for k in ("key", "column", "header", "base", "mysql", "mysql_now", "sheet", "row_in_mysql", "final")} == {
        "key": ["FR"], "column": "name", "header": "Name", "base": "Gaul", "mysql": "Francia", "mysql_now": "France",
        "sheet": "La France", "row_in_mysql": True, "final": None}


def test_a_conflict_is_shown_whole_with_what_can_be_done(hook):
    number = add_conflict(hook)
    text = cli(hook, "conflicts", "show", number).stdout
    for line in ("base         Gaul", "MySQL then   Francia", "MySQL now    France", "the sheet    La France",
                 "what         both sides changed the cell", "policy       manual"):
        assert f"  {line}\n" in text
    assert f"-> tabrelay conflicts resolve {number} --take base" in text
    assert f"-> tabrelay conflicts resolve {number} --set name=VALUE" in text
    text = cli(hook, "conflicts", "show", add_conflict(hook, **RESOLVED)).stdout
    assert "resolved     2026-02-01 00:00:00.000 UTC by bob@example.com: sheet" in text and "->" not in text
    assert "there is no conflict 99" in cli(hook, "conflicts", "show", 99, code=1).stderr


def test_what_people_typed_cannot_steer_the_terminal(hook):
    add_conflict(hook, sheet_value=json.dumps("a\x1b[2Jb\nc\x9bd" + "x" * 60))
    assert "a [2Jb c d" + "x" * 30 + "..." in cli(hook, "conflicts").stdout


@pytest.mark.parametrize("arguments, message", [
    (["resolve"], "expected numbers of conflicts, or --mapping MAPPING --all"),
    (["resolve", "1"], "expected --take mysql|sheet|base or --set COLUMN=VALUE"),
    (["resolve", "1", "--take", "both"], '--take: expected mysql, sheet or base, got "both"'),
    (["resolve", "1", "--take"], "--take needs a value: mysql, sheet or base"),
    (["resolve", "1", "--set", "12"], '--set: expected COLUMN=VALUE, got "12"'),
    (["resolve", "1", "--take=mysql", "--set", "a=1"], "expected --take mysql|sheet|base or --set COLUMN=VALUE"),
    (["resolve", "--mapping", "countries", "--take", "mysql"], "expected numbers of conflicts, or --mapping MAPPING --all"),
    (["show", "x"], 'expected the number of a conflict, got "x"'),
    (["nothing"], None),
])
def test_wrong_usage_of_conflicts_is_told(hook, arguments, message):
    error = cli(hook, "conflicts", *arguments, code=2).stderr.splitlines()[0]
    assert error == f"tabrelay conflicts: {message or f'{hook.config} has no mapping ' + chr(34) + 'nothing' + chr(34)}"


def test_what_cannot_be_resolved_is_told_before_the_webhook_is_asked(hook):
    hook.program.stop()
    done, row = add_conflict(hook, **RESOLVED), add_conflict(hook, column_name="")
    number = add_conflict(hook, base_value=None)
    out = cli(hook, "conflicts", "resolve", done, 99, "--take", "mysql", code=1).stdout.splitlines()
    assert out == [f"conflict {done}: rejected: it is resolved already: sheet, by bob@example.com, 2026-02-01 00:00:00.000 UTC",
                   "conflict 99: rejected: there is no such conflict; tabrelay conflicts lists them"]
    out = cli(hook, "conflicts", "resolve", row, number, "--take", "base", code=1).stdout.splitlines()
    assert out == [f"conflict {row}: rejected: it is about a whole row: --take mysql or --take sheet",
                   f"conflict {number}: rejected: what it was before is not known: --take mysql, --take sheet, or --set"]
    out = json.loads(cli(hook, "conflicts", "resolve", number, "--set", "area=1", "--json", code=1).stdout)
    assert out == [{"conflict": number, "outcome": "rejected", "message": "it is about the column name, not area"}]
    error = cli(hook, "conflicts", "resolve", number, "--set", "Name=x", code=1).stderr
    assert "webhook http://127.0.0.1" in error and "-> Start tabrelay-webhook, or correct webhook.url." in error


def test_the_log_shows_edits_by_row_person_outcome_and_time(hook):
    assert cli(hook, "log").stdout == "nobody has edited anything in a sheet yet\n"
    assert cli(hook, "log", "--json").stdout == ""
    good = hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    hook.edit({**DE, "Area": 400, "People": "many"}, ["People"])
    hook.edit({"id": 1, "country": "DE", "title": "Berlin!", "note": None, "seen": None}, ["title"], "Cities", old={"title": "Berlin"})
    lines = [json.loads(line) for line in cli(hook, "log", "--json").stdout.splitlines()]
    assert [(e["mapping"], e["outcome"]) for e in lines] == [("cities", "applied"), ("countries", "rejected"),
                                                             ("countries", "applied")]
    assert lines[2]["key"] == ["DE"] and lines[2]["before"]["area"] == "357.0" and lines[2]["edit"] == good["id"]

    def edits(*arguments):
        return [json.loads(line)["edit"] for line in cli(hook, "log", "--json", *arguments).stdout.splitlines()]
    newest_first = [e["edit"] for e in lines]
    assert edits("countries") == newest_first[1:]
    assert edits("--row", "DE") == newest_first[1:] and edits("--row", '["DE"]') == newest_first[1:]
    assert edits("--row", "FR") == []
    assert edits("--outcome", "rejected") == newest_first[1:2]
    assert edits("--person", "ann@example.com", "--limit=2") == newest_first[:2] and edits("--person", "bob") == []
    assert edits("--since", "10m") == newest_first and edits("--since", "2100-01-01") == []
    assert edits("--until", "10m") == [] and edits("--until", "2100-01-01 10:11") == newest_first
    assert cli(hook, "log", "--person", "bob").stdout == "no edit is like that\n"
    text = cli(hook, "log").stdout
    assert f"ann@example.com  countries DE  update  applied  {good['id']}\n" in text
    assert f"ann@example.com  countries DE  edit  rejected  {newest_first[1]}\n" in text and "upsert" not in text
    assert "    People: typed many\n" in text and "Name: typed" not in text
    whole = cli(hook, "log", good["id"]).stdout
    assert "    source: script\n" in whole and '    as sent: {"Code":"DE"' in whole
    assert "the edit log has no edit nothing" in cli(hook, "log", "nothing", code=1).stderr
    assert "--since: expected a time (UTC)" in cli(hook, "log", "--since", "soon", code=2).stderr


def test_a_long_log_is_read_in_pages(hook):
    values = ", ".join(f"('e{n}', 'countries', 'script', 'upsert', '[]', 'x', '2026-01-01', '2026-01-01', '{{}}', 'ignored')"
                       for n in range(250))
    hook.state("INSERT INTO @edit_log (edit_id, mapping, source, kind, edited_columns, editor, edited_at, received_at, cells, outcome)"
               f" VALUES {values}")
    lines = cli(hook, "log", "--json", "--limit", "230").stdout.splitlines()
    assert [json.loads(line)["edit"] for line in lines] == [f"e{n}" for n in range(249, 19, -1)]


def test_undo_shows_what_it_would_set(hook):
    good = hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    refused = hook.edit({**DE, "People": "many"}, ["People"])
    text = cli(hook, "undo", good["id"], "--dry-run").stdout
    assert "undo: each column becomes what stands before the arrow" in text
    assert hook.sql("SELECT area FROM @countries WHERE code = 'DE'")[0][0] == 400
    assert "changed nothing in MySQL (rejected): nothing to take back" in cli(hook, "undo", refused["id"], code=1).stderr
    assert "expected the id of an edit" in cli(hook, "undo", code=2).stderr
    hook.program.stop()
    assert "Start tabrelay-webhook" in cli(hook, "undo", good["id"], code=1).stderr


# decisions that the webhook carries out


def make_conflicts(hook, ids=(1,)):
    """MySQL and the sheet have changed qty of each row since both sides agreed; the numbers of the open conflicts."""
    for ident in ids:
        hook.sql("INSERT INTO @t_manual (id, name, qty, code) VALUES (%s, 'bolt', 5, %s)", [ident, f"A{ident}"])
        agreed = {**table.BASE, "id": ident, "code": f"A{ident}"}
        hook.post([make_edit(agreed, list(agreed))], "t_manual")
        hook.sql("UPDATE @t_manual SET qty = 6 WHERE id = %s", [ident])
        assert hook.edit({**agreed, "qty": 9}, ["qty"], "t_manual")["outcome"] == "conflict"
    return [row[0] for row in hook.state("SELECT id FROM @conflicts WHERE state = 'open' ORDER BY id")]


@pytest.mark.parametrize("arguments, qty", [(["--take", "mysql"], 6), (["--take", "sheet"], 9), (["--take", "base"], 5),
                                            (["--set", "qty=12"], 12), (["--set=qty="], None)])
def test_a_conflict_is_resolved(hook, arguments, qty):
    number, = make_conflicts(hook)
    out = cli(hook, "conflicts", "resolve", number, *arguments).stdout
    assert out.startswith(f"conflict {number}: resolved")
    assert hook.sql("SELECT qty FROM @t_manual") == [(qty,)]
    state, by = hook.state("SELECT state, resolved_by FROM @conflicts")[0]
    assert state == "resolved" and "@" in by
    assert f"by {by}" in cli(hook, "conflicts", "resolve", number, "--take", "mysql", code=1).stdout


def test_many_conflicts_are_resolved_at_once_and_a_bad_value_is_told(hook):
    numbers = make_conflicts(hook, range(1, 6))
    out = json.loads(cli(hook, "conflicts", "resolve", *numbers[:2], "--set", "qty=many", "--json", code=1).stdout)
    assert [o["conflict"] for o in out] == numbers[:2] and all(o["outcome"] != "resolved" for o in out)
    assert hook.state("SELECT DISTINCT state FROM @conflicts") == [("open",)]
    assert all('"many"' in o["message"] for o in out)
    out = cli(hook, "conflicts", "resolve", "--mapping", "t_manual", "--all", "--take", "sheet").stdout
    assert [line.split()[1] for line in out.splitlines()] == [f"{n}:" for n in numbers]
    assert hook.sql("SELECT DISTINCT qty FROM @t_manual") == [(9,)]
    assert cli(hook, "conflicts", "resolve", "--mapping", "t_manual", "--all", "--take", "sheet").stdout == "no conflict is open\n"


def test_the_log_shows_values_before_and_after_and_the_rule(hook):
    number, = make_conflicts(hook)
    assert f"    rule: manual\n    conflicts: {number}\n" in cli(hook, "log", "t_manual", "--outcome", "conflict").stdout
    cli(hook, "conflicts", "resolve", number, "--take", "sheet")
    text = cli(hook, "log", "t_manual", "--limit", "1").stdout
    assert "t_manual 1  resolve: update  applied  " in text and "    qty: 6 -> 9\n" in text and "name:" not in text


def test_an_edit_is_undone_and_the_undo_too(hook):
    good = hook.edit({**DE, "Area": 400, "People": 84}, ["Area", "People"], old={"Area": 357, "People": 83})
    text = cli(hook, "undo", good["id"]).stdout
    assert "    area: 357.0 -> 400.0\n" in text and "    people: 83 -> 84\n" in text and text.splitlines()[-1].startswith("applied")
    assert hook.sql("SELECT area, people FROM @countries WHERE code = 'DE'") == [(357, 83)]
    newest = json.loads(cli(hook, "log", "--limit", "1", "--json").stdout)
    assert newest["kind"] == "undo" and newest["outcome"] == "applied"
    cli(hook, "undo", newest["edit"])
    assert hook.sql("SELECT area, people FROM @countries WHERE code = 'DE'") == [(400, 84)]


def test_what_was_written_since_is_not_undone_unless_forced(hook):
    good = hook.edit({**DE, "Area": 400}, ["Area"], old={"Area": 357})
    hook.sql("UPDATE @countries SET area = 500 WHERE code = 'DE'")
    assert 'Area: the database has "500.0" now, not "400.0"' in cli(hook, "undo", good["id"], code=1).stdout
    assert hook.sql("SELECT area FROM @countries WHERE code = 'DE'") == [(500,)]
    found = json.loads(cli(hook, "undo", good["id"], "--force", "--json").stdout)
    assert found["undone"]["edit"] == good["id"] and found["result"]["outcome"] == "applied"
    assert hook.sql("SELECT area FROM @countries WHERE code = 'DE'") == [(357,)]
