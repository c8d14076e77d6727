/* SPDX-License-Identifier: Apache-2.0 */
/* state_table: what is remembered of a mapping's table, and what an ALTER makes of its base rows.
 */
#include <stdlib.h>

#include "common/base.h"
#include "common/base_values.h"
#include "common/cleanup.h"
#include "replicator/sync/state.h"

enum { PAGE = 500 };

int state_load_table(struct state *s, const char *mapping, struct table_memory *out,
                     struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(mapping)};

    *out = (struct table_memory){0};
    if (state_run(s, "SELECT definition, is_current, todo FROM @.mapped_table WHERE mapping = ?",
                  params, 1, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    out->text = strdup(db_rows_text(&rows, 0, 0));
    out->is_current = db_rows_int(&rows, 0, 1) != 0;
    out->must_clear = strcmp(db_rows_text(&rows, 0, 2), "clear") == 0;
    if (out->text == NULL)
        return err_nomem(err, "state");
    return definition_parse(out->text, &out->definition, err);
}

void table_memory_close(struct table_memory *memory)
{
    free(memory->text);
    definition_close(&memory->definition);
    *memory = (struct table_memory){0};
}

int state_save_table(struct state *s, const char *mapping, const char *definition, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(mapping), DB_P_TEXT(definition)};

    return state_run(s,
                     "INSERT INTO @.mapped_table (mapping, definition) VALUES (?, ?) "
                     "ON DUPLICATE KEY UPDATE definition = VALUES(definition), is_current = 0, "
                     "todo = 'nothing'",
                     params, 2, NULL, err);
}

int state_confirm_table(struct state *s, const char *mapping, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapped_table SET is_current = 1 WHERE mapping = ?", params, 1,
                     NULL, err);
}

int state_doubt_table(struct state *s, const char *mapping, bool must_clear, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(mapping)};

    return state_run(s,
                     must_clear ? "UPDATE @.mapped_table SET is_current = 0, todo = 'clear' "
                                  "WHERE mapping = ?"
                                : "UPDATE @.mapped_table SET is_current = 0 WHERE mapping = ?",
                     params, 1, NULL, err);
}

/* --- base rows --- */

