/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/watermark.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "replicator/session/absent.h"
#include "replicator/session/note.h"
#include "replicator/session/session.h"

enum { NOTE_EVERY_MS = 1000 };

/* Make room: of the older ones every second is enough. */
static void thin_out(struct watermark *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++) {
        if (i % 2 == 0)
            w->marks[n++] = w->marks[i];
        else
            free(w->marks[i].position);
    }
    w->n = n;
}

void watermark_note(struct session *s)
{
    struct watermark *w = &s->watermark;
    int64_t now = clock_mono_ms();
    char *position;

    if (s->position == NULL || (w->n > 0 && now - w->noted_ms < NOTE_EVERY_MS))
        return;
    position = strdup(s->position);
    if (position == NULL)
        return;
    if (w->n == WATERMARK_MARKS)
        thin_out(w);
    w->marks[w->n++] = (struct watermark_mark){
        .transaction = s->transaction, .position = position, .us = s->position_us};
    w->noted_ms = now;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t oldest_of_follow(const struct follow *f, uint64_t oldest)
{
    for (const struct refresh *r = f->refreshes; r != NULL; r = r->hh.next)
        oldest = least(oldest, r->since);
    for (const struct absent *a = f->absents; a != NULL; a = a->hh.next)
        oldest = least(oldest, a->since);
    return oldest;
}

/* Since which transaction does something wait? A chunk of a snapshot is read again. */
static uint64_t oldest_of(const struct session *s)
{
    uint64_t oldest = s->transaction;

    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        oldest = least(oldest, p->since);
    for (const struct placement *p = s->placements; p != NULL; p = p->hh.next)
        oldest = least(oldest, p->since);
    for (const struct check *c = s->checks; c != NULL; c = c->hh.next)
        oldest = least(oldest, c->since);
    for (const struct orphan *o = *s->orphans; o != NULL; o = o->next)
        oldest = least(oldest, o->since);
    for (const struct note *n = s->notes; n != NULL; n = n->hh.next)
        oldest = least(oldest, n->since);
    for (const struct window_row *w = s->window.is_open && !s->window.is_snapshot ? s->window.rows
                                                                                  : NULL;
         w != NULL; w = w->hh.next)
        oldest = least(oldest, w->since);
    for (size_t i = 0; i < s->n_follows; i++)
        oldest = oldest_of_follow(&s->follows[i], oldest);
    for (size_t i = 0; i < s->n_families; i++)
        oldest = least(oldest, s->families[i].is_due ? s->families[i].since : oldest);
    return oldest;
}

const struct watermark_mark *watermark_find(const struct session *s)
{
    const struct watermark *w = &s->watermark;
    const struct watermark_mark *found = NULL;
    uint64_t oldest = w->n == 0 ? 0 : oldest_of(s);

    for (size_t i = 0; i < w->n && w->marks[i].transaction <= oldest; i++)
        found = &w->marks[i];
    return found;
}

void watermark_forget(struct session *s, const struct watermark_mark *mark)
{
    struct watermark *w = &s->watermark;
    size_t n = (size_t)(mark - w->marks) + 1;

    for (size_t i = 0; i < n; i++)
        free(w->marks[i].position);
    w->n -= n;
    memmove(w->marks, w->marks + n, w->n * sizeof(*w->marks));
}

void watermark_close(struct session *s)
{
    if (s->watermark.n > 0)
        watermark_forget(s, &s->watermark.marks[s->watermark.n - 1]);
}
