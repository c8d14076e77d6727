/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/absent.h"

#include <stdlib.h>

#include "common/log.h"
#include "common/rowkey.h"

enum { ABSENTS_MAX = 10000, KEY_MAX = 16 };

static void remove_one(struct follow *f, struct absent *a)
{
    HASH_DEL(f->absents, a);
    free(a->row_key);
    free(a);
}

void absents_close(struct follow *f)
{
    struct absent *a, *next;

    HASH_ITER(hh, f->absents, a, next) remove_one(f, a);
}

int absent_add(struct session *s, struct follow *f, const struct row_image *image, struct err *err)
{
    struct buf text = BUF_INIT;
    struct value key[KEY_MAX];
    struct absent *a;

    reconcile_request(f, true);
    HASH_FIND(hh, f->absents, &image->key, sizeof(image->key), a);
    if (a != NULL)
        return 0;
    if (HASH_COUNT(f->absents) >= ABSENTS_MAX) {
        absents_close(f);
        return compare_request(s, f, err);
    }
    for (size_t k = 0; k < f->m.n_key; k++)
        key[k] = image->values[f->m.key[k]];
    rowkey_write(&text, key, f->m.n_key);
    a = calloc(1, sizeof(*a));
    if (a == NULL || (a->row_key = buf_take(&text)) == NULL) {
        buf_close(&text);
        free(a);
        return err_nomem(err, "absent");
    }
    a->key = image->key;
    a->since = s->cause;
    HASH_ADD(hh, f->absents, key, sizeof(a->key), a);
    if (!hash_added(a)) {
        free(a->row_key);
        free(a);
        return err_nomem(err, "absent");
    }
    log_debug("absent: a changed row is not in the tab mapping=%s", f->m.cfg->name);
    return 0;
}

static bool is_there(const struct follow *f, struct hash128 key)
{
    const struct base_entry *base = base_list_find(&f->reconcile.base, key);

    return (base != NULL && base->is_seen) || row_index_find(&f->m.index, key) >= 0;
}

int absent_compared(struct session *s, uint32_t at, struct err *err)
{
    struct follow *f = &s->follows[at];
    struct absent *a, *next;

    HASH_ITER(hh, f->absents, a, next)
    {
        s->cause = a->since;
        if (is_there(f, a->key) && session_refresh(s, at, a->key, a->row_key, NULL, err) != 0)
            return -1;
        remove_one(f, a);
    }
    s->cause = s->transaction;
    return 0;
}