/* One statement about all base rows of a mapping, fenced. */
static int run_fenced(struct state *s, const char *const *statements, size_t n, const char *mapping,
                      struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(mapping)};

    if (state_ack_begin(s, err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (state_run(s, statements[i], params, 1, NULL, err) != 0) {
            state_ack_abort(s);
            return -1;
        }
    return state_ack_commit(s, err);
}

/* The entry of no column. */
static const char kept[BASE_COLUMN_BYTES];

bool base_row_is_kept(const struct base_row *row)
{
    return row->hashes_len == sizeof(kept) && memcmp(row->hashes, kept, sizeof(kept)) == 0;
}

/* There is nothing left to decide about. */
static const char end_conflicts[] =
    "UPDATE @.conflicts SET state = 'resolved', outcome = 'agreed', resolved_by = '', "
    "resolved_at = UTC_TIMESTAMP(3) WHERE mapping = ? AND state <> 'resolved'";

int state_keep_base(struct state *s, const char *mapping, struct err *err)
{
    static const char *const statements[] = {
        "UPDATE @.base SET hashes = X'000000000000000000000000', agreed = NULL WHERE mapping = ?",
        end_conflicts};

    return run_fenced(s, statements, 2, mapping, err);
}

int state_drop_base(struct state *s, const char *mapping, struct err *err)
{
    static const char *const statements[] = {
        "DELETE FROM @.base WHERE mapping = ?", end_conflicts,
        "UPDATE @.mapped_table SET todo = 'nothing' WHERE mapping = ?"};

    return run_fenced(s, statements, 3, mapping, err);
}

/* The new bytes of ROW into PUT; false: none of the changes is about it. */
static bool change_row(const struct base_row *row, const struct base_change *changes, size_t n,
                       struct arena *arena, struct base_put *put)
{
    CLEANUP_BUF struct buf hashes = BUF_INIT;
    CLEANUP_BUF struct buf agreed = BUF_INIT;
    bool is_changed = false;

    buf_append(&hashes, row->hashes, row->hashes_len);
    buf_append(&agreed, row->agreed, row->agreed_len);
    for (size_t i = 0; i < n && !hashes.is_failed && !agreed.is_failed; i++) {
        is_changed = base_rename(&hashes, changes[i].from, changes[i].to) || is_changed;
        base_value_rename(&agreed, changes[i].from, changes[i].to);
    }
    *put = (struct base_put){.key = row->key,
                             .row_key = row->row_key,
                             .hashes = arena_copy(arena, buf_text(&hashes), hashes.len),
                             .hashes_len = hashes.len,
                             .agreed = arena_copy(arena, buf_text(&agreed), agreed.len),
                             .agreed_len = agreed.len};
    return is_changed;
}

static int put_changed(struct state *s, const char *mapping, struct base_rows *page,
                       const struct base_change *changes, size_t n, struct err *err)
{
    CLEANUP_FREE struct base_put *puts = calloc(HASH_COUNT(page->rows) + 1, sizeof(*puts));
    size_t n_puts = 0;

    if (puts == NULL)
        return err_nomem(err, "state");
    for (struct base_row *row = page->rows; row != NULL; row = row->hh.next) {
        struct base_put put;

        if (!change_row(row, changes, n, &page->arena, &put))
            continue;
        if (put.hashes == NULL || put.agreed == NULL)
            return err_nomem(err, "state");
        puts[n_puts++] = put;
    }
    return state_ack_put(s, mapping, puts, n_puts, err);
}

/* The rows as they are now, locked: the webhook writes base rows, too. */
int state_change_rows(struct state *s, const char *mapping, const struct hash128 *keys, size_t n,
                      const struct base_change *changes, size_t n_changes, struct err *err)
{
    struct base_rows locked = {0};
    int rc;

    if (state_ack_begin(s, err) != 0)
        return -1;
    rc = state_load_base(s, mapping, keys, n, true, &locked, err);
    if (rc == 0)
        rc = put_changed(s, mapping, &locked, changes, n_changes, err);
    base_rows_close(&locked);
    if (rc != 0) {
        state_ack_abort(s);
        return -1;
    }
    return state_ack_commit(s, err);
}

static int change_page(struct state *s, const char *mapping, const struct base_rows *page,
                       const struct base_change *changes, size_t n, struct err *err)
{
    CLEANUP_FREE struct hash128 *keys = calloc(PAGE, sizeof(*keys));
    size_t n_keys = 0;

    if (keys == NULL)
        return err_nomem(err, "state");
    for (const struct base_row *row = page->rows; row != NULL; row = row->hh.next)
        keys[n_keys++] = row->key;
    return state_change_rows(s, mapping, keys, n_keys, changes, n, err);
}

static int change_conflicts(struct state *s, const char *mapping, const struct base_change *change,
                            struct err *err)
{
    struct db_param moved[] = {DB_P_TEXT(change->to == NULL ? "" : change->to), DB_P_TEXT(mapping),
                               DB_P_TEXT(change->from)};
    struct db_param ended[] = {DB_P_TEXT(change->is_dropped ? "agreed" : "mysql"),
                               DB_P_TEXT(mapping), DB_P_TEXT(change->from)};

    if (change->to != NULL)
        return state_run(s,
                         "UPDATE @.conflicts SET column_name = ? WHERE mapping = ? AND "
                         "column_name = ? AND state <> 'resolved'",
                         moved, 3, NULL, err);
    return state_run(s,
                     "UPDATE @.conflicts SET state = 'resolved', outcome = ?, resolved_by = '', "
                     "resolved_at = UTC_TIMESTAMP(3) WHERE mapping = ? AND column_name = ? AND "
                     "state <> 'resolved'",
                     ended, 3, NULL, err);
}

int state_change_base(struct state *s, const char *mapping, const struct base_change *changes,
                      size_t n, struct err *err)
{
    struct hash128 after = {{0}};
    int found = PAGE;

    for (size_t i = 0; i < n; i++)
        if (change_conflicts(s, mapping, &changes[i], err) != 0)
            return -1;

    while (n > 0 && found == PAGE) {
        struct base_rows page = {0};
        int rc;

        found = state_page_base(s, mapping, after, PAGE, &page, &after, err);
        rc = found > 0 ? change_page(s, mapping, &page, changes, n, err) : found;
        base_rows_close(&page);
        if (rc != 0)
            return -1;
    }
    return 0;
}
