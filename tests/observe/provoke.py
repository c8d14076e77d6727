# SPDX-License-Identifier: Apache-2.0
"""What goes wrong: each is a context manager that makes trouble in a World, and mends it at the end. PROVOCATIONS says which alerts each must cause."""
import contextlib
import functools
import signal
import threading
import time

import pymysql

from programs import wait_until

FOREVER = 1_000_000
PROVOCATIONS = {}  # function -> the alerts it causes

# What is not `for` or a range, and would take too long here: {part of a rule: what the tests have instead}.
CHANGES = {
    "for: 12h": "for: 2m",
    "for: 4h": "for: 2m",
    "(tabrelay_lag_seconds) > 60": "(tabrelay_lag_seconds) > 5",
    "(tabrelay_lag_seconds) > 900": "(tabrelay_lag_seconds) > 8",
    "tabrelay_stream_lag_seconds > 60": "tabrelay_stream_lag_seconds > 5",
    "< 0.25 * tabrelay_binlog_retention_seconds": "< 0.9 * tabrelay_binlog_retention_seconds",
    'outcome="throttled"}[10m])) > 10': 'outcome="throttled"}[10m])) > 1',
}


def causes(*alerts):
    """Of a generator that makes trouble, yields, and mends it: the mending is done however the test went."""
    def remember(function):
        @functools.wraps(function)
        @contextlib.contextmanager
        def provocation(world):
            steps = function(world)
            next(steps)
            try:
                yield
            finally:
                next(steps, None)
                world.wait_well()
        PROVOCATIONS[provocation] = alerts
        return provocation
    return remember


@causes("TabrelayReplicatorDown")
def the_replicator_is_stopped(world):
    world.stack.replicator.stop()
    yield
    world.stack.replicator.start()


@causes("TabrelayWebhookDown")
def the_webhook_is_killed(world):
    world.stack.webhook.kill()
    yield
    world.stack.webhook.start()


@causes("TabrelayLagHigh", "TabrelayLagVeryHigh", "TabrelayQueueFull", "TabrelayStreamLate", "TabrelayReconcileOverdue")
def google_does_not_answer_while_much_changes(world):
    world.faults({"match": "batchUpdate", "count": FOREVER, "hold": True})
    for first in range(1000, 4000, 500):
        world.stack.sql("INSERT INTO items (id, name, text) VALUES " +
                        ", ".join(f"({n}, 'new {n}', REPEAT('x', 1500))" for n in range(first, first + 500)))
    yield
    world.faults()
    world.stack.sql("DELETE FROM items WHERE id >= 1000")


@causes("TabrelayBinlogDisconnected", "TabrelayWebhookCannotWrite")
def mysql_is_away(world):
    world.server.stop()
    for _ in range(6):
        assert world.post(cells={"qty": 1}) == 503
    yield
    world.server.start()


@causes("TabrelayEditsLate")
def a_script_sends_what_it_kept(world):
    for n in range(5):
        assert world.post(cells={"name": f"late {n}"}, time_s=time.time() - 1200) == 200
    yield


@causes("TabrelayMappingError")
def a_table_is_gone(world):
    world.stack.sql("RENAME TABLE others TO elsewhere")
    yield
    world.stack.sql("RENAME TABLE elsewhere TO others")


@causes("TabrelayMappingPaused")
def a_mapping_is_paused(world):
    world.stack.cli("pause", "others")
    yield
    world.stack.cli("resume", "others")


@causes("TabrelayReloadFailed")
def a_bad_configuration_is_to_be_taken(world):
    good = world.stack.config.read_text()
    world.stack.config.write_text(good.replace('"manual"', '"somehow"'))
    world.stack.replicator.process.send_signal(signal.SIGHUP)
    yield
    world.stack.config.write_text(good)
    world.stack.replicator.process.send_signal(signal.SIGHUP)


@causes("TabrelayValuesWithoutTab")
def more_values_come_than_may_have_tabs(world):
    world.stack.sql("INSERT INTO places VALUES (2, 'FR'), (3, 'IT')")
    yield
    world.stack.sql("DELETE FROM places WHERE id > 1")


@causes("TabrelayDeletesHeld")
def many_rows_are_deleted_in_the_sheet(world):
    world.triggers(drop=FOREVER)
    world.stack.act({"action": "delete_rows", "tab": "Items", "index": world.stack.row_of("Items", 40.0), "count": 5})
    world.reconcile()
    yield
    world.triggers()
    world.stack.cli("deletes", "approve", "items")
    wait_until("the deletes", lambda: world.stack.sql("SELECT COUNT(*) FROM items WHERE id BETWEEN 40 AND 44") == [(0,)])


