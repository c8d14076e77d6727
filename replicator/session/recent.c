/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent: rows that we wrote lately.
 *
 * A person edits a cell, and our write for the same row lands on it before the webhook has the
 * edit: the echo of that edit must then be written although base says that the sheet shows it
 * already. The edit's time is the sheet's clock and ours may differ. Several such edits of a cell
 * may come at once, and base then says nothing of what we wrote: it is kept here, so that it is
 * not taken for what a person typed.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "replicator/session/session.h"
#include "replicator/sync/plan.h"
#include "replicator/sync/tab.h"

enum {
    CLOCKS_DIFFER_MS = 5000,
    RECENTS_MAX = 25000,
    SHOWN_MS = 60000,        /* a value of so long ago is typed again, rather */
    SHOWN_CELLS_MAX = 200000 /* kept of all rows; then they are forgotten, and it begins anew */
};

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

static struct row_id make_id(uint32_t mapping, struct hash128 key)
{
    struct row_id id;

    memset(&id, 0, sizeof(id));
    id.mapping = mapping;
    id.key = key;
    return id;
}

static struct recent *find(const struct session *s, uint32_t mapping, struct hash128 key)
{
    struct row_id id = make_id(mapping, key);
    struct recent *r;

    HASH_FIND(hh, s->recents, &id, sizeof(id), r);
    return r;
}

struct recent *recent_note(struct session *s, uint32_t mapping, struct hash128 key)
{
    struct recent *r = find(s, mapping, key);

    if (r == NULL && (r = add(s, make_id(mapping, key))) == NULL) {
        /* Bounded: forget them all, and take every row as written until now. */
        recents_close(s);
        s->recents_floor_ms = clock_wall_ms();
        return NULL;
    }
    r->wall_ms = clock_wall_ms();
    return r;
}

static void forget_shown(struct session *s)
{
    for (struct recent *r = s->recents; r != NULL; r = r->hh.next) {
        free(r->shown);
        r->shown = NULL;
    }
    s->recent_cells = 0;
}

void recent_keep_cell(struct session *s, struct recent *r, size_t n, size_t i, uint64_t hash)
{
    if (r->shown == NULL) {
        if (s->recent_cells + n > SHOWN_CELLS_MAX)
            forget_shown(s);
        s->recent_cells += n;
        r->shown = calloc(n + 1, sizeof(*r->shown));
    }
    if (r->shown != NULL)
        r->shown[i] = hash;
}

void recent_keep(struct session *s, struct recent *r, const struct plan *plan,
                 const struct planned_row *row)
{
    for (size_t c = row->first_cell; c < row->first_cell + row->n_cells; c++)
        recent_keep_cell(s, r, plan->mapping->n_columns, plan->cells[c].mapped,
                         hash_value(plan->cells[c].v));
}

const uint64_t *recent_shown(const struct session *s, uint32_t mapping, struct hash128 key)
{
    const struct recent *r = find(s, mapping, key);

    return r == NULL ? NULL : r->shown;
}

bool recent_shows(const struct session *s, uint32_t mapping, struct hash128 key, size_t i,
                  const struct cell *cell)
{
    const struct recent *r = find(s, mapping, key);

    return r != NULL && r->shown != NULL && r->shown[i] != 0 &&
           clock_wall_ms() - r->wall_ms < SHOWN_MS &&
           tab_cell_shows(&s->follows[mapping].m, i, cell, r->shown[i]);
}

bool recent_is_after(const struct session *s, uint32_t mapping, struct hash128 key,
                     int64_t edited_ms, bool is_own_clock)
{
    const struct recent *r = find(s, mapping, key);
    int64_t wrote = s->recents_floor_ms;

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
        free(r->shown);
        free(r);
    }
    s->recent_cells = 0;
}
