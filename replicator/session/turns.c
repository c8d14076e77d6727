/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/session/turns.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/clock.h"

enum { BACKOFF_MS = 250, BACKOFF_MAX_MS = 15000 };

static bool shares_spreadsheet(const struct session *s, size_t a, size_t b)
{
    return strcmp(s->follows[a].m.cfg->spreadsheet, s->follows[b].m.cfg->spreadsheet) == 0;
}

static size_t first_of(const struct session *s, size_t at)
{
    size_t i = 0;

    while (i < at && !shares_spreadsheet(s, i, at))
        i++;
    return i;
}

/* May a batch to F's spreadsheet go by the quota? */
static bool has_token(const struct session *s, const struct follow *f)
{
    const char *spreadsheet = f->m.cfg->spreadsheet;

    return sheets_write_wait_ms(s->sheets, spreadsheet, window_is_filling(s, spreadsheet)) == 0;
}

struct follow *turns_next(struct session *s)
{
    CLEANUP_FREE bool *has_rows = calloc(s->n_follows, sizeof(*has_rows));
    struct follow *next = NULL;
    int64_t now = clock_mono_ms();

    for (const struct pending_row *p = s->set.rows; has_rows != NULL && p != NULL; p = p->hh.next)
        has_rows[p->id.mapping] |= pending_row_may_leave(p, now);
    for (size_t i = 0; i < s->n_follows; i++) {
        struct follow *f = &s->follows[first_of(s, i)];

        /* Without memory for the list each of them has a turn, with rows or not. */
        if (!s->follows[i].m.is_ready || (has_rows != NULL && !has_rows[i]))
            continue;
        if (!f->turn.is_lost && f->turn.after_ms <= now &&
            (next == NULL || f->turn.last_ms < next->turn.last_ms) && has_token(s, f))
            next = f;
    }
    if (next != NULL)
        next->turn.last_ms = now;
    return next;
}

/* Tell the state of the spreadsheet's mappings, for `tabrelay status`; PROBLEM NULL: they are well.
 */
static int tell(struct session *s, const struct follow *f, const struct err *problem,
                struct err *err)
{
    for (size_t i = 0; i < s->n_follows; i++) {
        const struct mapping *m = &s->follows[i].m;
        const char *state = s->follows[i].phase == SNAPSHOT_DONE ? "streaming" : "snapshot";

        if (!m->is_ready || strcmp(m->cfg->spreadsheet, f->m.cfg->spreadsheet) != 0)
            continue;
        s->own_commits++;
        if (state_save_health(&s->state, m->cfg->name, problem != NULL ? "error" : state, problem,
                              err) != 0)
            return -1;
    }
    return 0;
}

bool turns_is_refusal(const struct err *err)
{
    return err->code == ERR_AUTH ||
           (err->code == ERR_HTTP && err->detail >= 400 && err->detail < 500);
}

static void wait_for_next(struct follow *f, const struct err *err)
{
    int64_t wait_ms = clock_backoff_ms(f->turn.failures++, BACKOFF_MS, BACKOFF_MAX_MS);

    f->turn.after_ms = clock_mono_ms() + (err->wait_ms > wait_ms ? err->wait_ms : wait_ms);
    log_fault(&f->turn.fault, "flush", err);
}

/* Without one of its tabs no batch of a spreadsheet goes through: the next session leaves that
 * mapping out. */
int turns_failed(struct session *s, struct follow *f, struct err *err)
{
    const struct err problem = *err;

    if (turns_is_refusal(err)) {
        wait_for_next(f, &problem);
        if (f->turn.is_refused)
            return 0;
        f->turn.is_refused = true;
        return tell(s, f, &problem, err);
    }
    if (!err->transient || err->code == ERR_MYSQL || err->code == ERR_FORMAT)
        return -1;
    if (err->code == ERR_GONE)
        session_restart(s, "a tab is gone");
    wait_for_next(f, err);
    return 0;
}

int turns_done(struct session *s, struct follow *f, struct err *err)
{
    bool was_refused = f->turn.is_refused;

    f->turn.failures = 0;
    f->turn.is_refused = false;
    log_fault_over(&f->turn.fault, "flush");
    return was_refused ? tell(s, f, NULL, err) : 0;
}

/* --- within a spreadsheet --- */

struct load {
    uint32_t at;
    size_t n_rows;
};

static int fewer_first(const void *a, const void *b)
{
    const struct load *x = a, *y = b;

    if (x->n_rows != y->n_rows)
        return x->n_rows < y->n_rows ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

size_t turns_mappings(const struct session *s, const char *spreadsheet, uint32_t *order)
{
    CLEANUP_FREE struct load *loads = calloc(s->n_follows, sizeof(*loads));
    size_t n = 0;

    for (uint32_t i = 0; i < s->n_follows; i++)
        if (s->follows[i].m.is_ready && strcmp(s->follows[i].m.cfg->spreadsheet, spreadsheet) == 0)
            order[n++] = i;
    if (loads == NULL || n < 2) /* without memory the configuration's order has to do */
        return n;
    for (uint32_t i = 0; i < s->n_follows; i++)
        loads[i].at = i;
    for (const struct pending_row *p = s->set.rows; p != NULL; p = p->hh.next)
        loads[p->id.mapping].n_rows += !p->is_held;
    for (size_t i = 0; i < n; i++)
        loads[i] = loads[order[i]]; /* ORDER rises: nothing is overwritten before it is used */
    qsort(loads, n, sizeof(*loads), fewer_first);
    for (size_t i = 0; i < n; i++)
        order[i] = loads[i].at;
    return n;
}
