#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Grafana dashboards: docker/grafana/dashboards.py writes dashboards/*.json, with --check it says whether they are up to date.

docs/metrics.md explains the numbers, docs/alerts.md the alerts. The thresholds are those of docker/prometheus/rules.yml.
"""
import json
import pathlib
import sys

from panels import BLUE, GREEN, RED, YELLOW, above, alert_list, below, dashboard, gauge, lines, stat, states, table, text

FOLDER = pathlib.Path(__file__).parent / "dashboards"
MAPPING = 'mapping=~"$mapping"'
LAG = above(10, 60)
STATES = {1: ("starting", BLUE), 2: ("snapshot", "purple"), 3: ("streaming", GREEN), 4: ("paused", YELLOW), 5: ("error", RED)}


def rate(metric, by, labels=""):
    """Per second, summed BY labels."""
    return f"sum by ({by}) (rate({metric}{{{labels}}}[$__rate_interval]))"


def quantile(share, metric, labels="", by=""):
    """SHARE of what a histogram counted took at most so long."""
    by = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, sum by ({by}) (rate({metric}_bucket{{{labels}}}[$__rate_interval])))"


def increase(metric, by, labels="", over="$__range"):
    return f"sum by ({by}) (increase({metric}{{{labels}}}[{over}]))"


def quantiles(metric, labels=""):
    return [(quantile(0.5, metric, labels), "half"), (quantile(0.95, metric, labels), "95 %"), (quantile(0.99, metric, labels), "99 %")]


RUNBOOK = """The alerts are explained in **docs/alerts.md**: what each means, how to look, what to do.

First looks: `tabrelay status`, `tabrelay check`, `tabrelay conflicts`, `tabrelay deletes`, `tabrelay log --since 1h`.

