/* SPDX-License-Identifier: Apache-2.0 */
/* state_mapping: a mapping's row in mapping_state. */
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "replicator/sync/state.h"

static enum snapshot_phase parse_phase(const char *text)
{
    if (strcmp(text, "done") == 0)
        return SNAPSHOT_DONE;
    return strcmp(text, "running") == 0 ? SNAPSHOT_RUNNING : SNAPSHOT_NONE;
}

/* Base and all else of a mapping is known by its name, so of two instances one has it. INSTANCE had
 * it last: unless that one runs, it is ours from now on. */
static int take_over(struct state *s, const struct mapping *m, const char *instance,
                     struct err *err)
{
    const char *name = m->cfg->name;
    struct db_param params[] = {DB_P_TEXT(s->cfg->instance), DB_P_TEXT(name), DB_P_TEXT(instance),
                                DB_P_TEXT(instance)};

    if (state_run(s,
                  "UPDATE @.mapping_state SET instance = ? WHERE mapping = ? AND instance = ? AND "
                  "NOT EXISTS (SELECT 1 FROM @.lease WHERE lease.instance = ? AND "
                  "lease.expires_at > UTC_TIMESTAMP(3))",
                  params, 4, NULL, err) != 0)
        return -1;
    if (db_affected_rows(s->db) > 0)
        return 0;
    err_set(err, ERR_CONFIG,
            "mapping %s: the instance \"%s\" runs and has a mapping of this name in this state "
            "database",
            name, instance);
    return err_hint(err, "Give one of the two another name (the mapping's key name); or stop the "
                         "other instance.");
}

enum { AT_SHEET_ID, AT_SNAPSHOT, AT_KEY, AT_ROWS, AT_HELD, AT_JOINED, AT_OWN_COLUMNS, AT_INSTANCE };

/* Make the row if there is none. Another spreadsheet than last time: what we knew of the old tab is
 * void. */
static int load_row(struct state *s, const struct mapping *m, struct db_rows *rows, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(m->cfg->name), DB_P_TEXT(s->cfg->instance),
                                DB_P_TEXT(m->cfg->spreadsheet)};

    db_rows_close(rows);
    if (state_run(s,
                  "INSERT INTO @.mapping_state (mapping, instance, spreadsheet) VALUES (?, ?, ?) "
                  "ON DUPLICATE KEY UPDATE sheet_id = IF(instance <> VALUES(instance) OR "
                  "spreadsheet = VALUES(spreadsheet), sheet_id, NULL), spreadsheet = "
                  "IF(instance = VALUES(instance), VALUES(spreadsheet), spreadsheet)",
                  params, 3, NULL, err) != 0)
        return -1;
    return state_run(s,
                     "SELECT sheet_id, snapshot, snapshot_key, snapshot_rows, held_deletes, "
                     "is_joined, own_columns, instance FROM @.mapping_state WHERE mapping = ?",
                     params, 1, rows, err);
}

static int load_own_row(struct state *s, const struct mapping *m, struct db_rows *rows,
                        struct err *err)
{
    const char *instance;

    if (load_row(s, m, rows, err) != 0)
        return -1;
    instance = db_rows_text(rows, 0, AT_INSTANCE);
    if (strcmp(instance, s->cfg->instance) == 0)
        return 0;
    return take_over(s, m, instance, err) != 0 ? -1 : load_row(s, m, rows, err);
}

static int copy_text(const struct db_rows *rows, size_t at, char **out, struct err *err)
{
    if (db_rows_at(rows, 0, at).state != VALUE_TEXT)
        return 0;
    *out = strdup(db_rows_text(rows, 0, at));
    return *out == NULL ? err_nomem(err, "state") : 0;
}

int state_load_mapping(struct state *s, const struct mapping *m, struct mapping_memory *out,
                       struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_ROWS struct db_rows base = DB_ROWS_INIT;
    const char *name = m->cfg->name;
    struct db_param params[] = {DB_P_TEXT(name)};

    *out = (struct mapping_memory){.sheet_id = -1};
    if (load_own_row(s, m, &rows, err) != 0 || state_save_pending(s, name, 0, 0, err) != 0 ||
        state_run(s, "SELECT 1 FROM @.base WHERE mapping = ? LIMIT 1", params, 1, &base, err) != 0)
        return -1;
    if (db_rows_at(&rows, 0, AT_SHEET_ID).state == VALUE_TEXT)
        out->sheet_id = db_rows_int(&rows, 0, AT_SHEET_ID);
    out->phase = parse_phase(db_rows_text(&rows, 0, AT_SNAPSHOT));
    out->snapshot_rows = db_rows_int(&rows, 0, AT_ROWS);
    out->held_deletes = (size_t)db_rows_int(&rows, 0, AT_HELD);
    out->joined = (enum joined)db_rows_int(&rows, 0, AT_JOINED);
    out->has_base = base.n_rows > 0;
    return copy_text(&rows, AT_KEY, &out->snapshot_key, err) != 0 ||
                   copy_text(&rows, AT_OWN_COLUMNS, &out->own_columns, err) != 0
               ? -1
               : 0;
}

