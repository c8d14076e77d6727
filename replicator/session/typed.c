/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/typed.h"

#include <stdlib.h>

#include "common/cleanup.h"
#include "common/clock.h"
#include "replicator/sync/tab.h"

enum { SETTLE_MS = 30000, TYPED_MAX = 10000 };

static int64_t settle_ms(const struct session *s)
{
    int64_t every = s->cfg->replicator.reconcile_every_ms;

    return every > 0 && every < SETTLE_MS ? every : SETTLE_MS;
}

static void forget(struct follow *f, struct typed *t)
{
    HASH_DEL(f->typed, t);
    free(t);
}

void typed_close(struct follow *f)
{
    struct typed *t, *next;

    HASH_ITER(hh, f->typed, t, next) forget(f, t);
}

void typed_begin(struct follow *f)
{
    for (struct typed *t = f->typed; t != NULL; t = t->hh.next)
        t->n_now = 0;
}

static uint64_t content_of(const struct mapping *m, const struct grid *grid, int64_t row)
{
    CLEANUP_BUF struct buf text = BUF_INIT;

    for (size_t i = 0; i < m->n_columns; i++) {
        uint64_t hash = tab_cell_content(grid_at(grid, row, m->columns[i].sheet_column));

        buf_append(&text, &hash, sizeof(hash));
    }
    return hash64(buf_text(&text), text.len);
}

static struct typed *get(struct follow *f, uint64_t content)
{
    struct typed *t;

    HASH_FIND(hh, f->typed, &content, sizeof(content), t);
    if (t != NULL || HASH_COUNT(f->typed) >= TYPED_MAX || (t = calloc(1, sizeof(*t))) == NULL)
        return t;
    t->content = content;
    HASH_ADD(hh, f->typed, content, sizeof(t->content), t);
    if (hash_added(t))
        return t;
    free(t);
    return NULL;
}

bool typed_is_due(const struct session *s, struct follow *f, const struct grid *grid, int64_t row,
                  bool is_noted)
{
    struct typed *t = get(f, content_of(&f->m, grid, row));

    if (t == NULL)
        return false; /* a later look takes it */
    t->n_now++;
    if (t->n_now > t->n_before || clock_mono_ms() < t->since_ms + settle_ms(s))
        return false;
    /* What was sent in an earlier look has its key by now, or a note that says why not: without one
     * this is another row of the same content. */
    if (t->n_now <= t->n_sent)
        return !is_noted;
    t->n_sent = t->n_now;
    return true;
}

int64_t typed_end(const struct session *s, struct follow *f)
{
    int64_t now = clock_mono_ms(), again = 0;
    struct typed *t, *next;

    HASH_ITER(hh, f->typed, t, next)
    {
        unsigned n_gone;

        if (t->n_now == 0) {
            forget(f, t);
            continue;
        }
        if (t->n_now > t->n_before)
            t->since_ms = now;
        /* Those that are not there any more have their keys: they were among the sent ones. */
        n_gone = t->n_before > t->n_now ? t->n_before - t->n_now : 0;
        t->n_sent -= t->n_sent < n_gone ? t->n_sent : n_gone;
        t->n_before = t->n_now;
        if (t->n_sent < t->n_now && (again == 0 || t->since_ms + settle_ms(s) < again))
            again = t->since_ms + settle_ms(s);
    }
    return again;
}