- *Replicator or webhook down*: its log, then start it again. Nothing is lost.
- *Lag*: dashboard **Quota and limits** (is it Google?), then **Mapping** (which stage takes the time?).
- *Held deletes, conflicts*: dashboard **Conflicts and holds**; a person decides.
"""


def overview():
    up = {0: ("down", RED), 1: ("up", GREEN)}
    return dashboard("tabrelay-overview", "tabrelay: Overview", "Is it well, how late is it, how much does it do, what went wrong?", [
        [stat("Replicator", "Does it answer?", 'max(up{job="tabrelay-replicator"})', texts=up),
         stat("Webhook", "Does it answer?", 'max(up{job="tabrelay-webhook"})', texts=up),
         stat("Binlog stream", "Is MySQL's binlog being read?", "min(tabrelay_stream_connected)",
              texts={0: ("disconnected", RED), 1: ("connected", GREEN)}),
         stat("Mappings in error", "Those that do not follow.", 'sum(tabrelay_mapping_state{state="error"})', thresholds=above(red=1)),
         stat("Lag now", "Age of the oldest change of any mapping that its sheet does not show yet.", "max(tabrelay_lag_seconds)", "s", LAG),
         stat("To decide", "Open conflicts and held deletes.", "sum(tabrelay_conflicts_open) + sum(tabrelay_held_deletes)",
              thresholds=above(yellow=1))],
        [lines("MySQL to sheet: how late", "From the commit in MySQL to Google's acknowledgement, of all rows.", quantiles("tabrelay_change_lag_seconds"), "s"),
         lines("Sheet to MySQL: how late", "From the edit in the sheet to its commit in MySQL, by the script's clock.",
               quantiles("tabrelay_edit_lag_seconds"), "s")],
        [lines("Changes of MySQL", "Row changes read from the binlog.", [(rate("tabrelay_changes_total", "operation"), "{{operation}}")], "cps", stack=True),
         lines("Edits of people", "What became of them.", [(rate("tabrelay_edits_total", "outcome"), "{{outcome}}")], "cps", stack=True),
         lines("Cells written", "", [(rate("tabrelay_cells_written_total", "mapping"), "{{mapping}}")], "cps", stack=True)],
        [lines("Requests to Google that went wrong", "By what became of them; dashboard Quota and limits has all.",
               [(rate("tabrelay_google_requests_total", "outcome", 'outcome!="ok"'), "{{outcome}}")], "reqps"),
         lines("Requests that the webhook refused", "By the error's code.",
               [(rate("tabrelay_webhook_requests_total", "reason", 'reason!="ok"'), "{{reason}}")], "reqps"),
         lines("Lag of each mapping", "Age of the oldest change that is not acknowledged.", [("max by (mapping) (tabrelay_lag_seconds)", "{{mapping}}")], "s", above(red=60))],
        [alert_list("Alerts", "Pending and firing; empty when all is well."), text("What to do", RUNBOOK)],
    ])


def mapping():
    return dashboard("tabrelay-mapping", "tabrelay: Mapping", "One table and its tab.", [
        [table("Mappings", "As they are now.", [
            ("Lag", f"max by (mapping) (tabrelay_lag_seconds{{{MAPPING}}})", "s", LAG),
            ("Rows in the tab", f"max by (mapping) (tabrelay_mapping_rows{{{MAPPING}}})", "short", None),
            ("Pending rows", f"max by (mapping) (tabrelay_pending_rows{{{MAPPING}}})", "short", None),
            ("Waiting rows", f"max by (mapping) (tabrelay_waiting_rows{{{MAPPING}}})", "short", None),
            ("Since the last comparison", f"time() - max by (mapping) (tabrelay_reconcile_timestamp_seconds{{{MAPPING}}})", "s", above(3600, 7200)),
            ("Conflicts", f"max by (mapping) (tabrelay_conflicts_open{{{MAPPING}}})", "short", above(yellow=1)),
            ("Held deletes", f"max by (mapping) (tabrelay_held_deletes{{{MAPPING}}})", "short", above(yellow=1))], "mapping")],
        [states("State", "The state that each mapping is in.", " + ".join(
            f'{number} * sum by (mapping) (tabrelay_mapping_state{{state="{state}", {MAPPING}}})' for number, (state, _) in STATES.items()), "{{mapping}}", STATES),
         lines("Lag", "Age of the oldest change that is not acknowledged.", [(f"max by (mapping) (tabrelay_lag_seconds{{{MAPPING}}})", "{{mapping}}")], "s",
               above(red=60))],
        [lines("Commit to acknowledgement", "Of MySQL's changes: how late they were.", quantiles("tabrelay_change_lag_seconds", MAPPING), "s"),
         lines("Where the time goes", "The mean of each stage, of the changes of all mappings.", [(
             "sum by (stage) (rate(tabrelay_change_stage_seconds_sum[$__rate_interval])) / sum by (stage) "
             "(rate(tabrelay_change_stage_seconds_count[$__rate_interval]) > 0)", "{{stage}}")], "s", stack=True),
         lines("Edit to commit", "Of edits in the sheet, by the script's clock.", quantiles("tabrelay_edit_lag_seconds", MAPPING), "s")],
        [lines("Changes read", "Row changes of MySQL.", [(rate("tabrelay_changes_total", "operation", MAPPING), "{{operation}}")], "cps", stack=True),
         lines("Rows written", "To tabs.", [(rate("tabrelay_rows_written_total", "operation", MAPPING), "{{operation}}")], "cps", stack=True),
         lines("Cells written", "", [(rate("tabrelay_cells_written_total", "mapping", MAPPING), "{{mapping}}")], "cps", stack=True)],
        [lines("Edits by outcome", "", [(rate("tabrelay_edits_total", "outcome", MAPPING), "{{outcome}}")], "cps", stack=True),
         lines("Edits by source", "Told by a script, found by a comparison, from the command line.",
               [(rate("tabrelay_edits_total", "source", MAPPING), "{{source}}")], "cps", stack=True),
         lines("Echoes", "Edits that came back in the binlog, and how late.", [
             (quantile(0.95, "tabrelay_echo_lag_seconds", MAPPING), "95 %")], "s")],
        [lines("Saved and put right", "Changes that a newer one replaced before they were sent; rows that had moved when a write arrived.", [
            (rate("tabrelay_changes_coalesced_total", "mapping", MAPPING), "{{mapping}}: coalesced"),
            (rate("tabrelay_moved_rows_total", "mapping", MAPPING), "{{mapping}}: moved")], "cps"),
         lines("Comparisons", "Of tabs with what was agreed on: made; not needed because Drive showed no change; of whole tables.", [
             (increase("tabrelay_reconciles_total", "mapping", MAPPING, "1h"), "{{mapping}}: made"),
             (increase("tabrelay_reconciles_skipped_total", "mapping", MAPPING, "1h"), "{{mapping}}: not needed"),
             (increase("tabrelay_table_comparisons_total", "mapping", MAPPING, "1h"), "{{mapping}}: whole table")]),
         lines("Time of a comparison", "The last one.", [(f"max by (mapping) (tabrelay_reconcile_duration_seconds{{{MAPPING}}})", "{{mapping}}")], "s")],
    ])


def conflicts():
    return dashboard("tabrelay-conflicts", "tabrelay: Conflicts and holds", "What both sides changed, and what waits for a person.", [
        [stat("Open conflicts", "They wait for a person: tabrelay conflicts.", [(f"max by (mapping) (tabrelay_conflicts_open{{{MAPPING}}})", "{{mapping}}")],
              thresholds=above(yellow=1)),
         stat("Held deletes", "They wait for approval: tabrelay deletes.", [(f"max by (mapping) (tabrelay_held_deletes{{{MAPPING}}})", "{{mapping}}")],
              thresholds=above(yellow=1)),
         stat("Waiting rows", "Rows that people typed and that have no key yet.", [(f"max by (mapping) (tabrelay_waiting_rows{{{MAPPING}}})", "{{mapping}}")],
              thresholds=above(yellow=1)),
         stat("Values without a tab", "Mappings with tabs_by whose new values get no tab: tabrelay status says why.", "max(tabrelay_families_refused)",
              thresholds=above(yellow=1))],
        [lines("Conflicts that wait", "", [(f"max by (mapping) (tabrelay_conflicts_open{{{MAPPING}}})", "{{mapping}}")]),
         lines("Deletes that wait", "", [(f"max by (mapping) (tabrelay_held_deletes{{{MAPPING}}})", "{{mapping}}")])],
        [lines("Conflicts by kind", "What MySQL did, then what the sheet did. New ones, in an hour.", [(increase("tabrelay_conflicts_total", "kind", over="1h"), "{{kind}}")],
               stack=True),
         lines("Conflicts by policy", "New ones, in an hour.", [(increase("tabrelay_conflicts_total", "policy", over="1h"), "{{policy}}")], stack=True),
         lines("Conflicts by outcome", "Who won at once, or who is to say. New ones, in an hour.", [(increase("tabrelay_conflicts_total", "outcome", over="1h"), "{{outcome}}")],
               stack=True)],
        [lines("Decided", "Conflicts that had waited and are over, in an hour.", [(increase("tabrelay_conflicts_resolved_total", "outcome", over="1h"), "{{outcome}}")], stack=True),
         lines("Edits that were refused or wait", "In an hour; tabrelay log --outcome rejected says why.", [
             (increase("tabrelay_edits_total", "mapping, outcome", f'outcome=~"rejected|waiting|conflict", {MAPPING}', "1h"), "{{mapping}}: {{outcome}}")]),
         lines("Edits that no trigger told", "Found by comparisons, in an hour.", [(increase("tabrelay_found_edits_total", "mapping", MAPPING, "1h"), "{{mapping}}")],
               thresholds=above(red=20))],
    ])


def quota():
    owner = "{{scope}} {{name}}: {{kind}}"
    return dashboard("tabrelay-quota", "tabrelay: Quota and limits", "What Google allows, what is used of it, and how Google answers.", [
        [gauge("Quota left now", "Requests that may leave at once, as a share of a minute's.", [(
            "tabrelay_quota_tokens / tabrelay_quota_limit_per_minute", owner)], thresholds=below(0.1, 0.02)),
         gauge("Spreadsheets: cells used", "Of the ten million that Google allows, blank ones included.", [(
             "tabrelay_spreadsheet_cells / on (job, instance) group_left () tabrelay_spreadsheet_cells_limit", "{{spreadsheet}}")],
             thresholds=above(0.8, 0.95))],
        [lines("Quota used", "Requests a minute that were counted against it.", [("rate(tabrelay_quota_requests_total[$__rate_interval]) * 60", owner)]),
         lines("Quota left", "Requests that may leave at once.", [("tabrelay_quota_tokens", owner)]),
         lines("Waiting for the quota", "Share of the time.", [(rate("tabrelay_quota_wait_seconds_total", "kind"), "{{kind}}")], "percentunit", above(red=0.5))],
        [lines("Limit and pace", "Requests a minute: Google's limit, and what is dared since the last 429.", [
            ("tabrelay_quota_pace_per_minute", owner), ("tabrelay_quota_limit_per_minute", f"{owner}, limit")]),
         lines("429s by quota", "Answers that named it, in an hour.", [("increase(tabrelay_quota_refusals_total[1h])", owner)]),
         lines("Size of a batch", "What Google is asked for at once, at most.", [("max(tabrelay_batch_limit_bytes)", "limit")], "bytes")],
        [lines("Requests by outcome", "Of reads, writes and looks at Drive.", [(rate("tabrelay_google_requests_total", "kind, outcome"), "{{kind}}: {{outcome}}")], "reqps",
               stack=True),
         lines("How long Google takes", "95 of 100 requests are answered within.", [(quantile(0.95, "tabrelay_google_request_seconds", by="kind"), "{{kind}}")], "s"),
         lines("Batches by outcome", "", [(rate("tabrelay_batches_total", "outcome"), "{{outcome}}")], "cps", stack=True)],
        [stat("Drive channels", "Open notification channels, for sheet_changes: drive_push.", "max(tabrelay_drive_channels)"),
         stat("Largest spreadsheet", "Cells of its grids.", "max(tabrelay_spreadsheet_cells)", thresholds=above(8_000_000, 9_500_000)),
         stat("Google's requests today", "In the last 24 hours.", "sum(increase(tabrelay_google_requests_total[24h]))", decimals=0)],
    ])


def snapshot():
    return dashboard("tabrelay-snapshot", "tabrelay: Snapshot", "First fills, and whole tables that are compared.", [
        [stat("Snapshots under way", "Mappings whose table is being read.", 'sum(tabrelay_mapping_state{state="snapshot"})'),
         stat("Waiting", "Because MySQL, or the way to the sheet, is busy.", "max(tabrelay_snapshot_waiting)",
              texts={0: ("no", GREEN), 1: ("waits", YELLOW)}),
         stat("Rows left", "Of all, as MySQL estimates.", f"sum(tabrelay_snapshot_left_rows{{{MAPPING}}})"),
         stat("Time left", "Of the longest, at its present pace.", f"max(tabrelay_snapshot_left_seconds{{{MAPPING}}})", "s")],
        [lines("Rows left", "", [(f"max by (mapping) (tabrelay_snapshot_left_rows{{{MAPPING}}})", "{{mapping}}")]),
         lines("Rows read from MySQL", "A second.", [(rate("tabrelay_snapshot_rows_total", "mapping", MAPPING), "{{mapping}}")], "cps")],
        [lines("Rows written to tabs", "A second.", [(rate("tabrelay_rows_written_total", "mapping", MAPPING), "{{mapping}}")], "cps"),
         lines("Lag meanwhile", "Snapshots wait while changes take longer than snapshot_max_lag.", [(f"max by (mapping) (tabrelay_lag_seconds{{{MAPPING}}})", "{{mapping}}")], "s")],
        [lines("Comparisons of whole tables", "In an hour: DDL, cascades and statements make them necessary.",
               [(increase("tabrelay_table_comparisons_total", "mapping", MAPPING, "1h"), "{{mapping}}")]),
         lines("Rows read in all", "Since the process began.", [(f"sum by (mapping) (tabrelay_snapshot_rows_total{{{MAPPING}}})", "{{mapping}}")])],
    ])


def process():
    left = "tabrelay_binlog_retention_left_seconds"
    return dashboard("tabrelay-process", "tabrelay: Process", "The two programs, their memory, MySQL's binlog.", [
        [stat("Version", "Of each program.", [("tabrelay_build_info", "{{program}} {{version}}")]),
         stat("Running since", "", [("(time() - process_start_time_seconds{job=~\"tabrelay-.*\"})", "{{job}}")], "s"),
         stat("Binlog kept for", "How long MySQL keeps its binlogs; 0: for ever.", "max(tabrelay_binlog_retention_seconds)", "s"),
         stat("Configuration", "Was the one that was read last taken?", "min(tabrelay_config_last_reload_successful)",
              texts={0: ("refused", RED), 1: ("taken", GREEN)}),
         stat("Checkpoint", "When it was saved last.", "time() - max(tabrelay_checkpoint_timestamp_seconds)", "s")],
        [lines("Memory", "Resident.", [('process_resident_memory_bytes{job=~"tabrelay-.*"}', "{{job}}")], "bytes"),
         lines("Processor", "Seconds a second.", [('rate(process_cpu_seconds_total{job=~"tabrelay-.*"}[$__rate_interval])', "{{job}}")], "percentunit"),
         lines("File descriptors", "", [('process_open_fds{job=~"tabrelay-.*"}', "{{job}}")])],
        [lines("Stream lag", "How far behind MySQL the stream is: the way of a heartbeat.", [("max(tabrelay_stream_lag_seconds)", "lag")], "s", above(red=60)),
         lines("Binlog ahead of the stream", "Bytes that MySQL has written and the stream has not brought yet.", [("max(tabrelay_stream_behind_bytes)", "bytes")], "bytes"),
         lines("Time left until a purge", "Of the binlog that the checkpoint needs; nothing is shown where MySQL keeps its logs for ever.", [(f"min({left})", "left")], "s")],
        [lines("Queue", "Between the stream and the worker, and its limit.", [("max(tabrelay_queue_bytes)", "queue"), ("max(tabrelay_queue_limit_bytes)", "limit")], "bytes"),
         lines("Pending", "Changes that are not acknowledged.", [("max(tabrelay_pending_bytes)", "pending")], "bytes"),
         lines("Transactions and heartbeats", "Read from the binlog.", [("sum(rate(tabrelay_stream_transactions_total[$__rate_interval]))", "transactions"),
                                                                       ("sum(rate(tabrelay_heartbeats_total[$__rate_interval]))", "heartbeats")], "cps")],
        [lines("Webhook: requests", "By path and reason.", [(rate("tabrelay_webhook_requests_total", "path, reason"), "{{path}}: {{reason}}")], "reqps", stack=True),
         lines("Webhook: time of an answer", "95 of 100, by path.", [(quantile(0.95, "tabrelay_webhook_request_seconds", by="path"), "{{path}}")], "s"),
         lines("Webhook: MySQL connections", "", [("sum by (state) (tabrelay_pool_connections)", "{{state}}"), ("max(tabrelay_pool_connections_limit)", "limit")])],
        [lines("Clock offset", "MySQL's clock minus the replicator's.", [("max(tabrelay_mysql_clock_offset_seconds)", "offset")], "s"),
         lines("Reconnects and sessions", "In an hour.", [("sum(increase(tabrelay_stream_reconnects_total[1h]))", "stream"),
                                                         (increase("tabrelay_sessions_total", "outcome", over="1h"), "session: {{outcome}}")]),
         lines("Transactions retried", "By the webhook, in an hour: deadlocks, lost connections.", [("sum(increase(tabrelay_transactions_retried_total[1h]))", "retried")])],
    ])


def files():
    """{path: text} of every dashboard."""
    made = [overview(), mapping(), conflicts(), quota(), snapshot(), process()]
    return {FOLDER / f"{board['uid']}.json": json.dumps(board, indent=1, ensure_ascii=False) + "\n" for board in made}


def main():
    found = {path: path.read_text() for path in FOLDER.glob("*.json")}
    if "--check" in sys.argv[1:]:
        return 0 if found == files() else "docker/grafana/dashboards is not what docker/grafana/dashboards.py writes: run it"
    for path in found.keys() - files().keys():
        path.unlink()
    for path, content in files().items():
        path.write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
