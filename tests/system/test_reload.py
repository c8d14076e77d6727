# SPDX-License-Identifier: Apache-2.0
"""A changed configuration while the programs run: taken without losing an edit or a position, or refused as a whole."""
import json
import os
import re
import signal
import threading

import exposition
from programs import run, wait_until
from stack import PERSON, SECRET

TABLES = """
CREATE TABLE items (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL, qty INT NULL);
CREATE TABLE others (id INT NOT NULL PRIMARY KEY, name VARCHAR(50) NULL);
"""
ROWS = 400
PREVIOUS_USED = "tabrelay_webhook_previous_secret_total"
TAKEN = re.compile(r"replicator \S+: the configuration is taken\nwebhook \S+: the configuration is taken\n")


def filled(make_stack):
    """Items flows; Others has a tab and a table, and is not mapped."""
    stack = make_stack([{"table": "items", "tab": "Items"}, {"table": "others", "tab": "Others"}], tables=TABLES, start=False)
    change(stack, lambda c: c["mappings"].pop())
    stack.webhook.start()
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    stack.replicator.start()
    stack.sql("INSERT INTO items VALUES " + ", ".join(f"({n}, 'name {n}', 0)" for n in range(1, ROWS + 1)))
    stack.sql("INSERT INTO others VALUES (1, 'one')")
    stack.wait_equal("Items")
    return stack


def change(stack, how):
    config = json.loads(stack.config.read_text())
    how(config)
    stack.config.write_text(json.dumps(config, indent=2))


def add_others(config):
    first = config["mappings"][0]
    config["mappings"].append({**first, "table": first["table"].replace("items", "others"), "tab": "Others"})


def reload(stack):
    done = run("tabrelay", "--config", stack.config, "reload")
    return done.returncode, done.stdout, done.stderr


def taken(stack):
    status, out, _ = reload(stack)
    assert status == 0 and TAKEN.fullmatch(out), out


def edit(stack, tab, cell, value):
    stack.act({"action": "edit", "tab": tab, "range": cell, "value": value})


def test_mappings_policies_and_secrets_change_under_load(make_stack):
    """MySQL's changes and people's edits go on all the time; at the end each edit was applied once, and both sides are equal."""
    stack = filled(make_stack)
    stopping, edits = threading.Event(), []

    def write():
        connection = stack.server.connect(database=stack.database)
        with connection, connection.cursor() as cursor:
            for n in range(100000):
                if stopping.wait(0.001):
                    return
                cursor.execute("UPDATE items SET qty = qty + 1 WHERE id = %s", (n % ROWS + 1,))

    def type_in():
        for n in range(ROWS):  # each in a row of its own
            if stopping.wait(0.05):
                return
            edits.append(f"typed {n}")
            edit(stack, "Items", f"B{n + 2}", edits[-1])

    threads = [threading.Thread(target=write), threading.Thread(target=type_in)]
    for thread in threads:
        thread.start()
    try:
        change(stack, add_others)  # a new mapping
        taken(stack)
        stack.wait_equal("Others")
        edit(stack, "Others", "B2", "edited")
        wait_until("the edit of the new mapping", lambda: stack.sql("SELECT name FROM others")[0][0] == "edited")
        change(stack, lambda c: c["mappings"][0].update(conflict="mysql_wins"))  # another policy
        taken(stack)
        key = stack.folder / "rotated.json"
        key.write_text((stack.folder / "service-account.json").read_text())
        change(stack, lambda c: c["google"].update(credentials=str(key)))  # other credentials
        taken(stack)
        change(stack, lambda c: c["mappings"].pop())  # a mapping goes
        taken(stack)
        before = stack.cells("Others")
        stack.sql("UPDATE others SET name = 'not mapped'")
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    stack.wait_equal("Items", 60)
    assert stack.cells("Others") == before
    names = [name for name, in stack.sql("SELECT name FROM items ORDER BY id")]
    assert names[:len(edits)] == edits, "an edit was lost"
    applied = stack.sql(f"SELECT row_key, COUNT(*) FROM {stack.state_database}.edit_log WHERE mapping = 'items' "
                        "AND outcome = 'applied' GROUP BY row_key HAVING COUNT(*) > 1")
    assert list(applied) == [], "an edit was applied twice"
    assert stack.replicator.log().count("stream: going on from now") == 0


def test_a_rotated_secret_is_taken(make_stack):
    stack = filled(make_stack)
    new = "another-secret-for-tests-0123456789"
    change(stack, lambda c: c["webhook"].update(secret=new))
    taken(stack)
    edit(stack, "Items", "B2", "with the old secret")
    wait_until("the refusal", lambda: "problem=bad_signature" in stack.webhook.log())
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, new)
    edit(stack, "Items", "B3", "with the new one")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2")[0][0] == "with the new one")
    # The replicator signs with it, too: what the refused edit left is found by a comparison.
    stack.cli("reconcile", "items", "--wait", 30)
    wait_until("the found edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1")[0][0] == "with the old secret")


