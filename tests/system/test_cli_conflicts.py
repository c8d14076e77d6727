# SPDX-License-Identifier: Apache-2.0
"""conflicts, log and undo on the command line."""
import json
import re

import pytest

from programs import run
from webhook import DE, Webhook


@pytest.fixture
def hook(server, database, programs, tmp_path):
    hook = Webhook(server, database, programs, tmp_path)
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
    text = cli(hook, "log").stdout
    assert f"ann@example.com  countries DE  upsert: update  applied  {good['id']}\n" in text
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
