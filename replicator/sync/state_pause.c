/* SPDX-License-Identifier: Apache-2.0 */
/* state_pause: mappings that are paused, how far signals were answered, what waits
 * (schemas/state-5.sql). */
#include "replicator/sync/state.h"

/* The stream may have shown a signal whose transaction no SELECT sees yet: the lock waits for it.
 */
int state_load_pause(struct state *s, const char *mapping, enum follow_pause *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(mapping)};

    if (state_run(s,
                  "SELECT resumed_at IS NOT NULL FROM @.pause WHERE mapping = ? LOCK IN SHARE MODE",
                  params, 1, &rows, err) != 0)
        return -1;
    *out = rows.n_rows == 0                ? PAUSE_NONE
           : db_rows_int(&rows, 0, 0) == 1 ? PAUSE_RESUMING
                                           : PAUSE_HELD;
    return 0;
}

int state_end_pause(struct state *s, const char *mapping, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping)};

    return state_run(s, "DELETE FROM @.pause WHERE mapping = ? AND resumed_at IS NOT NULL", params,
                     1, NULL, err);
}

int state_save_signal(struct state *s, const char *mapping, int64_t signal, struct err *err)
{
    const struct db_param params[] = {DB_P_INT(signal), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET signal_id = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_reconciled(struct state *s, const char *mapping, int64_t signal, size_t n_found,
                          struct err *err)
{
    const struct db_param params[] = {DB_P_INT(signal), DB_P_INT((int64_t)n_found),
                                      DB_P_TEXT(mapping)};

    return state_run(s,
                     "UPDATE @.mapping_state SET reconciled_at = UTC_TIMESTAMP(3), "
                     "reconcile_signal = ?, reconcile_found = ? WHERE mapping = ?",
                     params, 3, NULL, err);
}

int state_save_pending(struct state *s, const char *mapping, int64_t since_us, int64_t rows,
                       struct err *err)
{
    const struct db_param params[] = {since_us == 0 ? DB_P_NULL : DB_P_INT(since_us),
                                      DB_P_INT(rows), DB_P_TEXT(mapping)};

    return state_run(s,
                     "UPDATE @.mapping_state SET pending_since = "
                     "'1970-01-01' + INTERVAL ? MICROSECOND, pending_rows = ? WHERE mapping = ?",
                     params, 3, NULL, err);
}