void mapping_memory_close(struct mapping_memory *memory)
{
    free(memory->snapshot_key);
    free(memory->own_columns);
    *memory = (struct mapping_memory){.sheet_id = -1};
}

int state_save_tab(struct state *s, const struct mapping *m, struct err *err)
{
    struct db_param params[] = {DB_P_INT(m->sheet_id), DB_P_TEXT(m->cfg->name)};

    return state_run(s, "UPDATE @.mapping_state SET sheet_id = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_snapshot(struct state *s, const char *mapping, enum snapshot_phase phase,
                        const char *key, int64_t rows, struct err *err)
{
    static const char *const names[] = {"none", "running", "done"};
    struct db_param params[] = {DB_P_TEXT(names[phase]), key == NULL ? DB_P_NULL : DB_P_TEXT(key),
                                DB_P_INT(rows), DB_P_TEXT(mapping)};

    return state_run(
        s,
        "UPDATE @.mapping_state SET snapshot = ?, snapshot_key = ?, snapshot_rows = ?, "
        "snapshot_total = NULL, snapshot_left_s = NULL, snapshot_wait = '' "
        "WHERE mapping = ?",
        params, 4, NULL, err);
}

int state_save_progress(struct state *s, const char *mapping,
                        const struct snapshot_progress *progress, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(progress->key), DB_P_INT(progress->rows),
                                progress->total > 0 ? DB_P_INT(progress->total) : DB_P_NULL,
                                progress->left_s >= 0 ? DB_P_INT(progress->left_s) : DB_P_NULL,
                                DB_P_TEXT(mapping)};

    return state_run(s,
                     "UPDATE @.mapping_state SET snapshot = 'running', snapshot_key = ?, "
                     "snapshot_rows = ?, snapshot_total = ?, snapshot_left_s = ? WHERE mapping = ?",
                     params, 5, NULL, err);
}

int state_save_wait(struct state *s, const char *why, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(why), DB_P_TEXT(s->cfg->instance)};

    return state_run(s,
                     "UPDATE @.mapping_state SET snapshot_wait = ? "
                     "WHERE instance = ? AND snapshot <> 'done'",
                     params, 2, NULL, err);
}

int state_save_health(struct state *s, const char *mapping, const char *state,
                      const struct err *problem, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(state), DB_P_NULL, DB_P_TEXT(mapping)};

    metrics_set_state(METRIC_MAPPING_STATE, metrics_place(METRICS_LABEL_MAPPING, mapping),
                      metrics_place(METRICS_LABEL_STATE, state));
    if (problem == NULL) {
        params[1] = params[2];
        return state_run(s, "UPDATE @.mapping_state SET state = ? WHERE mapping = ?", params, 2,
                         NULL, err);
    }
    params[1] = DB_P_TEXT(problem->msg);
    return state_run(s,
                     "UPDATE @.mapping_state SET state = ?, last_error = ?, "
                     "last_error_at = UTC_TIMESTAMP(3) WHERE mapping = ?",
                     params, 3, NULL, err);
}

int state_save_own(struct state *s, const char *mapping, const char *columns, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(columns), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET own_columns = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_cells(struct state *s, const char *mapping, int64_t cells, struct err *err)
{
    struct db_param params[] = {DB_P_INT(cells), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET spreadsheet_cells = ? WHERE mapping = ?",
                     params, 2, NULL, err);
}

int state_save_joined(struct state *s, const char *mapping, enum joined joined, struct err *err)
{
    struct db_param params[] = {DB_P_INT(joined), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET is_joined = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_held(struct state *s, const char *mapping, unsigned n, const char *keys,
                    struct err *err)
{
    struct db_param params[] = {DB_P_INT(n), DB_P_TEXT(keys), DB_P_TEXT(mapping)};

    return state_run(s,
                     "UPDATE @.mapping_state SET held_deletes = ?, held_keys = ? WHERE mapping = ?",
                     params, 3, NULL, err);
}
