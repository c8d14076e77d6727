/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: every number that a process shows, in one list, in Prometheus' text format. Any thread,
 * no locks.
 *
 * None without a value behind it: add a row here, count where it happens.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stdint.h>

#include "common/buf.h"

enum metrics_program { METRICS_REPLICATOR = 1, METRICS_WEBHOOK = 2 };

/* X(id, programs, type, name, help) */
#define METRICS_LIST(X)                                                                            \
    X(CONNECTED, 1, "gauge", "tabrelay_mysql_connected", "1 while the binlog stream is connected") \
    X(TRANSACTIONS, 1, "counter", "tabrelay_binlog_transactions_total",                            \
      "Transactions read from the binlog")                                                         \
    X(CHANGES, 1, "counter", "tabrelay_changes_total", "Row changes of mapped tables")             \
    X(ECHOES, 1, "counter", "tabrelay_echo_changes_total",                                         \
      "Changes that were echoes of sheet edits")                                                   \
    X(COALESCED, 1, "counter", "tabrelay_changes_coalesced_total",                                 \
      "Changes that a newer one of the same row replaced before they were sent")                   \
    X(CELLS_WRITTEN, 1, "counter", "tabrelay_cells_written_total", "Cells written to Sheets")      \
    X(ROWS_INSERTED, 1, "counter", "tabrelay_rows_inserted_total", "Rows inserted into tabs")      \
    X(ROWS_DELETED, 1, "counter", "tabrelay_rows_deleted_total", "Rows deleted from tabs")         \
    X(BATCHES, 1, "counter", "tabrelay_batches_total", "Write requests acknowledged by Sheets")    \
    X(READS, 1, "counter", "tabrelay_sheet_reads_total", "Read requests answered by Sheets")       \
    X(DRIVE_REQUESTS, 1, "counter", "tabrelay_drive_requests_total",                               \
      "Requests answered by Drive: has a file changed, notification channels")                     \
    X(SHEETS_ERRORS, 1, "counter", "tabrelay_sheets_errors_total",                                 \
      "Requests to Sheets that failed")                                                            \
    X(THROTTLED, 1, "counter", "tabrelay_sheets_throttled_total",                                  \
      "Requests that Sheets answered with 429")                                                    \
    X(LOST_ANSWERS, 1, "counter", "tabrelay_lost_answers_total",                                   \
      "Batches whose answer was lost, and whose number was read back")                             \
    X(MOVED_ROWS, 1, "counter", "tabrelay_moved_rows_total",                                       \
      "Rows that had moved when a write arrived, and were put right")                              \
    X(RECONCILES, 1, "counter", "tabrelay_reconciles_total",                                       \
      "Full comparisons of a tab with its base")                                                   \
    X(RECONCILES_SKIPPED, 1, "counter", "tabrelay_reconciles_skipped_total",                       \
      "Comparisons that were due and not made, because Drive showed no change")                    \
    X(CHANNELS, 1, "gauge", "tabrelay_drive_channels", "Open notification channels of Drive")      \
    X(COMPARISONS, 1, "counter", "tabrelay_table_comparisons_total",                               \
      "Comparisons of a whole table with its tab that changes unseen in the binlog made "          \
      "necessary")                                                                                 \
    X(FOUND_EDITS, 1, "counter", "tabrelay_found_edits_total",                                     \
      "Edits that a comparison found and no trigger had told")                                     \
    X(HELD_DELETES, 1, "gauge", "tabrelay_held_deletes", "Sheet deletes that wait for approval")   \
    X(LAG_MS, 1, "gauge", "tabrelay_lag_milliseconds",                                             \
      "Commit to acknowledgement of the last change, in milliseconds")                             \
    X(SPREADSHEET_CELLS, 1, "gauge", "tabrelay_spreadsheet_cells",                                 \
      "Cells of the fullest spreadsheet, blank ones included; Google allows 10,000,000")           \
    X(PENDING, 1, "gauge", "tabrelay_pending_rows", "Rows read and not yet acknowledged")          \
    X(SNAPSHOT_ROWS, 1, "counter", "tabrelay_snapshot_rows_total",                                 \
      "Rows that snapshots have read from MySQL")                                                  \
    X(SNAPSHOT_LEFT, 1, "gauge", "tabrelay_snapshot_left_rows",                                    \
      "Rows that snapshots have yet to read, as MySQL estimates")                                  \
    X(SNAPSHOT_LEFT_S, 1, "gauge", "tabrelay_snapshot_left_seconds",                               \
      "Seconds until the last snapshot ends, at its present pace")                                 \
    X(SNAPSHOT_WAITING, 1, "gauge", "tabrelay_snapshot_waiting",                                   \
      "1 while snapshots wait because MySQL or the changes' way to the sheet is busy")             \
    X(BATCH_LIMIT, 1, "gauge", "tabrelay_batch_limit_bytes",                                       \
      "Size of a write request that Google is asked for now, at most")                             \
    X(REQUESTS, 2, "counter", "tabrelay_webhook_requests_total", "HTTP requests answered")         \
    X(REQUESTS_REFUSED, 2, "counter", "tabrelay_webhook_refused_total",                            \
      "Requests refused: signature, age, size or form")                                            \
    X(EDITS_APPLIED, 2, "counter", "tabrelay_edits_applied_total", "Edits written to MySQL")       \
    X(EDITS_UNCHANGED, 2, "counter", "tabrelay_edits_unchanged_total",                             \
      "Edits that MySQL agreed with already")                                                      \
    X(EDITS_REJECTED, 2, "counter", "tabrelay_edits_rejected_total", "Edits that were refused")    \
    X(EDITS_CONFLICT, 2, "counter", "tabrelay_edits_conflict_total",                               \
      "Edits of cells that MySQL had changed, too")                                                \
    X(CONFLICTS_OPENED, 2, "counter", "tabrelay_conflicts_opened_total",                           \
      "Conflicts that wait for a decision")                                                        \
    X(CONFLICTS_RESOLVED, 2, "counter", "tabrelay_conflicts_resolved_total",                       \
      "Conflicts that had waited and were decided")                                                \
    X(EDITS_REPEATED, 2, "counter", "tabrelay_edits_repeated_total",                               \
      "Edits whose id had been answered before")                                                   \
    X(NOTIFICATIONS, 2, "counter", "tabrelay_drive_notifications_total",                           \
      "Notifications of Drive that were verified")                                                 \
    X(TRANSACTIONS_RETRIED, 2, "counter", "tabrelay_transactions_retried_total",                   \
      "Transactions repeated after a deadlock or a lost connection")

enum metrics_id {
#define X(id, programs, type, name, help) METRIC_##id,
    METRICS_LIST(X)
#undef X
        METRIC_COUNT
};

void metrics_add(enum metrics_id id, int64_t n);
void metrics_set(enum metrics_id id, int64_t value);
int64_t metrics_get(enum metrics_id id);
/* Append all of PROGRAM's metrics and tabrelay_build_info. */
void metrics_render(enum metrics_program program, struct buf *out);
#endif
