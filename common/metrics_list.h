/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_list: every number that a process shows, and the values of its labels. docs/metrics.md
 * says what each is for; tests/system/test_metrics.py compares the two.
 *
 * None without a value behind it: add a row here and in the page, count where it happens.
 */
#ifndef COMMON_METRICS_LIST_H
#define COMMON_METRICS_LIST_H

/* X(id, name, values...) A label's place in the code is the value's place in this list. Those of
 * NAMED are told by metrics_names; those of FREE are the owner's texts. */
#define METRICS_LABELS(X)                                                                          \
    X(NONE, "", "")                                                                                \
    X(MAPPING, "mapping", "")                                                                      \
    X(SPREADSHEET, "spreadsheet", "")                                                              \
    X(TABLE, "table", "")                                                                          \
    X(HOLDER, "holder", "")                                                                        \
    X(NAME, "name", "")                                                                            \
    X(SCOPE, "scope", "account", "project")                                                        \
    X(KIND, "kind", "read", "write", "drive")                                                      \
    X(STATE_TABLE, "table", "edit_log", "conflicts", "signals", "tombstone")                       \
    X(OPERATION, "operation", "insert", "update", "delete")                                        \
    X(CHANGE_STAGE, "stage", "stream", "queue", "plan", "send", "acknowledge")                     \
    X(BATCH_OUTCOME, "outcome", "acknowledged", "refused", "lost", "failed")                       \
    X(ANSWER, "outcome", "ok", "throttled", "denied", "refused", "unavailable", "unreachable")     \
    X(STATE, "state", "starting", "snapshot", "streaming", "paused", "error")                      \
    X(SESSION, "outcome", "open", "failed")                                                        \
    X(PATH, "path", "edits", "mappings", "drive", "health", "ready", "metrics", "other")           \
    X(REASON, "reason", "ok", "bad_json", "bad_request", "missing_signature", "bad_signature",     \
      "stale_timestamp", "bad_token", "unknown_path", "unknown_mapping", "method_not_allowed",     \
      "too_large", "too_many_edits", "unsupported", "malformed", "too_many_connections",           \
      "overloaded", "out_of_memory", "mysql_unavailable", "mapping_broken", "paused", "other")     \
    X(CUT, "reason", "slow", "idle", "full")                                                       \
    X(RELOAD, "outcome", "taken", "refused")                                                       \
    X(POOL, "state", "busy", "idle")                                                               \
    X(SOURCE, "source", "script", "found", "cli")                                                  \
    X(EDIT_OUTCOME, "outcome", "applied", "unchanged", "conflict", "rejected", "waiting", "stale", \
      "ignored", "repeated")                                                                       \
    X(EDIT_STAGE, "stage", "delivery", "apply")                                                    \
    X(CONFLICT_KIND, "kind", "update_update", "update_delete", "delete_update", "insert_insert")   \
    X(POLICY, "policy", "sheet_wins", "mysql_wins", "last_write_wins", "manual", "rule",           \
      "update_wins", "delete_wins")                                                                \
    X(CONFLICT_OUTCOME, "outcome", "mysql", "sheet", "value", "open", "asked")                     \
    X(RESOLUTION, "outcome", "mysql", "sheet", "base", "value", "agreed")

/* X(id, programs, type, unit, name, labels, help)
 *
 * type: COUNTER; GAUGE; MAYBE, a gauge that is not known before it is set, and left out; SINCE, a
 * gauge that is the age of what began at a moment (microseconds since 1970; 0: nothing has);
 * HISTOGRAM of microseconds; OWN, of which only the head comes from here, its owner appends the
 * values. unit: what is counted in: ONE, MS and US (shown in seconds). */
