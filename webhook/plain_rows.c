/* SPDX-License-Identifier: Apache-2.0 */
/* plain_rows: the rows that plain edits are about, and their bases. */
#include "common/cleanup.h"
#include "webhook/many.h"
#include "webhook/plain_private.h"
#include "webhook/row.h"

static int take_row(struct plain *p, const struct db_rows *rows, size_t r, size_t from, size_t n,
                    bool is_after, struct err *err)
{
    struct arena scratch = ARENA_INIT;
    struct value *values = arena_alloc(&scratch, p->m->n_columns * sizeof(*values));
    struct value *key = arena_alloc(&scratch, p->m->n_key * sizeof(*key));
    struct hash128 hash;
    int rc = -1;

    if (values == NULL || key == NULL) {
        err_nomem(err, "edits");
        goto undo;
    }
    if (row_values(p->m, rows, r, &scratch, values, err) != 0)
        goto undo;
    for (size_t k = 0; k < p->m->n_key; k++)
        key[k] = values[p->m->key[k]];
    hash = hash_key(key, p->m->n_key);
    rc = 0;
    for (size_t i = from; i < from + n; i++) {
        struct task *task = &p->edits[i]->task;
        struct value *to = task->mysql;

        if (!hash128_equal(p->edits[i]->key, hash))
            continue;
        if (is_after && (task->after = to = task_values(task, p->m->n_columns, err)) == NULL)
            rc = -1;
        else
            rc = row_values(p->m, rows, r, &task->arena, to, err);
        task->is_found = true;
        break;
    }
undo:
    arena_close(&scratch);
    return rc;
}

/* A row whose key is spelled otherwise than it was sent is nobody's. */
static int read_rows(struct plain *p, size_t from, size_t n, bool is_after, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct value *keys[MANY] = {NULL};

    for (size_t i = 0; i < n; i++)
        keys[i] = p->edits[from + i]->task.key;
    if (row_find_many(p->db, p->m, keys, n, &rows, err) != 0)
        return -1;
    for (size_t r = 0; r < rows.n_rows; r++)
        if (take_row(p, &rows, r, from, n, is_after, err) != 0)
            return -1;
    return 0;
}

static int read_bases(struct plain *p, size_t from, size_t n, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct hash128 *keys[MANY] = {NULL};

    for (size_t i = 0; i < n; i++)
        keys[i] = &p->edits[from + i]->key;
    if (state_base_load_many(p->db, p->m->cfg->name, keys, n, &rows, err) != 0)
        return -1;
    for (size_t i = from; i < from + n; i++)
        p->edits[i]->task.has_base =
            state_base_take(&rows, &p->edits[i]->key, &p->edits[i]->task.base);
    return 0;
}

static bool can_read_beside(const struct schema_mapping *m)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (state_base_has_column(schema_column_of(m, i)->name))
            return false;
    return true;
}

/* A lone edit's row with its base, in one round trip. */
static int read_beside(struct plain *p, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct plain_edit *e = p->edits[0];
    const struct db_param params[] = {DB_P_TEXT(p->m->cfg->name),
                                      DB_P_BYTES(e->key.bytes, sizeof(e->key.bytes))};
    const struct row_beside base = {
        .columns = STATE_BASE_COLUMNS, .join = STATE_BASE_JOIN, .params = params, .n_params = 2};

    if (row_find_beside(p->db, p->m, e->task.key, &base, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    e->task.has_base = state_base_take_beside(&rows, 0, p->m->n_columns, &e->task.base);
    return take_row(p, &rows, 0, 0, 1, false, err);
}

int plain_read_before(struct plain *p, size_t from, size_t n, struct err *err)
{
    if (p->n == 1 && can_read_beside(p->m))
        return read_beside(p, err);
    return read_rows(p, from, n, false, err) != 0 ? -1 : read_bases(p, from, n, err);
}

int plain_read_after(struct plain *p, size_t from, size_t n, struct err *err)
{
    return read_rows(p, from, n, true, err);
}
