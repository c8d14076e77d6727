/* SPDX-License-Identifier: Apache-2.0 */
/* collect: the rows in which a look finds a difference, and whether they wait for somebody. */
#include <stdlib.h>
#include <string.h>

#include "cli/compare/difference.h"
#include "cli/verify/verify.h"
#include "common/base.h"

void suspects_close(struct suspects *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->items[i].row_key);
        free(s->items[i].cells);
    }
    free(s->items);
    *s = (struct suspects){0};
}

static bool is_held_in(const struct base_row *base, const char *column)
{
    return base != NULL && base_is_held(base->hashes, base->hashes_len, column);
}

/* Are all cells that differ held by a conflict? */
static bool are_cells_held(const struct mapping *m, const struct difference *d)
{
    for (size_t i = 0; i < m->n_columns; i++)
        if (cells_is_compared(m, i) &&
            cells_differ(m, i, cells_at(m, d->grid, d->row, i), d->mysql[i]) &&
            !is_held_in(d->base, mapping_column_of(m, i)->name))
            return false;
    return true;
}

/* The newest edit of a row that only the tab has: does it wait, or was it refused? */
static int is_waiting(struct look *l, const struct difference *d, bool *out, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(l->place->m.cfg->name),
                                      DB_P_BYTES(d->key.bytes, sizeof(d->key.bytes))};

    if (state_run(&l->c->state,
                  "SELECT outcome IN ('waiting', 'rejected') FROM @.edit_log "
                  "WHERE mapping = ? AND key_hash = ? ORDER BY id DESC LIMIT 1",
                  params, 2, &rows, err) != 0)
        return -1;
    *out = rows.n_rows > 0 && db_rows_int(&rows, 0, 0) != 0;
    return 0;
}

static int find_held(struct look *l, const struct difference *d, enum suspect_held *out,
                     struct err *err)
{
    bool waits = false;

    *out = HELD_NOT;
    if (d->is_twice)
        return 0;
    if (is_held_in(d->base, BASE_ROW) ||
        (d->mysql != NULL && d->grid != NULL && are_cells_held(&l->place->m, d)))
        *out = HELD_CONFLICT;
    else if (d->grid == NULL && d->base != NULL && l->place->held_deletes > 0)
        *out = HELD_DELETE;
    else if (d->mysql == NULL && d->base != NULL && base_row_is_kept(d->base))
        *out = HELD_KEPT;
    else if (d->mysql == NULL && d->base == NULL && is_waiting(l, d, &waits, err) != 0)
        return -1;
    if (waits)
        *out = HELD_WAITING;
    return 0;
}

static struct suspect *add(struct suspects *s)
{
    if (s->n == s->size) {
        size_t size = s->size == 0 ? 64 : s->size * 2;
        struct suspect *items = realloc(s->items, size * sizeof(*items));

        if (items == NULL)
            return NULL;
        s->items = items;
        s->size = size;
    }
    memset(&s->items[s->n], 0, sizeof(*s->items));
    return &s->items[s->n++];
}

static int take(struct look *l, const struct difference *d, struct err *err)
{
    struct suspects *out = l->context;
    const struct mapping *m = &l->place->m;
    struct suspect *s;

    if (m->cfg->direction == CONFIG_TO_MYSQL && d->grid == NULL)
        return 0; /* MySQL's own rows are not for the tab */
    if (out->n == SUSPECTS_MAX) {
        out->n_more++;
        return 0;
    }
    s = add(out);
    if (s == NULL || (s->row_key = strdup(d->row_key)) == NULL)
        return err_nomem(err, "verify");
    s->key = d->key;
    s->row = d->row;
    s->is_in_mysql = d->mysql != NULL;
    s->is_in_tab = d->grid != NULL;
    s->is_twice = d->is_twice;
    s->mysql = s->is_in_mysql ? cells_hash_values(m, d->mysql) : 0;
    s->tab = s->is_in_tab ? cells_hash_row(m, d->grid, d->row) : 0;
    if (out->n <= SUSPECTS_DETAILED && (s->cells = difference_cells(m, d, NULL)) == NULL)
        return err_nomem(err, "verify");
    return find_held(l, d, &s->held, err);
}

static int list_keys(const struct suspects *s, struct key_list *out, struct err *err)
{
    for (size_t i = 0; i < s->n; i++)
        if (key_list_add(out, s->items[i].key, s->items[i].row_key) != 0)
            return err_nomem(err, "verify");
    return 0;
}

int verify_look(struct look *l, const struct suspects *last, struct suspects *out, struct err *err)
{
    struct key_list keys = {0};
    int rc = last == NULL ? 0 : list_keys(last, &keys, err);

    l->only = last == NULL ? NULL : &keys;
    l->tell = take;
    l->context = out;
    if (rc == 0)
        rc = look_run(l, err);
    l->only = NULL;
    key_list_close(&keys);
    return rc;
}