@causes("TabrelayConflictsOpen")
def both_sides_change_a_cell(world):
    conflict(world, 2)
    yield
    world.stack.cli("conflicts", "resolve", "--mapping", "items", "--all", "--take", "sheet")


def conflict(world, key):
    """An open conflict of the row with that KEY."""
    world.faults({"match": "batchUpdate", "count": 1, "hold": True})
    world.stack.sql("UPDATE items SET name = 'of MySQL' WHERE id = %s", (key,))
    world.edit(key, "name", "of the sheet")
    query = f"SELECT COUNT(*) FROM {world.stack.state_database}.conflicts WHERE state = 'open'"
    wait_until("the conflict", lambda: world.stack.sql(query)[0][0] > 0)
    world.faults()


@causes("TabrelayTriggersLost")
def no_trigger_runs(world):
    world.triggers(drop=FOREVER)
    column = world.stack.cells("Items")[0].index("qty")
    world.stack.act({"action": "paste", "tab": "Items", "row": 1, "column": column, "values": [[str(n)] for n in range(500, 530)]})
    world.reconcile()
    yield
    world.triggers()


@causes("TabrelaySnapshotStuck")
def mysql_is_busy_while_a_snapshot_is_to_be_made(world):
    world.restart_replicator(snapshot_max_threads_running=1)
    busy = [threading.Thread(target=sleep_in_mysql, args=(world,)) for _ in range(3)]
    for thread in busy:
        thread.start()
    world.stack.cli("snapshot", "others")
    yield
    for number, in world.stack.sql("SELECT id FROM information_schema.PROCESSLIST WHERE info LIKE 'SELECT SLEEP%'"):
        world.stack.sql(f"KILL QUERY {number}")
    for thread in busy:
        thread.join()
    world.restart_replicator()


def sleep_in_mysql(world):
    with contextlib.suppress(pymysql.err.MySQLError):  # killed
        world.stack.sql("SELECT SLEEP(120)")


@causes("TabrelayGoogleDenies")
def the_spreadsheet_is_no_longer_shared(world):
    world.faults({"match": "", "count": FOREVER, "status": 403})
    world.stack.sql("UPDATE items SET qty = qty + 1 WHERE id = 1")
    yield
    world.faults()
    world.restart_replicator()


@causes("TabrelayGoogleFails", "TabrelayBinlogRetention")
def google_is_ill_and_mysql_keeps_its_binlogs_for_a_minute(world):
    world.server.sql("SET GLOBAL binlog_expire_logs_seconds = 60")
    world.faults({"match": "", "count": FOREVER, "status": 503})
    world.stack.sql("UPDATE items SET qty = qty + 1 WHERE id = 1")
    yield
    world.server.sql("SET GLOBAL binlog_expire_logs_seconds = 86400")
    world.faults()
    world.restart_replicator()


@causes("TabrelayGoogleThrottles")
def somebody_else_uses_the_quota(world):
    world.faults({"match": "", "count": 4, "status": 429})
    for _ in range(4):
        world.stack.sql("UPDATE items SET qty = qty + 1 WHERE id = 1")
        time.sleep(0.2)
    yield
    world.faults()


@causes("TabrelayQuotaExhausted")
def the_quota_is_too_small(world):
    world.restart_replicator(writes=6)
    storm(world)
    yield
    world.restart_replicator()


def storm(world):
    """More changes, one after the other, than six writes a minute carry."""
    for n in range(40):
        world.stack.sql("UPDATE items SET qty = %s WHERE id = 1", (n,))
        time.sleep(0.1)


@causes("TabrelaySpreadsheetNearlyFull")
def people_add_a_huge_tab(world):
    path = f"/v4/spreadsheets/{world.other}:batchUpdate"
    world.stack.google.google("POST", path, {"requests": [{"addSheet": {"properties": {
        "sheetId": 77, "title": "Ballast", "gridProperties": {"rowCount": 8_200_000, "columnCount": 1}}}}]})
    world.restart_replicator()
    yield
    world.stack.google.google("POST", path, {"requests": [{"deleteSheet": {"sheetId": 77}}]})
    world.restart_replicator()


@causes("TabrelayRequestsRefused")
def somebody_guesses_the_secret(world):
    for n in range(8):
        assert world.post(secret=f"a-guess-of-the-secret-{n}") == 401
        time.sleep(0.2)
    yield
