/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/history.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "sandbox/mem.h"

enum { MAX_STEPS = 50 };

struct history {
    pthread_mutex_t lock;
    struct step steps[MAX_STEPS]; /* guarded; newest last */
    size_t n;                     /* guarded */
};

struct history *history_new(void)
{
    struct history *h = mem_new(1, sizeof(*h));

    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void step_close(struct step *s)
{
    book_unref(s->before);
    book_unref(s->after);
    free(s->user);
    *s = (struct step){0};
}

void history_free(struct history *h)
{
    if (h == NULL)
        return;
    while (h->n > 0)
        step_close(&h->steps[--h->n]);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

/* The step at I is gone from the list; its content belongs to the caller. */
static void drop(struct history *h, size_t i)
{
    h->n--;
    memmove(h->steps + i, h->steps + i + 1, (h->n - i) * sizeof(h->steps[0]));
}

void history_add(struct history *h, struct book *before, struct book *after, const char *user)
{
    LOCK_SCOPE(&h->lock);
    if (h->n == MAX_STEPS) {
        step_close(&h->steps[0]);
        drop(h, 0);
    }
    h->steps[h->n++] = (struct step){book_ref(before), book_ref(after), mem_text(user)};
}

bool history_take(struct history *h, const char *spreadsheet, const char *user, struct step *out)
{
    LOCK_SCOPE(&h->lock);
    for (size_t i = h->n; i-- > 0;) {
        if (strcmp(h->steps[i].after->id, spreadsheet) != 0 || strcmp(h->steps[i].user, user) != 0)
            continue;
        *out = h->steps[i];
        drop(h, i);
        return true;
    }
    return false;
}