#define METRICS_LIST(X)                                                                            \
    X(CONNECTED, R, GAUGE, ONE, "tabrelay_stream_connected", (NONE),                               \
      "1 while the binlog stream is connected")                                                    \
    X(RECONNECTS, R, COUNTER, ONE, "tabrelay_stream_reconnects_total", (NONE),                     \
      "Times that the binlog stream broke and was taken up again")                                 \
    X(STREAM_LAG, R, MAYBE, US, "tabrelay_stream_lag_seconds", (NONE),                             \
      "How far behind MySQL the binlog stream is")                                                 \
    X(BEHIND_BYTES, R, MAYBE, ONE, "tabrelay_stream_behind_bytes", (NONE),                         \
      "Bytes of binlog that are written and not read yet")                                         \
    X(BEHIND_TRANSACTIONS, R, MAYBE, ONE, "tabrelay_stream_behind_transactions", (NONE),           \
      "Transactions that are committed and not read yet")                                          \
    X(TRANSACTIONS, R, COUNTER, ONE, "tabrelay_stream_transactions_total", (NONE),                 \
      "Transactions read from the binlog")                                                         \
    X(HEARTBEATS, R, COUNTER, ONE, "tabrelay_heartbeats_total", (NONE),                            \
      "Heartbeats that came back in the stream")                                                   \
    X(CLOCK_OFFSET, R, MAYBE, US, "tabrelay_mysql_clock_offset_seconds", (NONE),                   \
      "Clock of MySQL minus the clock of this machine")                                            \
    X(RETENTION, R, MAYBE, ONE, "tabrelay_binlog_retention_seconds", (NONE),                       \
      "How long MySQL keeps its binlogs; 0: for ever")                                             \
    X(RETENTION_LEFT, R, MAYBE, ONE, "tabrelay_binlog_retention_left_seconds", (NONE),             \
      "Time until MySQL may purge what the checkpoint still needs")                                \
    X(CHECKPOINT, R, MAYBE, MS, "tabrelay_checkpoint_timestamp_seconds", (NONE),                   \
      "When the checkpoint was saved last")                                                        \
    X(QUEUE_BYTES, R, GAUGE, ONE, "tabrelay_queue_bytes", (NONE),                                  \
      "Bytes in the queue between the stream and the worker")                                      \
    X(QUEUE_LIMIT, R, GAUGE, ONE, "tabrelay_queue_limit_bytes", (NONE),                            \
      "At so many bytes in the queue the stream waits")                                            \
    X(QUEUE_AGE, R, SINCE, US, "tabrelay_queue_age_seconds", (NONE),                               \
      "Age of the oldest item in the queue, since it was read")                                    \
    X(LAG, R, SINCE, US, "tabrelay_lag_seconds", (MAPPING),                                        \
      "Age of the oldest change that is not acknowledged; 0: none waits")                          \
    X(CHANGE_LAG, R, HISTOGRAM, US, "tabrelay_change_lag_seconds", (MAPPING),                      \
      "Commit in MySQL to acknowledgement, of each changed row")                                   \
    X(CHANGE_STAGE, R, HISTOGRAM, US, "tabrelay_change_stage_seconds", (CHANGE_STAGE),             \
      "Parts of the way of a changed row")                                                         \
    X(CHANGES, R, COUNTER, ONE, "tabrelay_changes_total", (MAPPING, OPERATION),                    \
      "Row changes of mapped tables")                                                              \
    X(COALESCED, R, COUNTER, ONE, "tabrelay_changes_coalesced_total", (MAPPING),                   \
      "Changes that a newer one of the same row replaced before they were sent")                   \
    X(ECHOES, R, COUNTER, ONE, "tabrelay_echoes_total", (MAPPING),                                 \
      "Edits of the webhook that came back in the stream")                                         \
    X(ECHO_LAG, R, HISTOGRAM, US, "tabrelay_echo_lag_seconds", (MAPPING),                          \
      "Receipt of an edit by the webhook to its echo")                                             \
    X(PENDING, R, GAUGE, ONE, "tabrelay_pending_rows", (MAPPING),                                  \
      "Rows read and not yet acknowledged")                                                        \
    X(PENDING_BYTES, R, GAUGE, ONE, "tabrelay_pending_bytes", (NONE),                              \
      "Bytes of the rows that are read and not yet acknowledged")                                  \
    X(CELLS_WRITTEN, R, COUNTER, ONE, "tabrelay_cells_written_total", (MAPPING), "Cells written")  \
    X(ROWS_WRITTEN, R, COUNTER, ONE, "tabrelay_rows_written_total", (MAPPING, OPERATION),          \
      "Rows written to tabs")                                                                      \
    X(MOVED_ROWS, R, COUNTER, ONE, "tabrelay_moved_rows_total", (MAPPING),                         \
      "Rows that had moved when a write arrived, and were put right")                              \
    X(BATCHES, R, COUNTER, ONE, "tabrelay_batches_total", (SPREADSHEET, BATCH_OUTCOME),            \
      "Batches of rows by what became of them")                                                    \
    X(BATCH_LIMIT, R, GAUGE, ONE, "tabrelay_batch_limit_bytes", (NONE),                            \
      "Size of a batch that Google is asked for now, at most")                                     \
    X(REQUESTS, R, COUNTER, ONE, "tabrelay_google_requests_total", (KIND, ANSWER),                 \
      "Requests to Sheets and Drive by their answer")                                              \
    X(REQUEST_TIME, R, HISTOGRAM, US, "tabrelay_google_request_seconds", (KIND),                   \
      "How long Google took to answer")                                                            \
    X(QUOTA_TOKENS, R, OWN, ONE, "tabrelay_quota_tokens", (SCOPE, NAME, KIND),                     \
      "Requests that the quota of Google lets go at once")                                         \
    X(QUOTA_REQUESTS, R, OWN, ONE, "tabrelay_quota_requests_total", (SCOPE, NAME, KIND),           \
      "Requests that were counted against the quota")                                              \
    X(QUOTA_LIMIT, R, OWN, ONE, "tabrelay_quota_limit_per_minute", (SCOPE, NAME, KIND),            \
      "Requests a minute: as configured, or as Google said where that is less")                    \
    X(QUOTA_PACE, R, OWN, ONE, "tabrelay_quota_pace_per_minute", (SCOPE, NAME, KIND),              \
      "Requests a minute that are dared: less than the limit after a 429")                         \
    X(QUOTA_REFUSALS, R, OWN, ONE, "tabrelay_quota_refusals_total", (SCOPE, NAME, KIND),           \
      "Answers of 429 that named this quota")                                                      \
    X(QUOTA_WAIT, R, OWN, ONE, "tabrelay_quota_wait_seconds_total", (KIND),                        \
      "Time that requests waited for the quota")                                                   \
    X(SPREADSHEET_CELLS, R, MAYBE, ONE, "tabrelay_spreadsheet_cells", (SPREADSHEET),               \
      "Cells of the grids of all tabs, blank ones included")                                       \
    X(SPREADSHEET_LIMIT, R, GAUGE, ONE, "tabrelay_spreadsheet_cells_limit", (NONE),                \
      "Cells that Google allows a spreadsheet")                                                    \
    X(CHANNELS, R, GAUGE, ONE, "tabrelay_drive_channels", (NONE),                                  \
      "Open notification channels of Drive")                                                       \
    X(MAPPING_INFO, R, OWN, ONE, "tabrelay_mapping_info", (MAPPING, SPREADSHEET, TABLE),           \
      "What belongs together")                                                                     \
    X(HAS_SCRIPT, R, GAUGE, ONE, "tabrelay_mapping_has_script", (MAPPING),                         \
      "1: the mapping has sheet_changes: apps_script")                                             \
    X(MAPPING_STATE, R, GAUGE, ONE, "tabrelay_mapping_state", (MAPPING, STATE),                    \
      "1 for the state that the mapping is in")                                                    \
    X(MAPPING_ROWS, R, MAYBE, ONE, "tabrelay_mapping_rows", (MAPPING),                             \
      "Rows with a key in the tab")                                                                \
    X(FAMILIES_REFUSED, R, GAUGE, ONE, "tabrelay_families_refused", (NONE),                        \
      "Mappings with tabs_by whose new values get no tab")                                         \
    X(CONFLICTS_OPEN, R, MAYBE, ONE, "tabrelay_conflicts_open", (MAPPING),                         \
      "Conflicts that wait for a person")                                                          \
    X(HELD_DELETES, R, GAUGE, ONE, "tabrelay_held_deletes", (MAPPING),                             \
      "Sheet deletes that wait for approval")                                                      \
    X(WAITING_ROWS, R, GAUGE, ONE, "tabrelay_waiting_rows", (MAPPING),                             \
      "Rows that people typed and that have no key yet")                                           \
    X(RECONCILES, R, COUNTER, ONE, "tabrelay_reconciles_total", (MAPPING),                         \
      "Comparisons of a tab with its base")                                                        \
    X(RECONCILES_SKIPPED, R, COUNTER, ONE, "tabrelay_reconciles_skipped_total", (MAPPING),         \
      "Comparisons that were due and not made, because Drive showed no change")                    \
    X(RECONCILED, R, MAYBE, MS, "tabrelay_reconcile_timestamp_seconds", (MAPPING),                 \
      "When the whole tab was last known to be as base says")                                      \
    X(RECONCILE_EVERY, R, GAUGE, MS, "tabrelay_reconcile_every_seconds", (NONE),                   \
      "How often each tab is to be compared; 0: only at start and on request")                     \
    X(RECONCILE_TIME, R, MAYBE, MS, "tabrelay_reconcile_duration_seconds", (MAPPING),              \
      "How long the last comparison took")                                                         \
    X(FOUND_EDITS, R, COUNTER, ONE, "tabrelay_found_edits_total", (MAPPING),                       \
      "Edits that a comparison found and no trigger had told")                                     \
    X(COMPARISONS, R, COUNTER, ONE, "tabrelay_table_comparisons_total", (MAPPING),                 \
      "Comparisons of the whole table that changes unseen in the binlog made necessary")           \
    X(SNAPSHOT_ROWS, R, COUNTER, ONE, "tabrelay_snapshot_rows_total", (MAPPING),                   \
      "Rows that snapshots have read from MySQL")                                                  \
    X(SNAPSHOT_LEFT, R, GAUGE, ONE, "tabrelay_snapshot_left_rows", (MAPPING),                      \
      "Rows that the snapshot has yet to read, as MySQL estimates")                                \
    X(SNAPSHOT_LEFT_S, R, GAUGE, ONE, "tabrelay_snapshot_left_seconds", (MAPPING),                 \
      "Time until the snapshot ends, at its present pace")                                         \
    X(SNAPSHOT_WAITING, R, GAUGE, ONE, "tabrelay_snapshot_waiting", (NONE),                        \
      "1 while snapshots wait because MySQL or the way to the sheet is busy")                      \
    X(STATE_ROWS, R, MAYBE, ONE, "tabrelay_state_rows", (STATE_TABLE),                             \
      "Rows of the tables in the state database that grow, as MySQL estimates")                    \
    X(PRUNED_ROWS, R, COUNTER, ONE, "tabrelay_pruned_rows_total", (STATE_TABLE),                   \
      "Rows that were old and went")                                                               \
    X(SESSIONS, R, COUNTER, ONE, "tabrelay_sessions_total", (SESSION), "Sessions that were begun") \
    X(LEASE_HELD, R, GAUGE, ONE, "tabrelay_lease_held", (NONE),                                    \
      "1: this process holds the lease of its instance; 0: it waits for it")                       \
    X(LEASE_TAKEN, R, COUNTER, ONE, "tabrelay_lease_taken_total", (NONE),                          \
      "Times that this process took the lease")                                                    \
    X(LEASE_HOLDER, R, OWN, ONE, "tabrelay_lease_holder", (HOLDER),                                \
      "Who holds the lease, as this process knows it")                                             \
    X(HOOK_REQUESTS, W, COUNTER, ONE, "tabrelay_webhook_requests_total", (PATH, REASON),           \
      "Requests by their answer")                                                                  \
    X(HOOK_TIME, W, HISTOGRAM, US, "tabrelay_webhook_request_seconds", (PATH),                     \
      "How long an answer took")                                                                   \
    X(HOOK_PREVIOUS_SECRET, W, COUNTER, ONE, "tabrelay_webhook_previous_secret_total", (NONE),     \
      "Requests and notifications that only webhook.previous_secret could verify")                 \
    X(HOOK_ACTIVE, W, GAUGE, ONE, "tabrelay_webhook_requests_active", (NONE),                      \
      "Requests that are being answered")                                                          \
    X(HOOK_WAITING, W, GAUGE, ONE, "tabrelay_webhook_requests_waiting", (NONE),                    \
      "Requests of edits that wait for a transaction")                                             \
    X(HOOK_GROUPS, W, COUNTER, ONE, "tabrelay_webhook_groups_total", (NONE),                       \
      "Transactions of edits, each for all requests that waited for one tab")                      \
    X(HOOK_CUT, W, COUNTER, ONE, "tabrelay_webhook_connections_cut_total", (CUT),                  \
      "Connections that were cut off")                                                             \
    X(POOL, W, GAUGE, ONE, "tabrelay_pool_connections", (POOL), "Connections to MySQL")            \
    X(POOL_LIMIT, W, GAUGE, ONE, "tabrelay_pool_connections_limit", (NONE),                        \
      "Connections to MySQL that there can be")                                                    \
    X(MYSQL_UP, W, GAUGE, ONE, "tabrelay_mysql_up", (NONE),                                        \
      "1: MySQL answered when it was last asked")                                                  \
    X(EDITS, W, COUNTER, ONE, "tabrelay_edits_total", (MAPPING, SOURCE, EDIT_OUTCOME),             \
      "Edits by where they come from and what became of them")                                     \
    X(EDIT_LAG, W, HISTOGRAM, US, "tabrelay_edit_lag_seconds", (MAPPING),                          \
      "Edit in the sheet, by the clock of its script, to commit in MySQL")                         \
    X(EDIT_STAGE, W, HISTOGRAM, US, "tabrelay_edit_stage_seconds", (EDIT_STAGE),                   \
      "Parts of the way of an edit")                                                               \
    X(CONFLICTS, W, COUNTER, ONE, "tabrelay_conflicts_total",                                      \
      (CONFLICT_KIND, POLICY, CONFLICT_OUTCOME), "Conflicts as they were met")                     \
    X(RESOLVED, W, COUNTER, ONE, "tabrelay_conflicts_resolved_total", (RESOLUTION),                \
      "Conflicts that had waited and are over")                                                    \
    X(NOTIFICATIONS, W, COUNTER, ONE, "tabrelay_drive_notifications_total", (NONE),                \
      "Notifications of Drive that were verified")                                                 \
    X(TRANSACTIONS_RETRIED, W, COUNTER, ONE, "tabrelay_transactions_retried_total", (NONE),        \
      "Transactions repeated after a deadlock or a lost connection")                               \
    X(RELOADS, B, COUNTER, ONE, "tabrelay_config_reloads_total", (RELOAD),                         \
      "Times that the configuration was read anew")                                                \
    X(RELOAD_GOOD, B, GAUGE, ONE, "tabrelay_config_last_reload_successful", (NONE),                \
      "1: the configuration that was read last is the one that runs")

#endif
