/* SPDX-License-Identifier: Apache-2.0 */
/* route_rows: rows of mapped tables become images of their mapped columns. */
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/metrics.h"
#include "replicator/route_private.h"

enum { MICROS = 1000000, KEY_MAX = 16 };

/* Where the log has no commit's time (MariaDB): the second in which the statement began. */
static int64_t change_time_us(const struct origin *origin)
{
    return origin->commit_time_us != 0 ? origin->commit_time_us : (int64_t)origin->time_s * MICROS;
}

/* The key that the row had, of a change that gave it another one. */
static struct hash128 old_key(const struct mapping *m, const struct change *change)
{
    struct value key[KEY_MAX];

    for (size_t k = 0; k < m->n_key; k++)
        key[k] = change->before[m->columns[m->key[k]].column];
    return hash_key(key, m->n_key);
}

static bool is_key_changed(const struct mapping *m, const struct change *change)
{
    for (size_t k = 0; change->type == CHANGE_UPDATE && k < m->n_key; k++) {
        size_t c = m->columns[m->key[k]].column;

        if (change->after[c].state != VALUE_ABSENT &&
            !value_equal(change->after[c], change->before[c]))
            return true;
    }
    return false;
}

static int push_row(struct route *r, size_t at, const struct change *change,
                    const struct value *values, bool is_delete, bool is_partial, struct err *err)
{
    const struct mapping *m = r->mappings[at];
    struct item item = {.type = ITEM_CHANGE,
                        .mapping = (uint32_t)at,
                        .time_us = change_time_us(change->origin),
                        .times = r->times,
                        .is_delete = is_delete,
                        .is_partial = is_partial};

    item.has_old_key = !is_delete && is_key_changed(m, change);
    if (item.has_old_key)
        item.old_key = old_key(m, change);
    item.image = row_image_new(mapping_key_hash(m, values), values, m->n_columns);
    if (item.image == NULL)
        return err_nomem(err, "route");
    metrics_since(METRIC_LAG, r->times.committed_us, at);
    return route_push(r, item, err);
}

/* The row as it was, for its key only. */
static int push_delete(struct route *r, size_t at, const struct change *change, struct err *err)
{
    const struct mapping *m = r->mappings[at];
    CLEANUP_FREE struct value *values = calloc(m->n_columns, sizeof(*values));

    if (values == NULL)
        return err_nomem(err, "route");
    for (size_t k = 0; k < m->n_key; k++)
        values[m->key[k]] = change->before[m->columns[m->key[k]].column];
    return push_row(r, at, change, values, true, false, err);
}

/* Is this an old row of a system versioned table? The greatest end is that of TIMESTAMP(6), of
 * MariaDB 11.5's longer one, or of transaction numbers. */
static bool is_history(const struct table *t, const struct value *row)
{
    static const char *const greatest[] = {"2038-01-19 03:14:07.999999",
                                           "2106-02-07 06:28:15.999999", "18446744073709551615"};

    if (!t->is_versioned || row == NULL || row[t->row_end].state != VALUE_TEXT)
        return false;
    for (size_t i = 0; i < sizeof(greatest) / sizeof(greatest[0]); i++)
        if (value_equal(row[t->row_end], value_text(greatest[i], strlen(greatest[i]))))
            return false;
    return true;
}

/* A row has become history: a DELETE is logged as an UPDATE that sets its end, while an UPDATE also
 * inserts the old row anew. */
static int end_row(struct route *r, size_t at, const struct change *change, struct err *err)
{
    return change->type == CHANGE_UPDATE ? push_delete(r, at, change, err) : 0;
}

int route_take_row(struct route *r, size_t at, const struct change *change, struct err *err)
{
    const struct mapping *m = r->mappings[at];
    CLEANUP_FREE struct value *values = NULL;
    bool is_partial = false;

    metrics_add(METRIC_CHANGES, 1, at, change->type);
    if (change->table->is_versioned && is_history(change->table, change->after))
        return is_history(change->table, change->before) ? 0 : end_row(r, at, change, err);
    if (change->type == CHANGE_DELETE)
        return is_history(change->table, change->before) ? 0 : push_delete(r, at, change, err);
    if (is_key_changed(m, change) && push_delete(r, at, change, err) != 0)
        return -1;
    values = calloc(m->n_columns, sizeof(*values));
    if (values == NULL)
        return err_nomem(err, "route");
    for (size_t i = 0; i < m->n_columns; i++) {
        values[i] = change_newest(change, m->columns[i].column);
        is_partial = is_partial || values[i].state == VALUE_ABSENT;
    }
    return push_row(r, at, change, values, false, is_partial, err);
}
