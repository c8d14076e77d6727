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
    return 0;
}

bool waiting_has(const struct reconcile *r, struct hash128 key)
{
    struct waiting *w;

    HASH_FIND(hh, r->waiting, &key, sizeof(key), w);
    return w != NULL;
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
