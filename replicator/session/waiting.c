/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/waiting.h"

#include <stdlib.h>

int waiting_add(struct reconcile *r, struct hash128 key, struct err *err)
{
    struct waiting *w;

    if (waiting_has(r, key))
        return 0;
    w = calloc(1, sizeof(*w));
    if (w == NULL)
        return err_nomem(err, "waiting");
    w->key = key;
    HASH_ADD(hh, r->waiting, key, sizeof(w->key), w);
    if (hash_added(w))
        return 0;
    free(w);
    return err_nomem(err, "waiting");
}

bool waiting_has(const struct reconcile *r, struct hash128 key)
{
    struct waiting *w;

    HASH_FIND(hh, r->waiting, &key, sizeof(key), w);
    return w != NULL;
}

enum { SHOWN_MAX = 100 };

int waiting_put_keys(const struct reconcile *r, struct state *state, const char *mapping,
                     struct buf *json, struct err *err)
{
    struct hash128 keys[SHOWN_MAX] = {{{0}}};
    struct base_rows rows = {0};
    const struct base_row *row;
    const char *separator = "";
    size_t n = 0;
    int rc;

    for (struct waiting *w = r->waiting; w != NULL && n < SHOWN_MAX; w = w->hh.next)
        keys[n++] = w->key;
    rc = state_load_base(state, mapping, keys, n, false, &rows, err);
    buf_putc(json, '[');
    for (size_t i = 0; rc == 0 && i < n; i++) {
        row = base_rows_find(&rows, keys[i]);
        if (row == NULL)
            continue;
        buf_puts(json, separator);
        buf_puts(json, row->row_key);
        separator = ",";
    }
    buf_putc(json, ']');
    base_rows_close(&rows);
    return rc;
}

void waiting_close(struct reconcile *r)
{
    struct waiting *w, *next;

    HASH_ITER(hh, r->waiting, w, next)
    {
        HASH_DEL(r->waiting, w);
        free(w);
    }
}