def test_the_webhooks_secret_is_changed_without_a_gap(make_stack):
    """Both secrets are taken between two reloads: no edit is refused, whenever its spreadsheet gets the new one."""
    stack = filled(make_stack)
    new = "another-secret-for-tests-0123456789"
    change(stack, lambda c: c["webhook"].update(secret=new, previous_secret=SECRET))
    taken(stack)
    edit(stack, "Items", "B2", "signed with the old one")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 1")[0][0] == "signed with the old one")
    assert exposition.metric(stack.webhook_port, PREVIOUS_USED) >= 1
    assert "what is signed with webhook.previous_secret is taken as well" in run("tabrelay", "--config", stack.config, "check").stdout

    stack.google.install_script(stack.spreadsheet, stack.webhook_url, new)
    edit(stack, "Items", "B3", "signed with the new one")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2")[0][0] == "signed with the new one")
    old_ones = exposition.metric(stack.webhook_port, PREVIOUS_USED)  # what the old script had under way is over
    edit(stack, "Items", "B3", "once more")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2")[0][0] == "once more")
    assert exposition.metric(stack.webhook_port, PREVIOUS_USED) == old_ones
    assert "problem=bad_signature" not in stack.webhook.log()

    change(stack, lambda c: c["webhook"].pop("previous_secret"))
    taken(stack)
    stack.google.install_script(stack.spreadsheet, stack.webhook_url, SECRET)
    edit(stack, "Items", "B4", "too late")
    wait_until("the refusal", lambda: "problem=bad_signature" in stack.webhook.log())
    assert stack.sql("SELECT name FROM items WHERE id = 3") == [("name 3",)]


def test_a_bad_configuration_is_refused_and_the_old_one_runs_on(make_stack):
    stack = filled(make_stack)
    good = stack.config.read_text()

    def refused_by_signal(program, *says):
        seen = len(program.log())
        program.process.send_signal(signal.SIGHUP)
        wait_until("the refusal", lambda: "reload: refused, the old configuration stays" in program.log()[seen:])
        for text in says:
            assert text in program.log()[seen:]

    stack.config.write_text(good.replace('"conflict"', '"conflicts"').replace('"tab":', '"tba":'))
    for program in (stack.replicator, stack.webhook):
        refused_by_signal(program, 'mappings[0].tba: unknown key; did you mean "tab"?', f"{stack.config}:", 'missing required key "tab"')
    for port in (stack.metrics_port, stack.webhook_port):
        assert exposition.metric(port, "tabrelay_config_reloads_total", outcome="refused") == 1
        assert exposition.metric(port, "tabrelay_config_last_reload_successful") == 0
    # The command line refuses it before it asks anybody.
    status, out, problems = reload(stack)
    assert (status, out) == (1, "") and 'did you mean "tab"?' in problems

    # Right, and yet not to be had: said by those whom it concerns.
    change_of = {"instance": lambda c: c.update(instance="another"), "webhook.threads": lambda c: c["webhook"].update(threads=9)}
    for key, how in change_of.items():
        stack.config.write_text(good)
        change(stack, how)
        for program in (stack.replicator, stack.webhook):
            refused_by_signal(program, f"{key} cannot change while the programs run")
    stack.config.write_text(good)
    change(stack, lambda c: c["google"].update(credentials=str(stack.folder / "none.json")))
    status, out, _ = reload(stack)
    assert status == 1
    assert re.search(r"replicator \S+: refused, the old configuration stays\n  .*none\.json", out), out

    stack.config.write_text(good)
    stack.sql("UPDATE items SET name = 'after' WHERE id = 1")
    edit(stack, "Items", "B3", "too")
    wait_until("the edit", lambda: stack.sql("SELECT name FROM items WHERE id = 2")[0][0] == "too")
    stack.wait_equal("Items")
    taken(stack)
    assert stack.metric("tabrelay_config_last_reload_successful") == stack.metric("tabrelay_config_reloads_total", outcome="taken") == 1


def test_who_does_not_run_or_does_not_answer_is_told(make_stack):
    stack = filled(make_stack)
    stack.replicator.kill()
    status, out, _ = reload(stack)
    assert status == 0 and re.fullmatch(r"webhook \S+: the configuration is taken\n", out), out
    os.kill(stack.webhook.process.pid, signal.SIGSTOP)
    done = run("tabrelay", "--config", stack.config, "reload", "--wait", 1)
    os.kill(stack.webhook.process.pid, signal.SIGCONT)
    assert done.returncode == 1 and "no answer within 1 s" in done.stdout
    stack.webhook.stop()
    status, out, problem = reload(stack)
    assert (status, out) == (1, "") and "no program of the instance" in problem
