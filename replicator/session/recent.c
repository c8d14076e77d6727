/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent: rows that we wrote lately.
 *
 * A person edits a cell, and our write for the same row lands on it before the webhook has the
 * edit: the echo of that edit must then be written although base says that the sheet shows it
 * already. The edit's time is the sheet's clock and ours may differ.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "replicator/session/session.h"

enum { CLOCKS_DIFFER_MS = 5000, RECENTS_MAX = 25000 };

/* NULL: there is no room. */
static struct recent *add(struct session *s, struct row_id id)
{
    struct recent *r;

    if (HASH_COUNT(s->recents) >= RECENTS_MAX || (r = calloc(1, sizeof(*r))) == NULL)
        return NULL;
    r->id = id;
    HASH_ADD(hh, s->recents, id, sizeof(r->id), r);
    if (hash_added(r))
        return r;
    free(r);
    return NULL;
}

void recent_note(struct session *s, uint32_t mapping, struct hash128 key)
{
    struct recent *r;
    struct row_id id;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    HASH_FIND(hh, s->recents, &id, sizeof(id), r);
    if (r == NULL && (r = add(s, id)) == NULL) {
        /* Bounded: forget them all, and take every row as written until now. */
        recents_close(s);
        s->recents_floor_ms = clock_wall_ms();
        return;
    }
    r->wall_ms = clock_wall_ms();
}

bool recent_is_after(const struct session *s, uint32_t mapping, struct hash128 key,
                     int64_t edited_ms, bool is_own_clock)
{
    int64_t wrote = s->recents_floor_ms;
    struct recent *r;
    struct row_id id;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    HASH_FIND(hh, s->recents, &id, sizeof(id), r);
    if (r != NULL)
        wrote = r->wall_ms;
    return wrote > 0 && edited_ms < wrote + (is_own_clock ? 0 : CLOCKS_DIFFER_MS);
}

void recents_close(struct session *s)
{
    struct recent *r, *next;

    HASH_ITER(hh, s->recents, r, next)
    {
        HASH_DEL(s->recents, r);
        free(r);
    }
}
